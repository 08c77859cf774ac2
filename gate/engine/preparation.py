"""The results that `prepare` leaves in the state folder, and asking for them.

An index is named after the digests of its database and areas, a proof after the
digests of everything that it holds for; so a result that does not fit is never found.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from gate import __version__
from gate.errors import (
    DatabaseMissingError,
    FilesChangedError,
    FindingsError,
    IndexDamagedError,
    StateFolderError,
)
from gate.model import Severity
from gate.notices import load_notices
from gate.places.anonymous import AnonymousFiles
from gate.places.atomic import write_atomically
from gate.places.embedded import embedded_database
from gate.places.index import Index, cache_name
from gate.places.sources import Sources
from gate.rules import load_book
from gate.rules.sheets import read_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.config import Config
    from gate.model import Diagnostic, Notice, RuleBook

MOST_RESULTS = 20
"""Indexes, and proofs, that are kept: going back to an older book costs nothing."""


def load_texts(config: Config) -> tuple[RuleBook, Mapping[str, Notice]]:
    """Read the rule book and the notices.

    Raises:
        FindingsError: At least one file has an error.
        FilesChangedError: The notices are not those that the book's digest names.
    """
    folder = config.rules.folder
    book, problems = load_book(folder)
    notices, more = load_notices(folder / "notices")
    findings = list(dict.fromkeys([*problems, *more]))
    if book is None or any(f.severity is Severity.ERROR for f in findings):
        raise FindingsError(findings)
    try:
        now = read_folder(folder).digest
    except OSError:
        raise FilesChangedError from None
    if now != book.digest:
        raise FilesChangedError
    return book, notices


def sources_of(config: Config) -> Sources:
    """Return what says where visitors are."""
    geo = config.geo
    return Sources(
        databases=geo.databases or (embedded_database(),),
        anonymous=AnonymousFiles(database=geo.anonymous, tor_exits=geo.tor_exits),
        disagreement=geo.disagreement,
        edge=geo.edge is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Where the results for a config and a book lie.

    Attributes:
        sources: What says where visitors are.
        database_digest: Its digest.
        areas_digest: Digest of the areas of the book.
        index_path: The index of both.
        proof_path: Exists when the book has been proved over that index.
        refusal_path: Why it may not be served, once that is known.
    """

    sources: Sources
    database_digest: str
    areas_digest: str
    index_path: Path
    proof_path: Path
    refusal_path: Path

    @classmethod
    def of(
        cls, config: Config, book: RuleBook, database_digest: str | None = None
    ) -> Prepared:
        """Name the results.

        Args:
            config: The configuration.
            book: The rule book.
            database_digest: Of databases that are not there any more, only their
                index; None for those that the configuration names.

        Raises:
            DatabaseError: A database cannot be read.
        """
        sources = sources_of(config)
        digest = database_digest or _digest(sources)
        name = _proof_name(config, book, digest)
        return cls(
            sources=sources,
            database_digest=digest,
            areas_digest=book.areas_digest,
            index_path=config.state / cache_name(digest, book.areas_digest),
            proof_path=config.state / f"proof-{name}",
            refusal_path=config.state / f"refusal-{name}",
        )

    def found(self) -> Index | None:
        """Return the index if there is a sound one and the book is proved over it."""
        return self.cached_index() if self.proof_path.exists() else None

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
                self.sources, book.area_versions, areas_digest=book.areas_digest
            )
            try:
                index.save(self.index_path)
            except OSError as error:
                raise StateFolderError(reason=error.strerror or "unknown") from error
        return index

    def note_soundness(self) -> None:
        """Record that the book may be served."""
        self.proof_path.touch(mode=0o600)
        self._forget()

    def note_refusal(self, findings: Sequence[Diagnostic]) -> None:
        """Record why the book may not be served, so that one look is enough."""
        told = {"findings": [asdict(finding) for finding in findings]}
        write_atomically(self.refusal_path, json.dumps(told).encode())
        self._forget()

    def _forget(self) -> None:
        """Drop results nobody will ask for."""
        for kind in ("index-*.bin", "proof-*", "refusal-*"):
            found = self.proof_path.parent.glob(kind)
            for path in sorted(found, key=written_at, reverse=True)[MOST_RESULTS:]:
                path.unlink(missing_ok=True)


def written_at(path: Path) -> float:
    """Return when a file was written, in Unix seconds; 0 if it is gone by now."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _proof_name(config: Config, book: RuleBook, database_digest: str) -> str:
    """Name the proof of a book over a database, by everything that it holds for."""
    told = [
        __version__,
        book.digest,
        database_digest,
        sorted(config.rules.pinned.items()),
    ]
    return sha256(json.dumps(told).encode()).hexdigest()[:32]


def _digest(sources: Sources) -> str:
    try:
        return sources.digest()
    except OSError as error:
        raise DatabaseMissingError(
            f"{error.filename} cannot be read: {error.strerror}.",
            hint="Check geo.databases in config.yaml; gate geo status shows each one.",
        ) from error


def ensure_folder(folder: Path) -> None:
    """Make the state folder if it is not there, for its owner only.

    Raises:
        StateFolderError: It cannot be made or written, belongs to somebody else, or
            others may write to it: what lies in it decides whom the gate warns.
    """
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Committed, results would be believed by whoever checks the commit.
            (folder / ".gitignore").write_text("*\n", "utf-8")
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
