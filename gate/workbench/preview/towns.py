"""Settlements that a person would ask about: large, and on both sides of a line."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Place
from gate.places.areas import extent_of
from gate.places.gazetteer import distance_km, settlements
from gate.workbench.areas.ground import RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.model import AreaVersion, RuleBook
    from gate.places.gazetteer import Settlement

_DISTRICTS = 13_000_000  # GeoNames ids from which on nearly all are parts of cities
_INSIDE, _DISPUTED, _OUTSIDE = 10, 12, 8  # how many are listed
_APART_KM = 12.0  # a settlement nearer to a larger one is not listed


class Towns(NamedTuple):
    """Settlements in and around an area, the largest first.

    Attributes:
        inside: Those that belong.
        disputed: Those of subdivisions that belong in part, and that do not belong.
        outside: The largest others of the countries that the area mentions.
    """

    inside: tuple[Settlement, ...]
    disputed: tuple[Settlement, ...]
    outside: tuple[Settlement, ...]


def versions_at(book: RuleBook, now: int) -> list[tuple[str, AreaVersion]]:
    """Return each area that has begun, with its version in force at `now`."""
    found = ((name, book.areas[name].version_at(now)) for name in sorted(book.areas))
    return [(name, version) for name, version in found if version is not None]


@lru_cache(maxsize=64)
def towns_of(version: AreaVersion) -> Towns:
    """Return the settlements that are worth asking about.

    Raises:
        BookError: A shape of the version is unusable.
    """
    extent = extent_of(version)
    codes = (*version.whole, *version.partly, *version.within)
    countries = {code[:2] for code in codes}
    around = [one for one in settlements().values() if one.country in countries]
    around.sort(key=lambda one: (one.id >= _DISTRICTS, -one.population))
    inside = [one for one in around if extent.has_settlement(one)]
    known = set(inside)
    rest = [one for one in around if one not in known]
    return Towns(
        inside=_spread(inside, _INSIDE),
        disputed=_spread(
            (o for o in rest if o.subdivision in extent.partly), _DISPUTED
        ),
        outside=_spread(
            (o for o in rest if o.subdivision not in extent.partly), _OUTSIDE
        ),
    )


def _spread(found: Iterable[Settlement], most: int) -> tuple[Settlement, ...]:
    """Take the first ones that do not lie beside one that is taken."""
    taken: list[Settlement] = []
    for one in found:
        if len(taken) == most:
            break
        if all(distance_km(_point(one), _point(other)) > _APART_KM for other in taken):
            taken.append(one)
    return tuple(taken)


def place_at(point: tuple[float, float]) -> Place:
    """Return what a good database says of an address at a point that is no town.

    It is labelled as the nearest settlement is.

    Args:
        point: Latitude and longitude in degrees.
    """
    near = min(settlements().values(), key=lambda one: distance_km(point, _point(one)))
    return Place(
        country=near.country,
        subdivision=near.subdivision or None,
        point=point,
        accuracy_km=RADIUS_KM,
    )


def titles_of(found: Sequence[Settlement]) -> list[str]:
    """Return names, with the subdivision where two are alike."""
    names = [one.name for one in found]
    return [
        f"{one.name} ({one.subdivision or one.country})"
        if names.count(one.name) > 1
        else one.name
        for one in found
    ]


def _point(one: Settlement) -> tuple[float, float]:
    return one.latitude, one.longitude
