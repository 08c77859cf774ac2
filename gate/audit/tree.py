"""The hash tree of a site on disk: C2SP tiles, from which every proof is made.

    tile/0/x001/234         hashes of the leaves 316,160 to 316,415
    tile/0/x001/235.p/17    the first 17 of the next 256
    tile/1/004              each the root of a full tile of the level below

Rows can be dropped, hashes stay. `gate.audit.hashing` has the arithmetic.

Source: C2SP tlog-tiles; RFC 6962, section 2.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.audit.durable import replace
from gate.audit.hashing import (
    EMPTY_ROOT,
    HASH_SIZE,
    Growing,
    check_consistency,
    check_inclusion,
    fold,
    leaf_hash,
    node_hash,
    root_of,
    split,
)
from gate.errors.sealing import TileDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "WIDTH",
    "Growing",
    "Tiles",
    "check_consistency",
    "check_inclusion",
    "leaf_hash",
    "node_hash",
    "root_of",
    "tile_name",
    "tile_path",
    "tiles_of",
]

WIDTH: Final = 256  # hashes in a full tile
_BITS: Final = 8  # levels of the tree in a tile
_STARTS: Final = range(0, WIDTH * HASH_SIZE, HASH_SIZE)


def tile_path(level: int, number: int, width: int = WIDTH) -> str:
    """Return where a tile lies below the folder `tile`.

    Examples:
        >>> tile_path(0, 1234067)
        '0/x001/x234/067'
        >>> tile_path(1, 5, 17)
        '1/005.p/17'
    """
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"{level}/{'/'.join(reversed(parts))}{partial}"


_NAME: Final = re.compile(
    r"(0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)


def tile_name(path: str) -> tuple[int, int, int] | None:
    """Return level, number and width of the tile at a path; None if it is none."""
    found = _NAME.fullmatch(path)
    if not found:
        return None
    level, number = int(found[1]), int(found[2].replace("x", "").replace("/", ""))
    width = int(found[3] or WIDTH)
    same = tile_path(level, number, width) == path
    return (level, number, width) if same and width <= WIDTH else None


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield level, number and width of each tile of a tree, level by level."""
    level = 0
    while size:
        full, width = divmod(size, WIDTH)
        yield from ((level, number, WIDTH) for number in range(full))
        if width:
            yield level, full, width
        level, size = level + 1, full


class Tiles:
    """The tree of one site.

    Args:
        folder: `sites/NAME/tile`; made when it is first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, size: int, hashes: Sequence[bytes]) -> bytes:
        """Write the tiles of a longer tree, and return its root.

        Tiles that the tree of `size` leaves needs are not touched, so that a crash
        at any point leaves it whole, and the same or another call may follow.
        `tidy` removes what is left over.

        Args:
            size: Leaves of the tree that is there.
            hashes: Of the leaves to append.

        Raises:
            TileDamagedError: The tree that is there cannot be read.
            OSError: A tile cannot be written.
        """
        level, before, new = 0, size, list(hashes)
        while new:
            number, width = divmod(before, WIDTH)
            row = self.tile(level, number, width) + new
            tiles = [row[at : at + WIDTH] for at in range(0, len(row), WIDTH)]
            for place, tile in enumerate(tiles, number):
                path = self.folder / tile_path(level, place, len(tile))
                replace(path, b"".join(tile))
            new = [root_of(tile) for tile in tiles if len(tile) == WIDTH]
            level, before = level + 1, number
        return self.root(size + len(hashes))

    def tidy(self, size: int) -> None:
        """Remove tiles that a tree of `size` leaves does not need.

        Only for a tree whose checkpoint is on disk: partial tiles of which the full
        one is there, and what a crash left. Partial tiles of older trees stay while
        nothing else holds their hashes.

        Args:
            size: Leaves of the tree.

        Raises:
            TileDamagedError: The newest tile cannot be read.
            OSError: A file cannot be removed.
        """
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        for path in files:
            name = tile_name(path.relative_to(self.folder).as_posix())
            if name is None or not self._needed(path, *name, size):
                path.unlink()

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` leaves."""
        return self._range(0, size, size)

    def leaf(self, index: int, size: int) -> bytes:
        """Return the hash of one leaf.

        Args:
            index: Its place, from 0 on.
            size: Leaves in the tree, or up to any checkpoint after the leaf.
        """
        return self.leaves(index, index + 1, size)[0]

    def leaves(self, start: int, stop: int, size: int) -> list[bytes]:
        """Return the hashes of some leaves of a tree of `size` leaves."""
        found: list[bytes] = []
        for number in range(start // WIDTH, -(-stop // WIDTH)):
            found += self._tile_within(0, number, size)
        skipped = start // WIDTH * WIDTH
        return found[start - skipped : stop - skipped]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path from a leaf to the root.

        Args:
            index: Place of the leaf, from 0 on.
            size: Leaves in the tree.

        Raises:
            IndexError: There is no such leaf.
            TileDamagedError: A tile is not there, or not of its size.

        Source:
            RFC 6962, section 2.1.1.
        """
        if not 0 <= index < size:
            raise IndexError(index)
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + split(high - low)
            if index < middle:
                path.append(self._range(middle, high, size))
                high = middle
            else:
                path.append(self._range(low, middle, size))
                low = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return what proves that a tree begins with an older one.

        Args:
            old: Leaves of the older tree.
            new: Leaves of the newer tree.

        Raises:
            IndexError: The older tree is larger.
            TileDamagedError: A tile is not there, or not of its size.

        Source:
            RFC 6962, section 2.1.2.
        """
        if not 0 <= old <= new:
            raise IndexError(old)
        if old in (0, new):
            return []
        path: list[bytes] = []
        low, high, whole = 0, new, True
        while old != high:
            middle = low + split(high - low)
            if old <= middle:
                path.append(self._range(middle, high, new))
                high = middle
            else:
                path.append(self._range(low, middle, new))
                low, whole = middle, False
        return ([] if whole else [self._range(low, high, new)]) + path[::-1]

    def tile(self, level: int, number: int, width: int) -> list[bytes]:
        """Return the first hashes of a tile, if need be from a wider one.

        Raises:
            TileDamagedError: It is not there, or not of its size.
        """
        if width == 0:
            return []
        path, held = self._holding(level, number, width)
        data = _read(path, held * HASH_SIZE)
        return [data[at : at + HASH_SIZE] for at in _STARTS[:width]]

    def _holding(self, level: int, number: int, width: int) -> tuple[Path, int]:
        """Return the file that holds the first hashes of a tile, and its width."""
        path = self.folder / tile_path(level, number, width)
        full = self.folder / tile_path(level, number)
        if width == WIDTH or path.exists():
            return path, width
        if full.exists():
            return full, WIDTH
        wider = [
            other
            for other in range(width + 1, WIDTH)
            if path.with_name(str(other)).exists()
        ]
        return (path.with_name(str(wider[0])), wider[0]) if wider else (path, width)

    def _tile_within(self, level: int, number: int, size: int) -> list[bytes]:
        """Return a tile as it is in a tree of `size` leaves."""
        full, width = divmod(size >> (_BITS * level), WIDTH)
        return self.tile(level, number, WIDTH if number < full else width)

    def _range(self, low: int, high: int, size: int) -> bytes:
        """Return the root above the leaves from `low` to `high`, which is a subtree."""
        peaks: list[bytes] = []
        while low < high:
            height = (high - low).bit_length() - 1
            peaks.append(self._complete(height, low >> height, size))
            low += 1 << height
        return fold(peaks)

    def _complete(self, height: int, number: int, size: int) -> bytes:
        """Return the root of the complete subtree with this number at its height."""
        level, above = divmod(height, _BITS)
        tile, place = divmod(number << above, WIDTH)
        hashes = self._tile_within(level, tile, size)[place : place + (1 << above)]
        return root_of(hashes)

    def _needed(
        self, path: Path, level: int, number: int, width: int, size: int
    ) -> bool:
        full, last = divmod(size >> (_BITS * level), WIDTH)
        if number != full:
            return number < full and (
                width == WIDTH or not (self.folder / tile_path(level, number)).exists()
            )
        if width > last:
            return False
        newest = b"".join(self.tile(level, number, last))
        return newest.startswith(path.read_bytes())


def _read(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(size + 1)
    except OSError as error:
        raise TileDamagedError(path=str(path), why=error.strerror or "?") from error
    if len(data) != size:
        raise TileDamagedError(path=str(path), why=f"not {size:,} bytes")
    return data
