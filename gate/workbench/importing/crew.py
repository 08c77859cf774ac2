"""Several processes that read logs; each counts for itself, and tells at the end.

What goes from one process to another are counts, line numbers and fixed words.
"""

from __future__ import annotations

import multiprocessing
import warnings
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, cast

from gate.errors import ReaderLostError
from gate.workbench.importing.judge import Tally
from gate.workbench.importing.pieces import (
    BrokenError,
    ahead,
    ranged,
    unpacked,
    whole_lines,
)
from gate.workbench.importing.sources import Identity, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Lock
    from typing import IO

    from gate.audit import CountCell
    from gate.workbench.importing.judge import Judge
    from gate.workbench.importing.sources import Part, Source

CHANGED: Final = "changed"
_OFTEN: Final = 0.2  # seconds between two looks at the progress


class _Shared(Protocol):
    """A number that all processes see."""

    value: int

    def get_lock(self) -> Lock: ...


class PartRead(NamedTuple):
    """What came of a part.

    Attributes:
        part: Its position.
        tally: What became of its lines.
        broken: What went wrong with the file, in fixed words; "" if nothing did.
    """

    part: int
    tally: Tally
    broken: str = ""


@dataclass(slots=True)
class Found:
    """What came of all parts.

    Attributes:
        parts: By position.
        cells: All counts.
        own: Requests for pages of the gate's own.
    """

    parts: dict[int, PartRead] = field(default_factory=dict)
    cells: Counter[CountCell] = field(default_factory=Counter)
    own: int = 0

    def add(self, judge_cells: tuple[Counter[CountCell], int]) -> None:
        """Add what one process has counted."""
        self.cells.update(judge_cells[0])
        self.own += judge_cells[1]


class Work(NamedTuple):
    """What is to be read, and by which rules."""

    sources: Sequence[Source]
    parts: Sequence[Part]
    judge: Judge


def read_part(work: Work, number: int, seen: Callable[[int], None]) -> PartRead:
    """Read one part to its end, or until its file fails."""
    part, tally = work.parts[number], Tally()
    source = work.sources[part.source]
    try:
        with opened(source) as file:
            if source.identity != Identity.of(file):
                return PartRead(number, tally, CHANGED)
            chunks = whole_lines(_pieces(file, part, source, seen))
            work.judge.take(chunks, part.lines, tally)
            gone = file.seek(0, 2) < (part.end or source.size)
    except BrokenError as error:
        return PartRead(number, tally, str(error))
    except OSError as error:
        return PartRead(number, tally, error.strerror or "cannot be read")
    return PartRead(number, tally, CHANGED if gone else "")


def read_alone(work: Work, seen: Callable[[int], None]) -> Found:
    """Read all parts in this process."""
    found = Found()
    for number in range(len(work.parts)):
        found.parts[number] = read_part(work, number, seen)
    found.add(work.judge.cells())
    return found


def read_together(work: Work, jobs: int, seen: Callable[[int], None]) -> Found:
    """Read all parts in several processes.

    Args:
        work: What is to be read.
        jobs: How many processes.
        seen: Told how many bytes were read.

    Raises:
        ReaderLostError: A process ended before its work did.
    """
    context: Any = multiprocessing.get_context("fork")
    position, progress = context.Value("q", 0), context.Value("q", 0)
    started: list[tuple[Any, Connection]] = []
    try:
        given = work, position, progress
        count = min(jobs, len(work.parts))
        started.extend(_start(context, given) for _ in range(count))
        return _gathered([reader for _, reader in started], progress, seen)
    finally:
        for process, reader in started:
            process.terminate()
            process.join()
            reader.close()


def _start(context: Any, given: tuple[Any, ...]) -> tuple[Any, Connection]:  # noqa: ANN401
    """Start a process, and return it with the end of its pipe."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_reader, args=(*given, sender), daemon=True)
    with warnings.catch_warnings():
        # It is said of threads; those of numpy's linear algebra are never used here.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    sender.close()  # so that the end of the process ends the pipe
    return process, receiver


def _gathered(
    readers: list[Connection], progress: _Shared, seen: Callable[[int], None]
) -> Found:
    """Take what the processes tell until each has told its counts."""
    found, told = Found(), 0
    waiting: list[Any] = [*readers]
    while waiting:
        for reader in cast("list[Any]", wait(waiting, timeout=_OFTEN)):
            try:
                message = reader.recv()
            except EOFError:
                raise ReaderLostError(kind="it was killed") from None
            if isinstance(message, PartRead):
                found.parts[message.part] = message
            elif isinstance(message, str):
                raise ReaderLostError(kind=message)
            else:
                found.add(message)
                waiting.remove(reader)
        now = progress.value
        seen(now - told)
        told = now
    return found


def _reader(
    work: Work, position: _Shared, progress: _Shared, sender: Connection
) -> None:
    """Read parts until there are none left; the main function of a process."""

    def seen(size: int) -> None:
        with progress.get_lock():
            progress.value += size

    try:
        while (number := _next(position)) < len(work.parts):
            sender.send(read_part(work, number, seen))
        sender.send(work.judge.cells())
    except Exception as error:  # noqa: BLE001 - its text may hold what was read
        sender.send(type(error).__name__)
    finally:
        sender.close()


def _next(position: _Shared) -> int:
    with position.get_lock():
        number: int = position.value
        position.value += 1
        return number


def _pieces(
    file: IO[bytes], part: Part, source: Source, seen: Callable[[int], None]
) -> Iterator[bytes]:
    if part.end is None:
        return ahead(unpacked(file, source.packing or "", source.name, seen=seen))
    return ranged(file, part.begin, part.end, seen)
