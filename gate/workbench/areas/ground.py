"""The ground of a map: what holds around each settlement, since no regions ship.

An area names regions by code, and nobody ships their outlines. What is known of every
settlement is its point, and what the gate says of an address there. So each settlement
gets the ground that is nearer to it than to any other, within its country, and the
ground is drawn as the gate judges the settlement. A region that belongs as a whole is
then seen as such, and its edge runs half way between two settlements.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gate.model import Membership, Place
from gate.places.areas import extent_of
from gate.places.people import region_of
from gate.workbench.areas.atlas import borders
from gate.workbench.comparing.profiles import inner_countries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from gate.model import AreaVersion
    from gate.places.gazetteer import Settlement
    from gate.workbench.areas.atlas import Ring

RADIUS_KM = 20
"""What databases mostly give for a city of some size."""

SHOWN = (Membership.POSSIBLE, Membership.YES)
"""Memberships whose ground is drawn."""

_FINEST = 0.004  # degrees; a smaller bend of an edge is not drawn
_FEWEST = 3  # settlements between which ground can be divided


def place_of(one: Settlement) -> Place:
    """Return what a good database says of an address in a settlement."""
    return Place(
        country=one.country,
        subdivision=one.subdivision or None,
        settlement=one.id,
        point=(one.latitude, one.longitude),
        accuracy_km=RADIUS_KM,
    )


@lru_cache(maxsize=16)
def ground_of(version: AreaVersion) -> Mapping[Membership, tuple[Ring, ...]]:
    """Return the outlines of the ground of an area, by membership.

    Countries whose settlements are not all known, or whose border does not ship, have
    no ground.

    Raises:
        BookError: A shape of the version is unusable.
    """
    found: dict[Membership, list[Ring]] = {level: [] for level in SHOWN}
    for country in sorted(inner_countries(version)):
        region = region_of(country)
        rings = borders().get(country, ())
        if region is None or not rings or len(region.settlements) < _FEWEST:
            continue
        for level, grown in _divided(version, region.settlements, rings).items():
            found[level] += _rings(grown)
    return {level: tuple(rings) for level, rings in found.items()}


def _divided(
    version: AreaVersion, towns: Sequence[Settlement], border: Sequence[Ring]
) -> dict[Membership, BaseGeometry]:
    import shapely  # noqa: PLC0415 - heavy

    country = shapely.union_all(
        [shapely.Polygon([(x, y) for y, x in ring]) for ring in border]
    )
    points = shapely.points([(one.longitude, one.latitude) for one in towns])
    drawn = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=country)
    cells, extent = shapely.get_parts(drawn), extent_of(version)
    grown: dict[Membership, list[BaseGeometry]] = {level: [] for level in SHOWN}
    for number, cell in shapely.STRtree(cells).query(points, "within").T:
        level = extent.membership(place_of(towns[number]))[0]
        if level in grown:
            grown[level].append(cells[cell])
    return {
        level: shapely.union_all(own).intersection(country).simplify(_FINEST)
        for level, own in grown.items()
    }


def _rings(grown: BaseGeometry) -> Iterator[Ring]:
    for part in getattr(grown, "geoms", [grown]):
        if part.geom_type == "Polygon" and not part.is_empty:
            for ring in (part.exterior, *part.interiors):
                yield [(latitude, longitude) for longitude, latitude in ring.coords]
