"""What must hold within one area, beyond its schema."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from gate.documents.scalars import quoted
from gate.model import Severity
from gate.rules.iso3166 import country_named, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Diagnostic
    from gate.rules.schema import AreasFile, AreaText, AreaVersionText

_UNPACKED = (
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
)
"""Where an IPv4 address stands inside an IPv6 one: mapped, NAT64, 6to4, Teredo."""

_PRIVATE = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"),
        ),
    )
)
"""Networks of nobody in particular; a reader there has an unknown place."""

_WIDEST = {4: 8, 6: 16}
"""Prefix lengths below which a network cannot be that of one operator."""

_LISTS = ("within", "whole", "partly", "settlements", "outside", "registered_in")


def check_areas(document: Document, content: AreasFile) -> Iterator[Diagnostic]:
    """Find what is wrong with the areas of one file."""
    for area_id, area in content.areas.items():
        loc = ("areas", area_id)
        yield from _check_order(document, area, loc)
        yield from _check_title(document, area, loc)
        for number, version in enumerate(area.versions):
            at = (*loc, "versions", number)
            yield from _check_stranger(document, (area_id, area.title), version, at)
            yield from _check_repeats(document, version, at)
            yield from _check_partly(document, version, at)
            yield from _check_outside(document, version, at)
            yield from _check_networks(document, version.networks, at)
            yield from _check_reach(document, version.networks, at)


def _check_order(document: Document, area: AreaText, loc: Loc) -> Iterator[Diagnostic]:
    times = [version.since for version in area.versions]
    for number in range(1, len(times)):
        if times[number] > times[number - 1]:
            continue
        same = times[number] == times[number - 1]
        message = (
            "Two versions of an area begin at the same moment."
            if same
            else "This version begins before the one above it."
        )
        hint = "Write the versions from the oldest to the newest."
        at = (*loc, "versions", number, "since")
        yield document.finding("R016", message, at, hint=hint)


def _check_title(document: Document, area: AreaText, loc: Loc) -> Iterator[Diagnostic]:
    """Find an area called like a country that holds nothing of it: US-GA as Georgia."""
    code = country_named(area.title)
    held = {c for v in area.versions for c in (*v.whole, *v.partly, *v.within)}
    if not code or not held or any(c.startswith(code) or code == c for c in held):
        return
    names = ", ".join(f"{c} ({name_of(c)})" for c in sorted(held)[:3])
    message = f"The title is that of {code}, but the codes are {names}."
    yield document.finding(
        "R012",
        message,
        (*loc, "title"),
        hint="Correct the title or the codes.",
        severity=Severity.WARNING,
    )


def _check_stranger(
    document: Document, names: tuple[str, str], version: AreaVersionText, loc: Loc
) -> Iterator[Diagnostic]:
    """Find the one code of another country in an area called like a country."""
    area_id, title = names
    home = country_named(title) or country_named(area_id.replace("-", " "))
    others = [c for c in version.whole if c.partition("-")[0] != home]
    if not home or len(others) != 1 or len(version.whole) == 1:
        return
    (code,) = others
    country = name_of(code.partition("-")[0])
    message = (
        f"{quoted(code)} belongs to {country}; "
        f"every other code of {quoted(area_id)} belongs to {name_of(home)}."
    )
    hint = "Remove it, or give the area a title that says whose it is."
    at = (*loc, "whole", version.whole.index(code))
    yield document.finding("R012", message, at, hint=hint, severity=Severity.WARNING)


def _check_repeats(
    document: Document, version: AreaVersionText, loc: Loc
) -> Iterator[Diagnostic]:
    for key in _LISTS:
        items = getattr(version, key)
        if len(set(items)) == len(items):
            continue
        seen: set[object] = set()
        for number, item in enumerate(items):
            if item in seen:
                message = f"{quoted(item)} stands twice in {key}."
                at = (*loc, key, number)
                yield document.finding("R015", message, at, hint="Remove one.")
            seen.add(item)


def _check_partly(
    document: Document, version: AreaVersionText, loc: Loc
) -> Iterator[Diagnostic]:
    whole = set(version.whole)
    for number, code in enumerate(version.partly):
        over = {code, code.partition("-")[0]} & whole
        if over:
            message = (
                f"{quoted(code)} is partly in the area and wholly, by {over.pop()}."
            )
            hint = "Keep it in whole or in partly."
            at = (*loc, "partly", number)
            yield document.finding("R015", message, at, hint=hint)


def _check_outside(
    document: Document, version: AreaVersionText, loc: Loc
) -> Iterator[Diagnostic]:
    for number, id_ in enumerate(version.outside):
        if id_ in version.settlements:
            message = f"The settlement {id_} is in settlements and in outside."
            at = (*loc, "outside", number)
            yield document.finding("R015", message, at, hint="Remove one of the two.")


def _check_reach(
    document: Document, networks: Sequence[str], loc: Loc
) -> Iterator[Diagnostic]:
    """Find networks that no reader comes from, or half of the world."""
    for number, text in enumerate(networks):
        network, at = ip_network(text), (*loc, "networks", number)
        inner = next((kind for kind in _UNPACKED if _lies_in(network, kind)), None)
        if inner is not None:
            message = f"Readers in {network} are looked up by the IPv4 address in it."
            hint = "List the IPv4 network itself."
            yield document.finding("R014", message, at, hint=hint)
        elif any(_lies_in(network, kind) for kind in _PRIVATE):
            message = f"{network} is private: a reader there is private_address."
            yield document.finding("R014", message, at, hint="Leave it out.")
        elif network.prefixlen < _WIDEST[network.version]:
            message = f"{network} is wider than the network of any one operator."
            hint = "List what the operator announces."
            yield document.finding("R014", message, at, hint=hint)


def _lies_in(
    network: IPv4Network | IPv6Network, kind: IPv4Network | IPv6Network
) -> bool:
    return network.version == kind.version and int(kind[0]) <= int(network[0]) <= int(
        kind[-1]
    )


def _check_networks(
    document: Document, networks: Sequence[str], loc: Loc
) -> Iterator[Diagnostic]:
    """Find networks that lie in another one of the list: sorted, they follow it."""
    parsed = [(ip_network(text), number) for number, text in enumerate(networks)]
    ordered = sorted(
        parsed, key=lambda p: (p[0].version, int(p[0].network_address), p[0].prefixlen)
    )
    outer = None
    for network, number in ordered:
        inside = (
            outer is not None
            and outer.version == network.version
            and int(network.network_address) <= int(outer.broadcast_address)
        )
        if inside:
            message = f"The network {network} lies in {outer} of the same list."
            at = (*loc, "networks", number)
            yield document.finding("R014", message, at, hint="Remove one of the two.")
        else:
            outer = network
