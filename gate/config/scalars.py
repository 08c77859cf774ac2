"""The kinds of value that only the configuration has, each checked once, from text."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, WithJsonSchema

from gate.documents.scalars import quoted, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

UNIX = "unix"
"""Stands in `visitor.trusted_proxies` for whoever connects over a unix socket."""

NO_HEADER = "none"
"""Stands in `visitor.header` for: readers connect directly, no header is believed."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_TOKEN = re.compile(r"[a-z0-9!#$%&'*+.^`|~-]+")
_PREFIX = re.compile(r"/(?:[A-Za-z0-9._~-]+/)+")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_EDITION = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+){0,7}")
_ACCOUNT = re.compile(r"[0-9]{1,12}")
PIN = re.compile(r"(banner|interstitial|block)( [0-9a-f]{12})?")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_LONGEST_HOST = 253  # characters, RFC 1035 section 2.3.4
_LARGEST_PORT = 65_535
_EVERYONE = "would believe everyone on the internet."


def host_name(text: str) -> str:
    """Return a host in lower case, as it stands in a request; IPv6 in brackets.

    Raises:
        PydanticCustomError: It is no host, or more than one.
    """
    host = text.strip().lower().rstrip(".")
    if "/" in host:
        better = urlsplit(host if "//" in host else f"//{host}").hostname
        raise refusal(f"{quoted(text)} is more than a host name.", f"Write {better}.")
    if _is_address(host):
        return f"[{ip_address(host.strip('[]'))}]" if ":" in host else host
    if not host.isascii():
        raise refusal(f"{quoted(text)} is not in ASCII form.", _ascii_form(host))
    if ":" in host:
        better = host.partition(":")[0]
        raise refusal(f"{quoted(text)} names a port.", f"Write {better}.")
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise refusal(f"{quoted(text)} is not a host name.", "There are no wildcards.")
    return host


def _log_name(text: str) -> str:
    """Return the name of a log: a word that can stand in a file name and a key name."""
    if not _NAME.fullmatch(text):
        raise refusal(
            f"{quoted(text)} is not a name for a log.",
            "Use small letters, digits, dots and hyphens, such as news.example.org.",
        )
    return text


def _pin(text: str) -> str:
    """Return a pin: an action, and perhaps the digest of what a promise is about."""
    if not PIN.fullmatch(text):
        raise refusal(
            f"{quoted(text)} is no pin.",
            "Write banner, interstitial or block; behind it may stand what "
            "gate explain --rule PROMISE prints.",
            code="E110",
        )
    return text


def _is_address(host: str) -> bool:
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _ascii_form(host: str) -> str:
    try:
        return f"Write {host.encode('idna').decode('ascii')}."
    except UnicodeError:
        return "Write it in Latin letters."


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise refusal(f"{quoted(text)} is not a URL.") from None
    if not _has_sound_port(parts):
        message = f"{quoted(text)} has a port that is not from 1 to {_LARGEST_PORT:,}."
        raise refusal(message)
    if not text.isprintable() or " " in text or "@" in parts.netloc:
        raise refusal(f"{quoted(text)} holds a space or a user name.")
    return parts


def _has_sound_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _https_url(text: str) -> str:
    parts = _split(text)
    if parts.scheme != "https" or not parts.hostname:
        raise refusal(f"{quoted(text)} is not a URL that begins with https://.")
    return text


def _page_url(text: str) -> str:
    if text.startswith("/") and not text.startswith("//"):
        _split(text)
        return text
    return _https_url(text)


def _mirror_url(text: str) -> str:
    """Return where databases are fetched from: https, or http on this machine."""
    parts = _split(text)
    if parts.query or parts.fragment:
        raise refusal(f"{quoted(text)} holds more than a path.")
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return text.rstrip("/")
    return _https_url(text).rstrip("/")


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_loopback


def _edition(text: str) -> str:
    if not _EDITION.fullmatch(text):
        hint = "Write it like GeoLite2-City or dbip-city-lite."
        raise refusal(f"{quoted(text)} is not the name of an edition.", hint)
    return text


def _account(text: str) -> str:
    if not _ACCOUNT.fullmatch(text):
        message = f"{quoted(text)} is not the number of an account."
        raise refusal(message, "Use the digits that MaxMind shows, nothing else.")
    return text


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise refusal(f"{quoted(text)} is not an IP address.") from None


def upstream_url(text: str) -> str:
    """Return the address of a site: "http://host:port", "https://..." or "unix:/path".

    Raises:
        PydanticCustomError: It is none of these.
    """
    if text.startswith("unix:/"):
        return text
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        hint = "Write http://host:port, https://host or unix:/path."
        raise refusal(f"{quoted(text)} is not the address of a site.", hint)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        better = f"{parts.scheme}://{parts.netloc}"
        message = f"{quoted(text)} holds a path; the gate forwards every path as it is."
        raise refusal(message, f"Write {better}.")
    return text.rstrip("/")


def listen_address(text: str) -> str:
    """Return where to listen: "host:port" or "unix:/path".

    Raises:
        PydanticCustomError: It is neither.
    """
    if text.startswith("unix:/"):
        return text
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch("[0-9]{1,5}", port) or int(port) > _LARGEST_PORT:
        hint = "Write 127.0.0.1:8080, [::1]:8080 or unix:/path."
        raise refusal(f"{quoted(text)} is not a place to listen at.", hint)
    if ":" in host and not host.startswith("["):
        raise refusal(f"{quoted(text)} lacks brackets.", f"Write [{host}]:{port}.")
    return f"{host_name(host)}:{int(port)}"


def _header(text: str) -> str:
    name = text.strip().lower()
    if not _TOKEN.fullmatch(name):
        hint = f"Write {name.replace('_', '-')}." if "_" in name else ""
        raise refusal(f"{quoted(text)} is not the name of a header field.", hint)
    return name


def _trusted(text: str) -> str:
    if text == UNIX:
        return text
    if text == "*":
        raise refusal(f'"*" {_EVERYONE}', "Name the networks of your proxies.")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        hint = f"Write it like 10.0.0.0/8, or {UNIX}."
        raise refusal(f"{quoted(text)} is not a network.", hint) from None
    if network.prefixlen == 0:
        raise refusal(f"{quoted(text)} {_EVERYONE}", "Name your proxies' networks.")
    if network.network_address != ip_address(text.partition("/")[0]):
        message = f"{quoted(text)} is an address inside a network."
        raise refusal(message, f"Did you mean {network}?")
    return str(network)


def _file(text: str) -> Path:
    if not text or not text.isprintable():
        raise refusal("The name of a file or folder is missing.")
    return Path(text).expanduser()


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text) or {".", ".."} & set(text.split("/")):
        message = f"{quoted(text)} is not a path with a slash at both ends."
        raise refusal(message, "Write it like /-/.")
    return text


def _method(text: str) -> str:
    if text not in METHODS:
        upper = f"Write {text.upper()}." if text.upper() in METHODS else ""
        message = f"{quoted(text)} is not one of {', '.join(METHODS)}."
        raise refusal(message, upper)
    return text


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        hint = 'Write it in quotation marks, such as "#1e2126".'
        raise refusal(f"{quoted(text)} is not a colour of six digits.", hint)
    return text.lower()


def _of(parse: Callable[[str], object]) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, str):
            raise refusal("One value is needed here, not several.")
        return parse(value)

    return BeforeValidator(check)


def _text(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


Host = Annotated[str, _of(host_name), _text("news.example.org")]
HttpsUrl = Annotated[str, _of(_https_url), _text("https://www.wikipedia.org/")]
PageUrl = Annotated[str, _of(_page_url), _text("/about/undesirable/")]
Upstream = Annotated[str, _of(upstream_url), _text("http://127.0.0.1:8000")]
LogName = Annotated[str, _of(_log_name), _text("news.example.org")]
Listen = Annotated[str, _of(listen_address), _text("127.0.0.1:8080")]
HeaderName = Annotated[str, _of(_header), _text("X-Forwarded-For")]
Trusted = Annotated[str, _of(_trusted), _text("10.0.0.0/8")]
MirrorUrl = Annotated[str, _of(_mirror_url), _text("https://mirror.example.org")]
Edition = Annotated[str, _of(_edition), _text("GeoLite2-City")]
Account = Annotated[str, _of(_account), _text("123456")]
IpAddress = Annotated[str, _of(_address), _text("8.8.8.8")]
FilePath = Annotated[Path, _of(_file), _text("rules")]
OwnPrefix = Annotated[str, _of(_prefix), _text("/-/")]
PinText = Annotated[
    str,
    _of(_pin),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["banner", "interstitial", "block"]},
                {"type": "string", "pattern": f"^{PIN.pattern}$"},
            ]
        }
    ),
]
Colour = Annotated[str, _of(_colour), _text("#1e2126")]
Method = Annotated[
    str, _of(_method), WithJsonSchema({"type": "string", "enum": list(METHODS)})
]
