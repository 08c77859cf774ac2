"""Counting into tables: each process its own, begun anew each day and after a fork.

A count is one addition in mapped memory (`desk.Slot`). Everything else happens once for
each cell, or in a thread beside the requests: syncing, the change of the day, another
try. The thread holds nothing: it ends with the counter, and never keeps a process.
"""

from __future__ import annotations

import logging
import time
import weakref
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from gate.audit.desk import Desk, Slot
from gate.audit.forks import look_after
from gate.audit.vocabulary import check_cell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gate.audit.counting import CountCell

BEAT: Final = 1.0
"""Seconds from one sync to the next: what a power cut may cost."""

MOST_SLOTS: Final = 65_536
"""Bound on memory; a real site needs some hundreds."""

_log = logging.getLogger("gate")


class TableCounter:
    """Counts in tables that survive the process.

    Nothing is written before the first count, or `open`. A clean end closes the table;
    after any other end a sealer finds it unlocked, with everything that was counted.
    Nothing on the disk tells an order or a moment: modification times are those of the
    day's beginning, and change times say when the process lived. (Killed between a
    count and the next sync, a file keeps the time of that one count until any process
    of the gate opens its own.)

    Args:
        folder: Where tables lie; it is made, but not the one two above it.
        site: Name of the log.
        clock: Returns Unix seconds.

    Attributes:
        desk: The tables that are open.
    """

    def __init__(
        self,
        folder: Path,
        *,
        site: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.desk = Desk(folder, site, clock)
        self._slots: dict[CountCell, Slot] = {}
        self._pulse = _Pulse(self.desk)
        self.desk.on_need = self._pulse.ensure
        look_after(self.desk)
        self._finish = weakref.finalize(self, _finish, self.desk, self._pulse)

    @property
    def trouble(self) -> str:
        """Why nothing can be counted now, in one word; "" if it can."""
        return self.desk.trouble

    def slot(self, cell: CountCell) -> Callable[[], None]:
        """Return what adds one to the count of `cell`.

        Raises:
            UncountableError: There is no place for something that stands in it. What
                is returned raises CountingError while no table can be had.
        """
        try:
            found = self._slots.get(cell)
        except TypeError:  # a list where a tuple is due; the check says which
            found = None
        if found is None:
            check_cell(cell)
            if len(self._slots) >= MOST_SLOTS:
                self._slots.clear()
            found = self._slots[cell] = Slot(cell, self.desk)
        return found

    def counts(self) -> dict[CountCell, int]:
        """Return what this process has counted in the last two periods."""
        return self.desk.counts()

    def open(self) -> None:
        """Have a table before the first count, so that no file tells when that came."""
        self.desk.open()

    def close(self) -> None:
        """Bring everything to the disk and let go; a later count opens a new table."""
        _finish(self.desk, self._pulse)


class _Pulse:
    """The thread that turns to a desk about each second, once there is a need."""

    def __init__(self, desk: Desk) -> None:
        self._desk = weakref.ref(desk)
        self._thread: Thread | None = None
        self._stop = Event()

    def ensure(self) -> None:
        """Begin, if there is no such thread in this process."""
        thread = self._thread
        if thread is not None and thread.is_alive() and not self._stop.is_set():
            return
        self._stop = Event()
        self._thread = Thread(
            target=_turn_often,
            args=(self._desk, self._stop),
            name="gate-counting",
            daemon=True,
        )
        try:
            self._thread.start()
        except RuntimeError:  # at the end of a process; what is mapped outlives it
            self._thread = None

    def stop(self) -> None:
        """Let the thread end."""
        self._stop.set()


def _turn_often(reference: weakref.ref[Desk], stop: Event) -> None:
    while not stop.wait(BEAT):
        desk = reference()
        if desk is None:
            return
        try:
            desk.turn()
        except Exception as error:  # noqa: BLE001 - one bad turn must not be the last
            _log.error(
                "E508 Counts could not be looked after: %s.",
                type(error).__name__,
                extra={"code": "E508"},
            )
        del desk


def _finish(desk: Desk, pulse: _Pulse) -> None:
    desk.close()
    pulse.stop()
