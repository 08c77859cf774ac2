"""What one decision rests on, all of it: config, book, index, notices and pages.

A snapshot never changes. A request meets one snapshot from start to end, and the
counts name its digests.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate import __version__
from gate.audit import Versions
from gate.config import check_agreement, load_config
from gate.engine.activities import Activities
from gate.engine.looks import check_look, check_pages, site_look
from gate.engine.preparation import load_texts
from gate.engine.proven import Preparation
from gate.errors import FilesChangedError, FindingsError
from gate.model import Severity
from gate.notices import compile_pages
from gate.request import Proxies, ReadSettings
from gate.request.edge import EdgeFields
from gate.request.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.answer import Pages
    from gate.config import Config
    from gate.errors import GateError
    from gate.model import Diagnostic, Notice, RuleBook
    from gate.notices import Look
    from gate.places.index import Index

MOST_TRIES = 3
"""How often files that change while they are proved are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that a decision rests on.

    Attributes:
        reading: How requests are read.
        asking: How requests are read that another server asks about, by its door.
        trouble: What does not stop the gate from serving but must be known: why no
            database can be used, or why the book is the last good one.
    """

    config: Config
    book: RuleBook
    index: Index
    pages: Pages
    reading: ReadSettings
    asking: Mapping[str, ReadSettings]
    activities: Activities
    versions: Versions
    trouble: tuple[GateError, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells whether two snapshots decide and complain alike."""
        told = [str(error) for error in self.trouble]
        return self.versions, told, self.pages.appearance

    def reading_at(self, door: str) -> ReadSettings:
        """Return how requests are read that come through a door."""
        return self.asking.get(door, self.reading)


def load_snapshot(
    config_path: Path, environ: Mapping[str, str] | None = None
) -> Snapshot:
    """Read everything that the configuration names.

    Args:
        config_path: The configuration, a YAML file.
        environ: Variables that override it; those of the process if None.

    Raises:
        FindingsError: A file has problems; all of them are in it.
        FilesChangedError: The files did not rest for as long as a proof takes.
        GateError: Anything else that stops the work.
    """
    variables = os.environ if environ is None else environ
    for _ in range(MOST_TRIES - 1):
        with suppress(FilesChangedError):
            return snapshot_of(load_config(config_path, variables), variables)
    return snapshot_of(load_config(config_path, variables), variables)


def snapshot_of(
    config: Config, environ: Mapping[str, str], known: Index | None = None
) -> Snapshot:
    """Read everything that a configuration names, once.

    Args:
        config: What the deployer chose.
        environ: Variables that override the file of the configuration.
        known: An index that is in memory; it is used if it is the right one.

    Raises:
        FindingsError: A file has problems; all of them are in it.
        FilesChangedError: The files changed meanwhile.
        GateError: Anything else that stops the work.
    """
    book, notices = load_texts(config)
    _refuse([*check_agreement(config, book), *check_look(config)])
    index, trouble = Preparation(config, environ, known).index(book)
    pages = _pages(config, notices, look_of(config, index))
    reading = reading_of(config)
    return Snapshot(
        config=config,
        book=book,
        index=index,
        pages=pages,
        reading=reading,
        asking=asking_of(config, reading),
        activities=activities_of(config),
        versions=versions_of(config, book, index, pages),
        trouble=trouble,
    )


def _pages(config: Config, notices: Mapping[str, Notice], look: Look) -> Pages:
    together = [(name,) for name in notices]
    _refuse(check_pages(config, notices, look, together))
    return compile_pages(notices, look, together=together)


def _refuse(findings: Sequence[Diagnostic]) -> None:
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise FindingsError(findings)


def activities_of(config: Config) -> Activities:
    """Compile the declared activities."""
    return Activities([(a.word, a.methods, a.paths) for a in config.site.activities])


def versions_of(config: Config, book: RuleBook, index: Index, pages: Pages) -> Versions:
    """Name everything that decisions of these parts rest on."""
    return Versions(
        book=book.digest,
        areas=book.areas_digest,
        database=index.database.digest,
        notices=pages.revision,
        config=config.digest,
        gate=__version__,
    )


def look_of(config: Config, index: Index) -> Look:
    """Say how the gate's own pages name and show the site."""
    told = (facts.attribution for facts in index.databases)
    return replace(site_look(config), attribution=" ".join(dict.fromkeys(told)))


def asking_of(config: Config, reading: ReadSettings) -> dict[str, ReadSettings]:
    """Say how requests are read that other servers ask about: each has its header."""
    trusted = config.visitor.trusted_proxies
    return {
        family.name: replace(reading, proxies=Proxies.compile(trusted, family.address))
        for family in FAMILIES
    }


def reading_of(config: Config) -> ReadSettings:
    """Say how requests for the site are read."""
    return ReadSettings.compile(
        hosts=config.site.hosts,
        trusted_proxies=config.visitor.trusted_proxies,
        header=config.visitor.header,
        feed_paths=config.site.feeds,
        own_prefix=config.site.own_prefix,
        edge=edge_of(config),
    )


def edge_of(config: Config) -> EdgeFields | None:
    """Say how an edge names readers' places; None if none is asked."""
    edge = config.geo.edge
    return None if edge is None else EdgeFields.compile(**edge.model_dump())
