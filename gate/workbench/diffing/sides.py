"""One side of a difference: a rule book with its files, from a folder or out of git."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from gate.documents import Document, read
from gate.notices import load_notices
from gate.rules.marking import Lines
from gate.workbench.revisions import committed, in_folder, opened, source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.model import Notice, RuleBook
    from gate.rules.sheets import Folder
    from gate.workbench.revisions import Source

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
    def formats(self) -> Mapping[str, str]:
        """What each file says of its format, by its name within the folder."""
        found = {}
        for name in sorted(self.folder.files):
            if name.endswith(".yaml"):
                data = self.document(self.folder.shown(name)).data
                form = data.get("format") if isinstance(data, dict) else None
                found[name] = form if isinstance(form, str) else ""
        return found

    @cached_property
    def lines(self) -> Lines:
        """Where the parts of the book stand."""
        return Lines(self.document)

    def document(self, file: str) -> Document:
        """Return a file by the name that marks have; an empty one if it is not here."""
        if file not in self._documents:
            content = self._contents.get(file)
            self._documents[file] = (
                Document(file=file, lines=())
                if content is None
                else read(content, file=file)
            )
        return self._documents[file]

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {}

    @cached_property
    def _contents(self) -> Mapping[str, bytes]:
        return {
            self.folder.shown(name): text for name, text in self.folder.files.items()
        }


def side_of(named: str, folder: Path) -> Side:
    """Read the rule book that is named.

    Args:
        named: A folder or a revision, as `revisions.source` takes it.
        folder: The present folder of rules, which need not be the top of a repository.

    Raises:
        FindingsError: The book has errors.
        AskingError: There is no such revision, or git cannot be asked.
    """
    with source(named, folder) as found:
        return _side(found)


def revision_side(revision: str, folder: Path, told: str = "") -> Side:
    """Read the rule book of a revision, even if there is a folder of that name.

    Args:
        revision: As `revisions.committed` takes it.
        folder: The present folder of rules, which need not be the top of a repository.
        told: What people read instead of the revision.

    Raises:
        FindingsError: The book has errors.
        AskingError: There is no such revision, or git cannot be asked.
    """
    with committed(revision, folder, told) as found:
        return _side(found)


def folder_side(folder: Path) -> Side:
    """Read the rule book in a folder.

    Raises:
        FindingsError: The book has errors, or there is no such folder.
    """
    return _side(in_folder(folder))


def _side(found: Source) -> Side:
    book, files = opened(found)
    # What is wrong with a notice is no matter of decisions; gate check tells it.
    notices, _ = load_notices(found.place / NOTICES)
    return Side(book=book, notices=notices, folder=files, source=found.told)
