"""Header fields that a site must not believe, whoever sent them.

Three kinds: what only the gate may say; another path, method or host than the one that
the decision was made on; and, where the site is not to learn it, the reader's address.
Names are keys of a WSGI environ.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container

CLAIM = "HTTP_X_GATE"
"""How the names of the gate's own fields begin."""

MOVERS = frozenset(
    {
        "HTTP_X_ENVOY_ORIGINAL_PATH",
        "HTTP_X_FORWARDED_METHOD",
        "HTTP_X_FORWARDED_PATH",
        "HTTP_X_FORWARDED_URI",
        "HTTP_X_HOST",
        "HTTP_X_HTTP_METHOD",
        "HTTP_X_HTTP_METHOD_OVERRIDE",
        "HTTP_X_METHOD_OVERRIDE",
        "HTTP_X_ORIGINAL_URI",
        "HTTP_X_ORIGINAL_URL",
        "HTTP_X_REPLACED_PATH",
        "HTTP_X_REWRITE_URL",
    }
)
"""Fields that name another path, method or host; some sites and libraries obey."""

_PLACE_PREFIXES = (
    "HTTP_CF_IP",
    "HTTP_CF_METRO",
    "HTTP_CF_POSTAL",
    "HTTP_CF_REGION",
    "HTTP_CF_TIMEZONE",
    "HTTP_CLIENT_GEO_",
    "HTTP_CLOUDFRONT_VIEWER_",
    "HTTP_X_ENVOY_EXTERNAL",
    "HTTP_X_FORWARDED_",
)
_ODD = re.compile(r"[^A-Z0-9_]")


def drop_claims(environ: dict[str, Any]) -> None:
    """Remove the gate's own fields and the movers, however they are spelled."""
    for key in [key for key in environ if key.startswith(CLAIM) or key in MOVERS]:
        del environ[key]


def is_claim(key: str) -> bool:
    """Say whether a field claims to come from the gate, or moves the request."""
    plain = _ODD.sub("_", key.upper())
    return plain in MOVERS or plain.startswith(CLAIM)


def tells_address(key: str, known: Container[str]) -> bool:
    """Say whether a field may tell a reader's address or place.

    Args:
        key: Name of the field.
        known: The names that are known.
    """
    plain = _ODD.sub("_", key.upper())
    return plain in known or plain.startswith(_PLACE_PREFIXES)
