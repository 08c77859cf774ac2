"""Of which areas a place may be a member, by no more than what a row says of it.

A row has the label of the place and its levels by the areas of the book of its day.
Where another book draws its areas in the same way, the levels hold. Where it does not,
the label has to tell: a place with a code that belongs as a whole is a member; what
settlements, shapes, networks, registration, and the people nearby decide, no label
tells. What the areas of the day ruled out stays ruled out: whoever was not in a shape
is not in it now.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit.rows import MERGED
from gate.model import Membership, Unknown
from gate.places.people import is_counted
from gate.rules.book import digest_of_areas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.model import Area, AreaVersion, RuleBook
    from gate.workbench.auditing.alike import Alike

OTHER: Final = "other"
"""Label of a place with no code that areas mention."""

MOST_SPOTS: Final = 2_000
"""Bound on what is tried for one row."""

_ALL: Final = frozenset(Membership)
_NO: Final = frozenset({Membership.NO})
_LISTED: Final = frozenset({Membership.POSSIBLE, Membership.YES})
"""Levels of a place that only a listed network tells of: nothing rules it out."""

_NETWORKED: Final = (Unknown.NOT_IN_DATABASE, Unknown.ANONYMOUS_NETWORK)
"""Unknown places that become known when an area lists their network."""

REASONS: Final = frozenset(str(reason) for reason in Unknown)
"""Labels of unknown places."""


class Spot(NamedTuple):
    """A place, as a rule book sees it.

    Attributes:
        unknown: Why it is unknown; then no level is set.
        levels: Areas with the membership, sorted; areas with "no" are left out.
    """

    unknown: Unknown | None
    levels: tuple[tuple[str, Membership], ...] = ()


class TooManyError(Exception):
    """There are more possibilities than anybody tries."""


def levels_of(memberships: Iterable[str]) -> dict[str, Membership]:
    """Return the levels in a row's column, such as "russia:yes"."""
    pairs = (text.rpartition(":") for text in memberships)
    return {area: Membership[level.upper()] for area, _, level in pairs}


def spot_of(row: Alike) -> Spot:
    """Return the place of a row as the book of its day saw it."""
    if row.place in REASONS:
        return Spot(Unknown(row.place))
    return Spot(None, tuple(sorted(levels_of(row.memberships).items())))


def spots(
    book: RuleBook,
    drawn: RuleBook | None,
    row: Alike,
    now: int,
    asked: frozenset[str],
) -> list[Spot]:
    """Return what the place of a row may be to a book.

    Args:
        book: The book that is asked.
        drawn: A book with the areas of the row, if one is at hand.
        row: The row.
        now: Unix seconds.
        asked: Areas that can make a difference; others are left out.

    Raises:
        TooManyError: There are too many of them.
    """
    if row.place == MERGED:
        known = Spot(None), *_combined(dict.fromkeys(asked, _ALL), book, now)
        return [*dict.fromkeys(known), *(Spot(reason) for reason in Unknown)]
    found = spot_of(row)
    if row.areas_digest == book.areas_digest:
        return [_only(found, asked)]
    told = _Told(book, drawn, row, now)
    if found.unknown is not None:
        listed = _listed(book, now, asked) if told.may_be_found() else ()
        return [found, *listed]
    levels = {area: told.levels(book.areas[area]) for area in asked & set(book.areas)}
    made = _combined(levels, book, now)
    if told.may_be_lost():
        made += [*_listed(book, now, asked), *(Spot(reason) for reason in _NETWORKED)]
    return list(dict.fromkeys(made))


def version_at(area: Area, now: int) -> AreaVersion | None:
    """Return the version of an area in force at a moment; None before the first."""
    return next((v for v in reversed(area.versions) if v.since <= now), None)


def _only(spot: Spot, asked: frozenset[str]) -> Spot:
    return spot._replace(levels=tuple(pair for pair in spot.levels if pair[0] in asked))


def _listed(book: RuleBook, now: int, asked: frozenset[str]) -> list[Spot]:
    return _combined(dict.fromkeys(asked & set(book.areas), _LISTED), book, now)


def _combined(
    levels: Mapping[str, frozenset[Membership]], book: RuleBook, now: int
) -> list[Spot]:
    in_force = {
        area: found if version_at(book.areas[area], now) else _NO
        for area, found in sorted(levels.items())
        if area in book.areas
    }
    if prod(map(len, in_force.values())) > MOST_SPOTS:
        raise TooManyError
    return [
        Spot(None, tuple((area, level) for area, level in chosen if level))
        for chosen in product(
            *(
                [(area, level) for level in sorted(found)]
                for area, found in in_force.items()
            )
        )
    ]


@dataclass(frozen=True, slots=True)
class _Hints:
    """What a label tells of the codes of a place.

    Attributes:
        sure: Its codes, as far as they are known.
        within: The country, if it is known.
        mentioned: Codes that the place would have been labelled with.
    """

    sure: frozenset[str]
    within: str | None
    mentioned: frozenset[str]

    @classmethod
    def of(cls, label: str, mentioned: frozenset[str]) -> _Hints:
        country = None if label == OTHER else label.partition("-")[0]
        sure = frozenset() if country is None else frozenset({label, country})
        return cls(sure, country, mentioned)

    def may_have(self, code: str) -> bool:
        """Say whether the place may have a code."""
        if code in self.sure:
            return True
        country, dash, _ = code.partition("-")
        if code in self.mentioned or any("-" in known for known in self.sure):
            return False
        if self.within is not None:
            return bool(dash) and country == self.within
        return country not in self.mentioned


class _Told:
    """What a row tells of its place to a book that draws its areas in another way."""

    def __init__(
        self, book: RuleBook, drawn: RuleBook | None, row: Alike, now: int
    ) -> None:
        self._book, self._drawn, self._row, self._now = book, drawn, row, now
        self._old = levels_of(row.memberships)
        mentioned = _codes(drawn) if drawn else frozenset()
        self._hints = _Hints.of(row.place, mentioned)
        self._out = list(self._ruled_out(_ALL - {Membership.YES}))
        self._no = list(self._ruled_out(_NO))

    def may_be_found(self) -> bool:
        """Say whether an unknown place may lie in a network that is listed now."""
        listed = _networks(self._book) - _networks(self._drawn)
        return Unknown(self._row.place) in _NETWORKED and bool(listed)

    def may_be_lost(self) -> bool:
        """Say whether only a network that was listed then told where the place is."""
        if self._row.place != OTHER:
            return False
        if self._drawn is None:
            return True
        in_force = (a for a in self._drawn.areas.values() if version_at(a, self._now))
        return bool(_networks(self._drawn)) and all(a.id in self._old for a in in_force)

    def levels(self, area: Area) -> frozenset[Membership]:
        """Return every level that the place may have in an area."""
        was = self._drawn.areas.get(area.id) if self._drawn else None
        if was is not None and digest_of_areas([was]) == digest_of_areas([area]):
            return frozenset({self._old.get(area.id, Membership.NO)})
        version = version_at(area, self._now)
        if version is None:
            return _NO
        if was is not None and self._is_by_another(was):
            return _ALL
        return frozenset(self._by_label(version))

    def _is_by_another(self, was: Area) -> bool:
        """Say whether another source than that of the label put the place in an area.

        A second database or an edge may have named codes that the label does not.
        """
        version = version_at(was, self._now)
        if version is None or self._old.get(was.id, Membership.NO) is Membership.NO:
            return False
        codes = {*version.whole, *version.partly, *version.within}
        return bool(codes) and self._hints.sure.isdisjoint(codes)

    def _by_label(self, version: AreaVersion) -> Iterator[Membership]:
        hints = self._hints
        if hints.sure & set(version.whole):
            yield Membership.YES
            return
        within = [code for code in version.within if hints.may_have(code)]
        weighed = any(map(is_counted, within))
        if weighed or not hints.sure & set(version.partly):
            yield Membership.NO
        if within or self._may_be_near(version) or self._may_be_inside(version):
            yield Membership.POSSIBLE
        if (
            weighed
            or self._is_finer(version)
            or any(map(hints.may_have, version.whole))
            or (within and version.registered_in)
        ):
            yield Membership.YES

    def _may_be_near(self, version: AreaVersion) -> bool:
        """Say whether the place may lie in `partly`, or in its country and near it."""
        return any(
            self._hints.may_have(code)
            or (is_counted(code) and self._hints.may_have(code.partition("-")[0]))
            for code in version.partly
        )

    def _may_be_inside(self, version: AreaVersion) -> bool:
        """Say whether the point may lie in a shape, which alone is not certain."""
        return bool(_outlines(version).difference(*map(_outlines, self._no)))

    def _is_finer(self, version: AreaVersion) -> bool:
        """Say whether something may belong that no code tells."""
        fine = {*version.settlements, *version.networks}
        for was in self._out:
            fine -= {*was.settlements, *was.networks}
        return bool(fine) or self._may_be_inside(version)

    def _ruled_out(self, levels: frozenset[Membership]) -> Iterator[AreaVersion]:
        """Yield versions in which the place certainly had one of some levels."""
        for area in self._drawn.areas.values() if self._drawn else ():
            version = version_at(area, self._now)
            if version and self._old.get(area.id, Membership.NO) in levels:
                yield version


def _outlines(version: AreaVersion) -> frozenset[str]:
    return frozenset(shape.geojson for shape in version.shapes)


def _codes(book: RuleBook) -> frozenset[str]:
    return frozenset(
        code
        for _, version in book.area_versions
        for code in (*version.whole, *version.partly, *version.within)
    )


def _networks(book: RuleBook | None) -> frozenset[str]:
    if book is None:
        return frozenset()
    return frozenset(n for _, version in book.area_versions for n in version.networks)
