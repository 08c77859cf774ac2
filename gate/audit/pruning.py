"""Retention: rows are dropped after some time, and everything that proves stays.

Headers, hashes and signatures stay for ever: every other row can still be proved, and
totals are still told. An event says first which rows go, so that a file that is missing
is explained; rows that are missing without one were taken by somebody.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gate.audit.alone import alone
from gate.audit.durable import sync_folder
from gate.audit.log import LOG, Log
from gate.audit.segments import append_event, newest_day, signing_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gate.audit.header import Detail, Header
    from gate.audit.sealing import Settings


class Pruned(NamedTuple):
    """What was dropped, or would be.

    Attributes:
        before: Days before this one go, "YYYY-MM-DD".
        segments: Headers of the segments whose rows go, in their order.
        finished: Files that an earlier call had named and not removed.
        busy: Another process changes the log; nothing was done.
    """

    before: str
    segments: tuple[Header, ...] = ()
    finished: int = 0
    busy: bool = False


def prune(
    folder: Path,
    settings: Settings,
    now: float,
    *,
    keep_days: int,
    dry_run: bool = False,
) -> Pruned:
    """Drop the rows of days that are long over.

    Args:
        folder: The audit folder (`audit.folder`).
        settings: Of the log.
        now: Unix seconds.
        keep_days: Days whose rows stay.
        dry_run: Only say what would be dropped.

    Raises:
        SealingError: The key, the log or the disk is not as it must be.
    """
    log = Log(folder / LOG, settings.site)
    before = _first_kept(log, now, keep_days)
    if not log.checkpoint_path.exists():
        return Pruned(before)
    with alone(folder) as is_alone:
        if not is_alone:
            return Pruned(before, busy=True)
        headers = list(log.headers())[::-1]
        gone = _named(headers)
        old = [h for h in headers if h.segment not in gone and _is_old(h, before)]
        if dry_run:
            return Pruned(before, tuple(old))
        left = [h for h in headers if h.segment in gone and log.rows_path(h).exists()]
        if old:
            numbers = [header.segment for header in old]
            details: dict[str, Detail] = {"before": before, "segments": numbers}
            signer, _ = signing_key(log, folder)
            append_event(log, "prune", details, [signer], gate=settings.gate)
        _drop(log, [*left, *old])
        return Pruned(before, tuple(old), len(left))


def _first_kept(log: Log, now: float, keep_days: int) -> str:
    """Return the first day whose rows stay.

    Counted from the day after the newest sealed one where that is earlier: whoever
    verifies knows that day, and not what the clock said.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    newest = newest_day(log.headers()) if log.checkpoint_path.exists() else ""
    if newest:
        today = min(today, date.fromisoformat(newest) + timedelta(days=1))
    return (today - timedelta(days=keep_days)).isoformat()


def _named(headers: Iterable[Header]) -> set[int]:
    """Return the segments whose rows earlier events have dropped."""
    events = (header for header in headers if header.what == "prune")
    return {int(n) for event in events for n in event.details.get("segments", ())}


def _is_old(header: Header, before: str) -> bool:
    return header.what == "period" and header.period < before


def _drop(log: Log, headers: Iterable[Header]) -> None:
    for header in headers:
        path = log.rows_path(header)
        path.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            sync_folder(path.parent)
        for folder in (path.parent, path.parent.parent):
            with suppress(OSError):  # something else is in it
                folder.rmdir()
