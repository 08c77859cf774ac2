"""One table that this process counts into: a file in memory that survives its death.

The file has its full size from the beginning, so that a disk that fills up later takes
nothing away. Slots are taken at random: neither their places nor another file tell
what was met first. The lock of the living process goes with it, whatever ends it.

On file systems that copy what they write (btrfs, ZFS), only a reserve keeps a disk
from filling up under a table; give the folder one.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import secrets
import stat
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from gate.audit import layout
from gate.audit.counting import Outcome, bare_cell
from gate.model import Action

if TYPE_CHECKING:
    from pathlib import Path

    from gate.audit.counting import CountCell, Versions

SLOTS: Final = 4096
"""Slots of a new table; a site needs some hundreds. Tests take fewer."""

ENDING: Final = ".table"
BEGUN: Final = ".begun"
"""Ends the name of a table that is being made; nothing has been counted in it."""

NOWHERE: Final = memoryview(b"").cast("Q")
"""Stands for the counts of a table that is closed: there is no place in it."""

HELD: Final[set[str]] = set()
"""Ids of the tables of this process. The system's locks are the process's as well, and
all of them on a file end when any opening of that file is closed."""

_NO_RESERVING: Final = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


class Table:
    """An open table. Its user sees to it that no two threads change it at once.

    Attributes:
        id: Random, in hexadecimal; the name of the file.
        path: The file.
        day: The day that it was opened for, "YYYY-MM-DD" (UTC).
        words: All counts, `layout.STEP` apart from `layout.FIRST` on.
        cells: Where the count of each cell is, as a place in `words`.
    """

    def __init__(self, path: Path, handle: int, day: str) -> None:
        self.id, self.path, self.day = path.stem, path, day
        self.cells: dict[CountCell, int] = {}
        self._handle = handle
        self._map = mmap.mmap(handle, os.fstat(handle).st_size)
        self.words = memoryview(self._map).cast("Q")
        slots = (len(self._map) - layout.HEADER) // layout.SLOT
        self._free = list(range(slots))
        secrets.SystemRandom().shuffle(self._free)
        self._versions: dict[Versions, str] = {}
        self._overflow: dict[tuple[Action, Outcome], int] = {}
        self._synced, self._is_named = 0, False
        self._syncing = Lock()

    @classmethod
    def create(cls, folder: Path, *, day: str, site: str) -> Table:
        """Make a table and hold its lock.

        Args:
            folder: Where tables lie.
            day: The day that it is for.
            site: Name of the log, for the cells that take what has no cell.

        Raises:
            OSError: The disk is full, the folder is not there or not to be written.
        """
        path = folder / f"{secrets.token_hex(16)}{ENDING}"
        begun = path.with_suffix(BEGUN)
        handle = _lock_new(begun, shared=is_shared(folder.stat().st_mode))
        try:
            head = layout.Header(layout.VERSION, SLOTS, path.stem, day)
            _reserve(handle, layout.HEADER + SLOTS * layout.SLOT)
            os.pwrite(handle, head.pack(), 0)
            table = cls(path, handle, day)
            table._make_overflow(site)
            forget_times(begun, day)
            begun.rename(path)
        except BaseException:
            begun.unlink(missing_ok=True)
            os.close(handle)
            HELD.discard(path.stem)
            raise
        return table

    def place(self, cell: CountCell) -> int:
        """Return where to count a cell; where there is no room, its overflow cell."""
        found = self.cells.get(cell)
        if found is None:
            found = self._put(cell)
        return found

    def counts(self) -> dict[CountCell, int]:
        """Return the counts that are not 0."""
        found = {cell: self.words[place] for cell, place in self.cells.items()}
        return {cell: count for cell, count in found.items() if count}

    def sync(self) -> None:
        """Bring what was counted to the disk, and let no file time tell when.

        The times are set every time, whether or not anything was counted: they say
        when the process lived, never when somebody came.

        Raises:
            OSError: The disk did not take it.
        """
        with self._syncing:
            if self._handle < 0:
                return
            # Beside `msync`, Python's `flush` would hold up every other thread;
            # `fdatasync` writes mapped pages as well, and does not.
            total = self._total()
            if total != self._synced or not self._is_named:
                os.fdatasync(self._handle)
                self._synced = total
            if not self._is_named:
                _sync_folder(self.path.parent)
                self._is_named = True
            forget_times(self.path, self.day)

    def close(self) -> None:
        """Let go of the table; it goes away if nothing was counted in it.

        Raises:
            OSError: The disk did not take what was counted.
        """
        if self._handle < 0:
            return
        try:
            if self._total():
                self.sync()
            else:
                self.path.unlink(missing_ok=True)
        finally:
            with self._syncing:
                self.abandon()

    def abandon(self) -> None:
        """Let go of the table as it is: after a fork it is the parent's."""
        if self._handle < 0:
            return
        handle, self._handle = self._handle, -1
        words, self.words = self.words, NOWHERE
        with suppress(BufferError):  # a thread that did not come along still reads it
            words.release()
            self._map.close()
        os.close(handle)
        HELD.discard(self.id)

    def _total(self) -> int:
        return sum(self.words[layout.FIRST :: layout.STEP].tolist())

    def _put(self, cell: CountCell) -> int:
        texts = self._texts(cell)
        fits = all(len(text) <= layout.LONGEST for text in texts)
        if not fits or len(texts) > len(self._free):
            return self._overflow[cell.action, cell.outcome]
        places = [self._write(text) for text in texts]
        if len(places) > 1:
            self._versions[cell.versions] = layout.reference(texts[0])
        self.cells[cell] = places[-1]
        return places[-1]

    def _texts(self, cell: CountCell) -> list[bytes]:
        """Return the text of the cell, and before it that of versions that are new."""
        known = self._versions.get(cell.versions)
        if known is not None:
            return [layout.cell_text(cell, known)]
        versions = layout.versions_text(cell.versions)
        return [versions, layout.cell_text(cell, layout.reference(versions))]

    def _write(self, text: bytes) -> int:
        """Write a text into a slot, itself first; return the place of its count."""
        slot = self._free.pop()
        begin = layout.HEADER + slot * layout.SLOT + layout.TEXT
        self._map[begin : begin + len(text)] = text
        place = layout.FIRST + slot * layout.STEP
        self.words[place + 1] = layout.seal_word(text)
        return place

    def _make_overflow(self, site: str) -> None:
        for action in Action:
            for outcome in Outcome:
                cell = bare_cell(
                    self.day, site, action=action, outcome=outcome, reason="overflow"
                )
                self._overflow[action, outcome] = self.place(cell)


def is_shared(mode: int) -> bool:
    """Say whether the deployer has opened a folder to a group, by its mode.

    The setgid bit alone may come from a folder above.
    """
    return bool(mode & stat.S_ISGID and mode & stat.S_IWGRP)


def forget_times(path: Path, day: str) -> None:
    """Set the times of a file to the beginning of a day."""
    os.utime(path, (_midnight(day), _midnight(day)), follow_symlinks=False)


def _midnight(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def _lock_new(path: Path, *, shared: bool) -> int:
    """Make a file and hold its lock; return its handle.

    Raises:
        OSError: The system does not let it be.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    HELD.add(path.stem)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if shared:
            os.fchmod(handle, 0o660)
    except OSError:
        os.close(handle)
        HELD.discard(path.stem)
        path.unlink(missing_ok=True)
        raise
    return handle


def _reserve(handle: int, size: int) -> None:
    """Give a file its size on the disk, so that it can be written later whatever comes.

    Raises:
        OSError: There is no room.
    """
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        if error.errno not in _NO_RESERVING:
            raise
        for at in range(0, size, layout.HEADER):
            os.pwrite(handle, bytes(min(layout.HEADER, size - at)), at)
        os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
