"""Walks the whole search tree of a MaxMind-format database at once.

A look-up follows one path of the tree; the walk follows all paths together, one
level at a time, as columns of numbers. It yields every range of addresses with the
offset of its record, so that a record is decoded once however many ranges share it.
"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gate.errors import DatabaseDamagedError, DatabaseMissingError, DatabaseTreeError
from gate.places.metadata import (
    SECTION_BYTES,
    SEPARATOR_BYTES,
    check_gap,
    read_metadata,
)
from gate.places.plain import open_plain

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from gate.places.metadata import Metadata

    Numbers = npt.NDArray[np.uint32]
    Halves = npt.NDArray[np.uint64]

NO_RECORD = 0xFFFF_FFFF
# In a tree every node has one parent. Twice that leaves room for writers that
# alias a branch; more is a cycle, whose paths would double at every level.
VISITS_PER_NODE = 2


@dataclass(frozen=True, slots=True)
class Ranges:
    """All ranges of one address version, ascending, without gaps.

    Attributes:
        high: First address of each range; of IPv6 the upper 64 bits.
        low: Lower 64 bits for IPv6; None for IPv4.
        records: Offset of each record in the data section, or `NO_RECORD`.
    """

    high: Halves
    low: Halves | None
    records: Numbers


class Mmdb:
    """One database, read whole.

    Args:
        path: The file.

    Raises:
        DatabaseMissingError: The file cannot be read.
        DatabaseDamagedError: The file is no sound database.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.metadata, raw = _read(path)
        except OSError as error:
            raise unreadable(path, error) from error
        self._raw = raw
        check_gap(raw[self.metadata.tree_bytes : self.metadata.data_start].tobytes())
        self._left, self._right = _children(raw, self.metadata)
        self._v4_root = self._find_v4_root()

    @property
    def digest(self) -> str:
        """SHA-256 of what was read, in hexadecimal; the file may be another by now."""
        return hashlib.sha256(self._raw.data).hexdigest()

    @property
    def data(self) -> bytes:
        """The data section."""
        return self._raw[self.metadata.data_start : self.metadata.end].tobytes()

    def ranges(self, version: int) -> Ranges | None:
        """Return all ranges of IPv4 (4) or IPv6 (6); None if there is no such tree.

        In an IPv6 tree the IPv4 branch and its aliases (IPv4-mapped, 6to4, Teredo)
        count as without record, because the gate unpacks those addresses.

        Raises:
            DatabaseTreeError: The tree runs in a circle.
            DatabaseDamagedError: A record lies outside the data section.
        """
        if version == 4:  # noqa: PLR2004 - the version of an address
            return self._walk(self._v4_root, 32, barred=None)
        if self.metadata.ip_version == 4:  # noqa: PLR2004 - likewise
            return None
        nodes = self.metadata.node_count
        barred = self._v4_root if self._v4_root < nodes else None
        return self._walk(0, 128, barred=barred)

    def _find_v4_root(self) -> int:
        if self.metadata.ip_version == 4:  # noqa: PLR2004 - the version of an address
            return 0
        node = 0
        for _ in range(96):
            if node >= self.metadata.node_count:
                break
            node = int(self._left[node])
        return node

    def _walk(self, root: int, bits: int, *, barred: int | None) -> Ranges:
        nodes = self.metadata.node_count
        front = _Front.at(root)
        leaves = _Leaves()
        visits = 0
        if root >= nodes:
            leaves.add(front)
            front = front.pick(front.node < nodes)
        for depth in range(bits):
            visits += len(front.node)
            if visits > VISITS_PER_NODE * nodes:
                raise _circular(self.path)
            front = front.descend(self._left, self._right, depth, bits)
            inner = front.node < nodes
            leaves.add(front.pick(~inner))
            if barred is not None:
                alias = front.node == barred
                leaves.add(front.pick(alias), nodes)
                inner &= ~alias
            front = front.pick(inner)
        if len(front.node):
            raise _circular(self.path)
        high, low, found = leaves.sorted(wide=bits > 64)  # noqa: PLR2004 - one column
        return Ranges(high, low, self._offsets(found))

    def _offsets(self, found: Numbers) -> Numbers:
        nodes, meta = self.metadata.node_count, self.metadata
        offsets = np.where(found == nodes, NO_RECORD, found.astype(np.int64) - nodes)
        offsets = np.where(found == nodes, NO_RECORD, offsets - SEPARATOR_BYTES)
        real = offsets[found != nodes]
        if len(real) and (real.min() < 0 or real.max() >= meta.end - meta.data_start):
            raise DatabaseDamagedError(
                f"{self.path.name} has records outside its data section.",
                hint=DatabaseDamagedError.remedy,
            )
        return offsets.astype(np.uint32)


@dataclass(frozen=True, slots=True)
class _Front:
    """The nodes of one level with the first address below each."""

    node: Numbers
    high: Halves
    low: Halves

    @classmethod
    def at(cls, root: int) -> _Front:
        zero = np.zeros(1, np.uint64)
        return cls(np.array([root], np.uint32), zero, zero)

    def pick(self, chosen: npt.NDArray[np.bool_]) -> _Front:
        return _Front(self.node[chosen], self.high[chosen], self.low[chosen])

    def descend(self, left: Numbers, right: Numbers, depth: int, bits: int) -> _Front:
        place = bits - 1 - depth
        in_high = bits <= 64 or place >= 64  # noqa: PLR2004 - bits of one column
        bit = np.uint64(1 << (place if bits <= 64 else place % 64))  # noqa: PLR2004
        high = self.high | bit if in_high else self.high
        low = self.low if in_high else self.low | bit
        return _Front(
            np.concatenate((left[self.node], right[self.node])),
            np.concatenate((self.high, high)),
            np.concatenate((self.low, low)),
        )


class _Leaves:
    """The ends of all paths, collected level by level."""

    def __init__(self) -> None:
        self._parts: list[tuple[Halves, Halves, Numbers]] = []

    def add(self, front: _Front, value: int | None = None) -> None:
        if not len(front.node):
            return
        node = front.node if value is None else np.full_like(front.node, value)
        self._parts.append((front.high, front.low, node))

    def sorted(self, *, wide: bool) -> tuple[Halves, Halves | None, Numbers]:
        high, low, node = (
            np.concatenate(column) for column in zip(*self._parts, strict=True)
        )
        self._parts.clear()
        # Few leaves lie below the 64th bit; where none does, one column decides.
        plain = not wide or not low.any()
        order = np.argsort(high, kind="stable") if plain else np.lexsort((low, high))
        return high[order], low[order] if wide else None, node[order]


def _read(path: Path) -> tuple[Metadata, npt.NDArray[np.uint8]]:
    """Read a file, its metadata first: what is no database is not read whole.

    Raises:
        OSError: It cannot be read, or changed meanwhile.
        DatabaseDamagedError: It is no sound database.
    """
    with open_plain(path) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - SECTION_BYTES))
        tail = file.read(SECTION_BYTES)
        metadata = read_metadata(tail, size)
        file.seek(0)
        raw = np.fromfile(file, np.uint8, count=size)
    if len(raw) != size or raw[-len(tail) :].tobytes() != tail:
        raise OSError(errno.EBUSY, "it changed while it was read", str(path))
    return metadata, raw


def _children(raw: npt.NDArray[np.uint8], meta: Metadata) -> tuple[Numbers, Numbers]:
    """Unpack the nodes into a column of left and a column of right children."""
    width = meta.record_size // 4
    rows = raw[: meta.tree_bytes].reshape(meta.node_count, width)
    if meta.record_size == 32:  # noqa: PLR2004 - bits of a record
        pairs = rows.view(">u4")
        return pairs[:, 0].astype(np.uint32), pairs[:, 1].astype(np.uint32)
    left, right = _big_endian(rows[:, :3]), _big_endian(rows[:, -3:])
    if meta.record_size == 28:  # noqa: PLR2004 - the shared byte holds both upper bits
        shared = rows[:, 3].astype(np.uint32)
        left |= (shared >> np.uint32(4)) << np.uint32(24)
        right |= (shared & np.uint32(15)) << np.uint32(24)
    return left, right


def _big_endian(columns: npt.NDArray[np.uint8]) -> Numbers:
    number = columns[:, 0].astype(np.uint32)
    for index in range(1, columns.shape[1]):
        number <<= np.uint32(8)
        number |= columns[:, index]
    return number


def unreadable(path: Path, error: OSError) -> DatabaseMissingError:
    """Say that a database file cannot be read, and why."""
    return DatabaseMissingError(
        f"{path} cannot be read: {error.strerror or error}.",
        hint=DatabaseMissingError.remedy,
    )


def _circular(path: Path) -> DatabaseTreeError:
    return DatabaseTreeError(
        f"The search tree of {path.name} runs in a circle.",
        hint=DatabaseTreeError.remedy,
    )
