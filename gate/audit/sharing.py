"""Who may use the folder of tables: its owner, or a group if the deployer says so."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from gate.audit.table import is_shared

if TYPE_CHECKING:
    from pathlib import Path


def open_folder(folder: Path) -> Path:
    """Return the folder of tables, made if it is not there, for its owner only.

    Where a sealer with a user of its own reads the tables (`audit.seal: apart`), the
    deployer makes the audit folder for a common group, owned by root, with setgid and
    sticky bit (mode 3770): without the latter any member of the group could move `log`
    and `key` away. Then, and only then, the group may read and remove tables as well
    (2770 for the folder, as the sealer removes the gate's files; 0660 for those).

    Args:
        folder: The folder of tables. The audit folder above it (`audit.folder`) is
            made as well; the one above that must be there.

    Raises:
        OSError: It cannot be made, belongs to somebody else, or too many may write it.
    """
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    shared = _checked(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if shared:
            folder.chmod(0o2770)
    _checked(folder)
    return folder


def _checked(folder: Path) -> bool:
    """Return whether a folder is shared with a group.

    Raises:
        PermissionError: Somebody else owns it, or more may write to it than should.
    """
    found = folder.stat()
    shared = is_shared(found.st_mode)
    too_many = stat.S_IWOTH if shared else stat.S_IWGRP | stat.S_IWOTH
    if found.st_uid not in {0, os.geteuid()} or found.st_mode & too_many:
        raise PermissionError(errno.EPERM, "others may write to it", str(folder))
    return shared
