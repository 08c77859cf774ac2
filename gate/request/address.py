"""The client behind trusted proxies: whom an answer is for, or why nobody can tell.

The walk starts at the socket peer and goes outwards through our own proxies only,
because everything beyond the first stranger was written by a stranger. It reads exactly
one header. What cannot be read is *unknown*; it is never skipped in favour of the next.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from gate.model import Client, Unknown
from gate.request.numbers import parse_address, parse_hop, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.request.numbers import Address
    from gate.request.proxies import Proxies

_MOST_HOPS: Final = 64
"""Real chains have fewer than ten; a longer one is an attack on our time."""

_MOST_COMMAS: Final = 8
"""How many commas inside one quoted string are looked past."""

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR: Final = rf'{_WORD}=(?:{_WORD}|"(?:[^"\\]|\\.)*")'
_ELEMENT: Final = re.compile(rf"[ \t]*{_PAIR}(?:[ \t]*;[ \t]*{_PAIR})*[ \t]*")
_PARAMETER: Final = re.compile(
    rf'(?P<name>{_WORD})=(?:(?P<token>{_WORD})|"(?P<quoted>(?:[^"\\]|\\.)*)")'
)

_PRIVATE: Final = Client(0, 0, Unknown.PRIVATE_ADDRESS)
_BAD: Final = Client(0, 0, Unknown.BAD_ADDRESS)

_new = tuple.__new__  # spares the constructor in Python: half of the time


def client_of(peer: str, fields: Mapping[str, object], proxies: Proxies) -> Client:
    """Find the address that the outermost trusted proxy saw.

    Args:
        peer: Address of the socket peer, as the server gives it; "" or "@" for a
            Unix socket.
        fields: Header fields by their names in a WSGI environ ("HTTP_X_REAL_IP");
            other keys do no harm, so that an environ serves.
        proxies: Which peers are ours, and which header they write.

    Returns:
        The first hop that is not ours. `unknown` is BAD_ADDRESS when a hop that had
        to be read is unreadable or missing, and PRIVATE_ADDRESS when every hop is one
        of our own machines: then the header is sound, and the visitor is at home.
        `doubt` is BAD_ADDRESS when a stranger sent a forwarding header: perhaps a
        proxy is missing from the trust list.

    Source:
        RFC 7239, section 5.2 (order of hops).
    """
    address = parse_address(peer)
    if address is None:
        return _nameless(peer, fields, proxies)
    version, number = address
    if bisect_right(proxies.bounds[version], number) & 1:
        return _behind(fields, proxies)
    if not fields.keys().isdisjoint(proxies.telltales):
        return _client(address, Unknown.BAD_ADDRESS)
    if version == 4 and number:  # noqa: PLR2004 - the version's own name
        return _new(Client, (4, number, None, None, ""))
    return _client(address)


def is_trusted(peer: str, proxies: Proxies) -> bool:
    """Whether the socket peer is one of our own proxies."""
    address = parse_address(peer)
    return proxies.trusts_unix(peer) if address is None else proxies.trusts(address)


def _nameless(peer: str, fields: Mapping[str, object], proxies: Proxies) -> Client:
    return _behind(fields, proxies) if proxies.trusts_unix(peer) else _BAD


def _client(address: Address | None, doubt: Unknown | None = None) -> Client:
    seen = None if address is None else reachable(address)
    return _BAD if seen is None else Client(*seen, None, doubt)


def _behind(fields: Mapping[str, object], proxies: Proxies) -> Client:
    value = fields.get(proxies.field)
    if not isinstance(value, str):
        return _BAD  # a proxy that strips or never sets the header is an alarm
    for hops, hop in enumerate(hops_of(value, proxies.header), start=1):
        if hop is None or hops > _MOST_HOPS:
            return _BAD
        if not proxies.trusts(hop):
            return _client(hop)
    return _PRIVATE


def hops_of(value: str, header: str) -> Iterator[Address | None]:
    """Yield the hops in a header from ours outwards; None for one not readable.

    Args:
        value: The field's value, repeated lines joined by ",".
        header: Name of the field in lower case.
    """
    match header:
        case "x-forwarded-for":
            return map(parse_hop, _from_the_right(value))
        case "forwarded":
            return map(_parse_element, _elements(value))
        case "cloudfront-viewer-address":
            return iter((_parse_viewer(value),))
        case _:
            return iter((parse_hop(value),))


def _from_the_right(value: str) -> Iterator[str]:
    end = len(value)
    while end >= 0:
        start = value.rfind(",", 0, end)
        yield value[start + 1 : end]
        end = start


def _elements(value: str) -> Iterator[str]:
    """Yield the elements of Forwarded from the right; "" for one that is malformed.

    What our proxies appended is well-formed, so reading from the right finds it
    whatever a stranger wrote before: an open quote on the left swallows nothing.
    """
    end = len(value)
    while end >= 0:
        start, commas = value.rfind(",", 0, end), 0
        while not _ELEMENT.fullmatch(value, start + 1, end):
            commas += 1
            if start < 0 or commas > _MOST_COMMAS:
                yield ""
                return
            start = value.rfind(",", 0, start)
        yield value[start + 1 : end]
        end = start


def _parse_element(element: str) -> Address | None:
    nodes = [
        match["token"] or match["quoted"] or ""
        for match in _PARAMETER.finditer(element)
        if match["name"].lower() == "for"
    ]
    return parse_hop(nodes[0]) if len(nodes) == 1 else None


def _parse_viewer(value: str) -> Address | None:
    """Read address:port, where CloudFront writes IPv6 without brackets."""
    address, colon, port = value.strip(" \t").rpartition(":")
    if not (colon and port.isascii() and port.isdigit()):
        return None
    return parse_hop(address)
