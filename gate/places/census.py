"""Numbers all records of a database and joins neighbouring ranges of equal number.

What the numbers mean is the caller's: location classes for the index, smaller
records for the packed database.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.places.decoder import Decoder
from gate.places.layouts import WANTED, detect
from gate.places.mmdb import NO_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import numpy.typing as npt

    from gate.places.layouts import Layout
    from gate.places.mmdb import Halves, Mmdb, Ranges

    Ids = npt.NDArray[np.int64]
    Number = Callable[[Layout, object], int]
    Detect = Callable[[str, Iterable[object]], Layout]
    Watch = Callable[[list[int]], Iterable[int]]

# Records that are decoded to find out a layout and what a database can tell.
SAMPLE = 2000


class Numbered(NamedTuple):
    """The ranges of one address version; no two neighbours have the same number.

    Attributes:
        high: First address of each range; of IPv6 the upper 64 bits.
        low: Lower 64 bits for IPv6; None for IPv4.
        ids: Number of each range.
    """

    high: Halves
    low: Halves | None
    ids: Ids

    def starts(self) -> list[int]:
        """Return the first address of each range."""
        starts: list[int] = self.high.tolist()
        if self.low is None:
            return starts
        lower: list[int] = self.low.tolist()
        return [high << 64 | low for high, low in zip(starts, lower, strict=True)]


class Census(NamedTuple):
    """One database, numbered.

    Attributes:
        layout: Layout of its records.
        sample: Some of its records, decoded.
        tables: Ranges by address version, for those that have records.
    """

    layout: Layout
    sample: list[object]
    tables: Mapping[int, Numbered]


def take_census(
    database: Mmdb,
    number: Number,
    *,
    nothing: int,
    detecting: Detect = detect,
    watch: Watch = iter,
) -> Census:
    """Number every range of a database.

    Args:
        database: The database.
        number: Gives a record its number; asked once for each distinct record.
        nothing: Number of addresses without record.
        detecting: Finds the layout from the type and some records.
        watch: Hands on the records one by one; a bar of progress may look on.

    Raises:
        DatabaseError: The database is damaged or of an unknown layout.
    """
    ranges = _with_records(database)
    decoder = Decoder(database.data, wanted=WANTED)
    offsets = _distinct(list(ranges.values()))
    with _no_collection():
        step = max(1, len(offsets) // SAMPLE)
        sample = [decoder.at(offset) for offset in offsets[::step]]
        layout = detecting(database.metadata.database_type, sample)
        ids = [number(layout, decoder.at(offset)) for offset in watch(offsets)]
    by_offset = np.full(offsets[-1] + 2, nothing, np.int64)
    by_offset[offsets] = ids
    tables = {version: _merged(found, by_offset) for version, found in ranges.items()}
    return Census(layout, sample, tables)


def _with_records(database: Mmdb) -> dict[int, Ranges]:
    found = {version: database.ranges(version) for version in (4, 6)}
    return {
        version: ranges
        for version, ranges in found.items()
        if ranges is not None and (ranges.records != NO_RECORD).any()
    }


def _distinct(several: list[Ranges]) -> list[int]:
    """Return the offset of each record that a range uses, ascending, each once."""
    used = [ranges.records[ranges.records != NO_RECORD] for ranges in several]
    mark = np.zeros(max((int(o.max()) for o in used), default=-1) + 1, np.bool_)
    for offsets in used:
        mark[offsets] = True
    distinct: list[int] = np.flatnonzero(mark).tolist()
    return distinct


def _merged(ranges: Ranges, by_offset: Ids) -> Numbered:
    # The last entry stands for "no record", whose offset is beyond all others.
    last = np.uint32(len(by_offset) - 1)
    ids = by_offset[np.minimum(ranges.records, last)]
    keep = np.concatenate(([True], ids[1:] != ids[:-1]))
    low = None if ranges.low is None else ranges.low[keep]
    return Numbered(ranges.high[keep], low, ids[keep])


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector off: it would visit every decoded map again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
