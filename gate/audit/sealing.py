"""Sealing: what was counted on days that are over becomes segments of the log.

Each day (UTC) that is over is one segment, also a day without any decision. Tables that
no process counts into any more are merged, small cells are suppressed, the segment is
written and signed, and only then the tables go. The header names them, so that a crash
before the signature loses nothing and one after it counts nothing twice.

A table that is still in use when its day is over is waited for, and then left for the
next day's segment; so are tables whose day is sealed already, and those of a clock that
was ahead: they are counted as `late`.
"""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit import layout
from gate.audit.alone import WAIT, alone
from gate.audit.counting import Outcome, bare_cell
from gate.audit.header import is_day
from gate.audit.log import LOG, Log
from gate.audit.segments import (
    LEAST,
    Source,
    append_day,
    check_due,
    check_newest,
    due_days,
    newest_day,
    signing_key,
)
from gate.audit.table import ENDING, HELD
from gate.audit.tables import TABLES, closed_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from gate.audit.counting import CountCell
    from gate.audit.header import Header
    from gate.audit.notes import Signer
    from gate.audit.tables import ClosedTable, TableRead
    from gate.errors import TableDamagedError

_POLL: Final = 0.1  # seconds
_MOST: Final = 1 << 62  # decisions of a day: a row holds no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What sealing needs to know of the configuration.

    Attributes:
        site: Name of the log (`audit.name`).
        least: Fewest decisions that a row may stand for.
        told: What the header tells of the configuration (`header.SETTINGS`).
        gate: Version of the gate.
    """

    site: str
    gate: str = ""
    least: int = LEAST
    told: Mapping[str, str] = field(default_factory=dict)


class Sealing(NamedTuple):
    """What became of a call of `seal`.

    Attributes:
        sealed: Headers of the new segments, in their order.
        busy: Another process is sealing; nothing was done.
        waiting: Tables in use although their day is over, which were left alone.
        new_key: The verifier key that was made, as the log is new; else "".
        damaged: Tables that were moved aside.
    """

    sealed: tuple[Header, ...] = ()
    busy: bool = False
    waiting: int = 0
    new_key: str = ""
    damaged: tuple[TableDamagedError, ...] = ()


def seal(
    folder: Path,
    settings: Settings,
    now: float,
    *,
    wait: float = WAIT,
    is_sure: bool = False,
    on_segment: Callable[[Header, int], None] | None = None,
) -> Sealing:
    """Seal every day that is over.

    Args:
        folder: The audit folder (`audit.folder`).
        settings: What the deployer chose.
        now: Unix seconds.
        wait: Seconds to wait for another sealer, and for tables in use.
        is_sure: Somebody has looked at the clock: months without a count are sealed.
        on_segment: Takes each new segment, and how many are still to come.

    Raises:
        SealingError: The key, the log or the disk is not as it must be. Everything
            that was sealed before stays sealed, everything else stays counted.
    """
    if not folder.is_dir():
        return Sealing()
    with alone(folder, wait) as is_alone:
        if not is_alone:
            return Sealing(busy=True)
        return _Sealer(folder, settings, now, is_sure=is_sure).run(wait, on_segment)


def days_of_tables(folder: Path) -> dict[str, str]:
    """Return the day of each table by its id; "" if that cannot be told.

    Tables of this very process are left out: to look would end their locks.

    Args:
        folder: The audit folder.
    """
    paths = (folder / TABLES).glob(f"*{ENDING}")
    return {path.stem: _day_of(path) for path in paths if path.stem not in HELD}


def oldest_table(folder: Path) -> str:
    """Return the day of the oldest table; "" if there is none.

    Args:
        folder: The audit folder.
    """
    return min(filter(is_day, days_of_tables(folder).values()), default="")


class _Sealer:
    """One run, alone in the folder.

    A table that was let go of once is never taken up again, so its lock need not be
    held from one step to the next.

    Args:
        folder: The audit folder.
        settings: What the deployer chose.
        now: Unix seconds.
        is_sure: Months without a count are sealed.
    """

    def __init__(
        self, folder: Path, settings: Settings, now: float, *, is_sure: bool
    ) -> None:
        self._folder, self._tables = folder, folder / TABLES
        self._settings, self._is_sure = settings, is_sure
        self._told, self._log = dict(settings.told), Log(folder / LOG, settings.site)
        self._today = datetime.fromtimestamp(now, UTC).date()
        self._damaged: list[TableDamagedError] = []

    def run(
        self, wait: float, on_segment: Callable[[Header, int], None] | None
    ) -> Sealing:
        """Seal what is due."""
        if not self._log.checkpoint_path.exists() and not self._due(""):
            return Sealing()  # no key is made before there is something to sign
        signer, is_new = signing_key(self._log, self._folder)
        headers = list(self._log.headers(self._log.recover([signer.verifier])))
        self._clear({name for header in headers for name in header.tables})
        days = self._due(newest_day(headers))
        if waiting := self._wait(wait) if days else 0:
            self._told["in_use"] = str(waiting)
        sealed = []
        for left, day in zip(reversed(range(len(days))), days, strict=True):
            sealed.append(self._seal(day, signer, is_last=not left))
            if on_segment is not None:
                on_segment(sealed[-1], left)
        new_key = signer.verifier.vkey if is_new else ""
        damaged = tuple(self._damaged)
        return Sealing((*sealed,), waiting=waiting, new_key=new_key, damaged=damaged)

    def _due(self, newest: str) -> list[str]:
        """Return the days to be sealed.

        Raises:
            ClockBehindError: The log has come to a day that is not over.
            ClockAheadError: They are too many without a count.
        """
        counted = {*filter(is_day, days_of_tables(self._folder).values())}
        check_newest(newest, self._today)
        days = due_days(newest, min(counted, default=""), self._today)
        if not self._is_sure:
            check_due(days, counted)
        return days

    def _clear(self, sealed: set[str]) -> None:
        """Remove what a crash left after its seal; move aside what is no table."""
        for table in closed_tables(self._tables):
            with table:
                if table.id in sealed or not is_day(table.day):
                    self._dispose(table, table.read(), is_sealed=table.id in sealed)

    def _wait(self, seconds: float) -> int:
        """Wait for tables in use whose day is over; return how many still are."""
        until = time.monotonic() + seconds
        while waiting := self._in_use():
            if time.monotonic() >= until:
                break
            time.sleep(_POLL)
        return len(waiting)

    def _in_use(self) -> set[str]:
        today = self._today.isoformat()
        days = days_of_tables(self._folder).items()
        over = {name for name, day in days if is_day(day) and day < today}
        for table in closed_tables(self._tables):
            over.discard(table.id)
            table.release()
        return over

    def _seal(self, day: str, signer: Signer, *, is_last: bool) -> Header:
        """Seal a day: its tables, those that are late, and at last those ahead."""
        counts: Counter[CountCell] = Counter()
        with ExitStack() as locks:
            read = []
            for table in closed_tables(self._tables):
                if self._belongs(table.day, day, is_last=is_last):
                    read.append((locks.enter_context(table), table.read()))
                else:
                    table.release()
            read = [*_bounded(read)]
            for _, found in read:
                counts.update(_counted(found, self._settings.site))
            ids = tuple(table.id for table, _ in read)
            header = append_day(
                self._log,
                day,
                counts,
                signer,
                least=self._settings.least,
                source=Source(
                    tables=ids,
                    settings=self._told,
                    gate=self._settings.gate,
                ),
            )
            for table, found in read:
                self._dispose(table, found, is_sealed=True)
        return header

    def _belongs(self, opened: str, day: str, *, is_last: bool) -> bool:
        """Say whether a table that was opened for one day is sealed with another."""
        if not is_day(opened):
            return False
        return opened <= day or (is_last and opened > self._today.isoformat())

    def _dispose(self, table: ClosedTable, read: TableRead, *, is_sealed: bool) -> None:
        """Remove a table that is sealed; move a damaged one aside."""
        if read.damage is not None:
            self._damaged.append(read.damage)
            table.set_aside()
        elif is_sealed:
            table.remove()


def _bounded(
    read: Iterable[tuple[ClosedTable, TableRead]],
) -> Iterator[tuple[ClosedTable, TableRead]]:
    """Yield tables, without the counts of those with which the sum is no number."""
    total = 0
    for table, found in read:
        fits = total + found.decisions <= _MOST
        total += found.decisions if fits else 0
        yield table, found if fits else found.as_excess()


def _counted(read: TableRead, site: str) -> Counter[CountCell]:
    """Return the counts of a table; what could not be read is a gap."""
    counts = Counter(dict(read.cells))
    if read.unreadable:
        lost = bare_cell(read.day, site, outcome=Outcome.GAP, reason="unreadable")
        counts[lost] += read.unreadable
    return counts


def _day_of(path: Path) -> str:
    """Return the day of a table without its lock; "" if that cannot be told."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            header = layout.unpack_header(file.read(layout.HEADER))
    except OSError:
        return ""
    return "" if header is None else header.day
