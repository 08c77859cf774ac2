"""Who is asked about: an address in the databases, or a place that somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from gate.engine.preparation import sources_of
from gate.errors import DatabaseMissingError
from gate.model import Activity, LocationClass, Membership, Place, Unknown
from gate.places.anonymous import hidden_by
from gate.places.areas import membership
from gate.places.database import Database
from gate.places.edges import label_for
from gate.places.merging import joined
from gate.request import Proxies, client_of
from gate.workbench.checking import index_for
from gate.workbench.explain import Subject, too_old
from gate.workbench.second import geoip2_place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.config import Config
    from gate.model import Client, RuleBook
    from gate.places.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody wants explained.

    Attributes:
        address: An address, as text; or None with a place.
        place: A place; or None with an address.
        path: Canonical path.
        now: Unix seconds.
        activities: Activities to ask about.
        edge: What an edge says of the visitor, as `said_by` returns it; None if it is
            not asked.
    """

    address: str | None = None
    place: Place | None = None
    path: str
    now: int
    activities: tuple[Activity, ...] = tuple(Activity)
    edge: str | None = None


def subject_of(
    config: Config, book: RuleBook, question: Question, index: Index | None = None
) -> Subject:
    """Describe the visitor of a question as the serving gate sees them.

    Args:
        config: The configuration.
        book: The rule book.
        question: What somebody wants explained.
        index: The index of both, if it is at hand; else it is loaded for an address.

    Raises:
        DatabaseError: A database cannot be used.
        StateFolderError: The state folder cannot be used.
    """
    if question.place is not None or question.address is None:
        return _from_place(book, question, question.place or Place())
    return _from_address(config, book, question, index or index_for(config, book))


def digests_of(config: Config, book: RuleBook) -> dict[str, str]:
    """Return the digests of everything that a decision rests on.

    Raises:
        DatabaseError: A database cannot be read.
    """
    try:
        database = sources_of(config).digest()
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
    config: Config, book: RuleBook, question: Question, index: Index
) -> Subject:
    address = question.address or ""
    client = client_of(address, {}, Proxies.compile((), "none"))
    found = index.classes[_class_id(index, client, question.edge)]
    told = _Told(Place(unknown=client.unknown), {}, None)
    hidden: tuple[str, ...] = ()
    if client.unknown is None:
        told = _looked_up(config, book, client)
        files = sources_of(config).anonymous
        hidden = hidden_by(files, client.version, client.number)
        if hidden and found.unknown is Unknown.ANONYMOUS_NETWORK:
            # No database is asked any more: it would tell where the network is.
            told = _Told(Place(unknown=found.unknown), {}, None)
    return Subject(
        address=address,
        place=told.place,
        found=found,
        second=told.second,
        path=question.path,
        now=question.now,
        activities=question.activities,
        also=too_old(book, index.database.build_epoch, question.now),
        hidden_by=hidden,
        told=told.by_name,
        edge=question.edge,
    )


def _class_id(index: Index, client: Client, edge: str | None) -> int:
    """Return the class of an address, as a serving gate finds it."""
    if client.unknown is None:
        found = index.find(client.version, client.number)
    else:
        found = index.unknown(client.unknown)
    label = None if edge is None else label_for(index.labels, edge)
    return found if label is None else label.instead.get(found, found)


class _Told(NamedTuple):
    """What the databases say of an address, by our own reading and by geoip2's."""

    place: Place
    by_name: Mapping[str, Place]
    second: LocationClass | None


def _looked_up(config: Config, book: RuleBook, client: Client) -> _Told:
    kind = {4: IPv4Address, 6: IPv6Address}[client.version]
    address, sources = str(kind(client.number)), sources_of(config)
    database = Database(*sources.databases)
    try:
        place, by_name = database.place(address), database.places(address)
    finally:
        database.close()
    opinions = [geoip2_place([path], address) for path in sources.databases]
    known = [class_of(book, one) for one in opinions if one is not None]
    together = partial(joined, policy=sources.disagreement)
    return _Told(place, by_name, reduce(together, known) if known else None)
