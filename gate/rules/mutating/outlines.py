"""A point inside an outline, for examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_Ring = list[list[float]]


def inner_point(geojson: str) -> tuple[float, float] | None:
    """Return a point well inside the first polygon of an outline.

    It lies in the middle of the longest piece of the line of latitude that halves the
    polygon; holes are not looked at.

    Args:
        geojson: Text of a Polygon, a MultiPolygon, or features of these.

    Returns:
        Latitude and longitude in degrees, to two places; None if there is no polygon.
    """
    rings = list(_rings(json.loads(geojson)))
    if not rings:
        return None
    ring = max(rings, key=len)
    latitudes = [spot[1] for spot in ring]
    latitude = (min(latitudes) + max(latitudes)) / 2
    crossings = sorted(_crossings(ring, latitude))
    pairs = list(zip(crossings[::2], crossings[1::2], strict=False))
    if not pairs:
        return None
    west, east = max(pairs, key=lambda pair: pair[1] - pair[0])
    return round(latitude, 2), round((west + east) / 2, 2)


def _rings(node: Any) -> Iterator[_Ring]:  # noqa: ANN401 (any GeoJSON)
    kind = node.get("type")
    if kind == "FeatureCollection":
        for feature in node["features"]:
            yield from _rings(feature)
    elif kind == "Feature":
        yield from _rings(node["geometry"])
    elif kind == "Polygon":
        yield node["coordinates"][0]
    elif kind == "MultiPolygon":
        for polygon in node["coordinates"]:
            yield polygon[0]


def _crossings(ring: _Ring, latitude: float) -> Iterator[float]:
    """Yield the longitudes at which a ring crosses a line of latitude."""
    for (x0, y0, *_), (x1, y1, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > latitude) != (y1 > latitude):
            yield x0 + (latitude - y0) / (y1 - y0) * (x1 - x0)
