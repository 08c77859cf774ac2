"""One side of a difference: a rule book with its files, from a folder or out of git."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.documents import read
from gate.errors import FindingsError, NoSuchSideError
from gate.notices import load_notices
from gate.rules.book import book_of
from gate.rules.sheets import read_folder
from gate.workbench.auditing.revisions import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.documents import Document
    from gate.model import Notice, RuleBook
    from gate.rules.sheets import Folder

NOTICES: Final = "notices"
"""Folder of the notices within a rule book."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """A rule book that is compared with another one.

    Attributes:
        book: What it says. Marks begin with the folder, or with the revision:
            "HEAD:rules/areas.yaml".
        notices: The notices that could be read, by id.
        folder: Its files.
        source: Where it comes from, for people: a folder, or a revision with its tree.
    """

    book: RuleBook
    notices: Mapping[str, Notice]
    folder: Folder
    source: str

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every YAML file of the book with the places of all values, by name."""
        return tuple(
            read(content, file=self.folder.shown(name))
            for name, content in sorted(self.folder.files.items())
            if name.endswith(".yaml")
        )

    @cached_property
    def formats(self) -> Mapping[str, str]:
        """What each file says of its format, by its name within the folder."""
        found = {}
        for document, name in zip(self.documents, self._names(), strict=True):
            data = document.data
            form = data.get("format") if isinstance(data, dict) else None
            found[name] = form if isinstance(form, str) else ""
        return found

    def _names(self) -> list[str]:
        return [name for name in sorted(self.folder.files) if name.endswith(".yaml")]


def side_of(named: str, folder: Path) -> Side:
    """Read the rule book that is named.

    Args:
        named: A folder; or a revision of `folder`, such as "HEAD~1"; or REVISION:PATH
            for another folder of the same repository, from its top.
        folder: The present folder of rules, which need not be the top of a repository.

    Raises:
        FindingsError: The book has errors.
        NoSuchSideError: It is neither folder nor revision.
        AskingError: Git cannot be asked.
    """
    if Path(named).is_dir():
        return folder_side(Path(named))
    if named.startswith("-") or not named or not folder.is_dir():
        raise NoSuchSideError(named=named, folder=str(folder))
    repository = Repository.around(folder, named)
    tree = repository.tree(named)
    shown = named if ":" in named else f"{named}:{repository.prefix}"
    with repository.unpacked(tree, named) as place:
        return _side(place, Path(shown), f"{named} ({tree[:12]})")


def folder_side(folder: Path) -> Side:
    """Read the rule book in a folder.

    Raises:
        FindingsError: The book has errors.
        NoSuchSideError: There is no such folder.
    """
    if not folder.is_dir():
        raise NoSuchSideError(named=str(folder), folder=str(folder))
    return _side(folder, folder, folder.as_posix())


def _side(place: Path, shown: Path, source: str) -> Side:
    files = replace(read_folder(place), path=shown)
    book, findings = book_of(files)
    if book is None:
        raise FindingsError(findings)
    # What is wrong with a notice is no matter of decisions; gate check tells it.
    notices, _ = load_notices(place / NOTICES)
    return Side(book=book, notices=notices, folder=files, source=source)
