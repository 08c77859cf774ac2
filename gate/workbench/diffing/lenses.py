"""One book, asked about cells by the evaluator that serves."""

from __future__ import annotations

from functools import reduce
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import decide, stricter
from gate.model import Unknown
from gate.rules.proving.conditions import deciding, reduced
from gate.workbench.diffing.areas import Plan, memberships_in, plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import (
        Activity,
        Decision,
        Membership,
        RuleBook,
    )
    from gate.workbench.diffing.twins import Pair


class Case(NamedTuple):
    """One case of a cell.

    Attributes:
        pair: The place.
        matched: Patterns of both books that match the path.
        activity: What the request does.
        now: Unix seconds.
    """

    pair: Pair
    matched: frozenset[str]
    activity: Activity
    now: int


def decided(
    book: RuleBook,
    case: Case,
    levels: Mapping[str, Membership],
    reasons: tuple[Unknown | None, ...],
) -> Decision:
    """Return what follows for a case: the strictest of the place and of all doubts.

    Args:
        book: The book.
        case: The case.
        levels: Memberships of the place.
        reasons: Why the place is unknown, or None; then reasons that hold beside it.
    """
    first, *beside = reasons
    found = [first, *(reason for reason in beside if reason is not None)]
    return reduce(
        stricter,
        (
            decide(
                book,
                memberships=levels if reason is None else {},
                matched=case.matched,
                activity=case.activity,
                now=case.now,
                unknown=reason,
            )
            for reason in found
        ),
    )


class Lens:
    """One book, asked about cells; each case is decided once.

    Args:
        book: The book.
        side: 0 for the old one, 1 for the new one.
        old_from: From when on the database counts as too old, Unix seconds; None if
            its age is left aside.

    Attributes:
        whens: The conditions of all rules, then of all exemptions; bit i of a set of
            conditions stands for the one at position i.
    """

    def __init__(self, book: RuleBook, side: int, old_from: int | None) -> None:
        self.book, self.side, self.old_from = book, side, old_from
        self.whens = deciding(book)
        self.plan: Plan = plan_of(book, side)
        self._reduced: dict[int, tuple[RuleBook, tuple[str, ...]]] = {}
        self._known: dict[tuple[object, ...], Decision] = {}

    def decide(self, live: int, case: Case) -> Decision:
        """Return what follows where only some conditions can hold.

        Args:
            live: The set of conditions.
            case: The case.
        """
        book, asked = self._with(live)
        place = case.pair[self.side]
        levels = memberships_in(self.plan, case.pair, case.now)
        is_old = self.old_from is not None and case.now >= self.old_from
        told = tuple(levels[area] for area in asked)
        key = (live, place.unknown, place.doubt, is_old, told)
        if key not in self._known:
            reasons = (place.doubt, Unknown.DATABASE_UNUSABLE if is_old else None)
            self._known[key] = decided(book, case, levels, (place.unknown, *reasons))
        return self._known[key]

    def _with(self, live: int) -> tuple[RuleBook, tuple[str, ...]]:
        """Return the book without all that cannot hold, and the areas it asks for."""
        if live not in self._reduced:
            bits = [live >> number & 1 for number in range(len(self.whens))]
            areas = {
                area
                for when, _ in compress(self.whens, bits)
                for area in when.areas or ()
            }
            book = reduced(self.book, bits)
            self._reduced[live] = book, tuple(sorted(areas & self.plan.keys()))
        return self._reduced[live]
