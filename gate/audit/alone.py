"""Being the only process that changes a log."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from gate.errors.sealing import SealingDiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK: Final = "seal.lock"
"""Name within the audit folder of the file that whoever changes the log has locked."""

WAIT: Final = 10.0
"""Seconds to wait for another process to end its work."""

_POLL: Final = 0.1  # seconds


@contextmanager
def alone(folder: Path, wait: float = WAIT) -> Iterator[bool]:
    """Keep all other processes from changing the log, as long as the context lasts.

    Args:
        folder: The audit folder.
        wait: Seconds to wait for another one to end.

    Yields:
        Whether this process is alone; if not, it must not change anything.

    Raises:
        SealingDiskError: The disk refuses something, here or within the context.
    """
    handle = -1
    try:
        handle = _opened(folder / LOCK)
        yield _is_locked(handle, time.monotonic() + wait)
    except OSError as error:
        raise SealingDiskError(error) from error
    finally:
        if handle >= 0:
            os.close(handle)


def _opened(path: Path) -> int:
    """Open a file, made if it is not there.

    Where it is there, nothing asks to make it: of a folder with a sticky bit the system
    would refuse that to whoever does not own the file.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o600)


def _is_locked(handle: int, until: float) -> bool:
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL)
        else:
            return True
