"""Settlements with their GeoNames ids and points, from a file that ships.

All of Ukraine with 500 inhabitants or more, without the sections of cities, and the
largest cities of Russia: enough to name what databases without ids mean, and to count
each inhabitant once. GeoNames, CC BY 4.0.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cache
from importlib import resources
from math import cos, hypot, radians
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

KM_PER_DEGREE = 111.2
# The farthest district of a city that DB-IP names lies 10.9 km from the city's point.
NAMED_KM = 15.0
# 95 % of DB-IP's Ukrainian points lie within 3 km of a settlement. On the Dnipro, where
# the banks are so near (Kakhovka and Beryslav), the names themselves tell them apart.
NEAREST_KM = 5.0


class Settlement(NamedTuple):
    """A populated place.

    Attributes:
        id: GeoNames id.
        country: ISO 3166-1 alpha-2 code, as GeoNames has it.
        subdivision: ISO 3166-2 code; empty outside Ukraine.
        population: Inhabitants, of a census before 2022 in most cases.
        latitude: In degrees, WGS 84.
        longitude: In degrees, WGS 84.
        name: Name in English.
    """

    id: int
    country: str
    subdivision: str
    population: int
    latitude: float
    longitude: float
    name: str


@cache
def settlements() -> Mapping[int, Settlement]:
    """Return all settlements by GeoNames id."""
    file = resources.files("gate.places").joinpath("data/settlements.tsv")
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {
        int(row[0]): Settlement(
            int(row[0]),
            row[1],
            row[2],
            int(row[3]),
            float(row[4]),
            float(row[5]),
            row[6],
        )
        for row in rows
    }


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points (latitude, longitude) in kilometres.

    Taken on a plane: within the 100 km that the gate asks about, the error
    stays below one per cent.
    """
    across = (a[1] - b[1]) * cos(radians((a[0] + b[0]) / 2))
    return KM_PER_DEGREE * hypot(a[0] - b[0], across)


def identify(name: str | None, point: tuple[float, float]) -> Settlement | None:
    """Find the settlement that a record without an id means.

    Its own name decides, if a settlement of that name is near: databases give the
    point of a district, up to 11 km from that of its city. Spellings differ, so
    otherwise the nearest counts. Whether an area lists it makes no difference: the
    name of a free village, spelt in another way, must not become that of the held town
    beside it.

    Args:
        name: Name of the city, a district in brackets allowed; a record without a
            name is coarse, and its point means no settlement.
        point: Latitude and longitude in degrees.

    Returns:
        The settlement, or None if none is near enough.
    """
    if not name:
        return None
    close = _around(point, NAMED_KM)
    bare = _plain(name.partition(" (")[0])
    named = [found for found in close if _plain(found[1].name) == bare]
    closest = [found for found in close if found[0] <= NEAREST_KM]
    found = named or closest
    return min(found)[1] if found else None


def _around(
    point: tuple[float, float], within_km: float
) -> list[tuple[float, Settlement]]:
    margin = within_km / KM_PER_DEGREE
    lower, upper = (
        bisect_left(_latitudes(), point[0] - margin),
        bisect_right(_latitudes(), point[0] + margin),
    )
    measured = (
        (distance_km(point, (place.latitude, place.longitude)), place)
        for place in _by_latitude()[lower:upper]
    )
    return [found for found in measured if found[0] <= within_km]


@cache
def _by_latitude() -> tuple[Settlement, ...]:
    return tuple(sorted(settlements().values(), key=lambda place: place.latitude))


@cache
def _latitudes() -> tuple[float, ...]:
    return tuple(place.latitude for place in _by_latitude())


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
