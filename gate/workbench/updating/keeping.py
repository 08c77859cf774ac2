"""The served file and its predecessors: replaced whole or not at all, one at a time.

Earlier databases lie beside the served one, or in a folder of their own, named after
the day on which they were built: GeoLite2-City-2026-09-18.mmdb. A small note says where
the served one came from, and which one was taken back.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from gate.documents.moments import day
from gate.errors import NothingKeptError, UpdateBusyError
from gate.places.atomic import sync_folder, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.updating.settings import Task

_MODE: Final = 0o644  # a database holds no secret, and other programs may use it
_DAY: Final = r"-([0-9]{4}-[0-9]{2}-[0-9]{2})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is remembered of the served database.

    Attributes:
        digest: Its SHA-256; the rest holds only as long as this is so.
        url: Where it came from.
        etag: What the server called it.
        modified: When the server last changed it.
        measured: What it says as a whole.
        taken_back: SHA-256 of the database that was taken back last.
        taken_back_md5: Its MD5, which the vendor tells.
    """

    digest: str = ""
    url: str = ""
    etag: str = ""
    modified: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    taken_back: str = ""
    taken_back_md5: str = ""


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Keep other updaters of a database away.

    Raises:
        UpdateBusyError: Another one is at work.
        OSError: The folder cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    path = target.with_name(f".{target.name}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpdateBusyError(
                f"Another updater is at work on {target}.", hint=UpdateBusyError.remedy
            ) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Make a folder beside the served file for what is not served yet.

    What an updater left that was killed is removed first; call it in `alone`.
    """
    begin = f".{target.name}.new-"
    for left in target.parent.glob(f"{begin}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=target.parent, prefix=begin) as name:
        yield Path(name)


def read_note(target: Path) -> Note:
    """Return what is remembered; an empty note if that is nothing."""
    try:
        told = json.loads(_note(target).read_bytes())
        return Note(**told)
    except (OSError, TypeError, ValueError):
        return Note()


def write_note(target: Path, note: Note) -> None:
    """Remember it."""
    write_atomically(_note(target), json.dumps(asdict(note), indent=1).encode())


def install(database: Path, task: Task, built: int | None) -> None:
    """Put a database where the gate looks, and keep the one before.

    At every moment there is the old file or the whole new one.

    Args:
        database: The new file, in the same file system.
        task: What is updated.
        built: When the served one was built, Unix seconds; None if there is none.

    Raises:
        OSError: A folder cannot be written; the served file is as it was.
    """
    if built is not None:
        _keep(task, built)
    database.chmod(_mode_of(task.target))
    _sync(database)
    database.replace(task.target)
    sync_folder(task.target.parent)
    _forget_oldest(task)


def kept(task: Task) -> tuple[Path, ...]:
    """Return earlier databases, the newest first."""
    name = re.compile(
        re.escape(task.target.stem) + _DAY + re.escape(task.target.suffix)
    )
    found = [p for p in _files(task.folder) if name.fullmatch(p.name)]
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def predecessor(task: Task, served: int | None) -> Path:
    """Return the newest database that was built on a day before the served one.

    Raises:
        NothingKeptError: There is none.
    """
    newest = "9999" if served is None else day(served)
    for path in kept(task):
        if path.name < _kept_name(task, newest):
            return path
    raise NothingKeptError(
        f"No earlier database than {task.target.name} is kept in {task.folder}.",
        hint=NothingKeptError.remedy,
    )


def copied(source: Path, out: Path) -> Path:
    """Return `out`, with the content of `source`, without a second copy if possible."""
    try:
        os.link(source.resolve(), out)
    except OSError:
        shutil.copyfile(source, out)
    return out


def _keep(task: Task, built: int) -> None:
    task.folder.mkdir(parents=True, exist_ok=True)
    path = task.folder / _kept_name(task, day(built))
    with TemporaryDirectory(dir=task.folder, prefix=f".{task.target.name}.") as name:
        own = copied(task.target, Path(name) / path.name)
        _sync(own)
        own.replace(path)
    sync_folder(task.folder)


def _forget_oldest(task: Task) -> None:
    for path in kept(task)[task.keep :]:
        with suppress(OSError):  # it is one too many, no more
            path.unlink()


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except FileNotFoundError:
        return []


def _kept_name(task: Task, day: str) -> str:
    return f"{task.target.stem}-{day}{task.target.suffix}"


def _note(target: Path) -> Path:
    return target.with_name(f".{target.name}.note")


def _mode_of(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return _MODE


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
