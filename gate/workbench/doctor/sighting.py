"""Which address the gate sees for a request, hop by hop, and where that is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from gate.engine.cdn import AS_OF, cdn_of
from gate.engine.preparation import sources_of
from gate.errors import DatabaseError
from gate.model import Place, Unknown
from gate.places.database import Database
from gate.request import Proxies, client_of, is_trusted
from gate.request.address import hops_of
from gate.request.numbers import parse_address
from gate.request.proxies import is_unix_peer
from gate.workbench.doctor.finding import Finding, error, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.config import Config
    from gate.model import Client, RuleBook
    from gate.request.numbers import Address

Field = tuple[str, str]
"""Name and value of a header field."""

_KINDS = {4: IPv4Address, 6: IPv6Address}


def see(
    peer: str, fields: Iterable[Field], config: Config, book: RuleBook | None
) -> list[Finding]:
    """Follow a request from its peer to the reader as the gate does.

    Args:
        peer: Address that connects, or "unix".
        fields: Header fields of the request.
        config: What the deployer chose.
        book: The rule book; None if it cannot be read.
    """
    visitor = config.visitor
    proxies = Proxies.compile(visitor.trusted_proxies, visitor.header)
    environ, dropped = _environ(fields)
    peer = "" if peer == "unix" else peer
    client = client_of(peer, environ, proxies)
    place = _place(client, config)
    steps = [
        *dropped,
        *_steps(peer, environ, proxies),
        *_where(client, place, book),
    ]
    subject = f"a request from {peer or 'a unix socket'}"
    found = _judged(client, place, subject, "\n".join(steps))
    return [found, *_of_cdn(client, subject)]


def _environ(fields: Iterable[Field]) -> tuple[dict[str, str], list[str]]:
    """Return the fields by their names in an environ, as the gate's server does."""
    environ: dict[str, str] = {}
    dropped = []
    for name, value in fields:
        if "_" in name:
            dropped.append(f"{name}: dropped, because of the underscore in its name.")
            continue
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ, dropped


def _steps(peer: str, environ: Mapping[str, str], proxies: Proxies) -> Iterator[str]:
    """Tell each hop from the peer outwards, in the order in which it is read."""
    named = peer or "The unix socket"
    if not is_trusted(peer, proxies):
        yield from _untrusted(named, peer, environ, proxies)
        return
    yield f"{named}: one of visitor.trusted_proxies, so {proxies.header} is read."
    value = environ.get(proxies.field)
    if value is None:
        yield f"{proxies.header}: not sent, so the reader is unknown."
        return
    for number, hop in enumerate(hops_of(value, proxies.header), start=1):
        if hop is None:
            yield f"Hop {number} from the right cannot be read; none is skipped."
            return
        if not proxies.trusts(hop):
            yield f"{_text(hop)}: hop {number} from the right, not ours: the reader."
            return
        yield f"{_text(hop)}: hop {number} from the right, one of ours."
    yield "Every hop is one of ours, so the reader is at home."


def _untrusted(
    named: str, peer: str, environ: Mapping[str, str], proxies: Proxies
) -> Iterator[str]:
    if parse_address(peer) is None and not is_unix_peer(peer):
        yield f"{named}: no address."
        return
    yield f"{named}: not in visitor.trusted_proxies, so it is taken for the reader."
    for key in sorted(proxies.telltales & environ.keys()):
        name = key.removeprefix("HTTP_").replace("_", "-").title()
        yield f"{name}: not believed from there; only a proxy would send it."


def _text(address: Address) -> str:
    version, number = address
    return str(_KINDS[version](number))


def _judged(client: Client, place: Place | None, subject: str, told: str) -> Finding:
    if client.unknown is not None:
        return error("D001", subject, told)
    if client.doubt is not None or place is None or place.unknown is not None:
        return warning("D001", subject, told)
    return ok("D001", subject, told)


def _of_cdn(client: Client, subject: str) -> list[Finding]:
    name = cdn_of(client.version, client.number)
    if name is None:
        return []
    return [
        warning(
            "D003",
            subject,
            f"The address that was chosen is {name}'s (networks as of {AS_OF}): all of "
            "its readers would be in one place.",
        )
    ]


def _place(client: Client, config: Config) -> Place | None:
    """Return the place of an address; None if no database can be used."""
    if client.unknown is not None:
        return Place(unknown=client.unknown)
    try:
        database = Database(*sources_of(config).databases)
    except DatabaseError:
        return None
    try:
        return database.place(_text((client.version, client.number)))
    finally:
        database.close()


def _where(client: Client, place: Place | None, book: RuleBook | None) -> Iterator[str]:
    if client.doubt is not None:
        yield f"The stricter holds of that peer's place and unknown.{client.doubt}."
    if place is None:
        yield "No database can be used; see D020."
    elif place.unknown is not None:
        yield from _unknown(place.unknown, book)
    else:
        address = _text((client.version, client.number))
        yield f"{address} is in {_described(place)}; see gate explain --ip {address}."


def _unknown(reason: Unknown, book: RuleBook | None) -> Iterator[str]:
    yield f"The place is unknown: {reason}."
    if book is not None:
        yield f"Such readers meet: {book.unknown.actions[reason]}."


def _described(place: Place) -> str:
    parts = (
        place.country,
        place.subdivision or place.subdivision_name,
        place.settlement_name,
    )
    return ", ".join(part for part in parts if part) or "a place without a name"
