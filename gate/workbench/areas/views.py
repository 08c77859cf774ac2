"""What belongs to a version of an area, with names, and how old the knowledge is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from gate.documents.moments import day, moment, stamp
from gate.errors import AreaNotBegunError, NoSuchAreaError
from gate.places.gazetteer import settlements
from gate.rules.iso3166 import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model import Area, AreaVersion, RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """A version of an area.

    Attributes:
        area: The area.
        version: The version in force.
        today: Day on which it is looked at, "YYYY-MM-DD".
    """

    area: Area
    version: AreaVersion
    today: str

    @property
    def since(self) -> str:
        """First moment in force, UTC."""
        return moment(self.version.since)

    @property
    def age_days(self) -> int | None:
        """Days since it was last known to be right; None if it bears no date."""
        known = self.version.known_on(self.today)
        if known is None:
            return None
        return (date.fromisoformat(self.today) - date.fromisoformat(known)).days

    def as_json(self) -> dict[str, object]:
        """Return what `gate area show --json` prints."""
        version = self.version
        return {
            "area": self.area.id,
            "title": self.area.title,
            "since": stamp(version.since),
            "as_of": version.as_of,
            "known_on": version.known_on(self.today),
            "age_days": self.age_days,
            "whole": dict(coded(version.whole)),
            "partly": dict(coded(version.partly)),
            "within": dict(coded(version.within)),
            "registered_in": dict(coded(version.registered_in)),
            "settlements": dict(named(version.settlements)),
            "outside": dict(named(version.outside)),
            "shapes": [shape.name for shape in version.shapes],
            "networks": list(version.networks),
            "weigh": asdict(version.weigh),
            "reviews": [asdict(review) for review in version.reviews],
            "sources": list(version.sources),
            "versions": [stamp(one.since) for one in self.area.versions],
        }


def view_of(book: RuleBook, name: str, at: int, now: int) -> AreaView:
    """Return the version of an area in force.

    Args:
        book: The rule book.
        name: Id of the area.
        at: Moment in question, in Unix seconds.
        now: The present, in Unix seconds: the age is counted to it, or to `at` if
            that is later.

    Raises:
        NoSuchAreaError: The book has no such area.
        AreaNotBegunError: No version was in force.
    """
    area = area_of(book, name)
    version = area.version_at(at)
    if version is None:
        first = moment(area.versions[0].since)
        raise AreaNotBegunError(name=name, day=day(at), first=first)
    return AreaView(area=area, version=version, today=day(max(at, now)))


def area_of(book: RuleBook, name: str) -> Area:
    """Return an area by its id.

    Raises:
        NoSuchAreaError: The book has no such area.
    """
    if name not in book.areas:
        known = f"Its areas are {', '.join(sorted(book.areas))}." if book.areas else ""
        raise NoSuchAreaError(name=name, known=known)
    return book.areas[name]


def coded(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return ISO 3166 codes with their names."""
    return [(code, name_of(code)) for code in codes]


def named(ids: Iterable[int]) -> list[tuple[str, str]]:
    """Return GeoNames ids, as text, with names; an unknown one has none."""
    known = settlements()
    return [(str(id_), known[id_].name if id_ in known else "") for id_ in ids]
