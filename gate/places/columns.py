"""The ranges of an index as plain columns of numbers, and the search in them."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Deep = Mapping[int, tuple[list[int], list[int]]]

# A class id that no class has: a block of addresses of more than one class.
_MIXED = 0xFFFF
_MAPPED = 0xFFFF << 32
_LOW_64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The ranges of one address version.

    Attributes:
        starts: First address of each range, ascending, the first of all 0.
        classes: Class id of each range.
    """

    starts: list[int]
    classes: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The ranges of both address versions.

    Attributes:
        starts4: First address of each IPv4 range, 32 bits each.
        classes4: Class id of each, 16 bits.
        high6: Upper 64 bits of the first address of each IPv6 range, each once.
        classes6: Class id of each.
        deep: For an upper half within which more than one range lies: the lower 64
            bits of their first addresses, and their class ids. In the main columns
            such a half has the class of its last range, which goes on behind it.
    """

    starts4: array[int]
    classes4: array[int]
    high6: array[int]
    classes6: array[int]
    deep: Deep
    blocks4: array[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks4", _blocks(self.starts4, self.classes4))

    @classmethod
    def of(cls, *, v4: Table, v6: Table) -> Columns:
        """Return the columns of two tables."""
        high, ids, deep = _by_high(v6)
        return cls(
            starts4=array("I", v4.starts),
            classes4=array("H", v4.classes),
            high6=high,
            classes6=ids,
            deep=deep,
        )

    def find4(self, number: int) -> int:
        """Return the class id of an IPv4 address."""
        id_ = self.blocks4[number >> 16]
        if id_ != _MIXED:
            return id_
        return self.classes4[bisect_right(self.starts4, number) - 1]

    def find6(self, number: int) -> int:
        """Return the class id of an IPv6 address; an IPv4-mapped one is IPv4."""
        high = number >> 64
        if high not in self.deep:
            return self.classes6[bisect_right(self.high6, high) - 1]
        if number >> 32 == 0xFFFF:  # noqa: PLR2004 - ::ffff:0:0/96
            return self.find4(number - _MAPPED)
        lows, ids = self.deep[high]
        return ids[bisect_right(lows, number & _LOW_64) - 1]

    def ranges(self, version: int) -> Iterator[tuple[int, int]]:
        """Yield the first address and the class id of each range, ascending."""
        if version == 4:  # noqa: PLR2004 - the version of an address
            yield from zip(self.starts4, self.classes4, strict=True)
            return
        before = None
        for start, id_ in self._ranges6():
            if id_ != before:
                yield start, id_
            before = id_

    def _ranges6(self) -> Iterator[tuple[int, int]]:
        for high, id_ in zip(self.high6, self.classes6, strict=True):
            lows, ids = self.deep.get(high, ([0], [id_]))
            for low, deep_id in zip(lows, ids, strict=True):
                yield high << 64 | low, deep_id


def _blocks(starts: array[int], classes: array[int]) -> array[int]:
    """Return the class of each /16 of IPv4 that lies within one range, else `_MIXED`.

    Nine in ten addresses lie in such a block and need no search.
    """
    blocks = array("H", [_MIXED]) * (1 << 16)
    ends = array("Q", starts[1:])
    ends.append(1 << 32)
    for first, end, id_ in zip(starts, ends, classes, strict=True):
        begin, behind = -(-first >> 16), end >> 16
        if begin < behind:
            blocks[begin:behind] = array("H", [id_]) * (behind - begin)
    return blocks


def _by_high(table: Table) -> tuple[array[int], array[int], Deep]:
    """Split an IPv6 table at 64 bits, so that nearly all of it is plain columns."""
    high, ids = array("Q"), array("H")
    deep: dict[int, tuple[list[int], list[int]]] = {}
    before = table.classes[0]
    for start, id_ in zip(table.starts, table.classes, strict=True):
        upper, low = start >> 64, start & _LOW_64
        if low:
            # What lies below the first deep range is the range before it.
            lows, deep_ids = deep.setdefault(upper, ([0], [before]))
            lows.append(low)
            deep_ids.append(id_)
        if high and high[-1] == upper:
            ids[-1] = id_
        else:
            high.append(upper)
            ids.append(id_)
        before = id_
    # IPv4-mapped numbers lie in the first /64, which must be looked at closely.
    deep.setdefault(0, ([0], [ids[0]]))
    return high, ids, deep
