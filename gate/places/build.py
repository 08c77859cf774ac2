"""Builds the index: databases and areas in, sorted ranges with classes out.

Runs in a process of its own, because it loads numpy and shapely and needs some
hundred megabytes for a short while.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.errors import DatabaseMissingError, DatabaseOverlapError
from gate.places.classes import Classes
from gate.places.decoder import Decoder
from gate.places.facts import DatabaseFacts, attribution_of, digest_of, told_by
from gate.places.index import Index, Table
from gate.places.layouts import WANTED, detect, place_of
from gate.places.mmdb import NO_RECORD, Mmdb
from gate.places.overlay import overlaid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from gate.model import AreaVersion
    from gate.places.layouts import Layout
    from gate.places.mmdb import Ranges

# Records that are decoded to find out a layout and what a database can tell.
SAMPLE = 2000


class _Walked(NamedTuple):
    """One database with all its ranges already classified and merged."""

    facts: DatabaseFacts
    tables: dict[int, Table]


def build_index(
    databases: Sequence[Path],
    area_versions: Sequence[tuple[str, AreaVersion]],
    *,
    areas_digest: str = "",
) -> Index:
    """Build the index of databases for the areas of a rule book.

    Args:
        databases: Files that answer for different address versions: one for both,
            or one for each.
        area_versions: As in `RuleBook.area_versions`.
        areas_digest: Digest of the areas, kept in the index.

    Raises:
        DatabaseError: A database is missing, damaged or of an unknown layout, or
            two answer for the same address version.
        BookError: A shape is unusable.
    """
    if not databases:
        raise DatabaseMissingError(
            "No database is given.", hint="Name one under geo.databases."
        )
    classes = Classes([version for _, version in area_versions])
    walked = [_walk(path, classes) for path in databases]
    tables = {
        version: overlaid(_only(walked, version, classes), version, classes)
        for version in (4, 6)
    }
    return Index(
        v4=tables[4],
        v6=tables[6],
        classes=classes.all(),
        databases=[found.facts for found in walked],
        areas_digest=areas_digest,
    )


def _only(walked: Sequence[_Walked], version: int, classes: Classes) -> Table:
    """Take the one table of an address version; without any, nothing is known."""
    found = [one for one in walked if version in one.tables]
    if len(found) > 1:
        names = " and ".join(one.facts.name for one in found)
        raise DatabaseOverlapError(
            f"{names} both answer for IPv{version} addresses.",
            hint="Keep one of them under geo.databases.",
        )
    if found:
        return found[0].tables[version]
    return Table(starts=[0], classes=[classes.not_in_database])


def _walk(path: Path, classes: Classes) -> _Walked:
    database = Mmdb(path)
    ranges = {version: database.ranges(version) for version in (4, 6)}
    found = {v: r for v, r in ranges.items() if r is not None and _has_records(r)}
    decoder = Decoder(database.data, wanted=WANTED)
    offsets = _distinct(list(found.values()))
    with _no_collection():
        sample = [decoder.at(offset) for offset in offsets[:: _step(len(offsets))]]
        layout = detect(database.metadata.database_type, sample)
        by_offset = _classified(decoder, offsets, layout, classes)
    facts = _facts(database, layout, sample)
    del decoder, database
    return _Walked(
        facts, {v: _merged(r, offsets, by_offset, classes) for v, r in found.items()}
    )


def _has_records(ranges: Ranges) -> bool:
    return bool((ranges.records != NO_RECORD).any())


def _distinct(several: list[Ranges]) -> list[int]:
    """Return the offset of each record that a range uses, ascending, each once."""
    used = [ranges.records[ranges.records != NO_RECORD] for ranges in several]
    if not used:
        return []
    mark = np.zeros(max(int(offsets.max()) for offsets in used) + 1, np.bool_)
    for offsets in used:
        mark[offsets] = True
    distinct: list[int] = np.flatnonzero(mark).tolist()
    return distinct


def _step(count: int) -> int:
    return max(1, count // SAMPLE)


def _classified(
    decoder: Decoder, offsets: list[int], layout: Layout, classes: Classes
) -> npt.NDArray[np.uint16]:
    at, class_of = decoder.at, classes.of_record
    return np.fromiter(
        (class_of(layout, at(offset)) for offset in offsets), np.uint16, len(offsets)
    )


def _merged(
    ranges: Ranges,
    offsets: list[int],
    by_offset: npt.NDArray[np.uint16],
    classes: Classes,
) -> Table:
    """Give each range its class and join neighbours of the same class."""
    by_address = np.full(offsets[-1] + 2, classes.not_in_database, np.uint16)
    by_address[np.asarray(offsets)] = by_offset
    last = np.uint32(len(by_address) - 1)
    column = by_address[np.minimum(ranges.records, last)]
    keep = np.concatenate(([True], column[1:] != column[:-1]))
    starts = ranges.high[keep].tolist()
    if ranges.low is not None:
        low = ranges.low[keep].tolist()
        starts = [h << 64 | lo for h, lo in zip(starts, low, strict=True)]
    return Table(starts=starts, classes=column[keep].tolist())


def _facts(database: Mmdb, layout: Layout, sample: list[object]) -> DatabaseFacts:
    metadata, path = database.metadata, database.path
    return DatabaseFacts(
        name=path.name,
        type=metadata.database_type,
        build_epoch=metadata.build_epoch,
        digest=digest_of([path]),
        node_count=metadata.node_count,
        ip_version=metadata.ip_version,
        layout=layout,
        tells=told_by(place_of(layout, record) for record in sample),
        attribution=attribution_of(
            path.name, metadata.database_type, metadata.description
        ),
    )


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
