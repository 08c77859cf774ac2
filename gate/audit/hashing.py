"""The hash tree over everything that was sealed: pure arithmetic, no files.

Source: RFC 6962, section 2.1; RFC 9162, sections 2.1.1 to 2.1.4.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of a tree without leaves."""

HASH_SIZE: Final = 32  # bytes


def leaf_hash(line: bytes) -> bytes:
    """Return the hash of a leaf; no inner node can have the same."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree that is only ever appended to, in memory of its height.

    Attributes:
        size: Number of leaves so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # complete subtrees, the largest first

    def add(self, node: bytes, *, height: int = 0) -> None:
        """Append a leaf, or a complete subtree.

        Args:
            node: Hash of the leaf, or root of the subtree.
            height: 0 for a leaf; the size so far must be a multiple of 2 ** height.
        """
        number = self.size >> height
        self.size += 1 << height
        while number & 1:
            node = sha256(b"\x01" + self._peaks.pop() + node).digest()
            number >>= 1
        self._peaks.append(node)

    def copy(self) -> Growing:
        """Return the same tree, to grow otherwise."""
        made = Growing()
        made.size, made._peaks = self.size, self._peaks.copy()
        return made

    def root(self) -> bytes:
        """Return the root of the leaves so far."""
        return fold(self._peaks)


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Return the root of a tree of these leaf hashes."""
    tree = Growing()
    for leaf in hashes:
        tree.add(leaf)
    return tree.root()


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root above complete subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    *others, root = peaks
    for left in reversed(others):
        root = node_hash(left, root)
    return root


def split(size: int) -> int:
    """Return the largest power of two below `size`, which must be above one."""
    return 1 << ((size - 1).bit_length() - 1)


def check_inclusion(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a path proves that a leaf stands in a tree.

    Args:
        leaf: Its hash.
        index: Its place, from 0 on.
        size: Leaves in the tree.
        path: From the leaf's sibling up to the child of the root.
        root: Of the tree.

    Source:
        RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            place, last = _past_left_edge(place, last)
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def check_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Say whether a path proves that a tree begins with an older one.

    Args:
        old: Leaves of the older tree.
        new: Leaves of the newer tree.
        old_root: Root of the older tree.
        new_root: Root of the newer tree.
        path: What `consistency` returned.

    Source:
        RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        start = EMPTY_ROOT if old == 0 else new_root
        return not path and old_root == start
    return _extends(old, new, old_root, new_root, list(path))


def _extends(
    old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]
) -> bool:
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(node, before), node_hash(node, after)
            place, last = _past_left_edge(place, last)
        else:
            after = node_hash(after, node)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _past_left_edge(place: int, last: int) -> tuple[int, int]:
    """Climb to where the node is a right child again, or the first of its row."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last
