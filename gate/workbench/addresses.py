"""Addresses of a loaded database: one that stands for a class, and how many there are.

An example is for a person who wants to look at what was found; it is the first address
of a range and says nothing of any reader.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from gate.places.special import special_spans
from gate.rules.proving.remarks import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.places.index import Index
    from gate.places.special import Span

_LAST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
_SITE = 80  # bits below a /48, which is what one household or office is given


def example_address(index: Index, class_id: int) -> str | None:
    """Return an address of a class that a reader may have.

    Args:
        index: The loaded database.
        class_id: Position in `index.classes`.

    Returns:
        The first public address of the first range of the class, IPv4 before IPv6;
        None if there is none.
    """
    return next(
        (
            _text(version, first)
            for version, first, _, id_ in _public(index)
            if id_ == class_id
        ),
        None,
    )


def examples_of(index: Index) -> Callable[[int], str | None]:
    """Return `example_address` for many classes; all ranges are read once, when asked.

    Args:
        index: The loaded database.
    """
    found: dict[int, str | None] = {}

    def example(class_id: int) -> str | None:
        if not found:
            found.update(dict.fromkeys(range(len(index.classes))))
            for version, first, _, id_ in _public(index):
                if found[id_] is None:
                    found[id_] = _text(version, first)
        return found[class_id]

    return example


def amounts(index: Index) -> tuple[Amount, ...]:
    """Count the addresses of each class, in the order of `index.classes`.

    What no reader can have, such as private networks, is left out.
    """
    totals = {version: [0] * len(index.classes) for version in (4, 6)}
    for version, first, last, id_ in _public(index):
        totals[version][id_] += (
            last - first + 1
            if version == 4  # noqa: PLR2004 - the version of an address
            else (last >> _SITE) - ((first - 1) >> _SITE)
        )
    return tuple(Amount(*pair) for pair in zip(totals[4], totals[6], strict=True))


def _public(index: Index) -> Iterator[tuple[int, int, int, int]]:
    """Yield version, first and last address and class id of what readers may have."""
    for version in (4, 6):
        starts = list(index.ranges(version))
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
