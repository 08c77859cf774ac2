"""Ranges of addresses to networks in CIDR form. Plain integers: there are many."""

from __future__ import annotations

from socket import AF_INET6, inet_ntop
from typing import TYPE_CHECKING

from gate.workbench.export.table import BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.workbench.export.table import Span

_IPV6_BYTES = 16


def address_text(version: int, number: int) -> str:
    """Return an address in its usual spelling.

    >>> address_text(4, 0x08080808), address_text(6, 0x20010DB8 << 96)
    ('8.8.8.8', '2001:db8::')
    """
    if version == 4:  # noqa: PLR2004 - the version's own name
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return inet_ntop(AF_INET6, number.to_bytes(_IPV6_BYTES, "big"))


def networks(version: int, spans: Iterable[Span]) -> Iterator[tuple[str, int]]:
    """Yield the fewest networks that cover ranges exactly: address and length.

    >>> list(networks(4, [(0x01000000, 0x010002FF)]))
    [('1.0.0.0', 23), ('1.0.2.0', 24)]
    """
    bits = BITS[version]
    for first, last in spans:
        start, end = first, last + 1
        while start < end:
            # The largest block that begins here and does not run past the end.
            fits = (end - start).bit_length() - 1
            if start:
                fits = min(fits, (start & -start).bit_length() - 1)
            yield address_text(version, start), bits - fits
            start += 1 << fits
