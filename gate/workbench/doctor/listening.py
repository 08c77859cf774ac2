"""Whether something answers where the gate is to listen."""

from __future__ import annotations

import socket

_UNIX = "unix:"
WAIT = 1.0
"""Seconds for one connection."""


def answers(listen: str) -> bool:
    """Try to connect.

    Args:
        listen: "host:port" or "unix:/path".
    """
    try:
        _connect(listen)
    except OSError:
        return False
    return True


def _connect(listen: str) -> None:
    if listen.startswith(_UNIX):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(WAIT)
            caller.connect(listen.removeprefix(_UNIX))
        return
    host, _, port = listen.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), WAIT).close()
