"""Everything that a rule book can tell apart, as a short list of cases.

Conditions read four coordinates: place, path, activity, time. Each falls into finitely
many classes, so that looking at one case of every cell proves a sentence about all
addresses, paths, activities and moments.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gate.decision import (
    Group,
    Segment,
    conditions_of,
    globs_of,
    groups,
    segments,
)
from gate.model import Activity, Unknown
from gate.rules.proving.atoms import path_atoms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model import Effective, LocationClass, RuleBook, When
    from gate.rules.proving.atoms import Limits, PathAtom


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


def cases(
    book: RuleBook, classes: Sequence[LocationClass], limits: Limits | None = None
) -> Iterator[Case]:
    """Give one case for every cell of a rule book, earliest and shortest first.

    Every reason for an unknown place is among the cases, whether or not a class
    stands for it.

    Args:
        book: The rule book.
        classes: Every class of places that there is.
        limits: Bounds on the search for paths.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """
    whens = Whens(book)
    paths = whens.by_path(path_atoms(globs_of(when for when, _ in whens.all), limits))
    activities = whens.by_activity()
    seen: set[tuple[object, ...]] = set()
    for segment in whens.segments():
        view = _View(book, classes, segment)
        now = whens.at(segment)
        for at_activity, activity in activities.items():
            for at_path, atom in paths.items():
                live = now & at_activity & at_path
                for key, group in view.apart(whens.areas(live)):
                    if (live, key) not in seen:
                        seen.add((live, key))
                        yield Case(group, atom, activity, segment, whens.book(live))


class Whens:
    """All conditions of a book; a set of them is an integer with a bit for each.

    Args:
        book: The rule book.
    """

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self.all: list[tuple[When, Effective]] = [
            *((rule.when, rule.effective) for rule in book.rules),
            *((exemption.when, exemption.effective) for exemption in book.exemptions),
            *((promise.scope, promise.effective) for promise in book.promises),
        ]
        self._areas: dict[int, tuple[str, ...]] = {}
        self._books: dict[int, RuleBook] = {}
        self._known: dict[tuple[str, frozenset[str], Activity, int], int] = {}

    def case(
        self, group: Group, atom: PathAtom, activity: Activity, segment: Segment
    ) -> Case:
        """Return the case of these coordinates."""
        live = self.at(segment) & self.along(atom) & self.during(activity)
        return Case(group, atom, activity, segment, self.book(live))

    def segments(self) -> tuple[Segment, ...]:
        spans = [promise.effective for promise in self._book.promises]
        also = [instant for span in spans for instant in (span.since, span.until)]
        return segments(self._book, also=also)

    def by_path(self, atoms: Sequence[PathAtom]) -> dict[int, PathAtom]:
        found: dict[int, PathAtom] = {}
        for atom in atoms:
            found.setdefault(self.along(atom), atom)
        return found

    def by_activity(self) -> dict[int, Activity]:
        found: dict[int, Activity] = {}
        for activity in Activity:
            found.setdefault(self.during(activity), activity)
        return found

    def at(self, segment: Segment) -> int:
        """Return the conditions that hold in a segment."""
        return self._live("time", frozenset(), Activity.READ, segment.instant)

    def along(self, atom: PathAtom) -> int:
        """Return the conditions whose patterns match the paths of an atom."""
        return self._live("path", atom.matched, Activity.READ, 0)

    def during(self, activity: Activity) -> int:
        """Return the conditions that ask for an activity."""
        return self._live("activity", frozenset(), activity, 0)

    def areas(self, live: int) -> tuple[str, ...]:
        """Return the areas that these conditions ask about, sorted."""
        if live not in self._areas:
            named: set[str] = set()
            for number, (when, _) in enumerate(self.all):
                if live >> number & 1:
                    named.update(when.areas or (), when.outside_areas or ())
            self._areas[live] = tuple(sorted(named))
        return self._areas[live]

    def book(self, live: int) -> RuleBook:
        """Return the book without all that is not among these conditions."""
        if live not in self._books:
            whole = self._book
            # As text, since each shift of so large a number would copy it.
            bits = iter([bit == "1" for bit in f"{live:0{len(self.all)}b}"[::-1]])
            self._books[live] = replace(
                whole,
                rules=_chosen(whole.rules, bits),
                exemptions=_chosen(whole.exemptions, bits),
                promises=_chosen(whole.promises, bits),
            )
        return self._books[live]

    def _live(
        self, condition: str, matched: frozenset[str], activity: Activity, now: int
    ) -> int:
        """Ask the evaluator's own code which conditions one coordinate meets."""
        key = condition, matched, activity, now
        if key not in self._known:
            live = 0
            for number, (when, effective) in enumerate(self.all):
                met = conditions_of(
                    when, effective, matched=matched, activity=activity, now=now
                )
                live |= getattr(met, condition) << number
            self._known[key] = live
        return self._known[key]


_Item = TypeVar("_Item")


def _chosen(items: Sequence[_Item], bits: Iterator[bool]) -> tuple[_Item, ...]:
    """Take the next bit for each item, and keep those whose bit is set."""
    return tuple(
        item for item, bit in zip(items, islice(bits, len(items)), strict=True) if bit
    )


class _View:
    """The places of a segment, as far as given areas tell them apart."""

    def __init__(
        self, book: RuleBook, classes: Sequence[LocationClass], segment: Segment
    ) -> None:
        known = [place for place in classes if place.unknown is None]
        self._groups = groups(book, known, segment.instant)[0]
        self._apart: dict[tuple[str, ...], dict[tuple[object, ...], Group]] = {}

    def apart(self, areas: tuple[str, ...]) -> Iterable[tuple[object, Group]]:
        if areas not in self._apart:
            found: dict[tuple[object, ...], Group] = {}
            for group in self._groups:
                found.setdefault(tuple(group.memberships[a] for a in areas), group)
            for reason in Unknown:
                found[(reason,)] = Group({}, reason, reason)
            self._apart[areas] = found
        return self._apart[areas].items()
