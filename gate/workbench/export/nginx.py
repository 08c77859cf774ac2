"""The table for nginx: a geo block, and maps that say whether it holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.workbench.export.digits import below
from gate.workbench.export.networks import networks
from gate.workbench.export.preamble import commented, preamble

if TYPE_CHECKING:
    from gate.workbench.export.table import EdgeTable

USE = """
In http {}, after set_real_ip_from and real_ip_header if there is a proxy in front
(the address is $remote_addr, as these leave it):

    include /etc/nginx/gate-free.conf;

In what gate recipe nginx has written, first in the location that asks the gate, and
beside it:

    error_page 418 = @gate_free;
    if ($gate_free) { return 418; }

    location @gate_free {
        set $gate_action pass;
        set $gate_allows "read, share, like, comment, save, contact, donate";
        set $gate_banner none;
        set $gate_cache CACHE_WORD;
        try_files /.gate-leads-on @gate_site;
    }

In another configuration: if ($gate_free) { return 204; } first in the internal location
to which auth_request leads. $gate_free is 1 for a GET or HEAD of a reader who is free
now, and asks for a host of site.hosts, else 0.
"""

# Each map is looked at only where the one before says so. What is no plain reading
# (Continue is a POST) and prefetches through proxies that hide the reader go to the
# gate, wherever they seem to come from.
_NOW = """
map $gate_listed $gate_free {{
    default 0;
    1 $gate_free_now;
}}
map $msec $gate_free_now {{
    default 0;
    "~^{before}\\.[0-9]+$" $gate_free_method;
}}
map $request_method $gate_free_method {{
    default 0;
    GET $gate_free_reader;
    HEAD $gate_free_reader;
}}
map $http_sec_purpose $gate_free_reader {{
    default $gate_free_host;
    "~*anonymous-client-ip" 0;
}}
map $host $gate_free_host {{
    default 0;
    "~*^{hosts}$" 1;
}}
"""


def render(table: EdgeTable) -> bytes:
    """Return the file, to be included in `http`."""
    lines = commented(preamble(table, "nginx", USE))
    lines += ["geo $gate_listed {", "    default 0;"]
    for version, spans in table.free.items():
        lines += [f"    {text}/{size} 1;" for text, size in networks(version, spans)]
    now = _NOW.format(before=below(table.valid_until), hosts=table.hosts_pattern)
    lines += ["}", now.strip("\n"), ""]
    return "\n".join(lines).encode()
