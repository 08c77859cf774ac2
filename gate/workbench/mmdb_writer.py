"""Writes MaxMind-format databases: ranges and records in, one file out.

The tree is built for all ranges together, one level at a time. A node of some depth
is needed exactly where a range begins strictly inside its block, so each level
follows from the sorted first addresses alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.places.metadata import MARKER, SEPARATOR_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Halves = npt.NDArray[np.uint64]
    Numbers = npt.NDArray[np.int64]

NO_RECORD = -1
RECORD_SIZES = (24, 28, 32)


@dataclass(frozen=True, slots=True)
class Layered:
    """What to write: ranges without gaps, ascending, with the number of a record.

    Attributes:
        high: Upper 64 bits of the first address; an IPv4 tree has its addresses in
            the uppermost 32 bits.
        low: Lower 64 bits; IPv4 addresses within an IPv6 tree lie below 2**32.
        ids: Position in the list of records, or `NO_RECORD`.
    """

    high: Halves
    low: Halves
    ids: Numbers


def database_bytes(
    ranges: Layered,
    records: Sequence[Mapping[str, object]],
    metadata: Mapping[str, object],
    *,
    build_epoch: int,
    record_size: int | None = None,
) -> bytes:
    """Return a database file.

    Args:
        ranges: All ranges; the first begins at address 0.
        records: The distinct records.
        metadata: database_type, ip_version, description and languages; what
            follows from the tree is added.
        build_epoch: When the data were made, in Unix seconds.
        record_size: Bits of a child: 24, 28 or 32; None takes the least that fits.

    Raises:
        ValueError: The tree does not fit into the record size.

    Source:
        MaxMind DB File Format Specification 2.0.
    """
    section = DataSection()
    offsets = np.array([section.add(record) for record in records], np.int64)
    left, right = _tree(ranges)
    nodes = len(left)
    size = _record_size(nodes + SEPARATOR_BYTES + len(section), record_size)
    left, right = (_resolved(side, offsets, nodes) for side in (left, right))
    tail = DataSection()
    tail.add_inline(
        {
            **metadata,
            "binary_format_major_version": 2,
            "binary_format_minor_version": 0,
            "build_epoch": _Wide(build_epoch, 9),
            "node_count": _Wide(nodes, 6),
            "record_size": size,
        }
    )
    tree = _tree_bytes(left, right, size)
    gap = bytes(SEPARATOR_BYTES)
    return b"".join((tree, gap, section.content(), MARKER, tail.content()))


def _record_size(largest: int, wanted: int | None) -> int:
    sizes = RECORD_SIZES if wanted is None else (wanted,)
    for size in sizes:
        if largest < 1 << size:
            return size
    raise ValueError(f"{largest} does not fit into {sizes[-1]} bits")


def _tree(ranges: Layered) -> tuple[Numbers, Numbers]:
    """Return the children of all nodes; a leaf is -2 minus the number of its record."""
    ids = ranges.ids
    leaf = -2 - ids
    level = _Level.top(ranges)
    if not len(level.at):
        return leaf[:1].copy(), leaf[:1].copy()
    lefts, rights = [], []
    count = 0
    while len(level.at):
        first, last = level.edges()
        # Behind the first begin inside lies another range than at the block's start.
        left, right = leaf[level.at[first] - 1], leaf[level.at[last]]
        node = np.cumsum(first) - 1
        count += len(left)
        below, chosen = level.below()
        heads, _ = below.edges()
        parents = node[chosen][heads]
        on_right = level.side()[chosen][heads]
        numbers = count + np.arange(len(parents))
        left[parents[~on_right]] = numbers[~on_right]
        right[parents[on_right]] = numbers[on_right]
        lefts.append(left)
        rights.append(right)
        level = below
    return np.concatenate(lefts), np.concatenate(rights)


@dataclass(frozen=True, slots=True)
class _Level:
    """The ranges that begin strictly inside a block of one depth."""

    depth: int
    high: Halves
    low: Halves
    at: Numbers

    @classmethod
    def top(cls, ranges: Layered) -> _Level:
        inside = (ranges.high != 0) | (ranges.low != 0)
        at = np.flatnonzero(inside)
        return cls(0, ranges.high[inside], ranges.low[inside], at)

    def edges(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Mark the first and the last range of each block."""
        if not len(self.at):
            none = np.zeros(0, np.bool_)
            return none, none
        fresh = self._block(self.high, min(self.depth, 64))
        change = fresh[1:] != fresh[:-1]
        if self.depth > 64:  # noqa: PLR2004 - bits of one column
            deep = self._block(self.low, self.depth - 64)
            change |= deep[1:] != deep[:-1]
        return np.append(True, change), np.append(change, True)

    def side(self) -> npt.NDArray[np.bool_]:
        """Say for each range whether it begins in the right half of its block."""
        column = self.high if self.depth < 64 else self.low  # noqa: PLR2004
        bit: Halves = (column >> np.uint64(63 - self.depth % 64)) & np.uint64(1)
        return bit.astype(np.bool_)

    def below(self) -> tuple[_Level, npt.NDArray[np.bool_]]:
        depth = self.depth + 1
        rest = np.uint64((1 << (-depth % 64)) - 1)
        if depth < 64:  # noqa: PLR2004 - bits of one column
            inside = ((self.high & rest) != 0) | (self.low != 0)
        elif depth == 64:  # noqa: PLR2004 - likewise
            inside = self.low != 0
        else:
            inside = (self.low & rest) != 0
        return (
            _Level(depth, self.high[inside], self.low[inside], self.at[inside]),
            inside,
        )

    @staticmethod
    def _block(column: Halves, bits: int) -> Halves:
        return column >> np.uint64(64 - bits) if bits else np.zeros_like(column)


def _resolved(children: Numbers, offsets: Numbers, nodes: int) -> Numbers:
    ids = -2 - children
    placed = np.append(offsets, 0)[np.clip(ids, -1, None)] + nodes + SEPARATOR_BYTES
    leaves = np.where(ids == NO_RECORD, nodes, placed)
    return np.where(children >= 0, children, leaves)


def _tree_bytes(left: Numbers, right: Numbers, size: int) -> bytes:
    rows = np.zeros((len(left), size // 4), np.uint8)
    ends = 3 if size != 32 else 4  # noqa: PLR2004 - bits of a record
    for column in range(ends):
        shift = 8 * (ends - 1 - column)
        rows[:, column] = (left >> shift) & 255
        rows[:, column - ends] = (right >> shift) & 255
    if size == 28:  # noqa: PLR2004 - the upper bits share a byte
        rows[:, 3] = ((left >> 24) << 4 | right >> 24) & 255
    return rows.tobytes()


class _Wide(NamedTuple):
    """A number whose type readers insist on, however small it is."""

    number: int
    kind: int


class DataSection:
    """Encodes values; what occurs more than once is written once and pointed to."""

    def __init__(self) -> None:
        self._content = bytearray()
        self._offsets: dict[object, int] = {}

    def __len__(self) -> int:
        return len(self._content)

    def content(self) -> bytes:
        return bytes(self._content)

    def add(self, value: object) -> int:
        """Write a value, unless it is there already, and return its offset."""
        key = _key(value)
        if key not in self._offsets:
            encoded = self._encoded(value, share=True)
            self._offsets[key] = len(self._content)
            self._content += encoded
        return self._offsets[key]

    def add_inline(self, value: object) -> None:
        """Write a value without pointers, as metadata must be."""
        self._content += self._encoded(value, share=False)

    def _encoded(self, value: object, *, share: bool) -> bytes:
        if isinstance(value, dict):
            pairs = [part for pair in value.items() for part in pair]
            return _head(7, len(value)) + self._parts(pairs, share=share)
        if isinstance(value, list):
            return _head(11, len(value)) + self._parts(value, share=share)
        return _scalar(value)

    def _parts(self, values: Sequence[object], *, share: bool) -> bytes:
        parts = (
            _pointer(self.add(value))
            if share and _is_worth_sharing(value)
            else self._encoded(value, share=share)
            for value in values
        )
        return b"".join(parts)


def _is_worth_sharing(value: object) -> bool:
    shortest = 3  # A pointer takes two bytes or more.
    return isinstance(value, dict | list) or (
        isinstance(value, str) and len(value) >= shortest
    )


def _key(value: object) -> object:
    if isinstance(value, dict):
        return tuple((k, _key(v)) for k, v in value.items())
    if isinstance(value, list):
        return ("list", *(_key(v) for v in value))
    return (type(value).__name__, value)


def _scalar(value: object) -> bytes:
    if isinstance(value, _Wide):
        return _whole(value.number, value.kind)
    if isinstance(value, bool):
        return _head(14, int(value))
    if isinstance(value, int):
        return _whole(value, 5 if value < 1 << 16 else 6 if value < 1 << 32 else 9)
    if isinstance(value, float):
        return _head(3, 8) + struct.pack(">d", value)
    content = str(value).encode()
    return _head(2, len(content)) + content


def _whole(number: int, kind: int) -> bytes:
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _head(kind, len(content)) + content


def _head(kind: int, size: int) -> bytes:
    code, extra = size, b""
    for start, width in ((65_821, 3), (285, 2), (29, 1)):
        if size >= start:
            code, extra = 28 + width, (size - start).to_bytes(width, "big")
            break
    if kind > 7:  # noqa: PLR2004 - higher types take a second byte
        return bytes((code, kind - 7)) + extra
    return bytes((kind << 5 | code,)) + extra


def _pointer(offset: int) -> bytes:
    for width, start, end in ((1, 0, 2048), (2, 2048, 526_336)):
        if offset < end:
            rest = offset - start
            head = 1 << 5 | (width - 1) << 3 | rest >> 8 * width
            return bytes((head,)) + (rest & (1 << 8 * width) - 1).to_bytes(width, "big")
    return bytes((1 << 5 | 3 << 3,)) + offset.to_bytes(4, "big")
