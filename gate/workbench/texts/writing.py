"""Several files replaced together: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def write(made: Mapping[Path, str]) -> None:
    """Replace the content of files; a link to one stays a link.

    All new content is on the disk before the first file is replaced. If a later one
    cannot be replaced, those before it get their old content back.

    Args:
        made: New content by file.

    Raises:
        OSError: A file cannot be written; then all are as they were, unless the disk
            also refuses the old content.
    """
    real = {Path(os.path.realpath(path)): text for path, text in made.items()}
    before = {path: path.read_bytes() for path in real}
    staged: dict[Path, Path] = {}
    replaced: list[Path] = []
    try:
        for path, text in real.items():
            staged[path] = _stage(path, text.encode())
        for path, new in staged.items():
            new.replace(path)
            replaced.append(path)
    except BaseException:
        for path in replaced:
            with suppress(OSError):
                _stage(path, before[path]).replace(path)
        raise
    finally:
        for new in staged.values():
            new.unlink(missing_ok=True)


def _stage(path: Path, content: bytes) -> Path:
    """Write content beside a file, with its rights, and return where."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        new.chmod(path.stat().st_mode & 0o777)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return new
