"""Files that are there whole or not at all, also when the power fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

BEGUN: Final = ".begun-"
"""How the names of files begin that are not finished; a crash may leave them."""


def replace(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put a file in its place: written, synced, renamed, and the name synced.

    Args:
        path: The file; its folder is made if it is not there.
        data: What it holds.
        mode: Its permissions, whatever the umask says beyond it.

    Raises:
        OSError: It cannot be written; what was there before still is.
    """
    make_folder(path.parent)
    begun = path.with_name(f"{BEGUN}{os.getpid()}-{path.name}")
    begun.unlink(missing_ok=True)
    try:
        write_new(begun, data, mode=mode)
        begun.replace(path)
    except OSError:
        begun.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_new(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write and sync a file that must not be there yet.

    Raises:
        FileExistsError: It is there.
        OSError: It cannot be written; nothing of it is left.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    handle = os.open(path, flags, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and sync each new name."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o755, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
