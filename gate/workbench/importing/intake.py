"""All logs of one import: read, decided, and every line accounted for."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_all_start_methods
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit import Outcome
from gate.errors import (
    GateError,
    LinesLostError,
    LogBrokenError,
    LogChangedError,
    LogUnreadableError,
    ReaderLostError,
    TooManyUnreadableError,
)
from gate.workbench.importing.crew import (
    CHANGED,
    Found,
    PartRead,
    Work,
    read_alone,
    read_together,
)
from gate.workbench.importing.formats import format_of
from gate.workbench.importing.judge import Judge, Tally
from gate.workbench.importing.lines import Why
from gate.workbench.importing.sources import examined, parts_of
from gate.workbench.importing.streams import read_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gate.audit import CountCell
    from gate.engine import Snapshot
    from gate.workbench.importing.formats import Settings
    from gate.workbench.importing.lines import Format
    from gate.workbench.importing.sources import Part, Source

    Progress = Callable[[int, int], None]

MOST_LISTED: Final = 1_000_000
"""Unreadable lines that are listed; all are counted."""

_NO_FAULT: Final = (Why.BLANK, Why.NO_REQUEST)


class Unreadable(NamedTuple):
    """A line that could not be decided.

    Attributes:
        file: Name of the log, as it was given.
        line: Number of the line, from 1.
        why: What is wrong with it.
    """

    file: str
    line: int
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What became of the lines of one log.

    Attributes:
        name: Its name, as it was given.
        format: The format that it was read as.
        lines: All lines.
        why: Lines that were not decided, by why.
    """

    name: str
    format: str
    lines: int
    why: Counter[Why]

    @property
    def unreadable(self) -> int:
        """Lines that could not be read."""
        return sum(n for why, n in self.why.items() if why not in _NO_FAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came of all logs.

    Attributes:
        files: By log.
        cells: What was decided or refused, counted.
        own: Requests for pages of the gate's own, which are not counted.
        listed: The unreadable lines, in order; `MOST_LISTED` at most.
    """

    files: tuple[FileRead, ...]
    cells: Counter[CountCell]
    own: int
    listed: tuple[Unreadable, ...] = field(repr=False)

    @property
    def sums(self) -> dict[str, int]:
        """What became of all lines: all numbers but the first add up to the first.

        Whoever pressed "leave" is among what stands apart, with headings and lines
        without a request, so that nobody sees how many did.
        """
        refused = sum(
            n for cell, n in self.cells.items() if cell.outcome is Outcome.REFUSED
        )
        return {
            "lines": sum(file.lines for file in self.files),
            "decided": self.cells.total() - refused,
            "refused": refused,
            "apart": self.own + sum(file.why[Why.NO_REQUEST] for file in self.files),
            "blank": sum(file.why[Why.BLANK] for file in self.files),
            "unreadable": sum(file.unreadable for file in self.files),
        }

    def check(self, percent: float) -> None:
        """Refuse logs of which too much is unreadable.

        Args:
            percent: Share of the lines, without blank ones, that may be unreadable.

        Raises:
            TooManyUnreadableError: More are.
        """
        sums = self.sums
        lines, wrong = sums["lines"] - sums["blank"], sums["unreadable"]
        if wrong * 100 > percent * lines:
            first = self.listed[0]
            raise TooManyUnreadableError(
                unreadable=wrong,
                lines=lines,
                percent=percent,
                first=f"{first.file}:{first.line} ({first.why})",
            )


def take_in(
    snapshot: Snapshot,
    names: Sequence[str],
    settings: Settings,
    *,
    jobs: int = 1,
    progress: Progress = lambda _seen, _total: None,
    judging: Callable[[Snapshot], Judge] = Judge,
) -> Intake:
    """Decide every line of logs.

    Args:
        snapshot: What decisions rest on.
        names: Paths; "-" is standard input.
        settings: What was said about the logs.
        jobs: How many processes may read.
        progress: Told how many bytes were read since the last time, of how many.
        judging: Makes what decides lines and counts them.

    Raises:
        ImportingError: A log cannot be read to its end, or its format is not clear.
    """
    sources = [examined(name) for name in names]
    _check_distinct(sources)
    formats = [_format(settings, source) for source in sources]
    parts = [part for at in zip(count(), sources, formats) for part in _cut(*at)]
    total = sum(source.size for source in sources)
    work = Work(sources, parts, judging(snapshot))
    found = _read(work, jobs, lambda size: progress(size, total))
    book = _Book()
    for position, (source, lines) in enumerate(zip(sources, formats, strict=True)):
        if lines is None:
            judge, tally = judging(snapshot), Tally()
            with _quiet():
                name, broken = read_stream(source, settings, judge, tally)
                found.add(judge.cells())
            book.add(source.name, name, [PartRead(0, tally, broken)])
        else:
            numbers = [n for n, part in enumerate(parts) if part.source == position]
            reads = [found.parts[number] for number in numbers]
            book.add(source.name, lines.name, reads)
    return _checked(
        Intake(
            files=tuple(book.files),
            cells=found.cells,
            own=found.own,
            listed=tuple(book.listed),
        )
    )


class _Book:
    """Keeps account of each log."""

    def __init__(self) -> None:
        self.files: list[FileRead] = []
        self.listed: list[Unreadable] = []

    def add(self, name: str, format_name: str, reads: Iterable[PartRead]) -> None:
        """Put the parts of a log together again."""
        lines, why = 0, Counter[Why]()
        for read in reads:
            for number, reason in read.tally.named:
                if len(self.listed) < MOST_LISTED:
                    self.listed.append(Unreadable(name, lines + number + 1, reason))
            lines += read.tally.lines
            why += read.tally.why
            _check_read(name, read, lines)
        self.files.append(FileRead(name=name, format=format_name, lines=lines, why=why))


def _format(settings: Settings, source: Source) -> Format | None:
    if source.packing is None:
        return None  # a stream, which can be looked at only once
    return format_of(settings, source.head, source.name)


def _cut(position: int, source: Source, lines: Format | None) -> Iterator[Part]:
    return iter(()) if lines is None else parts_of(position, source, lines)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what was read out of the message of a fault of our own."""
    try:
        yield
    except GateError:
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold what was read
        raise ReaderLostError(kind=type(error).__name__) from None


def _read(work: Work, jobs: int, seen: Callable[[int], None]) -> Found:
    if min(jobs, len(work.parts)) > 1 and "fork" in get_all_start_methods():
        return read_together(work, jobs, seen)
    with _quiet():
        return read_alone(work, seen)


def _check_distinct(sources: Iterable[Source]) -> None:
    known: set[object] = set()
    for source in sources:
        key = source.identity or source.name
        if key in known:
            raise LogUnreadableError(file=source.name, reason="is named twice")
        known.add(key)


def _check_read(name: str, read: PartRead, lines: int) -> None:
    if read.broken == CHANGED:
        raise LogChangedError(file=name)
    if read.broken:
        raise LogBrokenError(file=name, reason=read.broken, lines=lines)


def _checked(intake: Intake) -> Intake:
    lines, *rest = intake.sums.values()
    if lines != sum(rest):
        raise LinesLostError(lines=lines, accounted=sum(rest))
    return intake
