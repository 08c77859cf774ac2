"""The most common request, read at a glance: its path and its address, nothing else.

A browser goes to a page by GET, from an IPv4 address, directly or through one trusted
proxy, and nothing about it is unusual. Whatever is not exactly that gives None and is
read with care by `read_environ`. What a glance sees, `read_environ` would see as well:
the tests hold one against the other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from socket import AF_INET, inet_pton
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from gate.request.kind import PURPOSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.request.read import ReadSettings

_PLAIN_PATH: Final = re.compile(r"(?:/[\w-][\w.~-]*+)*+/?", re.ASCII).fullmatch
"""Paths that are canonical, and the same raw and decoded."""

LONGEST_PATH: Final = 1024
"""Characters; longer ones are read with care."""

UNUSUAL: Final = PURPOSES | {"werkzeug.proxy_fix.orig", "REQUEST_URI"}
"""Keys of an environ that ask for a careful look."""

_number_of = Struct("!I").unpack


def glance(
    environ: Mapping[str, Any], settings: ReadSettings
) -> tuple[str, int] | None:
    """Return the canonical path and the IPv4 address of a plain navigation.

    Args:
        environ: As PEP 3333 describes it.
        settings: What the deployer chose.

    Returns:
        The path and the visitor's address as an integer; then the request is a GET
        whose kind is document (or feed, by its path), for a configured host, without
        doubt about the address. None for everything else.
    """
    get = environ.get
    path, raw = get("PATH_INFO", ""), get("RAW_URI")
    if (
        get("HTTP_SEC_FETCH_DEST") != "document"
        or environ["REQUEST_METHOD"] != "GET"
        or get("HTTP_HOST") not in settings.hosts
        or get("SCRIPT_NAME")
        or not _PLAIN_PATH(path)
        or (raw and raw != path and raw.partition("?")[0] != path)
        or len(path) > LONGEST_PATH
        or not path
        or settings.edge is not None
        or not environ.keys().isdisjoint(UNUSUAL)
    ):
        return None
    number = _address(environ, settings)
    return (path, number) if number else None


def _address(environ: Mapping[str, Any], settings: ReadSettings) -> int:
    """Return the visitor's IPv4 address, or 0 for a careful look."""
    proxies = settings.proxies
    trusted = proxies.bounds[4]
    try:
        number: int = _number_of(inet_pton(AF_INET, environ["REMOTE_ADDR"]))[0]
        if trusted and bisect_right(trusted, number) & 1:
            number = _number_of(inet_pton(AF_INET, environ[proxies.field]))[0]
            return 0 if bisect_right(trusted, number) & 1 else number
    except (OSError, KeyError, ValueError, TypeError):
        return 0
    return number if environ.keys().isdisjoint(proxies.telltales) else 0
