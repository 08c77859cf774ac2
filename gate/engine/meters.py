"""Numbers of running workers, in memory that they share with whoever shows them.

Only what the operation of the gate needs: totals, times, refusals, what is unknown;
never what was decided about whom. Each worker writes to a row of its own. A row
outlives its worker, and the next one goes on from there, so that no count ever goes
back, not even when a worker is killed.
"""

from __future__ import annotations

import json
import os
import time
from bisect import bisect_left
from mmap import mmap
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.errors import RequestError
from gate.model import Unknown
from gate.request.edge import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROWS = 1024
"""Workers at once; the memory of a row that nobody uses is never touched."""

TEXT = 16_384
"""Bytes that a worker can say of itself."""

SILENCE = 10
"""Seconds after which a worker that says nothing does not count as alive."""

BOUNDS = tuple(
    digit * 10**power
    for power in range(6, 10)
    for digit in (1, 2, 5)
    if digit * 10**power <= 10**9
)
"""Upper bounds of the buckets of times, in nanoseconds: 1 millisecond to 1 second."""

LEAST = BOUNDS[0]
"""Nanoseconds that every request counts for at least: below, a page could be told from
a passage by the time that it takes."""

EDGE = ("agrees", "differs", "fills", "apart", *WORDS)
"""What an edge can say of a reader's place, held against the databases.

Which of the two says "no" is not counted: whoever watches could tell who was warned.
"""

FAILURES = (502, 504)
"""Statuses with which the proxy answers for a site that does not."""

_NS = 10**9


def _codes(base: type[RequestError]) -> Iterator[str]:
    yield base.code
    for kind in base.__subclasses__():
        yield from _codes(kind)


CODES = tuple(sorted(set(_codes(RequestError))))
"""Why a request can be refused."""

_BUCKETS = tuple(f"bucket:{number}" for number in range(len(BOUNDS) + 1))
_REFUSED = tuple(f"refused:{code}" for code in CODES)
_UNKNOWN = tuple(f"unknown:{reason}" for reason in Unknown)
_EDGE = tuple(f"edge:{word}" for word in EDGE)
_FAILED = tuple(f"failed:{status}" for status in FAILURES)
_RELOADED = ("reloads:taken", "reloads:refused")
_NAMES = (
    *("pid", "beat", "turn", "length"),  # of the worker that has the row
    *("rows", "starts", "stopping"),  # of the whole gate, in row 0
    *("spent", *_BUCKETS),  # nanoseconds, and requests that took so long
    *(*_REFUSED, *_UNKNOWN, *_EDGE, *_FAILED, "gaps", *_RELOADED),
)
_AT = {name: position for position, name in enumerate(_NAMES)}
_PID, _BEAT, _TURN, _LENGTH = range(4)
_SPENT, _FIRST = _AT["spent"], _AT["bucket:0"]


class Voice(NamedTuple):
    """What a worker says of itself.

    Attributes:
        pid: Number of its process.
        said: What `Meter.say` was given last; empty if nothing yet.
    """

    pid: int
    said: Mapping[str, Any]


class Board:
    """The shared memory; make it before the processes that share it are forked."""

    def __init__(self, rows: int = ROWS) -> None:
        self.rows = rows
        self._memory = mmap(-1, rows * (len(_NAMES) * 8 + TEXT))
        self._texts = rows * len(_NAMES) * 8

    def cells(self, row: int) -> memoryview:
        """Return the numbers of a row."""
        size = len(_NAMES) * 8
        return memoryview(self._memory)[row * size : (row + 1) * size].cast("Q")

    def text(self, row: int) -> memoryview:
        """Return the text of a row, with room for `TEXT` bytes."""
        start = self._texts + row * TEXT
        return memoryview(self._memory)[start : start + TEXT]

    def seat(self, taken: set[int]) -> int:
        """Choose the row of a worker that is to begin.

        Args:
            taken: Rows of workers that run.

        Returns:
            The first row that is free; 0, which nobody may write to but the process
            that forks workers, if there is none.
        """
        row = next((row for row in range(1, self.rows) if row not in taken), 0)
        head = self.cells(0)
        head[_AT["rows"]] = max(head[_AT["rows"]], row + 1)
        head[_AT["starts"]] += 1
        return row

    def clear(self, row: int) -> None:
        """Say that the worker of a row has ended."""
        self.cells(row)[_PID] = 0

    def stop(self) -> None:
        """Say that the gate is about to stop."""
        self.cells(0)[_AT["stopping"]] = 1

    @property
    def stopping(self) -> bool:
        """Whether the gate is about to stop."""
        return bool(self.cells(0)[_AT["stopping"]])

    def sums(self) -> dict[str, int]:
        """Add up every number over all rows, those of workers that ended as well."""
        rows = [self.cells(row) for row in self._used()]
        return {name: sum(row[at] for row in rows) for name, at in _AT.items()}

    def voices(self) -> list[Voice]:
        """Return what each worker says that is alive."""
        latest = time.monotonic_ns() - SILENCE * _NS
        found = ((self.cells(row), row) for row in self._used())
        return [
            Voice(cells[_PID], self._heard(cells, row))
            for cells, row in found
            if cells[_PID] and cells[_BEAT] >= latest
        ]

    def _used(self) -> range:
        return range(max(1, self.cells(0)[_AT["rows"]]))

    def _heard(self, cells: memoryview, row: int) -> Mapping[str, Any]:
        """Read a text that may be written at this moment."""
        for _ in range(100):
            turn = cells[_TURN]
            said = bytes(self.text(row)[: cells[_LENGTH]])
            if turn % 2 == 0 and turn == cells[_TURN]:
                return dict(json.loads(said or b"{}"))
            time.sleep(0.001)
        return {}


class Meter:
    """Writes the numbers of one process.

    Args:
        board: The shared memory. Until `sit` the meter writes to row 0, that of the
            process that forks workers.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = Lock()
        self._row = 0
        self._cells = board.cells(0)
        self._begun: dict[str, int] = {}

    def sit(self, row: int) -> None:
        """Write to a row from now on, going on from what stands there."""
        cells = self._board.cells(row)
        cells[_PID] = os.getpid()
        cells[_TURN] += cells[_TURN] % 2
        self._row, self._cells = row, cells
        self._begun = {}
        self.beat()

    def resign(self) -> None:
        """Write to memory of this process alone, because there is no row for it."""
        self._row, self._board = 1, Board(2)
        self._cells = self._board.cells(1)

    def beat(self) -> None:
        """Say that this worker is alive."""
        self._cells[_BEAT] = time.monotonic_ns()

    def handled(self, begun: int) -> None:
        """Count a request that the gate has handled.

        Args:
            begun: `time.perf_counter_ns()` when it came; less than `LEAST` ago counts
                as `LEAST`.
        """
        spent = max(time.perf_counter_ns() - begun, LEAST)
        bucket = _FIRST + bisect_left(BOUNDS, spent)
        with self._lock:
            cells = self._cells
            cells[_SPENT] += spent
            cells[bucket] += 1

    def refused(self, code: str) -> None:
        """Count a refusal by the code of its error."""
        self._add(f"refused:{code}")

    def unknown(self, reason: Unknown) -> None:
        """Count a reader whose place is unknown."""
        self._add(f"unknown:{reason}")

    def edge(self, word: str) -> None:
        """Count what an edge said, by a verdict on it or a word of its own."""
        known = word if word in EDGE else "differs"
        self._add(f"edge:{known}")

    def failed(self, status: int) -> None:
        """Count an answer that the site did not give, by one of `FAILURES`."""
        self._add(f"failed:{status}")

    def level(self, name: str, total: int) -> None:
        """Set a number that this process counts by itself, since it began.

        Args:
            name: "gaps", "reloads:taken" or "reloads:refused".
            total: What was counted so far.
        """
        at = _AT[name]
        with self._lock:
            begun = self._begun.setdefault(name, self._cells[at])
            self._cells[at] = begun + total

    def say(self, said: Mapping[str, Any]) -> None:
        """Leave word of this worker; only one thread may do so."""
        text = json.dumps(said).encode()
        if len(text) > TEXT:
            text = json.dumps({"status": said["status"]}).encode()
        cells = self._cells
        cells[_TURN] += 1  # odd: whoever reads now reads again
        cells[_LENGTH] = len(text)
        self._board.text(self._row)[: len(text)] = text
        cells[_TURN] += 1

    def _add(self, name: str) -> None:
        at = _AT[name]
        with self._lock:
            self._cells[at] += 1
