"""The one canonical path: what rules are matched against, whatever way it came.

A path arrives decoded (WSGI) or raw (on the request line); both views give the same
canonical path or are refused alike. Refusing is safe: no browser sends such a path.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from gate.errors import BadPathError

MAX_PATH: Final = 8192
"""Characters of a decoded path; browsers and servers stop at about the same."""

_FORBIDDEN: Final = r"\\\x00-\x1f\x7f-\x9f\ud800-\udfff"

_CANONICAL: Final = re.compile(rf"(?:/[^./%#{_FORBIDDEN}][^/%#{_FORBIDDEN}]*+)*+/?")
"""Paths that need no work; some that need none either take the longer way."""

_CONTROL: Final = re.compile(rf"[{_FORBIDDEN}]")
_STILL_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_AUTHORITY: Final = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)


def canonical_path(decoded: str) -> str:
    """Make a decoded path canonical.

    Dot segments and duplicate slashes are resolved; a trailing slash stays. "%" that
    does not begin an escape is literal, and so is ";".

    Args:
        decoded: The path decoded once, without query; "" is the root.

    Raises:
        BadPathError: It has control characters, a backslash, broken UTF-8, an escape
            that is still there after decoding, climbs above the root, does not
            begin with "/", or has more than 8,192 characters.

    Source:
        RFC 3986, sections 5.2.4 (dot segments) and 6.2.2.
    """
    if len(decoded) <= MAX_PATH and decoded and _CANONICAL.fullmatch(decoded):
        return decoded
    return _resolved(_sound(decoded or "/"))


def canonical_raw(raw: str) -> str:
    """Make a path from a request line canonical.

    Args:
        raw: Request target as it came, bytes as Latin-1: a path with query, or a
            whole http URL; query and fragment are cut off.

    Raises:
        BadPathError: As for `canonical_path`.
    """
    path = raw if raw[:1] == "/" else without_authority(raw)
    path = path.partition("#")[0].partition("?")[0]
    try:
        decoded = unquote_to_bytes(path.encode("latin-1")).decode()
    except UnicodeError:
        raise BadPathError("is not UTF-8") from None
    return canonical_path(decoded)


def without_authority(raw: str) -> str:
    """Return what follows scheme and host in a whole http URL, or `raw` itself."""
    return _AUTHORITY.sub("", raw, count=1)


def decoded_info(info: str) -> str:
    """Read a WSGI path: bytes that the server handed over as Latin-1.

    Raises:
        BadPathError: The bytes are not UTF-8.

    Source:
        PEP 3333, "Unicode Issues".
    """
    if info.isascii():
        return info
    try:
        return info.encode("latin-1").decode()
    except UnicodeError:
        raise BadPathError("is not UTF-8") from None


def authority_of(raw: str) -> str | None:
    """Return the host of a request target that is a whole URL; else None."""
    match = _AUTHORITY.match(raw)
    return match[1] if match else None


def _sound(decoded: str) -> str:
    if len(decoded) > MAX_PATH:
        raise BadPathError("is too long")
    if not decoded.startswith("/"):
        raise BadPathError("does not begin with a slash")
    if _CONTROL.search(decoded):
        raise BadPathError("has a control character or a backslash")
    if _STILL_ENCODED.search(decoded):
        raise BadPathError("is encoded twice")
    return decoded


def _resolved(path: str) -> str:
    """Resolve dot segments first, as RFC 3986 does, and merge slashes then.

    Merging first, as nginx does, gives another path where ".." follows a duplicate
    slash. A path that two servers read in two ways is refused.
    """
    kept: list[str] = []
    segments = path[1:].split("/")
    for segment in segments:
        if ";" in segment and segment.partition(";")[0] in {".", ".."}:
            raise BadPathError("has a dot segment with a parameter")
        if segment == "..":
            if not (kept and kept.pop()):
                raise BadPathError("climbs above the root or over a duplicate slash")
        elif segment != ".":
            kept.append(segment)
    names = [name for name in kept if name]
    slash = names and segments[-1] in {"", ".", ".."}
    return "/" + "/".join(names) + ("/" if slash else "")
