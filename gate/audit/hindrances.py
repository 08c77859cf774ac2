"""Why no table of counts can be had: the system's reasons, in one word each."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from gate.errors import CountingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_REASONS: Final[Mapping[int, str]] = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EIO: "io_error",
    errno.ENOENT: "folder_missing",
    errno.ENOTDIR: "folder_missing",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.EROFS: "not_permitted",
    errno.ENOLCK: "no_locks",
    errno.EMFILE: "too_many_files",
    errno.ENFILE: "too_many_files",
}
_OTHERWISE: Final = "system_error"


def reason_of(error: OSError) -> str:
    """Return why the system refused, as it stands in the reason of a gap."""
    return _REASONS.get(error.errno or 0, _OTHERWISE)


def counting_error(folder: Path, reason: str) -> CountingError:
    """Return the error that says so.

    Args:
        folder: Where tables lie.
        reason: As `reason_of` gives it.
    """
    return CountingError(
        f"Decisions cannot be counted in {folder}: {reason.replace('_', ' ')}.",
        hint="See to the disk and to who may write there; it is tried again each "
        "second.",
    )
