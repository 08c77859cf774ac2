"""The key that seals are signed with: a file that only the sealer may read.

It is made once. A change leaves a segment in the log that both keys signed; a loss
leaves one that says so, for ever.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from typing import TYPE_CHECKING, Final

from gate.audit.durable import BEGUN, sync_folder, write_new
from gate.audit.notes import Signer
from gate.errors.sealing import (
    KeyDamagedError,
    KeyExposedError,
    KeyInTheWayError,
    KeyMissingError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gate.audit.notes import Verifier

ORIGIN: Final = "gate-audit"
"""Ends the name of every key and the origin of every checkpoint."""

_FOLDER: Final = "key"
_CURRENT: Final = "signing-key"
_NEXT: Final = "next-signing-key"
_SPENT: Final = "spent-signing-key"
_MOST_BYTES: Final = 1_000
_TEXT: Final = re.compile(r"gate-signing-key/1\n([^+\s]+)\n([0-9a-f]{64})\n", re.ASCII)


def origin_of(name: str) -> str:
    """Return the origin of a log, which is the name of its keys.

    Args:
        name: `audit.name`.
    """
    return f"{name}/{ORIGIN}"


def key_path(folder: Path) -> Path:
    """Return where the signing key lies below the audit folder."""
    return folder / _FOLDER / _CURRENT


def load(folder: Path, name: str) -> Signer:
    """Read the signing key.

    Args:
        folder: The audit folder (`audit.folder`).
        name: `audit.name`.

    Raises:
        KeyMissingError: There is none.
        KeyExposedError: Others may read or write it, or its folder.
        KeyDamagedError: It cannot be understood, or is of another log.
    """
    return _load(key_path(folder), origin_of(name))


def make(folder: Path, name: str) -> Signer:
    """Make the first signing key of a log.

    Raises:
        KeyInTheWayError: There is one already.
        OSError: It cannot be written.
    """
    return _make(key_path(folder), origin_of(name))


def change(folder: Path, name: str, record: Callable[[Signer, Signer], None]) -> Signer:
    """Replace the signing key, and destroy the old one.

    The new key is on disk before anything is signed with it, and the old one until
    `record` has returned. Where `record` failed, the same call goes on with the same
    new key. Where a crash came after it, `settle` finishes.

    Args:
        folder: The audit folder.
        name: `audit.name`.
        record: Takes the old and the new key, and returns when a segment that says
            so, signed by both, is on disk.

    Returns:
        The new key.

    Raises:
        KeyMissingError: There is no old key; see `lost`.
        OSError: A file cannot be written.
    """
    old = load(folder, name)
    path = key_path(folder)
    new = _next(path, origin_of(name))
    record(old, new)
    _promote(path)
    return new


def lost(
    folder: Path,
    name: str,
    record: Callable[[Signer], None],
    *,
    is_stolen: bool = False,
) -> Signer:
    """Make a new key where the old one is lost.

    Args:
        folder: The audit folder.
        name: `audit.name`.
        record: Takes the new key, and returns when a segment that says that the old
            one is lost, signed by the new one, is on disk.
        is_stolen: The old key is there, but must vouch for nothing any more: it is
            destroyed.

    Returns:
        The new key.

    Raises:
        KeyInTheWayError: The old key is there: it can be changed.
        OSError: A file cannot be written.
    """
    path = key_path(folder)
    if not is_stolen and (path.exists() or path.is_symlink()):
        raise KeyInTheWayError(path=str(path))
    new = _next(path, origin_of(name))
    record(new)
    _promote(path)
    return new


def begun(folder: Path, name: str) -> Verifier | None:
    """Return the new key of a change or loss that was interrupted; None without one.

    Args:
        folder: The audit folder.
        name: `audit.name`.
    """
    path = key_path(folder).with_name(_NEXT)
    return _load(path, origin_of(name)).verifier if path.exists() else None


def settle(folder: Path, name: str, current: Verifier) -> None:
    """Finish a change or a loss that is in the log but was interrupted after that.

    Args:
        folder: The audit folder.
        name: `audit.name`.
        current: The key that the log says to be in use.

    Raises:
        OSError: A file cannot be written.
    """
    path = key_path(folder)
    if begun(folder, name) == current:
        _promote(path)
    spent = path.with_name(_SPENT)
    if spent.exists() and not (path.exists() and spent.samefile(path)):
        _destroy(spent)


def _next(path: Path, origin: str) -> Signer:
    """Return the key that a change has begun with, or a new one."""
    following = path.with_name(_NEXT)
    return _load(following, origin) if following.exists() else _make(following, origin)


def _promote(path: Path) -> None:
    """Put the next key in place of the current one, and overwrite that.

    What a disk or its snapshots keep beyond that is out of reach.
    """
    spent = path.with_name(_SPENT)
    if path.exists():
        if spent.exists() and spent.samefile(path):
            spent.unlink()  # a crash came between: it is still the current key
        _destroy(spent)
        spent.hardlink_to(path)
    path.with_name(_NEXT).replace(path)
    for begun in path.parent.glob(f"{BEGUN}*"):  # a crash left it; it may be a key
        _destroy(begun)
    sync_folder(path.parent)
    _destroy(spent)


def _destroy(path: Path) -> None:
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)


def _make(path: Path, origin: str) -> Signer:
    _private_folder(path.parent)
    signer = Signer(name=origin, seed=secrets.token_bytes(32))
    text = f"gate-signing-key/1\n{signer.name}\n{signer.seed.hex()}\n"
    begun = path.with_name(f"{BEGUN}{os.getpid()}-{path.name}")
    begun.unlink(missing_ok=True)
    write_new(begun, text.encode(), mode=0o600)
    try:
        path.hardlink_to(begun)  # whole, or not at all, and never over another one
    except FileExistsError as error:
        raise KeyInTheWayError(path=str(path)) from error
    finally:
        begun.unlink()
    sync_folder(path.parent)
    return signer


def _private_folder(folder: Path) -> None:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    _refuse_exposed(folder, folder.lstat())


def _load(path: Path, origin: str) -> Signer:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        raise KeyMissingError(path=str(path)) from error
    except PermissionError as error:
        why, hint = "it belongs to somebody else", "Run this as the user who seals."
        raise KeyDamagedError(path=str(path), why=why, hint=hint) from error
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise KeyDamagedError(path=str(path), why=why) from error
    with os.fdopen(handle, "rb") as file:
        _refuse_exposed(path, os.fstat(handle))
        _refuse_exposed(path.parent, path.parent.lstat())
        text = file.read(_MOST_BYTES).decode("ascii", "replace")
    found = _TEXT.fullmatch(text)
    if not found:
        raise KeyDamagedError(path=str(path), why="it is not a signing key")
    if found[1] != origin:
        raise KeyDamagedError(path=str(path), why=f"it is of {found[1]}, not {origin}")
    return Signer(name=origin, seed=bytes.fromhex(found[2]))


def _refuse_exposed(path: Path, found: os.stat_result) -> None:
    """Refuse what group or others may read or write, or what another user owns.

    Raises:
        KeyExposedError: They may, or he does.
    """
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or found.st_uid != os.geteuid():
        raise KeyExposedError(path=str(path), mode=stat.S_IMODE(found.st_mode))
