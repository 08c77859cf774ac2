"""The file of an index: header, columns, seal. Checked whole before it is used."""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from array import array
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from gate.errors import IndexDamagedError
from gate.model import LocationClass, Membership, Unknown
from gate.places.columns import Columns
from gate.places.edges import Label
from gate.places.facts import DatabaseFacts
from gate.places.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    class _Row(TypedDict):
        label: str
        unknown: str | None
        doubt: str | None
        memberships: list[int]
        evidence: list[list[str]]


MAGIC = b"GATEIDX\n"
FORMAT = 6
"""Raise it with every change of the file; a file of another number is rebuilt."""

MOST_UNPACKED = 1 << 28
"""Bytes; the index of GeoLite2-City has a third of a million."""

_HEAD = struct.Struct(">8sHI")
_MALFORMED = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError),
    *(ValueError, struct.error, zlib.error),
)
_SEAL_BYTES = hashlib.sha256().digest_size
# Starts and classes of IPv4, upper halves and classes of IPv6.
_TYPECODES = "IHQH"


class Content(NamedTuple):
    """All that an index consists of."""

    columns: Columns
    classes: Sequence[LocationClass]
    databases: Sequence[DatabaseFacts]
    areas_digest: str
    terms: Sequence[str] = ()
    labels: Mapping[str, Label] = {}


def packed(content: Content) -> bytes:
    """Return the file of an index."""
    columns = content.columns
    arrays = (columns.starts4, columns.classes4, columns.high6, columns.classes6)
    payload = zlib.compress(b"".join(_little(column) for column in arrays), 6)
    header = json.dumps(
        {
            "areas": content.areas_digest,
            "terms": list(content.terms),
            "labels": {
                name: [label.alone, list(label.instead.items())]
                for name, label in content.labels.items()
            },
            "databases": [asdict(facts) for facts in content.databases],
            "classes": [_class_out(found) for found in content.classes],
            "lengths": [len(column) for column in arrays],
            "deep": [[high, *rows] for high, rows in columns.deep.items()],
        },
        separators=(",", ":"),
    ).encode()
    body = _HEAD.pack(MAGIC, FORMAT, len(header)) + header + payload
    return body + hashlib.sha256(body).digest()


def unpacked(path: Path) -> Content:
    """Read the file of an index.

    Raises:
        IndexDamagedError: The file is missing, cut off, changed, or of another
            format.
    """
    try:
        stored = read_plain(path)
    except OSError as error:
        raise _damaged(path, "cannot be read") from error
    body, seal = stored[:-_SEAL_BYTES], stored[-_SEAL_BYTES:]
    if hashlib.sha256(body).digest() != seal:
        raise _damaged(path, "is cut off or was changed")
    try:
        magic, version, length = _HEAD.unpack_from(body)
        if magic != MAGIC or version != FORMAT:
            raise _damaged(path, "is of another format")
        content = _parsed(body[_HEAD.size :], length)
        _check(content)
    except _MALFORMED as error:
        # Sealed, so whole; but another version of the gate wrote it.
        raise _damaged(path, "is of another format") from error
    return content


def _parsed(content: bytes, length: int) -> Content:
    header = json.loads(content[:length])
    starts4, classes4, high6, classes6 = _arrays(content[length:], header["lengths"])
    columns = Columns(
        starts4=starts4,
        classes4=classes4,
        high6=high6,
        classes6=classes6,
        deep={high: (lows, ids) for high, lows, ids in header["deep"]},
    )
    databases = [
        DatabaseFacts(**{**row, "tells": tuple(row["tells"])})
        for row in header["databases"]
    ]
    classes = [_class_in(row) for row in header["classes"]]
    labels = {
        name: Label(alone, dict(instead))
        for name, (alone, instead) in header["labels"].items()
    }
    return Content(
        columns, classes, databases, header["areas"], header["terms"], labels
    )


def _check(content: Content) -> None:
    """Make sure that a look-up can neither fail nor find a class by mistake.

    Raises:
        ValueError: A column or a class does not fit the others.
    """
    columns, count = content.columns, len(content.classes)
    _check_column(columns.starts4, columns.classes4, count)
    _check_column(columns.high6, columns.classes6, count)
    for lows, ids in columns.deep.values():
        _check_column(lows, ids, count)
    for label in content.labels.values():
        _check_ids([label.alone, *label.instead, *label.instead.values()], count)
    sizes = {len(found.memberships) for found in content.classes}
    sizes |= {len(found.evidence) for found in content.classes}
    reasons = {found.unknown for found in content.classes}
    if len(sizes) != 1 or not reasons.issuperset(Unknown) or not content.databases:
        raise ValueError("the classes do not fit each other")


def _check_column(starts: Sequence[int], ids: Sequence[int], classes: int) -> None:
    ascends = all(one < other for one, other in pairwise(starts))
    if len(starts) != len(ids) or starts[0] != 0 or not ascends:
        raise ValueError("the ranges do not ascend from 0")
    _check_ids(ids, classes)


def _check_ids(ids: Sequence[int], classes: int) -> None:
    if not 0 <= min(ids) <= max(ids) < classes:
        raise ValueError("a range has no class")


def _arrays(packed_: bytes, lengths: Sequence[int]) -> list[array[int]]:
    sizes = [array(code).itemsize for code in _TYPECODES]
    whole = sum(size * length for size, length in zip(sizes, lengths, strict=True))
    # No more is unpacked than the header promises, however much there may be.
    if not 0 < whole <= MOST_UNPACKED:
        raise ValueError("the columns are larger than any index")
    payload = memoryview(zlib.decompressobj().decompress(packed_, whole))
    if len(payload) != whole:
        raise ValueError("a column is cut off")
    found = []
    at = 0
    for code, length in zip(_TYPECODES, lengths, strict=True):
        column = array(code)
        end = at + length * column.itemsize
        column.frombytes(payload[at:end])
        if sys.byteorder == "big":
            column.byteswap()
        found.append(column)
        at = end
    return found


def _little(column: array[int]) -> bytes:
    if sys.byteorder == "little":
        return column.tobytes()
    swapped = array(column.typecode, column)
    swapped.byteswap()
    return swapped.tobytes()


def _class_out(found: LocationClass) -> dict[str, object]:
    return {
        "label": found.label,
        "unknown": found.unknown,
        "doubt": found.doubt,
        "memberships": [int(level) for level in found.memberships],
        "evidence": found.evidence,
    }


def _class_in(row: _Row) -> LocationClass:
    unknown, doubt = row["unknown"], row["doubt"]
    return LocationClass(
        label=row["label"],
        unknown=None if unknown is None else Unknown(unknown),
        doubt=None if doubt is None else Unknown(doubt),
        memberships=tuple(Membership(level) for level in row["memberships"]),
        evidence=tuple(tuple(texts) for texts in row["evidence"]),
    )


def _damaged(path: Path, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"The index {path.name} {what}.", hint=IndexDamagedError.remedy
    )
