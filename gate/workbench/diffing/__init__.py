"""What two rule books decide differently: exactly, with the lines that are the cause.

Reading order, from two names to what people read:

* what is compared: `sides` (a book with its files), `chosen_sides` (which two are
  meant), `indexes`, `twins` (all places as both sides see them)
* where it differs: `lenses` (one book, asked), `refinement` (the cells of both books),
  `directions` (looser, stricter, changed)
* what differs in the files, in smallest parts: `renamings`, `fields`, `items`, `areas`
* which parts matter: `mixing` (the old book with parts of the new one), `approval`
  (exemptions that excuse nothing), `causes`, `lines` (of an area)
* cells to groups: `boxes`, `pathsets`, `groups`, `gathering`
* the whole: `beside` (what no reader notices), `findings`, `difference`, `comparison`
* its share of the traffic: `traffic`, `weighing` (access logs), `sealed` (sealed logs)
* what people and programs read: `telling`, `markdown`, `plain` (JSON), `writing`
"""

from __future__ import annotations

from gate.workbench.diffing.comparison import Terms, compare
from gate.workbench.diffing.difference import Difference
from gate.workbench.diffing.groups import Cause, Group, PlaceSet, Share
from gate.workbench.diffing.indexes import indexes_of, look_of, twins_for
from gate.workbench.diffing.sides import Side, folder_side, revision_side, side_of
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
    "revision_side",
    "side_of",
    "twins_for",
]
