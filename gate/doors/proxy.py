"""The site behind the gate, reached over HTTP: a reverse proxy as a WSGI application.

Bodies stream in both directions in pieces, so that memory does not grow with them.
The site is asked for the canonical path, the very one that the decision was made on.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from gate.doors.hops import reader_fields, upstream_fields
from gate.doors.sending import Closing, refuse, send
from gate.errors import UploadBrokenError, UpstreamBrokenError
from gate.request import Proxies, canonical_path, is_trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse

    from gate.doors.outage import Outage
    from gate.model import Answer

PIECE = 1 << 16
"""Length in bytes of what is read at once."""

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})


class Proxy:
    """A WSGI application that passes every request on to a site.

    Args:
        upstream: Address of the site, such as "http://127.0.0.1:8000".
        connect_timeout: Seconds until the site must have taken the connection.
        read_timeout: Seconds that the site may be silent.
        connections: Connections that are kept open for reuse.
        forward_address: Whether the site is told the reader's address in
            X-Forwarded-For. Off by default: a site that needs none should get none.
        proxies: Our own proxies in front, whose X-Forwarded-Proto is believed.
        withheld: Keys of an environ that the site is not told, beside those in which
            proxies write addresses.
        outage: Takes notice of every failure of the site.
        sorry: Makes the page, by its status, that a person gets who went to a page
            that the site does not give; plain text if None.
    """

    def __init__(  # noqa: PLR0913 (all but the first are choices with a default)
        self,
        upstream: str,
        *,
        connect_timeout: float = 5,
        read_timeout: float = 60,
        connections: int = 16,
        forward_address: bool = False,
        proxies: Proxies | None = None,
        withheld: frozenset[str] = frozenset(),
        outage: Outage | None = None,
        sorry: Callable[[int], Answer] | None = None,
    ) -> None:
        self._outage, self._sorry = outage, sorry
        target = urllib3.util.parse_url(upstream)
        self._base = (target.path or "").rstrip("/")
        self._forward_address = forward_address
        self._proxies = proxies or Proxies.compile()
        self._withheld = self._proxies.telltales | withheld
        self._pool = urllib3.connection_from_url(
            upstream,
            maxsize=connections,
            timeout=urllib3.Timeout(connect=connect_timeout, read=read_timeout),
        )

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Pass one request on; 502 and 504 when the site does not do its part."""
        refused = _refusal(environ)
        if refused:
            return refuse(refused, start_response)
        try:
            answer = self._ask(environ)
        except UploadBrokenError:
            return refuse(400, start_response)
        except HTTPError as error:
            return self._failed(_status_of(error), environ, start_response)
        if answer.status < HTTPStatus.OK:  # an interim answer that nobody asked for
            answer.close()
            return self._failed(502, environ, start_response)
        headers = reader_fields(answer.headers.iteritems())
        start_response(f"{answer.status} {answer.reason or ''}", headers)
        return Closing(_pieces(answer), _Connection(answer))

    def _failed(
        self, status: int, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        if self._outage is not None:
            self._outage.failed(status)
        if self._sorry is None or not _is_for_a_person(environ):
            return refuse(status, start_response)
        return send(self._sorry(status), start_response)

    def _ask(self, environ: dict[str, Any]) -> urllib3.BaseHTTPResponse:
        body, chunked = _upload(environ)
        method = environ["REQUEST_METHOD"]
        try:
            return self._send(environ, body, chunked=chunked)
        except ProtocolError:
            # A kept connection may have been closed by the site just now.
            if body is not None or method not in _REPEATABLE:
                raise
            return self._send(environ, None, chunked=False)

    def _send(
        self, environ: dict[str, Any], body: Iterator[bytes] | None, *, chunked: bool
    ) -> urllib3.BaseHTTPResponse:
        fields = upstream_fields(
            environ,
            scheme=self._scheme(environ),
            withheld=self._withheld,
            forward_address=self._forward_address,
        )
        if body is not None and not chunked:
            fields["content-length"] = environ["CONTENT_LENGTH"]
        return self._pool.urlopen(
            environ["REQUEST_METHOD"],
            self._base + target_of(environ),
            body=body,
            headers=fields,
            chunked=chunked,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )

    def _scheme(self, environ: dict[str, Any]) -> str:
        declared = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
        peer = environ.get("REMOTE_ADDR", "")
        if declared in {"http", "https"} and is_trusted(peer, self._proxies):
            return str(declared)
        return str(environ["wsgi.url_scheme"])


def target_of(environ: dict[str, Any]) -> str:
    """Return the canonical path, percent-encoded, with the query as it came."""
    info = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    path = canonical_path(info.encode("latin-1").decode())
    target = quote(path, safe="/:@!$&'()*+,;=~")
    query = environ.get("QUERY_STRING")
    return f"{target}?{query}" if query else target


class _Connection:
    """Ends the exchange with the site when the server is done with an answer."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer = answer

    def close(self) -> None:
        # Whole answers have given their connection back by now; others end it.
        self._answer.close()
        self._answer.release_conn()


def _is_for_a_person(environ: dict[str, Any]) -> bool:
    destination = environ.get("HTTP_SEC_FETCH_DEST")
    accepted = "text/html" in environ.get("HTTP_ACCEPT", "")
    return destination == "document" or (destination is None and accepted)


def _status_of(error: HTTPError) -> int:
    is_late = isinstance(error, HTTPTimeoutError)
    # A refused connection is a kind of time-out to the library, not to people.
    return 504 if is_late and not isinstance(error, NewConnectionError) else 502


def _refusal(environ: dict[str, Any]) -> int:
    if environ["REQUEST_METHOD"] in _REFUSED_METHODS:
        return 405
    if "websocket" in environ.get("HTTP_UPGRADE", "").lower():
        return 501
    return 0


def _upload(environ: dict[str, Any]) -> tuple[Iterator[bytes] | None, bool]:
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return _until_end(environ["wsgi.input"]), True
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return (_exactly(environ["wsgi.input"], length) if length else None), False


def _until_end(stream: Any) -> Iterator[bytes]:  # noqa: ANN401  # WSGI input
    while piece := stream.read(PIECE):
        yield piece


def _exactly(stream: Any, length: int) -> Iterator[bytes]:  # noqa: ANN401  # WSGI input
    while length:
        piece = stream.read(min(PIECE, length))
        if not piece:
            raise UploadBrokenError
        length -= len(piece)
        yield piece


def _pieces(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """Yield the body as it arrives; an early end must not look like the end."""
    try:
        while piece := answer.read1(PIECE):
            yield piece
    except HTTPError:
        raise UpstreamBrokenError from None
