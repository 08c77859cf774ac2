"""Our own proxies: which peers are believed, and the one header that they write."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final

from gate.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.request.numbers import Address

UNIX: Final = "unix"
"""The word in a trust list that stands for peers on a Unix socket."""

NO_HEADER: Final = "none"
"""The word for: peers are the visitors themselves."""

FORWARDING: Final = frozenset(
    {
        "HTTP_ALI_CDN_REAL_IP",
        "HTTP_CF_CONNECTING_IP",
        "HTTP_CF_CONNECTING_IPV6",
        "HTTP_CF_PSEUDO_IPV4",
        "HTTP_CLIENT_IP",
        "HTTP_CLOUDFRONT_VIEWER_ADDRESS",
        "HTTP_FASTLY_CLIENT_IP",
        "HTTP_FLY_CLIENT_IP",
        "HTTP_FORWARDED",
        "HTTP_FORWARDED_FOR",
        "HTTP_PROXY_CLIENT_IP",
        "HTTP_TRUE_CLIENT_IP",
        "HTTP_WL_PROXY_CLIENT_IP",
        "HTTP_X_APPENGINE_USER_IP",
        "HTTP_X_AZURE_CLIENTIP",
        "HTTP_X_AZURE_SOCKETIP",
        "HTTP_X_CLIENT_IP",
        "HTTP_X_CLUSTER_CLIENT_IP",
        "HTTP_X_ENVOY_EXTERNAL_ADDRESS",
        "HTTP_X_FORWARDED",
        "HTTP_X_FORWARDED_CLIENT_CERT",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_NF_CLIENT_CONNECTION_IP",
        "HTTP_X_ORIGINAL_FORWARDED_FOR",
        "HTTP_X_PROXYUSER_IP",
        "HTTP_X_REAL_IP",
        "HTTP_X_REMOTE_IP",
        "HTTP_X_VERCEL_FORWARDED_FOR",
    }
)
"""Fields in which proxies write who a client is, by their names in an environ."""

_FIELD_NAME: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII)
_MAPPED: Final = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Whom to believe about a client's address, compiled once.

    Attributes:
        bounds: For IP versions 4 and 6 where trust begins, ends, begins again ...,
            in ascending order; empty when nobody is trusted.
        unix: Whether peers on a Unix socket are ours.
        header: The one header that our proxies write, in lower case, or "none".
        field: The same as a key of a WSGI environ; "" for none.
        telltales: Fields that only a proxy would send.
    """

    bounds: dict[int, tuple[int, ...]]
    unix: bool
    header: str
    field: str
    telltales: frozenset[str]

    @classmethod
    def compile(cls, trusted: Iterable[str] = (), header: str = NO_HEADER) -> Proxies:
        """Check and compile the deployer's choice.

        Args:
            trusted: Networks in CIDR form, single addresses, and the word "unix".
            header: Name of a header such as "x-forwarded-for" or "x-real-ip", in any
                case; "none" when peers are the visitors themselves.

        Raises:
            ConfigError: Something is not a network, or not the name of a header.
        """
        words = [word.strip() for word in trusted]
        header = header.strip().lower()
        if not _FIELD_NAME.fullmatch(header):
            raise ConfigError(
                f"visitor.header: {header!r} is not the name of a header.",
                hint='Write one name such as "x-forwarded-for", or "none".',
            )
        field = (
            "" if header == NO_HEADER else "HTTP_" + header.upper().replace("-", "_")
        )
        return cls(
            bounds=_bounds([_network(word) for word in words if word != UNIX]),
            unix=UNIX in words,
            header=header,
            field=field,
            telltales=FORWARDING | ({field} - {""}),
        )

    def trusts(self, address: Address) -> bool:
        """Whether an address belongs to one of our own machines."""
        version, number = address
        return bisect_right(self.bounds[version], number) & 1 == 1

    def trusts_unix(self, peer: str) -> bool:
        """Whether a peer that has no address is one of ours."""
        return self.unix and is_unix_peer(peer)


def is_unix_peer(peer: str) -> bool:
    """Whether a server names a peer on a Unix socket so.

    Source:
        gunicorn leaves REMOTE_ADDR empty, waitress says "localhost", Werkzeug
        "<local>", nginx "unix:"; "@" begins an abstract socket on Linux.
    """
    return peer in {"", "localhost", "<local>"} or peer.startswith(("@", "unix:"))


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(word)
    except ValueError as error:
        raise ConfigError(
            f"visitor.trusted_proxies: {word!r} is not a network.",
            hint='Write networks such as "10.0.0.0/8", or the word "unix".',
        ) from error
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network(
            (int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - 96)
        )
    return network


def _bounds(
    networks: list[IPv4Network | IPv6Network],
) -> dict[int, tuple[int, ...]]:
    spans: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for network in networks:
        end = int(network.broadcast_address) + 1
        spans[network.version].append((int(network.network_address), end))
    return {version: _merged(sorted(found)) for version, found in spans.items()}


def _merged(spans: list[tuple[int, int]]) -> tuple[int, ...]:
    bounds: list[int] = []
    for start, end in spans:
        if bounds and start <= bounds[-1]:
            bounds[-1] = max(bounds[-1], end)
        else:
            bounds += [start, end]
    return tuple(bounds)
