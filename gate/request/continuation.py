"""What a request says about notices that were shown: cookie, Continue, Leave.

Nothing here identifies a reader: the one value, the revision of the site's notices, is
the same for all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from gate.errors import BadHostError
from gate.model import Kind
from gate.request.host import canonical_host, is_loopback

if TYPE_CHECKING:
    from gate.model import Headers, Request

COOKIE: Final = "n"
"""Name of the cookie, and of the form field with the same value."""

DIRECT: Final = b"direct"
"""Field that the second button adds: the answer is to be the article itself."""

SHOWN: Final = "gate-shown"
"""Header with which a script repeats a request after showing the notice."""

_MOST_COOKIE: Final = 64 * 1024
_MOST_FIELDS: Final = 64
_ORIGIN: Final = re.compile(r"https?://([^/?#]+)", re.IGNORECASE)

Continuation = Literal["no", "yes", "direct", "stale"]


def cookie_name(request: Request) -> str:
    """Return the name of the cookie: "__Host-n" where a browser can be held to it.

    The prefix makes browsers refuse the cookie from subdomains and plain http. They
    treat their own machine as secure; anywhere else on plain http the name is "n".

    Source:
        RFC 6265bis, section 4.1.3.2 (the __Host- prefix).
    """
    if request.scheme == "https" or is_loopback(request.host):
        return "__Host-" + COOKIE
    return COOKIE


def acknowledged(request: Request, revision: str) -> bool:
    """Whether one of the cookies with our name says that this revision was shown.

    Browsers may hold several cookies of one name; any valid one suffices.
    """
    cookies = request.headers.get("cookie")
    if not cookies or not revision:
        return False
    pair = f"{cookie_name(request)}={revision}"
    if pair not in cookies or len(cookies) > _MOST_COOKIE:
        return False
    return any(part.strip(" \t") == pair for part in re.split("[;,]", cookies))


def continues(request: Request, revision: str) -> Continuation:
    """Tell whether a request is the Continue button of a notice page.

    Returns:
        "yes" and "direct" (the second button: answer with the article itself) for a
        form with the current revision from a page of this site; "stale" for a form of
        another revision, or from who knows where: the page must be shown again; "no"
        for everything else, also where the door cannot see the body.
    """
    if request.method != "POST" or request.form is None or not revision:
        return "no"
    fields = [field.partition(b"=") for field in _fields(request.form)]
    values = {value for name, _, value in fields if name == COOKIE.encode()}
    if not _is_navigation(request) or not any(_is_like(v, revision) for v in values):
        return "no"
    if revision.encode() not in values or not is_same_origin_navigation(request):
        return "stale"
    return "direct" if any(name == DIRECT for name, _, _ in fields) else "yes"


def shown(request: Request, revision: str) -> bool:
    """Whether a script of the site repeats a request after showing the notice.

    Only the site's own scripts can send the header: elsewhere a browser asks the site
    first (CORS), and the field says where the request comes from.
    """
    return (
        bool(revision)
        and request.kind is Kind.FETCH
        and request.headers.get(SHOWN) == revision
        and request.headers.get("sec-fetch-site") in {None, "same-origin"}
    )


def is_same_origin_navigation(request: Request) -> bool:
    """Whether a person went here from a page of this very site.

    Never for what runs ahead of a person (prefetch, prerender), frames, scripts and
    other sites. Where the browser does not say, its Origin decides, then its Referer;
    host names are compared, as cookies know neither ports nor schemes.

    Source:
        Fetch Metadata Request Headers, section 2.
    """
    if not _is_navigation(request):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return _came_from(request.headers) == request.host


def is_user_typed_or_same_origin(request: Request) -> bool:
    """Whether a person typed the address, or went here from a page of this site.

    For Leave: another site must not be able to log a reader out of this one. An old
    browser that says nothing at all is believed, because a reader who leaves must be
    able to.
    """
    if not _is_navigation(request):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"none", "same-origin"}
    return _came_from(request.headers) in {None, request.host}


def _is_navigation(request: Request) -> bool:
    get = request.headers.get
    return (
        request.kind is Kind.DOCUMENT
        and get("sec-fetch-mode") in {None, "navigate"}
        and get("sec-fetch-dest") in {None, "document"}
    )


def _came_from(headers: Headers) -> str | None:
    """Return the host of the page that led here; "" if it hides; None if unsaid."""
    origin = headers.get("origin")
    source = headers.get("referer") if origin is None else origin
    if source is None:
        return None
    match = _ORIGIN.match(source)
    try:
        return canonical_host(match[1]) if match else ""
    except BadHostError:
        return ""


def _fields(form: bytes) -> list[bytes]:
    return form.split(b"&", _MOST_FIELDS)[:_MOST_FIELDS]


def _is_like(value: bytes, revision: str) -> bool:
    return len(value) == len(revision) and re.fullmatch(b"[0-9a-f]+", value) is not None
