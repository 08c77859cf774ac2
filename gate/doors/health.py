"""How the gate is: two small pages for whoever watches over processes.

They are open to everybody, for probes ask by address and know no host; so they say one
word and no reason, and nothing about them is counted. Reasons are told elsewhere.
"""

from __future__ import annotations

import json
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from gate.documents.moments import day
from gate.doors.sending import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication

    from gate.engine import Gate

READY: Final = "ready"
DEGRADED: Final = "degraded"
"""It serves, but with something wrong."""
STOPPING: Final = "stopping"

OLD_DAYS: Final = 45
"""Age of a database, in days, from which it should be replaced."""

_SINCE: Final = re.compile(r" Since [0-9: -]+ UTC\.$")
_DAY: Final = 86_400  # seconds
_METHODS: Final = frozenset({"GET", "HEAD"})


def own_pages(gate: Gate) -> Mapping[str, WSGIApplication]:
    """Return the pages by their names below the prefix of the gate's own pages.

    Args:
        gate: The gate.

    Returns:
        "live", which answers 200 as long as the process answers at all; and "ready",
        which answers 200 with "ready" or "degraded", and 503 with "stopping".
    """
    return {
        "live": _page(lambda: (HTTPStatus.OK, "alive")),
        "ready": _page(lambda: readiness(gate, time.time())),
    }


def readiness(gate: Gate, now: float) -> tuple[HTTPStatus, str]:
    """Say in one word whether requests should come to this process.

    Args:
        gate: The gate.
        now: Unix seconds.
    """
    if gate.stopping:
        return HTTPStatus.SERVICE_UNAVAILABLE, STOPPING
    return HTTPStatus.OK, DEGRADED if reasons(gate, now) else READY


def reasons(gate: Gate, now: float) -> tuple[str, ...]:
    """Say what is wrong with a gate that serves, one sentence each; none of a reader.

    Args:
        gate: The gate.
        now: Unix seconds.
    """
    snapshot = gate.snapshot
    found = [_SINCE.sub("", trouble) for trouble in gate.trouble]
    if snapshot.config.mode == "observe":
        found.append("mode: observe. Nobody is warned; decisions are only counted.")
    if gate.gaps:
        found.append("E508: Decisions could not be counted; see gate_gaps_total.")
    built = snapshot.index.database.build_epoch
    if now - built >= OLD_DAYS * _DAY:
        since = f"The database was built on {day(built)}"
        found.append(f"{since}, over {OLD_DAYS} days ago.")
    return tuple(dict.fromkeys(found))


def _page(told: Callable[[], tuple[HTTPStatus, str]]) -> WSGIApplication:
    def page(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in _METHODS:
            return refuse(405, start_response)
        status, word = told()
        body = json.dumps({"status": word}).encode() + b"\n"
        start_response(
            f"{status.value} {status.phrase}",
            [
                ("Content-Type", "application/json"),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Length", str(len(body))),
            ],
        )
        return [] if method == "HEAD" else [body]

    return page
