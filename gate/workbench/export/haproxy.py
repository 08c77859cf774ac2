"""The table for HAProxy: a map from networks to the second in which they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.places.special import special_spans
from gate.workbench.export.networks import networks
from gate.workbench.export.preamble import commented, preamble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.export.table import EdgeTable, Span

USE = """
Each network is followed by the Unix time until which it is free; 0 is never. In what
gate recipe haproxy has written, in the frontend, after lua.gate_reader (elsewhere the
address is src, after set-src if there is a proxy in front):

    acl gate_now date,sub(txn.gate_until) lt 0
    acl gate_reads method GET HEAD
    acl gate_hides req.fhdr(sec-purpose) -m sub -i anonymous-client-ip
    acl gate_host req.hdr(host) -m reg -i '^HOSTS_PATTERN(:[0-9]+)?$'
    http-request set-var(txn.gate_until) var(txn.gate_reader),map_ip_int({file},0)
    http-request set-var(txn.gate_free) bool(true) if {when}

and in the backend, around lua.gate_check:

    acl gate_free var(txn.gate_free) -m bool
    http-request set-var(txn.gate) str(allow) if gate_free
    http-request set-var(txn.gate_action) str(pass) if gate_free
    http-request set-var-fmt(txn.gate_allows) "{allows}" if gate_free
    http-request set-var(txn.gate_banner) str(none) if gate_free
    http-request set-var(txn.gate_cache) str(CACHE_WORD) if gate_free
    http-request lua.gate_check unless gate_free
""".format(
    file="/etc/haproxy/gate-free.map",
    when="gate_now gate_host gate_reads !gate_hides",
    allows="read, share, like, comment, save, contact, donate",
)

_MAPPED = 0xFFFF << 32  # ::ffff:0:0, first of the IPv4-mapped addresses


def render(table: EdgeTable) -> bytes:
    """Return the map file."""
    lines = commented(preamble(table, "haproxy", USE))
    until = table.valid_until
    for version, spans in table.free.items():
        lines += [f"{text}/{size} {until}" for text, size in networks(version, spans)]
    lines += [f"{text}/{size} 0" for text, size in networks(6, _not_ipv6())]
    return "\n".join([*lines, ""]).encode()


def _not_ipv6() -> Iterator[Span]:
    """Yield ranges for which HAProxy would look up the IPv4 address in them.

    Only the mapped ones are IPv4; the others are named so that it finds them first.
    """
    for first, last, _ in special_spans(6):
        if first != _MAPPED:
            yield first, last
