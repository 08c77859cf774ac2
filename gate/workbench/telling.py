"""Whether a database can tell what an area asks of it, and by what it decides.

Places that lie in the area for certain are stripped of what the database does not tell,
and judged by the very function that judges its records: what is left of the certainty
is all that there can be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gate.documents.scalars import quoted
from gate.model import Diagnostic, Membership, Place, Severity
from gate.places.anonymous import TELLS
from gate.places.areas import Extent, extent_of
from gate.places.facts import OWN_CODES
from gate.places.gazetteer import settlements
from gate.places.people import region_of
from gate.places.subdivisions import NAMED_COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model import AreaVersion, RuleBook
    from gate.places.facts import DatabaseFacts
    from gate.places.gazetteer import Settlement

FIELDS = {
    "country": "countries",
    OWN_CODES: "subdivision codes",
    "subdivision_name": "names of subdivisions",
    "settlement": "settlement ids",
    "settlement_name": "names of settlements",
    "point": "points",
    "accuracy_km": "radius",
    "registered": "countries of registration",
    TELLS: "networks that hide visitors",
}
"""What a database may tell, in words, by the field of a place."""

MOST_WITNESSES = 40
"""Settlements of a shape that are asked, the largest first."""

_STRIPPED = tuple(field for field in FIELDS if field not in {OWN_CODES, TELLS})
_OF_REGIONS = frozenset({"subdivision", "subdivision_name"})
_EVIDENCE = {
    "network": "its listed networks",
    "whole": "codes",
    "partly": "codes",
    "settlement": "settlements",
    "shape": "shapes",
    "disc": "the people nearby",
    "region": "the people of a region",
    "within": "the country alone",
    "registered": "registration",
    "near": "nearness",
}
_STRENGTH = tuple(dict.fromkeys(_EVIDENCE.values()))


class Verdict(NamedTuple):
    """What becomes of one version of an area in one database.

    Attributes:
        best: The highest membership that a record can have.
        possible: The highest that the area itself allows, in a database that tells all.
        by: What says so, in words.
        lost: Conditions of the area that are less certain than they could be.
        blurred: A settlement outside that cannot be ruled out; None if there is none.
    """

    best: Membership
    possible: Membership
    by: tuple[str, ...]
    lost: tuple[str, ...]
    blurred: str | None

    @property
    def is_decided(self) -> bool:
        """The area is as certain as it can be, for some places at least."""
        return self.best == self.possible


def fields(tells: Iterable[str]) -> str:
    """Return in words what a database tells."""
    known = set(tells)
    return ", ".join(word for field, word in FIELDS.items() if field in known)


def untold(facts: DatabaseFacts) -> str:
    """Return in words what a database of places cannot tell; may be empty."""
    if TELLS in facts.tells:
        return "places"
    return fields(FIELDS.keys() - {TELLS, *facts.tells})


def verdict(version: AreaVersion, tells: Sequence[str]) -> Verdict:
    """Say how well a version of an area can be decided.

    Args:
        version: The version.
        tells: As in `DatabaseFacts`.

    Raises:
        BookError: A shape of the version is unusable.
    """
    extent = extent_of(version)
    best = possible = Membership.NO
    by: dict[str, Membership] = {}
    lost = []
    for name, places in _witnesses(extent):
        full = max(extent.membership(place)[0] for place in places)
        told = [extent.membership(_stripped(place, tells)) for place in places]
        reached = max(level for level, _ in told)
        for level, texts in told:
            for kind in map(_kind, texts):
                by[kind] = max(level, by.get(kind, level))
        best, possible = max(best, reached), max(possible, full)
        lost += [name] if reached < full else []
    words = tuple(word for word in _STRENGTH if by.get(word) == best)
    return Verdict(best, possible, words, tuple(lost), _blurred(extent, tells))


def told(version: AreaVersion, tells: Sequence[str]) -> str:
    """Return in a few words how an area is decided."""
    found = verdict(version, tells)
    by = " and ".join(found.by) or "its listed networks"
    if not found.is_decided:
        return f"never more than {found.best}, by {by}{_also(found)} (R013)"
    lost = f", not by {', '.join(found.lost)}" if found.lost else ""
    return f"decided by {by}{lost}{_also(found)}"


def decided_by(facts: DatabaseFacts, book: RuleBook | None) -> list[tuple[str, str]]:
    """Return for each area how a database of places decides its newest version.

    Raises:
        BookError: A shape is unusable.
    """
    if book is None or TELLS in facts.tells:
        return []
    return [(a.id, told(a.versions[-1], facts.tells)) for a in book.areas.values()]


def undecided(book: RuleBook, databases: Sequence[DatabaseFacts]) -> list[Diagnostic]:
    """Find areas that a database cannot decide: R013.

    An error if none of the databases decides the area, else a warning; only the newest
    version of an area counts.

    Raises:
        BookError: A shape is unusable.
    """
    asked = [facts for facts in databases if TELLS not in facts.tells]
    found = []
    for area in book.areas.values():
        version = area.versions[-1]
        verdicts = [(facts, verdict(version, facts.tells)) for facts in asked]
        decided = any(one.is_decided for _, one in verdicts)
        found += [
            _finding(area.id, version, facts, one, is_error=not decided)
            for facts, one in verdicts
            if one.lost
        ]
    return found


def _finding(
    area: str,
    version: AreaVersion,
    facts: DatabaseFacts,
    one: Verdict,
    *,
    is_error: bool,
) -> Diagnostic:
    missing = ", ".join(one.lost)
    if one.is_decided:
        message = f"{quoted(area)} is decided by {' and '.join(one.by)} only"
    else:
        message = f"{quoted(area)} is never more than {one.best}{_also(one)}"
    return Diagnostic(
        code="R013",
        message=f"{message}: {facts.name} tells {fields(facts.tells) or 'nothing'}.",
        mark=version.mark,
        hint=f"The area asks for {missing}. Use a database that tells them (gate geo "
        "status), or state what this one tells.",
        severity=Severity.ERROR if is_error else Severity.WARNING,
    )


def _also(one: Verdict) -> str:
    return f", and {one.blurred} cannot be ruled out" if one.blurred else ""


def _witnesses(extent: Extent) -> Iterator[tuple[str, list[Place]]]:
    """Yield places that belong, by the condition that says so."""
    whole = sorted(extent.whole)
    groups = {
        "countries": [Place(country=code) for code in whole if "-" not in code],
        "subdivision codes": [_part(code) for code in whole if "-" in code],
        "parts of subdivisions": [_part(code) for code in sorted(extent.partly)],
        "settlements": [
            _settled(settlements()[id_])
            for id_ in sorted(extent.settlements)
            if id_ in settlements()
        ],
        "shapes": _inside(extent),
    }
    yield from ((name, places) for name, places in groups.items() if places)


def _part(code: str) -> Place:
    return Place(country=code.partition("-")[0], subdivision=code)


def _settled(found: Settlement) -> Place:
    """Return a place that only its settlement and its point speak for."""
    return Place(
        country=found.country,
        settlement=found.id,
        settlement_name=found.name,
        point=(found.latitude, found.longitude),
        accuracy_km=5,
    )


def _inside(extent: Extent) -> list[Place]:
    places = []
    for shape in extent.outlines:
        spots = [s for s in settlements().values() if shape.holds(_spot(s))]
        largest = sorted(spots, key=lambda spot: -spot.population)[:MOST_WITNESSES]
        places += [_settled(spot) for spot in largest]
        if not spots:
            middle = shape.geometry.representative_point()
            places.append(Place(point=(middle.y, middle.x), accuracy_km=5))
    return places


def _spot(found: Settlement) -> tuple[float, float]:
    return found.latitude, found.longitude


def _blurred(extent: Extent, tells: Sequence[str]) -> str | None:
    """Return the largest settlement that is ruled out only by what is not told."""
    for country in extent.version.within:
        region = region_of(country)
        if region is None:
            continue
        outside = [s for s in region.settlements if not extent.has_settlement(s)]
        for spot in sorted(outside, key=lambda spot: -spot.population)[:1]:
            place = replace(_settled(spot), subdivision=spot.subdivision or None)
            if extent.membership(_stripped(place, tells))[0] is not Membership.NO:
                return spot.name
    return None


def _stripped(place: Place, tells: Sequence[str]) -> Place:
    """Return what is left of a place in a database."""
    gone: dict[str, None] = {field: None for field in _STRIPPED if field not in tells}
    by_name = place.country in NAMED_COUNTRIES and not _OF_REGIONS.isdisjoint(tells)
    if OWN_CODES not in tells and not by_name:
        gone["subdivision"] = None
    return replace(place, **gone)


def _kind(text: str) -> str:
    return _EVIDENCE[text.partition(":")[0]]
