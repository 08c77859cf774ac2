"""The indexes of both sides: kept ones where there are any, else built and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gate.engine.preparation import ensure_folder, sources_of
from gate.errors import DatabaseMissingError, IndexDamagedError
from gate.places.database import Database
from gate.places.embedded import embedded_database
from gate.places.index import Index, cache_name
from gate.places.sources import Sources
from gate.workbench.diffing.twins import Twins

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config
    from gate.model import Place, RuleBook
    from gate.workbench.diffing.lines import Look


def indexes_of(
    config: Config | None,
    old: RuleBook,
    new: RuleBook,
    geo: tuple[Path, Path] | None = None,
) -> tuple[Index, Index]:
    """Return the index of each side; one for both if they know the same.

    Args:
        config: Names the databases and the folder in which indexes are kept; None for
            the embedded database, and nothing is kept.
        old: The old book.
        new: The new book.
        geo: An old and a new database, in the place of the configured ones.

    Raises:
        DatabaseError: A database cannot be used.
        StateFolderError: The state folder cannot be used.
    """
    sources = _sources(config)
    both = (sources, sources)
    if geo is not None:
        both = _with(sources, geo[0]), _with(sources, geo[1])
    first = _index(config, both[0], old)
    known = first.database.digest, first.areas_digest
    if known == (_digest(both[1]), new.areas_digest):
        return first, first
    return first, _index(config, both[1], new)


def twins_for(
    config: Config | None,
    old: RuleBook,
    new: RuleBook,
    geo: tuple[Path, Path] | None = None,
) -> Twins:
    """Return all places as both sides see them; see `indexes_of`."""
    return Twins(*indexes_of(config, old, new, geo))


def look_of(config: Config | None) -> Look:
    """Return what gives the place of an address, by the configured databases.

    They are opened when it is first asked: it rarely is, and they may be large.
    """
    opened: list[Database] = []

    def place(address: str) -> Place:
        if not opened:
            opened.append(Database(*_sources(config).databases))
        return opened[0].place(address)

    return place


def _sources(config: Config | None) -> Sources:
    if config is None:
        return Sources(databases=(embedded_database(),))
    return sources_of(config)


def _with(sources: Sources, database: Path) -> Sources:
    return replace(sources, databases=(database,))


def _index(config: Config | None, sources: Sources, book: RuleBook) -> Index:
    if config is None:
        return _built(sources, book)
    ensure_folder(config.state)
    digest = _digest(sources)
    path = config.state / cache_name(digest, book.areas_digest)
    try:
        return Index.load(path, database_digest=digest, areas_digest=book.areas_digest)
    except IndexDamagedError:
        index = _built(sources, book)
        index.save(path)
        return index


def _built(sources: Sources, book: RuleBook) -> Index:
    from gate.places.build import build_index  # noqa: PLC0415 - numpy

    return build_index(sources, book.area_versions, areas_digest=book.areas_digest)


def _digest(sources: Sources) -> str:
    try:
        return sources.digest()
    except OSError as error:
        raise DatabaseMissingError(
            f"{error.filename} cannot be read: {error.strerror}.",
            hint=DatabaseMissingError.remedy,
        ) from error
