"""The gate's own files and listeners: who may look into them."""

from __future__ import annotations

import stat
from ipaddress import ip_address
from typing import TYPE_CHECKING

from gate.workbench.doctor.finding import Finding, Level, error, judged, note, ok
from gate.workbench.secret import LEAST_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.config import Config

_UNIX = "unix:"
_LOCAL = "localhost"


def check_files(config: Config) -> list[Finding]:
    """Look at the secret, the operations listener and the state folder."""
    return [*_secret(config), _operations(config), _state(config.state)]


def _secret(config: Config) -> Iterator[Finding]:
    path = config.check.secret_file if config.check else None
    if path is None:
        return
    try:
        mode, secrets = path.stat().st_mode, path.read_text("ascii").split()
    except FileNotFoundError:
        yield note("D110", str(path), "It is not there yet; gate serve makes it.")
        return
    except (OSError, ValueError) as problem:
        told = getattr(problem, "strerror", None) or "it is not plain text"
        yield error("D110", str(path), f"It cannot be read: {told}.")
        return
    told = f"Its mode is {stat.S_IMODE(mode):04o}"
    if mode & stat.S_IRGRP:
        told += ", so that its group may read it"
    bad = bool(mode & (stat.S_IRWXO | stat.S_IWGRP))
    yield judged(bad, "D110", str(path), (f"{told}.",) * 2, Level.ERROR)
    yield _length(str(path), secrets)


def _length(subject: str, secrets: list[str]) -> Finding:
    shortest = min(map(len, secrets), default=0)
    told = f"The shortest secret in it has {shortest} characters."
    short = shortest < LEAST_SECRET
    return judged(short, "D111", subject, (told, told), Level.ERROR)


def _operations(config: Config) -> Finding:
    subject, listen = "server.operations", config.server.operations
    if listen is None:
        return ok("D112", subject, "There is no such listener.")
    told = f"It listens at {listen}."
    if listen.startswith(_UNIX):
        return ok("D112", subject, told)
    host = listen.rpartition(":")[0].strip("[]")
    return judged(_is_public(host), "D112", subject, (told, told), Level.ERROR)


def _is_public(host: str) -> bool:
    if host == _LOCAL:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return True  # a name; nobody knows where it will lead
    return address.is_unspecified or not address.is_private


def _state(folder: Path) -> Finding:
    subject = str(folder)
    try:
        mode = folder.stat().st_mode
    except OSError as problem:
        told = f"It cannot be looked at: {problem.strerror}. The gate makes it."
        return note("D113", subject, told)
    told = f"Its mode is {stat.S_IMODE(mode):04o}."
    writable = bool(mode & (stat.S_IWGRP | stat.S_IWOTH))
    level = Level.ERROR if writable else Level.WARNING
    bad = bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
    return judged(bad, "D113", subject, (told, told), level)
