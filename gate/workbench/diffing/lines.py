"""Which lines of an area version move a place, beneath the version as a whole.

The evidence of a place names the line that decides, where one line does: a code, a
settlement, a network. Where many lines decide together (people who are weighed), each
line that differs is taken over alone, and the place is asked for again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.model import AreaVersion, Membership, Shape
from gate.places.areas import membership
from gate.places.gazetteer import settlements
from gate.workbench.diffing.groups import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model import Mark, Place
    from gate.rules.marking import Spot
    from gate.workbench.diffing.sides import Side
    from gate.workbench.diffing.twins import Pair

    Look = Callable[[str], Place | None]

MOST_TRIED: Final = 12
"""Lines that are tried alone, each; an area is drawn anew for each of them."""

MOST_ADDRESSES: Final = 12
"""Places that are asked for again, for one group."""

_LISTS: Final = (
    *("whole", "partly", "within", "settlements", "outside"),
    *("registered_in", "networks", "shapes"),
)
_WEIGH: Final = ("certain", "unlikely", "radius_km", "near_km")
_KEY_OF: Final = {
    "whole": "whole",
    "partly": "partly",
    "within": "within",
    "settlement": "settlements",
    "near": "settlements",
    "registered": "registered_in",
    "network": "networks",
    "shape": "shapes",
}
"""Word of the evidence -> key of the file."""


class Line(NamedTuple):
    """One line of a version that differs.

    Attributes:
        key: Key of the file.
        old: What stands in the old version; None if it is new.
        new: What stands in the new version; None if it is gone.
    """

    key: str
    old: object
    new: object

    @property
    def text(self) -> str:
        """What evidence would name."""
        found = self.new if self.old is None else self.old
        return found.name if isinstance(found, Shape) else str(found)

    def taken_over(self, version: AreaVersion) -> AreaVersion:
        """Return a version with this line as the new one has it."""
        return _with(version, self.key, self.old, self.new)

    def left_out(self, version: AreaVersion) -> AreaVersion:
        """Return a version with this line as the old one has it."""
        return _with(version, self.key, self.new, self.old)


def _with(version: AreaVersion, key: str, out: object, into: object) -> AreaVersion:
    if key in _WEIGH:
        weigh = replace(version.weigh, **{key: into})  # type: ignore[arg-type]
        return replace(version, weigh=weigh)
    rest = [one for one in getattr(version, key) if one != out]
    changed = tuple([*rest, into] if into is not None else rest)
    return replace(version, **{key: changed})  # type: ignore[arg-type]


def lines_between(old: AreaVersion, new: AreaVersion) -> tuple[Line, ...]:
    """Return every line in which two versions differ."""
    found = []
    for key in _LISTS:
        before, after = getattr(old, key), getattr(new, key)
        have, will = set(before), set(after)
        found += [Line(key, one, None) for one in before if one not in will]
        found += [Line(key, None, one) for one in after if one not in have]
    for key in _WEIGH:
        values = getattr(old.weigh, key), getattr(new.weigh, key)
        if values[0] != values[1]:
            found.append(Line(key, *values))
    return tuple(found)


class Versions(NamedTuple):
    """One version of an area on both sides.

    Attributes:
        area: Id of the area.
        old: The old one, and its position within the area.
        new: The new one, and its position.
        numbers: Positions of both in the memberships of each side's classes.
    """

    area: str
    old: tuple[int, AreaVersion]
    new: tuple[int, AreaVersion]
    numbers: tuple[int, int]


class Tracing:
    """Finds the lines of area versions that move places.

    Args:
        old: The old side.
        new: The new side.
        look: Gives the place of an address; None where it cannot be asked for.
    """

    def __init__(self, old: Side, new: Side, look: Look | None) -> None:
        self._sides, self._look = (old, new), look
        self._lines: dict[tuple[str, int], tuple[Line, ...]] = {}

    def versions(self, area: str, since: int) -> Versions | None:
        """Return a version that begins at a moment on both sides."""
        found, numbers = [], []
        for side in self._sides:
            for number, (id_, version) in enumerate(side.book.area_versions):
                if id_ == area and version.since == since:
                    own = side.book.areas[area].versions.index(version)
                    found.append((own, version))
                    numbers.append(number)
        if len(found) < len(self._sides):
            return None
        return Versions(area, found[0], found[1], (numbers[0], numbers[1]))

    def lines(
        self, found: Versions, pair: Pair, address: str
    ) -> tuple[Line, ...] | None:
        """Return the lines that move a place; None if it cannot be told.

        Args:
            found: The version on both sides.
            pair: The place.
            address: One of its addresses; "" if there is none.
        """
        if any(one.unknown is not None for one in pair):
            return None
        was = pair.old.memberships[found.numbers[0]]
        becomes = pair.new.memberships[found.numbers[1]]
        if was is becomes:
            return ()
        every = self._between(found)
        named = tuple(self._named(every, found, pair, lower=becomes < was))
        return named or self._tried(every, found, (was, becomes), address)

    def causes(self, found: Versions, lines: tuple[Line, ...]) -> Iterator[Cause]:
        """Yield the causes that lines are."""
        numbers = found.old[0], found.new[0]
        at = [
            side.lines.version(side.book.areas[found.area], number)
            for side, number in zip(self._sides, numbers, strict=True)
        ]
        for line in lines:
            side = 0 if line.new is None else 1
            yield Cause(
                kind="area",
                id=found.area,
                key=line.key if line.key not in _WEIGH else f"weigh.{line.key}",
                what=_told(line),
                side=("old", "new")[side],
                mark=_mark_of(at[side], line),
            )

    def _between(self, found: Versions) -> tuple[Line, ...]:
        key = found.area, found.old[1].since
        if key not in self._lines:
            self._lines[key] = lines_between(found.old[1], found.new[1])
        return self._lines[key]

    def _named(
        self, every: tuple[Line, ...], found: Versions, pair: Pair, *, lower: bool
    ) -> Iterator[Line]:
        """Yield the lines that the evidence of the higher level names."""
        side = 0 if lower else 1
        evidence = pair[side].evidence[found.numbers[side]]
        names = {
            (_KEY_OF[word], value)
            for word, _, value in (text.partition(":") for text in evidence)
            if word in _KEY_OF
        }
        for line in every:
            stands = line.old if lower else line.new
            if stands is not None and (line.key, line.text) in names:
                yield line

    def _tried(
        self,
        every: tuple[Line, ...],
        found: Versions,
        levels: tuple[Membership, Membership],
        address: str,
    ) -> tuple[Line, ...] | None:
        place = self._look(address) if self._look and address else None
        if place is None or len(every) > MOST_TRIED:
            return None
        old, new = found.old[1], found.new[1]
        if (membership(old, place)[0], membership(new, place)[0]) != levels:
            return None  # a second database or a list of networks has its say
        moving = tuple(
            line
            for line in every
            if membership(line.taken_over(old), place)[0] is not levels[0]
            or membership(line.left_out(new), place)[0] is not levels[1]
        )
        return moving or every


def _mark_of(at: Spot, line: Line) -> Mark:
    if line.key in _WEIGH:
        return at.part("weigh", line.key)
    return at.listed(line.key, text=line.text)


def _told(line: Line) -> str:
    if line.key in _WEIGH:
        return f"{line.new} instead of {line.old}"
    name = f'"{line.text}"'
    if line.key in {"settlements", "outside"}:
        known = settlements().get(int(line.text))
        name = f"{line.text} ({known.name})" if known else line.text
    return f"{name} {'removed' if line.new is None else 'added'}"
