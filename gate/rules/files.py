"""Which files belong to a rule book: all below its folder that are not hidden.

Links to files and folders are followed, because Kubernetes mounts a ConfigMap as such
links; the folder that they lead to begins with two dots and is hidden.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Folders = frozenset[tuple[int, int]]  # device and inode


def files_below(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every file below a folder; hidden ones and folders are left out.

    A link that leads nowhere is a file, too: left out, its rules would be lost in
    silence.

    Args:
        folder: The folder.

    Yields:
        Name within the folder, with "/", and path.

    Raises:
        OSError: A folder cannot be read.
    """
    return _below(str(folder), "", frozenset())


def _below(folder: str, prefix: str, above: _Folders) -> Iterator[tuple[str, str]]:
    found = os.stat(folder)  # noqa: PTH116 - paths of this walk are text, for speed
    own = found.st_dev, found.st_ino
    if own in above:  # a link that leads back up
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):  # as editors' copies do
                continue
            if entry.is_dir():
                yield from _below(entry.path, f"{prefix}{entry.name}/", above | {own})
            elif entry.is_file() or not os.path.exists(entry.path):  # noqa: PTH110 - likewise
                yield prefix + entry.name, entry.path
