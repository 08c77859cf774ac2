"""The results that `prepare` leaves in the state folder, and asking for them.

An index is named after the digests of its database and areas, a proof after the
digests of everything that it holds for; so a result that does not fit is never found.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gate import __version__
from gate.errors import (
    DatabaseError,
    DatabaseMissingError,
    FilesChangedError,
    FindingsError,
    IndexDamagedError,
    PreparationError,
    RelayedDatabaseError,
    StateFolderError,
)
from gate.model import Diagnostic, Mark, Severity
from gate.notices import load_notices
from gate.places.embedded import embedded_database
from gate.places.facts import digest_of
from gate.places.index import Index, cache_name
from gate.places.nowhere import unusable_index
from gate.rules import load_book

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.config import Config
    from gate.model import Notice, RuleBook

MOST_RESULTS = 20
"""Indexes, and proofs, that are kept: going back to an older book costs nothing."""


def load_texts(config: Config) -> tuple[RuleBook, Mapping[str, Notice]]:
    """Read the rule book and the notices.

    Raises:
        FindingsError: At least one file has an error.
    """
    folder = config.rules.folder
    book, problems = load_book(folder)
    notices, more = load_notices(folder / "notices")
    findings = list(dict.fromkeys([*problems, *more]))
    if book is None or any(f.severity is Severity.ERROR for f in findings):
        raise FindingsError(findings)
    return book, notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Where the results for a config and a book lie.

    Attributes:
        databases: The GeoIP databases.
        database_digest: Their digest.
        areas_digest: Digest of the areas of the book.
        index_path: The index of both.
        proof_path: Exists when the book has been proved over that index.
    """

    databases: tuple[Path, ...]
    database_digest: str
    areas_digest: str
    index_path: Path
    proof_path: Path

    @classmethod
    def of(cls, config: Config, book: RuleBook) -> Prepared:
        """Name the results.

        Raises:
            DatabaseError: A database cannot be read.
        """
        databases = config.geo.databases or (embedded_database(),)
        digest = _digest(databases)
        return cls(
            databases=databases,
            database_digest=digest,
            areas_digest=book.areas_digest,
            index_path=config.state / cache_name(digest, book.areas_digest),
            proof_path=_proof_path(config, book, digest),
        )

    def cached_index(self) -> Index | None:
        """Return the index if there is a sound one; else None."""
        try:
            return self.index()
        except IndexDamagedError:
            return None

    def index(self) -> Index:
        """Return the index.

        Raises:
            IndexDamagedError: There is none, or it is not sound.
        """
        return Index.load(
            self.index_path,
            database_digest=self.database_digest,
            areas_digest=self.areas_digest,
        )

    def ensured_index(self, book: RuleBook) -> Index:
        """Return the index, built and kept if there is none. Loads numpy for that.

        Raises:
            DatabaseError: A database cannot be used.
            StateFolderError: The index cannot be written.
        """
        index = self.cached_index()
        if index is None:
            from gate.places.build import build_index  # noqa: PLC0415 - heavy

            index = build_index(
                self.databases, book.area_versions, areas_digest=book.areas_digest
            )
            try:
                index.save(self.index_path)
            except OSError as error:
                raise StateFolderError(reason=error.strerror or "unknown") from error
        return index

    def note_soundness(self) -> None:
        """Record that the book may be served; drop results nobody will ask for."""
        self.proof_path.touch(mode=0o600)
        for kind in ("index-*.bin", "proof-*"):
            found = self.proof_path.parent.glob(kind)
            for path in sorted(found, key=_written, reverse=True)[MOST_RESULTS:]:
                path.unlink(missing_ok=True)


def prepared_index(
    config_path: Path, config: Config, book: RuleBook, environ: Mapping[str, str]
) -> tuple[Index, tuple[DatabaseError, ...]]:
    """Return the index for a proved book, preparing both where needed.

    Args:
        config_path: The configuration, for the process that prepares.
        config: The same, read.
        book: The rule book, read.
        environ: Variables that override the configuration.

    Returns:
        The index, and why no database could be used. Then it is the last index of
        these areas for which the book was proved, or, without one, an index that says
        `database_unusable` of every address; the book has a written action for that.

    Raises:
        FindingsError: The book fails its own tests, or a promise is broken.
        FilesChangedError: What was proved is not the book that was read.
        PreparationError: The preparing process ended without a result.
        StateFolderError: The state folder cannot be used.
    """
    ensure_folder(config.state)
    try:
        prepared = Prepared.of(config, book)
        index = prepared.cached_index()
        if index is None or not prepared.proof_path.exists():
            _run(config_path, environ)
            index = prepared.index()
    except DatabaseError as error:
        return _last_index(config, book) or unusable_index(), (error,)
    if not prepared.proof_path.exists():
        raise FilesChangedError
    return index, ()


def _last_index(config: Config, book: RuleBook) -> Index | None:
    """Return the newest sound index for which the book was proved."""
    found = config.state.glob(cache_name("*", book.areas_digest))
    for path in sorted(found, key=_written, reverse=True):
        try:
            index = Index.load(path, areas_digest=book.areas_digest)
        except IndexDamagedError:
            continue
        if _proof_path(config, book, index.database.digest).exists():
            return index
    return None


def _written(path: Path) -> float:
    """Return when a file was written, in Unix seconds; 0 if it is gone by now."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _proof_path(config: Config, book: RuleBook, database_digest: str) -> Path:
    """Return the file that says that a book was proved over a database."""
    told = [
        __version__,
        book.digest,
        database_digest,
        sorted(config.rules.pinned.items()),
    ]
    name = sha256(json.dumps(told).encode()).hexdigest()[:32]
    return config.state / f"proof-{name}"


def _run(config_path: Path, environ: Mapping[str, str]) -> None:
    """Prepare in a child process.

    Raises:
        DatabaseError: A database cannot be used.
        FindingsError: The book may not be served.
        PreparationError: The process ended without a result.
    """
    command = [sys.executable, "-P", "-m", "gate.engine.prepare", str(config_path)]
    done = subprocess.run(  # noqa: S603 - our own module, and a path, no shell
        command, capture_output=True, check=False, env=dict(environ), text=True
    )
    if done.returncode == 0:
        return
    told = _parsed(done.stdout)
    if told.get("findings"):
        raise FindingsError([_diagnostic(finding) for finding in told["findings"]])
    error = told.get("error") or {}
    if error.get("code", "").startswith("E2"):
        raise RelayedDatabaseError(**error)
    raise PreparationError(status=done.returncode, said=error.get("message", ""))


def _digest(databases: Sequence[Path]) -> str:
    try:
        return digest_of(databases)
    except OSError as error:
        raise DatabaseMissingError(
            f"{error.filename} cannot be read: {error.strerror}.",
            hint="Check geo.databases in config.yaml; gate geo status shows each one.",
        ) from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _diagnostic(told: dict[str, Any]) -> Diagnostic:
    mark = Mark(**told["mark"])
    severity = Severity(told["severity"])
    return Diagnostic(**{**told, "mark": mark, "severity": severity})


def ensure_folder(folder: Path) -> None:
    """Make the state folder if it is not there, for its owner only.

    Raises:
        StateFolderError: It cannot be made or written, belongs to somebody else, or
            others may write to it: what lies in it decides whom the gate warns.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise StateFolderError(
            reason=error.strerror or "unknown", folder=str(folder)
        ) from error
    if found.st_uid not in {0, os.geteuid()}:
        raise StateFolderError(reason="it belongs to another user", folder=str(folder))
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StateFolderError(
            reason="others may write to it (chmod go-w)", folder=str(folder)
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StateFolderError(reason="permission denied", folder=str(folder))
