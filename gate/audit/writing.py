"""Writing one segment, and reading it again before anything is signed."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from gate.audit.durable import BEGUN, make_folder, replace, sync_folder
from gate.audit.hashing import leaf_hash
from gate.audit.parquet import read_rows, write_rows
from gate.audit.rows import Sealed
from gate.errors.sealing import SealUnsoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.audit.header import Header
    from gate.audit.rows import Row
    from gate.audit.shelf import Shelf

NONCE: Final = 16  # bytes


def write_segment(shelf: Shelf, draft: Header, rows: Sequence[Row]) -> list[bytes]:
    """Write rows and header, and return the hashes of what is then on the disk.

    Raises:
        SealUnsoundError: It is not what was written.
    """
    hashes: list[bytes] = []
    if draft.what == "period":
        hashes = _write_rows(shelf, draft, rows)
    path, line = shelf.header_path(draft.segment), draft.line()
    replace(path, line)
    if path.read_bytes() != line:
        raise SealUnsoundError(path=str(path))
    return [leaf_hash(line), *hashes]


def _write_rows(shelf: Shelf, draft: Header, rows: Sequence[Row]) -> list[bytes]:
    path = shelf.rows_path(draft)
    begun = path.with_name(f"{BEGUN}{os.getpid()}-{path.name}")
    sealed = [_sealed(draft, row) for row in rows]
    make_folder(path.parent)
    begun.unlink(missing_ok=True)
    write_rows(begun, sealed)
    _sync(begun)
    begun.replace(path)
    sync_folder(path.parent)
    found = list(read_rows(path, shelf.site))
    if found != sealed:
        raise SealUnsoundError(path=str(path))
    return [leaf_hash(one.line()) for one in found]


def _sealed(draft: Header, row: Row) -> Sealed:
    nonce = secrets.token_hex(NONCE)
    return Sealed(draft.segment, draft.site, draft.period, row, nonce)


def _sync(path: Path) -> None:
    """Bring a file to the disk that another library wrote, for its owner to change."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fchmod(handle, 0o644)
        os.fsync(handle)
    finally:
        os.close(handle)
