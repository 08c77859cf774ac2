"""Outlines on the map, prepared once for many points."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import BookError
from gate.places.gazetteer import KM_PER_DEGREE

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from gate.model import Shape

    Point = tuple[float, float]


class Outline(NamedTuple):
    """A shape that is ready for questions.

    Attributes:
        name: File name without folder and ending.
        box: South, west, north and east in degrees.
        geometry: The prepared geometry, longitude first.
    """

    name: str
    box: tuple[float, float, float, float]
    geometry: BaseGeometry

    def holds(self, point: Point) -> bool:
        """Say whether a point (latitude, longitude) lies inside."""
        if not self.is_near(point, 0.0):
            return False
        import shapely  # noqa: PLC0415 - a serving worker must not load it

        return bool(shapely.contains_xy(self.geometry, point[1], point[0]))

    def is_near(self, point: Point, margin: float) -> bool:
        """Say whether a point lies in the box, widened by `margin` degrees."""
        south, west, north, east = self.box
        return (
            south - margin <= point[0] <= north + margin
            and west - margin <= point[1] <= east + margin
        )

    def distance_km(self, point: Point) -> float:
        """Return the distance of a point from the shape in kilometres.

        Measured in degrees of latitude, so it is too long in east-west direction,
        by half at 48 degrees north: a near point may count as far, never the reverse.
        """
        from shapely.geometry import Point as Spot  # noqa: PLC0415 - as above

        return self.geometry.distance(Spot(point[1], point[0])) * KM_PER_DEGREE


@lru_cache(maxsize=64)
def outline(shape: Shape) -> Outline:
    """Prepare a shape.

    A shape means exactly what it shows on a map: no margin is added, because only
    its author knows which of its edges is a coast.

    Raises:
        BookError: It is not GeoJSON with polygons.

    Source:
        RFC 7946.
    """
    import shapely  # noqa: PLC0415 - a serving worker must not load it

    try:
        whole = shapely.make_valid(shapely.union_all(drawn(shape)))
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        raise _unusable(shape) from error
    if whole.is_empty or not whole.area:
        raise _unusable(shape)
    shapely.prepare(whole)
    west, south, east, north = whole.bounds
    name = shape.name.rpartition("/")[2].partition(".")[0]
    return Outline(name, (south, west, north, east), whole)


def drawn(shape: Shape) -> list[BaseGeometry]:
    """Return the polygons of a shape as they are drawn, be they crossing themselves."""
    from shapely.geometry import shape as geometry_of  # noqa: PLC0415 - as above

    return [geometry_of(_flat(p)) for p in _geometries(json.loads(shape.geojson))]


def _geometries(document: dict[str, object]) -> list[dict[str, object]]:
    features = document.get("features", [document])
    if not isinstance(features, list):
        raise TypeError("features is not a list")
    return [feature.get("geometry", feature) for feature in features]


def _flat(part: dict[str, object]) -> dict[str, object]:
    """Leave heights out: RFC 7946 lets only some corners of a ring have one."""
    return {**part, "coordinates": _flattened(part["coordinates"])}


def _flattened(places: object) -> object:
    if not isinstance(places, list) or not places:
        return places
    if isinstance(places[0], list):
        return [_flattened(place) for place in places]
    return places[:2]


def _unusable(shape: Shape) -> BookError:
    return BookError(
        f"{shape.name} is not an outline.",
        hint="A shape is GeoJSON with polygons (RFC 7946), longitude before latitude.",
    )
