"""Where a table goes, and writing it so that nobody ever sees half of one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gate.errors import TablePlaceError
from gate.places.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.export.kinds import Kind

READABLE = 0o644
"""Mode of a table: other users run the edge, and it says nothing of anybody."""


def place_for(kind: Kind, to: Path) -> Path:
    """Return the file that `--to` names: itself, or one in a folder.

    Raises:
        TablePlaceError: Nothing can be written there.
    """
    path = to / kind.file if to.is_dir() else to
    if path.exists() and not path.is_file():
        raise TablePlaceError(path=path, reason="it is not a file")
    if not path.parent.is_dir():
        raise TablePlaceError(path=path, reason=f"there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise TablePlaceError(path=path, reason="permission denied")
    return path


def write_table(path: Path, content: bytes) -> None:
    """Replace a table by the whole new one, onto the disk.

    Raises:
        TablePlaceError: It cannot be written; the file before stays as it is.
    """
    try:
        write_atomically(path, content, mode=READABLE)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise TablePlaceError(path=path, reason=reason) from error
