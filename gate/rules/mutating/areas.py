"""Every small change of an area."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from gate.model import Place, Weigh
from gate.rules.mutating.outlines import inner_point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Area, AreaVersion, Shape

_SHIFTS = (  # seconds, and how they are told; three hours are a forgotten +03:00
    (86_400, "a day later"),
    (-86_400, "a day earlier"),
    (10_800, "three hours later"),
    (-10_800, "three hours earlier"),
)
_RADII = (None, 10, 50, 200, 1000)  # kilometres, as databases give them
_WEIGHS: tuple[tuple[str, str, float], ...] = (
    ("certain", "with weigh.certain: 0.51", 0.51),
    ("certain", "with weigh.certain: 1", 1.0),
    ("unlikely", "with weigh.unlikely: 0", 0.0),
    ("unlikely", "with weigh.unlikely: 0.5", 0.5),
    ("near_km", "with weigh.near_km: 0", 0),
)

_Steps = tuple[str | int, ...]
_Item = TypeVar("_Item")


class AreaChange(NamedTuple):
    """A small change of an area.

    Attributes:
        number: Number of the version that is changed, from 0.
        steps: Keys and numbers of items that lead to the changed line within it.
        told: What is changed, as the end of a sentence.
        area: What comes of it.
        evidence: Evidence that a membership gives that hangs on the line.
        probes: Places that are likely to show the difference.
        moves_places: What a version says of places is changed, not only when it does.
    """

    number: int
    steps: _Steps
    told: str
    area: Area
    evidence: str = ""
    probes: tuple[Place, ...] = ()
    moves_places: bool = False


class _Other(NamedTuple):
    """A changed version."""

    steps: _Steps
    told: str
    version: AreaVersion
    evidence: str = ""
    probes: tuple[Place, ...] = ()


def area_changes(area: Area, visitors: Sequence[Place] = ()) -> Iterator[AreaChange]:
    """Yield every small change of an area; what its versions say, and since when.

    Args:
        area: The area.
        visitors: Places of the book's tests: some show more with another radius, or
            in a network that is registered elsewhere.
    """
    for number, version in enumerate(area.versions):
        rest = (*area.versions[:number], *area.versions[number + 1 :])
        told = f"without its version {number + 1}"
        yield AreaChange(number, (), told, replace(area, versions=rest))
        for other in (*_shifted(area, number), *_changed(version, visitors)):
            versions = (
                *area.versions[:number],
                other.version,
                *area.versions[number + 1 :],
            )
            yield AreaChange(
                number=number,
                steps=other.steps,
                told=other.told,
                area=replace(area, versions=versions),
                evidence=other.evidence,
                probes=other.probes,
                moves_places=other.version.since == version.since,
            )


def _shifted(area: Area, number: int) -> Iterator[_Other]:
    """Move the beginning of a version, but not past its neighbours."""
    version = area.versions[number]
    others = [v.since for v in area.versions if v is not version]
    for seconds, told in _SHIFTS:
        low, high = sorted((version.since, version.since + seconds))
        if not any(low <= since <= high for since in others):
            moved = replace(version, since=version.since + seconds)
            yield _Other(("since",), f"with since {told}", moved)


def _changed(version: AreaVersion, visitors: Sequence[Place]) -> Iterator[_Other]:
    inside = [place for place in visitors if place.country in version.within]
    yield from _codes(version, inside)
    yield from _settlements(version)
    yield from _others(version, inside)
    if version.within:
        yield from _weighed(version, inside)


def _codes(version: AreaVersion, inside: Sequence[Place]) -> Iterator[_Other]:
    for number, code in enumerate(version.whole):
        rest = _drop(version.whole, number)
        at, evidence = ("whole", number), f"whole:{code}"
        probes = (*places_of_code(code), *_misplaced(code, inside))
        gone = replace(version, whole=rest)
        yield _Other(at, f"without {code} in whole", gone, evidence, probes)
        if "-" in code and code not in version.partly:
            moved = replace(gone, partly=(*version.partly, code))
            told = f"with {code} in partly, not in whole"
            yield _Other(at, told, moved, evidence, probes)
    for number, code in enumerate(version.partly):
        rest = _drop(version.partly, number)
        at, evidence = ("partly", number), f"partly:{code}"
        probes = (*places_of_code(code), *_misplaced(code, inside))
        gone = replace(version, partly=rest)
        yield _Other(at, f"without {code} in partly", gone, evidence, probes)
        moved = replace(gone, whole=(*version.whole, code))
        told = f"with {code} in whole, not in partly"
        yield _Other(at, told, moved, evidence, probes)


def _settlements(version: AreaVersion) -> Iterator[_Other]:
    for number, id_ in enumerate(version.settlements):
        rest = _drop(version.settlements, number)
        yield _Other(
            ("settlements", number),
            f"without the settlement {id_}",
            replace(version, settlements=rest),
            f"settlement:{id_}",
            tuple(_of_settlement(version, id_)),
        )
    for number, id_ in enumerate(version.outside):
        yield _Other(
            ("outside", number),
            f"without {id_} in outside",
            replace(version, outside=_drop(version.outside, number)),
            probes=tuple(_of_settlement(version, id_)),
        )


def _others(version: AreaVersion, inside: Sequence[Place]) -> Iterator[_Other]:
    for number, network in enumerate(version.networks):
        gone = replace(version, networks=_drop(version.networks, number))
        told, evidence = f"without the network {network}", f"network:{network}"
        place = Place(network=network)
        yield _Other(("networks", number), told, gone, evidence, (place,))
    for number, shape in enumerate(version.shapes):
        gone = replace(version, shapes=_drop(version.shapes, number))
        told, evidence = f"without the shape {shape.name}", f"shape:{shape.name}"
        probes = tuple(_of_shape(version, shape))
        yield _Other(("shapes", number), told, gone, evidence, probes)
    for number, code in enumerate(version.registered_in):
        gone = replace(version, registered_in=_drop(version.registered_in, number))
        told, evidence = f"without {code} in registered_in", f"registered:{code}"
        probes = (
            *(Place(country=country, registered=code) for country in version.within),
            *(replace(place, registered=code) for place in _blurred(inside)),
        )
        yield _Other(("registered_in", number), told, gone, evidence, probes)


def _weighed(version: AreaVersion, inside: Sequence[Place]) -> Iterator[_Other]:
    codes = (*version.within, *version.whole, *version.partly)
    coarse = tuple(place for code in codes for place in places_of_code(code))
    probes = (*coarse, *_blurred(inside))
    for number, code in enumerate(version.within):
        gone = replace(version, within=_drop(version.within, number))
        told = f"without {code} in within"
        yield _Other(("within", number), told, gone, probes=probes)
    for key, told, value in _WEIGHS:
        new: dict[str, Any] = {key: value}
        weigh: Weigh = replace(version.weigh, **new)
        if weigh != version.weigh:
            other = replace(version, weigh=weigh)
            yield _Other(("weigh", key), told, other, probes=probes)


def places_of_code(code: str) -> tuple[Place, ...]:
    """Return places of which a database knows no more than a code, fine and coarse.

    Args:
        code: Of ISO 3166, a country or a part of one.
    """
    country, _, part = code.partition("-")
    subdivision = code if part else None
    return tuple(
        Place(country=country, subdivision=subdivision, accuracy_km=radius)
        for radius in _RADII
    )


def _misplaced(code: str, inside: Sequence[Place]) -> Iterator[Place]:
    """Yield records that name a part of a country, and a town that lies elsewhere."""
    if "-" in code:
        for place in inside:
            if place.settlement is not None and place.subdivision != code:
                yield replace(place, subdivision=code)


def _blurred(inside: Sequence[Place]) -> Iterator[Place]:
    """Yield places with other radii, with and without the town that they name."""
    for place in inside:
        for radius in _RADII:
            bare = replace(place, settlement=None, settlement_name=None)
            yield replace(bare, accuracy_km=radius)
            yield replace(place, accuracy_km=radius)


def _of_settlement(version: AreaVersion, id_: int) -> Iterator[Place]:
    for country in (*version.within, None):
        yield Place(country=country, settlement=id_)
        yield Place(country=country, settlement=id_, accuracy_km=5)


def _of_shape(version: AreaVersion, shape: Shape) -> Iterator[Place]:
    point = inner_point(shape.geojson)
    if point is not None:
        for country in (*version.within, None):
            yield Place(country=country, point=point)
            yield Place(country=country, point=point, accuracy_km=10)


def _drop(items: Sequence[_Item], number: int) -> tuple[_Item, ...]:
    return (*items[:number], *items[number + 1 :])
