"""Changing the signing key, so that the log tells of it for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate import __version__
from gate.audit import keys
from gate.audit.alone import alone
from gate.audit.log import LOG, Log
from gate.audit.segments import append_event
from gate.errors.sealing import KeyMissingError, SealerBusyError

if TYPE_CHECKING:
    from pathlib import Path

    from gate.audit.notes import Signer, Verifier


def current_key(folder: Path, name: str) -> Verifier:
    """Return the public key that the log is sealed with.

    Args:
        folder: The audit folder (`audit.folder`).
        name: `audit.name`.

    Raises:
        SealingError: There is no key, or it cannot be used.
    """
    return keys.load(folder, name).verifier


def make_key(folder: Path, name: str) -> Verifier:
    """Make the key of a log that has not begun, so that it can be published first.

    Args:
        folder: The audit folder.
        name: `audit.name`.

    Returns:
        The public key.

    Raises:
        KeyInTheWayError: There is one already.
        KeyMissingError: There is a log, so its key is lost.
    """
    if Log(folder / LOG, name).checkpoint_path.exists():
        keys.load(folder, name)  # tells of a key that is lost
    return keys.make(folder, name).verifier


def change_key(folder: Path, name: str, reason: str = "") -> tuple[Verifier, Verifier]:
    """Replace the signing key: an event says so, signed by both.

    A change that was interrupted is finished instead of begun anew.

    Args:
        folder: The audit folder.
        name: `audit.name`.
        reason: Told in the log; may be empty.

    Returns:
        The old key and the new one.

    Raises:
        SealingError: The key or the log is not as it must be, or a seal is running.
    """
    log = Log(folder / LOG, name)

    def record(old: Signer, new: Signer) -> None:
        details = {"old_key": old.verifier.vkey, "new_key": new.verifier.vkey}
        told = details | ({"reason": reason} if reason else {})
        append_event(log, "key_change", told, [old, new], gate=__version__)

    with alone(folder) as is_alone:
        if not is_alone:
            raise SealerBusyError
        finished = _finish(folder, log)
        if finished:
            return finished
        old = keys.load(folder, name).verifier
        return old, keys.change(folder, name, record).verifier


def replace_lost_key(
    folder: Path, name: str, reason: str, *, is_stolen: bool = False
) -> Verifier:
    """Make a new key where the old one is lost: an event says so for ever.

    Args:
        folder: The audit folder.
        name: `audit.name`.
        reason: How it was lost; told in the log.
        is_stolen: The old key is there, but somebody else may have it: it signs
            nothing any more and is destroyed.

    Returns:
        The new key.

    Raises:
        SealingError: The old key is there, or the log is not as it must be.
    """
    log = Log(folder / LOG, name)

    def record(new: Signer) -> None:
        named = log.named_keys()
        details = {"new_key": new.verifier.vkey, "reason": reason}
        if named:
            details["old_key"] = named[-1].vkey
        append_event(log, "key_lost", details, [new], gate=__version__)

    with alone(folder) as is_alone:
        if not is_alone:
            raise SealerBusyError
        if not log.checkpoint_path.exists():
            raise KeyMissingError(path=str(keys.key_path(folder)))
        finished = _finish(folder, log)
        if finished:
            return finished[1]
        return keys.lost(folder, name, record, is_stolen=is_stolen).verifier


def _finish(folder: Path, log: Log) -> tuple[Verifier, Verifier] | None:
    """Finish a change that is in the log; None if there is none to finish."""
    begun = keys.begun(folder, log.site)
    if begun is None or not log.checkpoint_path.exists():
        return None
    for header in log.headers(log.head(log.named_keys())):
        if header.details.get("new_key") == begun.vkey:
            keys.settle(folder, log.site, begun)
            named = log.named_keys()
            return named[-2] if len(named) > 1 else begun, begun
    return None
