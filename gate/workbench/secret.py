"""The secret that servers show when they ask the gate, kept in a file of its own."""

from __future__ import annotations

import os
import re
import secrets
import stat
from typing import TYPE_CHECKING

from gate.engine.preparation import ensure_folder
from gate.errors import SecretError

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config

LEAST_SECRET = 32
"""Characters."""

_SOUND = re.compile(rf"[A-Za-z0-9._~+/=-]{{{LEAST_SECRET},512}}")


def load_secrets(config: Config) -> tuple[str, ...]:
    """Return the secrets that callers may show, the newest first.

    The file has one secret in each line, so that a new one can be put before the old
    one until all servers know it. A file in the state folder is made if it is missing.

    Raises:
        SecretError: The file cannot be read, can be read by others, or holds no secret
            of at least 32 letters, digits and signs of base64.
        StateFolderError: The state folder cannot be used.
    """
    path = config.check.secret_file if config.check else None
    if path is None:
        return ()
    if path.parent == config.state and not path.exists():
        ensure_folder(config.state)
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Write a new secret; of two processes that do so at once, the first one holds."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise SecretError(str(path), reason) from error
    with os.fdopen(handle, "w") as file:
        file.write(f"{secrets.token_urlsafe(LEAST_SECRET)}\n")


def _read(path: Path) -> tuple[str, ...]:
    try:
        mode = path.stat().st_mode
        found = tuple(path.read_text("ascii").split())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not plain text"
        raise SecretError(str(path), reason) from error
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise SecretError(str(path), "others may read or write it (chmod 0640)")
    if not found or not all(_SOUND.fullmatch(secret) for secret in found):
        reason = f"it holds no secret of {LEAST_SECRET} characters or more"
        raise SecretError(str(path), reason)
    return found
