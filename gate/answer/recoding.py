"""Compressed pages: opened, changed and closed again while they stream through."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from gate.errors import BrokenCompressionError

if TYPE_CHECKING:
    from collections.abc import Callable

_PIECE: Final = 64 * 1024
"""Bytes that are held decompressed at a time, however much a page expands."""

_FLUSHED: Final = b"\x00\x00\xff\xff"
"""How a compressor ends what it was told to send on at once."""

_GZIP: Final = zlib.MAX_WBITS | 16
_RAW: Final = -zlib.MAX_WBITS
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZLIB_HEADER: Final = 2  # bytes
_ZLIB_CHECK: Final = 31  # divides the header, read as a number
_DEFLATE: Final = 8  # method, in the low four bits of the header


class Recoder:
    """One compressed body on its way through, in bounded memory.

    What the site flushed is flushed again, so that a page that streams keeps streaming.

    Args:
        coding: "gzip", "x-gzip" or "deflate"; the latter with or without the zlib
            header, as servers send both.

    Source:
        RFC 9110, section 8.4.1; RFC 1950, 1951 and 1952.
    """

    __slots__ = ("_coding", "_decoder", "_encoder", "_first", "_last", "_unflushed")

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._decoder: zlib._Decompress | None = None
        self._encoder: zlib._Compress | None = None
        self._first = b""
        self._last = b""
        self._unflushed = False

    def feed(self, chunk: bytes, change: Callable[[bytes], bytes]) -> bytes:
        """Return what a compressed chunk becomes.

        Raises:
            BrokenCompressionError: It is not compressed as announced.
        """
        try:
            out = self._changed(self._opened(chunk), change)
        except zlib.error as error:
            raise BrokenCompressionError from error
        self._last = (self._last + chunk[-len(_FLUSHED) :])[-len(_FLUSHED) :]
        if self._encoder and self._unflushed and self._last == _FLUSHED:
            out.append(self._encoder.flush(zlib.Z_SYNC_FLUSH))
            self._unflushed = False
        return b"".join(out)

    def finish(self, rest: bytes) -> bytes:
        """Return the end of the body, with `rest` as its last decompressed bytes.

        Raises:
            BrokenCompressionError: The body is cut off.
        """
        if self._decoder is None:
            if self._first:
                raise BrokenCompressionError
            return b""  # nothing came, so there is nothing to close
        if not self._decoder.eof or self._encoder is None:
            raise BrokenCompressionError
        return self._encoder.compress(rest) + self._encoder.flush()

    def _opened(self, chunk: bytes) -> bytes:
        """Choose the format by the first two bytes; return what is to be read."""
        if self._decoder is None:
            chunk, self._first = self._first + chunk, b""
            if len(chunk) < _ZLIB_HEADER:
                self._first, chunk = chunk, b""
            else:
                bits = self._format(chunk)
                self._decoder = zlib.decompressobj(bits)
                self._encoder = zlib.compressobj(wbits=bits)
        return chunk

    def _format(self, start: bytes) -> int:
        if self._coding != "deflate":
            return _GZIP
        has_header = start[0] & 0x0F == _DEFLATE and (
            (start[0] << 8 | start[1]) % _ZLIB_CHECK == 0
        )
        return zlib.MAX_WBITS if has_header else _RAW

    def _changed(self, data: bytes, change: Callable[[bytes], bytes]) -> list[bytes]:
        out: list[bytes] = []
        if self._decoder is None or self._encoder is None:
            return out
        piece = b""
        while data or len(piece) == _PIECE:
            if self._decoder.eof:
                if not data.startswith(_GZIP_MAGIC):
                    break  # padding; browsers ignore it too
                self._decoder = zlib.decompressobj(_GZIP)
            piece = self._decoder.decompress(data, _PIECE)
            changed = change(piece)
            if changed:
                out.append(self._encoder.compress(changed))
                self._unflushed = True
            data = self._decoder.unconsumed_tail or self._decoder.unused_data
        return out
