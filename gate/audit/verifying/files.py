"""What lies in the folder of a log: plain files, each at its place."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.audit.durable import BEGUN

if TYPE_CHECKING:
    from gate.audit.findings import Findings

MOST_BYTES: Final = 4_000_000
"""A header or note that is longer is not read."""

_SEGMENT: Final = re.compile(r"([0-9]{6,9})(?:\.json)?", re.ASCII)
_SITE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}", re.ASCII)
_ROWS: Final = re.compile(r"seg-([0-9]{6,9})\.parquet", re.ASCII)


class LogFiles:
    """The files of a log, listed once.

    Attributes:
        folder: The log, with `rows` and `sites` in it.
        paths: Of every plain file, relative to the folder, with slashes.
    """

    def __init__(self, folder: Path, findings: Findings) -> None:
        self.folder = folder
        self.paths: set[str] = set()
        self._findings = findings
        for top, folders, names in os.walk(folder):
            for name in (*folders, *names):
                self._look_at(Path(top, name))

    def _look_at(self, path: Path) -> None:
        relative = path.relative_to(self.folder).as_posix()
        mode = path.lstat().st_mode if _is_text(relative) else 0
        if stat.S_ISREG(mode):
            self.paths.add(relative)
        elif not stat.S_ISDIR(mode):
            shown = relative.encode("utf-8", "replace").decode()
            self._findings.error("A051", shown)

    def read(self, relative: str) -> bytes | None:
        """Return what a file holds; None if it is not there.

        Raises:
            OSError: It cannot be read, or is much too long.
        """
        if relative not in self.paths:
            return None
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(self.folder / relative, flags), "rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise OSError(f"longer than {MOST_BYTES:,} bytes")
        return data

    def names(self) -> list[str]:
        """Return the names of the logs that lie here, sorted."""
        folders = {tuple(path.split("/")[:2]) for path in self.paths}
        named = {
            folder[1].removeprefix("site=" if folder[0] == "rows" else "")
            for folder in folders
            if folder[0] == "sites" or (folder[1:] and folder[1].startswith("site="))
        }
        return sorted(name for name in named if _SITE.fullmatch(name))

    def below(self, folder: str) -> set[str]:
        """Return the files below a folder, relative to it."""
        start = f"{folder}/"
        return {path[len(start) :] for path in self.paths if path.startswith(start)}


def segment_number(name: str) -> int | None:
    """Return the number that a file of a segment is named by."""
    found = _SEGMENT.fullmatch(name) or _ROWS.fullmatch(name)
    return int(found[1]) if found else None


def is_begun(path: str) -> bool:
    """Say whether a file was begun and not finished."""
    return path.rpartition("/")[2].startswith(BEGUN)


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeError:
        return False
    return True
