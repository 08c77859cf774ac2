"""What becomes of a rule or an exemption over all cells, as it is gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gate.model import Activity, Exemption, Rule
    from gate.rules.proving.alone import Level, Part, Span
    from gate.rules.proving.slices import Slice, Spot


class Trace(NamedTuple):
    """Where a part of a rule matters, or an exemption to that part.

    Attributes:
        rule: The rule.
        span: When.
        level: Membership of the places in the areas of the rule.
        holding: The exemptions that hold.
        places: The set of places where it matters.
    """

    rule: Rule
    span: Span
    level: Level
    holding: tuple[Exemption, ...]
    places: int


class Point(NamedTuple):
    """A cell and a segment, the first of those in question."""

    spot: Spot
    segment: int


@dataclass(slots=True, kw_only=True)
class Fate:
    """What became of a rule or an exemption.

    Attributes:
        reachable: Path, activity and time can be met at once.
        met: It holds somewhere, for other reasons than an unknown place.
        matters: Without it some decision would differ.
        paths: The paths where it matters, by slice.
        excepted: The paths where it would, but for its `except_paths`, by slice.
        activities: The activities at which it matters.
        traces: Where it matters, by part.
        first: Where it holds first at a known place; None if nowhere.
    """

    reachable: bool = False
    met: bool = False
    matters: bool = False
    paths: dict[Slice, int] = field(default_factory=dict)
    excepted: dict[Slice, int] = field(default_factory=dict)
    activities: set[Activity] = field(default_factory=set)
    traces: list[Trace] = field(default_factory=list)
    first: Point | None = None

    def hold(self, portion: Slice, cells: int, segment: int) -> None:
        """Note that it holds in some cells of known places from a segment on."""
        if cells:
            self.met = True
            if self.first is None or segment < self.first.segment:
                self.first = Point(portion.spot(cells), segment)

    def matter(self, portion: Slice, rule: Rule, part: Part, cells: int) -> None:
        """Note the cells of a part of a rule in which it matters."""
        if cells:
            self.matters = True
            self.paths[portion] = self.paths.get(portion, 0) | portion.on_paths(cells)
            self.activities |= portion.on_activities(cells)
            places = portion.on_places(cells)
            trace = Trace(rule, part.span, part.level, part.holding, places)
            self.traces.append(trace)

    def miss(self, portion: Slice, cells: int) -> None:
        """Note cells in which it would matter, but for its `except_paths`."""
        if cells:
            missed = self.excepted.get(portion, 0) | portion.on_paths(cells)
            self.excepted[portion] = missed


@dataclass(slots=True, kw_only=True)
class RuleFate(Fate):
    """What became of a rule.

    Attributes:
        rule: The rule.
        cells: Of a shadow rule, the number of its cells at known places.
        changed: Of these, how many would be decided differently if it were enforced.
        example: One of these.
    """

    rule: Rule
    cells: int = 0
    changed: int = 0
    example: Point | None = None


@dataclass(slots=True, kw_only=True)
class ExemptionFate(Fate):
    """What became of an exemption.

    Attributes:
        exemption: The exemption.
        meets: Ids of the rules that hold at a known place where it holds too.
        relaxes: Ids of the rules for which it matters.
    """

    exemption: Exemption
    meets: set[str] = field(default_factory=set)
    relaxes: set[str] = field(default_factory=set)
