"""Copies of rule books that were taken: what is served where a start meets a bad one.

Each lies in the state folder under its own digest, beside a note of what it was
proved for. A copy that is not what its name says is never found.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate.documents.moments import minute
from gate.engine.snapshot import snapshot_of
from gate.errors import GateError, LastGoodServedError, StateFolderError
from gate.places.atomic import write_atomically
from gate.rules.sheets import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.config import Config
    from gate.engine.snapshot import Snapshot
    from gate.rules.sheets import Folder

FOLDER = "books"
"""Where the copies lie within the state folder."""

MOST_COPIES = 3
"""Copies that are kept: the one that is served and two before it."""

NOTE = "taken.json"
"""Name in a copy of what it was proved for; its date says when it was taken last."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A rule book as it was.

    Attributes:
        folder: Where it lies.
        digest: Its digest.
        taken: When it was taken last, in Unix seconds.
    """

    folder: Path
    digest: str
    taken: int


def keep(snapshot: Snapshot) -> None:
    """Keep a copy of the book of a snapshot; nothing if its files have moved on.

    Raises:
        StateFolderError: The copy cannot be written.
    """
    config, digest = snapshot.config, snapshot.book.digest
    home = config.state / FOLDER
    try:
        found = read_folder(config.rules.folder)
        if found.digest == digest:
            home.mkdir(mode=0o700, exist_ok=True)
            if not _is_whole(home / digest):
                _write(found, home / digest)
            write_atomically(home / digest / NOTE, _note(snapshot))
            _forget(home)
    except OSError as error:
        reason = f"no copy of the rule book can be kept, {error.strerror or 'unknown'}"
        raise StateFolderError(reason=reason.lower(), folder=home) from error


def copies(config: Config) -> Iterator[Copy]:
    """Yield the copies that are whole, the one that was taken last first."""
    for folder in _newest_first(config.state / FOLDER):
        if _is_whole(folder):
            yield Copy(folder, folder.name, int(_taken(folder)))


def stand_in(config: Config, environ: Mapping[str, str], error: GateError) -> Snapshot:
    """Return a snapshot of the last good book that a configuration allows.

    Args:
        config: What the deployer chose.
        environ: Variables that override the file of the configuration.
        error: Why the book that lies on the disk cannot be served.

    Raises:
        GateError: There is none; this is `error` itself.
    """
    if isinstance(error, StateFolderError):
        raise error
    for copy in copies(config):
        rules = config.rules.model_copy(update={"folder": copy.folder})
        folder = str(copy.folder.absolute())
        try:
            found = snapshot_of(
                replace(config, rules=rules),
                {**environ, "GATE_RULES__FOLDER": folder},
            )
        except GateError:  # it breaks what is pinned by now, or cannot be read
            continue
        taken = minute(copy.taken)
        loud = LastGoodServedError(
            digest=copy.digest, taken=taken, reason=f"{error.code}: {error}"
        )
        return replace(found, config=config, trouble=(loud, *found.trouble))
    raise error


def differences(copy: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the files by which a folder is another book than a copy; none without both.

    Yields:
        Name within the book, and "changed", "new" or "gone".
    """
    try:
        before, after = read_folder(copy).files, read_folder(folder).files
    except OSError:
        return
    for name in sorted({*before, *after}):
        if name not in before:
            yield name, "new"
        elif name not in after:
            yield name, "gone"
        elif before[name] != after[name]:
            yield name, "changed"


def _note(snapshot: Snapshot) -> bytes:
    pinned = snapshot.config.rules.pinned
    told = {"at": int(time.time()), "pinned": pinned, **snapshot.versions._asdict()}
    return json.dumps(told, indent=2).encode()


def _is_whole(folder: Path) -> bool:
    try:
        return read_folder(folder).digest == folder.name
    except OSError:
        return False


def _write(found: Folder, target: Path) -> None:
    """Write a copy beside its place, then move it there at once."""
    draft = target.with_name(f".{target.name[:16]}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for name, content in found.files.items():
        path = draft / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, content)
    shutil.rmtree(target, ignore_errors=True)  # it was not what its name said
    draft.replace(target)


def _forget(home: Path) -> None:
    """Drop old copies, and drafts of processes that died over them."""
    for folder in _newest_first(home)[MOST_COPIES:]:
        shutil.rmtree(folder, ignore_errors=True)
    for draft in home.glob(".*"):
        shutil.rmtree(draft, ignore_errors=True)


def _newest_first(home: Path) -> list[Path]:
    found = [path for path in home.glob("*") if not path.name.startswith(".")]
    return sorted(found, key=_taken, reverse=True)


def _taken(folder: Path) -> float:
    """Return when a copy was taken, in Unix seconds; 0 without its note."""
    try:
        return (folder / NOTE).stat().st_mtime
    except OSError:
        return 0
