"""The proof of one row: a file that stands without the log.

It holds the row, the path from its hash to the root, and the signed checkpoint. Whoever
has the public key can check it, and sees no other row.

Source: C2SP tlog-proof v1. The row's line is the extra data, which the path makes
authentic: its hash is the leaf.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gate.audit.hashing import check_inclusion, leaf_hash
from gate.audit.keys import origin_of
from gate.audit.lines import READ, RowReader
from gate.audit.notes import MOST_BYTES, open_note
from gate.errors.sealing import NoSuchRowError, ProofError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.audit.header import Header
    from gate.audit.log import Log
    from gate.audit.notes import Checkpoint, Verifier

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
ENDING: Final = ".tlog-proof"

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,17})", re.ASCII)
_HASH_SIZE: Final = 32  # bytes
_LONGEST: Final = 64  # hashes of a path
_SHOWN: Final = 3  # rows that are named where several fit
_NAMES: Final = {"day": "period"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A row that a signed checkpoint covers.

    Attributes:
        line: The canonical bytes of the row.
        index: Place of the row in the tree.
        path: Hashes from its sibling up to the child of the root.
        note: The signed checkpoint.
    """

    line: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """Return what is written to a file."""
        hashes = "".join(f"{b64encode(node).decode()}\n" for node in self.path)
        extra = b64encode(self.line).decode()
        head = f"{FIRST_LINE}\nextra {extra}\nindex {self.index}\n"
        return f"{head}{hashes}\n{self.note}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a proof shows.

    Attributes:
        row: Column -> value.
        checkpoint: That covers it.
        signers: The given keys that signed the checkpoint.
    """

    row: Mapping[str, Any]
    checkpoint: Checkpoint
    signers: tuple[Verifier, ...]


def find_row(log: Log, conditions: Mapping[str, str]) -> tuple[int, int]:
    """Return segment and row of the one row that fits.

    Args:
        log: The log.
        conditions: Column -> value; "day" is the period.

    Raises:
        NoSuchRowError: None or several fit, or there is no such column.
    """
    wanted = {_NAMES.get(name, name): value for name, value in conditions.items()}
    if unknown := sorted(wanted.keys() - {*READ}):
        raise NoSuchRowError(f"There is no column {unknown[0]!r} in a row.")
    found = list(_fitting(log, wanted))
    if len(found) == 1:
        return found[0]
    told = ", ".join(f"segment {s} row {r}" for s, r in found[:_SHOWN])
    raise NoSuchRowError(
        f"{len(found)} rows fit: {told} ..." if found else "No row fits."
    )


def make_proof(
    log: Log, segment: int, row: int, verifiers: Sequence[Verifier]
) -> Proof:
    """Return the proof of one row, checked as its receiver will check it.

    Args:
        log: The log.
        segment: Its segment.
        row: Its place in the segment's file, from 0 on.
        verifiers: Keys of which one must have signed the newest checkpoint.

    Raises:
        NoSuchRowError: There is no such row, or it was dropped.
        ProofError: The row is not the one that was sealed.
        SealingError: The log is damaged, or not signed by a given key.
    """
    checkpoint = log.checkpoint(verifiers)
    if checkpoint is None:
        raise NoSuchRowError("Nothing was ever sealed here.")
    header = _header(log, segment, checkpoint.size)
    line = _line(log, header, row)
    index = header.first + 1 + row
    proof = Proof(
        line=line,
        index=index,
        path=tuple(log.tiles.inclusion(index, checkpoint.size)),
        note=log.checkpoint_path.read_text("utf-8"),
    )
    check_proof(proof, verifiers)
    return proof


def check_proof(proof: Proof, verifiers: Sequence[Verifier]) -> Proved:
    """Check a proof with public keys alone.

    Raises:
        NoteError: Its checkpoint is not signed by a given key.
        ProofError: It does not prove what it should.
    """
    checkpoint, signers = open_note(proof.note, verifiers)
    is_in = check_inclusion(
        leaf_hash(proof.line),
        index=proof.index,
        size=checkpoint.size,
        path=proof.path,
        root=checkpoint.root,
    )
    if not is_in:
        raise ProofError("The row is not in the log that was signed.")
    try:
        row = json.loads(proof.line)
    except (ValueError, RecursionError) as error:
        raise ProofError("What it proves is not a row.") from error
    if not isinstance(row, dict) or row.get("kind") != "row":
        raise ProofError("What it proves is not a row.")
    if checkpoint.origin != origin_of(str(row.get("site"))):
        raise ProofError("The row is of another site than the checkpoint.")
    return Proved(row=row, checkpoint=checkpoint, signers=signers)


def parse_proof(raw: bytes) -> Proof:
    """Read a proof.

    Raises:
        ProofError: It is not a proof, or holds no row.
    """
    if len(raw) > MOST_BYTES:
        raise ProofError(f"It is longer than {MOST_BYTES:,} bytes.")
    try:
        head, blank, note = raw.decode("utf-8").partition("\n\n")
    except UnicodeError as error:
        raise ProofError("It is not UTF-8.") from error
    first, *lines = head.split("\n")
    if first != FIRST_LINE or not blank or len(lines) < 2:  # noqa: PLR2004
        raise ProofError(f"It is not a proof ({FIRST_LINE}).")
    extra, index, *path = lines
    place = _INDEX.fullmatch(index)
    if not extra.startswith("extra ") or not place or len(path) > _LONGEST:
        raise ProofError("It holds no row, or no place of it.")
    return Proof(
        line=_base64(extra.removeprefix("extra ")),
        index=int(place[1]),
        path=tuple(_hash(node) for node in path),
        note=note,
    )


def _fitting(log: Log, wanted: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    with RowReader(log.site) as reader:
        for header in log.headers():
            path = log.rows_path(header)
            own = {"segment": str(header.segment), "period": header.period}
            if any(wanted.get(name, value) != value for name, value in own.items()):
                continue
            if header.what == "period" and path.exists():
                fits = _rows_that_fit(reader, path, wanted)
                yield from ((header.segment, row) for row in fits)


def _rows_that_fit(
    reader: RowReader, path: Path, wanted: Mapping[str, str]
) -> Iterator[int]:
    places = [(READ.index(name), value) for name, value in wanted.items()]
    start = 0
    for batch in reader.read(path):
        for row in range(len(batch.lines)):
            if all(str(batch.columns[at][row]) == value for at, value in places):
                yield start + row
        start += len(batch.lines)


def _header(log: Log, segment: int, size: int) -> Header:
    if segment < 0 or not log.header_path(segment).exists():
        raise NoSuchRowError(f"There is no segment {segment}.")
    header = log.header(segment)
    if header.end > size:
        raise NoSuchRowError(f"Segment {segment} is not sealed yet.")
    return header


def _line(log: Log, header: Header, row: int) -> bytes:
    if not 0 <= row < header.rows:
        raise NoSuchRowError(f"Segment {header.segment} has {header.rows:,} rows.")
    path = log.rows_path(header)
    if not path.exists():
        raise NoSuchRowError(f"The rows of segment {header.segment} were dropped.")
    with RowReader(log.site) as reader:
        start = 0
        for batch in reader.read(path):
            if row < start + len(batch.lines):
                return batch.lines[row - start]
            start += len(batch.lines)
    raise ProofError(f"{path} has fewer rows than were sealed.")


def _hash(text: str) -> bytes:
    raw = _base64(text)
    if len(raw) != _HASH_SIZE:
        raise ProofError("A line of its path is not a hash.")
    return raw


def _base64(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise ProofError("A line of it is not base64.") from error
    if b64encode(raw).decode() != text:
        raise ProofError("A line of it is not base64 in its one form.")
    return raw
