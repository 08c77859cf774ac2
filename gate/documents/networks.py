"""Whether a text is a network in canonical form."""

from __future__ import annotations

import ipaddress
import re

CIDR = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")


def network_problem(value: str) -> tuple[str, str] | None:
    """Return what is wrong with a network, and what to do; None if it is sound.

    Args:
        value: Text such as "192.0.2.0/24".
    """
    if not CIDR.fullmatch(value):
        hint = "Write it like 192.0.2.0/24 or 2001:db8::/32."
        if "/" not in value and _is_network(value):
            hint = f"Write {ipaddress.ip_network(value)} for this one address."
        return "is not a network.", hint
    if not _is_network(value):
        return "is not a network.", ""
    network = ipaddress.ip_network(value, strict=False)
    address = ipaddress.ip_address(value.partition("/")[0])
    if network.network_address != address:
        return "is an address inside a network.", f"Did you mean {network}?"
    return None


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True
