"""From an address to its location class: one bisection in a sorted list.

This is all that a serving worker loads: no numpy, no shapely, no database reader.
The file is written once by the build process and checked whole before it is used.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypedDict

from gate.errors import IndexDamagedError, IndexStaleError
from gate.model import LocationClass, Membership, Unknown
from gate.places.atomic import write_atomically
from gate.places.facts import DatabaseFacts, joint_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    _Deep = tuple[list[int], list[int]]

    class _Row(TypedDict):
        label: str
        unknown: str | None
        memberships: list[int]
        evidence: list[list[str]]


MAGIC = b"GATEIDX\n"
FORMAT = 2
"""Raise it with every change of the file; a file of another number is rebuilt."""
_HEAD = struct.Struct(">8sHI")
_SEAL_BYTES = hashlib.sha256().digest_size
_MAPPED = 0xFFFF << 32
_LOW_64 = (1 << 64) - 1
# A class id that no class has: a block of addresses of more than one class.
_MIXED = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The ranges of one address version.

    Attributes:
        starts: First address of each range, ascending, the first of all 0.
        classes: Class id of each range.
    """

    starts: list[int]
    classes: list[int]


class Index:
    """The compiled table from address ranges to location classes.

    Attributes:
        classes: The location classes; a class id is a position here. The first ones
            are the reasons why a place is unknown.
        databases: The databases that it was built from.
        database: The same as one.
        areas_digest: Digest of the areas that it was built for; may be empty.
    """

    def __init__(
        self,
        *,
        v4: Table,
        v6: Table,
        classes: Sequence[LocationClass],
        databases: Sequence[DatabaseFacts],
        areas_digest: str = "",
    ) -> None:
        self.classes = tuple(classes)
        self.databases = tuple(databases)
        self.database = joint_facts(self.databases)
        self.areas_digest = areas_digest
        self._unknown = {
            found.unknown: id_
            for id_, found in enumerate(self.classes)
            if found.unknown is not None
        }
        self._starts4 = v4.starts
        self._classes4 = array("H", v4.classes)
        self._blocks4 = _blocks(v4)
        self._halves4 = _by_half(v4.starts)
        self._high6, self._classes6, self._deep = _by_high(v6)

    def find(self, version: int, number: int) -> int:
        """Return the class id of an address.

        Args:
            version: 4 or 6. An IPv4-mapped IPv6 number gives the class of the IPv4
                address in it.
            number: The address as an integer.
        """
        if version == 4:  # noqa: PLR2004 - the version of an address
            half = number >> 16
            low, high = self._halves4[half], self._halves4[half + 1]
            return self._classes4[bisect_right(self._starts4, number, low, high) - 1]
        high = number >> 64
        if high in self._deep:
            return self._find_deep(number)
        return self._classes6[bisect_right(self._high6, high) - 1]

    def _find_deep(self, number: int) -> int:
        if number >> 32 == 0xFFFF:  # noqa: PLR2004 - ::ffff:0:0/96
            return self.find(4, number - _MAPPED)
        lows, ids = self._deep[number >> 64]
        return ids[bisect_right(lows, number & _LOW_64) - 1]

    def ranges(self, version: int) -> Iterator[tuple[int, int]]:
        """Yield the first address and the class id of each range, ascending."""
        if version == 4:  # noqa: PLR2004 - the version of an address
            yield from zip(self._starts4, self._classes4, strict=True)
            return
        before = None
        for start, id_ in self._ranges6():
            if id_ != before:
                yield start, id_
            before = id_

    def _ranges6(self) -> Iterator[tuple[int, int]]:
        for high, id_ in zip(self._high6, self._classes6, strict=True):
            lows, ids = self._deep.get(high, ([0], [id_]))
            for low, deep_id in zip(lows, ids, strict=True):
                yield high << 64 | low, deep_id

    def unknown(self, reason: Unknown) -> int:
        """Return the class id of a reason why a place is unknown."""
        return self._unknown[reason]

    def save(self, path: Path) -> None:
        """Write the index so that a reader sees the old file or the whole new one.

        Raises:
            OSError: The folder cannot be written.
        """
        write_atomically(path, _packed(self))

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        database_digest: str | None = None,
        areas_digest: str | None = None,
    ) -> Index:
        """Read an index and check all of it.

        Args:
            path: The file.
            database_digest: What it must have been built from; None asks nothing.
            areas_digest: What it must have been built for; None asks nothing.

        Raises:
            IndexDamagedError: The file is missing, cut off, changed, or of another
                format.
            IndexStaleError: It was built from another database or other areas.
        """
        index = _unpacked(path)
        for expected, found in (
            (database_digest, index.database.digest),
            (areas_digest, index.areas_digest),
        ):
            if expected is not None and expected != found:
                raise IndexStaleError(
                    f"{path.name} was built from another database or other areas.",
                    hint=IndexDamagedError.remedy,
                )
        return index


def cache_name(database_digest: str, areas_digest: str) -> str:
    """Return the file name of the index of these databases and areas."""
    return f"index-{FORMAT}-{database_digest[:16]}-{areas_digest[:16]}.bin"


def _by_half(starts: Sequence[int]) -> array[int]:
    """Return for each upper half of an IPv4 address how many ranges start before it.

    Between two of these lie a handful of ranges, so that a look-up reads little memory.
    """
    return array(
        "I", [bisect_left(starts, half << 16) for half in range((1 << 16) + 1)]
    )


def _blocks(table: Table) -> array[int]:
    """Return the class of each /16 of IPv4 that lies within one range, else `_MIXED`.

    Nine in ten addresses lie in such a block and need no search.
    """
    blocks = array("H", [_MIXED]) * (1 << 16)
    ends = [*table.starts[1:], 1 << 32]
    for first, end, id_ in zip(table.starts, ends, table.classes, strict=True):
        begin, behind = -(-first >> 16), end >> 16
        if begin < behind:
            blocks[begin:behind] = array("H", [id_]) * (behind - begin)
    return blocks


def _by_high(table: Table) -> tuple[array[int], array[int], dict[int, _Deep]]:
    """Split an IPv6 table at 64 bits, so that nearly all of it is plain columns.

    An upper half within which more than one range lies is looked up once more; in the
    main columns it has the class of its last range, which goes on behind it.
    """
    high, ids = array("Q"), array("H")
    deep: dict[int, _Deep] = {}
    before = 0
    for start, id_ in zip(table.starts, table.classes, strict=True):
        upper, low = start >> 64, start & _LOW_64
        if low and upper not in deep:
            same = bool(high) and high[-1] == upper
            deep[upper] = ([0], [ids[-1] if same else before])
        if low:
            lows, deep_ids = deep[upper]
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


def _packed(index: Index) -> bytes:
    v4, v6 = list(index.ranges(4)), list(index.ranges(6))
    columns = (
        array("I", [start for start, _ in v4]),
        array("H", [id_ for _, id_ in v4]),
        array("Q", [start >> 64 for start, _ in v6]),
        array("Q", [start & _LOW_64 for start, _ in v6]),
        array("H", [id_ for _, id_ in v6]),
    )
    payload = zlib.compress(b"".join(_little(column) for column in columns), 6)
    header = json.dumps(
        {
            "areas": index.areas_digest,
            "databases": [asdict(facts) for facts in index.databases],
            "classes": [_class_out(found) for found in index.classes],
            "ranges": [len(v4), len(v6)],
        },
        separators=(",", ":"),
    ).encode()
    body = _HEAD.pack(MAGIC, FORMAT, len(header)) + header + payload
    return body + hashlib.sha256(body).digest()


def _unpacked(path: Path) -> Index:
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise _damaged(path, "cannot be read") from error
    body, seal = stored[:-_SEAL_BYTES], stored[-_SEAL_BYTES:]
    if hashlib.sha256(body).digest() != seal:
        raise _damaged(path, "is cut off or was changed")
    magic, version, length = _HEAD.unpack_from(body)
    if magic != MAGIC or version != FORMAT:
        raise _damaged(path, "is of another format")
    try:
        return _parsed(body[_HEAD.size :], length)
    except (LookupError, TypeError, ValueError, zlib.error) as error:
        # Sealed, so whole; but another version of the gate wrote it.
        raise _damaged(path, "is of another format") from error


def _parsed(content: bytes, length: int) -> Index:
    header = json.loads(content[:length])
    v4, v6 = _tables(zlib.decompress(content[length:]), *header["ranges"])
    return Index(
        v4=v4,
        v6=v6,
        classes=[_class_in(row) for row in header["classes"]],
        databases=[
            DatabaseFacts(**{**row, "tells": tuple(row["tells"])})
            for row in header["databases"]
        ],
        areas_digest=header["areas"],
    )


def _tables(payload: bytes, count4: int, count6: int) -> tuple[Table, Table]:
    columns = []
    at = 0
    for code, count in zip("IHQQH", (count4, count4, *[count6] * 3), strict=True):
        column = array(code)
        end = at + count * column.itemsize
        column.frombytes(payload[at:end])
        if sys.byteorder == "big":
            column.byteswap()
        columns.append(column.tolist())
        at = end
    starts4, classes4, high, low, classes6 = columns
    starts6 = [h << 64 | lo for h, lo in zip(high, low, strict=True)]
    return (
        Table(starts=starts4, classes=classes4),
        Table(starts=starts6, classes=classes6),
    )


def _little(column: array[int]) -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def _class_out(found: LocationClass) -> dict[str, object]:
    return {
        "label": found.label,
        "unknown": found.unknown,
        "memberships": [int(level) for level in found.memberships],
        "evidence": found.evidence,
    }


def _class_in(row: _Row) -> LocationClass:
    unknown = row["unknown"]
    return LocationClass(
        label=row["label"],
        unknown=None if unknown is None else Unknown(unknown),
        memberships=tuple(Membership(level) for level in row["memberships"]),
        evidence=tuple(tuple(texts) for texts in row["evidence"]),
    )


def _damaged(path: Path, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"The index {path.name} {what}.",
        hint=IndexDamagedError.remedy,
    )
