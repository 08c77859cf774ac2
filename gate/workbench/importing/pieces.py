"""Bytes of a log: unpacked with bounded memory, and cut into whole lines."""

from __future__ import annotations

import zlib
from queue import Queue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final

from gate.errors import ZstdMissingError
from gate.workbench.importing.lines import LONGEST, TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PIECE: Final = LONGEST
"""Bytes that are worked on at once."""

_PACKED: Final = 1 << 18  # bytes read of a gzip file at once
_FRAME: Final = 1 << 12  # of a zstd file: each may become 32,768 times as many
_WINDOW: Final = 1 << 27  # bytes that a zstd file may ask for
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_AHEAD: Final = 4  # pieces that wait to be worked on


class BrokenError(Exception):
    """A packed file breaks off or is damaged; the text says which."""


def packing_of(begin: bytes) -> str:
    """Tell how a file is packed by its first bytes: "gzip", "zstd" or ""."""
    if begin.startswith(_GZIP):
        return "gzip"
    return "zstd" if begin.startswith(_ZSTD) else ""


def unpacked(
    file: IO[bytes],
    packing: str,
    name: str,
    *,
    at_once: int = PIECE,
    seen: Callable[[int], None] = lambda _: None,
) -> Iterator[bytes]:
    """Yield what is in a file, in pieces of at most `PIECE` bytes.

    Args:
        file: The file, open at its begin.
        packing: As from `packing_of`.
        name: Of the file, for errors.
        at_once: Bytes of a plain file in a piece.
        seen: Told how many bytes of the file were read.

    Raises:
        BrokenError: It breaks off, or is damaged.
        ZstdMissingError: Nothing here unpacks zstd.
    """
    if packing == "gzip":
        packed = _plain(file, _PACKED, seen)
        return _members(packed, lambda: zlib.decompressobj(31), _inflated)
    if packing == "zstd":
        return _members(_plain(file, _FRAME, seen), _zstd(name), _framed)
    return _plain(file, at_once, seen)


def ranged(
    file: IO[bytes], begin: int, end: int, seen: Callable[[int], None]
) -> Iterator[bytes]:
    """Yield the bytes of a range; fewer if the file has become shorter."""
    file.seek(begin)
    while begin < end and (piece := file.read(min(PIECE, end - begin))):
        begin += len(piece)
        seen(len(piece))
        yield piece


def whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    r"""Yield chunks of whole lines, without the last newline of each chunk.

    A line of more than `LONGEST` bytes is replaced by `TOO_LONG`, wherever pieces end.
    Only "\n" ends a line. What follows the last one is a line if it is not empty.
    """
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        first, last = piece.find(b"\n"), piece.rfind(b"\n")
        if first < 0:
            size += len(piece)
            held = [*held, piece] if size <= LONGEST else []
            continue
        if size + first > LONGEST:
            held, start = [TOO_LONG], first
        else:
            start = 0
        yield b"".join([*held, piece[start:last]])
        held = [piece[last + 1 :]]
        size = len(held[0])
    if size:
        yield b"".join(held) if size <= LONGEST else TOO_LONG


def ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same pieces, unpacked in a thread: zlib and zstd let others work."""
    waiting: Queue[bytes | BaseException | None] = Queue(_AHEAD)

    def fill() -> None:
        try:
            for piece in pieces:
                waiting.put(piece)
            waiting.put(None)
        except Exception as error:  # noqa: BLE001 - raised again by the consumer
            waiting.put(error)

    Thread(target=fill, daemon=True).start()
    while (piece := waiting.get()) is not None:
        if isinstance(piece, BaseException):
            raise piece
        yield piece


def _plain(
    file: IO[bytes], at_once: int, seen: Callable[[int], None]
) -> Iterator[bytes]:
    while piece := file.read(at_once):
        seen(len(piece))
        yield piece


def _members(
    pieces: Iterator[bytes],
    fresh: Callable[[], Any],
    cut: Callable[[Any, bytes], Iterator[bytes]],
) -> Iterator[bytes]:
    """Yield what is in a file of one or more packed members."""
    unpacker: Any = None
    packed = b""
    while packed or (packed := next(pieces, b"")):
        unpacker = unpacker or fresh()
        try:
            yield from cut(unpacker, packed)
        except Exception:  # noqa: BLE001 - zlib.error or ZstdError; both say too much
            raise BrokenError("is damaged") from None
        packed = b""
        if unpacker.eof:
            # Padding with zeros is allowed between members, and after the last.
            packed = unpacker.unused_data.lstrip(b"\0")
            unpacker = None
    if unpacker is not None:
        raise BrokenError("breaks off")


def _inflated(unpacker: Any, packed: bytes) -> Iterator[bytes]:  # noqa: ANN401
    """Yield what comes out of packed bytes; some may come without any more going in."""
    text = b""
    while packed or len(text) == PIECE:
        text = unpacker.decompress(packed, PIECE)
        packed = unpacker.unconsumed_tail
        if text:
            yield text


def _framed(unpacker: Any, packed: bytes) -> Iterator[bytes]:  # noqa: ANN401
    """Yield what comes out of a few packed bytes: their number is the only limit."""
    text = unpacker.decompress(packed)
    yield from (text[at : at + PIECE] for at in range(0, len(text), PIECE))


def _zstd(name: str) -> Callable[[], Any]:
    try:
        import zstandard  # noqa: PLC0415 - an optional package
    except ImportError:
        raise ZstdMissingError(file=name) from None
    made = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    return made.decompressobj
