"""Which two books are meant: folders, revisions, and git's own way to name two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.workbench.diffing.sides import folder_side, revision_side, side_of
from gate.workbench.revisions import Repository, is_folder

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.diffing.sides import Side

LAST: Final = "HEAD"
"""What is compared with, if nothing is named."""

_TWO: Final = re.compile(r"([^:]+?)(\.\.\.?)([^:./][^:]*)?")


def sides_of(names: tuple[str, ...], folder: Path) -> tuple[Side, Side]:
    """Read both books.

    Args:
        names: None: the last commit and the folder. One: a folder or revision and
            the folder; or two revisions as git names them, "main..HEAD"; with three
            dots the first is where both parted. Two: folders or revisions.
        folder: The present folder of rules.

    Raises:
        FindingsError: A book has errors.
        AskingError: There is no such revision, or git cannot be asked.
    """
    if not names:
        return revision_side(LAST, folder), folder_side(folder)
    if len(names) > 1:
        return side_of(names[0], folder), side_of(names[1], folder)
    two = None if is_folder(names[0], folder) else _TWO.fullmatch(names[0])
    if two is None:
        return side_of(names[0], folder), folder_side(folder)
    old, dots, new = two[1], two[2], two[3] or LAST
    told = old
    if dots == "...":
        old = Repository.around(folder, names[0]).parted(old, new)
        told = old[:12]
    return revision_side(old, folder, told), revision_side(new, folder)
