"""What a new segment says: a day with its rows, or an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from gate.audit import keys
from gate.audit.rows import row_of
from gate.audit.suppression import suppress, told
from gate.errors.clock import ClockAheadError, ClockBehindError
from gate.errors.sealing import DaySealedError, KeyMissingError, StrangersLogError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from gate.audit.counting import CountCell
    from gate.audit.header import Detail, Header, What
    from gate.audit.log import Log
    from gate.audit.notes import Signer

LEAST: Final = 10
"""Fewest decisions that a row may stand for, if nobody asks for more."""

MOST_EMPTY: Final = 40
"""Days in a row without a table that are sealed without asking whether they were."""

FARTHEST: Final = 366
"""Days that a log may begin before today; a clock that was wrong goes no farther."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the counts of a day come from.

    Attributes:
        tables: Ids of the tables.
        settings: What the configuration said (`header.SETTINGS`).
        gate: Version of the gate that seals.
    """

    gate: str = ""
    tables: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


def append_day(
    log: Log,
    period: str,
    counts: Mapping[CountCell, int],
    signer: Signer,
    *,
    least: int = LEAST,
    source: Source | None = None,
) -> Header:
    """Seal one day. Who calls this is alone, or has a folder of their own.

    Args:
        log: The log.
        period: The day, after all that are sealed already.
        counts: How often each cell was met; cells of other days are late.
        signer: The key.
        least: Fewest decisions that a row may stand for.
        source: Where the counts come from.

    Raises:
        DaySealedError: The log has come to that day.
        SealingError: The key or the log is not as it must be.
        OSError: The disk refuses.
    """
    source = source or Source()
    head = log.ready([signer.verifier])
    newest = newest_day(log.headers(head))
    if period <= newest:
        raise DaySealedError(period=period, newest=newest)
    found = suppress((row_of(cell, n) for cell, n in counts.items()), least)
    late = sum(n for cell, n in counts.items() if cell.period != period)
    draft = log.draft(
        head,
        period=period,
        rows=len(found.rows),
        total=found.total,
        least=least,
        merged_cells=found.merged_cells,
        merged_decisions=found.merged_decisions,
        gaps=found.gaps,
        violations=found.violations,
        late=told(late, found.total, least),
        tables=tuple(sorted(source.tables)),
        settings=dict(source.settings),
        gate=source.gate,
    )
    return log.append(draft, found.rows, [signer])


def append_event(
    log: Log,
    what: What,
    details: Mapping[str, Detail],
    signers: Sequence[Signer],
    *,
    gate: str = "",
) -> Header:
    """Seal an event: a change or loss of the key, or rows that are dropped.

    Args:
        log: The log.
        what: The event.
        details: What there is to say of it (`header.DETAILS`).
        signers: Who signs; for a lost key the new one alone.
        gate: Version of the gate that seals.

    Raises:
        SealingError: The key or the log is not as it must be.
        OSError: The disk refuses.
    """
    verifiers = [signer.verifier for signer in signers]
    head = log.ready(log.named_keys() if what == "key_lost" else verifiers)
    draft = log.draft(head, what=what, details=dict(details), gate=gate)
    return log.append(draft, (), signers)


def newest_day(headers: Iterable[Header]) -> str:
    """Return the newest day that is sealed; "" if none is.

    Args:
        headers: The newest first.
    """
    return next((header.period for header in headers if header.what == "period"), "")


def check_newest(newest: str, today: date) -> None:
    """Refuse a log that has come to a day which is not over.

    A clock that was ahead has sealed days that were not: each later day would be sealed
    already, and without a word.

    Args:
        newest: The newest sealed day; "" if there is none.
        today: The day that is not over.

    Raises:
        ClockBehindError: It has.
    """
    if newest >= today.isoformat():
        raise ClockBehindError(newest=newest)


def check_due(days: Sequence[str], counted: Collection[str]) -> None:
    """Refuse to seal what a clock that is ahead, or was behind, would have sealed.

    Where days were counted and only not sealed, each has a table; where a clock has
    jumped, nothing was counted on the days between.

    Args:
        days: The days to be sealed, in their order.
        counted: Days of tables.

    Raises:
        ClockAheadError: More than `MOST_EMPTY` days in a row have no table.
    """
    empty = max(
        (len([*run]) for has, run in groupby(days, counted.__contains__) if not has),
        default=0,
    )
    if empty > MOST_EMPTY:
        raise ClockAheadError(due=len(days), first=days[0], last=days[-1], empty=empty)


def due_days(newest: str, oldest: str, today: date) -> list[str]:
    """Return the days to be sealed, in their order.

    Args:
        newest: The newest sealed day; "" if there is none.
        oldest: Without it, the oldest day of a table; "" if there is none.
        today: The day that is not over.
    """
    if newest:
        first = date.fromisoformat(newest) + timedelta(days=1)
    elif oldest:
        first = max(date.fromisoformat(oldest), today - timedelta(days=FARTHEST))
    else:
        return []
    count = max((today - first).days, 0)
    return [(first + timedelta(days=n)).isoformat() for n in range(count)]


def signing_key(log: Log, folder: Path) -> tuple[Signer, bool]:
    """Return the key to sign with, and whether it was made now, as the log is new.

    Raises:
        SealingError: There is a log but no key, or the key is not the log's.
    """
    try:
        signer, made = keys.load(folder, log.site), False
    except KeyMissingError:
        if log.checkpoint_path.exists():
            raise
        signer, made = keys.make(folder, log.site), True
    vkey = signer.verifier.vkey
    for header in log.headers(log.head([signer.verifier])):
        current = header.details.get("new_key", vkey)
        if current != vkey:
            why = f"segment {header.segment} says that the key is now {current}"
            raise StrangersLogError(path=str(log.checkpoint_path), why=why)
        if header.what in {"key_change", "key_lost"}:
            break
    return signer, made
