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


def free_port():
    """Find a port that no connection takes by chance before a server does.

    Systems take the ports of outgoing connections from 32,768 upwards.
    """
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
