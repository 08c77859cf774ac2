"""Whether days are sealed, and who could sign in the sealer's place."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gate.audit.keys import key_path
from gate.audit.log import LOG, Log
from gate.audit.sealing import oldest_table
from gate.audit.segments import check_newest, due_days, newest_day
from gate.audit.tables import TABLES
from gate.errors import GateError
from gate.workbench.doctor.finding import Finding, error, judged, note, ok, warning
from gate.workbench.sealing import audit_folder

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config

_GRACE = timedelta(hours=6)
"""How long after midnight UTC a day need not be sealed."""


def check_sealed(config: Config, now: int) -> list[Finding]:
    """Look at the signing key and at the newest sealed day.

    Args:
        config: What the deployer chose.
        now: Unix seconds.
    """
    return [_loose(config) or _key(config), _days(config, now)]


def _loose(config: Config) -> Finding | None:
    """Return a finding if whoever serves may rename the folder of another's key."""
    folder = audit_folder(config)
    try:
        mode = folder.stat().st_mode
    except OSError:
        return None
    is_loose = mode & stat.S_IWGRP and not mode & stat.S_ISVTX
    if config.audit.seal != "apart" or not is_loose:
        return None
    told = "Its group may move the folder of the key away: there is no sticky bit."
    todo = "Let root own the folder, and give it the mode 2750 or 3770."
    return warning("D130", str(folder), told, todo)


def _key(config: Config) -> Finding:
    path = key_path(audit_folder(config))
    readable = os.access(path, os.R_OK)
    if config.audit.seal == "apart":
        if readable and os.geteuid() == 0:  # root reads everything
            return _of_another(path, audit_folder(config) / TABLES)
        told = ("Whoever runs this can read it.", "Whoever runs this cannot read it.")
        return judged(readable, "D130", str(path), told)
    if not readable:
        return ok("D130", str(path), "Whoever runs this cannot read it.")
    found = "gate serve seals by itself, so its user can sign whatever it likes."
    return note("D130", str(path), found, "For more, set audit.seal: apart.")


def _of_another(key: Path, tables: Path) -> Finding:
    """Judge by owners whether who counts can read the key."""
    try:
        owner, counts = key.stat(), tables.stat()
    except OSError as problem:
        return note("D130", str(key), f"It cannot be looked at: {problem.strerror}.")
    readable = owner.st_uid == counts.st_uid or bool(owner.st_mode & 0o077)
    told = ("Who counts can read it as well.", "Who counts cannot read it.")
    return judged(readable, "D130", str(key), told)


def _days(config: Config, now: int) -> Finding:
    folder = audit_folder(config)
    log = Log(folder / LOG, config.audit_name)
    today = (datetime.fromtimestamp(now, UTC) - _GRACE).date()
    try:
        newest = newest_day(log.headers())
        check_newest(newest, datetime.fromtimestamp(now, UTC).date())
        due = due_days(newest, oldest_table(folder), today)
    except GateError as problem:
        return error("D131", str(log.home), f"{problem.code}: {problem}", problem.hint)
    except OSError as problem:
        told = f"It cannot be looked at: {problem.strerror}."
        return note("D131", str(folder), told)
    if due:
        told = f"{len(due)} not sealed, the first of them {due[0]}."
        return warning("D131", str(folder), told)
    if not newest:
        return ok("D131", str(folder), "No day is over that was counted.")
    return ok("D131", str(folder), f"{newest} is the newest sealed day.")
