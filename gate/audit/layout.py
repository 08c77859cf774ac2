"""How counts lie in a file: a header, then slots of 1 KiB, each a count and its text.

A slot holds a count, the length and the CRC-32 of a text, and the text: a cell, or the
versions that cells refer to. The text is written first, then length and CRC in one
word, and only then anything is counted; so whatever moment a process dies at, each
count that was made stands beside a whole text.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import zlib
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gate.audit.counting import CountCell, Outcome, Versions
from gate.audit.rows import canonical
from gate.audit.vocabulary import check_cell
from gate.errors import CountingError
from gate.model import Action, Activity, Membership

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER: Final = 4096
"""Bytes before the first slot: a page, so that four slots make the next one."""

SLOT: Final = 1024
"""Bytes of a slot."""

WORD: Final = 8
"""Bytes of a count. It is aligned, so one instruction of the processor writes it."""

STEP: Final = SLOT // WORD
"""Words from one count to the next."""

FIRST: Final = HEADER // WORD
"""Words before the first count."""

TEXT: Final = 16
"""Bytes in a slot before its text."""

LONGEST: Final = SLOT - TEXT
"""Bytes of a text."""

MAGIC: Final = b"GATE-TBL"
VERSION: Final = 1

MOST: Final = 1 << 48
"""No gate lives to count as many, in a cell or a table; such a count is not one."""

_HEAD: Final = struct.Struct("=8sII16s10s2x")
_DAY: Final = re.compile(rb"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_CRC: Final = struct.Struct("=I")
_SLOT: Final = struct.Struct("=QII")
_REFERENCE: Final = 16  # characters of the digest that a cell names its versions by


class Header(NamedTuple):
    """What a table says of itself.

    Attributes:
        version: Of the format.
        slots: How many there are.
        id: Random, in hexadecimal.
        day: The day that it was opened for, "YYYY-MM-DD" (UTC).
    """

    version: int
    slots: int
    id: str
    day: str

    def pack(self) -> bytes:
        """Return the bytes at the beginning of the file."""
        id_, day = bytes.fromhex(self.id), self.day.encode("ascii")
        head = _HEAD.pack(MAGIC, self.version, self.slots, id_, day)
        return head + _CRC.pack(zlib.crc32(head))


def unpack_header(data: bytes) -> Header | None:
    """Return the header of a file; None if it has none that is whole."""
    head = data[: _HEAD.size]
    crc = data[_HEAD.size : _HEAD.size + _CRC.size]
    if len(crc) < _CRC.size or _CRC.unpack(crc)[0] != zlib.crc32(head):
        return None
    magic, version, slots, id_, day = _HEAD.unpack(head)
    if magic != MAGIC or _DAY.fullmatch(day) is None:
        return None
    return Header(version, slots, id_.hex(), day.decode("ascii"))


def seal_word(text: bytes) -> int:
    """Return length and CRC-32 of a text as one number, to be stored at once."""
    return int.from_bytes(
        struct.pack("=II", len(text), zlib.crc32(text)), sys.byteorder
    )


def versions_text(versions: Versions) -> bytes:
    """Return the text of versions."""
    return canonical({"versions": versions._asdict()})


def reference(text: bytes) -> str:
    """Return the name that cells know versions by, from the text of those."""
    return sha256(text).hexdigest()[:_REFERENCE]


def cell_text(cell: CountCell, versions: str) -> bytes:
    """Return the text of a cell.

    Args:
        cell: The cell; it has been checked.
        versions: The reference of its versions.
    """
    words = {
        "membership": cell.membership.word,
        "action": cell.action.word,
        "shadow": cell.shadow.word,
        "versions": versions,
    }
    return canonical({**cell._asdict(), **words})


class Scan(NamedTuple):
    """What could be read of the slots of a table.

    Attributes:
        cells: How often each cell was met; none of them 0 times.
        unreadable: How many decisions were counted beside a text that is lost.
        strange: Whether texts are whole but not of this version of the gate (their
            counts are among the unreadable), or numbers stand there that no gate wrote.
    """

    cells: dict[CountCell, int]
    unreadable: int
    strange: bool


def scan(data: bytes) -> Scan:
    """Read as many slots as there are, whatever state they are in."""
    slots = list(_slots(data))
    versions = dict(_versions(text) for _, text in slots if _is_versions(text))
    cells: Counter[CountCell] = Counter()
    unreadable, strange = 0, False
    for count, text in slots:
        if not count:
            continue
        if count > MOST:
            strange = True
            continue
        try:
            cell = _cell(text, versions)
        except _NO_CELL:
            unreadable += count
            strange |= text is not None
        else:
            cells[cell] += count
    if sum(cells.values()) + unreadable > MOST:
        return Scan({}, 0, strange=True)
    return Scan(dict(cells), unreadable, strange)


def _slots(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Yield each count with its text; None for a text that is lost."""
    for at in range(HEADER, len(data) - SLOT + 1, SLOT):
        count, length, crc = _SLOT.unpack_from(data, at)
        text = data[at + TEXT : at + TEXT + min(length, LONGEST)]
        sound = 0 < length <= LONGEST and zlib.crc32(text) == crc
        yield count, text if sound else None


def _is_versions(text: bytes | None) -> bool:
    return text is not None and text.startswith(b'{"versions":{')


def _versions(text: bytes | None) -> tuple[str, Versions | None]:
    """Return versions by their reference; None if a field is missing or unknown."""
    try:
        found = Versions(**json.loads(text or b"{}")["versions"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return reference(text or b""), None
    return reference(text or b""), found


def _cell(text: bytes | None, versions: dict[str, Versions | None]) -> CountCell:
    """Return the cell of a text.

    Raises:
        ValueError: The text is lost, or no cell; likewise LookupError, TypeError.
        CountingError: Something stands in the cell that does not belong there.
    """
    if text is None:
        raise ValueError
    told: dict[str, Any] = json.loads(text)
    found = versions[told["versions"]]
    if found is None or told.keys() != {*CountCell._fields}:
        raise ValueError
    cell = CountCell(**{**told, **_words(told), "versions": found})
    check_cell(cell)
    return cell


def _words(told: dict[str, Any]) -> dict[str, object]:
    return {
        "areas": tuple(told["areas"]),
        "membership": Membership[told["membership"].upper()],
        "activity": None if told["activity"] is None else Activity(told["activity"]),
        "action": Action[told["action"].upper()],
        "outcome": Outcome(told["outcome"]),
        "rules": tuple(told["rules"]),
        "shadow": Action[told["shadow"].upper()],
        "shadow_rules": tuple(told["shadow_rules"]),
    }


_NO_CELL: Final = (
    *(AttributeError, LookupError, TypeError, ValueError),
    *(RecursionError, CountingError),
)
"""What reading a text raises that is whole but holds no cell."""
