"""What each rule decides alone, asked of the evaluator once for all that is alike.

A rule reads of a place only its highest membership in the rule's areas, and of the
exemptions only which of them hold. So its cells fall into few parts, of which the
evaluator decides each once.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import examine
from gate.model import Activity, Effective, Membership, Mode, Unknown, When

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Exemption, Rule, Shown
    from gate.rules.proving.slices import Slice
    from gate.rules.proving.space import Space

Level = Membership | Unknown | None
"""Highest membership in a rule's areas; why the place is unknown; None if none is
asked for."""

Span = tuple[int, int]
"""The first of some segments, and the first behind them."""


class Part(NamedTuple):
    """Cells in which a rule decides the same, for the same reasons.

    Attributes:
        span: When.
        level: The membership.
        holding: The exemptions that hold and name the rule.
        cells: Where.
        shown: What the rule decides alone; of a shadow rule, what it would decide.
    """

    span: Span
    level: Level
    holding: tuple[Exemption, ...]
    cells: int
    shown: Shown


class Alone:
    """The rules of a book, each by itself.

    Args:
        space: All that the book can tell apart.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self.relaxing: dict[str, list[Exemption]] = {r.id: [] for r in space.book.rules}
        for exemption in space.book.exemptions:
            for name in dict.fromkeys(exemption.relaxes):
                self.relaxing.get(name, []).append(exemption)
        self._spans = {rule.id: self._cut(rule) for rule in space.book.rules}
        self._shown: dict[tuple[str, Level, tuple[str, ...]], Shown] = {}
        self._bare = replace(space.book, promises=(), tests=())

    def spans(self, rule: Rule) -> Sequence[Span]:
        """Return the time of a rule, cut where it or its exemptions change."""
        return self._spans[rule.id]

    def _cut(self, rule: Rule) -> list[Span]:
        first, end = self._space.span(rule.effective)
        edges = {first, end}
        areas = set(rule.when.areas or ())
        for exemption in self.relaxing[rule.id]:
            edges.update(self._space.span(exemption.effective))
            areas.update(exemption.when.areas or ())
        edges |= self._space.changes(areas)
        inner = sorted(edge for edge in edges if first <= edge <= end)
        return list(pairwise(inner)) if first < end else []

    def parts(
        self, portion: Slice, rule: Rule, span: Span, paths: int | None = None
    ) -> Iterator[Part]:
        """Yield the parts of a rule's cells.

        Args:
            portion: The cells that are looked at.
            rule: The rule.
            span: One of its spans.
            paths: Look at these paths instead of those of the rule.
        """
        if paths is None:
            paths = portion.paths(rule.when)
        if not paths:
            return
        for level, places in self.levels(rule, span[0]).items():
            if not places:
                continue
            cells = portion.cells(paths, rule.when.activities, places)
            held: dict[tuple[Exemption, ...], int] = {(): cells}
            if not isinstance(level, Unknown):
                held = self._held(portion, rule, span, cells)
            for holding, inner in held.items():
                if inner:
                    shown = self.shown(rule, level, holding)
                    yield Part(span, level, holding, inner, shown)

    def levels(self, rule: Rule, segment: int) -> dict[Level, int]:
        """Return the places where a rule holds, by the membership in its areas."""
        space = self._space
        if rule.when.areas is None:
            return {None: (1 << space.size) - 1}
        sets = space.members(rule.when.areas, segment)
        found: dict[Level, int] = {
            level: places for level, places in sets.items() if level >= rule.certainty
        }
        return found | space.unknown

    def _held(
        self, portion: Slice, rule: Rule, span: Span, cells: int
    ) -> dict[tuple[Exemption, ...], int]:
        """Part cells by the exemptions that hold there."""
        found: dict[tuple[Exemption, ...], int] = {(): cells}
        for exemption in self.relaxing[rule.id]:
            free = self.exempt(portion, exemption, span)
            if not free & cells:
                continue
            for holding, inner in list(found.items()):
                found[(*holding, exemption)] = inner & free
                found[holding] = inner & ~free
        return found

    def exempt(
        self, portion: Slice, exemption: Exemption, span: Span, paths: int | None = None
    ) -> int:
        """Return the cells where an exemption holds all through a span."""
        first, end = self._space.span(exemption.effective)
        if not (first <= span[0] and span[1] <= end):
            return 0
        when = exemption.when
        if paths is None:
            paths = portion.paths(when)
        places = self.certain(when.areas, span[0])
        return portion.cells(paths, when.activities, places) if paths else 0

    def certain(self, areas: Sequence[str] | None, segment: int) -> int:
        """Return the places that are certainly in one of these areas."""
        if areas is None:
            return (1 << self._space.size) - 1
        return self._space.members(areas, segment)[Membership.YES]

    def shown(
        self, rule: Rule, level: Level, holding: tuple[Exemption, ...] = ()
    ) -> Shown:
        """Return what a rule decides alone; of a shadow rule, what it would decide.

        Args:
            rule: The rule.
            level: Highest membership in its areas.
            holding: The exemptions that hold.
        """
        key = rule.id, level, tuple(exemption.id for exemption in holding)
        if key not in self._shown:
            self._shown[key] = self._ask(rule, level, holding)
        return self._shown[key]

    def _ask(self, rule: Rule, level: Level, holding: tuple[Exemption, ...]) -> Shown:
        """Ask the evaluator where all other conditions are met."""
        bare = replace(
            rule,
            mode=Mode.ENFORCE,
            when=When(activities=(Activity.READ,), areas=rule.when.areas),
            effective=Effective(),
        )
        free = tuple(
            replace(e, when=When(activities=(Activity.READ,)), effective=Effective())
            for e in holding
        )
        unknown = level if isinstance(level, Unknown) else None
        met = dict.fromkeys(rule.when.areas or (), level)
        return examine(
            replace(self._bare, rules=(bare,), exemptions=free),
            memberships={a: m for a, m in met.items() if isinstance(m, Membership)},
            matched=bare.when.paths,
            activity=Activity.READ,
            now=0,
            unknown=unknown,
        ).decision.shown
