"""Builds the index: databases and areas in, sorted ranges with classes out.

Runs in a process of its own, because it loads numpy and shapely and needs some
hundred megabytes for a short while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.errors import DatabaseMissingError, DatabaseOverlapError
from gate.places.anonymous import AnonymousFiles, read_hidden
from gate.places.census import take_census
from gate.places.classes import Classes
from gate.places.facts import DatabaseFacts, attribution_of, told_by
from gate.places.index import Columns, Index, Table
from gate.places.layouts import place_of
from gate.places.mmdb import Mmdb
from gate.places.overlay import overlaid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.model import AreaVersion
    from gate.places.census import Census, Numbered


class _Walked(NamedTuple):
    """One database with all its ranges already classified and merged."""

    facts: DatabaseFacts
    tables: dict[int, Table]


def build_index(
    databases: Sequence[Path],
    area_versions: Sequence[tuple[str, AreaVersion]],
    *,
    areas_digest: str = "",
    anonymous: AnonymousFiles | None = None,
) -> Index:
    """Build the index of databases for the areas of a rule book.

    Args:
        databases: Files that answer for different address versions: one for both,
            or one for each.
        area_versions: As in `RuleBook.area_versions`.
        areas_digest: Digest of the areas, kept in the index.
        anonymous: Files that name networks whose visitors are hidden.

    Raises:
        DatabaseError: A database is missing, damaged or of an unknown layout, or
            two answer for the same address version.
        BookError: A shape is unusable.
    """
    if not databases:
        raise DatabaseMissingError(
            "No database is given.", hint="Name one under geo.databases."
        )
    classes = Classes([version for _, version in area_versions])
    walked = [_walk(path, classes) for path in databases]
    hidden = read_hidden(anonymous or AnonymousFiles())
    tables = {
        version: overlaid(
            _only(walked, version, classes),
            version,
            classes,
            hidden=[span for one in hidden for span in one.spans.get(version, ())],
        )
        for version in (4, 6)
    }
    return Index(
        columns=Columns.of(v4=tables[4], v6=tables[6]),
        classes=classes.all(),
        databases=[*(one.facts for one in walked), *(one.facts for one in hidden)],
        areas_digest=areas_digest,
    )


def _only(walked: Sequence[_Walked], version: int, classes: Classes) -> Table:
    """Take the one table of an address version; without any, nothing is known."""
    found = [one for one in walked if version in one.tables]
    if len(found) > 1:
        names = " and ".join(one.facts.name for one in found)
        raise DatabaseOverlapError(
            f"{names} both answer for IPv{version} addresses.",
            hint=DatabaseOverlapError.remedy,
        )
    if found:
        return found[0].tables[version]
    return Table(starts=[0], classes=[classes.not_in_database])


def _walk(path: Path, classes: Classes) -> _Walked:
    database = Mmdb(path)
    census = take_census(database, classes.of_record, nothing=classes.not_in_database)
    tables = {version: _table(found) for version, found in census.tables.items()}
    return _Walked(_facts(database, census), tables)


def _table(found: Numbered) -> Table:
    return Table(starts=found.starts(), classes=found.ids.tolist())


def _facts(database: Mmdb, census: Census) -> DatabaseFacts:
    metadata, path = database.metadata, database.path
    return DatabaseFacts(
        name=path.name,
        type=metadata.database_type,
        build_epoch=metadata.build_epoch,
        digest=database.digest,
        node_count=metadata.node_count,
        ip_version=metadata.ip_version,
        layout=census.layout.value,
        tells=told_by(place_of(census.layout, record) for record in census.sample),
        attribution=attribution_of(
            path.name, metadata.database_type, metadata.description
        ),
    )
