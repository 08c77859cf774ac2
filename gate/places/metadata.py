"""What a MaxMind-format file says of itself, checked before anything else is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gate.errors import DatabaseDamagedError, DatabaseError
from gate.places.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKER = b"\xab\xcd\xefMaxMind.com"
# The format allows no longer metadata (MaxMind DB format, "Database Metadata").
SECTION_BYTES = 128 * 1024
# Zero bytes between the search tree and the data section.
SEPARATOR_BYTES = 16
# Ages are told from it; later dates are damage, and no calendar goes on for ever.
LATEST_EPOCH = 4_102_444_800  # 2100-01-01 UTC
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The metadata that the gate uses.

    Attributes:
        database_type: Name of the product, such as "GeoLite2-City".
        build_epoch: When it was built, in Unix seconds.
        node_count: Nodes of the search tree.
        record_size: Bits of one child of a node: 24, 28 or 32.
        ip_version: 4, or 6 for a tree that may hold both kinds of address.
        description: Text by language; may be empty.
        end: Offset of the marker, where the data section ends, in bytes.
    """

    database_type: str
    build_epoch: int
    node_count: int
    record_size: int
    ip_version: int
    description: Mapping[str, str]
    end: int

    @property
    def tree_bytes(self) -> int:
        return self.node_count * self.record_size // 4

    @property
    def data_start(self) -> int:
        return self.tree_bytes + SEPARATOR_BYTES


def read_metadata(tail: bytes, file_size: int) -> Metadata:
    """Read and check the metadata of a database.

    Args:
        tail: The last 128 KiB of the file, or the whole of a shorter one.
        file_size: Size of the whole file in bytes.

    Raises:
        DatabaseDamagedError: There is no metadata, or it contradicts the file.

    Source:
        MaxMind DB File Format Specification 2.0, "Database Metadata".
    """
    start = tail.rfind(MARKER)
    if start < 0:
        raise _damaged("it has no metadata; it is no MaxMind-format database")
    try:
        found = Decoder(tail[start + len(MARKER) :]).at(0)
    except DatabaseError as error:
        raise _damaged("its metadata cannot be read") from error
    if not isinstance(found, dict):
        raise _damaged("its metadata is not a map")
    metadata = _checked(found, end=file_size - len(tail) + start)
    if metadata.data_start > metadata.end:
        raise _damaged("it is shorter than its metadata says")
    return metadata


def _checked(found: dict[str, object], *, end: int) -> Metadata:
    if found.get("binary_format_major_version") != 2:  # noqa: PLR2004 - the only format
        raise _damaged("it is not in version 2 of the format")
    if _whole(found, "record_size") not in (24, 28, 32):
        raise _damaged("its record size is none of 24, 28 and 32 bits")
    if _whole(found, "ip_version") not in (4, 6):
        raise _damaged("its address version is neither 4 nor 6")
    return Metadata(
        database_type=_shown(found.get("database_type")),
        build_epoch=_whole(found, "build_epoch", below=LATEST_EPOCH),
        node_count=_whole(found, "node_count"),
        record_size=cast("int", found["record_size"]),
        ip_version=cast("int", found["ip_version"]),
        description=_texts(found.get("description")),
        end=end,
    )


def check_gap(gap: bytes) -> None:
    """Make sure that zero bytes part the search tree from the data.

    Raises:
        DatabaseDamagedError: They do not, so one of the two is not what it should be.
    """
    if any(gap):
        raise _damaged("it has no gap between its search tree and its data")


def _whole(found: dict[str, object], key: str, *, below: int = 1 << 48) -> int:
    value = found.get(key)
    if type(value) is not int or not 0 < value < below:
        raise _damaged(f"its metadata has no usable {key}")
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(k): _shown(v) for k, v in value.items() if isinstance(v, str)}


def _shown(value: object) -> str:
    """Return a text that may be shown: a terminal obeys what cannot be printed."""
    text = value if isinstance(value, str) else ""
    return "".join(sign for sign in text[:MOST_LETTERS] if sign.isprintable())


def _damaged(what: str) -> DatabaseDamagedError:
    return DatabaseDamagedError(
        f"The database cannot be used: {what}.",
        hint=DatabaseDamagedError.remedy,
    )
