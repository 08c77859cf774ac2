"""Which header fields go on to the site behind the proxy, and which come back.

By default the site does not learn the reader's address or place: no field that could
hold them goes on, in any spelling, because the site's own log would be the record that
the gate does not keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urllib3 import HTTPHeaderDict
from urllib3.util import SKIP_HEADER

from gate.doors.claims import is_claim, tells_address
from gate.doors.fields import decision_fields
from gate.doors.wsgi import PASSAGE

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

VIA = "1.1 gate"
_OWN = "x-gate-"

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
    }
)
# Set anew for the site, or answered by the server in front of us.
_OURS = frozenset({"content-length", "expect", "forwarded", "host", "via"})


def upstream_fields(
    environ: Mapping[str, Any],
    *,
    scheme: str,
    withheld: Container[str],
    forward_address: bool,
) -> HTTPHeaderDict:
    """Collect the header fields for the site.

    Args:
        environ: The request.
        scheme: Scheme that the reader's browser used, for X-Forwarded-Proto.
        withheld: Fields in which proxies write a client's address, or an edge its
            place.
        forward_address: Whether X-Forwarded-For tells the site the chain of
            addresses up to the peer.

    Returns:
        End-to-end fields, with Host as it came; without what only concerns this
        connection, without what claims to come from the gate or another proxy, and
        with what the gate says itself (`decision_fields`).

    Source:
        RFC 9110, sections 7.6.1 (Connection) and 7.6.3 (Via).
    """
    named = _named_in(environ.get("HTTP_CONNECTION", ""))
    fields = HTTPHeaderDict()
    for key in environ:
        name = key[5:].replace("_", "-").lower()
        ours = name in _HOP_BY_HOP or name in _OURS or name in named
        claims = is_claim(key) or tells_address(key, withheld)
        if key.startswith("HTTP_") and not ours and not claims:
            fields.add(name, environ[key])
    if environ.get("CONTENT_TYPE"):
        fields.add("content-type", environ["CONTENT_TYPE"])
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    fields["host"] = host
    fields["x-forwarded-host"] = host
    fields["x-forwarded-proto"] = scheme
    fields["via"] = _appended(environ.get("HTTP_VIA"), VIA)
    passage = environ.get(PASSAGE)
    if passage is not None:
        fields.update(decision_fields(passage))
    if forward_address:
        chain = environ.get("HTTP_X_FORWARDED_FOR")
        fields["x-forwarded-for"] = _appended(chain, environ.get("REMOTE_ADDR", ""))
    for name in ("accept-encoding", "user-agent"):
        if name not in fields:  # else the client library would put in its own
            fields[name] = SKIP_HEADER
    return fields


def reader_fields(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Collect the header fields for the reader, repeated lines kept apart."""
    lines = list(fields)
    named = {
        token
        for name, value in lines
        if name.lower() == "connection"
        for token in _named_in(value)
    }
    kept = [
        (name, " ".join(value.split("\r\n ")) if "\r" in value else value)
        for name, value in lines
        if not (
            (lower := name.lower()) in _HOP_BY_HOP
            or lower in named
            or lower == "via"
            or lower.startswith(_OWN)  # said to the site, never to a reader
        )
    ]
    via = ", ".join(value for name, value in lines if name.lower() == "via")
    return [*kept, ("Via", _appended(via, VIA))]


def _named_in(connection: str) -> frozenset[str]:
    return frozenset(token.strip().lower() for token in connection.split(","))


def _appended(value: str | None, last: str) -> str:
    return f"{value}, {last}" if value else last
