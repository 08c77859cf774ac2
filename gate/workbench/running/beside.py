"""A process beside the workers: begun with the server, begun again if it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAUSE = 5.0
"""Seconds between two beginnings of a process that ends by itself."""


class Beside:
    """One process beside the workers, as the server sees it.

    The server reaps whatever child ends, so only the number is kept.

    Args:
        pause: Seconds between two beginnings.
        lull: Seconds before the first, in which the workers have the machine.
    """

    def __init__(self, pause: float = 0.0, lull: float = 0.0) -> None:
        self.has_begun = False
        self._pid = 0
        self._pause, self._next = pause, time.monotonic() + lull

    def tend(self, begin: Callable[[], int]) -> bool:
        """Begin the process if it does not run; say whether that was so.

        Args:
            begin: Begins it, and returns its number.
        """
        if (self._pid and _is_running(self._pid)) or time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + self._pause
        self._pid = begin()
        self.has_begun = True
        return True

    def end(self) -> None:
        """End the process at once."""
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        self._pid = 0


def forked(run: Callable[[], None]) -> int:
    """Run something in a fork of the server, and return its number.

    Args:
        run: What to do there; nothing of the server runs on after it.
    """
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            run()
        finally:
            os._exit(1)
    return pid


def spawned(module: str, *arguments: str | Path) -> int:
    """Run a module of the gate as a program of its own, and return its number.

    It inherits neither memory nor sockets, only standard error and the environment.
    """
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - our own module and paths, no shell
        command, stdin=nothing, stdout=nothing, close_fds=True
    )
    process.returncode = 0  # the server waits for all of its children
    return process.pid


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
