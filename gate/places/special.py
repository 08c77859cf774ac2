"""Addresses that no database can place, because they belong to no one place."""

from __future__ import annotations

from bisect import bisect_right
from ipaddress import ip_network
from typing import Final

from gate.model import Unknown

# IANA special-purpose address registries (RFC 6890 and its updates), multicast
# (RFC 5771, RFC 4291), and what is left of IPv4 class E (RFC 1112).
_NOT_PUBLIC: Final = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
    *("::/96", "100::/64", "2001:2::/48", "2001:20::/28", "2001:db8::/32"),
    *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)

# The gate unpacks the IPv4 address in these before it looks anything up; packed,
# they tell where a relay is, not where the visitor is.
_WRAPPED: Final = (
    *("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
)

Span = tuple[int, int, Unknown]


def special_spans(version: int) -> tuple[Span, ...]:
    """Return the special ranges of IPv4 (4) or IPv6 (6), ascending.

    Each is (first address, last address, reason); none overlap.
    """
    return _SPANS[version]


def special_reason(version: int, number: int) -> Unknown | None:
    """Say why no database can place an address; None if one may."""
    spans = _SPANS[version]
    at = bisect_right(_FIRSTS[version], number) - 1
    return spans[at][2] if at >= 0 and number <= spans[at][1] else None


def _spans(version: int) -> tuple[Span, ...]:
    reasons = {
        Unknown.PRIVATE_ADDRESS: _NOT_PUBLIC,
        Unknown.NOT_IN_DATABASE: _WRAPPED,
    }
    networks = (
        (ip_network(text), reason)
        for reason, texts in reasons.items()
        for text in texts
    )
    return tuple(
        sorted(
            (int(network[0]), int(network[-1]), reason)
            for network, reason in networks
            if network.version == version
        )
    )


_SPANS: Final = {version: _spans(version) for version in (4, 6)}
_FIRSTS: Final = {
    version: [span[0] for span in spans] for version, spans in _SPANS.items()
}
