"""Who is asked about: an address in the databases, or a place that somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from gate.engine.preparation import files_of
from gate.errors import DatabaseMissingError
from gate.model import Activity, LocationClass, Membership, Place, Unknown
from gate.places.anonymous import hidden_by
from gate.places.areas import membership
from gate.places.database import Database
from gate.places.embedded import embedded_database
from gate.places.facts import digest_of
from gate.request import Proxies, client_of
from gate.workbench.checking import index_for
from gate.workbench.explain import Subject, too_old
from gate.workbench.second import geoip2_place

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config
    from gate.model import Client, RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody wants explained.

    Attributes:
        address: An address, as text; or None with a place.
        place: A place; or None with an address.
        path: Canonical path.
        now: Unix seconds.
        activities: Activities to ask about.
    """

    address: str | None = None
    place: Place | None = None
    path: str
    now: int
    activities: tuple[Activity, ...] = tuple(Activity)


def subject_of(config: Config, book: RuleBook, question: Question) -> Subject:
    """Describe the visitor of a question as the serving gate sees them.

    Raises:
        DatabaseError: A database cannot be used.
        StateFolderError: The state folder cannot be used.
    """
    if question.place is not None or question.address is None:
        return _from_place(book, question, question.place or Place())
    return _from_address(config, book, question, question.address)


def digests_of(config: Config, book: RuleBook) -> dict[str, str]:
    """Return the digests of everything that a decision rests on.

    Raises:
        DatabaseError: A database cannot be read.
    """
    try:
        databases, anonymous = files_of(config)
        database = digest_of((*databases, *anonymous.files))
    except OSError as error:
        raise DatabaseMissingError(
            f"A database cannot be read: {error.strerror}.",
            hint=DatabaseMissingError.remedy,
        ) from error
    return {
        "book": book.digest,
        "areas": book.areas_digest,
        "database": database,
        "config": config.digest,
    }


def databases_of(config: Config) -> tuple[Path, ...]:
    """Return the configured databases, or the one that ships with the gate."""
    return config.geo.databases or (embedded_database(),)


def class_of(book: RuleBook, place: Place) -> LocationClass:
    """Return the class of a place, worked out from its membership in each area."""
    pairs = [
        (Membership.NO, ()) if place.unknown else membership(version, place)
        for _, version in book.area_versions
    ]
    return LocationClass(
        label=str(place.unknown or place.subdivision or place.country or "other"),
        unknown=place.unknown,
        memberships=tuple(level for level, _ in pairs),
        evidence=tuple(evidence for _, evidence in pairs),
    )


def _from_place(book: RuleBook, question: Question, place: Place) -> Subject:
    found = class_of(book, place)
    return Subject(
        address=None,
        place=place,
        found=found,
        second=None,
        path=question.path,
        now=question.now,
        activities=question.activities,
    )


def _from_address(
    config: Config, book: RuleBook, question: Question, address: str
) -> Subject:
    index = index_for(config, book)
    client = client_of(address, {}, Proxies.compile((), "none"))
    second = None
    hidden: tuple[str, ...] = ()
    if client.unknown is not None:
        found = index.classes[index.unknown(client.unknown)]
        place = Place(unknown=client.unknown)
    else:
        found = index.classes[index.find(client.version, client.number)]
        place, second = _looked_up(config, client)
        hidden = hidden_by(files_of(config)[1], client.version, client.number)
        if hidden and found.unknown is Unknown.ANONYMOUS_NETWORK:
            # No database is asked any more: it would tell where the network is.
            place, second = Place(unknown=found.unknown), None
    return Subject(
        address=address,
        place=place,
        found=found,
        second=None if second is None else class_of(book, second),
        path=question.path,
        now=question.now,
        activities=question.activities,
        also=too_old(book, index.database.build_epoch, question.now),
        hidden_by=hidden,
    )


def _looked_up(config: Config, client: Client) -> tuple[Place, Place | None]:
    """Return the place of an address by our own reading, and by geoip2's."""
    kind = {4: IPv4Address, 6: IPv6Address}[client.version]
    address, paths = str(kind(client.number)), databases_of(config)
    database = Database(*paths)
    try:
        return database.place(address), geoip2_place(paths, address)
    finally:
        database.close()
