"""Settlements whose ids mean nothing, or a place elsewhere than the area says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import load
from gate.model import Severity
from gate.places.gazetteer import settlements
from gate.places.people import is_counted
from gate.rules.iso3166 import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Area, AreaVersion, Diagnostic, RuleBook

    Problem = tuple[Severity, str, str]

_KNOWN = "all of Ukraine with 500 inhabitants or more, and 20 cities of Russia"


def check_settlements(book: RuleBook) -> list[Diagnostic]:
    """Find ids of settlements that are unknown or in another region (R039).

    Of areas in other countries than the gazetteer holds nothing is said.

    Args:
        book: The rule book; its files are read again for the place of each id.
    """
    return [
        found
        for area in book.areas.values()
        if any(_ids(version) for version in area.versions)
        for found in _of_area(area)
    ]


def _of_area(area: Area) -> Iterator[Diagnostic]:
    document = load(Path(area.mark.file))
    for number, version in enumerate(area.versions):
        for key, position, settlement in _ids(version):
            problem = _problem(version, settlement)
            if problem:
                severity, message, hint = problem
                loc = ("areas", area.id, "versions", number, key, position)
                yield document.finding(
                    "R039", message, loc, hint=hint, severity=severity
                )


def _ids(version: AreaVersion) -> list[tuple[str, int, int]]:
    """Return the key, the position and the id of each settlement of a version."""
    return [
        (key, position, settlement)
        for key in ("settlements", "outside")
        for position, settlement in enumerate(getattr(version, key))
    ]


def _problem(version: AreaVersion, settlement: int) -> Problem | None:
    """Return what is wrong with an id and what to do; None if nothing is."""
    named = {*version.whole, *version.partly}
    known = settlements().get(settlement)
    if known is None:
        regions = named.union(version.within)
        sure = regions and all(map(is_counted, regions))
        return _unknown(settlement) if sure else None
    region = known.subdivision or known.country
    if not named or not named.isdisjoint({known.country, region}):
        return None
    message = (
        f"{settlement} is {known.name} in {region} ({name_of(region)}); this version "
        f"names {region} neither whole nor partly."
    )
    return Severity.WARNING, message, f"Correct the id, or add {region} to partly."


def _unknown(settlement: int) -> Problem:
    """Say so without alarm: databases name smaller villages than the gate knows."""
    message = f"The gate knows no settlement with the id {settlement}."
    hint = f"It knows {_KNOWN}. Look at https://www.geonames.org/{settlement}."
    return Severity.NOTE, message, hint
