"""The two ways on from a page: to what the reader asked for, or away from here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from gate.answer.fields import UNKEPT
from gate.model import Answer, Kind

if TYPE_CHECKING:
    from gate.model import Request

# Cookies beyond this many are not a browser's (RFC 6265 asks for 50 per site).
_MAX_COOKIES = 60
_TOKEN = frozenset(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
# Reserved, unreserved and "%" of RFC 3986; anything else in a target is encoded.
_TARGET_SAFE = "%!$&'()*+,-./:;=?@_~[]"


def proceed(target: str, *, revision: str, cookie: str) -> Answer:
    """Answer Continue: the same address again, with the acknowledgement.

    Args:
        target: Path and query as the browser asked for them, still encoded.
        revision: Revision of the site's notices that the reader was shown.
        cookie: Name of the cookie, `gate.request.cookie_name`.

    Returns:
        303 with a session cookie: no identity, no time, no expiry.

    Source:
        RFC 9110, section 15.4.4 (303); RFC 6265bis, section 4.1.3.2 (`__Host-`).
    """
    return Answer(
        status=303,
        headers=(
            ("Location", same_place(target)),
            ("Set-Cookie", f"{cookie}={revision}; {_attributes(cookie)}"),
            *UNKEPT,
            ("Referrer-Policy", "same-origin"),
        ),
    )


def same_place(target: str) -> str:
    """Return `target` as a reference that can only mean a place on this site.

    Two slashes, or a slash and a backslash, would name another host; a control
    character would end the field.
    """
    path, mark, query = target.partition("?")
    path = "/" + path.replace("\\", "/").lstrip("/")
    return quote(path + mark + query, safe=_TARGET_SAFE)


def leave(request: Request, exit_url: str, *, clear: bool) -> Answer:
    """Answer Leave: a neutral page elsewhere, and this site's traces cleared.

    Args:
        request: The request for the gate's own address.
        exit_url: Where to go, https.
        clear: Whether the reader is known to ask for it themselves: same-origin or
            typed. A link on a stranger's page must not log anybody out.

    Returns:
        303; for anything but a navigation 204 and nothing else, because browsers
        fetch links ahead.

    Source:
        Clear Site Data, W3C Working Draft, section 3.1. Cookies are expired as well,
        for browsers and plain-http sites where that field does nothing.
    """
    if request.kind is not Kind.DOCUMENT or request.method not in {"GET", "HEAD"}:
        return Answer(status=204, headers=UNKEPT)
    return Answer(
        status=303,
        headers=(
            ("Location", exit_url),
            *(_clearing(request) if clear else ()),
            *UNKEPT,
            ("Referrer-Policy", "no-referrer"),
        ),
    )


def _clearing(request: Request) -> list[tuple[str, str]]:
    # "cache" takes articles out of the memory that Back uses, too (Chromium 156: 6 of 6
    # came back without it, 0 of 25 with it), and pictures off the disk. It costs about
    # 0.3 s for 1,000 files in the cache, while a page with scripts is blank already.
    cleared = [("Clear-Site-Data", '"cache", "cookies", "storage"')]
    for name in _cookie_names(request.headers.get("cookie") or ""):
        expired = f"{name}=; {_attributes(name)}; Max-Age=0"
        cleared.append(("Set-Cookie", expired))
    return cleared


def _cookie_names(header: str) -> list[str]:
    pairs = header.split(";", _MAX_COOKIES)[:_MAX_COOKIES]
    names = {pair.partition("=")[0].strip() for pair in pairs}
    return sorted(name for name in names if name and _TOKEN.issuperset(name))


def _attributes(cookie: str) -> str:
    secure = "Secure; " if cookie.startswith(("__Host-", "__Secure-")) else ""
    return f"Path=/; {secure}HttpOnly; SameSite=Lax"
