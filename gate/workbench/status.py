"""What the running workers say, asked over the sockets in the state folder."""

from __future__ import annotations

import json
import socket
from collections import Counter
from typing import TYPE_CHECKING, Any

from gate.engine.status import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PATIENCE = 2.0
"""Seconds that a worker has to answer."""

_MOST = 16 * 1024 * 1024
_CHUNK = 65_536


def collect(state: Path) -> list[dict[str, Any]]:
    """Ask every worker of the gate that uses a state folder.

    Args:
        state: The state folder.

    Returns:
        One report for each worker that answers, by process number; its keys are
        those of `gate.engine.status.report`.
    """
    answers = (_ask(path) for path in sorted((state / FOLDER).glob("*.sock")))
    found = [answer for answer in answers if answer is not None]
    return sorted(found, key=lambda report: int(report.get("pid", 0)))


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


def _ask(path: Path) -> dict[str, Any] | None:
    """Return a worker's report; None if nobody listens there any more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(PATIENCE)
        try:
            asking.connect(str(path))
            told = json.loads(_read_all(asking))
        except (OSError, ValueError):
            return None
    return told if isinstance(told, dict) else None


def _read_all(asking: socket.socket) -> bytes:
    chunks, size = [], 0
    while size < _MOST and (chunk := asking.recv(_CHUNK)):
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)
