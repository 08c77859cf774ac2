"""Fetching over HTTP with a bound on everything: time, length, redirects, trust.

HTTPS only, except to this machine itself. No proxy is taken from the environment, the
account is shown to the server of the first address only, and no message holds a query:
vendors lead to addresses that are keys in themselves.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from socket import SHUT_RDWR
from threading import Timer
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError

from gate import __version__
from gate.errors import (
    UpdateAnswerError,
    UpdateDeniedError,
    UpdateRedirectError,
    UpdateTooLargeError,
    UpdateUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

    from gate.workbench.updating.settings import Credentials

AGENT: Final = f"gate/{__version__}"
"""What we call ourselves."""

MOST_REDIRECTS: Final = 5
SMALL: Final = 64 * 1024
"""Bytes of an answer that is no database: a checksum, a description."""

_PIECE: Final = 256 * 1024  # bytes that are read at once
_OK, _NOT_MODIFIED, _NOT_FOUND, _TOO_MANY = 200, 304, 404, 429
_DENIED: Final = frozenset({401, 402, 403})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_BROKEN: Final = 500


class Limits(NamedTuple):
    """Bounds of one update.

    Attributes:
        connect: Seconds until a server must have accepted.
        read: Seconds until it must have sent the next bytes.
        whole: Seconds that all of it may take.
        fetched: Bytes as they come.
        unpacked: Bytes of the database.
    """

    connect: float = 10.0
    read: float = 30.0
    whole: float = 1800.0
    fetched: int = 512 << 20
    unpacked: int = 1 << 30


class Answer(NamedTuple):
    """What a server said.

    Attributes:
        status: 200, 304 or 404.
        fields: Header fields, names in lower case.
        content: A short body; empty where it went into a file.
    """

    status: int
    fields: Mapping[str, str]
    content: bytes = b""

    @property
    def is_there(self) -> bool:
        return self.status == _OK

    @property
    def is_unchanged(self) -> bool:
        return self.status == _NOT_MODIFIED


class Fetcher:
    """Asks servers within one deadline.

    Args:
        limits: Bounds of everything that is asked.
        credentials: Shown to the server of each address that is asked for, never to
            one that it leads to.
    """

    def __init__(self, limits: Limits, credentials: Credentials | None = None) -> None:
        self._limits = limits
        self._ends = time.monotonic() + limits.whole
        self._credentials = credentials
        self._open: list[Any] = []

    def ask(self, url: str, **fields: str) -> Answer:
        """Return a short answer.

        Raises:
            UpdateError: There is none, or it is not short.
        """
        with self._answered(url, fields) as (answer, response):
            if not answer.is_there:
                return answer
            pieces = list(self._pieces(response, url, SMALL))
        return answer._replace(content=b"".join(pieces))

    def save(self, url: str, path: Path, **fields: str) -> Answer:
        """Write an answer to a file, as it comes.

        Raises:
            UpdateError: There is none, it is cut off, or longer than the limit.
            OSError: The file cannot be written.
        """
        with self._answered(url, fields) as (answer, response):
            if answer.is_there:
                with path.open("wb") as file:
                    for piece in self._pieces(response, url, self._limits.fetched):
                        file.write(piece)
        return answer

    @contextmanager
    def _answered(
        self, url: str, fields: Mapping[str, str]
    ) -> Iterator[tuple[Answer, BaseHTTPResponse]]:
        watch = Timer(max(0.0, self._ends - time.monotonic()), self._cut)
        watch.daemon = True
        watch.start()
        try:
            response = self._response(url, fields)
            try:
                lower = {k.lower(): v for k, v in response.headers.items()}
                yield Answer(response.status, lower), response
            finally:
                response.close()
        except HTTPError as problem:
            raise self._unreachable(url, problem) from None
        finally:
            watch.cancel()
            self._open.clear()

    def _response(self, url: str, fields: Mapping[str, str]) -> BaseHTTPResponse:
        """Follow redirects to an answer that is one of 200, 304 and 404."""
        at = url
        for _ in range(MOST_REDIRECTS + 1):
            response = self._sent(at, fields, is_own=_origin(at) == _origin(url))
            if response.status not in _MOVED:
                _judge(at, response)
                return response
            to = urljoin(at, response.headers.get("Location", ""))
            response.close()
            _allow(at, to)
            at = to
        raise UpdateRedirectError(
            f"{shown(url)} leads on and on.", hint=UpdateRedirectError.remedy
        )

    def _sent(
        self, url: str, fields: Mapping[str, str], *, is_own: bool
    ) -> BaseHTTPResponse:
        parts = urlsplit(url)
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **fields}
        if is_own and self._credentials is not None:
            pair = f"{self._credentials.account}:{self._credentials.key}"
            headers |= urllib3.make_headers(basic_auth=pair)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._pool(url).urlopen(
            "GET",
            target,
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def _pool(self, url: str) -> HTTPConnectionPool:
        timeout = urllib3.Timeout(connect=self._limits.connect, read=self._limits.read)
        parts = urlsplit(url)
        try:
            pool = urllib3.connection_from_url(
                f"{parts.scheme}://{parts.netloc}", timeout=timeout, maxsize=1
            )
        except (LocationParseError, ValueError):
            raise UpdateRedirectError(
                f"{shown(url)} is no address.", hint=UpdateRedirectError.remedy
            ) from None
        make: Any = pool.ConnectionCls

        def remembered(*args: Any, **more: Any) -> Any:  # noqa: ANN401 (urllib3's)
            self._open.append(make(*args, **more))
            return self._open[-1]

        pool.ConnectionCls = remembered  # type: ignore[assignment]
        return pool

    def _pieces(
        self, response: BaseHTTPResponse, url: str, most: int
    ) -> Iterator[bytes]:
        total = 0
        # Whatever has come, not a full piece: a slow server cannot hide behind one.
        while piece := response.read1(_PIECE, decode_content=False):
            total += len(piece)
            if total > most:
                raise UpdateTooLargeError(
                    f"{shown(url)} is larger than {most:,} bytes.",
                    hint=UpdateTooLargeError.remedy,
                )
            if time.monotonic() >= self._ends:
                break
            yield piece
        if time.monotonic() >= self._ends:
            raise self._late(url)

    def _cut(self) -> None:
        """End what takes too long, also where a server sends a byte now and then."""
        for connection in list(self._open):
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(SHUT_RDWR)

    def _late(self, url: str) -> UpdateUnreachableError:
        return UpdateUnreachableError(
            f"{shown(url)} took longer than {self._limits.whole:g} s.",
            hint=UpdateUnreachableError.remedy,
        )

    def _unreachable(self, url: str, problem: HTTPError) -> UpdateUnreachableError:
        if time.monotonic() >= self._ends:
            return self._late(url)
        return UpdateUnreachableError(
            f"{shown(url)}: {_reason(problem)}.", hint=UpdateUnreachableError.remedy
        )


def shown(url: str) -> str:
    """Return an address as it may be shown: without query and user name."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _allow(at: str, to: str) -> None:
    """Let a redirect lead to https, and from this machine to this machine."""
    scheme = urlsplit(to).scheme
    if scheme == "https" or (scheme == "http" and _is_here(at) and _is_here(to)):
        return
    raise UpdateRedirectError(
        f"{shown(at)} leads to {shown(to)}, which is not encrypted.",
        hint=UpdateRedirectError.remedy,
    )


def _is_here(url: str) -> bool:
    with suppress(ValueError):
        return ip_address(urlsplit(url).hostname or "").is_loopback
    return False


def _judge(url: str, response: BaseHTTPResponse) -> None:
    status = response.status
    if status in {_OK, _NOT_MODIFIED, _NOT_FOUND}:
        return
    response.close()
    if status in _DENIED:
        raise UpdateDeniedError(
            f"{shown(url)} answered {status}: the account or its licence is refused.",
            hint=UpdateDeniedError.remedy,
        )
    raise UpdateAnswerError(
        f"{shown(url)} answered {status}.", hint=_advice(status, response)
    )


def _advice(status: int, response: BaseHTTPResponse) -> str:
    if status == _TOO_MANY:
        after = response.headers.get("Retry-After", "")
        wait = f"after {after} s" if after.isdigit() else "tomorrow"
        return f"The vendor's limit of downloads is reached; try again {wait}."
    if status >= _BROKEN:
        return "The server is in trouble; try again later."
    return UpdateAnswerError.remedy


def _reason(problem: HTTPError) -> str:
    """Say in plain words why nothing came; the library's own words may tell more."""
    name = type(problem).__name__
    if "SSL" in name or "certificate" in str(problem).lower():
        return "its certificate or TLS cannot be accepted"
    if "NewConnection" in name or "NameResolution" in name:
        return "it cannot be reached"
    if "Timeout" in name:
        return "it did not answer in time"
    return "the answer broke off"
