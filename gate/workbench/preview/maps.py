"""The maps on which a place is picked: the world, and what lies around an area.

What a reader meets is written on the map itself, so both are also a picture of the rule
book: at a path, for an activity, at a moment.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gate.model import Place
from gate.rules.iso3166 import name_of
from gate.workbench.areas.atlas import atlas
from gate.workbench.areas.labels import Wanted, placed
from gate.workbench.areas.projection import fitted
from gate.workbench.preview.choices import written
from gate.workbench.preview.towns import place_of, towns_of, versions_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
_CLEAR = 4.0  # units by which a name keeps off its dot
_MOST_DOTS = 26


class Country(NamedTuple):
    """A country on the world map: its outline, and what holds there, in a word."""

    code: str
    title: str
    path: str
    met: str


class World(NamedTuple):
    """The world map."""

    width: int
    height: int
    countries: tuple[Country, ...]


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
        members: Settlements of the area, as a path of points.
        dots: Settlements that can be chosen.
        labels: Their names.
        mark: Where the chosen place lies; None if it is not on the map.
    """

    name: str
    title: str
    height: int
    land: str
    shapes: str
    members: str
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    mark: Point | None


def country_codes() -> tuple[str, ...]:
    """Return the codes of the countries on the world map."""
    return tuple(_outlines()["paths"])


def world_map(word: Callable[[Place], str]) -> World:
    """Return the world map.

    Args:
        word: Says what holds in a country of which nothing finer is known.
    """
    drawn, titles = _outlines(), _titles()
    return World(
        drawn["width"],
        drawn["height"],
        tuple(
            Country(code, titles[code], path, word(Place(country=code)))
            for code, path in drawn["paths"].items()
            if path
        ),
    )


def world_point(point: Point) -> Point:
    """Return where a point (latitude, longitude) lies on the world map.

    Source:
        Savric, Patterson and Jenny, "The Equal Earth map projection", 2018.
    """
    edge, top = _equal_earth((0.0, 180.0))[0], _equal_earth((84.0, 0.0))[1]
    x, y = _equal_earth(point)
    scale = _outlines()["width"] / 2 / edge
    return round((x + edge) * scale, 1), round((top - y) * scale, 1)


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


def point_at(version: AreaVersion, x: float, y: float) -> Point:
    """Return the point (latitude, longitude) that lies somewhere on the map of an area.

    Args:
        version: The version of the area.
        x: From the left edge of the map, in its units.
        y: From its upper edge.

    Source:
        Snyder, "Map Projections: A Working Manual", USGS 1395 (1987), equations 14-8
        to 14-11 (Albers on the sphere, inverse).
    """
    paper = _ground(version).paper
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
    inside = (
        mark is not None and 0 <= mark[0] <= WIDTH and 0 <= mark[1] <= ground.height
    )
    return Near(
        name=name,
        title=title,
        height=ground.height,
        land=ground.land,
        shapes=ground.shapes,
        members=ground.members,
        dots=dots,
        labels=ground.labels,
        mark=mark if inside else None,
    )


class _Ground(NamedTuple):
    """What of a map does not depend on rules."""

    paper: Projection
    height: int
    land: str
    shapes: str
    members: str
    towns: tuple[tuple[Settlement, Point], ...]
    labels: tuple[Label, ...]


@lru_cache(maxsize=16)
def _ground(version: AreaVersion) -> _Ground:
    found = atlas(version, None)
    paper, height = fitted(found.extremes(), WIDTH, _MARGIN)
    towns = _chosen(version, paper, height)
    frame = (4.0, 4.0, WIDTH - 4.0, height - 4.0)
    wanted = [Wanted(one.name, at, "name", _FONT) for one, at in towns]
    points = [paper.place((one.latitude, one.longitude)) for one in found.inside]
    return _Ground(
        paper=paper,
        height=round(height),
        land=_outline(paper, found.borders),
        shapes=_outline(paper, found.shapes),
        members="".join(f"M{x:.1f} {y:.1f}h0" for x, y in points),
        towns=towns,
        labels=tuple(_aside(label) for label in placed(wanted, frame)),
    )


def _aside(label: Label) -> Label:
    """Move a name away from its dot, which is larger than a point."""
    left, top, right, bottom = label.box
    x, y = label.anchor
    across = _CLEAR * ((left > x) - (right < x))
    down = _CLEAR * ((top > y) - (bottom < y))
    return label._replace(x=round(label.x + across, 1), y=round(label.y + down, 1))


def _chosen(
    version: AreaVersion, paper: Projection, height: float
) -> tuple[tuple[Settlement, Point], ...]:
    """Return settlements that lie on the map and far enough from each other."""
    towns = towns_of(version)
    taken: list[tuple[Settlement, Point]] = []
    for one in _in_turn(towns.disputed, towns.inside, towns.outside):
        at = _rounded(paper.place((one.latitude, one.longitude)))
        on_map = 12 < at[0] < WIDTH - 12 and 12 < at[1] < height - 12  # noqa: PLR2004
        if on_map and all(math.dist(at, other) >= APART for _, other in taken):
            taken.append((one, at))
    # In reading order: that is how the keyboard goes from one to the next.
    return tuple(sorted(taken[:_MOST_DOTS], key=lambda pair: pair[1][1]))


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


def _equal_earth(point: Point) -> Point:
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    latitude, longitude = point
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    second = theta * theta
    sixth = second**3
    slope = 9 * a4 * sixth * second + 7 * a3 * sixth + 3 * a2 * second + a1
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(theta) / (3 * slope)
    return x, theta * (a4 * sixth * second + a3 * sixth + a2 * second + a1)


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return {code: name_of(code) or code for code in country_codes()}


@lru_cache(maxsize=1)
def _outlines() -> Mapping[str, Any]:
    path = files("gate.workbench.auditing").joinpath("world.json")
    drawn: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return drawn["world"]  # type: ignore[no-any-return]
