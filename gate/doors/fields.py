"""Header fields on their way in and out: caching, entity tags, content codings.

A page that the gate adds to is no longer the site's own representation: its entity
tag carries the mark of what was added, and a validator that does not know of the
addition must not confirm a copy that lacks it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from gate.model import Action

if TYPE_CHECKING:
    from gate.model import Passage

    Environ = dict[str, object]
    Fields = list[tuple[str, str]]

PRIVATE = ("Cache-Control", "private, no-cache")
PRIVATE_NO_STORE = ("Cache-Control", "private, no-store")
EDGE_NO_STORE = ("CDN-Cache-Control", "no-store")

# What tells a shared cache to keep an answer, also in the dialects of single vendors.
_CACHE_FIELDS = frozenset(
    {
        "cache-control",
        "expires",
        "pragma",
        "cdn-cache-control",
        "surrogate-control",
        "edge-control",
        "x-accel-expires",
        "akamai-cache-control",
        "cloudflare-cdn-cache-control",
        "fastly-cache-control",
        "netlify-cdn-cache-control",
        "vercel-cdn-cache-control",
    }
)
# What described the bytes before something was put between them.
_STALE_FIELDS = frozenset(
    {
        "content-length",
        "last-modified",
        "etag",
        "accept-ranges",
        "content-md5",
        "digest",
        "content-digest",
        "repr-digest",
    }
)
_PAGE_FIELDS = _STALE_FIELDS | _CACHE_FIELDS
_READABLE_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "identity"})
_BODILESS = frozenset({"204", "205"})
_SUBRESOURCE = re.compile(
    r"(?:image|audio|video|font)/|text/(?:css|javascript)\b"
    r"|application/(?:javascript|wasm|manifest\+json|(?:rss|atom)\+xml|feed\+json)\b",
    re.IGNORECASE,
)
# What is never an article by itself; browsers show none of it as a page.
_PART = re.compile(
    r"text/(?:plain|xml|vtt|ecmascript)"
    r"|application/(?:json|xml|rdf\+xml|dash\+xml|(?:x-)?font-[\w.-]+"
    r"|vnd\.ms-fontobject|(?:x-java|ecma)script|(?:x-|vnd\.apple\.)mpegurl)"
    r"|[\w.-]+/[\w.-]+\+json",
    re.IGNORECASE | re.ASCII,
)
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_WIDE_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*(?:utf-?(?:7|16|32)|ucs|iso-2022)")


NONE = "none"
"""Stands where a decision field has nothing to say, because it must not be missing."""


def decision_fields(passage: Passage) -> Fields:
    """Return what a site may need to know of a decision to make its page.

    `X-Gate-Action` is pass or banner; `X-Gate-Allows` lists the activities that this
    reader may be offered. For the site alone: a reader never gets them.
    """
    action = Action.BANNER if passage.top else Action.PASS
    return [
        ("X-Gate-Action", action.word),
        ("X-Gate-Allows", ", ".join(sorted(passage.allowed)) or NONE),
    ]


def described(headers: Fields) -> tuple[str, str, str]:
    """Return what the site says of type, coding and length of its answer."""
    kind, coding, length = "", "", ""
    for field in headers:
        name = field[0].lower()
        if name == "content-type":
            kind = f"{kind}, {field[1]}" if kind else field[1].strip()
        elif name == "content-encoding":
            coding = f"{coding}, {field[1]}" if coding else field[1]
        elif name == "content-length":
            length = field[1].strip()
    return kind, coding or "identity", length


def is_subresource(headers: Fields) -> bool:
    """Say whether an answer can only be a part of a page, or a feed.

    A shared cache that keeps anything else, a text or a PDF say, would hand it to a
    reader who goes to the same address without asking the gate.
    """
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    return len(kinds) == 1 and bool(_SUBRESOURCE.match(kinds[0]))


def may_be_article(code: str) -> bool:
    """Say whether an answer of this status may hold what was asked for."""
    return code == "300" or (code[:1] == "2" and code not in _BODILESS)


@lru_cache(maxsize=256)  # values come from the site
def is_part(content_type: str) -> bool:
    """Say whether a Content-Type names a part of a page, a feed, JSON or plain text.

    Two types in one field are neither, because browsers disagree which one counts.
    """
    kind = content_type.partition(";")[0].strip()
    return "," not in content_type and bool(
        _SUBRESOURCE.match(kind) or _PART.fullmatch(kind)
    )


def is_html(content_type: str) -> bool:
    """Say whether a Content-Type names HTML, the only text that can be added to.

    XHTML sent as XML is left alone: one unclosed element would break the page.
    """
    return content_type[:9].lower() == "text/html" and content_type[9:10] in "; ,\t"


@lru_cache(maxsize=256)  # values come from the site
def is_readable(content_type: str, coding: str) -> bool:
    """Say whether ASCII can be put into a body of this type and content coding."""
    return coding.strip().lower() in _READABLE_CODINGS and (
        len(content_type) < len("text/html;c")
        or not _WIDE_CHARSET.search(content_type.lower())
    )


def is_kept_nowhere(passage: Passage) -> bool:
    """Say whether not even the reader's own browser may keep the answer.

    Where something must come before the article, a copy on the device could be held
    against its owner.
    """
    return passage.action > Action.PASS


def keep_private(headers: Fields, *, strict: bool = False) -> Fields:
    """Return header fields under which no shared cache keeps the answer.

    An application's own `no-store` is stricter and stays.

    Args:
        headers: The site's header fields.
        strict: Whether the reader's browser must not keep it either.

    Returns:
        A new list with `Cache-Control` and `CDN-Cache-Control` replaced, and
        without Expires, Surrogate-Control and vendors' own fields.

    Source:
        RFC 9111, section 5.2.2; RFC 9213 (targeted cache control).
    """
    kept = [field for field in headers if field[0].lower() not in _CACHE_FIELDS]
    strict = strict or any(
        name.lower() == "cache-control" and "no-store" in value.lower()
        for name, value in headers
    )
    kept += (PRIVATE_NO_STORE if strict else PRIVATE, EDGE_NO_STORE)
    return kept


def describe_anew(
    headers: Fields, mark: str, *, private: bool = False, strict: bool = False
) -> Fields:
    """Return header fields for a page that something is put into.

    Args:
        headers: The site's header fields.
        mark: `Passage.mark`.
        private: Whether they are to be kept private as well (`keep_private`).
        strict: Whether the reader's browser must not keep it either.

    Returns:
        A new list: without length, Last-Modified, ranges and digests, and with a
        weak entity tag that names the mark if there was a tag.
    """
    dropped = _PAGE_FIELDS if private else _STALE_FIELDS
    kept = []
    for field in headers:
        name = field[0].lower()
        if name not in dropped:
            kept.append(field)
        elif name == "etag":
            if found := _TAG.match(field[1]):
                kept.append((field[0], f'W/"{found[1]}~{mark}"'))
        elif name == "cache-control":
            strict = strict or "no-store" in field[1].lower()
    if private:
        kept += (PRIVATE_NO_STORE if strict else PRIVATE, EDGE_NO_STORE)
    return kept


def ask_whole(environ: Environ, passage: Passage) -> None:
    """Change a request so that the site answers with a page that can be added to.

    Ranges and dates go, because they speak of the site's own bytes. Of the entity
    tags only those that carry the present mark go on, unwrapped.
    """
    environ.pop("HTTP_RANGE", None)
    environ.pop("HTTP_IF_RANGE", None)
    environ.pop("HTTP_IF_MODIFIED_SINCE", None)
    accepted = environ.get("HTTP_ACCEPT_ENCODING")
    if accepted:
        environ["HTTP_ACCEPT_ENCODING"] = readable_codings(str(accepted))
    tags = environ.pop("HTTP_IF_NONE_MATCH", None)
    if tags and (own := unwrapped_tags(str(tags), passage.mark)):
        environ["HTTP_IF_NONE_MATCH"] = own


def unwrapped_tags(value: str, mark: str) -> str:
    """Return the tags of an If-None-Match that carry `mark`, as the site knows them."""
    end = f"~{mark}"
    return ", ".join(
        f'W/"{tag.removesuffix(end)}"'
        for tag in _TAG.findall(value)
        if tag.endswith(end)
    )


@lru_cache(maxsize=256)
def readable_codings(accepted: str) -> str:
    """Reduce an Accept-Encoding value to codings that can be taken apart again."""
    wanted = (item.strip() for item in accepted.split(","))
    return ", ".join(
        item
        for item in wanted
        if item.partition(";")[0].strip().lower() in _READABLE_CODINGS
    )
