"""The header fields in which other servers tell the gate of a reader's request.

One family for each kind of caller, and nothing of another family is ever looked at:
where several would do, a stranger could choose between them.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Family(NamedTuple):
    """How one kind of caller describes the request that it asks about.

    Attributes:
        name: Name of the door, and last part of the endpoint's path.
        address: Field with the reader's address, in lower case.
        method: Key in the environ of the original method; "" for the request's own.
        target: Key of the original path and query, raw; "" for what follows the
            endpoint in the request's own path.
        host: Key of the original Host.
        scheme: Key of "http" or "https".
        chain: Whether the field with the address may hold several, ours last.
    """

    name: str
    address: str
    method: str
    target: str
    host: str
    scheme: str
    chain: bool = False


FAMILIES: Final = (
    Family(
        "nginx",
        "x-real-ip",
        "HTTP_X_ORIGINAL_METHOD",
        "HTTP_X_ORIGINAL_URI",
        "HTTP_X_ORIGINAL_HOST",
        "HTTP_X_ORIGINAL_PROTO",
    ),
    Family(
        "forward",
        "x-forwarded-for",
        "HTTP_X_FORWARDED_METHOD",
        "HTTP_X_FORWARDED_URI",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_X_FORWARDED_PROTO",
        chain=True,
    ),
    Family(
        "haproxy",
        "x-haproxy-address",
        "HTTP_X_HAPROXY_METHOD",
        "HTTP_X_HAPROXY_URI",
        "HTTP_X_HAPROXY_HOST",
        "HTTP_X_HAPROXY_PROTO",
    ),
    Family("envoy", "x-gate-client-ip", "", "", "HTTP_HOST", "HTTP_X_GATE_PROTO"),
)
"""All kinds of caller.

Source:
    Traefik and Caddy send X-Forwarded-*; Envoy repeats method, path and Host of the
    original request; nginx and HAProxy send what their files say, so these are ours.
"""

TARGETS: Final = frozenset(
    family.target.removeprefix("HTTP_").replace("_", "-")
    for family in FAMILIES
    if family.target
)
"""Names of the fields that hold an original path, in capitals."""
