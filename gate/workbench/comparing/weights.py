"""How many addresses ranges hold, and several tables of ranges cut alike.

IPv4 is counted in addresses. IPv6 is counted in networks of /48, the size that a site
is given, because single addresses mean nothing there; finer ones count as fractions.

Source:
    RFC 6177, section 2 (what a site is given).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.places.census import Numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gate.places.census import Ids
    from gate.places.mmdb import Halves

    Weights = npt.NDArray[np.float64]

_SITES = 2.0**48
"""Networks of /48 in all of IPv6."""

_LOW_BITS = 64


class Aligned(NamedTuple):
    """Several tables over the same ranges.

    Attributes:
        high: First address of each range; of IPv6 the upper 64 bits.
        low: Lower 64 bits for IPv6; None for IPv4.
        ids: Of each table the number of each range.
    """

    high: Halves
    low: Halves | None
    ids: tuple[Ids, ...]


def sizes(high: Halves, low: Halves | None) -> Weights:
    """Return the addresses of IPv4 ranges, or the /48 networks of IPv6 ranges.

    Args:
        high: First address of each range, ascending from 0, without gaps.
        low: Lower 64 bits for IPv6; None for IPv4.
    """
    if low is None:
        ends = np.append(high[1:], np.uint64(1 << 32))
        return (ends - high).astype(np.float64)
    if len(high) == 1:
        return np.array([_SITES])
    # The end of the last range is 2**128, whose upper half wraps to 0, as it must.
    upper = np.append(high[1:], np.uint64(0)) - high
    lower = np.append(low[1:], np.uint64(0)).astype(np.float64) - low
    return upper.astype(np.float64) / 2.0**16 + lower / 2.0**80


def starts_of(aligned: Aligned) -> list[int]:
    """Return the first address of each range as whole numbers."""
    return Numbered(aligned.high, aligned.low, aligned.ids[0]).starts()


def align(tables: Sequence[Numbered]) -> Aligned:
    """Cut tables of one address version at each other's borders.

    Args:
        tables: At least one; each begins at address 0.
    """
    high = np.concatenate([table.high for table in tables])
    low = np.concatenate([_low(table) for table in tables])
    source = np.repeat(np.arange(len(tables)), [len(table.ids) for table in tables])
    order = np.lexsort((low, high))
    high, low, source = high[order], low[order], source[order]
    # Of equal borders the last one knows the ranges of all tables.
    keep = np.append((high[1:] != high[:-1]) | (low[1:] != low[:-1]), True)
    ids = tuple(
        table.ids[(np.cumsum(source == number) - 1)[keep]]
        for number, table in enumerate(tables)
    )
    wide = tables[0].low is not None
    return Aligned(high[keep], low[keep] if wide else None, ids)


def _low(table: Numbered) -> Halves:
    return np.zeros_like(table.high) if table.low is None else table.low


def from_starts(starts: Sequence[int], ids: Sequence[int], *, version: int) -> Numbered:
    """Return a table from whole numbers.

    Args:
        starts: First address of each range, ascending from 0.
        ids: Number of each range.
        version: 4 or 6.
    """
    numbers = np.array(ids, np.int64)
    if version == 4:  # noqa: PLR2004 - the version of an address
        return Numbered(np.array(starts, np.uint64), None, numbers)
    mask = (1 << _LOW_BITS) - 1
    high = np.array([start >> _LOW_BITS for start in starts], np.uint64)
    return Numbered(
        high, np.array([start & mask for start in starts], np.uint64), numbers
    )
