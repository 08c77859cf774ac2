"""What goes on beside the answering: numbers, readiness, the last words of a worker."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any, Final

from gate.doors.health import READY, readiness, reasons
from gate.engine.meters import Board, Meter
from gate.workbench.running.beside import PAUSE, Beside, spawned
from gate.workbench.running.hearsay import heard
from gate.workbench.running.operations import Operations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gate.engine import Gate

SEALER: Final = "gate.workbench.sealer"
"""The program that seals."""

LULL: Final = 5.0
"""Seconds after which the sealer is begun: nothing is due in such a hurry."""

_log = logging.getLogger("gate")


class Crew:
    """What goes on beside the answering; here nothing.

    Rows are places for the numbers of workers, from 1 on; 0 is none.
    """

    def tend(self, close: Callable[[], None]) -> None:
        """Look after other processes; called about every second, before workers.

        Args:
            close: Closes what such a process inherits and must not hold.
        """

    def seat(self, taken: set[int]) -> int:  # noqa: ARG002
        """Return the row of a worker that is about to begin."""
        return 0

    def vacate(self, row: int) -> None:
        """Take notice that the worker of a row has ended."""

    def settle(self, row: int) -> None:
        """Prepare a new worker, in its process."""

    def begin(self) -> None:
        """Do, in a worker, what is to be done before its first request."""

    def beat(self) -> None:
        """Do, in a worker, what is to be done about every second."""

    def look(self) -> None:
        """Look, in a worker, at once whether files have changed."""

    def leave(self) -> None:
        """Take notice, in a worker, that it is told to stop; in a signal handler."""

    def stop(self) -> None:
        """Take notice that the server is about to stop."""

    def end(self) -> None:
        """Take notice that the server has stopped."""


class GateCrew(Crew):
    """The crew of `gate serve`.

    Args:
        operations: Where operators look, "host:port" or "unix:/path"; None measures
            nothing.
        seals: The configuration by which a process beside the workers seals; None
            leaves that to somebody else.
    """

    def __init__(self, operations: str | None, seals: Path | None = None) -> None:
        self.gate: Gate | None = None
        self.on_begin: Callable[[], None] | None = None
        self.meter: Meter | None = None
        self._board: Board | None = None
        self._operations: Operations | None = None
        self._since: dict[str, float] = {}
        self._said: dict[str, Any] = {}
        self._stops = False
        self._seals, self._sealer = seals, Beside(PAUSE, LULL)
        if operations is not None:
            self._board = Board()
            self.meter = Meter(self._board)
            self._operations = Operations(self._board, operations)

    def open(self) -> None:
        """Listen for operators.

        Raises:
            PortTakenError: The address is not free.
        """
        if self._operations is not None:
            self._operations.open()

    def tend(self, close: Callable[[], None]) -> None:
        self._tend_sealer()
        if self._operations is None:
            return
        had_begun = self._operations.has_begun
        if self._operations.tend(close) and had_begun:
            _log.error(
                "The operations listener ended and was begun again.",
                extra={"code": "operations-ended"},
            )

    def _tend_sealer(self) -> None:
        if self._seals is None:
            return
        path, had_begun = self._seals, self._sealer.has_begun
        begun = self._sealer.tend(lambda: spawned(SEALER, path, str(os.getpid())))
        if begun and had_begun:
            _log.error(
                "The sealer ended and was begun again.", extra={"code": "sealer-ended"}
            )

    def seat(self, taken: set[int]) -> int:
        return 0 if self._board is None else self._board.seat(taken)

    def vacate(self, row: int) -> None:
        if self._board is not None and row:
            self._board.clear(row)

    def settle(self, row: int) -> None:
        if self._operations is not None:
            self._operations.leave()
        if self.meter is not None and row:
            self.meter.sit(row)
        elif self.meter is not None:
            self.meter.resign()
            _log.error(
                "A worker is not measured: there are too many.",
                extra={"code": "worker-unmeasured"},
            )

    def begin(self) -> None:
        if self.on_begin is not None:
            self.on_begin()
        if self.gate is not None:
            self.gate.counter.open()
        self.beat()

    def look(self) -> None:
        if self.gate is not None:
            self.gate.tick(at_once=True)

    def beat(self) -> None:
        gate, meter = self.gate, self.meter
        if gate is None:
            return
        gate.tick()
        if self._seals is not None:
            gate.noticed = heard(gate.snapshot.config.state)
        if meter is None:
            return
        meter.beat()
        meter.level("gaps", gate.gaps)
        for result, count in gate.reloads.items():
            meter.level(f"reloads:{result}", count)
        said = self._statement(gate)
        if said != self._said:
            meter.say(said)
            self._said = said

    def leave(self) -> None:
        if self.gate is not None:
            self.gate.stopping = True

    def stop(self) -> None:
        if not self._stops:  # a second signal says nothing new
            _log.info("The gate stops.", extra={"code": "stopping"})
        self._stops = True
        if self._board is not None:
            self._board.stop()

    def end(self) -> None:
        self._sealer.end()
        if self._operations is not None:
            self._operations.end()
        _log.info("The gate has stopped.", extra={"code": "stopped"})

    def _statement(self, gate: Gate) -> dict[str, Any]:
        now = time.time()
        found = reasons(gate, now)
        self._since = {what: self._since.get(what, now) for what in found}
        snapshot = gate.snapshot
        status = readiness(gate, now)[1] if gate.stopping or found else READY
        return {
            "status": status,
            "reasons": [{"what": w, "since": s} for w, s in self._since.items()],
            "troubles": len(found),
            "alarms": len(gate.alarms),
            "unknown_jump": gate.is_blind,
            "mode": snapshot.config.mode,
            "observing": snapshot.config.mode == "observe",
            "versions": snapshot.versions._asdict(),
            "database_built": snapshot.index.database.build_epoch,
        }
