"""Archives to a database: gzip, tar, both or neither, told by what is in them.

Nothing is written but one file whose name the caller chose, however members are named,
and not one byte more than allowed.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from typing import IO, TYPE_CHECKING, Final, Protocol

from gate.errors import UpdateArchiveError, UpdateTooLargeError

if TYPE_CHECKING:
    from pathlib import Path

_GZIP: Final = b"\x1f\x8b"
_TAR, _TAR_AT = b"ustar", 257  # POSIX.1-1988, "ustar" header
_HEAD: Final = 512  # bytes of a tar header
_PIECE: Final = 1 << 20
_MOST_MEMBERS: Final = 50
_SUFFIX: Final = ".mmdb"
_BROKEN = (EOFError, ValueError, gzip.BadGzipFile, tarfile.TarError, zlib.error)


def unpack(packed: Path, out: Path, *, most: int) -> None:
    """Write the one database in a file to another.

    Args:
        packed: A database, gzipped or in a tar archive or both.
        out: Where it goes.
        most: Bytes that come out at most.

    Raises:
        UpdateArchiveError: The archive is damaged, cut off, or holds none or several
            databases, or members that are no plain files.
        UpdateTooLargeError: More than `most` bytes would come out.
        OSError: A file cannot be read or written.
    """
    with packed.open("rb") as raw, out.open("wb") as target:
        is_packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        try:
            front = _Front(gzip.GzipFile(fileobj=raw) if is_packed else raw, most)
            if front.head[_TAR_AT:].startswith(_TAR):
                _from_tar(front, target)
            else:
                _copy(front, target)
            while front.read(_PIECE):  # to the checksum at the end
                pass
        except _BROKEN as error:
            told = "it is damaged or cut off"
            raise _refused(told, f" ({type(error).__name__})") from None


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Front:
    """A stream that was looked into, and that ends in an error beyond a bound."""

    def __init__(self, stream: _Readable, most: int) -> None:
        self._stream, self._most, self._read = stream, most, 0
        self.head = b""
        self.head = self.read(_HEAD)
        self._left = self.head

    def read(self, size: int) -> bytes:
        if self.head and self._left:
            piece, self._left = self._left[:size], self._left[size:]
            return piece
        piece = self._stream.read(size)
        self._read += len(piece)
        if self._read > self._most:
            raise UpdateTooLargeError(
                f"The database is larger than {self._most:,} bytes when unpacked.",
                hint=UpdateTooLargeError.remedy,
            )
        return piece


def _copy(source: _Readable, target: IO[bytes]) -> None:
    while piece := source.read(_PIECE):
        target.write(piece)


def _from_tar(front: _Front, target: IO[bytes]) -> None:
    found = 0
    with tarfile.open(fileobj=front, mode="r|") as archive:  # type: ignore[call-overload]
        for number, member in enumerate(archive):
            if number >= _MOST_MEMBERS:
                raise _refused(f"it holds more than {_MOST_MEMBERS} members")
            _check(member)
            if not (member.isfile() and member.name.endswith(_SUFFIX)):
                continue
            found += 1
            content = archive.extractfile(member)
            if found == 1 and content is not None:
                _copy(content, target)
    if found != 1:
        raise _refused(f"it holds {found} databases, not one")


def _check(member: tarfile.TarInfo) -> None:
    """Refuse what no vendor puts into an archive, although nothing would come of it."""
    if not (member.isfile() or member.isdir()):
        raise _refused(f"{member.name!a} in it is no plain file")
    if member.name.startswith("/") or ".." in member.name.split("/"):
        raise _refused(f"{member.name!a} in it leads out of the archive")


def _refused(what: str, more: str = "") -> UpdateArchiveError:
    return UpdateArchiveError(
        f"The archive cannot be used: {what}{more}.", hint=UpdateArchiveError.remedy
    )
