"""Rule books out of git: a revision's files as they were committed, byte for byte.

Git is asked for objects only (`ls-tree`, `cat-file`), so that no attribute and no
filter of the repository changes what is read, and nothing is checked out.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.documents import with_sources
from gate.errors import (
    FindingsError,
    GitFailedError,
    GitMissingError,
    LinkInBookError,
    NoRepositoryError,
    NoSuchRevisionError,
)
from gate.rules import load_book
from gate.rules.sheets import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import RuleBook

MOST_REVISIONS: Final = 200
"""How far back earlier books are looked for."""

_SECONDS: Final = 60
_SUFFIXES: Final = (".yaml", ".geojson")
_PLAIN: Final = {"100644", "100755"}
_QUIET: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
}


class Found(NamedTuple):
    """A rule book and where it was found.

    Attributes:
        source: The folder, or the revision with its commit, for people.
    """

    book: RuleBook
    source: str


def find_book(named: str, folder: Path) -> Found:
    """Read the book that --rules names.

    Args:
        named: A folder; or a revision of the configured folder, such as "HEAD~3";
            or REVISION:PATH for another folder of the same repository, from its top.
        folder: The configured folder of rules.

    Raises:
        FindingsError: The book has errors.
        AskingError: There is no such revision, or it cannot be read.
    """
    if named and Path(named).is_dir():
        return Found(_loaded(Path(named)), named)
    repository = Repository.around(folder, named)
    tree = repository.tree(named)
    with repository.unpacked(tree, named) as place:
        return Found(_loaded(place, named), f"{named} ({tree[:12]})")


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


class Repository(NamedTuple):
    """A git repository, and the folder of rules in it.

    Attributes:
        folder: The folder of rules.
        prefix: Its path from the top of the repository; "" if it is the top.
    """

    folder: Path
    prefix: str

    @classmethod
    def around(cls, folder: Path, revision: str) -> Repository:
        """Find the repository that a folder lies in.

        Raises:
            GitMissingError: There is no git.
            NoRepositoryError: The folder is in no repository.
        """
        here = cls(folder, "")
        run = here.run(revision, "rev-parse", "--show-prefix")
        if run.returncode:
            words = _words(run)
            if "not a git repository" in words or not folder.is_dir():
                raise NoRepositoryError(revision, str(folder))
            raise GitFailedError(revision, words)
        return cls(folder, run.stdout.decode().strip("\n").rstrip("/"))

    def tree(self, named: str) -> str:
        """Return the id of the folder of rules in a revision.

        Raises:
            NoSuchRevisionError: There is none.
        """
        revision, colon, path = named.partition(":")
        where = path.strip("/") if colon else self.prefix
        run = self.run(
            named,
            *("rev-parse", "--verify", "--quiet", "--end-of-options"),
            f"{revision}:{where}",
        )
        tree = run.stdout.decode().strip()
        if run.returncode or self._kind(tree) != "tree":
            raise NoSuchRevisionError(named, str(self.folder))
        return tree

    def history(self) -> Iterator[str]:
        """Yield the ids that the folder had, newest first, each once.

        Raises:
            GitFailedError: The history cannot be read.
        """
        run = self.run(
            "HEAD",
            *("log", f"--max-count={MOST_REVISIONS}", "--format=%H", "--"),
            ".",
        )
        if run.returncode:
            raise GitFailedError("HEAD", _words(run))
        seen = set()
        for commit in run.stdout.decode().split():
            try:
                tree = self.tree(commit)
            except NoSuchRevisionError:
                continue  # the commit that took the folder away
            if tree not in seen:
                seen.add(tree)
                yield tree

    @contextmanager
    def unpacked(self, tree: str, named: str) -> Iterator[Path]:
        """Write the files of a book to a folder that is gone afterwards.

        Raises:
            GitFailedError: They cannot be read.
            LinkInBookError: One of them is a link.
        """
        names = self._names(tree, named)
        contents = self._contents(list(names), named)
        with TemporaryDirectory(prefix="gate-rules-") as place:
            for number, paths in enumerate(names.values()):
                for path in paths:
                    target = Path(place, path)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(contents[number])
            yield Path(place)

    def _names(self, tree: str, named: str) -> dict[str, list[str]]:
        """Return the paths of each object that a book consists of."""
        run = self.run(named, "ls-tree", "-r", "-z", "--full-tree", tree)
        if run.returncode:
            raise GitFailedError(named, _words(run))
        found: dict[str, list[str]] = {}
        for entry in run.stdout.decode().split("\0")[:-1]:
            facts, _, path = entry.partition("\t")
            mode, _, object_id = facts.split(" ")
            if any(part.startswith(".") for part in path.split("/")):
                continue
            if mode not in _PLAIN:
                raise LinkInBookError(named, path)
            if path.endswith(_SUFFIXES):
                found.setdefault(object_id, []).append(path)
        return found

    def _contents(self, objects: list[str], named: str) -> list[bytes]:
        asked = "".join(f"{object_id}\n" for object_id in objects).encode()
        run = self.run(named, "cat-file", "--batch", asked=asked)
        found, at = [], 0
        for _ in objects:
            end = run.stdout.find(b"\n", at)
            head = run.stdout[at:end].split(b" ")
            if run.returncode or end < 0 or not head[-1].isdigit():
                raise GitFailedError(named, _words(run) or "an object is missing")
            size = int(head[-1])
            found.append(run.stdout[end + 1 : end + 1 + size])
            at = end + size + 2
        return found

    def _kind(self, object_id: str) -> str:
        run = self.run(object_id, "cat-file", "-t", object_id)
        return run.stdout.decode().strip()

    def run(
        self, named: str, *words: str, asked: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git in the folder of rules, without a shell.

        Raises:
            GitMissingError: There is no git.
            GitFailedError: It does not end.
        """
        try:
            return subprocess.run(  # noqa: S603 - no shell
                ["git", "-C", str(self.folder), *words],  # noqa: S607 - the user's git
                input=asked,
                capture_output=True,
                check=False,
                env=os.environ | _QUIET,
                timeout=_SECONDS,
            )
        except FileNotFoundError:
            raise GitMissingError(named) from None
        except subprocess.TimeoutExpired:
            raise GitFailedError(named, f"no end after {_SECONDS} seconds") from None


def _words(run: subprocess.CompletedProcess[bytes]) -> str:
    """Return the first line of git's complaint."""
    said = run.stderr.decode(errors="replace").strip().splitlines()
    return said[0].removeprefix("fatal: ") if said else ""


def _loaded(place: Path, named: str = "") -> RuleBook:
    book, findings = load_book(place)
    if book is not None:
        return book
    if not named:
        raise FindingsError(findings)
    shown = []
    for finding in with_sources(findings):
        name = Path(finding.mark.file).relative_to(place).as_posix()
        mark = replace(finding.mark, file=f"{named}:{name}")
        shown.append(replace(finding, mark=mark))
    raise FindingsError(shown)
