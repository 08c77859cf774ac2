"""Addresses as numbers: a strict parser, and the IPv4 address inside of an IPv6 one.

`inet_pton` reads the full dotted form only. Looser readers take "77.2056" and
"1297614856" for addresses and find a country for them.
"""

from __future__ import annotations

import re
from socket import AF_INET, AF_INET6, inet_pton
from struct import Struct
from typing import Final

Address = tuple[int, int]
"""IP version (4 or 6) and the address as an integer.

A plain tuple: one is made for every request, and a named one costs twice the time.
"""

_HOP: Final = re.compile(
    r"(?:(?P<v4>[0-9.]{7,15})|\[(?P<v6>[0-9A-Fa-f]*:[0-9A-Fa-f:.]{1,45})(?P<zone>%[\w.~-]{1,32})?\])"
    r"(?::(?:\d{1,5}|_[\w.-]{1,32}))?",
    re.ASCII,
)
"""An address that may carry a port; IPv6 then stands in brackets."""

_BARE_V6: Final = re.compile(
    r"(?P<v6>[0-9A-Fa-f]*:[0-9A-Fa-f:.]{1,45})(?P<zone>%[\w.~-]{1,32})?", re.ASCII
)

_LONGEST_HOP: Final = 120
"""Characters; an address with zone and port has at most 114."""

_four_bytes = Struct("!I").unpack
_LOW_32: Final = 0xFFFF_FFFF
_LINK_LOCAL: Final = 0xFE80 >> 6  # fe80::/10
_MAPPED: Final = 0xFFFF  # ::ffff:0:0/96
_NAT64: Final = 0x0064_FF9B << 64  # 64:ff9b::/96
_LOCAL_NAT64: Final = 0x0064_FF9B_0001  # 64:ff9b:1::/48
_SIX_TO_FOUR: Final = 0x2002  # 2002::/16
_TEREDO: Final = 0x2001_0000  # 2001::/32


def parse_address(text: str) -> Address | None:
    """Read a plain address, without port, brackets or zone.

    Returns:
        The address, an IPv4-mapped one as IPv4 (a dual-stack socket names its IPv4
        peers so); None if the text is anything else.
    """
    try:
        if ":" not in text:
            return 4, _four_bytes(inet_pton(AF_INET, text))[0]
        number = int.from_bytes(inet_pton(AF_INET6, text), "big")
    except (OSError, ValueError):
        return None
    return (4, number & _LOW_32) if number >> 32 == _MAPPED else (6, number)


def parse_hop(text: str) -> Address | None:
    """Read one hop of a forwarding header: an address, perhaps with port or brackets.

    A zone is dropped where it has a meaning, on link-local addresses; elsewhere it
    makes the hop unreadable. "unknown" and "_hidden" (RFC 7239) are unreadable too.
    """
    text = text.strip(" \t")
    if len(text) > _LONGEST_HOP:
        return None
    plain = parse_address(text)
    if plain is not None:
        return plain
    match = _HOP.fullmatch(text) or _BARE_V6.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    address = parse_address(parts.get("v4") or parts["v6"])
    if address is None or not parts["zone"]:
        return address
    return address if address[1] >> 118 == _LINK_LOCAL else None


def reachable(address: Address) -> Address | None:
    """Look through the tunnels: the IPv4 address whose place counts.

    Databases know nothing of NAT64 and would answer for a Teredo client with the
    place of its server. Never to be used for trust: anybody can write 10.0.0.5 into
    an IPv6 address of their own.

    Returns:
        The address itself where nothing is embedded; None for 0.0.0.0 and ::.

    Source:
        RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
    """
    version, number = address
    if version == 6:  # noqa: PLR2004 - the version's own name
        embedded = _embedded(number)
        if embedded is not None:
            version, number = 4, embedded
    return (version, number) if number else None


def _embedded(number: int) -> int | None:
    if number >> 112 == _SIX_TO_FOUR:
        return number >> 80 & _LOW_32
    if number >> 96 == _TEREDO:
        return ~number & _LOW_32
    if number >> 32 == _NAT64:
        return number & _LOW_32
    if number >> 80 == _LOCAL_NAT64:
        return _local_nat64(number)
    return None


def _local_nat64(number: int) -> int:
    """Read either layout: a /96 inside of the range, or the /48 layout of RFC 6052."""
    low = number & _LOW_32
    return low or (number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF
