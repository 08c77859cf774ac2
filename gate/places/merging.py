"""Two tables for the same addresses become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.places.columns import Table

if TYPE_CHECKING:
    from collections.abc import Callable


def merged(primary: Table, second: Table, together: Callable[[int, int], int]) -> Table:
    """Return what two databases say together.

    Args:
        primary: What the first says.
        second: What the other says.
        together: From the class id that each gives to the one that holds.
    """
    starts: list[int] = []
    ids: list[int] = []
    at = other = 0
    for start in sorted({*primary.starts, *second.starts}):
        at += at + 1 < len(primary.starts) and primary.starts[at + 1] == start
        other += other + 1 < len(second.starts) and second.starts[other + 1] == start
        id_ = together(primary.classes[at], second.classes[other])
        if not ids or ids[-1] != id_:
            starts.append(start)
            ids.append(id_)
    return Table(starts=starts, classes=ids)
