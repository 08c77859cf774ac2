"""Fetching with MaxMind's own program, geoipupdate, where a newsroom has it already."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from gate.errors import (
    UpdateAnswerError,
    UpdateSettingsError,
    UpdateTooLargeError,
    UpdateUnreachableError,
)
from gate.places.atomic import write_atomically

if TYPE_CHECKING:
    from gate.workbench.updating.settings import Task

PROGRAM: Final = "geoipupdate"


def from_program(task: Task, out: Path, *, most: int, patience: float) -> bool:
    """Have geoipupdate fetch an edition into a folder of its own.

    Args:
        task: What is to be updated; without credentials the program reads its usual
            GeoIP.conf.
        out: Where the database goes.
        most: Bytes of a database.
        patience: Seconds that the program may take.

    Returns:
        Whether it fetched anything else than what is served.

    Raises:
        UpdateError: The program is missing, fails, or takes too long.

    Source:
        GeoIP.conf(5): AccountID, LicenseKey, EditionIDs, DatabaseDirectory, Host.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise UpdateSettingsError(
            f"The program {PROGRAM} is not on PATH.",
            hint="Install it, or write geo.update.source: maxmind, which needs none.",
        )
    with TemporaryDirectory(dir=out.parent, prefix=".geoipupdate-") as name:
        folder = Path(name)
        fetched = folder / f"{task.edition}.mmdb"
        if task.target.is_file():  # then the program may find that nothing is newer
            shutil.copyfile(task.target, fetched)
        _run([program, *_arguments(task, folder)], patience)
        return _taken(fetched, out, task, most)


def _arguments(task: Task, folder: Path) -> list[str]:
    if task.credentials is None:
        return ["-d", str(folder)]
    lines = [
        f"AccountID {task.credentials.account}",
        f"LicenseKey {task.credentials.key}",
        f"EditionIDs {task.edition}",
        f"DatabaseDirectory {folder}",
        *([f"Host {task.url}"] if task.url else []),
    ]
    settings = folder / "GeoIP.conf"
    write_atomically(settings, "\n".join([*lines, ""]).encode())
    return ["-f", str(settings), "-d", str(folder)]


def _run(command: list[str], patience: float) -> None:
    try:
        # What it says may name the account; it is not repeated.
        done = subprocess.run(  # noqa: S603 (its path was looked up, no shell)
            command,
            check=False,
            timeout=patience,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise UpdateUnreachableError(
            f"{PROGRAM} took longer than {patience:g} s.",
            hint=UpdateUnreachableError.remedy,
        ) from None
    if done.returncode:
        raise UpdateAnswerError(
            f"{PROGRAM} ended with {done.returncode}.",
            hint=f"Run {PROGRAM} -v by hand to see why.",
        )


def _taken(fetched: Path, out: Path, task: Task, most: int) -> bool:
    if not fetched.is_file() or fetched.is_symlink():
        raise UpdateAnswerError(
            f"{PROGRAM} left no {fetched.name}.",
            hint="Name the edition in EditionIDs of GeoIP.conf and in "
            "geo.update.edition.",
        )
    if fetched.stat().st_size > most:
        raise UpdateTooLargeError(
            f"The database is larger than {most:,} bytes.",
            hint=UpdateTooLargeError.remedy,
        )
    fetched.replace(out)
    return not task.target.is_file() or not _is_same(out, task.target)


def _is_same(one: Path, other: Path) -> bool:
    from filecmp import cmp  # noqa: PLC0415 (only here)

    return cmp(one, other, shallow=False)
