"""The folder of tables: reading what no living process counts into.

Reading holds the lock of a table, so that two sealers never read the same one. A table
that is held by this very process is passed over: to open it twice would end its lock.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from gate.audit import layout
from gate.audit.table import BEGUN, ENDING, HELD
from gate.errors import TableDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.audit.counting import CountCell

TABLES: Final = "tables"
"""Name within the audit folder of the folder where tables lie."""

ASIDE: Final = "aside"
"""Name within that folder of the one where damaged tables are kept."""

YOUNG: Final = 60.0
"""Seconds for which a table may be in the making."""

_NAME: Final = re.compile(rf"[0-9a-f]{{32}}{re.escape(ENDING)}")
_MOST: Final = layout.HEADER + layout.SLOT * (1 << 16)
"""Bytes that are read of a file, whatever it is."""

_TAKEN: Final = {errno.EACCES, errno.EAGAIN}
_WHY: Final[Mapping[str, str]] = {
    "foreign": "it is no table of counts",
    "version": "another version of the gate wrote it",
    "header": "its beginning is not whole",
    "copy": "it is a copy of another table, which is counted by itself",
    "truncated": "a part of it is missing",
    "texts": "it holds counts that this version of the gate cannot read",
}

_log = logging.getLogger("gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """What could be read of a table.

    Attributes:
        id: Random, in hexadecimal; for a file of another name, that name.
        path: The file.
        day: The day that it was opened for, "YYYY-MM-DD" (UTC); "" if it is lost.
        cells: How often each cell was met; none of them 0 times.
        unreadable: How many decisions were counted beside a text that is lost.
        damage: What is wrong with the file; None if nothing is. Such a file is to be
            moved aside (`ClosedTable.set_aside`), never removed.
    """

    id: str
    path: Path
    day: str
    cells: Mapping[CountCell, int]
    unreadable: int
    damage: TableDamagedError | None = None

    @property
    def decisions(self) -> int:
        """How many decisions can be counted from it."""
        return sum(self.cells.values()) + self.unreadable

    def as_excess(self) -> TableRead:
        """Return the same without any count, as there are more than there can be."""
        damage = _error(self.path, "texts")
        return replace(self, cells={}, unreadable=0, damage=damage)


class ClosedTable:
    """A table that no living process counts into, locked until it is left.

    Use it as a context manager; `remove` and `set_aside` belong inside.

    Attributes:
        id: As in `TableRead`.
        path: The file.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self.id, self.path = path.stem, path
        self._handle = handle
        if handle >= 0:
            HELD.add(self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go of the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            HELD.discard(self.id)
            self._handle = -1

    @property
    def day(self) -> str:
        """The day that it was opened for; "" if that is lost, or it is a copy."""
        if self._handle < 0:
            return ""
        header = layout.unpack_header(os.pread(self._handle, layout.HEADER, 0))
        is_own = header is not None and self.path.name == f"{header.id}{ENDING}"
        return header.day if header is not None and is_own else ""

    def read(self) -> TableRead:
        """Read everything that is there; damage is told in what is returned.

        Raises:
            OSError: The disk cannot be read.
        """
        data = _whole(self._handle)
        header = layout.unpack_header(data)
        what = _damage(self.path, header, len(data))
        found = layout.Scan({}, 0, strange=False)
        if what in {"", "truncated", "header"}:
            found = layout.scan(data)
        if found.strange and not what:
            what = "texts"
        # Whatever stands where no header vouches for it would pass for a count.
        unreadable = 0 if what == "header" else found.unreadable
        return TableRead(
            id=self.id,
            path=self.path,
            day="" if header is None else header.day,
            cells=found.cells,
            unreadable=unreadable,
            damage=_error(self.path, what),
        )

    def remove(self) -> None:
        """Remove the file: everything in it is sealed."""
        self._overwrite()
        self.path.unlink(missing_ok=True)

    def _overwrite(self) -> None:
        """Overwrite the counts with zeros, as small cells were merged on purpose.

        What a disk or its snapshots keep beyond that is out of reach. The header stays:
        it tells no count, and without it a crash before the file is gone would leave
        what looks damaged.
        """
        if self._handle < 0:
            return
        size = min(os.fstat(self._handle).st_size, _MOST)
        with suppress(OSError):  # that it goes away matters more
            os.pwrite(self._handle, bytes(max(size - layout.HEADER, 0)), layout.HEADER)

    def set_aside(self) -> Path:
        """Move the file to where nothing reads it, and return where it is now.

        Raises:
            OSError: It cannot be moved, or that place is no folder.
        """
        folder = self.path.parent / ASIDE
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        # Whoever serves may write here: a link in its place is not to be followed.
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            taken = {*os.listdir(handle)}  # noqa: PTH208 - a Path would be a link again
            name = _free_name(self.path.name, taken)
            os.rename(self.path, name, dst_dir_fd=handle)
        finally:
            os.close(handle)
        return folder / name


def _free_name(name: str, taken: set[str]) -> str:
    numbered = (f"{name}.{number}" for number in range(1, len(taken) + 2))
    return next(one for one in (name, *numbered) if one not in taken)


def closed_tables(folder: Path) -> Iterator[ClosedTable]:
    """Find the tables that no living process counts into, each with its lock held.

    What was begun and never counted in is removed on the way. A file that may not be
    opened is passed over and told of in the log.

    Args:
        folder: Where tables lie; nothing is found if there is none.
    """
    try:
        names = sorted(path for path in folder.iterdir() if path.name != ASIDE)
    except FileNotFoundError:
        return
    for path in names:
        is_begun = path.suffix == BEGUN and _NAME.fullmatch(path.stem + ENDING)
        if path.stem in HELD or (is_begun and _is_young(path)):
            continue
        table = _locked(path)
        if table is not None and is_begun:
            with table:
                table.remove()
        elif table is not None:
            yield table


def remove(table: ClosedTable) -> None:
    """Remove a table whose counts are sealed; its lock stays until it is left."""
    table.remove()


def _is_young(path: Path) -> bool:
    """Say whether a process may be about to lock a file that it has just made."""
    try:
        return time.time() - path.lstat().st_ctime < YOUNG
    except OSError:  # it has its name by now
        return True


def _locked(path: Path) -> ClosedTable | None:
    """Return a file with its lock held; None if that cannot be had."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ClosedTable(path, -1)
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:  # another sealer was faster
        return None
    except OSError as error:
        _tell(error)
        return None
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_nlink:
            return ClosedTable(path, handle)
    except OSError as error:
        if error.errno not in _TAKEN:
            _tell(error)
    os.close(handle)
    return None


def _tell(error: OSError) -> None:
    _log.error(
        "A table of counts cannot be opened, and waits: %s.",
        (error.strerror or type(error).__name__).lower(),
        extra={"code": "E520"},
    )


def _whole(handle: int) -> bytes:
    if handle < 0:
        return b""
    size, pieces, at = min(os.fstat(handle).st_size, _MOST), [], 0
    while at < size and (piece := os.pread(handle, size - at, at)):
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)


def _damage(path: Path, header: layout.Header | None, size: int) -> str:
    """Say in one word what is wrong with a file; "" if nothing is."""
    if not _NAME.fullmatch(path.name):
        return "foreign"
    if header is None:
        return "header" if size > layout.HEADER else "truncated"
    if header.version != layout.VERSION:
        return "version"
    if path.name != f"{header.id}{ENDING}":
        return "copy"
    whole = layout.HEADER + header.slots * layout.SLOT
    return "" if size == whole else "truncated"


def _error(path: Path, what: str) -> TableDamagedError | None:
    if not what:
        return None
    return TableDamagedError(path=str(path), what=what, why=_WHY[what])
