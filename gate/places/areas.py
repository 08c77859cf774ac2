"""Whether a place lies in an area, and the evidence that says so.

The evidence, from the strongest to the weakest: a listed network; a country or
subdivision that belongs as a whole; a listed settlement; a point inside a shape; a
subdivision that belongs in part; the country where the network is registered.
A record that names nothing finer than an unlisted country is "no".
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gate.model import Membership
from gate.places.gazetteer import (
    KM_PER_DEGREE,
    NAMED_KM,
    distance_km,
    identify,
    settlements,
)
from gate.places.shapes import outline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network, IPv6Network

    from gate.model import AreaVersion, Place
    from gate.places.shapes import Point

    Finding = tuple[Membership, str]

AGREES_KM = 20.0
"""How near the area a point must lie to bear out the country of registration.

Twice the usual accuracy of a city record. No large town on the other side is as near
to the shipped area: Kramatorsk, Zaporizhzhia and Kherson are 35 km away or more.
"""

# In degrees, generously: a degree of longitude is half as long as one of latitude at
# 60 degrees, and no listed settlement lies farther north.
_SETTLEMENT_MARGIN = 2 * NAMED_KM / KM_PER_DEGREE


class Extent:
    """What one version of an area covers, ready for questions.

    Raises:
        BookError: A shape is unusable.
    """

    def __init__(self, version: AreaVersion) -> None:
        self.version = version
        self._whole = frozenset(version.whole)
        self._partly = frozenset(version.partly)
        self._settlements = frozenset(version.settlements)
        self._networks = tuple(ip_network(text) for text in version.networks)
        self._outlines = tuple(outline(shape) for shape in version.shapes)
        known = settlements() if self._settlements else {}
        self._points = tuple(
            (known[id_].latitude, known[id_].longitude)
            for id_ in version.settlements
            if id_ in known
        )
        codes = {*version.whole, *version.partly, *version.within}
        self.codes = frozenset(codes)
        self._countries = frozenset(code.partition("-")[0] for code in codes)

    def concerns(
        self, country: str | None, settlement: int | None, point: Point | None
    ) -> bool:
        """Say whether a place may be a member at all, listed networks aside.

        Cheap, and never wrongly False; most records of the world need no more.
        """
        if country in self._countries or settlement in self._settlements:
            return True
        return point is not None and (
            any(shape.is_near(point, 0.0) for shape in self._outlines)
            or self._is_near_settlement(point, _SETTLEMENT_MARGIN)
        )

    def membership(self, place: Place) -> tuple[Membership, tuple[str, ...]]:
        """Return the membership of a place with the findings that decide it."""
        if place.unknown is not None:
            return Membership.NO, ()
        findings = list(self._findings(place))
        if not findings:
            return Membership.NO, ()
        best = max(level for level, _ in findings)
        return best, tuple(text for level, text in findings if level == best)

    def _findings(self, place: Place) -> Iterator[Finding]:
        if self._networks and place.network is not None:
            yield from self._by_network(place.network)
        for code in (place.subdivision, _country(place)):
            if code in self._whole:
                yield Membership.YES, f"whole:{code}"
        yield from self._by_settlement(place)
        if place.point is not None:
            for shape in self._outlines:
                if shape.holds(place.point):
                    yield Membership.YES, f"shape:{shape.name}"
        if place.subdivision in self._partly:
            yield Membership.POSSIBLE, f"partly:{place.subdivision}"
        yield from self._by_registration(place)

    def _by_network(self, text: str) -> Iterator[Finding]:
        network = ip_network(text, strict=False)
        for listed in self._networks:
            if _holds(listed, network):
                yield Membership.YES, f"network:{listed}"
            elif _holds(network, listed):
                yield Membership.POSSIBLE, f"network:{listed}"

    def _by_settlement(self, place: Place) -> Iterator[Finding]:
        if place.settlement is not None:
            if place.settlement in self._settlements:
                yield Membership.YES, f"settlement:{place.settlement}"
        elif place.point is not None and self._is_near_settlement(
            place.point, _SETTLEMENT_MARGIN
        ):
            found = identify(
                place.settlement_name, place.point, preferred=self._settlements
            )
            if found is not None and found.id in self._settlements:
                yield Membership.YES, f"settlement:{found.id}"

    def _by_registration(self, place: Place) -> Iterator[Finding]:
        version = self.version
        if _country(place) not in version.within:
            return
        if place.registered not in version.registered_in:
            return
        partly = place.subdivision in self._partly
        borne_out = partly and place.point is not None and self._is_close(place.point)
        level = Membership.YES if borne_out else Membership.POSSIBLE
        yield level, f"registered:{place.registered}"

    def _is_close(self, point: Point) -> bool:
        return any(distance_km(point, spot) <= AGREES_KM for spot in self._points) or (
            any(shape.distance_km(point) <= AGREES_KM for shape in self._outlines)
        )

    def _is_near_settlement(self, point: Point, margin: float) -> bool:
        return any(
            abs(point[0] - spot[0]) <= margin and abs(point[1] - spot[1]) <= margin
            for spot in self._points
        )


def membership(
    version: AreaVersion, place: Place
) -> tuple[Membership, tuple[str, ...]]:
    """Say whether a place lies in a version of an area.

    Args:
        version: The version of the area.
        place: The place. An unknown place is in no area: its reason decides.

    Returns:
        The membership, and the findings that decide it, strongest first, such as
        "network:192.0.2.0/24", "whole:UA-43", "settlement:701822", "shape:crimea",
        "partly:UA-65" or "registered:RU"; nothing for "no".

    Raises:
        BookError: A shape of the version is unusable.
    """
    return extent_of(version).membership(place)


@lru_cache(maxsize=64)
def extent_of(version: AreaVersion) -> Extent:
    """Return the extent of a version, made once.

    Raises:
        BookError: A shape of the version is unusable.
    """
    return Extent(version)


def _country(place: Place) -> str | None:
    if place.country is None and place.subdivision is not None:
        return place.subdivision.partition("-")[0]
    return place.country


def _holds(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    return (
        outer.version == inner.version
        and int(outer[0]) <= int(inner[0])
        and int(inner[-1]) <= int(outer[-1])
    )
