"""The map on which a place is picked around an area.

What a reader meets is written on the map itself, so it is also a picture of the rule
book: at a path, for an activity, at a moment.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.model import Membership, Place
from gate.workbench.areas.atlas import atlas
from gate.workbench.areas.ground import ground_of, place_of
from gate.workbench.areas.labels import Wanted, placed
from gate.workbench.areas.projection import fitted
from gate.workbench.preview.choices import written
from gate.workbench.preview.towns import towns_of, versions_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gate.model import Action, AreaVersion, RuleBook
    from gate.places.gazetteer import Settlement
    from gate.workbench.areas.atlas import Ring
    from gate.workbench.areas.labels import Label
    from gate.workbench.areas.projection import Projection

    Point = tuple[float, float]
    Meets = Callable[[Place], Action]

WIDTH: Final = 720
"""Units of the map of an area."""

APART: Final = 34.0
"""Units between two settlements on the map: a finger must be able to hit one."""

_MARGIN, _FONT = 18.0, 15.0
_DOT = 9.0  # units from the middle of a dot to its edge
_MOST_DOTS = 26


class Dot(NamedTuple):
    """A settlement on the map of an area."""

    value: str
    title: str
    x: float
    y: float
    action: Action


class Near(NamedTuple):
    """The map of the surroundings of an area.

    Attributes:
        name: Id of the area.
        title: Title of the area.
        height: Units; the width is `WIDTH`.
        land: Outline of the land.
        shapes: Outlines of the area.
        certain: Ground that is in the area.
        possible: Ground that is possibly in it.
        members: Settlements of the area, as a path of points.
        aim: Which part of the map a narrow screen shows: where the area lies, as
            `preserveAspectRatio` takes it.
        dots: Settlements that can be chosen.
        labels: Their names.
        mark: Where the chosen place lies; None if it is not on the map.
    """

    name: str
    title: str
    height: int
    land: str
    shapes: str
    certain: str
    possible: str
    members: str
    aim: str
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    mark: Point | None


def near_maps(
    book: RuleBook, now: int, meets: Meets, chosen: Point | None
) -> list[Near]:
    """Return a map for each area that ends somewhere within a country.

    Raises:
        BookError: A shape of an area is unusable.
    """
    return [
        _near(name, book.areas[name].title, version, meets, chosen)
        for name, version in versions_at(book, now)
        if is_local(version)
    ]


def point_at(version: AreaVersion, x: float, y: float) -> Point | None:
    """Return the point (latitude, longitude) that lies somewhere on the map of an area.

    It is None for what is not on the map, such as NaN.

    Args:
        version: The version of the area.
        x: From the left edge of the map, in its units.
        y: From its upper edge.

    Source:
        Snyder, "Map Projections: A Working Manual", USGS 1395 (1987), equations 14-8
        to 14-11 (Albers on the sphere, inverse).
    """
    ground = _ground(version)
    if not ground.holds((x, y)):
        return None
    paper = ground.paper
    right, up = (x - paper.left) / paper.scale, (paper.top - y) / paper.scale
    sign = math.copysign(1, paper.cone)
    radius = sign * math.hypot(right, up)
    angle = math.atan2(sign * right, -sign * up)
    height = (paper.constant - (radius * paper.cone) ** 2) / (2 * paper.cone)
    latitude = math.degrees(math.asin(max(-1.0, min(1.0, height))))
    longitude = paper.longitude + math.degrees(angle / paper.cone)
    return round(latitude, 3), round((longitude + 180) % 360 - 180, 3)


def is_local(version: AreaVersion) -> bool:
    """Say whether an area ends somewhere within a country."""
    return bool(version.partly or version.settlements or version.shapes)


def _near(
    name: str, title: str, version: AreaVersion, meets: Meets, chosen: Point | None
) -> Near:
    ground = _ground(version)
    dots = tuple(
        Dot(written(place_of(one)), one.name, *at, meets(place_of(one)))
        for one, at in ground.towns
    )
    mark = None if chosen is None else _rounded(ground.paper.place(chosen))
    return Near(
        name=name,
        title=title,
        height=ground.height,
        land=ground.land,
        shapes=ground.shapes,
        certain=ground.certain,
        possible=ground.possible,
        members=ground.members,
        aim=ground.aim,
        dots=dots,
        labels=ground.labels,
        mark=mark if mark and ground.holds(mark) else None,
    )


class _Ground(NamedTuple):
    """What of a map does not depend on rules."""

    paper: Projection
    height: int
    land: str
    shapes: str
    certain: str
    possible: str
    members: str
    aim: str
    towns: tuple[tuple[Settlement, Point], ...]
    labels: tuple[Label, ...]

    def holds(self, point: Point) -> bool:
        return 0 <= point[0] <= WIDTH and 0 <= point[1] <= self.height


@lru_cache(maxsize=16)
def _ground(version: AreaVersion) -> _Ground:
    found = atlas(version, None)
    paper, height = fitted(found.extremes(), WIDTH, _MARGIN)
    towns = _chosen(version, paper, height)
    frame = (4.0, 4.0, WIDTH - 4.0, height - 4.0)
    wanted = [Wanted(one.name, at, "name", _FONT) for one, at in towns]
    around = ground_of(version)
    points = [paper.place((one.latitude, one.longitude)) for one in found.inside]
    return _Ground(
        paper=paper,
        height=round(height),
        land=_outline(paper, found.borders),
        shapes=_outline(paper, found.shapes),
        certain=_outline(paper, around[Membership.YES]),
        possible=_outline(paper, around[Membership.POSSIBLE]),
        members="".join(f"M{x:.1f} {y:.1f}h0" for x, y in points),
        aim=_aim(points, height),
        # In reading order: that is how the keyboard goes from one to the next.
        towns=tuple(sorted(towns, key=lambda pair: pair[1][1])),
        labels=tuple(placed(wanted, frame, dot=_DOT)),
    )


def _aim(points: Sequence[Point], height: float) -> str:
    """Return where on the map most of some points lie."""
    if not points:
        return "xMidYMid slice"
    middle = sorted(x for x, _ in points)[len(points) // 2] / WIDTH
    level = sorted(y for _, y in points)[len(points) // 2] / height
    return f"x{_third(middle)}Y{_third(level)} slice"


def _third(part: float) -> str:
    return ("Min", "Mid", "Max")[min(2, int(part * 3))]


def _chosen(
    version: AreaVersion, paper: Projection, height: float
) -> tuple[tuple[Settlement, Point], ...]:
    """Return settlements on the map that are far enough apart; the first ones matter.

    Where two names would cover each other, that of the first one is written.
    """
    towns = towns_of(version)
    taken: list[tuple[Settlement, Point]] = []
    for one in _in_turn(towns.disputed, towns.inside, towns.outside):
        at = _rounded(paper.place((one.latitude, one.longitude)))
        on_map = 12 < at[0] < WIDTH - 12 and 12 < at[1] < height - 12  # noqa: PLR2004
        if on_map and all(math.dist(at, other) >= APART for _, other in taken):
            taken.append((one, at))
    return tuple(taken[:_MOST_DOTS])


def _in_turn(*lists: Sequence[Settlement]) -> Iterable[Settlement]:
    """Yield the first of each list, then the second of each, and so on."""
    for number in range(max(map(len, lists), default=0)):
        yield from (one[number] for one in lists if number < len(one))


def _outline(paper: Projection, rings: Iterable[Ring]) -> str:
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(paper.place, ring)) + "Z"
        for ring in rings
    )


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
