"""Where the marks of a plot stand: numbers to geometry; what they look like is CSS.

A plot never holds what its table does not: each has a table with the same numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from gate.workbench.auditing import words
from gate.workbench.auditing.verdict import MET, NOT_OWED, UNMET, met, owed, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FULL: Final = 1000.0
"""Units of a whole bar."""

LEAST_SEEN: Final = 4.0
"""Units of the smallest part of a bar, so that it can be seen at all."""

SMALL: Final = 2000
"""A group with less than this part of all decisions is not drawn."""

WIDTH: Final = 880.0
LEFT: Final = 64.0  # room for the numbers of the axis
RIGHT: Final = 8.0
MOST_MARKS: Final = 130  # of a timeline; more days are shown by the week
MOST_WEEKS: Final = 130 * 7


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: what it is, where it begins, how long, how many."""

    part: str
    x: float
    width: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its label and numbers.

    Attributes:
        label: What it is about.
        pieces: From the left.
        total: Decisions.
        owed: Decisions that owed something.
        unmet: Those that did not get it.
        share: How many of those owed were met, in words.
        parts: All parts, for the table.
        shown: Whether it is drawn; what is very small is in the table only, because
            bars of equal length would make it look as large as the rest.
    """

    label: str
    pieces: tuple[Piece, ...]
    total: int
    owed: int
    unmet: int
    share: str
    parts: Mapping[str, int]
    shown: bool


def bars(
    rows: Iterable[Mapping[str, Any]], label: Callable[[Any], str]
) -> tuple[Bar, ...]:
    """Return a bar for each group, each as long as the other: parts are shares."""
    every = list(rows)
    least = sum(int(row["total"]) for row in every) / SMALL
    return tuple(_bar(row, label(row), least) for row in every)


def _bar(row: Mapping[str, Any], label: str, least: float) -> Bar:
    parts = {name: int(row[name]) for name in words.PARTS}
    due, got = owed(row), met(row)
    return Bar(
        label=label,
        pieces=_pieces(parts, int(row["total"])),
        total=int(row["total"]),
        owed=due,
        unmet=due - got,
        share=share(got, due),
        parts=parts,
        shown=due > got or int(row["total"]) >= least,
    )


def _pieces(parts: Mapping[str, int], total: int) -> tuple[Piece, ...]:
    """Lay parts end to end; each that is not zero can be seen, and the sum is FULL."""
    some = {name: n for name, n in parts.items() if n}
    widths = {name: max(FULL * n / total, LEAST_SEEN) for name, n in some.items()}
    scale = FULL / sum(widths.values()) if widths else 1.0
    found, x = [], 0.0
    for name, n in some.items():
        width = widths[name] * scale
        found.append(Piece(name, round(x, 1), round(width, 1), n))
        x += width
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of an axis: where, and what stands at it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What became of the decisions of a day, a week, or four weeks.

    Attributes:
        label: Its first day.
        sealed: How many of its days are sealed.
        days: How many days it has.
        met: Decisions that got what was owed.
        unmet: Decisions that did not.
        free: Decisions that were owed nothing.
        rest: Refused, lost, merged.
        total: All.
    """

    label: str
    sealed: int
    days: int
    met: int
    unmet: int
    free: int
    rest: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A span as it is drawn: its bars from the bottom, and whether days are missing."""

    x: float
    width: float
    bars: tuple[tuple[str, float, float], ...]
    wrong: bool
    missing: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A plot over time.

    Attributes:
        columns: From the left.
        ticks: Of the axis at the left.
        dates: Of the axis below.
        height: Of the plot without its axis.
        unit: What the axis at the left counts.
    """

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    dates: tuple[Tick, ...]
    height: float
    unit: str


def spans(
    days: Sequence[Mapping[str, Any]], sealed: Iterable[str], first: str, last: str
) -> tuple[Span, ...]:
    """Sum days up, so that there are no more spans than can be told apart.

    Args:
        days: Answer to the question `days`.
        sealed: Every day that is sealed.
        first: First day that is shown.
        last: Last day.
    """
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    length = span_days((end - begin).days + 1)
    known, have = {row["day"]: row for row in days}, set(sealed)
    found = []
    for start in range(0, (end - begin).days + 1, length):
        every = [begin + timedelta(start + n) for n in range(length)]
        own = [day.isoformat() for day in every if day <= end]
        found.append(_span(own, [known[d] for d in own if d in known], have))
    return tuple(found)


def span_days(days: int) -> int:
    """Return how many days a span has."""
    if days <= MOST_MARKS:
        return 1
    return 7 if days <= MOST_WEEKS else 28


def _span(
    days: Sequence[str], rows: Sequence[Mapping[str, Any]], have: set[str]
) -> Span:
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({name: row[name] for name in ("total", *words.PARTS)})
    groups = [sum(sums[name] for name in group) for group in (MET, UNMET, NOT_OWED)]
    return Span(
        label=days[0],
        sealed=sum(day in have for day in days),
        days=len(days),
        met=groups[0],
        unmet=groups[1],
        free=groups[2],
        rest=sums["total"] - sum(groups),
        total=sums["total"],
    )


def panel(
    found: Sequence[Span], names: Sequence[str], height: float, unit: str
) -> Panel:
    """Draw some numbers of each span on top of each other.

    Args:
        found: The spans.
        names: Of `Span`: "met", "unmet", "free", "rest", from the bottom.
        height: Of the plot.
        unit: What is counted.
    """
    top = max((sum(getattr(s, n) for n in names) for s in found), default=0)
    step = tick_step(top)
    high = max(step * -(-top // step), 1)
    width = (WIDTH - LEFT - RIGHT) / max(len(found), 1)
    columns = tuple(
        _column(span, names, LEFT + width * number, width, height / high, height)
        for number, span in enumerate(found)
    )
    ticks = tuple(
        Tick(round(height - height * n / high, 1), f"{n:,}")
        for n in range(0, high + 1, step)
    )
    return Panel(
        columns=columns,
        ticks=ticks,
        dates=_dates([span.label for span in found], width),
        height=height,
        unit=unit,
    )


def _column(
    span: Span,
    names: Sequence[str],
    x: float,
    width: float,
    scale: float,
    height: float,
) -> Column:
    gap = min(2.0, width * 0.2)
    marks, y = [], height
    for name in names:
        tall = getattr(span, name) * scale
        if tall:
            tall = max(tall, 2.0) if name == "unmet" else tall
            y -= tall
            marks.append((name, round(y, 1), round(tall, 1)))
    told = ", ".join(f"{_SPAN[n]} {getattr(span, n):,}" for n in names)
    return Column(
        x=round(x + gap / 2, 1),
        width=round(width - gap, 1),
        bars=tuple(marks),
        wrong=span.unmet > 0,
        missing=span.sealed < span.days,
        title=f"{span.label}: {told}",
    )


_SPAN: Final = {"met": "met", "unmet": "not met", "free": "not owed", "rest": "else"}


def tick_step(top: int) -> int:
    """Return a round step so that an axis up to `top` has two to five ticks."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if top <= step * factor * 4:
                return step * factor
        step *= 10


def _dates(labels: Sequence[str], width: float) -> tuple[Tick, ...]:
    every = max(1, -(-len(labels) // 8))
    return tuple(
        Tick(round(LEFT + width * (number + 0.5), 1), label)
        for number, label in enumerate(labels)
        if number % every == 0 and number + every / 2 < len(labels)
    )
