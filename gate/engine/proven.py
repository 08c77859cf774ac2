"""The index for a proved book, both prepared where needed, once for all processes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from gate.engine.errand import alone, noted_findings, send
from gate.engine.preparation import Prepared, ensure_folder, written_at
from gate.errors import (
    DatabaseError,
    FilesChangedError,
    FindingsError,
    IndexDamagedError,
    StateFolderError,
)
from gate.places.index import Index, cache_name
from gate.places.nowhere import unusable_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.config import Config
    from gate.model import RuleBook


class Preparation:
    """Gets the index for a proved book, preparing both where needed.

    Args:
        config: The configuration.
        environ: Variables that override the configuration.
        known: An index that is in memory already.
    """

    def __init__(
        self,
        config: Config,
        environ: Mapping[str, str],
        known: Index | None = None,
    ) -> None:
        self._config = config
        self._environ = environ
        self._known = known

    def index(self, book: RuleBook) -> tuple[Index, tuple[DatabaseError, ...]]:
        """Return the index for a book.

        Args:
            book: The rule book, read.

        Returns:
            The index, and why no database could be used. Then it is the last index of
            these areas, or, without one, an index that says `database_unusable` of
            every address; the book has a written action for that.

        Raises:
            FindingsError: The book fails its own tests, or a promise is broken.
            FilesChangedError: What was proved is not the book that was read.
            PreparationError: The preparing process ended without a result.
            StateFolderError: The state folder cannot be used.
        """
        ensure_folder(self._config.state)
        try:
            return self._proved(Prepared.of(self._config, book)), ()
        except DatabaseError as error:
            return self._last(book) or unusable_index(), (error,)

    def _proved(self, prepared: Prepared, *more: str) -> Index:
        index = self._at_hand(prepared) or prepared.found()
        if index is None:
            self._prepare(prepared, *more)
            index = prepared.index()
        if not prepared.proof_path.exists():
            raise FilesChangedError
        return index

    def _at_hand(self, prepared: Prepared) -> Index | None:
        """Return the index in memory if it is the one that is asked for."""
        known = self._known
        if known is None or not prepared.proof_path.exists():
            return None
        own = prepared.database_digest, prepared.areas_digest
        return known if (known.database.digest, known.areas_digest) == own else None

    def _prepare(self, prepared: Prepared, *more: str) -> None:
        """Let it be prepared, unless another process just did."""
        try:
            with alone(self._config.state):
                if prepared.found() is not None:
                    return
                findings = noted_findings(prepared.refusal_path)
                if findings:
                    raise FindingsError(findings)
                send([str(self._config.path), *more], self._environ)
        except OSError as error:
            raise StateFolderError(reason=error.strerror or "unknown") from error

    def _last(self, book: RuleBook) -> Index | None:
        """Return the last sound index of a book's areas, the book proved over it."""
        for digest in self._last_digests(book):
            prepared = Prepared.of(self._config, book, digest)
            if prepared.cached_index() is not None:
                return self._proved(prepared, digest)
        return None

    def _last_digests(self, book: RuleBook) -> Iterator[str]:
        """Yield digests of databases whose index may be there, the last one first."""
        if self._known is not None and self._known.database.digest:
            yield self._known.database.digest
        found = self._config.state.glob(cache_name("*", book.areas_digest))
        for path in sorted(found, key=written_at, reverse=True):
            with suppress(IndexDamagedError):
                index = Index.load(path, areas_digest=book.areas_digest)
                yield index.database.digest
