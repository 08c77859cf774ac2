"""What is on the map of an area: borders, outlines, settlements, points."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from gate.model import Membership
from gate.places.areas import extent_of
from gate.places.gazetteer import distance_km, settlements
from gate.workbench.comparing.profiles import inner_countries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import AreaVersion
    from gate.places.gazetteer import Settlement
    from gate.workbench.areas.spots import Spotted

    Point = tuple[float, float]
    Ring = Sequence[Point]

CITY = 400_000
"""Inhabitants from which a settlement is named that the area does not list."""

CITY_NEAR = 60_000
"""The same in regions that belong in part, where the line is asked for most."""

CITY_HELD = 100_000
"""The same within the area."""

_DISTRICTS = 13_000_000
"""GeoNames ids from which on nearly all in Ukraine are districts of cities."""

_SUBURB_KM = 8.0
"""A settlement so near to a larger one is not named: it may be a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """What is on the map; points are (latitude, longitude) in degrees.

    Attributes:
        borders: Rings of the countries inside which the area ends, if they are known.
        shapes: Rings of the outlines of the area.
        inside: Settlements that belong.
        partly: Those of subdivisions that belong in part, and that do not belong.
        outside: All others of these countries.
        deciding: Settlements that the area lists.
        named: Those of them that are named on the map.
        held: Large cities that belong without being listed.
        cities: Large cities that do not belong.
        spots: The points of the loaded databases; None without a database.
    """

    borders: tuple[Ring, ...]
    shapes: tuple[Ring, ...]
    inside: tuple[Settlement, ...]
    partly: tuple[Settlement, ...]
    outside: tuple[Settlement, ...]
    deciding: tuple[Settlement, ...]
    named: tuple[Settlement, ...]
    held: tuple[Settlement, ...]
    cities: tuple[Settlement, ...]
    spots: Spotted | None

    def extremes(self) -> list[Point]:
        """Return points of which the map must show every one; at least one."""
        rings = [point for ring in (*self.borders, *self.shapes) for point in ring]
        towns = [point_of(one) for one in (*self.inside, *self.deciding)]
        seen: list[Point] = []
        if self.spots is not None and not self.borders:
            levels = self.spots.ipv4
            seen = [point for point, level in levels if level is not Membership.NO]
        return rings + towns + seen or [(0.0, 0.0), (1.0, 1.0)]


def atlas(version: AreaVersion, spotted: Spotted | None) -> Atlas:
    """Gather what is on the map of a version of an area.

    Raises:
        BookError: A shape of the version is unusable.
    """
    extent = extent_of(version)
    countries = inner_countries(version) | set(version.whole)
    around = [one for one in settlements().values() if one.country in countries]
    inside = [one for one in around if extent.has_settlement(one)]
    rest = [one for one in around if not extent.has_settlement(one)]
    partly = [one for one in rest if one.subdivision in extent.partly]
    others = [one for one in rest if one.subdivision not in extent.partly]
    listed = [one for one in inside if one.id in extent.settlements]
    rings = [ring for shape in extent.outlines for ring in _rings(shape.geometry)]
    return Atlas(
        borders=tuple(ring for c in sorted(countries) for ring in borders().get(c, ())),
        shapes=tuple(rings),
        inside=tuple(inside),
        partly=tuple(partly),
        outside=tuple(others),
        deciding=tuple(listed),
        named=_large(listed, 0),
        held=_large([one for one in inside if one not in listed], CITY_HELD),
        cities=_large(partly, CITY_NEAR) + _large(others, CITY),
        spots=spotted,
    )


@cache
def borders() -> dict[str, tuple[Ring, ...]]:
    """Return the borders that ship, by country.

    Source:
        Natural Earth 5.1.1, 1:10m, public domain; simplified to about 600 m.
    """
    file = resources.files("gate.workbench.areas").joinpath("data/borders.geojson")
    document = json.loads(file.read_text(encoding="utf-8"))
    return {
        feature["properties"]["country"]: tuple(
            [(latitude, longitude) for longitude, latitude in ring]
            for polygon in feature["geometry"]["coordinates"]
            for ring in polygon
        )
        for feature in document["features"]
    }


def point_of(place: Settlement) -> Point:
    """Return latitude and longitude of a settlement in degrees."""
    return place.latitude, place.longitude


def _large(found: Sequence[Settlement], people: int) -> tuple[Settlement, ...]:
    """Return the cities, the largest first, without their suburbs and districts."""
    named: list[Settlement] = []
    for one in sorted(found, key=lambda one: (one.id >= _DISTRICTS, -one.population)):
        if one.population >= people and all(
            distance_km(point_of(one), point_of(other)) > _SUBURB_KM for other in named
        ):
            named.append(one)
    return tuple(named)


def _rings(geometry: object) -> Iterator[Ring]:
    for part in getattr(geometry, "geoms", [geometry]):
        for ring in (part.exterior, *part.interiors):
            yield [(latitude, longitude) for longitude, latitude, *_ in ring.coords]
