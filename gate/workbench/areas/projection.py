"""Points on the globe to points on paper, so that areas keep their sizes."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Point = tuple[float, float]

_FLAT = 1e-6  # below it the cone is a cylinder, which the formulas do not know


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """An equal-area cone over the middle of what is shown.

    Attributes:
        longitude: Of the middle, in degrees.
        cone: The constant n of the cone.
        constant: The constant C of the cone.
        scale: Pixels for each Earth radius.
        left: Shift to the right, in pixels.
        top: Shift downwards, in pixels.

    Source:
        Snyder, "Map Projections: A Working Manual", USGS 1395 (1987), chapter 14
        (Albers, on the sphere).
    """

    longitude: float
    cone: float
    constant: float
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def place(self, point: Point) -> Point:
        """Return where a point (latitude, longitude) lies on the paper, in pixels."""
        latitude, longitude = point
        away = (longitude - self.longitude + 180) % 360 - 180
        angle = self.cone * radians(away)
        inner = self.constant - 2 * self.cone * sin(radians(latitude))
        radius = sqrt(max(inner, 0.0)) / self.cone
        x, y = radius * sin(angle), -radius * cos(angle)
        return self.left + self.scale * x, self.top - self.scale * y


def fitted(
    points: Sequence[Point], width: float, margin: float
) -> tuple[Projection, float]:
    """Fit points into a width.

    Args:
        points: At least one, (latitude, longitude) in degrees.
        width: In pixels.
        margin: Left free on every side, in pixels.

    Returns:
        The projection, and the height in pixels.
    """
    bare = _over(points)
    placed = [bare.place(point) for point in points]
    west, east = min(x for x, _ in placed), max(x for x, _ in placed)
    north, south = min(y for _, y in placed), max(y for _, y in placed)
    scale = (width - 2 * margin) / max(east - west, (south - north) * 1.2, 1e-4)
    spare = (width - 2 * margin - scale * (east - west)) / 2
    found = Projection(
        longitude=bare.longitude,
        cone=bare.cone,
        constant=bare.constant,
        scale=scale,
        left=margin + spare - scale * west,
        top=margin - scale * north,
    )
    return found, 2 * margin + scale * (south - north)


def _over(points: Sequence[Point]) -> Projection:
    south = min(latitude for latitude, _ in points)
    north = max(latitude for latitude, _ in points)
    sixth = (north - south) / 6
    first, second = sin(radians(south + sixth)), sin(radians(north - sixth))
    cone = (first + second) / 2
    if abs(cone) < _FLAT:
        cone = _FLAT
    constant = 1 - first * first + 2 * cone * first
    return Projection(longitude=_middle(points), cone=cone, constant=constant)


def _middle(points: Sequence[Point]) -> float:
    """Return the middle longitude: opposite the widest gap, as 180 may be crossed."""
    ordered = sorted({longitude % 360 for _, longitude in points})
    gaps = [
        ((following - one) % 360 or 360, following)
        for one, following in zip(ordered, [*ordered[1:], ordered[0]], strict=True)
    ]
    gap, begin = max(gaps)
    return begin + (360 - gap) / 2
