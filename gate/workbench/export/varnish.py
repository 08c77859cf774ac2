"""The table for Varnish: an access list, and a subroutine that says if it holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.workbench.export.networks import networks
from gate.workbench.export.preamble import commented, preamble

if TYPE_CHECKING:
    from gate.workbench.export.table import EdgeTable

USE = """
In what gate recipe varnish has written, after import std; (the address is client.ip:
behind a TLS proxy, let that speak the PROXY protocol):

    include "/etc/varnish/gate-free.vcl";

and in vcl_recv instead of call gate_ask:

    call gate_free;
    if (!req.http.X-Gate-Free) {
        call gate_ask;
    }
    unset req.http.X-Gate-Free;
    set req.http.X-Gate-Step = "allowed";
    set req.http.X-Gate-Action = "pass";
    set req.http.X-Gate-Allows = "read, share, like, comment, save, contact, donate";
    set req.http.X-Gate-Banner = "none";
    set req.http.X-Gate-Cache = "CACHE_WORD";
"""

_NOW = """
sub gate_free {{
    unset req.http.X-Gate-Free;
    if (client.ip ~ gate_listed
        && now < std.time("{until}", now)
        && req.http.Host ~ "(?i)^{hosts}(?::[0-9]+)?$"
        && (req.method == "GET" || req.method == "HEAD")
        && req.http.Sec-Purpose !~ "(?i)anonymous-client-ip") {{
        set req.http.X-Gate-Free = "1";
    }}
}}
"""


def render(table: EdgeTable) -> bytes:
    """Return the file, to be included in VCL 4.1."""
    lines = commented(preamble(table, "varnish", USE))
    # A table is compiled in a few seconds; code for as many networks takes minutes.
    lines += ["acl gate_listed +table {"]
    for version, spans in table.free.items():
        lines += [f'    "{text}"/{size};' for text, size in networks(version, spans)]
    now = _NOW.format(until=table.valid_until, hosts=table.hosts_pattern)
    lines += ["}", now.strip("\n"), ""]
    return "\n".join(lines).encode()
