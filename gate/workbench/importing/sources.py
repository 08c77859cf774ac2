"""Where logs are read from: files that can be cut in pieces, and streams."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from gate.errors import LogUnreadableError
from gate.workbench.importing.pieces import (
    BrokenError,
    packing_of,
    unpacked,
    whole_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.importing.lines import Format

STDIN: Final = "-"
PART: Final = 48 << 20
"""Bytes of a plain file that one process takes at a time."""

_LOOK: Final = 1 << 16
"""Bytes that are looked at to recognise a format."""


class Identity(NamedTuple):
    """What tells whether a file is still the same one."""

    device: int
    inode: int

    @classmethod
    def of(cls, file: IO[bytes]) -> Identity:
        """Return the identity of an open file."""
        found = os.fstat(file.fileno())
        return cls(found.st_dev, found.st_ino)


class Source(NamedTuple):
    """A log.

    Attributes:
        name: Its name, as it was given.
        size: Bytes on the disk; 0 for a stream.
        packing: "gzip", "zstd" or "" for plain text; None for a stream.
        identity: Of the file; None for a stream.
        head: Its first lines.
    """

    name: str
    size: int
    packing: str | None
    identity: Identity | None
    head: tuple[bytes, ...] = ()


class Part(NamedTuple):
    """Whole lines of a log that one process reads.

    Attributes:
        source: Position of the log.
        begin: First byte.
        end: First byte after it, or None for all there is.
        lines: How they are read.
    """

    source: int
    begin: int
    end: int | None
    lines: Format


def examined(name: str) -> Source:
    """Look at a log: what it is, and how it begins. Streams are not touched.

    Raises:
        LogUnreadableError: It is not there, may not be read, or is a folder.
        ZstdMissingError: It is packed with zstd, and nothing unpacks that.
    """
    if name == STDIN:
        return Source(name, 0, None, None)
    try:
        if S_ISDIR(Path(name).stat().st_mode):
            raise LogUnreadableError(file=name, reason="is a folder, not a log")
        if not S_ISREG(Path(name).stat().st_mode):
            return Source(name, 0, None, None)
        with Path(name).open("rb") as file:
            return _of_file(name, file)
    except OSError as error:
        raise unreadable(name, error) from None


def unreadable(name: str, error: OSError) -> LogUnreadableError:
    """Return what to say when a file cannot be read."""
    return LogUnreadableError(file=name, reason=error.strerror or "cannot be read")


def opened(source: Source) -> IO[bytes]:
    """Open a log for reading."""
    if source.name == STDIN:
        return _standard_input()
    return Path(source.name).open("rb", buffering=0)


def _standard_input() -> IO[bytes]:
    """Return it without Python's buffer, whose lock a thread may hold at the end."""
    try:
        return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    except (OSError, ValueError):  # not a file, as in a test
        return sys.stdin.buffer


def parts_of(position: int, source: Source, lines: Format) -> Iterator[Part]:
    """Cut a log where lines begin, so that no line is torn or read twice.

    What is appended while it is read is left out, but for the rest of a line that
    was being written.
    """
    if source.packing:
        yield Part(position, 0, None, lines)
        return
    cuts = range(PART, source.size, PART) if lines.splits else ()
    with opened(source) as file:
        begin = 0
        for target in (*cuts, source.size):
            end = _line_begins(file, target)
            if end > begin:
                yield Part(position, begin, end, lines)
            begin = max(begin, end)


def _of_file(name: str, file: IO[bytes]) -> Source:
    size = os.fstat(file.fileno()).st_size
    packing = packing_of(file.read(8))
    file.seek(0)
    head: list[bytes] = []
    with suppress(BrokenError):  # whoever reads it all says how far it was sound
        chunk = next(whole_lines(unpacked(file, packing, name, at_once=_LOOK)), b"")
        head += chunk.split(b"\n")
    return Source(name, size, packing, Identity.of(file), tuple(head))


def _line_begins(file: IO[bytes], target: int) -> int:
    """Return where the first line begins at or after a byte, or the end."""
    position = max(target - 1, 0)
    file.seek(position)
    while block := file.read(_LOOK):
        found = block.find(b"\n")
        if found >= 0:
            return position + found + 1
        position += len(block)
    return position
