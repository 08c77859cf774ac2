"""What two rule books decide differently: exactly, with the lines that are the cause.

Reading order: `sides` (a book from a folder or out of git), `twins` (all places as both
sides see them), `lenses` and `refinement` (the cells of both books), `names`, `fields`,
`items` and `areas` (what differs, in smallest parts), `mixing`, `causes` and `lines`
(which parts matter), `boxes`, `pathsets` and `gathering` (cells to groups),
`comparison` (the whole); `weighing` and `sealed` (its share of the traffic); `telling`,
`markdown`, `plain` and `writing` (what people and programs read).
"""

from __future__ import annotations

from gate.workbench.diffing.comparison import Terms, compare
from gate.workbench.diffing.difference import Difference
from gate.workbench.diffing.groups import Cause, Group, PlaceSet, Share
from gate.workbench.diffing.indexes import indexes_of, look_of, twins_for
from gate.workbench.diffing.sides import Side, folder_side, side_of
from gate.workbench.diffing.twins import Twins

__all__ = [
    "Cause",
    "Difference",
    "Group",
    "PlaceSet",
    "Share",
    "Side",
    "Terms",
    "Twins",
    "compare",
    "folder_side",
    "indexes_of",
    "look_of",
    "side_of",
    "twins_for",
]
