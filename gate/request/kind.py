"""What a request is for: one table, shared by all doors.

`Sec-Fetch-Dest` decides, because no script can forge it. Where it is absent (old
browsers, plain http, programs), `Accept` decides, and a doubt counts as *document*: an
article must never slip through as a picture. The sender of a request is the only one
who could be deceived by its headers, so a forged one harms nobody else.

Link previews are recognised by what they declare, never by User-Agent: those that
declare nothing are documents, and meet the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from gate.errors import AnonymousPrefetchError
from gate.model import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_DESTINATION: Final = {
    "document": Kind.DOCUMENT,
    **dict.fromkeys(("iframe", "frame", "embed", "object", "fencedframe"), Kind.FRAME),
    **dict.fromkeys(("empty", "json", "text", "websocket", "webidentity"), Kind.FETCH),
    **dict.fromkeys(
        (
            "audio",
            "audioworklet",
            "font",
            "image",
            "manifest",
            "paintworklet",
            "report",
            "script",
            "serviceworker",
            "sharedworker",
            "speculationrules",
            "style",
            "track",
            "video",
            "worker",
            "xslt",
        ),
        Kind.ASSET,
    ),
}
"""Kind for each value of Sec-Fetch-Dest; one that is not here counts as document.

Source:
    Fetch Standard, "destination"; Fetch Metadata Request Headers, section 2.1.
"""

_OLDERPURPOSES: Final = ("HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
"""What Chromium, Safari and Firefox sent before there was a standard field."""

PURPOSES: Final = frozenset({"HTTP_SEC_PURPOSE", *_OLDERPURPOSES})
_AHEAD: Final = {"prefetch", "prerender", "instant"}
_PREFLIGHT: Final = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"

_MOST_ACCEPT: Final = 2048
"""Characters of Accept that are looked at; browsers send about 140."""

_PAGES: Final = re.compile(r"text/html|application/xhtml\+xml", re.IGNORECASE)
_FEEDS: Final = re.compile(
    r"application/(?:(?:rss|atom)\+xml|feed\+json)", re.IGNORECASE
)
_DATA: Final = re.compile(
    r"application/(?:[\w.+-]+\+)?json|text/(?:json|event-stream)", re.IGNORECASE
)
_ASSETS: Final = re.compile(
    r"\s*(?:(?:image|audio|video|font)/|text/css|(?:text|application)/javascript)",
    re.IGNORECASE,
)


def kind_of(fields: Mapping[str, Any], *, feed: bool = False) -> Kind:
    """Tell what a request is for.

    Nothing is remembered between requests: the table is small enough to ask each time.

    Args:
        fields: REQUEST_METHOD and header fields by their names in a WSGI environ.
        feed: Whether the path is configured as a feed.

    Raises:
        AnonymousPrefetchError: A prefetch through a proxy that hides the reader.
    """
    destination = fields.get("HTTP_SEC_FETCH_DEST")
    if destination == "empty" and fields.get("HTTP_SEC_FETCH_MODE") == "navigate":
        # A service worker of the site hands a navigation on; no script can say so.
        destination = "document"
    if destination is None:
        kind = _by_accept(fields.get("HTTP_ACCEPT"))
    else:
        kind = BY_DESTINATION.get(destination, Kind.DOCUMENT)
    if not fields.keys().isdisjoint(PURPOSES):
        kind = _by_purpose(fields, kind)
    if fields["REQUEST_METHOD"] == "OPTIONS" and _PREFLIGHT in fields:
        return Kind.PREFLIGHT
    return Kind.FEED if feed else kind


def _by_accept(accept: str | None) -> Kind:
    if accept is None or accept == "*/*" or len(accept) > _MOST_ACCEPT:
        return Kind.DOCUMENT
    if _PAGES.search(accept):
        return Kind.DOCUMENT
    if _FEEDS.search(accept):
        return Kind.FEED
    if _DATA.search(accept):
        return Kind.FETCH
    return Kind.ASSET if _ASSETS.match(accept) else Kind.DOCUMENT


def _by_purpose(fields: Mapping[str, Any], kind: Kind) -> Kind:
    """Judge a request that runs ahead of the reader.

    Whatever the standard field says makes it one, known word or not. Pictures and
    styles of a page that is rendered ahead stay what they are.
    """
    purpose = fields.get("HTTP_SEC_PURPOSE", "").lower()
    if "anonymous-client-ip" in purpose:
        raise AnonymousPrefetchError
    if kind is Kind.ASSET:
        return kind
    words = {fields.get(name, "").strip().lower() for name in _OLDERPURPOSES}
    if purpose or words & _AHEAD:
        return Kind.PREFETCH
    return Kind.PREVIEW if "preview" in words else kind
