"""The servers that the recipes are for, and what they do in a way of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.doors.contract.wire import MOSCOW

if TYPE_CHECKING:
    from collections.abc import Callable

FAMILIES = {
    "nginx": "nginx",
    "caddy": "forward",
    "traefik": "forward",
    "varnish": "forward",
    "haproxy": "haproxy",
    "envoy": "envoy",
}
"""For each recipe the family of fields in which its server asks."""


class Own(NamedTuple):
    """What a server does otherwise than the gate would, and why that is sound.

    Attributes:
        servers: Names of the recipes.
        reason: Why.
        when: Says whether a request is one of these.
        statuses: What a reader may get.
        reaches: Whether the site may be asked.
    """

    servers: tuple[str, ...]
    reason: str
    when: Callable[[object], bool]
    statuses: frozenset[int]
    reaches: bool = False


_RESOLVED = re.compile(r"/\.|%2e|^//|[^:]//|\\", re.IGNORECASE)
_HALF_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

OWN = (
    Own(
        tuple(FAMILIES),
        "A server that nobody tells who the reader is takes its peer, here one of "
        "our own machines, for the reader: nobody knows where that is.",
        lambda ask: ask.place in {None, "unknown"},
        frozenset({400, 403, 503}),
    ),
    Own(
        tuple(FAMILIES),
        "The peer is one of our own proxies here, and its scheme is believed.",
        lambda ask: ask.continues and ask.value("x-forwarded-proto") == "https",
        frozenset({303}),
    ),
    Own(
        ("traefik", "envoy"),
        "The server resolves a path before it asks, and passes the same path on.",
        lambda ask: bool(_RESOLVED.search(ask.target)),
        frozenset({200, 204, 303, 400, 403}),
        reaches=True,
    ),
    Own(
        ("caddy", "traefik", "haproxy", "envoy"),
        "A fragment is refused, or taken for a part of the path.",
        lambda ask: "#" in ask.target,
        frozenset({400, 403}),
    ),
    Own(
        ("nginx", "caddy", "traefik"),
        "Half an escape is refused.",
        lambda ask: bool(_HALF_ESCAPE.search(ask.target)),
        frozenset({400}),
    ),
    Own(
        ("caddy", "traefik"),
        "OPTIONS * asks the server itself, which answers it.",
        lambda ask: ask.target == "*",
        frozenset({200, 400, 404}),
    ),
    Own(
        ("nginx",),
        "A port that is none is left away.",
        lambda ask: ask.host == "localhost:x",
        frozenset({403}),
    ),
    Own(
        ("haproxy",),
        "A host that is named twice alike is one host.",
        lambda ask: ask.host == "localhost\nlocalhost",
        frozenset({403}),
    ),
    Own(
        ("caddy", "haproxy", "varnish"),
        "An own page is known by its resolved path, and fetched from the gate.",
        lambda ask: ask.target == "//-//leave",
        frozenset({204, 403}),
    ),
    Own(
        ("envoy",),
        "Two Cookie fields, which no browser sends by HTTP/1.1, are joined by a comma, "
        "and a comma separates no cookies: the page comes once more.",
        lambda ask: sum(line.startswith("Cookie:") for line in ask.lines) > 1,
        frozenset({403}),
    ),
    Own(
        ("envoy",),
        "An answer without a body loses its Content-Type.",
        lambda ask: ask.method == "HEAD" and ask.place == MOSCOW,
        frozenset({403}),
    ),
)

KEEPING = {
    "varnish": "keeps copies behind the question: each reader is asked about first",
}
"""Servers by which the site need not be asked for every reader who passes."""


def expected(name, ask):
    """Return what a server does in its own way with a request; None if nothing."""
    return next((own for own in OWN if name in own.servers and own.when(ask)), None)
