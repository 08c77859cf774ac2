"""What the running workers say, asked over the sockets in the state folder."""

from __future__ import annotations

import json
import socket
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from gate.engine.status import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Report = dict[str, Any]
"""What a worker says; its keys are those of `gate.engine.status.report`."""

PATIENCE = 2.0
"""Seconds that a worker has to answer."""

SILENT: Final[Report] = {}
"""What a worker says that listens and does not answer in time."""

_MOST = 16 * 1024 * 1024
_CHUNK = 65_536


def collect(state: Path) -> list[Report]:
    """Ask every worker of the gate that uses a state folder.

    Args:
        state: The state folder.

    Returns:
        One report for each worker that answers, by process number.
    """
    found = [answer for answer in ask_all(state) if answer]
    return sorted(found, key=lambda report: int(report.get("pid", 0)))


def ask_all(state: Path) -> list[Report]:
    """Ask every worker; one that listens and does not answer says `SILENT`."""
    answers = (_ask(path) for path in sorted((state / FOLDER).glob("*.sock")))
    return [answer for answer in answers if answer is not None]


def summed(reports: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Add up the cells of all workers, largest first.

    Returns:
        Place, activity, action, outcome, reason and count of each cell.
    """
    sums: Counter[tuple[str, ...]] = Counter()
    for report in reports:
        for *names, count in report["cells"]:
            sums[tuple(names)] += count
    return [(*names, count) for names, count in sums.most_common()]


def differing_since(reports: Sequence[Report], name: str) -> float | None:
    """Return since when workers rest on different versions of something, at the latest.

    Args:
        reports: What the workers say.
        name: Of the version, such as "book".

    Returns:
        Unix seconds, when the first one went over to something else; None if all rest
        on the same.
    """
    begun: dict[str, float] = {}
    for report in reports:
        version, since = report["versions"][name], report["since"].get(name, 0.0)
        begun[version] = min(since, begun.get(version, since))
    return sorted(begun.values())[1] if len(begun) > 1 else None


def holding(reports: Iterable[Report]) -> list[tuple[dict[str, Any], int]]:
    """Return what is refused now, the last first, and how many workers refuse it."""
    found = [report["refusal"] for report in reports if report["refusal"]]
    return [(refusal, count) for refusal, count in _alike(found).values()]


def earlier(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Return refusals that are over, the last one first, each once for all workers."""
    found = [refusal for report in reports for refusal in report["earlier"]]
    return [refusal for refusal, _ in _alike(found).values()]


def _alike(
    refusals: Iterable[dict[str, Any]],
) -> dict[tuple[str, ...], tuple[dict[str, Any], int]]:
    """Put together what several workers say of the same, with the first time of all."""
    found: dict[tuple[str, ...], tuple[dict[str, Any], int]] = {}
    for refusal in sorted(refusals, key=lambda r: -float(r["seen"])):
        key = refusal["code"], refusal["message"], refusal["book"], refusal["taken"]
        found[key] = refusal, found.get(key, (refusal, 0))[1] + 1
    return found


def _ask(path: Path) -> Report | None:
    """Return a worker's report; None if nobody listens there any more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(PATIENCE)
        try:
            asking.connect(str(path))
        except TimeoutError:
            return SILENT
        except OSError:
            return None
        try:
            told = json.loads(_read_all(asking))
        except (OSError, ValueError):
            return SILENT
    return told if isinstance(told, dict) else SILENT


def _read_all(asking: socket.socket) -> bytes:
    chunks, size = [], 0
    while size < _MOST and (chunk := asking.recv(_CHUNK)):
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)
