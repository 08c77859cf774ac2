"""Asking a site for pages: few, with a limit of time and length, under our own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError

from gate import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

AGENT = f"gate-doctor/{__version__}"
"""What we call ourselves, so that nobody takes us for a reader."""

CONNECT, READ = 5.0, 10.0
"""Seconds until the site accepts, and until it sends the next bytes."""

MOST_BYTES = 1 << 20
"""Bytes of a page that are read."""

MOST_REQUESTS = 20
"""Requests to one site."""

NAVIGATION = {
    "User-Agent": AGENT,
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
}


class Got(NamedTuple):
    """What came back.

    Attributes:
        url: What was asked for.
        status: HTTP status; 0 if nothing came.
        fields: Names in lower case with all values, in order.
        body: At most `MOST_BYTES` of it.
        failure: Why nothing came; empty if something did.
    """

    url: str
    status: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: str = ""

    def field(self, name: str) -> str:
        """Return all values of a field, joined by ", "; empty if there is none."""
        return ", ".join(value for known, value in self.fields if known == name)

    @property
    def complaint(self) -> str:
        """Why nothing came, as a sentence."""
        return f"{self.failure[:1].upper()}{self.failure[1:]}."

    @property
    def is_html(self) -> bool:
        return "html" in self.field("content-type").lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


class Site:
    """One host that is asked, at most `MOST_REQUESTS` times.

    Args:
        url: Address of a page, such as "https://news.example/a/1"; "unix:" is not
            spoken here.
        host: Host to ask for, if it is not the one of the address.
    """

    def __init__(self, url: str, *, host: str = "") -> None:
        parts = urlsplit(url)
        self.scheme, self.host = parts.scheme, host or parts.netloc
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.asked = 0
        self._pool = urllib3.connection_from_url(
            self.base,
            timeout=urllib3.Timeout(connect=CONNECT, read=READ),
            maxsize=1,
        )

    def get(
        self,
        target: str = "",
        *,
        method: str = "GET",
        body: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Got:
        """Ask for one page. Redirects are not followed, and nothing is tried twice.

        Args:
            target: Path and query, sent as they are; default: those of the address.
            method: The method.
            body: Body of a form.
            fields: Header fields beside those of a navigation.
        """
        target = target or self.target
        url = self.base + target
        if self.asked >= MOST_REQUESTS:
            return Got(url, failure=f"{MOST_REQUESTS} requests were enough")
        self.asked += 1
        sent = {**NAVIGATION, "Host": self.host, **(fields or {})}
        try:
            answer = self._pool.urlopen(
                method,
                target,
                body=body,
                headers=sent,
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
            return _got(url, answer)
        except HTTPError as problem:
            return Got(url, failure=_reason(problem))

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


def fetch(url: str) -> Got:
    """Ask once for a page of any host.

    Args:
        url: Its address.
    """
    try:
        site = Site(url)
    except (LocationParseError, ValueError):
        return Got(url, failure="it is no address")
    try:
        return site.get()
    finally:
        site.close()


def _got(url: str, answer: urllib3.BaseHTTPResponse) -> Got:
    try:
        body = answer.read(MOST_BYTES, decode_content=True)
    finally:
        answer.close()
    fields = tuple((name.lower(), value) for name, value in answer.headers.iteritems())
    return Got(url, answer.status, fields, body)


def _reason(problem: HTTPError) -> str:
    """Say in plain words why nothing came."""
    name = type(problem).__name__
    if "SSL" in name or "certificate" in str(problem).lower():
        return "its certificate or TLS cannot be accepted"
    if "Timeout" in name and "NewConnection" not in name:
        return "it did not answer in time"
    if "NewConnection" in name or "NameResolution" in name:
        return "it cannot be reached"
    return "it broke off"
