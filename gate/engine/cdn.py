"""Whose network an address is: only to recognise content delivery networks.

Nobody is trusted because of this list. A reader never comes from these networks; when
many requests seem to, the gate sees its own CDN and not the readers behind it.
"""

from __future__ import annotations

from bisect import bisect_right
from ipaddress import ip_network
from typing import Final

AS_OF: Final = "2025-10-31"
"""Day of the knowledge. Networks come and go; a few new ones will be missing.

Source:
    https://www.cloudflare.com/ips/, https://api.fastly.com/public-ip-list, and the
    larger networks of https://d7uri8nf7uskq.cloudfront.net/tools/list-cloudfront-ips.
"""

NETWORKS: Final = {
    "Cloudflare": (
        *("103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13"),
        *("104.24.0.0/14", "108.162.192.0/18", "131.0.72.0/22", "141.101.64.0/18"),
        *("162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20", "188.114.96.0/20"),
        *("190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17"),
        *("2400:cb00::/32", "2405:8100::/32", "2405:b500::/32", "2606:4700::/32"),
        *("2803:f800::/32", "2a06:98c0::/29", "2c0f:f248::/32"),
    ),
    "Fastly": (
        *("23.235.32.0/20", "43.249.72.0/22", "103.244.50.0/24", "103.245.222.0/23"),
        *("103.245.224.0/24", "104.156.80.0/20", "140.248.64.0/18"),
        *("140.248.128.0/17", "146.75.0.0/17", "151.101.0.0/16", "157.52.64.0/18"),
        *("167.82.0.0/17", "167.82.128.0/20", "167.82.160.0/20", "167.82.224.0/20"),
        *("172.111.64.0/18", "185.31.16.0/22", "199.27.72.0/21", "199.232.0.0/16"),
        *("2a04:4e40::/32", "2a04:4e42::/32"),
    ),
    "CloudFront": (
        *("3.160.0.0/14", "3.164.64.0/18", "3.165.0.0/16", "3.166.0.0/15"),
        *("3.168.0.0/14", "3.173.0.0/17", "13.32.0.0/15", "13.224.0.0/14"),
        *("13.249.0.0/16", "15.158.0.0/16", "18.154.0.0/15", "18.160.0.0/15"),
        *("18.164.0.0/15", "18.172.0.0/15", "18.238.0.0/15", "18.244.0.0/15"),
        *("52.222.128.0/17", "54.192.0.0/16", "54.230.200.0/21", "54.230.208.0/20"),
        *("54.230.224.0/19", "64.252.128.0/18", "65.9.128.0/18", "70.132.0.0/18"),
        *("71.152.0.0/17", "99.86.0.0/16", "108.156.0.0/14", "130.176.0.0/17"),
        *("130.176.128.0/18", "205.251.208.0/20", "216.137.32.0/19"),
    ),
}

_Span = tuple[int, int, str]


def cdn_of(version: int, number: int) -> str | None:
    """Return the name of the CDN in whose network an address lies; None for others.

    Args:
        version: 4 or 6; anything else lies in none.
        number: The address as an integer.
    """
    spans = _SPANS.get(version, ())
    at = bisect_right(_FIRSTS.get(version, ()), number) - 1
    return spans[at][2] if at >= 0 and number <= spans[at][1] else None


def _spans(version: int) -> tuple[_Span, ...]:
    networks = (
        (ip_network(text), name) for name, texts in NETWORKS.items() for text in texts
    )
    return tuple(
        sorted(
            (int(network[0]), int(network[-1]), name)
            for network, name in networks
            if network.version == version
        )
    )


_SPANS: Final = {version: _spans(version) for version in (4, 6)}
_FIRSTS: Final = {
    version: [span[0] for span in spans] for version, spans in _SPANS.items()
}
