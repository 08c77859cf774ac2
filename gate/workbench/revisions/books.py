"""The rule book that a folder or a revision names."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gate.config import rules_folder
from gate.documents import with_sources
from gate.errors import (
    FindingsError,
    FolderOrRevisionError,
    GitMissingError,
    NoRepositoryError,
)
from gate.rules import load_book
from gate.rules.book import book_of
from gate.rules.sheets import read_folder
from gate.workbench.revisions.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model import Diagnostic, RuleBook
    from gate.rules.sheets import Folder


class Source(NamedTuple):
    """The files of a rule book.

    Attributes:
        place: The folder in which they lie.
        shown: What people read instead of it: the folder, or "HEAD:rules".
        told: Where they come from, for people: the folder, or the revision with the
            id of its tree.
    """

    place: Path
    shown: Path
    told: str


class Found(NamedTuple):
    """A rule book and where it was found.

    Attributes:
        source: The folder, or the revision with the id of its tree, for people.
    """

    book: RuleBook
    source: str


@contextmanager
def source(named: str, folder: Path) -> Iterator[Source]:
    """Give the files of a rule book; those of a revision are gone afterwards.

    Args:
        named: A folder of rules, or of a site with config.yaml; or a revision of the
            configured folder, such as "HEAD~3"; or REVISION:PATH for another folder of
            the same repository, from its top.
        folder: The configured folder of rules, which need not be the top of a
            repository.

    Raises:
        FolderOrRevisionError: It is a folder, and a revision as well.
        AskingError: There is no such revision, or it cannot be read.
    """
    if is_folder(named, folder):
        yield in_folder(_rules_in(Path(named)))
        return
    with committed(named, folder) as found:
        yield found


def _rules_in(folder: Path) -> Path:
    """Return the rules of a site whose folder is named, or else the folder itself.

    Nobody can lead elsewhere by a config.yaml among the rules: no file that names a
    folder of rules is a sound file of a rule book, so that book is never served.
    """
    config = folder / "config.yaml"
    rules = rules_folder(config, {}) if config.is_file() else None
    return folder if rules is None else rules


@contextmanager
def committed(revision: str, folder: Path, told: str = "") -> Iterator[Source]:
    """Give the files of a rule book of a revision; they are gone afterwards.

    Args:
        revision: A revision, or REVISION:PATH; never a folder, even if there is one of
            that name.
        folder: As in `source`.
        told: What people read instead of the revision.

    Raises:
        AskingError: There is no such revision, or it cannot be read.
    """
    repository = Repository.around(folder, revision)
    tree = repository.tree(revision)
    told = told or revision
    shown = told if ":" in told else f"{told}:{repository.prefix}"
    with repository.unpacked(tree, revision) as place:
        yield Source(place, Path(shown), f"{told} ({tree[:12]})")


def is_folder(named: str, folder: Path) -> bool:
    """Say whether a name means a folder, and no revision.

    What begins with ./, ../ or / is one, whether it is there or not. Two dots within a
    name are git's.

    Args:
        named: The name.
        folder: The configured folder of rules.

    Raises:
        FolderOrRevisionError: It is both. Else a folder could be slipped in, so that
            not what was committed is compared.
        GitFailedError: The repository cannot be asked.
    """
    if Path(named).is_absolute() or _first(named) in {".", ".."}:
        return True
    if not named or ".." in named or not Path(named).is_dir():
        return False
    try:
        repository = Repository.around(folder, named)
    except (GitMissingError, NoRepositoryError):
        return True
    if repository.knows(named):
        raise FolderOrRevisionError(named)
    return True


def _first(named: str) -> str:
    return named.partition("/")[0]


def in_folder(folder: Path) -> Source:
    """Return the files of a rule book as they lie in a folder."""
    return Source(folder, folder, folder.as_posix())


def opened(found: Source) -> tuple[RuleBook, Folder]:
    """Read the rule book of some files; all marks begin with what people read.

    Raises:
        FindingsError: The book has errors.
    """
    try:
        found.place.stat()  # a folder that is not there would look empty
        files = replace(read_folder(found.place), path=found.shown)
    except OSError:
        raise FindingsError(load_book(found.place)[1]) from None
    book, findings = book_of(files)
    if book is None:
        raise FindingsError(_with_lines(findings, found))
    return book, files


def find_book(named: str, folder: Path) -> Found:
    """Read the book that is named, as `source` takes it.

    Raises:
        FindingsError: The book has errors.
        AskingError: There is no such revision, or it cannot be read.
    """
    with source(named, folder) as found:
        return Found(opened(found)[0], found.told)


def _with_lines(findings: Iterable[Diagnostic], found: Source) -> list[Diagnostic]:
    """Give findings the text of their lines, as long as the files are there."""
    there = [_moved(finding, found.shown, found.place) for finding in findings]
    filled = with_sources(there)
    return [_moved(finding, found.place, found.shown) for finding in filled]


def _moved(finding: Diagnostic, start: Path, end: Path) -> Diagnostic:
    name = Path(finding.mark.file).relative_to(start)
    mark = replace(finding.mark, file=(end / name).as_posix())
    return replace(finding, mark=mark)


def former_books(folder: Path, wanted: frozenset[str]) -> Iterator[RuleBook]:
    """Find books by their digests: the configured one, and those before it in git.

    Args:
        folder: The configured folder of rules.
        wanted: Digests; the search ends when all are found.

    Yields:
        The books that are found. Where there is no git, only the configured one.

    Raises:
        GitFailedError: The history cannot be read.
    """
    missing = set(wanted)
    book, _ = load_book(folder)
    if book is not None and book.digest in missing:
        missing.remove(book.digest)
        yield book
    if not missing:
        return
    try:
        repository = Repository.around(folder, "HEAD")
    except (GitMissingError, NoRepositoryError):
        return
    for tree in repository.history():
        with repository.unpacked(tree, tree) as place:
            digest = read_folder(place).digest
            book = load_book(place)[0] if digest in missing else None
        if book is not None:
            missing.remove(digest)
            yield book
        if not missing:
            return
