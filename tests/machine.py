"""What tests need of the machine: free ports, and programs that a user may lack."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import sys
from pathlib import Path

import pytest


def missing(what):
    """Skip with a reason on a user's machine; fail where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing; .ci/run installs it")
    pytest.skip(f"needs {what}")


def program(name):
    """Find a program: beside this Python, on PATH, or where servers are."""
    places = (Path(sys.executable).parent, os.environ["PATH"], "/usr/sbin")
    path = shutil.which(name, path=os.pathsep.join(map(str, places)))
    return path or missing(name)


_FIRST_PORT, _PORTS, _MOST_WORKERS = 10_000, 20_000, 16
_GIVEN = set()


def free_port():
    """Find a port that no connection takes by chance before a server does.

    Systems take the ports of outgoing connections from 32,768 upwards. Each worker of
    pytest-xdist has a range of its own, and gives no port twice.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = _PORTS // _MOST_WORKERS
    first = _FIRST_PORT + worker % _MOST_WORKERS * size
    while True:
        port = first + secrets.randbelow(size)
        if port in _GIVEN:
            continue
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            _GIVEN.add(port)
            return port


def listens(port):
    """Say whether a server listens; a socket that has met itself is none."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port)) as peer,
    ):
        return peer.getsockname() != peer.getpeername()
    return False
