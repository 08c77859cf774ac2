"""Which parts of decisions matter: one sweep over time for all cells of a slice.

A decision is the strictest of what the rules decide alone; equally strict ones stand
together. So what a rule decides alone matters in a cell exactly if nothing there is
stricter and nobody else says the same. What would be added matters exactly if nothing
there is stricter and nobody says it yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from gate.model import Shown

_ACTIONS = sorted(Action, reverse=True)[:-1]  # from the strictest; pass adds nothing


@dataclass(slots=True, kw_only=True)
class Entry:
    """What a rule decides alone in some cells, or would decide, for a span of time.

    Attributes:
        first: First segment.
        end: First segment behind it.
        shown: What it decides.
        cells: Where.
        added: It is not decided, but asked whether it would change anything.
        matters: The cells where it matters in one of the segments; the answer.
    """

    first: int
    end: int
    shown: Shown
    cells: int
    added: bool = False
    matters: int = 0


@dataclass(slots=True, kw_only=True)
class Bound:
    """What decisions of some cells must not be looser or stricter than.

    Attributes:
        first: First segment.
        end: First segment behind it.
        cells: Where.
        least: The loosest action that is allowed; None for any.
        most: The strictest action that is allowed; None for any.
        broken: The cells that break it in the first segment in which any does.
        at: That segment; None if none does.
    """

    first: int
    end: int
    cells: int
    least: Action | None = None
    most: Action | None = None
    broken: int = 0
    at: int | None = None


@dataclass(slots=True)
class Meetings:
    """Where two rules are equally strict and show different notices.

    Attributes:
        found: For two parts that stand together on a page: the cells, and the first
            segment in which they do.
    """

    found: dict[tuple[Shown, Shown], tuple[int, int]] = field(default_factory=dict)

    def note(self, segment: int, seen: Mapping[Shown, int]) -> None:
        """Note which of some equally strict parts share a cell."""
        for one, other in combinations(sorted(seen), 2):
            if (one, other) not in self.found and seen[one] & seen[other]:
                self.found[one, other] = seen[one] & seen[other], segment


class _Said(NamedTuple):
    """Where something is decided by anybody, and where by more than one."""

    once: dict[Shown, int]
    twice: dict[Shown, int]


class _Open(NamedTuple):
    """Where something matters, in any of the segments that were seen."""

    own: dict[Shown, int]
    added: dict[Shown, int]


def sweep(
    full: int,
    segments: int,
    entries: Sequence[Entry],
    bounds: Sequence[Bound] = (),
    meetings: Meetings | None = None,
) -> None:
    """Find where each entry matters, and which bounds are broken.

    Args:
        full: The set of all cells.
        segments: Number of segments.
        entries: Everything that is decided or asked; the answers are written there.
        bounds: What must hold; the answers are written there.
        meetings: Takes which notices stand together; None if nobody asks.
    """
    asked = {entry.shown for entry in entries if entry.added}
    sweeper = _Sweeper(full, asked, meetings)
    sweeper.visit((0, segments), entries, bounds, _Said({}, {}))


@dataclass(slots=True)
class _Sweeper:
    """The halves of a span are looked at in turn; what holds all through, once."""

    full: int
    asked: Collection[Shown]
    meetings: Meetings | None = None
    active: list[Bound] = field(default_factory=list)

    def visit(
        self,
        span: tuple[int, int],
        entries: Sequence[Entry],
        bounds: Sequence[Bound],
        said: _Said,
    ) -> _Open:
        first, end = span
        here = [e for e in entries if e.first <= first and end <= e.end]
        rest = [e for e in entries if e.first > first or end > e.end]
        limits = [b for b in bounds if b.first > first or end > b.end]
        lasting = [b for b in bounds if b.first <= first and end <= b.end]
        self.active += lasting
        found = self._within(span, rest, limits, _joined(said, here))
        for entry in here:
            where = found.added if entry.added else found.own
            entry.matters |= entry.cells & where.get(entry.shown, 0)
        del self.active[len(self.active) - len(lasting) :]
        return found

    def _within(
        self,
        span: tuple[int, int],
        rest: Sequence[Entry],
        limits: Sequence[Bound],
        said: _Said,
    ) -> _Open:
        """Look at both halves of a span, if anything begins or ends within it."""
        first, end = span
        edges = {edge for e in rest for edge in (e.first, e.end)}
        edges |= {edge for b in limits for edge in (b.first, b.end)}
        inner = sorted(edge for edge in edges if first < edge < end)
        if not inner:
            return self._uniform(first, said)
        middle = inner[len(inner) // 2]
        early = self.visit((first, middle), *_before(rest, limits, middle), said)
        late = self.visit((middle, end), *_behind(rest, limits, middle), said)
        return _Open(_either(early.own, late.own), _either(early.added, late.added))

    def _uniform(self, segment: int, said: _Said) -> _Open:
        """Look at a span in which nothing changes."""
        found = _Open({}, {})
        above = 0
        for action in _ACTIONS:
            level = 0
            for shown in self.asked:
                if shown.action is action:
                    taken = above | said.once.get(shown, 0)
                    found.added[shown] = self.full ^ taken
            for shown, cells in said.once.items():
                if shown.action is action:
                    found.own[shown] = cells & ~(above | said.twice[shown])
                    level |= cells
            self._hold(segment, action, above, above | level)
            if self.meetings is not None:
                seen = {
                    s: c & ~above for s, c in said.once.items() if s.action is action
                }
                self.meetings.note(segment, seen)
            above |= level
        return found

    def _hold(self, segment: int, action: Action, above: int, reached: int) -> None:
        """Hold bounds against the cells above an action, and those that reach it."""
        for bound in self.active:
            if bound.at is not None and bound.at != segment:
                continue
            broken = 0
            if bound.least is action:
                broken |= bound.cells & ~reached
            if bound.most is action:
                broken |= bound.cells & above
            elif bound.most is Action.PASS and action is _ACTIONS[-1]:
                broken |= bound.cells & reached
            if broken:
                bound.broken |= broken
                bound.at = segment


def _joined(said: _Said, entries: Iterable[Entry]) -> _Said:
    once, twice = dict(said.once), dict(said.twice)
    for entry in entries:
        if not entry.added:
            before = once.get(entry.shown, 0)
            once[entry.shown] = before | entry.cells
            twice[entry.shown] = twice.get(entry.shown, 0) | before & entry.cells
    return _Said(once, twice)


def _before(
    entries: Iterable[Entry], bounds: Iterable[Bound], middle: int
) -> tuple[list[Entry], list[Bound]]:
    return [e for e in entries if e.first < middle], [
        b for b in bounds if b.first < middle
    ]


def _behind(
    entries: Iterable[Entry], bounds: Iterable[Bound], middle: int
) -> tuple[list[Entry], list[Bound]]:
    return [e for e in entries if e.end > middle], [b for b in bounds if b.end > middle]


def _either(one: dict[Shown, int], other: dict[Shown, int]) -> dict[Shown, int]:
    found = dict(one)
    for shown, cells in other.items():
        found[shown] = found.get(shown, 0) | cells
    return found
