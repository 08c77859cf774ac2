"""What a configuration must not say although each value of it is sound."""

from __future__ import annotations

import os
from collections import Counter
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gate.config.found import Found
from gate.config.geo_checks import check_geo
from gate.config.scalars import NO_HEADER, UNIX
from gate.model import Severity
from gate.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.config.schema import Written
    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Diagnostic

# Prefix lengths below which a network is wider than any one operator's.
_WIDEST = {4: 8, 6: 19}
_OTHER = "other"
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SOCKET = f"{UNIX}:"
_BY_LINK = {"like", "comment", "save"}


def check(document: Document, written: Written, folder: Path) -> list[Diagnostic]:
    """Find what does not fit together.

    Args:
        document: The file, for places.
        written: What it says, each value sound in itself.
        folder: Folder that relative paths start from.
    """
    found = (
        *_hosts(written),
        *_exits(written),
        *_trust(written),
        *_activities(written),
        *_sections(written),
        *_own_pages(written),
        *_state(written, folder),
        *_upstream(written),
        *_operations(written),
        *check_geo(written),
    )
    return [
        document.finding(f.code, f.message, f.loc, hint=f.hint, severity=f.severity)
        for f in found
    ]


def _hosts(written: Written) -> Iterator[Found]:
    hosts = written.site.hosts
    for number, host in enumerate(hosts):
        if host in hosts[:number]:
            yield Found("E112", ("site", "hosts", number), f'"{host}" stands twice.')


def _exits(written: Written) -> Iterator[Found]:
    exits = written.site.exit_url
    places: list[tuple[Loc, str]] = [(("default",), exits.default)]
    places += [(("areas", area), url) for area, url in exits.areas.items()]
    for loc, url in places:
        host = (urlsplit(url).hostname or "").rstrip(".")
        if host in {known.strip("[]") for known in written.site.hosts}:
            yield Found(
                "E112",
                ("site", "exit_url", *loc),
                f'"{url}" leads back to the site.',
                "Leaving must lead away: name a page that says nothing of the reader.",
            )


def _trust(written: Written) -> Iterator[Found]:
    visitor, here = written.visitor, ("visitor", "trusted_proxies")
    for number, text in enumerate(visitor.trusted_proxies):
        if text in visitor.trusted_proxies[:number]:
            yield Found("E113", (*here, number), f'"{text}" stands twice.')
        elif text != UNIX and _is_wide(text):
            message = f'"{text}" is wider than the network of any one operator.'
            yield _warning("E113", (*here, number), message, "Name your own proxies.")
    if visitor.trusted_proxies and visitor.header == NO_HEADER:
        message = "Proxies are trusted, but no header is believed."
        hint = "Every reader behind them has an unknown place: name their header."
        yield _warning("E113", ("visitor", "header"), message, hint)
    if visitor.header != NO_HEADER and not visitor.trusted_proxies:
        message = "A header is named, but nobody is trusted to set it."
        hint = "It is never believed: name the networks of your proxies."
        yield _warning("E113", here, message, hint)


def _is_wide(text: str) -> bool:
    network = ip_network(text)
    return network.prefixlen < _WIDEST[network.version] and not network.is_private


def _activities(written: Written) -> Iterator[Found]:
    seen: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(written.site.activities):
        loc = ("site", "activities", number)
        pairs = [(method, path) for method in entry.methods for path in entry.paths]
        for method, path in pairs:
            if (method, path) in seen:
                first = seen[method, path]
                message = f"{method} {path} is declared twice: {first} holds."
                yield Found("E114", (*loc, "paths"), message, "Keep one of the two.")
            seen.setdefault((method, path), entry.activity)
        if entry.activity in _BY_LINK and "GET" in entry.methods:
            message = f"A mere link (GET) would {entry.activity}."
            hint = "Browsers follow links ahead of the reader: use POST."
            yield _warning("E114", (*loc, "methods"), message, hint)


def _sections(written: Written) -> Iterator[Found]:
    names = Counter(section.name for section in written.site.sections)
    for number, section in enumerate(written.site.sections):
        loc = ("site", "sections", number, "name")
        if section.name == _OTHER:
            message = f'"{_OTHER}" is the section of everything else.'
            yield Found("E114", loc, message, "Choose another name.")
        elif names[section.name] > 1:
            names[section.name] -= 1
            yield Found("E114", loc, f'"{section.name}" is declared twice.')


def _state(written: Written, folder: Path) -> Iterator[Found]:
    state = (folder / written.state).resolve()
    rules = (folder / written.rules.folder).resolve()
    if state == rules or state in rules.parents or rules in state.parents:
        message = f"The state folder {state} and the rule book lie in each other."
        hint = "The gate writes to the one and must never change the other."
        yield Found("E115", ("state",), message, hint)
    elif state.exists() and not state.is_dir():
        yield Found("E115", ("state",), f"The state folder {state} is a file.")
    elif not os.access(_nearest_that_exists(state), os.W_OK):
        message = f"The state folder {state} cannot be written to by this user."
        yield _warning("E115", ("state",), message, "Check who runs the gate.")


def _own_pages(written: Written) -> Iterator[Found]:
    """Find declared paths that only the gate's own pages could ever answer."""
    site = written.site
    globs = [glob for entry in site.activities for glob in entry.paths]
    globs += [glob for section in site.sections for glob in section.paths]
    for glob in (*globs, *site.feeds):
        own = site.own_prefix
        open_to_all = "*" in glob.split("/")[1]  # such as /**, which means the site's
        meant = not open_to_all and Patterns([glob]).signature(f"{own}leave")
        if glob.startswith(own) or meant:
            message = f'The gate\'s own pages under "{own}" lie in "{glob}".'
            hint = "Choose a prefix that the site does not use."
            yield Found("E114", ("site", "own_prefix"), message, hint)


def _upstream(written: Written) -> Iterator[Found]:
    server = written.server
    if server.upstream and is_same_address(server.upstream, server.listen):
        message = f'"{server.upstream}" is where the gate itself listens.'
        hint = "Name the address of the site, or listen elsewhere."
        yield Found("E119", ("server", "upstream"), message, hint)


def _operations(written: Written) -> Iterator[Found]:
    server, here = written.server, ("server", "operations")
    if server.operations is None:
        return
    if server.operations == server.listen:
        message = f'"{server.operations}" is where readers come.'
        yield Found("E120", here, message, "Name another port.")
    elif _is_open(server.operations):
        message = f'"{server.operations}" may be reached by readers.'
        hint = "Name a loopback or private address, or close the port to the outside."
        yield _warning("E120", here, message, hint)


def _is_open(listen: str) -> bool:
    """Say whether an address is neither of this machine nor of a private network."""
    if listen.startswith(_SOCKET):
        return False
    try:
        address = ip_address(listen.rpartition(":")[0].strip("[]"))
    except ValueError:  # a name: whoever gave it knows where it leads
        return False
    return address.is_unspecified or not address.is_private


def is_same_address(upstream: str, listen: str) -> bool:
    """Say whether an upstream leads to where the gate itself listens.

    Args:
        upstream: Address of a site, as the configuration holds it.
        listen: "host:port" or "unix:/path".
    """
    if _SOCKET in {upstream[:5], listen[:5]}:
        return upstream == listen
    url = urlsplit(upstream)
    host, _, port = listen.rpartition(":")
    if int(port) != (url.port or _PORTS[url.scheme]):
        return False
    here, there = host.strip("[]"), url.hostname or ""
    return here == there or (
        there in _LOOPBACK and here in {*_LOOPBACK, "0.0.0.0", "::"}  # noqa: S104
    )


def _nearest_that_exists(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def _warning(code: str, loc: Loc, message: str, hint: str = "") -> Found:
    return Found(code, loc, message, hint, Severity.WARNING)
