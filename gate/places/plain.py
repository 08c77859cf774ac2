"""Opens plain files of bearable size, and nothing else that may bear their name.

A pipe would keep its reader waiting for ever, and a device or a file with a hole of a
terabyte would never end. So a file is looked at before its first byte is read.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

MOST_BYTES = 2 << 30
"""The largest City databases that are sold have less than half of that."""


def open_plain(path: Path) -> BufferedReader:
    """Open a file for reading, without ever waiting for somebody who writes it.

    Raises:
        OSError: It cannot be read, is no plain file, or has more than `MOST_BYTES`.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check(os.fstat(handle), path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_plain(path: Path) -> bytes:
    """Return the content of a file as long as it was when it was opened.

    Raises:
        OSError: As for `open_plain`, or it shrank meanwhile.
    """
    with open_plain(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(size)
    if len(content) != size:
        raise OSError(errno.EBUSY, "it changed while it was read", str(path))
    return content


def _check(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    if found.st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
