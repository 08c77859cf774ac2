"""Builds the index: databases and areas in, sorted ranges with classes out.

Runs in a process of its own, because it loads numpy and shapely and needs some
hundred megabytes for a short while.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, NamedTuple

from gate.errors import DatabaseMissingError, DatabaseOverlapError
from gate.places.anonymous import read_hidden
from gate.places.census import take_census
from gate.places.classes import Classes
from gate.places.edges import labels_of
from gate.places.facts import DatabaseFacts, attribution_of, told_by
from gate.places.index import Columns, Index, Table
from gate.places.layouts import place_of
from gate.places.merging import merged
from gate.places.mmdb import Mmdb
from gate.places.overlay import overlaid
from gate.places.sources import MOST_ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gate.model import AreaVersion
    from gate.places.census import Census, Numbered
    from gate.places.sources import Sources


class _Walked(NamedTuple):
    """One database with all its ranges already classified and merged."""

    facts: DatabaseFacts
    tables: dict[int, Table]


def build_index(
    sources: Sources,
    area_versions: Sequence[tuple[str, AreaVersion]],
    *,
    areas_digest: str = "",
) -> Index:
    """Build the index of databases for the areas of a rule book.

    Args:
        sources: What it is built from: databases of which at most two answer for an
            address version, and all else that says where visitors are.
        area_versions: As in `RuleBook.area_versions`.
        areas_digest: Digest of the areas, kept in the index.

    Raises:
        DatabaseError: A database is missing, damaged or of an unknown layout, or
            three answer for the same address version.
        BookError: A shape is unusable.
    """
    if not sources.databases:
        raise DatabaseMissingError(
            "No database is given.", hint="Name one under geo.databases."
        )
    classes = Classes([version for _, version in area_versions])
    walked = [_walk(path, classes) for path in sources.databases]
    hidden = read_hidden(sources.anonymous)
    together = partial(classes.together, policy=sources.disagreement)
    tables = {
        version: overlaid(
            _told(_answering(walked, version), classes, together),
            version,
            classes,
            hidden=[span for one in hidden for span in one.spans.get(version, ())],
        )
        for version in (4, 6)
    }
    columns = Columns.of(v4=tables[4], v6=tables[6])
    labels = labels_of(classes) if sources.edge else {}
    return Index(
        columns=columns,
        classes=classes.all(),
        databases=[*(one.facts for one in walked), *(one.facts for one in hidden)],
        areas_digest=areas_digest,
        terms=sources.terms,
        labels=labels,
    )


def _answering(walked: Sequence[_Walked], version: int) -> list[Table]:
    """Take the tables of an address version, the primary's first."""
    found = [one for one in walked if version in one.tables]
    if len(found) > MOST_ANSWERS:
        names = " and ".join(one.facts.name for one in found)
        raise DatabaseOverlapError(
            f"{names} all answer for IPv{version} addresses.",
            hint=DatabaseOverlapError.remedy,
        )
    return [one.tables[version] for one in found]


def _told(
    tables: Sequence[Table], classes: Classes, together: Callable[[int, int], int]
) -> Table:
    """Return what databases say together; without any, nothing is known."""
    nothing = Table(starts=[0], classes=[classes.not_in_database])
    return reduce(partial(merged, together=together), tables, nothing)


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
