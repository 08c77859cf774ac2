"""Addresses of a loaded database: one that stands for a class, and how many there are.

An example is for a person who wants to look at what was found; it is the first address
of a range and says nothing of any reader.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from gate.model import Amount
from gate.places.special import special_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gate.places.index import Index
    from gate.places.special import Span

    Ranges = Callable[[int], Iterable[tuple[int, int]]]
    """Gives first address and id of each range of a version (4 or 6), ascending."""

_LAST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
_SITE = 80  # bits below a /48, which is what one household or office is given


def examples_of(index: Index) -> Callable[[int], str | None]:
    """Return a function that gives an address of a class that a reader may have.

    It takes the position of the class in `index.classes`, and returns the first public
    address of the first range of the class, IPv4 before IPv6; None if there is none.
    All ranges are read once, when first asked.

    Args:
        index: The loaded database.
    """
    found: dict[int, str | None] = {}

    def example(class_id: int) -> str | None:
        if not found:
            found.update(dict.fromkeys(range(len(index.classes))))
            for version, first, _, id_ in _public(index.ranges):
                if found[id_] is None:
                    found[id_] = _text(version, first)
        return found[class_id]

    return example


def amounts(index: Index) -> tuple[Amount, ...]:
    """Count the addresses of each class, in the order of `index.classes`."""
    return amounts_in(index.ranges, len(index.classes))


def amounts_in(ranges: Ranges, number: int) -> tuple[Amount, ...]:
    """Count the addresses of each id.

    What no reader can have, such as private networks, is left out.

    Args:
        ranges: Which id each address has.
        number: How many ids there are, from 0 on.
    """
    totals = {version: [0] * number for version in (4, 6)}
    for version, first, last, id_ in _public(ranges):
        totals[version][id_] += (
            last - first + 1
            if version == 4  # noqa: PLR2004 - the version of an address
            else (last >> _SITE) - ((first - 1) >> _SITE)
        )
    return tuple(Amount(*pair) for pair in zip(totals[4], totals[6], strict=True))


def _public(ranges: Ranges) -> Iterator[tuple[int, int, int, int]]:
    """Yield version, first and last address and id of what readers may have."""
    for version in (4, 6):
        starts = list(ranges(version))
        ends = [first - 1 for first, _ in starts[1:]] + [_LAST[version]]
        special = list(special_spans(version))
        for (first, id_), last in zip(starts, ends, strict=True):
            while special and special[0][1] < first:
                del special[0]
            for part in _without(special, first, last):
                yield version, *part, id_


def _without(
    special: Sequence[Span], first: int, last: int
) -> Iterator[tuple[int, int]]:
    """Cut what belongs to no one place out of a range."""
    for begin, end, _ in special:
        if begin > last:
            break
        if begin > first:
            yield first, begin - 1
        first = end + 1
    if first <= last:
        yield first, last


def _text(version: int, number: int) -> str:
    return str((IPv4Address if version == 4 else IPv6Address)(number))  # noqa: PLR2004 - likewise
