"""What a version of an area covers: codes, settlements, outlines, and people."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from ipaddress import ip_network
from math import inf
from typing import TYPE_CHECKING

from gate.places.gazetteer import KM_PER_DEGREE, NAMED_KM, distance_km, settlements
from gate.places.people import region_of
from gate.places.shapes import outline

if TYPE_CHECKING:
    from gate.model import AreaVersion, Place
    from gate.places.gazetteer import Settlement
    from gate.places.people import Mask, Region, Share
    from gate.places.shapes import Point

# In degrees, generously: a degree of longitude is half as long as one of latitude at
# 60 degrees, and no listed settlement lies farther north.
MARGIN = 2 * NAMED_KM / KM_PER_DEGREE


class Coverage:
    """What one version of an area covers, ready for questions.

    Args:
        version: The version.

    Attributes:
        version: The version.
        codes: ISO 3166 codes that it mentions.
        whole: Codes that belong as a whole.
        partly: Codes of which a part belongs.
        settlements: GeoNames ids that belong.
        outside: GeoNames ids that do not, however near.
        networks: Networks that belong.
        outlines: Its shapes.

    Raises:
        BookError: A shape is unusable.
    """

    def __init__(self, version: AreaVersion) -> None:
        self.version = version
        self.whole = frozenset(version.whole)
        self.partly = frozenset(version.partly)
        self.settlements = frozenset(version.settlements)
        self.outside = frozenset(version.outside)
        self.networks = tuple(ip_network(text) for text in version.networks)
        self.outlines = tuple(outline(shape) for shape in version.shapes)
        known = settlements() if self.settlements else {}
        self._points = sorted(
            (known[id_].latitude, known[id_].longitude)
            for id_ in version.settlements
            if id_ in known
        )
        codes = {*version.whole, *version.partly, *version.within}
        self.codes = frozenset(codes)
        self._countries = frozenset(code.partition("-")[0] for code in codes)
        self._inside: dict[str, Mask] = {}

    def concerns(
        self, country: str | None, settlement: int | None, point: Point | None
    ) -> bool:
        """Say whether a place may be a member at all, listed networks aside.

        Cheap, and never wrongly False; most records of the world need no more.
        """
        if country in self._countries or settlement in self.settlements:
            return True
        return point is not None and (
            any(shape.is_near(point, 0.0) for shape in self.outlines)
            or self.may_be_settlement(point, MARGIN)
        )

    def share(self, place: Place) -> Share | None:
        """Return how many of the people whom a record may mean live in the area.

        None for a country whose coarse records are not weighed, or whose people the
        gazetteer does not know.
        """
        region = self.region(place)
        if region is None:
            return None
        radius = place.accuracy_km
        return region.share(
            self.members(region),
            point=point_of(place),
            radius_km=self.version.weigh.radius_km if radius is None else radius,
            is_assumed=radius is None,
        )

    def has_settlement(self, found: Settlement) -> bool:
        """Say whether a settlement belongs: by its id, its codes or its point."""
        return (
            found.id in self.settlements
            or found.subdivision in self.whole
            or found.country in self.whole
            or any(
                shape.holds((found.latitude, found.longitude))
                for shape in self.outlines
            )
        )

    def region(self, place: Place) -> Region | None:
        """Return the region of a label whose people are weighed; None if none is."""
        country = country_of(place)
        if country not in self.version.within:
            return None
        return region_of(place.subdivision) or region_of(country)

    def members(self, region: Region) -> Mask:
        """Say for each settlement of a region whether it belongs."""
        mask = self._inside.get(region.code)
        if mask is None:
            import numpy as np  # noqa: PLC0415 - a serving worker must not load it

            inside = [self.has_settlement(found) for found in region.settlements]
            mask = self._inside[region.code] = np.array(inside, np.bool_)
        return mask

    def nearest_member(
        self, country: str | None, point: Point
    ) -> tuple[Settlement, float] | None:
        """Return the nearest settlement of a country that belongs, and how far it is.

        The distance is in kilometres. None if the gazetteer does not know the country,
        or nothing of it belongs.
        """
        region = region_of(country)
        if region is None or not self.members(region).any():
            return None
        return region.nearest(point, among=self.members(region))

    def is_near(self, point: Point, within_km: float) -> bool:
        """Say whether a listed settlement or a shape is within some kilometres."""
        return any(distance_km(point, spot) <= within_km for spot in self._points) or (
            any(shape.distance_km(point) <= within_km for shape in self.outlines)
        )

    def may_be_settlement(self, point: Point, margin: float) -> bool:
        """Say whether a listed settlement lies within some degrees, in a square."""
        lower = bisect_left(self._points, (point[0] - margin, -inf))
        upper = bisect_right(self._points, (point[0] + margin, inf))
        return any(
            abs(point[1] - spot[1]) <= margin for spot in self._points[lower:upper]
        )


def point_of(place: Place) -> Point | None:
    """Return the point of a place, else that of its settlement."""
    if place.point is not None or place.settlement is None:
        return place.point
    found = settlements().get(place.settlement)
    return None if found is None else (found.latitude, found.longitude)


def country_of(place: Place) -> str | None:
    """Return the country of a place, if need be that of its subdivision."""
    if place.country is None and place.subdivision is not None:
        return place.subdivision.partition("-")[0]
    return place.country
