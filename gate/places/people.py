"""How many of the people whom a record may mean live in an area.

A record means somebody within its accuracy disc, and within the region of its label:
the disc alone would reach across borders that the label has already told apart. A
settlement belongs to a region by the code that the gazetteer gives it, so clipping
needs no outlines of regions. Loads numpy when first asked; a serving worker never asks.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import ceil, cos, radians
from typing import TYPE_CHECKING, NamedTuple

from gate.places.gazetteer import settlements

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from gate.places.gazetteer import Settlement

    Point = tuple[float, float]
    Numbers = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]

EARTH_KM = 6371.0
"""Mean radius (IUGG)."""

# Four decimals are 11 m. A packed database keeps no more, and must say the same.
_DECIMALS = 4


class Share(NamedTuple):
    """Of the people whom a record may mean, those who live in an area.

    Attributes:
        inside: Inhabitants of the settlements that belong to the area.
        people: Inhabitants of all settlements that are weighed, at least 1.
        region: ISO 3166 code of the region that they are taken from: the label.
        radius_km: They live within that many kilometres of the point of the record;
            None if it has no point: then they are those of the whole region.
        is_assumed: The database gives no radius.
    """

    inside: int
    people: int
    region: str
    radius_km: int | None
    is_assumed: bool

    @property
    def part(self) -> float:
        """The share, from 0 to 1."""
        return self.inside / self.people

    @property
    def evidence(self) -> str:
        """The share as a code, in whole per cent: "disc:1%", "region:24%".

        Coarser than it is known, so that an index holds few classes.
        """
        whole = "region" if self.radius_km is None else "disc"
        return f"{whole}:{_per_cent(self.part)}%"


class Region:
    """The settlements of a country or subdivision, as columns of numbers.

    Attributes:
        code: ISO 3166 code.
        settlements: All of them, at least one inhabited.
    """

    def __init__(self, code: str, found: tuple[Settlement, ...]) -> None:
        import numpy as np  # noqa: PLC0415 - a serving worker must not load it

        self.code = code
        self.settlements = found
        self.people: Numbers = np.array([one.population for one in found], np.float64)
        self._latitudes = np.radians([one.latitude for one in found])
        self._longitudes = np.radians([one.longitude for one in found])

    def distances_km(self, point: Point) -> Numbers:
        """Return how far each settlement is from a point (latitude, longitude).

        Source:
            The haversine formula on a sphere; the error stays below 0.6 per cent.
        """
        import numpy as np  # noqa: PLC0415 - likewise

        latitude, longitude = (radians(round(part, _DECIMALS)) for part in point)
        north = np.sin((self._latitudes - latitude) / 2) ** 2
        east = np.sin((self._longitudes - longitude) / 2) ** 2
        chord = north + cos(latitude) * np.cos(self._latitudes) * east
        found: Numbers = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1)))
        return found

    def share(
        self, inside: Mask, *, point: Point | None, radius_km: int, is_assumed: bool
    ) -> Share:
        """Weigh the people around a point; without one, those of the whole region.

        Where nobody lives within the radius, the nearest settlement stands for all.

        Args:
            inside: For each settlement whether it belongs to the area.
            point: Latitude and longitude in degrees.
            radius_km: Radius around the point in kilometres.
            is_assumed: The radius is not from a database.
        """
        if point is None:
            chosen, reach = self.people >= 0, None
        else:
            chosen, reach = _around(self, point, radius_km)
        return Share(
            inside=int(self.people[chosen & inside].sum()),
            people=int(self.people[chosen].sum()),
            region=self.code,
            radius_km=reach,
            is_assumed=is_assumed and reach == radius_km,
        )

    def nearest(
        self, point: Point, among: Mask | None = None
    ) -> tuple[Settlement, float]:
        """Return the settlement nearest to a point, and its distance in kilometres.

        Args:
            point: Latitude and longitude in degrees.
            among: For each settlement whether it counts, at least one; None for all.
        """
        import numpy as np  # noqa: PLC0415 - likewise

        distances = self.distances_km(point)
        if among is not None:
            distances = np.where(among, distances, np.inf)
        position = int(distances.argmin())
        return self.settlements[position], float(distances[position])


# The versions of an area ask for the same disc one after the other.
@lru_cache(maxsize=16)
def _around(region: Region, point: Point, radius_km: int) -> tuple[Mask, int]:
    """Choose the settlements within a radius, at least one with inhabitants."""
    distances = region.distances_km(point)
    chosen: Mask = distances <= radius_km
    if region.people[chosen].any():
        return chosen, radius_km
    nearest = float(distances[region.people > 0].min())
    return distances <= nearest, ceil(nearest)


@cache
def region_of(code: str | None) -> Region | None:
    """Return the region of an ISO 3166 code; None where no settlements are known.

    The gazetteer holds all settlements of Ukraine, and no other country's.
    """
    if code is None or not is_counted(code):
        return None
    found = tuple(
        one for one in settlements().values() if code in {one.country, one.subdivision}
    )
    return Region(code, found) if any(one.population for one in found) else None


def is_counted(code: str) -> bool:
    """Say whether the inhabitants of a country or subdivision are known."""
    return code.partition("-")[0] in _COMPLETE


_COMPLETE = frozenset({"UA"})


def _per_cent(part: float) -> str:
    """Return a share in whole per cent; only nobody is 0 and only everybody 100."""
    if 0 < part < 0.01:  # noqa: PLR2004 - one per cent
        return "<1"
    if 0.99 < part < 1:  # noqa: PLR2004 - likewise
        return ">99"
    return str(round(100 * part))
