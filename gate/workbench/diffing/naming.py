"""Which two books are meant: folders, revisions, and git's own way to name two."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.errors import NoSuchSideError
from gate.workbench.auditing.revisions import Repository
from gate.workbench.diffing.sides import folder_side, side_of

if TYPE_CHECKING:
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
        NoSuchSideError: A name is neither folder nor revision.
        AskingError: Git cannot be asked.
    """
    if not names:
        return side_of(LAST, folder), folder_side(folder)
    if len(names) > 1:
        return side_of(names[0], folder), side_of(names[1], folder)
    two = None if Path(names[0]).is_dir() else _TWO.fullmatch(names[0])
    if two is None:
        return side_of(names[0], folder), folder_side(folder)
    old, dots, new = two[1], two[2], two[3] or LAST
    if dots == "...":
        old = _parted(old, new, folder)
    return side_of(old, folder), side_of(new, folder)


def _parted(one: str, other: str, folder: Path) -> str:
    """Return the commit where two revisions parted."""
    if not folder.is_dir():
        raise NoSuchSideError(named=one, folder=str(folder))
    repository = Repository.around(folder, one)
    run = repository.run(one, "merge-base", "--", one, other)
    found = run.stdout.decode().strip()
    if run.returncode or not found:
        raise NoSuchSideError(named=f"{one}...{other}", folder=str(folder))
    return found[:12]
