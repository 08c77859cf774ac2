"""The tiles on disk: whether each is there, and follows from those below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.audit.tree import (
    HASH_SIZE,
    WIDTH,
    Growing,
    root_of,
    tile_name,
    tile_path,
)
from gate.audit.verifying.files import is_begun

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.audit.verifying.site import Site

_BITS: Final = 8  # levels of the tree in a tile


def check_tiles(site: Site, size: int, done: Callable[[int], None]) -> bytes | None:
    """Check the tiles of a tree against each other.

    Args:
        site: Whose they are.
        size: Leaves of the tree.
        done: Told how many leaves were looked at.

    Returns:
        The root that they lead to; None if one is not there or was changed.
    """
    tree, above, whole = Growing(), list[bytes](), True
    full, last = divmod(size, WIDTH)
    if full > len(site.files.paths):
        site.findings.error("A006", f"{site.home}/tile/0", "Most tiles are not there.")
        return None
    for number in range(full + bool(last)):
        width = WIDTH if number < full else last
        tile = _tile(site, 0, number, width)
        whole = whole and tile is not None
        root = root_of(tile or [b""])
        if width == WIDTH:
            above.append(root)
        _grow(tree, tile or [], root)
        done(width)
    whole = _check_above(site, 1, above) and whole
    return tree.root() if whole else None


def check_partial_tiles(site: Site, size: int) -> bool:
    """Check that each narrower tile begins the one that replaced it.

    Names that are no tile of a tree of `size` leaves are noted as well.

    Returns:
        Whether all do.
    """
    whole = True
    for path in sorted(site.files.below(f"{site.home}/tile")):
        name, place = tile_name(path), f"{site.home}/tile/{path}"
        if is_begun(path):
            continue
        if name is None:
            site.findings.error("A050", place)
            continue
        level, number, width = name
        full, last = divmod(size >> (_BITS * level), WIDTH)
        if number > full or (number == full and width > last):
            site.findings.warning("A053", place, "No checkpoint covers this tile.")
        elif width < (WIDTH if number < full else last):
            wide = WIDTH if number < full else last
            whole = _begins(site, name, wide) and whole
    return whole


def check_kept_tiles(site: Site, size: int) -> None:
    """Check that the partial tiles of older checkpoints are there.

    Those whose full tile is there are not needed.

    Source:
        C2SP tlog-tiles, section Merkle Tree.
    """
    for note in site.archived.values():
        level, older, newer = 0, note.claim.size, size
        while older and older <= newer:
            (number, width), full = divmod(older, WIDTH), newer // WIDTH
            place = _place(site, level, number, width or WIDTH)
            if width and number == full and place not in site.files.paths:
                site.findings.error("A006", place, "It is not there.")
            level, older, newer = level + 1, number, full


def _begins(site: Site, name: tuple[int, int, int], wide: int) -> bool:
    level, number, width = name
    narrow, whole = (_raw(site, level, number, each) for each in (width, wide))
    is_whole = narrow is not None and len(narrow) == width * HASH_SIZE
    begins = is_whole and (whole is None or whole.startswith(narrow or b""))
    if not begins:
        site.findings.error("A006", _place(site, level, number, width))
    return begins


def _check_above(site: Site, level: int, hashes: list[bytes]) -> bool:
    """Check the tiles above the leaves; say whether they are as they must be."""
    whole = True
    while hashes:
        above = []
        for number in range(-(-len(hashes) // WIDTH)):
            expected = hashes[number * WIDTH : (number + 1) * WIDTH]
            found = _tile(site, level, number, len(expected))
            whole = whole and found == expected
            if found not in (None, expected):
                place = _place(site, level, number, len(expected))
                site.findings.error("A006", place)
            if len(expected) == WIDTH:
                above.append(root_of(expected))
        level, hashes = level + 1, above
    return whole


def _grow(tree: Growing, tile: list[bytes], root: bytes) -> None:
    if len(tile) == WIDTH:
        tree.add(root, height=_BITS)
        return
    for leaf in tile:
        tree.add(leaf)


def _tile(site: Site, level: int, number: int, width: int) -> list[bytes] | None:
    """Return the hashes of a tile; None, and a finding, if it is not there."""
    raw = _raw(site, level, number, width)
    if raw is None or len(raw) != width * HASH_SIZE:
        why = "It is not there." if raw is None else f"It has {len(raw):,} bytes."
        site.findings.error("A006", _place(site, level, number, width), why)
        return None
    return [raw[at : at + HASH_SIZE] for at in range(0, len(raw), HASH_SIZE)]


def _raw(site: Site, level: int, number: int, width: int) -> bytes | None:
    try:
        return site.files.read(_place(site, level, number, width))
    except OSError:
        return None


def _place(site: Site, level: int, number: int, width: int) -> str:
    return f"{site.home}/tile/{tile_path(level, number, width)}"
