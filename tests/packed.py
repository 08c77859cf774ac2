"""Where a text could hide in a file: as it is, in UTF-16, and unpacked.

Tables of LevelDB are read block by block, because a browser packs those with snappy;
gzip and zlib streams are looked for at every place where one may begin.
"""

from __future__ import annotations

import contextlib
import zlib

MOST = 64 * 1024 * 1024  # bytes unpacked of one stream
TABLE = bytes.fromhex("57fb808b247547db")  # the last bytes of a table of LevelDB
FOOTER, HANDLES, TRAILER = 48, 40, 5  # bytes
SNAPPY = 1  # kind of a block


def holds(data, text):
    """Say whether bytes hold a text in any of these forms."""
    forms = text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")
    return any(form in layer for layer in layers(data) for form in forms)


def layers(data):
    """Yield the bytes, and whatever can be unpacked of them."""
    yield data
    yield from _streams(data)
    if data.endswith(TABLE):
        yield from _blocks(data)


def _streams(data):
    for magic in (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        at = data.find(magic)
        while at >= 0:
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
            with contextlib.suppress(zlib.error):
                yield unpacker.decompress(data[at:], MOST)
            at = data.find(magic, at + 1)


def _blocks(data):
    """Yield the blocks of a table; the index names them.

    Source:
        LevelDB, doc/table_format.md.
    """
    handles = data[-FOOTER : -FOOTER + HANDLES]
    *_, at = _varint(handles, _varint(handles, 0)[1])
    offset, at = _varint(handles, at)
    size, _ = _varint(handles, at)
    index = _block(data, offset, size)
    yield index
    for value in _values(index):
        offset, at = _varint(value, 0)
        yield _block(data, offset, _varint(value, at)[0])


def _block(data, offset, size):
    block, kind = data[offset : offset + size], data[offset + size]
    return snappy(block) if kind == SNAPPY else block


def _values(block):
    """Yield the values of a block: three lengths, the rest of the key, the value."""
    restarts = int.from_bytes(block[-4:], "little")
    at, end = 0, len(block) - 4 * (restarts + 1)
    while at < end:
        _, at = _varint(block, at)
        fresh, at = _varint(block, at)
        size, at = _varint(block, at)
        yield block[at + fresh : at + fresh + size]
        at += fresh + size


def _varint(data, at):
    number = shift = 0
    while True:
        byte, at = data[at], at + 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def snappy(data):
    """Unpack a block of snappy.

    Source:
        Snappy, format_description.txt.
    """
    length, at = _varint(data, 0)
    made = bytearray()
    while at < len(data):
        tag, at = data[at], at + 1
        if tag & 3 == 0:
            size, at = _literal(data, tag, at)
            made += data[at : at + size]
            at += size
        else:
            size, offset, at = _copy(data, tag, at)
            for _ in range(size):
                made.append(made[-offset])
    assert len(made) == length
    return bytes(made)


def _literal(data, tag, at):
    size = tag >> 2
    if size < 60:
        return size + 1, at
    wide = size - 59
    return int.from_bytes(data[at : at + wide], "little") + 1, at + wide


def _copy(data, tag, at):
    if tag & 3 == 1:
        return 4 + (tag >> 2 & 7), (tag >> 5) << 8 | data[at], at + 1
    wide = 2 if tag & 3 == 2 else 4
    return 1 + (tag >> 2), int.from_bytes(data[at : at + wide], "little"), at + wide
