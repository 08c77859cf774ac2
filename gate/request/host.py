"""The host that a request is for: one spelling for each of the sites."""

from __future__ import annotations

import re
from typing import Final

from gate.errors import BadHostError, ConfigError

_HOST: Final = re.compile(
    r"(?P<name>\[[0-9a-f:.]{2,45}\]|[^\s\x00-\x20\x7f\[\]:/\\@,?#<>\"']{1,255})"
    r"(?::[0-9]{0,5})?"
)
_LABELS: Final = re.compile(r"[0-9a-z_](?:[0-9a-z_-]*[0-9a-z_])?(?:\.[0-9a-z_-]+)*")
_LOOPBACK: Final = re.compile(
    r"(?:.+\.)?localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]"
)


def canonical_host(value: str) -> str:
    """Return the one spelling of a host: lower case, punycode, no port, no last dot.

    Args:
        value: A Host header as text, such as "News.Example.ORG.:443".

    Raises:
        BadHostError: It is empty, or more than one, or not a host name.

    Source:
        RFC 9112, section 3.2 (exactly one valid Host); RFC 5890 (A-labels).
    """
    match = _HOST.fullmatch(value.strip(" \t").lower())
    if match is None:
        raise BadHostError
    name = match["name"]
    if name.startswith("["):
        return name
    name = _punycode(name.removesuffix("."))
    if not _LABELS.fullmatch(name):
        raise BadHostError
    return name


def configured_host(value: str) -> str:
    """Return the canonical spelling of a host from the configuration.

    Raises:
        ConfigError: It is not a host name.
    """
    try:
        return canonical_host(value)
    except BadHostError as error:
        raise ConfigError(
            f"site.hosts: {value!r} is not a host name.",
            hint='Write names such as "news.example.org", without "https://".',
        ) from error


def is_loopback(host: str) -> bool:
    """Whether a canonical host names the reader's own machine."""
    return _LOOPBACK.fullmatch(host) is not None


def _punycode(name: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadHostError from None
