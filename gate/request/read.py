"""A WSGI environ, reduced to a Request: the one reader behind every door.

`X-Original-URL`, `X-Rewrite-URL`, `X-Forwarded-Uri`, `X-Forwarded-Prefix`,
`X-HTTP-Method-Override` and their like are never looked at: whoever sent them could
name one path to the gate and another to the site. `X-Forwarded-Host` is not either. A
trusted proxy passes the reader's Host on in Host; a second name for the same thing
would let a stranger choose between two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from gate.errors import (
    BadBodyError,
    BadHostError,
    BadMethodError,
    BadPathError,
    TwoPathsError,
    UnknownHostError,
)
from gate.model import Kind, Request, Unknown
from gate.patterns import Patterns
from gate.request.address import client_of, is_trusted
from gate.request.edge import TOR, said_by
from gate.request.headers import EnvironHeaders
from gate.request.host import canonical_host, configured_host
from gate.request.kind import kind_of
from gate.request.path import (
    authority_of,
    canonical_path,
    canonical_raw,
    decoded_info,
)
from gate.request.proxies import NO_HEADER, Proxies
from gate.request.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from gate.model import Client
    from gate.request.edge import EdgeFields

MAX_FORM: Final = 16 * 1024
"""Bytes of a form that the gate looks at; its own forms have fewer than 2,000."""

_METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Z-]{1,64}")
_SCHEMES: Final = frozenset({"http", "https"})
_FORM: Final = "application/x-www-form-urlencoded"
_ORIGINAL: Final = "werkzeug.proxy_fix.orig"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    """What reading a request needs from the configuration, compiled once.

    Attributes:
        hosts: Canonical hosts of the sites, each mapped to itself.
        proxies: Whom to believe about a client's address.
        feeds: Paths that are feeds.
        own_prefix: Where the gate's own addresses begin, such as "/-/".
        edge: How an edge says where readers are; None if none is asked.
    """

    hosts: Mapping[str, str]
    proxies: Proxies
    feeds: Patterns
    own_prefix: str = "/-/"
    edge: EdgeFields | None = None

    @classmethod
    def compile(
        cls,
        *,
        hosts: Iterable[str],
        trusted_proxies: Iterable[str] = (),
        header: str = NO_HEADER,
        feed_paths: Iterable[str] = (),
        own_prefix: str = "/-/",
        edge: EdgeFields | None = None,
    ) -> ReadSettings:
        """Check and compile what the deployer chose.

        Args:
            hosts: Names of the sites; ports and capitals do not matter.
            trusted_proxies: Networks, addresses, and the word "unix".
            header: The one header that our proxies write; "none" without proxies.
            feed_paths: Patterns of paths that are feeds, such as "/rss/**".
            own_prefix: Where the gate's own addresses begin.
            edge: How an edge says where readers are.

        Raises:
            ConfigError: A host, network or header name is not one.
        """
        names = [configured_host(host) for host in hosts]
        return cls(
            hosts=dict(zip(names, names, strict=True)),
            proxies=Proxies.compile(trusted_proxies, header),
            feeds=Patterns(feed_paths),
            own_prefix=own_prefix,
            edge=edge,
        )


def read_environ(
    environ: MutableMapping[str, Any],
    settings: ReadSettings,
    *,
    door: str,
    carries: bool = True,
) -> Request:
    """Reduce a WSGI environ to what a decision may see.

    The body of a small form is read and put back; nothing else is changed.

    Args:
        environ: As PEP 3333 describes it.
        settings: What the deployer chose.
        door: Name of the door, for counts.
        carries: Whether the door sees bodies, and can change what the site answers.
            One that cannot must not let anything pass as a part of a page because of
            its Accept alone: nobody would notice an article in the answer.

    Raises:
        RequestError: No decision can be made for the request (a subclass says why).
    """
    method = environ["REQUEST_METHOD"]
    if method not in _METHODS:
        method = _method(method)
    host = settings.hosts.get(environ.get("HTTP_HOST", "")) or _host(environ, settings)
    path, sent = _path(environ, settings)
    return Request(
        method,
        _scheme(environ, settings),
        host,
        path,
        _kind(environ, path, settings, straight=not sent, carries=carries),
        _client(environ, settings),
        EnvironHeaders(environ),
        peek_form(environ) if carries and method == "POST" else None,
        door,
        "" if carries and method != "POST" else target_of(environ),
        carries,
        sent,
    )


def _client(environ: Mapping[str, Any], settings: ReadSettings) -> Client:
    """Find the client, and what an edge says of its place; only ours are believed."""
    peer = _peer(environ)
    client = client_of(peer, environ, settings.proxies)
    if settings.edge is None or not is_trusted(peer, settings.proxies):
        return client
    said = said_by(environ, settings.edge)
    doubt = Unknown.ANONYMOUS_NETWORK if said == TOR else client.doubt
    return client._replace(doubt=doubt, edge=said)


def _kind(
    environ: Mapping[str, Any],
    path: str,
    settings: ReadSettings,
    *,
    straight: bool,
    carries: bool,
) -> Kind:
    """Tell what a request is for; a path that takes a detour leads to no feed.

    A site that resolves it in another way would find an article there.
    """
    is_feed = straight and settings.feeds.signature(path) != 0
    kind = kind_of(environ, feed=is_feed)
    if carries or is_feed or "HTTP_SEC_FETCH_DEST" in environ:
        return kind
    return Kind.DOCUMENT if kind in {Kind.ASSET, Kind.FEED} else kind


def peek_form(environ: MutableMapping[str, Any]) -> bytes | None:
    """Read a small urlencoded form and put it back for the site.

    Returns:
        The body if it is a form of at most 16 KiB whose length is announced; None if
        it is anything else, which is then left untouched.

    Raises:
        BadBodyError: The body ended before its announced length.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit() and len(length) < len("100000")):
        return None
    size = int(length)
    media = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if size > MAX_FORM or media != _FORM or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    return _read_body(environ, size)


def _read_body(environ: MutableMapping[str, Any], size: int) -> bytes:
    try:
        body: bytes = environ["wsgi.input"].read(size)
    except OSError as error:
        raise BadBodyError from error
    if len(body) != size:
        raise BadBodyError
    environ["wsgi.input"] = BytesIO(body)
    return body


def _method(method: str) -> str:
    """Read a method as sites do; some frameworks take "post" for POST."""
    method = method.upper()
    if not _TOKEN.fullmatch(method):
        raise BadMethodError
    return method


def _host(environ: Mapping[str, Any], settings: ReadSettings) -> str:
    value = environ.get("HTTP_HOST")
    if not value:
        raise BadHostError
    host = settings.hosts.get(canonical_host(value))
    if host is None:
        raise UnknownHostError
    return host


def _peer(environ: Mapping[str, Any]) -> str:
    """Return the socket peer, also where ProxyFix has put another address over it."""
    original = environ.get(_ORIGINAL)
    peer: str = (environ if original is None else original).get("REMOTE_ADDR") or ""
    return peer


def _scheme(environ: Mapping[str, Any], settings: ReadSettings) -> str:
    declared = environ.get("HTTP_X_FORWARDED_PROTO")
    if declared is not None:
        declared = declared.strip().lower()
        if declared in _SCHEMES and is_trusted(_peer(environ), settings.proxies):
            return str(declared)
    return "https" if environ["wsgi.url_scheme"] == "https" else "http"


def _path(environ: Mapping[str, Any], settings: ReadSettings) -> tuple[str, str]:
    """Return the canonical path, and the path as it was sent if that is another."""
    info: str = environ.get("PATH_INFO", "")
    script: str = environ.get("SCRIPT_NAME", "")
    if script or not info.startswith("/"):
        info = _joined(script, info)
    sent = decoded_info(info)
    path = canonical_path(sent)
    raw: str | None = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if raw and (raw.partition("?")[0] != info or "#" in info):
        if "#" in raw.partition("?")[0]:
            sent += "#"  # a site may take what follows for a part of the path
        path = _agreed(environ, settings, path, raw)
    return path, "" if sent == path else sent


def _joined(script: str, info: str) -> str:
    """Put the two halves of a WSGI path together; each is empty or begins with "/"."""
    if (script and script[0] != "/") or (info and info[0] != "/"):
        raise BadPathError("does not begin with a slash")
    return script + info


def _agreed(
    environ: Mapping[str, Any], settings: ReadSettings, path: str, raw: str
) -> str:
    """Hold the server's view of the path against the request line.

    ProxyFix may have put a prefix before the path that a proxy cut off. It is believed
    from our own proxies; for anybody else the request line is what counts.
    """
    authority = authority_of(raw)
    if authority is not None and canonical_host(authority) != _host(environ, settings):
        raise BadHostError
    wire = canonical_raw(raw)
    if wire == path:
        return path
    if _ORIGINAL in environ and path.endswith(wire):
        return path if is_trusted(_peer(environ), settings.proxies) else wire
    raise TwoPathsError
