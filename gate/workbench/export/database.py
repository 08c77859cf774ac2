"""The table as a MaxMind-format database, with the memberships in every area.

The only table that tells where the areas are; no table tells anything of readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.workbench.export.preamble import preamble
from gate.workbench.mmdb_writer import NO_RECORD, Layered, database_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.workbench.export.table import EdgeTable

    Record = dict[str, object]

DATABASE_TYPE = "Gate-Edge"
USE = """
A record is {gate: {free, until, areas: {id: no|possible|yes}}}. Whoever asks must
compare until (Unix time, 0 if not free) with the clock. No record: ask the gate.
"""

_IPV4_ADDRESSES = 1 << 32
_LOW_64 = (1 << 64) - 1


def render(table: EdgeTable) -> bytes:
    """Return the file."""
    records: list[Record] = []
    numbers = [_number(records, record) for record in _records(table)]
    starts, ids = _joined(table, numbers)
    halves = Layered(
        np.array([start >> 64 for start in starts], np.uint64),
        np.array([start & _LOW_64 for start in starts], np.uint64),
        np.array(ids, np.int64),
    )
    metadata = {
        "database_type": DATABASE_TYPE,
        "ip_version": 6,
        "languages": ["en"],
        "description": {"en": "\n".join(preamble(table, "mmdb", USE))},
    }
    return database_bytes(halves, records, metadata, build_epoch=table.built)


def _records(table: EdgeTable) -> Iterable[Record | None]:
    for place, free in zip(table.places, table.is_free, strict=True):
        if place is None:
            yield None
            continue
        areas = {area: level.word for area, level in place.items()}
        until = table.valid_until if free else 0
        yield {"gate": {"free": free, "until": until, "areas": areas}}


def _number(records: list[Record], record: Record | None) -> int:
    if record is None:
        return NO_RECORD
    if record not in records:
        records.append(record)
    return records.index(record)


def _joined(table: EdgeTable, numbers: list[int]) -> tuple[list[int], list[int]]:
    """Put IPv4 below 2**32, where the format has it, and IPv6 behind it."""
    starts: list[int] = []
    ids: list[int] = []
    for start, class_id in [*table.ranges[4], *_behind_ipv4(table)]:
        number = numbers[class_id]
        if not ids or ids[-1] != number:
            starts.append(start)
            ids.append(number)
    return starts, ids


def _behind_ipv4(table: EdgeTable) -> list[tuple[int, int]]:
    """Return the IPv6 ranges, the one that runs past 2**32 from there on."""
    found = table.ranges[6]
    below = [class_id for start, class_id in found if start <= _IPV4_ADDRESSES]
    above = [(start, id_) for start, id_ in found if start > _IPV4_ADDRESSES]
    return [(_IPV4_ADDRESSES, below[-1]), *above]
