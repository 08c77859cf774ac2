"""Places from which a book is looked at: those that its tests and its areas name.

The classes of a database stand for every address, but nobody can write one of them into
a test. So places that can be written down come first, and classes fill the gaps. Last
come places that nobody has seen: every combination of memberships that the areas allow,
so that what is said of all points holds for every database.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from gate.model import LocationClass, Membership, Place, Unknown
from gate.rules.mutating.areas import places_of_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gate.model import AreaVersion, RuleBook
    from gate.rules.testing.trial import Memberships

_MOST_COMBINATIONS = 2_000  # of memberships; ten areas that can be possible have more


class Point(NamedTuple):
    """A place, or a class of places.

    Attributes:
        label: What it is called.
        place: The place, as a test would state it; None for a class of a database.
        known: Memberships of a class, by the number of what a version says.
        is_thought: Nobody knows a place like it.
    """

    label: str
    place: Place | None
    known: Mapping[int, Membership]
    is_thought: bool = False

    @property
    def unknown(self) -> Unknown | None:
        """Why the place is unknown."""
        return self.place.unknown if self.place else None


class Vantage:
    """All places that are known, and what books say of them.

    Args:
        book: The book; other books differ from it in little.
        memberships: Memberships of places.
        classes: Classes of the loaded database, in the order of the book.
    """

    def __init__(
        self,
        book: RuleBook,
        memberships: Memberships,
        classes: Sequence[LocationClass],
    ) -> None:
        self._memberships = memberships
        labels = visitors_of(book)
        for place in (*_named(book), *(Place(unknown=reason) for reason in Unknown)):
            labels.setdefault(place, label_of(place))
        points = [Point(label, place, {}) for place, label in labels.items()]
        numbers = [memberships.number(version) for _, version in book.area_versions]
        points += [
            Point(found.label, None, dict(zip(numbers, found.memberships, strict=True)))
            for found in classes
            if found.unknown is None
        ]
        self._all = tuple(points)
        thought = _thought(book, memberships)
        self._distinct = tuple(self._apart(book, [*points, *thought]))
        self.is_whole = bool(thought) or not book.area_versions
        """Whether the points stand for every place that there can be."""

    def points(self, probes: Iterable[Place] = ()) -> tuple[Point, ...]:
        """Return all points, each once as far as the book can tell them apart.

        Args:
            probes: Further places; if there are any, all that are known come with
                them, for a changed area may tell apart what the book does not.
        """
        more = tuple(Point(label_of(place), place, {}) for place in probes)
        return (*more, *self._all) if more else self._distinct

    def memberships_at(
        self, book: RuleBook, point: Point, now: int
    ) -> dict[str, Membership] | None:
        """Return the memberships of a point at a moment.

        None if a version of the book was never held against the class.

        Args:
            book: The book.
            point: The point.
            now: Unix seconds.
        """
        if point.unknown is not None:
            return {}
        found = dict.fromkeys(sorted(book.areas), Membership.NO)
        for area in book.areas.values():
            version = area.version_at(now)
            if version is not None:
                membership = self._of(version, point)
                if membership is None:
                    return None
                found[area.id] = membership
        return found

    def classes_for(
        self, book: RuleBook, points: Iterable[Point]
    ) -> list[LocationClass]:
        """Return points as classes of places in the order of a book."""
        found: dict[tuple[Membership, ...], LocationClass] = {}
        for point in points:
            vector = self._vector(book, point)
            if vector is not None and point.unknown is None:
                own = LocationClass(label=point.label, memberships=vector)
                found.setdefault(vector, own)
        return list(found.values())

    def _apart(self, book: RuleBook, points: Iterable[Point]) -> Iterator[Point]:
        seen = set()
        for point in points:
            key = point.unknown or self._vector(book, point)
            if key not in seen:
                seen.add(key)
                yield point

    def _vector(self, book: RuleBook, point: Point) -> tuple[Membership, ...] | None:
        found = [self._of(version, point) for _, version in book.area_versions]
        known = tuple(membership for membership in found if membership is not None)
        return known if len(known) == len(found) else None

    def _of(self, version: AreaVersion, point: Point) -> Membership | None:
        if point.place is not None:
            return self._memberships(version, point.place)[0]
        return point.known.get(self._memberships.number(version))


def _thought(book: RuleBook, memberships: Memberships) -> list[Point]:
    """Return a point for every combination of memberships; none if they are too many.

    Versions that say the same have the same members. Where a version lists only whole
    codes and settlements, no place is possible.
    """
    versions = {
        memberships.number(version): version for _, version in book.area_versions
    }
    levels = [tuple(_levels(version)) for version in versions.values()]
    if prod(len(found) for found in levels) > _MOST_COMBINATIONS:
        return []
    return [
        Point(
            label=_label(found),
            place=None,
            known=dict(zip(versions, found, strict=True)),
            is_thought=True,
        )
        for found in product(*levels)
    ]


def _levels(version: AreaVersion) -> Iterator[Membership]:
    """Yield the memberships that a place can have in a version."""
    yield Membership.NO
    if can_be_possible(version):
        yield Membership.POSSIBLE
    yield Membership.YES


def can_be_possible(version: AreaVersion) -> bool:
    """Say whether a place may belong to a version without being sure to."""
    return bool(version.within or version.partly or version.shapes or version.networks)


def _label(found: Iterable[Membership]) -> str:
    return f"a place that is {', '.join(str(one) for one in found)} in the areas"


def label_of(place: Place) -> str:
    """Return the finest that a place says of itself, for people."""
    if place.unknown is not None:
        return str(place.unknown)
    settlement = place.settlement_name or place.settlement
    if settlement is not None:
        return f"settlement {settlement}"
    if place.network is not None and place.country is None:
        return place.network
    spot = place.subdivision or place.country
    if place.point is not None:
        return f"{spot or 'point'} {place.point[0]:g} {place.point[1]:g}"
    return spot or "nowhere"


def visitors_of(
    book: RuleBook, label: Callable[[Place], str] = label_of
) -> dict[Place, str]:
    """Return the visitors of the tests, under the name of the first test of each.

    Args:
        book: The book.
        label: Says what a visitor is called whose test has several, or who is in no
            known place.
    """
    names = Counter(test.name for test in book.tests)
    found: dict[Place, str] = {}
    for test in book.tests:
        alone = names[test.name] == 1 and test.visitor.unknown is None
        found.setdefault(test.visitor, test.name if alone else label(test.visitor))
    return found


def _named(book: RuleBook) -> Iterator[Place]:
    """Yield the places that the areas name, as a coarse record would."""
    for _, version in book.area_versions:
        for code in (*version.whole, *version.partly, *version.within):
            yield from places_of_code(code)
        for network in version.networks:
            yield Place(network=network)
