"""The tables that one process has open: today's, and for a moment yesterday's.

What cannot be counted is remembered by its reason, and counted as a gap in the next
table that can be had. Where a new day finds no room for a table, counting goes on in
the one that there is.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from gate.audit.counting import Outcome, bare_cell
from gate.audit.hindrances import counting_error, reason_of
from gate.audit.sharing import open_folder
from gate.audit.table import ENDING, NOWHERE, Table, forget_times
from gate.errors import CountingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gate.audit.counting import CountCell

GRACE: Final = 5.0
"""Seconds for which a table of yesterday takes what was begun before midnight."""

AGAIN: Final = 1.0
"""Seconds after which is tried again to have a table."""

MOVE_AGAIN: Final = 60.0
"""Seconds after which a table is left because of its disk, at the earliest."""

_log = logging.getLogger("gate")


class Slot:
    """Adds one to the count of a cell, wherever it lies at that moment.

    Attributes:
        cell: What is counted.
        words: The counts of the table; `NOWHERE` until one is needed.
        place: Where in them.
    """

    __slots__ = ("__weakref__", "_desk", "_lock", "cell", "place", "words")

    def __init__(self, cell: CountCell, desk: Desk) -> None:
        self.cell, self.words, self.place = cell, NOWHERE, 0
        self._desk, self._lock = desk, desk.lock

    def __call__(self) -> None:
        with self._lock:
            try:
                self.words[self.place] += 1
            except IndexError:  # its table is closed, or the parent's
                self._desk.count(self)


class Desk:
    """The open tables of a process, and everything that happens to them.

    Args:
        folder: Where tables lie.
        site: Name of the log.
        clock: Returns Unix seconds; its day (UTC) is that of a new table.

    Attributes:
        lock: Held for every change; a count as well.
        trouble: Why no table can be had or trusted, in one word; "" if all is well.
        on_need: Called, with the lock held, when there is something to look after.
    """

    on_need: Callable[[], None]

    def __init__(self, folder: Path, site: str, clock: Callable[[], float]) -> None:
        self.lock = RLock()
        self._folder, self._site, self._clock = folder, site, clock
        self._latest = date.min
        self._slots: WeakSet[Slot] = WeakSet()
        self._table: Table | None = None
        self._leaving: list[tuple[Table, float]] = []
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget everything that was counted and opened: it is the parent's."""
        for table in self._tables():
            table.abandon()
        for slot in self._slots:
            slot.words = NOWHERE
        self.trouble = ""
        self._table, self._leaving = None, []
        self._done: Counter[CountCell] = Counter()
        self._gaps: Counter[str] = Counter()
        self._try_from, self._move_from = 0.0, 0.0

    def count(self, slot: Slot) -> None:
        """Count once in a slot that has no table.

        Raises:
            CountingError: There is no table to be had; a gap is remembered.
        """
        with self.lock:
            self.on_need()
            try:
                table = self._table_for(slot.cell.period)
            except CountingError:
                self._gaps[self.trouble] += 1
                raise
            slot.place, slot.words = table.place(slot.cell), table.words
            self._slots.add(slot)
            slot.words[slot.place] += 1

    def counts(self) -> dict[CountCell, int]:
        """Return all counts of this process, of the last two periods."""
        with self.lock:
            sums = Counter(self._done)
            for table in self._tables():
                sums.update(table.counts())
        return dict(sums)

    def open(self) -> None:
        """Have a table before the first count; what is in the way becomes `trouble`."""
        with self.lock, suppress(CountingError):
            self.on_need()
            self._turn_page(self._today())

    def turn(self) -> None:
        """Do what is due about each second."""
        with self.lock, suppress(CountingError):
            if self._table is not None or self._gaps:
                self._turn_page(self._today())
        self._sync()
        now = time.monotonic()
        for table in [table for table, until in self._leaving if until <= now]:
            self._leave(table)

    def close(self) -> None:
        """Bring everything to the disk and let go of it; a later count begins anew."""
        with self.lock:
            if self._gaps:
                self._try_from = 0.0
                self.open()
            tables, self._table = self._tables(), None
            for table in tables:
                self._leave(table)

    def _sync(self) -> None:
        for table in self._tables():
            try:
                table.sync()
            except OSError as error:
                self._distrust(table, error)
            else:
                self._trust(table)

    def _tables(self) -> list[Table]:
        leaving = [table for table, _ in self._leaving]
        return leaving if self._table is None else [self._table, *leaving]

    def _table_for(self, period: str) -> Table:
        """Return yesterday's table for what was begun yesterday, else today's."""
        table = self._turn_page(self._today())
        of_period = (old for old, _ in self._leaving if old.day == period)
        return next(of_period, table)

    def _turn_page(self, today: str) -> Table:
        """Return the table of a day, or the last one if no other can be had.

        Raises:
            CountingError: There is none at all.
        """
        last = self._table
        if last is not None and last.day == today:
            return last
        if time.monotonic() >= self._try_from:
            with suppress(CountingError):
                new = self._new_table(today)
                self._retire(GRACE)
                self._table = new
                return new
        if last is None:
            raise self._error()
        return last

    def _today(self) -> str:
        """Return the day, which never goes back by one: clocks are set by seconds."""
        day = datetime.fromtimestamp(self._clock(), UTC).date()
        if not day < self._latest <= day + timedelta(days=1):
            self._latest = day
        return self._latest.isoformat()

    def _new_table(self, day: str) -> Table:
        """Open a table and count in it what no other could take.

        Raises:
            CountingError: The system does not let it be.
        """
        try:
            table = Table.create(open_folder(self._folder), day=day, site=self._site)
        except OSError as error:
            self._try_from = time.monotonic() + AGAIN
            self._note(error)
            raise self._error() from error
        self._trust_again()
        for reason, count in self._gaps.items():
            cell = bare_cell(day, self._site, outcome=Outcome.GAP, reason=reason)
            table.words[table.place(cell)] += count
        self._gaps.clear()
        self._forget_times()
        return table

    def _retire(self, grace: float) -> None:
        """Leave today's table, if there is one, after a while."""
        if self._table is not None:
            self._leaving.append((self._table, time.monotonic() + grace))
            self._table = None

    def _leave(self, table: Table) -> None:
        """Close a table; its slots find another one with their next count."""
        with suppress(OSError):  # else it is told below
            table.sync()
        with self.lock:
            for slot in self._slots:
                if slot.words is table.words:
                    slot.words = NOWHERE
            self._done.update(table.counts())
            self._forget_periods()
            self._leaving = [pair for pair in self._leaving if pair[0] is not table]
            try:
                table.close()
            except OSError as error:
                self._note(error)

    def _distrust(self, table: Table, error: OSError) -> None:
        """Go on in another table; what was counted stays where it is, once."""
        with self.lock:
            self._note(error)
            now = time.monotonic()
            if table is not self._table or now < self._move_from:
                return
            self._move_from = now + MOVE_AGAIN
            with suppress(CountingError):
                new = self._new_table(table.day)
                self._retire(0.0)
                self._table = new
                for slot in self._slots:
                    if slot.words is table.words:
                        slot.words = NOWHERE

    def _trust(self, table: Table) -> None:
        with self.lock:
            if table is self._table and table.day == self._today():
                self._trust_again()

    def _trust_again(self) -> None:
        if self.trouble:
            _log.info("Decisions are counted again.", extra={"code": "counting"})
        self.trouble = ""

    def _forget_periods(self) -> None:
        kept = sorted({cell.period for cell in self._done})[-2:]
        for cell in [cell for cell in self._done if cell.period not in kept]:
            del self._done[cell]

    def _forget_times(self) -> None:
        """Take from tables of processes that were killed when that was."""
        for path in self._folder.glob(f"*{ENDING}"):
            with suppress(OSError):  # a sealer takes them away
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                forget_times(path, written.date().isoformat())

    def _note(self, error: OSError) -> None:
        reason = reason_of(error)
        if reason != self.trouble:
            self.trouble = reason
            told = self._error()
            _log.error("%s %s", told, told.hint, extra={"code": told.code})

    def _error(self) -> CountingError:
        return counting_error(self._folder, self.trouble)
