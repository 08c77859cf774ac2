"""What a request says about notices that were shown: cookie, Continue, Leave.

Nothing here identifies a reader: the one value, the revision of the site's notices, is
the same for all. A later revision counts as well: another replica may be ahead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from gate.errors import BadHostError
from gate.model import Kind
from gate.model.revision import covers, is_revision
from gate.request.host import canonical_host, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model import Headers, Request

COOKIE: Final = "n"
"""Name of the cookie, and of the form field with the same value."""

DIRECT: Final = b"direct"
"""Field that the second button adds: the answer is to be the article itself."""

SHOWN: Final = "gate-shown"
"""Header with which a script repeats a request after showing the notice."""

UNSEEN_FORM: Final = "text/plain"
"""How the page sends its form where the door does not see it."""

_MOST_COOKIE: Final = 64 * 1024
_MOST_FIELDS: Final = 64
_ORIGIN: Final = re.compile(r"https?://([^/?#]+)", re.IGNORECASE)


class Continuation(NamedTuple):
    """Whether a request is the Continue button of a notice page.

    Attributes:
        way: "yes", "direct" (the second button: answer with the article itself),
            "stale" (of an earlier revision, or from who knows where: the page must be
            shown again), or "no".
        shown: The revision that the reader was shown; "" for "no" and "stale".
    """

    way: Literal["no", "yes", "direct", "stale"]
    shown: str = ""


NOT_CONTINUED: Final = Continuation("no")
STALE: Final = Continuation("stale")


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
    if not revision:
        return False
    return any(covers(value, revision) for value in _cookies(request))


def continues(request: Request, revision: str) -> Continuation:
    """Tell whether a request is the Continue button of a notice page.

    A door that sees no body cannot read which revision was shown. Its page sends the
    form as text/plain, which no form of a site's own does: many of those go to their
    own address as well.
    """
    if request.method != "POST" or not revision or not _is_navigation(request):
        return NOT_CONTINUED
    if not request.carries:
        own = is_same_origin_navigation(request) and _is_button(request)
        return Continuation("yes", revision) if own else NOT_CONTINUED
    fields = [field.partition(b"=") for field in _fields(request.form or b"")]
    values = _revisions(value for name, _, value in fields if name == COOKIE.encode())
    if not values:
        return NOT_CONTINUED
    shown = next((value for value in values if covers(value, revision)), None)
    if shown is None or not is_same_origin_navigation(request):
        return STALE
    is_direct = any(name == DIRECT for name, _, _ in fields)
    return Continuation("direct" if is_direct else "yes", shown)


def repeats(request: Request) -> bool:
    """Whether a person follows a link from the page that stood at its own address.

    That is how an act that is a mere link goes on where the door sees no body: nothing
    but the notice page stands there before the act itself has been let through.
    """
    return (
        request.method in {"GET", "HEAD"}
        and not request.carries
        and is_same_origin_navigation(request)
        and _came_from_itself(request)
    )


def went_on(request: Request) -> bool:
    """Whether a person has just pressed Continue, and another replica answered it.

    Where the door sees no body, a replica with older notices gives its own revision to
    whoever was shown a newer one. The article that follows must open all the same, or
    replicas that take turns would show the page for ever.
    """
    return repeats(request) and any(map(is_revision, _cookies(request)))


def shown(request: Request, revision: str) -> bool:
    """Whether a script of the site repeats a request after showing the notice.

    Only the site's own scripts can send the header: elsewhere a browser asks the site
    first (CORS), and the field says where the request comes from.
    """
    return (
        bool(revision)
        and request.kind is Kind.FETCH
        and covers(request.headers.get(SHOWN) or "", revision)
        and request.headers.get("sec-fetch-site") in {None, "same-origin"}
    )


def is_same_origin_navigation(request: Request) -> bool:
    """Whether a person went here from a page of this very site.

    Never for what runs ahead of a person (prefetch, prerender), frames, scripts and
    other sites. Where the browser does not say, its Origin decides, then its Referer;
    host names are compared, as cookies know neither ports nor schemes. What a service
    worker of the site hands on is called same-origin even if it was typed, so there
    the Referer must agree.

    Source:
        Fetch Metadata Request Headers, section 2.
    """
    if not _is_navigation(request):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is None:
        return _came_from(request.headers) == request.host
    if site != "same-origin":
        return False
    # Not asked of others: a proxy may name the site in another way than browsers do.
    referer = _host_in(request.headers.get("referer"))
    return not _is_handed_on(request) or referer == request.host


def is_user_typed_or_same_origin(request: Request) -> bool:
    """Whether a person typed the address, or went here from a page of this site.

    For Leave: another site must not be able to log a reader out of this one. An old
    browser that says nothing at all is believed, because a reader who leaves must be
    able to. So is what a service worker hands on without a Referer: it may have been
    typed, and another site that hides itself looks the same.
    """
    if not _is_navigation(request):
        return False
    site = request.headers.get("sec-fetch-site")
    if _is_handed_on(request) and site == "same-origin":
        return _host_in(request.headers.get("referer")) in {None, request.host}
    if site is not None:
        return site in {"none", "same-origin"}
    return _came_from(request.headers) in {None, request.host}


def _is_navigation(request: Request) -> bool:
    get = request.headers.get
    return (
        request.kind is Kind.DOCUMENT
        and get("sec-fetch-mode") in {None, "navigate"}
        and (get("sec-fetch-dest") in {None, "document"} or _is_handed_on(request))
    )


def _is_handed_on(request: Request) -> bool:
    """Whether a service worker of the site hands on where a person goes.

    Source:
        Fetch Standard, section 5.4: only a browser makes requests of mode "navigate".
    """
    get = request.headers.get
    return get("sec-fetch-dest") == "empty" and get("sec-fetch-mode") == "navigate"


def _came_from(headers: Headers) -> str | None:
    """Return the host of the page that led here; "" if it hides; None if unsaid."""
    origin = headers.get("origin")
    return _host_in(headers.get("referer") if origin is None else origin)


def _host_in(source: str | None) -> str | None:
    if source is None:
        return None
    match = _ORIGIN.match(source)
    try:
        return canonical_host(match[1]) if match else ""
    except BadHostError:
        return ""


def _is_button(request: Request) -> bool:
    media = request.headers.get("content-type") or ""
    return media.partition(";")[0].strip().lower() == UNSEEN_FORM


def _came_from_itself(request: Request) -> bool:
    """Whether the page that led here has the address that is asked for."""
    referer = request.headers.get("referer") or ""
    match = _ORIGIN.match(referer)
    return match is not None and (referer[match.end() :] or "/") == request.target


def _cookies(request: Request) -> list[str]:
    """Return the values of all cookies with our name."""
    cookies = request.headers.get("cookie")
    name = cookie_name(request) + "="
    if not cookies or name not in cookies or len(cookies) > _MOST_COOKIE:
        return []
    # Never at a comma: a sub-domain may set a cookie with one in its value.
    parts = (part.strip(" \t") for part in cookies.split(";"))
    return [part[len(name) :] for part in parts if part.startswith(name)]


def _revisions(values: Iterable[bytes]) -> list[str]:
    texts = (value.decode("latin-1") for value in values)
    return [text for text in texts if is_revision(text)]


def _fields(form: bytes) -> list[bytes]:
    return form.split(b"&", _MOST_FIELDS)[:_MOST_FIELDS]
