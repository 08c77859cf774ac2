"""What templates of recipes may say: values from the configuration."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from gate import __version__
from gate.config.scalars import NO_HEADER, UNIX
from gate.doors.claims import CLAIM, MOVERS
from gate.engine.snapshot import edge_of
from gate.request.continuation import COOKIE
from gate.request.proxies import FORWARDING

if TYPE_CHECKING:
    from gate.config import Config

FIELDS: Final = ("X-Gate-Action", "X-Gate-Allows", "X-Gate-Banner", "X-Gate-Cache")
"""What the gate says with every "allow"."""

CONNECT_MS: Final = 300
"""Milliseconds until the gate must have taken a connection."""

READ_MS: Final = 1_000
"""Milliseconds until the gate must have answered."""

RETRY_AFTER: Final = 30
"""Seconds after which a refused reader may ask again."""

FIELD_BYTES: Final = 7_168
"""Longest line of a request's head that goes to the gate, whose own limit is 8,190."""

PART_FAMILIES: Final = ("image", "audio", "video", "font")
PART_TYPES: Final = (
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/wasm",
    "application/manifest+json",
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
)
"""With the families: what can only be a part of a page, or a feed."""

PART_PATTERN: Final = (
    r"^(?:(?:image|audio|video|font)/|(?:text/(?:css|javascript)|application/(?:"
    r"javascript|wasm|manifest\+json|(?:rss|atom)\+xml|feed\+json))(?:[; ,]|$))"
)

CACHE_FIELDS: Final = (
    "Expires",
    "Pragma",
    "Surrogate-Control",
    "Edge-Control",
    "X-Accel-Expires",
    "Akamai-Cache-Control",
    "Cloudflare-CDN-Cache-Control",
    "Fastly-Cache-Control",
    "Netlify-CDN-Cache-Control",
    "Vercel-CDN-Cache-Control",
)
"""What tells shared caches to keep an answer, beside the two that are set anew."""

CLOSED: Final = ("check", "relay", "live", "ready")
"""What nobody outside may reach below the prefix of the gate's own pages."""

_PORTS: Final = {"http": 80, "https": 443}
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
_GATE_NAMES: Final = (
    *("VERDICT", "SECRET", "PROTO", "CLIENT_IP", "ERROR", "STEP", "DOWN"),
)
_ORIGINAL: Final = ("METHOD", "HOST", "PROTO", "SCHEME", "PATH", "ADDRESS")
_FORWARDED: Final = (
    *("METHOD", "URI", "HOST", "PROTO", "PORT", "PREFIX", "SERVER", "PATH"),
    *("SCHEME", "SSL", "USER", "BY"),
)
_SPELLED: Final = {"Ip": "IP", "Uri": "URI", "Url": "URL", "Cf": "CF", "Http": "HTTP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something listens.

    Attributes:
        scheme: "http" or "https".
        host: Name or address, IPv6 in brackets; "" for a unix socket.
        port: Its port; 0 for a unix socket.
        unix: Path of a unix socket, else "".
    """

    scheme: str = "http"
    host: str = ""
    port: int = 0
    unix: str = ""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read "host:port", "http://host:port", "https://host" or "unix:/path"."""
        if text.startswith(f"{UNIX}:"):
            return cls(unix=text.removeprefix(f"{UNIX}:"))
        parts = urlsplit(text if "://" in text else f"http://{text}")
        bare = parts.hostname or ""
        host = f"[{bare}]" if ":" in bare else bare
        port = parts.port if parts.port is not None else _PORTS[parts.scheme]
        return cls(scheme=parts.scheme, host=host, port=port)

    @property
    def bare(self) -> str:
        """The host without brackets."""
        return self.host.strip("[]")

    @property
    def tls(self) -> bool:
        """Whether it is spoken to in TLS."""
        return self.scheme == "https"

    @property
    def text(self) -> str:
        """The address as "host:port" or "unix:/path"."""
        return f"{UNIX}:{self.unix}" if self.unix else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as "http://host:port" or "unix:/path"."""
        return self.text if self.unix else f"{self.scheme}://{self.text}"

    def reachable(self) -> Address:
        """Return where to reach what listens here, for a neighbour on this machine."""
        if self.unix or self.bare not in _ANY:
            return self
        host = _ANY[self.bare]
        return Address(host=f"[{host}]" if ":" in host else host, port=self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a recipe is to be rendered for.

    Attributes:
        config: What the deployer chose.
        secret: The shared secret, or what stands for it where it is shown.
        folder: Where the files will lie; the recipe's own choice if None.
        listen: Where the server is to listen, "host:port"; its usual ports if None.
        upstream: Address of the site; `server.upstream` if None.
        gate: Address of the gate; `server.listen` if None.
        logs: Folder for logs; the recipe's own choice if None.
    """

    config: Config
    secret: str
    folder: str | None = None
    listen: str | None = None
    upstream: str | None = None
    gate: str | None = None
    logs: str | None = None

    @property
    def site(self) -> Address | None:
        """The site, if it is known."""
        text = self.upstream or self.config.server.upstream
        return Address.parse(text) if text else None

    @property
    def at_gate(self) -> Address:
        """Where a neighbour reaches the gate."""
        return Address.parse(self.gate or self.config.server.listen).reachable()


def values(settings: Settings) -> dict[str, Any]:
    """Return the values of a template that do not depend on the recipe."""
    config = settings.config
    site, visitor = config.site, config.visitor
    return {
        "version": __version__,
        "site": {
            "name": site.name,
            "hosts": site.hosts,
            "host": site.hosts[0],
            "organization": site.organization,
            "feeds": site.feeds,
            "footer": site.footer,
            "cache": site.cache,
        },
        "own": site.own_prefix,
        "closed": CLOSED,
        "gate": settings.at_gate,
        "upstream": settings.site,
        "listen": Address.parse(settings.listen) if settings.listen else None,
        "secret": settings.secret,
        "trusted": tuple(n for n in visitor.trusted_proxies if n != UNIX),
        "trusted_unix": UNIX in visitor.trusted_proxies,
        "header": visitor.header,
        "Header": spelled(visitor.header),
        "server": config.server,
        **_checking(config),
        **_names(config),
        **_places(config),
    }


def _checking(config: Config) -> dict[str, Any]:
    check = config.check
    return {
        "when_down": check.when_down if check else "",
        "banner": check.banner if check else "page",
        "secret_file": _absolute(check.secret_file if check else None),
        "connect_ms": CONNECT_MS,
        "read_ms": READ_MS,
        "retry_after": RETRY_AFTER,
        "field_bytes": FIELD_BYTES,
        "cookies": (f"__Host-{COOKIE}", COOKIE),
        "part_families": PART_FAMILIES,
        "part_types": PART_TYPES,
        "part_pattern": PART_PATTERN,
        "cache_fields": CACHE_FIELDS,
    }


def _absolute(path: Path | None) -> str:
    return "" if path is None else str(path.absolute())


def _names(config: Config) -> dict[str, Any]:
    header = config.visitor.header
    own = () if header == NO_HEADER else (header,)
    telltales = {spelled(name.removeprefix("HTTP_")) for name in FORWARDING}
    telltales |= {spelled(name) for name in own}
    claims = {f"{CLAIM}_{name}".removeprefix("HTTP_") for name in _GATE_NAMES}
    claims |= {name.removeprefix("HTTP_") for name in MOVERS}
    claims |= {f"X_ORIGINAL_{name}" for name in _ORIGINAL}
    claims |= {f"X_FORWARDED_{name}" for name in _FORWARDED}
    strangers = {*FIELDS, *telltales, *(spelled(name) for name in claims)}
    return {
        "fields": FIELDS,
        "edge_fields": _edge_fields(config),
        "telltales": tuple(sorted(telltales)),
        "strangers": tuple(sorted(strangers)),
        "misspelled": tuple(n for name in sorted(strangers) for n in misspelled(name)),
    }


def _edge_fields(config: Config) -> tuple[str, ...]:
    """Return the fields in which an edge names places; the gate must be told them."""
    edge = edge_of(config)
    keys = () if edge is None else sorted(edge.keys)
    return tuple(spelled(key.removeprefix("HTTP_")) for key in keys)


def _places(config: Config) -> dict[str, Any]:
    return {
        "python": sys.executable,
        "config_path": str(config.path.absolute()),
        "state": str(config.state.absolute()),
        "rules": str(config.rules.folder.absolute()),
        "rules_home": str(config.rules.folder.absolute().parent.parent),
        "audit": _absolute(config.audit.folder),
        "seals_apart": config.audit.seal == "apart",
        "databases": tuple(str(Path(p).absolute()) for p in config.geo.databases),
        **_updating(config),
    }


def _updating(config: Config) -> dict[str, Any]:
    """Return where `gate geo update` writes, and what it reads beside the rest."""
    update = config.geo.update
    folders = [path.absolute().parent for path in config.geo.databases]
    if update is not None and update.folder is not None:
        folders.append(update.folder.absolute())
    return {
        "update_source": update.source if update else "dbip",
        "update_folders": tuple(dict.fromkeys(map(str, folders))),
        "update_key": _absolute(update.licence_key_file if update else None),
    }


def spelled(name: str) -> str:
    """Return the name of a header field in its usual spelling.

    >>> spelled("HTTP_X_REAL_IP".removeprefix("HTTP_")), spelled("cf-connecting-ip")
    ('X-Real-IP', 'CF-Connecting-IP')
    """
    words = name.replace("_", "-").lower().split("-")
    return "-".join(_SPELLED.get(w.capitalize(), w.capitalize()) for w in words)


def misspelled(name: str) -> tuple[str, ...]:
    """Return every spelling of a name that some application may take for it.

    >>> misspelled("X-Gate")
    ('X_Gate', 'X.Gate')
    """
    first, *rest = name.split("-")
    found = [first]
    for word in rest:
        found = [f"{begun}{sign}{word}" for begun in found for sign in "-_."]
    return tuple(spelling for spelling in found if spelling != name)
