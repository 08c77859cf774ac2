"""The world map on which a country is picked, and what is met in each."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.model import Place
from gate.rules.iso3166 import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Point = tuple[float, float]


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
