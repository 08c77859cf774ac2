"""Decisions made beforehand: a look-up by location class, path and activity.

A decision depends on the class only through its group, and on the path only through its
signature. Each combination is decided once, when it is first met, and kept; what no
request asks for is never decided. Only combinations are kept, never a path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gate.decision.evaluate import conditions_of, decide, stricter
from gate.decision.segments import Group, Segment, globs_of, groups, segments
from gate.model import Action, Activity, Decision, Unknown
from gate.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import LocationClass, RuleBook

ELSEWHERE = "other"
"""Section of a path that no configured section covers."""

_LONGEST_ROW = 1_000
"""Bound on memory when somebody searches for rare combinations of patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What holds for a class at a path for an activity.

    Attributes:
        decision: What must come before the article.
        gated: Some class, or an unknown place, meets more than pass for this
            activity at this path, now or later.
        section: Name of the first configured section that covers the path, or
            "other".
        allowed: Activities whose decision here stays below interstitial.
    """

    decision: Decision
    gated: bool
    section: str
    allowed: frozenset[Activity]


class Table:
    """Every decision of a book for a segment of time.

    Attributes:
        since: First second in which it holds, Unix time; None if always before.
        until: First second in which it does not hold any more; None for never.
        globs: Every pattern that tells paths apart here.
    """

    __slots__ = ("_rows", "_signature", "globs", "since", "until")

    def __init__(
        self,
        world: _World,
        sections: Sequence[tuple[str, tuple[str, ...]]],
        also: Unknown | None,
    ) -> None:
        maker = _CellMaker(world, sections)
        age = world.ages[0]
        kinds = list(zip(age.group_of, world.doubts, strict=True))
        rows = {
            (number, doubt): {
                activity: _Row(maker, (age.groups[number], doubt, also), activity)
                for activity in Activity
            }
            for number, doubt in dict.fromkeys(kinds)
        }
        self._rows = [rows[kind] for kind in kinds]
        self._signature = maker.patterns.signature
        self.globs = maker.patterns.globs
        self.since, self.until = age.segment

    @classmethod
    def build(
        cls,
        book: RuleBook,
        classes: Sequence[LocationClass],
        *,
        sections: Sequence[tuple[str, tuple[str, ...]]] = (),
        now: int,
        also: Unknown | None = None,
    ) -> Table:
        """Compile the table for the segment in which `now` lies.

        Args:
            book: The rule book.
            classes: Location classes; the class id is the position.
            sections: Names with their patterns; the first that covers a path wins.
            now: Unix seconds.
            also: A reason that holds beside every place, such as a database that
                is too old; the stricter of both decides.
        """
        return cls(_World(book, classes, now), sections, also)

    def look_up(self, class_id: int, path: str, activity: Activity) -> Cell:
        """Return what holds for a class at a canonical path.

        Raises:
            IndexError: There is no such class.
        """
        return self._rows[class_id][activity][self._signature(path)]


_Kind = tuple[Group, Unknown | None, Unknown | None]
"""A group, and reasons that hold beside it: the class's own doubt, and the table's."""


class _Row(dict[int, Cell]):
    """Cells of a group and an activity by path signature, made when first met."""

    def __init__(self, maker: _CellMaker, kind: _Kind, activity: Activity) -> None:
        super().__init__()
        self._maker = maker
        self._kind = kind
        self._activity = activity

    def __missing__(self, signature: int) -> Cell:
        if len(self) >= _LONGEST_ROW:
            self.clear()
        cell = self._maker.make(self._kind, signature, self._activity)
        self[signature] = cell
        return cell


class _CellMaker:
    """Decides cells; equal ones are one object."""

    def __init__(
        self,
        world: _World,
        sections: Sequence[tuple[str, tuple[str, ...]]],
    ) -> None:
        own = [glob for _, globs in sections for glob in globs]
        self.patterns = Patterns([*globs_of(world.book.whens), *own])
        self._world = world
        self._sections = sections
        self._decisions: dict[Decision, Decision] = {}
        self._cells: dict[Cell, Cell] = {}

    def make(self, kind: _Kind, signature: int, activity: Activity) -> Cell:
        matched = self.patterns.named(signature)
        decisions = {a: self._decide(kind, matched, a) for a in Activity}
        cell = Cell(
            decision=decisions[activity],
            gated=self._world.gates(matched, activity),
            section=self._section(matched),
            allowed=frozenset(
                a for a, d in decisions.items() if d.action < Action.INTERSTITIAL
            ),
        )
        return self._cells.setdefault(cell, cell)

    def _decide(
        self, kind: _Kind, matched: frozenset[str], activity: Activity
    ) -> Decision:
        age = self._world.ages[0]
        group, *reasons = kind
        decision = self._world.decide(age, group, matched, activity)
        for reason in reasons:
            if reason is not None:
                beside = Group({}, reason, reason)
                other = self._world.decide(age, beside, matched, activity)
                decision = stricter(decision, other)
        return self._decisions.setdefault(decision, decision)

    def _section(self, matched: frozenset[str]) -> str:
        return next(
            (name for name, globs in self._sections if not matched.isdisjoint(globs)),
            ELSEWHERE,
        )


class _Age(NamedTuple):
    """A segment, and the groups that can be told apart in it."""

    segment: Segment
    groups: tuple[Group, ...]
    group_of: tuple[int, ...]


class _World:
    """A book over all places, from the segment of `now` to the end of time."""

    def __init__(
        self, book: RuleBook, classes: Sequence[LocationClass], now: int
    ) -> None:
        self.book = book
        self.doubts = tuple(found.doubt for found in classes)
        self.ages = tuple(
            _Age(segment, *groups(book, classes, segment.instant))
            for segment in segments(book)
            if segment.until is None or now < segment.until
        )

    def decide(
        self, age: _Age, group: Group, matched: frozenset[str], activity: Activity
    ) -> Decision:
        return decide(
            self.book,
            memberships=group.memberships,
            matched=matched,
            activity=activity,
            now=age.segment.instant,
            unknown=group.unknown,
        )

    def gates(self, matched: frozenset[str], activity: Activity) -> bool:
        """Say whether anybody meets more than pass here, now or later."""
        nowhere = tuple(Group({}, reason, reason) for reason in Unknown)
        return any(
            self.decide(age, group, matched, activity).action > Action.PASS
            for age in self.ages
            if self._applies(age, matched, activity)
            for group in (*nowhere, *age.groups)
        )

    def _applies(self, age: _Age, matched: frozenset[str], activity: Activity) -> bool:
        """Say whether a rule holds but for the place; spares most evaluations."""
        return any(
            conditions_of(
                rule.when,
                rule.effective,
                matched=matched,
                activity=activity,
                now=age.segment.instant,
            ).reachable
            for rule in self.book.rules
        )
