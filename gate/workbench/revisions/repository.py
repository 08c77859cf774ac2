"""A git repository: a revision's files as they were committed, byte for byte.

Git is asked for objects only (`ls-tree`, `cat-file`), so that no attribute, no filter
and no textconv of the repository changes what is read, and nothing is checked out.
Replacements of objects (`git replace`) are left aside: a commit says what it said. A
name that a person gives goes to `rev-parse` alone, behind `--end-of-options`; all other
commands get ids, or full names of references. A name that may mean two things is
refused: whoever may push a tag could else choose what is compared. So is a repository
that lies in the folder of rules: a commit can bring one along, with a history of its
own.

Source:
    gitcli(7), "--end-of-options"; git(1), "--no-replace-objects"; git-config(1),
    "safe.bareRepository"; gitrevisions(7), "<refname>".
"""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.errors import (
    AmbiguousRevisionError,
    GitFailedError,
    GitMissingError,
    LinkInBookError,
    NoRepositoryError,
    NoSuchRevisionError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_REVISIONS: Final = 200
"""How far back earlier books are looked for."""

_SECONDS: Final = 60
_SUFFIXES: Final = (".yaml", ".geojson")
_PLAIN: Final = {"100644", "100755"}
_OPTIONS: Final = (
    "--no-replace-objects",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "log.showSignature=false"),
)
_REFERENCES: Final = (
    *("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}"),
    *("refs/remotes/{}", "refs/remotes/{}/HEAD"),
)
"""What git takes a name for, in its order."""

_NAME: Final = re.compile(r"(?:(?!@\{)[^~^:])+")  # as main in main~2, main^{tree}
_FULL: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # git takes no name before it
_ABBREVIATED: Final = re.compile(r"[0-9a-f]{4,39}")
_OF_HOOKS: Final = {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"}
_QUIET: Final = {
    "LC_ALL": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
}


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
            GitFailedError: The repository cannot be read, or a commit may have brought
                it along.
        """
        here = cls(folder, "")
        asked = "--show-prefix", "--is-inside-work-tree", "--absolute-git-dir"
        run = here._run(revision, "rev-parse", *asked)
        if run.returncode:
            words = _words(run)
            if "not a git repository" in words or not folder.is_dir():
                raise NoRepositoryError(revision, str(folder))
            raise GitFailedError(revision, words)
        prefix, is_inside, own = os.fsdecode(run.stdout).rsplit("\n", 3)[:3]
        top, git_folder = folder.resolve(), Path(own).resolve()
        is_hidden = top in git_folder.parents and git_folder != top / ".git"
        if is_inside != "true" or git_folder == top or is_hidden:
            words = f"its repository {own} is not one that holds the folder of rules"
            raise GitFailedError(revision, words)
        return cls(folder, prefix.rstrip("/"))

    def knows(self, named: str) -> bool:
        """Say whether a name is that of a revision, whatever it holds."""
        return bool(self._id(named, named))

    def tree(self, named: str) -> str:
        """Return the id of the folder of rules in a revision.

        Raises:
            NoSuchRevisionError: There is none.
            AmbiguousRevisionError: There are several.
        """
        revision, colon, path = named.partition(":")
        where = path.strip("/") if colon else self.prefix
        commit = self._known(revision, named)
        tree = self._id(f"{commit}:{where}", named)
        if not tree or self._kind(tree) != "tree":
            raise NoSuchRevisionError(named, str(self.folder))
        return tree

    def parted(self, one: str, other: str) -> str:
        """Return the id of the commit where two revisions parted.

        Raises:
            NoSuchRevisionError: One of them is none, or they have none in common.
            AmbiguousRevisionError: There are several of a name.
        """
        named = f"{one}...{other}"
        commits = [
            self._id(f"{self._known(name, named)}^{{commit}}", named)
            for name in (one, other)
        ]
        run = self._run(named, "merge-base", *commits) if all(commits) else None
        if run is None or run.returncode:
            raise NoSuchRevisionError(named, str(self.folder))
        return run.stdout.decode().split()[0]

    def history(self) -> Iterator[str]:
        """Yield the ids that the folder had, newest first, each once.

        Raises:
            GitFailedError: The history cannot be read.
        """
        run = self._run(
            "HEAD", "rev-list", f"--max-count={MOST_REVISIONS}", "HEAD", "--", "."
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
            GitFailedError: They cannot be read, or a path is none.
            LinkInBookError: One of them is a link.
        """
        names = self._names(tree, named)
        contents = self._contents(list(names), named)
        with TemporaryDirectory(prefix="gate-rules-") as place:
            for number, paths in enumerate(names.values()):
                for path in paths:
                    try:
                        _write(Path(place, path), contents[number])
                    except OSError as error:
                        raise GitFailedError(named, _reason(path, error)) from error
            yield Path(place)

    def _names(self, tree: str, named: str) -> dict[str, list[str]]:
        """Return the paths of each object that a book consists of."""
        run = self._run(named, "ls-tree", "-r", "-z", "--full-tree", tree)
        if run.returncode:
            raise GitFailedError(named, _words(run))
        found: dict[str, list[str]] = {}
        for entry in os.fsdecode(run.stdout).split("\0")[:-1]:
            facts, _, path = entry.partition("\t")
            mode, _, object_id = facts.split(" ")
            parts = path.split("/")
            if {"", ".", ".."} & set(parts):
                # Git makes no such tree; who does wants to write elsewhere.
                raise GitFailedError(named, f"{path!r} is no path of a file")
            if any(part.startswith(".") for part in parts):
                continue
            if mode not in _PLAIN:
                raise LinkInBookError(named, path)
            if path.endswith(_SUFFIXES):
                found.setdefault(object_id, []).append(path)
        return found

    def _contents(self, objects: list[str], named: str) -> list[bytes]:
        asked = "".join(f"{object_id}\n" for object_id in objects).encode()
        run = self._run(named, "cat-file", "--batch", asked=asked)
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

    def _known(self, revision: str, named: str) -> str:
        """Return the full id of a revision that a person names.

        Raises:
            NoSuchRevisionError: Git knows none.
            AmbiguousRevisionError: It knows several.
        """
        if _FULL.fullmatch(revision):
            return revision
        name = _NAME.match(revision)
        if name is not None:
            self._check_one(name[0], named)
        found = self._id(revision, named)
        if not found:
            raise NoSuchRevisionError(named, str(self.folder), unknown=revision)
        return found

    def _check_one(self, name: str, named: str) -> None:
        """Refuse a name that means several things; HEAD and full names mean one."""
        full = [form.format(name) for form in _REFERENCES]
        run = self._run(named, "for-each-ref", "--format=%(refname)", "--", *full[1:])
        known = [one for one in full[1:] if one in run.stdout.decode().splitlines()]
        if name.startswith("refs/"):
            whole = self._run(named, "show-ref", "--verify", "--quiet", "--", name)
            if whole.returncode and known:
                raise NoSuchRevisionError(named, str(self.folder), unknown=name)
            return
        if known and _ABBREVIATED.fullmatch(name):
            run = self._run(named, "rev-parse", f"--disambiguate={name}")
            known += run.stdout.decode().split()
        if len(known) > 1 and name != "HEAD":
            raise AmbiguousRevisionError(name, tuple(known))

    def _id(self, said: str, named: str) -> str:
        """Return the id of what a person's words name; "" if they name nothing."""
        words = "rev-parse", "--verify", "--quiet", "--end-of-options"
        run = self._run(named, *words, said)
        return "" if run.returncode else run.stdout.decode().strip()

    def _kind(self, object_id: str) -> str:
        run = self._run(object_id, "cat-file", "-t", object_id)
        return run.stdout.decode().strip()

    def _run(
        self, named: str, *words: str, asked: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git in the folder of rules, without a shell.

        Raises:
            GitMissingError: There is no git.
            GitFailedError: It does not end.
        """
        try:
            return subprocess.run(  # noqa: S603 - no shell
                ["git", *_OPTIONS, "-C", str(self.folder), *words],  # noqa: S607 - the user's git
                input=asked,
                capture_output=True,
                check=False,
                env=_environ(),
                timeout=_SECONDS,
            )
        except FileNotFoundError:
            raise GitMissingError(named) from None
        except subprocess.TimeoutExpired:
            raise GitFailedError(named, f"no end after {_SECONDS} seconds") from None


def _environ() -> dict[str, str]:
    """Return the environment without what a hook says of its own repository."""
    return {k: v for k, v in os.environ.items() if k not in _OF_HOOKS} | _QUIET


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _reason(path: str, error: OSError) -> str:
    return f"{path!r} cannot be written: {error.strerror}"


def _words(run: subprocess.CompletedProcess[bytes]) -> str:
    """Return the first line of git's complaint."""
    said = run.stderr.decode(errors="replace").strip().splitlines()
    return said[0].removeprefix("fatal: ") if said else ""
