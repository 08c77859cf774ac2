"""The header fields of the gate's own answers, in one place.

No entity tag, no date of change, no cookie: nothing by which a page of the gate could
be kept by a cache, or told from another reader's.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Fields = tuple[tuple[str, str], ...]

# For every answer of the gate's own, with or without a body.
UNKEPT: Fields = (
    ("Cache-Control", "private, no-store"),
    ("CDN-Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noarchive"),
)

_FEATURES = "camera=(), geolocation=(), microphone=()"

VARY = "Accept, Accept-Language, Cookie, Sec-Fetch-Dest, Sec-Fetch-Mode"
"""Fields of a request that decide what it gets, beside its address."""


def page_fields(language: str, policy: str) -> Fields:
    """Return the header fields of a page.

    Args:
        language: BCP-47 tag of the page; empty if it has several of equal rank.
        policy: Content-Security-Policy.
    """
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        *((("Content-Language", language),) if language else ()),
        *UNKEPT,
        ("Vary", VARY),
        ("Content-Security-Policy", policy),
        # No Cross-Origin-Opener-Policy: articles have none, so whoever opened a window
        # could tell by it whether a reader has met the page or has gone on from it.
        # Not "no-referrer": Chromium would then send `Origin: null` with Continue.
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", _FEATURES),
    )


def script_fields() -> Fields:
    """Return the header fields of a script of the gate's own."""
    return (
        ("Content-Type", "text/javascript; charset=utf-8"),
        *UNKEPT,
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )


def policy(styles: Iterable[str], script: str) -> str:
    """Return the Content-Security-Policy under which only these may act.

    Args:
        styles: Exact text of each style element.
        script: Exact text of the only script element.

    Source:
        CSP Level 3, section 2.3.1 (hash sources). `form-action` also allows https,
        because Chromium applies it to where an answer to Continue leads: an article
        that redirects to another host of the site would otherwise stay shut.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(map(_hash_source, styles))}",
            f"script-src {_hash_source(script)}",
            "img-src data:",
            "form-action 'self' https:",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash_source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
