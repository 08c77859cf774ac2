"""Which header fields go on to the site behind the proxy, and which come back.

By default the site does not learn the reader's address: no field that could hold it
goes on, in any spelling, because the site's own log would be the record that the gate
does not keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urllib3 import HTTPHeaderDict
from urllib3.util import SKIP_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

VIA = "1.1 gate"

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
# Fields in which proxies and content networks name the reader's address or place.
_ADDRESSES = frozenset(
    {
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "cf-pseudo-ipv4",
        "client-ip",
        "fastly-client-ip",
        "fly-client-ip",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-real-ip",
    }
)
_ADDRESS_PREFIXES = ("x-forwarded-", "cf-ip", "cloudfront-viewer-", "x-envoy-external")


# Fields in which a proxy names another path or method; some sites believe them.
_MOVERS = frozenset(
    {
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "x-replaced-path",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    }
)


def upstream_fields(
    environ: Mapping[str, Any], *, scheme: str, forward_address: bool
) -> HTTPHeaderDict:
    """Collect the header fields for the site.

    Args:
        environ: The request.
        scheme: Scheme that the reader's browser used, for X-Forwarded-Proto.
        forward_address: Whether X-Forwarded-For tells the site the chain of
            addresses up to the peer.

    Returns:
        End-to-end fields, with Host as it came; without what only concerns this
        connection, without what claims to come from the gate or another proxy.

    Source:
        RFC 9110, sections 7.6.1 (Connection) and 7.6.3 (Via).
    """
    named = _named_in(environ.get("HTTP_CONNECTION", ""))
    fields = HTTPHeaderDict()
    for name, value in _request_fields(environ):
        ours = name in _HOP_BY_HOP or name in _OURS or name in named
        if not ours and not _is_claim(name):
            fields.add(name, value)
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    fields["host"] = host
    fields["x-forwarded-host"] = host
    fields["x-forwarded-proto"] = scheme
    fields["via"] = _appended(environ.get("HTTP_VIA"), VIA)
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
            (lower := name.lower()) in _HOP_BY_HOP or lower in named or lower == "via"
        )
    ]
    via = ", ".join(value for name, value in lines if name.lower() == "via")
    return [*kept, ("Via", _appended(via, VIA))]


def _request_fields(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").lower(), value
    if environ.get("CONTENT_TYPE"):
        yield "content-type", environ["CONTENT_TYPE"]


def _is_claim(name: str) -> bool:
    plain = "".join(c if c.isalnum() else "-" for c in name)
    return (
        plain in _ADDRESSES
        or plain in _MOVERS
        or plain.startswith(_ADDRESS_PREFIXES)
        or plain.startswith("x-gate-")
    )


def _named_in(connection: str) -> frozenset[str]:
    return frozenset(token.strip().lower() for token in connection.split(","))


def _appended(value: str | None, last: str) -> str:
    return f"{value}, {last}" if value else last
