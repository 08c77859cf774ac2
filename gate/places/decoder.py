"""Decodes values of a MaxMind-format data section within bounds.

Every target of a pointer is decoded once and shared, because some hundred thousand
records hold only a fraction as many distinct inner maps. All work is charged to a
budget, so that a file whose records overlap or nest cannot take for ever.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from gate.errors import DatabaseRecordError

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[int, int, int], tuple[object, int]]

# Real records nest five deep; the limit only has to end a chain of pointers.
DEEPEST = 24

# A sound file holds each value once, and needs a fifth of that (GeoLite2, DB-IP). Some
# writers let records share tails without a pointer.
BUDGET_PER_BYTE = 1
BUDGET_AT_LEAST = 100_000

_POINTER, _MAP, _ARRAY, _BOOLEAN = 1, 7, 11, 14
_POINTER_BASE = (0, 2048, 526_336, 0)
# Bytes of numbers (MaxMind DB format, "Output Data Section"); a longer one would take
# memory and time wherever somebody reckons with it.
_LONGEST_UNSIGNED, _LONGEST_SIGNED, _DOUBLE, _FLOAT = 16, 4, 8, 4
# Size codes 29, 30 and 31 add 1, 2 or 3 further bytes to these (MaxMind DB format).
_SIZE_BASE = {29: 29, 30: 285, 31: 65_821}


class Decoder:
    """Reads values at offsets of one data section.

    Args:
        data: The data section alone; pointers count from its first byte.
        wanted: Keys of maps to keep; None keeps all. What is not wanted is
            stepped over without being built.
    """

    def __init__(self, data: bytes, *, wanted: frozenset[str] | None = None) -> None:
        self._data = data
        self._end = len(data)
        self._wanted = wanted
        self._shared: dict[int, object] = {}
        self._budget = BUDGET_AT_LEAST + BUDGET_PER_BYTE * len(data)
        kinds: dict[int, Read] = {
            2: self._text,
            3: self._double,
            4: self._bytes,
            5: self._unsigned,
            6: self._unsigned,
            _MAP: self._map,
            8: self._signed,
            9: self._unsigned,
            10: self._unsigned,
            _ARRAY: self._array,
            _BOOLEAN: self._boolean,
            15: self._float,
        }
        self._kinds = kinds
        self._by_control = [self._reader_of(control) for control in range(256)]

    def at(self, offset: int) -> object:
        """Return the value at an offset from the start of the data section.

        Raises:
            DatabaseRecordError: The value leaves the section, nests too deep, is
                of an unknown type, or costs more than any sound file does.
        """
        try:
            return self._value(offset, 0)[0]
        except (IndexError, struct.error) as error:
            raise _broken("a value runs past the end of the data") from error
        except UnicodeDecodeError as error:
            raise _broken("a text is not UTF-8") from error
        except TypeError as error:
            raise _broken("a key of a map is not a text") from error

    def _reader_of(self, control: int) -> Read:
        kind, size = control >> 5, control & 31
        if kind == 0:
            return self._extended
        if kind == _POINTER:
            return self._pointer
        if size in _SIZE_BASE:
            return lambda offset, _, depth: self._sized(kind, offset, size, depth)
        return self._kinds[kind]

    def _value(self, offset: int, depth: int) -> tuple[object, int]:
        control = self._data[offset]
        return self._by_control[control](offset + 1, control & 31, depth)

    def _extended(self, offset: int, size: int, depth: int) -> tuple[object, int]:
        kind = self._data[offset] + 7
        return self._sized(kind, offset + 1, size, depth)

    def _sized(
        self, kind: int, offset: int, size: int, depth: int
    ) -> tuple[object, int]:
        read = self._kinds.get(kind)
        if read is None:
            raise _broken(f"type {kind} is not known")
        if size in _SIZE_BASE and kind != _BOOLEAN:
            size, offset = self._long_size(offset, size)
            self._charge(size)
        return read(offset, size, depth)

    def _long_size(self, offset: int, code: int) -> tuple[int, int]:
        after = offset + code - 28
        if after > self._end:
            raise IndexError
        extra = int.from_bytes(self._data[offset:after], "big")
        return _SIZE_BASE[code] + extra, after

    def _charge(self, cost: int) -> None:
        self._budget -= cost
        if self._budget < 0:
            raise _broken("the records overlap too often to belong to a sound file")

    def _pointer(self, offset: int, size: int, depth: int) -> tuple[object, int]:
        target, after = self._target(offset, size)
        shared = self._shared
        if target in shared:
            return shared[target], after
        if depth > DEEPEST:
            raise _broken(f"values nest more than {DEEPEST} deep")
        if self._data[target] >> 5 == _POINTER:
            raise _broken("a pointer points to a pointer")
        value = shared[target] = self._value(target, depth + 1)[0]
        return value, after

    def _target(self, offset: int, size: int) -> tuple[int, int]:
        width = (size >> 3) + 1
        after = offset + width
        if after > self._end:
            raise IndexError
        number = int.from_bytes(self._data[offset:after], "big")
        if width == 4:  # noqa: PLR2004 - the widest form uses no bits of the control
            return number, after
        return ((size & 7) << 8 * width) + number + _POINTER_BASE[width - 1], after

    def _map(self, offset: int, size: int, depth: int) -> tuple[object, int]:
        self._enter(size, depth)
        value, wanted = self._value, self._wanted
        found: dict[object, object] = {}
        for _ in range(size):
            key, offset = value(offset, depth + 1)
            if wanted is None or key in wanted:
                found[key], offset = value(offset, depth + 1)
            else:
                offset = self._after(offset)
        return found, offset

    def _array(self, offset: int, size: int, depth: int) -> tuple[object, int]:
        self._enter(size, depth)
        found = []
        for _ in range(size):
            item, offset = self._value(offset, depth + 1)
            found.append(item)
        return found, offset

    def _enter(self, size: int, depth: int) -> None:
        if depth > DEEPEST:
            raise _broken(f"values nest more than {DEEPEST} deep")
        self._budget -= size
        if self._budget < 0 or size > self._end:
            raise _broken("a map or list is larger than the file can hold")

    def _after(self, offset: int) -> int:
        """Find the offset behind a value without building it."""
        left = 1
        while left:
            left -= 1
            control = self._data[offset]
            offset += 1
            if control >> 5 == _POINTER:
                offset += (control >> 3 & 3) + 1
                continue
            kind, size, offset = self._head(control, offset)
            if kind in (_MAP, _ARRAY):
                self._charge(size)
                left += 2 * size if kind == _MAP else size
            elif kind != _BOOLEAN:
                offset += size
        return offset

    def _head(self, control: int, offset: int) -> tuple[int, int, int]:
        kind, size = control >> 5, control & 31
        if kind == 0:
            kind = self._data[offset] + 7
            offset += 1
        if size in _SIZE_BASE and kind != _BOOLEAN:
            size, offset = self._long_size(offset, size)
        return kind, size, offset

    def _cut(self, offset: int, size: int) -> bytes:
        if offset + size > self._end:
            raise IndexError
        return self._data[offset : offset + size]

    def _text(self, offset: int, size: int, _: int) -> tuple[object, int]:
        return self._cut(offset, size).decode(), offset + size

    def _bytes(self, offset: int, size: int, _: int) -> tuple[object, int]:
        return self._cut(offset, size), offset + size

    def _unsigned(self, offset: int, size: int, _: int) -> tuple[object, int]:
        if size > _LONGEST_UNSIGNED:
            raise _broken("a number is longer than any type of number")
        return int.from_bytes(self._cut(offset, size), "big"), offset + size

    def _signed(self, offset: int, size: int, _: int) -> tuple[object, int]:
        if size > _LONGEST_SIGNED:
            raise _broken("a number is longer than any type of number")
        # Leading zero bytes are left out, so a short number is never negative.
        number = int.from_bytes(self._cut(offset, size).rjust(4, b"\0"), "big")
        return number - (number >> 31 << 32), offset + size

    def _double(self, offset: int, size: int, _: int) -> tuple[object, int]:
        if size != _DOUBLE:
            raise _broken("a fraction is not as long as its type")
        return struct.unpack_from(">d", self._data, offset)[0], offset + 8

    def _float(self, offset: int, size: int, _: int) -> tuple[object, int]:
        if size != _FLOAT:
            raise _broken("a fraction is not as long as its type")
        return struct.unpack_from(">f", self._data, offset)[0], offset + 4

    def _boolean(self, offset: int, size: int, _: int) -> tuple[object, int]:
        return bool(size), offset


def _broken(what: str) -> DatabaseRecordError:
    return DatabaseRecordError(
        f"The database holds a record that cannot be read: {what}.",
        hint=DatabaseRecordError.remedy,
    )
