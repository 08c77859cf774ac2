"""Asking the process that prepares: one at a time in a state folder, and each once.

However many workers want the same index or proof, the first one has it made and the
others find it. The lock is the system's own: that of a process that died is free.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from gate.errors import FindingsError, PreparationError, RelayedDatabaseError
from gate.model import Diagnostic, Mark, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOCK = "lock"
"""Name in the state folder of the file that is locked."""


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Wait until no other process works in a state folder, and keep them out.

    Raises:
        OSError: The folder cannot be written.
    """
    handle = os.open(state / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # A disk that knows no locks costs work that is done twice, nothing else.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def send(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Prepare in a child process.

    Args:
        arguments: Of `gate.engine.prepare`.
        environ: Variables of the child; they override the configuration.

    Raises:
        DatabaseError: A database cannot be used.
        FindingsError: The book may not be served.
        PreparationError: The process ended without a result.
    """
    command = [sys.executable, "-P", "-m", "gate.engine.prepare", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and a path, no shell
            command, capture_output=True, check=False, env=dict(environ), text=True
        )
    except OSError as error:
        said = f"it could not be started, {error.strerror or 'unknown reason'}"
        raise PreparationError(status=-1, said=said) from error
    if done.returncode == 0:
        return
    told = _parsed(done.stdout)
    findings = findings_in(told)
    if findings:
        raise FindingsError(findings)
    problem = told.get("error") or {}
    if problem.get("code", "").startswith("E2"):
        raise RelayedDatabaseError(**problem)
    raise PreparationError(status=done.returncode, said=problem.get("message", ""))


def noted_findings(path: Path) -> list[Diagnostic]:
    """Return the findings that `prepare` noted in a file; none if there is none."""
    try:
        return findings_in(_parsed(path.read_text("utf-8")))
    except OSError:
        return []


def findings_in(told: Mapping[str, Any]) -> list[Diagnostic]:
    """Return the findings in what `prepare` told."""
    return [_diagnostic(finding) for finding in told.get("findings") or ()]


def _parsed(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _diagnostic(told: dict[str, Any]) -> Diagnostic:
    mark = Mark(**told["mark"])
    severity = Severity(told["severity"])
    return Diagnostic(**{**told, "mark": mark, "severity": severity})
