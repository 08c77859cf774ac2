"""Whether a place lies in an area, and the evidence that says so.

The evidence, from the strongest to the weakest: a listed network; a country or
subdivision that belongs as a whole; a listed settlement; a point inside a shape; the
people within the accuracy disc, clipped to the region of the label; where their
numbers are not known, a subdivision that belongs in part, or a disc that reaches the
area; the country where the network is registered; last, how near the area is.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING

from gate.model import Membership
from gate.places.coverage import MARGIN, Coverage, country_of, point_of
from gate.places.gazetteer import identify, settlements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network, IPv6Network

    from gate.model import AreaVersion, Place
    from gate.places.gazetteer import Settlement
    from gate.places.shapes import Point

    Finding = tuple[Membership, str]

AGREES_KM = 20.0
"""How near the settlement must be that bears out the country of registration.

Twice the usual accuracy of a city record.
"""


class Extent(Coverage):
    """What one version of an area covers, with the evidence for each place."""

    def membership(self, place: Place) -> tuple[Membership, tuple[str, ...]]:
        """Return the membership of a place with the findings that decide it."""
        if place.unknown is not None:
            return Membership.NO, ()
        findings = list(self._by_what_it_names(place))
        if not any(level is Membership.YES for level, _ in findings):
            findings += self._by_people(place)
            findings += self._by_registration(place, _highest(findings))
        if _highest(findings) is Membership.NO:
            findings += self._by_nearness(place)
        best = _highest(findings)
        return best, tuple(text for level, text in findings if level == best)

    def _by_what_it_names(self, place: Place) -> Iterator[Finding]:
        if self.networks and place.network is not None:
            yield from self._by_network(place.network)
        for code in (place.subdivision, country_of(place)):
            if code in self.whole:
                yield Membership.YES, f"whole:{code}"
        yield from self._by_settlement(place)
        yield from self._by_shape(place)

    def _by_network(self, text: str) -> Iterator[Finding]:
        network = ip_network(text, strict=False)
        for listed in self.networks:
            if _holds(listed, network):
                yield Membership.YES, f"network:{listed}"
            elif _holds(network, listed):
                yield Membership.POSSIBLE, f"network:{listed}"

    def _by_settlement(self, place: Place) -> Iterator[Finding]:
        if place.settlement is not None:
            if place.settlement in self.settlements:
                yield Membership.YES, f"settlement:{place.settlement}"
        elif place.point is not None and self.may_be_settlement(place.point, MARGIN):
            found = self._named(place)
            if found is not None and found.id in self.settlements:
                yield Membership.YES, f"settlement:{found.id}"

    def _by_shape(self, place: Place) -> Iterator[Finding]:
        if place.point is None:
            return
        for shape in self.outlines:
            if shape.holds(place.point):
                meant = self._means_itspoint_of(place)
                level = Membership.YES if meant else Membership.POSSIBLE
                yield level, f"shape:{shape.name}"

    def _means_itspoint_of(self, place: Place) -> bool:
        """Say whether a point inside a shape is where the visitors of a record are.

        It is not if the settlement that the record names lies elsewhere; nor if the
        record names none and most of the people whom it may mean live elsewhere: then
        the point is only the middle of a region.
        """
        if self._names_another(place):
            return False
        if place.settlement is not None or place.settlement_name:
            return True
        share = self.share(place)
        return share is None or self._level(share.part) is Membership.YES

    def _names_another(self, place: Place) -> bool:
        """Say whether a place names a settlement that lies outside the area."""
        found = self._named(place)
        return found is not None and not self.has_settlement(found)

    def _named(self, place: Place) -> Settlement | None:
        """Return the settlement that a place names, as far as the gazetteer knows."""
        if place.settlement is not None:
            return settlements().get(place.settlement)
        if place.point is None:
            return None
        return identify(place.settlement_name, place.point)

    def _by_people(self, place: Place) -> Iterator[Finding]:
        partly = place.subdivision in self.partly
        share = self.share(place)
        if share is not None:
            level = self._level(share.part)
            if level is Membership.YES and self._names_another(place):
                level = Membership.POSSIBLE
            if partly and level is Membership.POSSIBLE:
                yield level, f"partly:{place.subdivision}"
            yield level, share.evidence
        elif partly:
            yield Membership.POSSIBLE, f"partly:{place.subdivision}"
        elif self._reaches(place):
            yield Membership.POSSIBLE, f"within:{country_of(place)}"

    def _level(self, part: float) -> Membership:
        if part >= self.version.weigh.certain:
            return Membership.YES
        unlikely = part <= self.version.weigh.unlikely
        return Membership.NO if unlikely else Membership.POSSIBLE

    def _reaches(self, place: Place) -> bool:
        """Say whether a coarse record of a country without gazetteer may be a member.

        It may if its disc reaches the area, or if it names the country alone.
        """
        if country_of(place) not in self.version.within:
            return False
        if place.point is None:
            return place.subdivision is None and place.settlement is None
        radius = place.accuracy_km
        return self.is_near(
            place.point, self.version.weigh.radius_km if radius is None else radius
        )

    def _by_registration(self, place: Place, so_far: Membership) -> Iterator[Finding]:
        version = self.version
        if country_of(place) not in version.within:
            return
        if place.registered not in version.registered_in:
            return
        raised = so_far is Membership.POSSIBLE and self._agrees(place)
        level = Membership.YES if raised else Membership.POSSIBLE
        yield level, f"registered:{place.registered}"

    def _agrees(self, place: Place) -> bool:
        """Say whether the settlement at the point of a record belongs to the area."""
        point = point_of(place)
        if point is None:
            return False
        found = self._named(place)
        if found is not None:
            return self.has_settlement(found)
        region = self.region(place)
        if region is None:
            return self.is_near(point, AGREES_KM)
        nearest, distance = region.nearest(point)
        return distance <= AGREES_KM and self.has_settlement(nearest)

    def _by_nearness(self, place: Place) -> Iterator[Finding]:
        """Rule nothing out that is near the line, where only a part belongs.

        The line moves between two reviews, and small places change hands unnoticed.
        """
        named = self._named(place)
        point = place.point if named is None else (named.latitude, named.longitude)
        if point is None or (named is not None and named.id in self.outside):
            return
        if not self._is_partly(place, named, point):
            return
        found = self.nearest_member(country_of(place), point)
        if found is not None and found[1] <= self.version.weigh.near_km:
            yield Membership.POSSIBLE, f"near:{found[0].id}"

    def _is_partly(self, place: Place, named: Settlement | None, point: Point) -> bool:
        """Say whether a place lies in a subdivision of which a part belongs."""
        told = {place.subdivision, named.subdivision if named else None} - {None}
        if not told and (region := self.region(place)) is not None:
            told = {region.nearest(point)[0].subdivision}
        return not told.isdisjoint(self.partly)


def membership(
    version: AreaVersion, place: Place
) -> tuple[Membership, tuple[str, ...]]:
    """Say whether a place lies in a version of an area.

    Args:
        version: The version of the area.
        place: The place. An unknown place is in no area: its reason decides.

    Returns:
        The membership, and the findings that decide it, strongest first:
        "network:192.0.2.0/24", "whole:UA-43", "settlement:701822", "shape:crimea",
        "partly:UA-65", "disc:24%" (of the people within the accuracy disc live in the
        area), "region:24%" (of those in the region of the label), "within:UA",
        "registered:RU", "near:691037". What speaks for "no" is "disc:1%" or
        "region:0%", or nothing.

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


def _highest(findings: list[Finding]) -> Membership:
    return max((level for level, _ in findings), default=Membership.NO)


def _holds(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    return (
        outer.version == inner.version
        and int(outer[0]) <= int(inner[0])
        and int(inner[-1]) <= int(outer[-1])
    )
