"""One case of a cell: a place, a path, an activity and a moment that a person can try.

Conditions read these four coordinates. Each falls into finitely many classes, so that
one case stands for all addresses, paths, activities and moments of its cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.decision import Group, Segment, conditions_of
from gate.model import Activity
from gate.rules.proving.conditions import Asked, deciding, reduced

if TYPE_CHECKING:
    from gate.model import RuleBook
    from gate.rules.proving.atoms import PathAtom


class Case(NamedTuple):
    """One case of a cell; every other case of the cell is decided alike.

    Attributes:
        group: The place.
        atom: The path.
        activity: What the request does.
        segment: When.
        book: The book reduced to what speaks of this path, activity and time; as
            the rest cannot hold here, the decision is that of the whole book.
    """

    group: Group
    atom: PathAtom
    activity: Activity
    segment: Segment
    book: RuleBook

    @property
    def now(self) -> int:
        """A moment of the case, Unix seconds."""
        return self.segment.instant


class Whens:
    """All conditions of a book; a set of them is an integer with a bit for each.

    Args:
        book: The rule book.

    Attributes:
        all: The conditions of the rules, then of the exemptions, then of the promises.
    """

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self.all: tuple[Asked, ...] = (
            *deciding(book),
            *((promise.scope, promise.effective) for promise in book.promises),
        )
        self._books: dict[int, RuleBook] = {}
        self._known: dict[tuple[str, frozenset[str], Activity, int], int] = {}

    def case(
        self, group: Group, atom: PathAtom, activity: Activity, segment: Segment
    ) -> Case:
        """Return the case of these coordinates."""
        live = self.at(segment) & self.along(atom) & self.during(activity)
        return Case(group, atom, activity, segment, self.book(live))

    def at(self, segment: Segment) -> int:
        """Return the conditions that hold in a segment."""
        return self._live("time", frozenset(), Activity.READ, segment.instant)

    def along(self, atom: PathAtom) -> int:
        """Return the conditions whose patterns match the paths of an atom."""
        return self._live("path", atom.matched, Activity.READ, 0)

    def during(self, activity: Activity) -> int:
        """Return the conditions that ask for an activity."""
        return self._live("activity", frozenset(), activity, 0)

    def book(self, live: int) -> RuleBook:
        """Return the book without all that is not among these conditions."""
        if live not in self._books:
            # As text, since each shift of so large a number would copy it.
            bits = f"{live:0{len(self.all)}b}"[::-1]
            self._books[live] = reduced(self._book, [bit == "1" for bit in bits])
        return self._books[live]

    def _live(
        self, condition: str, matched: frozenset[str], activity: Activity, now: int
    ) -> int:
        """Ask the evaluator's own code which conditions one coordinate meets."""
        key = condition, matched, activity, now
        if key not in self._known:
            live = 0
            for number, asked in enumerate(self.all):
                met = conditions_of(*asked, matched=matched, activity=activity, now=now)
                live |= getattr(met, condition) << number
            self._known[key] = live
        return self._known[key]
