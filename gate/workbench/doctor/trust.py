"""Whether those are trusted who must be, and nobody else."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, NamedTuple

from gate.config.scalars import NO_HEADER, UNIX
from gate.engine.cdn import AS_OF, NETWORKS
from gate.workbench.doctor.finding import Finding, error, note, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.config import Config

    Network = IPv4Network | IPv6Network

# Prefix lengths below which no network is one operator's, and below which a public
# network holds many operators' machines.
_ABSURD = {4: 8, 6: 19}
_MANY = {4: 20, 6: 44}

# Ranges that every private network shares; nobody's proxies fill one.
_PRIVATE = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "fc00::/7", "fd00::/8", "fe80::/10"),
    )
)

_CDN_NETWORKS = tuple(
    (name, ip_network(text)) for name, texts in NETWORKS.items() for text in texts
)

# The header that each CDN writes itself, whatever the reader sent.
_OWN_HEADERS = {
    "Cloudflare": {"cf-connecting-ip", "true-client-ip"},
    "Fastly": {"fastly-client-ip"},
    "CloudFront": {"cloudfront-viewer-address"},
}


class _Trusted(NamedTuple):
    text: str
    network: Network
    header: str


def check_trust(config: Config) -> list[Finding]:
    """Look at the trust list and its header."""
    trusted, header = config.visitor.trusted_proxies, config.visitor.header
    if header != NO_HEADER and not trusted:
        told = f"visitor.header is {header}, and visitor.trusted_proxies is empty."
        return [error("D010", "visitor.trusted_proxies", told)]
    if header == NO_HEADER and trusted:
        told = "visitor.header is none: every reader behind the proxies is unknown."
        return [error("D012", "visitor.header", told)]
    networks = [
        _Trusted(text, ip_network(text), header) for text in trusted if text != UNIX
    ]
    found = [finding for one in networks for finding in _wide(one)]
    return found or [ok("D010", "visitor.trusted_proxies", _sound(trusted, header))]


def _sound(trusted: tuple[str, ...], header: str) -> str:
    if not trusted:
        return "Nobody is trusted and no header believed: readers connect directly."
    return f"{', '.join(trusted)} set {header}."


def _wide(one: _Trusted) -> Iterator[Finding]:
    network, subject = one.network, "visitor.trusted_proxies"
    cdn = _cdn(network)
    if network.prefixlen < _ABSURD[network.version] and not network.is_private:
        told = f"{one.text} is wider than the network of any one operator."
        yield error("D011", subject, told)
    elif any(_covers(network, known) for known in _PRIVATE):
        told = f"{one.text} is a whole private range: any machine in it may name any "
        yield warning("D011", subject, f"{told}address as the reader's.")
    elif cdn is not None:
        yield _shared_cdn(one, cdn)
    elif network.is_global and network.prefixlen < _MANY[network.version]:
        told = f"{one.text} is a public network of {network.num_addresses:,} addresses."
        yield warning("D013", subject, told)


def _covers(wide: Network, narrow: Network) -> bool:
    return (
        wide.version == narrow.version
        and int(wide.network_address) <= int(narrow.network_address)
        and int(wide.broadcast_address) >= int(narrow.broadcast_address)
    )


def _cdn(network: Network) -> str | None:
    return next(
        (
            name
            for name, known in _CDN_NETWORKS
            if _covers(known, network) or _covers(network, known)
        ),
        None,
    )


def _shared_cdn(one: _Trusted, cdn: str) -> Finding:
    subject = "visitor.trusted_proxies"
    told = f"{one.text} is {cdn}'s (as of {AS_OF}), as are its other customers."
    if one.header in _OWN_HEADERS[cdn]:
        return note("D013", subject, told, "Let only your own account reach the gate.")
    return warning("D013", subject, f"{told} {one.header} may hold what they wrote.")
