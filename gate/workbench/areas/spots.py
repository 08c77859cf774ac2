"""The points of a database around an area, with their addresses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Membership
from gate.places.areas import extent_of
from gate.places.layouts import glance, place_of
from gate.workbench.comparing.profiles import inner_countries
from gate.workbench.comparing.survey import Keys, paired, survey
from gate.workbench.comparing.tally import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.model import AreaVersion, Place
    from gate.places.census import Watch
    from gate.places.layouts import Layout
    from gate.workbench.comparing.survey import Survey

    Point = tuple[float, float]


class Spot(NamedTuple):
    """What is said of some addresses around an area.

    Attributes:
        point: Latitude and longitude in degrees; None if the database gives none.
        level: Membership.
        is_near: It may be a member, or the country is one that the area mentions.
    """

    point: Point | None
    level: Membership
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """The points of the loaded databases.

    Attributes:
        surveys: The databases.
        ipv4: IPv4 addresses at each point, by membership.
        totals: IPv4 addresses by membership, those without point among them.
    """

    surveys: tuple[Survey, ...]
    ipv4: Mapping[tuple[Point, Membership], int]
    totals: Mapping[Membership, int]


class _Describer:
    def __init__(self, version: AreaVersion) -> None:
        self._version = version
        self._extent = extent_of(version)
        self._countries = inner_countries(version) | set(version.whole)
        self._seen: dict[Place, Spot] = {}

    @property
    def nothing(self) -> Spot:
        return Spot(None, Membership.NO, is_near=False)

    @property
    def networks(self) -> list[tuple[int, str]]:
        return [(0, text) for text in self._version.networks]

    def record(self, layout: Layout, record: object) -> Spot:
        seen = glance(layout, record)
        if seen.unknown is not None or not self._extent.concerns(
            seen.country, seen.settlement, seen.point
        ):
            return self.nothing
        place = place_of(layout, record)
        if place not in self._seen:
            level, _ = self._extent.membership(place)
            near = level is not Membership.NO or place.country in self._countries
            self._seen[place] = Spot(place.point, level, near)
        return self._seen[place]

    def listed(self, key: Spot, versions: frozenset[int]) -> Spot:
        del versions  # there is one
        return key._replace(level=Membership.YES, is_near=True)


def spots(
    files: Sequence[Path], version: AreaVersion, watches: Mapping[Path, Watch]
) -> Spotted:
    """Walk databases, and return what they say around an area.

    Raises:
        DatabaseError: A database is missing, damaged or of an unknown layout.
    """
    keys = Keys(_Describer(version))
    walked = [survey(path, keys, watch=watches.get(path, iter)) for path in files]
    ipv4: dict[tuple[Point, Membership], int] = defaultdict(int)
    totals = dict.fromkeys(Membership, 0)
    for one in walked:
        for row in rows_of(one, keys.all()):
            spot = row.key
            if spot.is_near and row.v4:
                totals[spot.level] += round(row.v4)
                if spot.point is not None:
                    ipv4[spot.point, spot.level] += round(row.v4)
    return Spotted(surveys=tuple(paired(walked)), ipv4=ipv4, totals=totals)
