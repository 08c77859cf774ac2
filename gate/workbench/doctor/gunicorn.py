"""Whether gunicorn is told to write readers' addresses. Its settings are never run."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from gate.workbench.doctor.finding import Finding, Level, note, ok
from gate.workbench.doctor.recording import recording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OFF = {"", "/dev/null", "None"}
_FLAGS = {"logfile": "accesslog", "logformat": "access_log_format"}
_FLAG = re.compile(
    r"""--access-(?P<flag>logfile|logformat)(?:\s+|=)
    (?P<value>"[^"]*"|'[^']*'|[^\s"']+)""",
    re.VERBOSE,
)

# %(h)s is the peer; {...}i a field of the request, {...}e a key of the environ; %(r)s,
# %(U)s and %(q)s tell what was read.
_NAMES_READERS = re.compile(
    r"%\((?:h|u|(?:\{[^}]*(?:forwarded|real.?ip|client|connecting|remote_addr|cookie)"
    r"[^}]*\}[ie]))\)s",
    re.IGNORECASE,
)
_UNKNOWN = "<computed>"


def check_gunicorn(path: Path, level: Level) -> list[Finding]:
    """Look for an access log that names readers.

    Args:
        path: gunicorn.conf.py; or any text with gunicorn's command line, such as a
            unit of systemd.
        level: How bad such a log is.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
        settings = _of_python(text) if path.suffix == ".py" else _of_command(text)
    except (OSError, ValueError, SyntaxError, RecursionError) as problem:
        told = getattr(problem, "strerror", None) or "it is not what its name says"
        return [note("D045", str(path), f"It cannot be read: {told}.")]
    return [_judged(str(path), settings, level)]


def _judged(subject: str, settings: Mapping[str, str], level: Level) -> Finding:
    log, form = settings.get("accesslog", ""), settings.get("access_log_format")
    if log in _OFF:
        return ok("D042", subject, "It keeps no access log.")
    if _UNKNOWN in {log, form}:
        told = "Its access log is computed; it was not run to find out."
        return note("D045", subject, told, "Look for accesslog yourself.")
    if form is None:
        told = f"accesslog is {log}, and the usual format begins with the address."
        return recording(level, "D042", subject, told)
    held = sorted(set(_NAMES_READERS.findall(form)))
    if held:
        return recording(level, "D042", subject, f"Its format holds {', '.join(held)}.")
    return ok("D042", subject, "The format of its access log names no reader.")


def _of_python(text: str) -> dict[str, str]:
    """Return the settings that are assigned at the top of the file."""
    settings = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    settings[target.id] = _value(statement.value)
        elif isinstance(statement, ast.AnnAssign) and isinstance(
            statement.target, ast.Name
        ):
            settings[statement.target.id] = _value(statement.value)
    return settings


def _value(node: ast.expr | None) -> str:
    try:
        value = ast.literal_eval(node) if node is not None else ""
    except ValueError:
        return _UNKNOWN
    return "" if value is None else str(value)


def _of_command(text: str) -> dict[str, str]:
    """Return the settings of every line in which gunicorn is called."""
    settings: dict[str, str] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if "gunicorn" not in line.lower() or line.lstrip().startswith(("#", ";")):
            continue
        for match in _FLAG.finditer(line):
            settings[_FLAGS[match["flag"]]] = match["value"].strip("\"'")
    return settings
