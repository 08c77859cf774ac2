"""Ports for servers that tests start."""

from __future__ import annotations

import contextlib
import secrets
import socket


def free_port():
    """Find a port that no connection takes by chance before a server does.

    Systems take the ports of outgoing connections from 32,768 upwards.
    """
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
