"""What one check found: how bad it is, what was looked at, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gate.workbench.doctor.codes import CODES


class Level(IntEnum):
    """How much a finding matters, from the least to the most."""

    OK = 0
    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        code: "D...", see `codes`.
        level: How much it matters.
        subject: What was looked at: a file with its line, a URL, a key of the
            configuration.
        found: What was found there, in plain words; never a reader's address.
        todo: What to do; empty if there is nothing to do.
    """

    code: str
    level: Level
    subject: str
    found: str
    todo: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the finding in JSON types."""
        return {
            "code": self.code,
            "level": self.level.word,
            "subject": self.subject,
            "found": self.found,
            "todo": self.todo,
        }


def ok(code: str, subject: str, found: str) -> Finding:
    """Say that something is as it must be."""
    return Finding(code=code, level=Level.OK, subject=subject, found=found)


def note(code: str, subject: str, found: str, todo: str = "") -> Finding:
    """Say something that is worth knowing and stops nobody."""
    return _made(Level.NOTE, code, subject, found, todo)


def warning(code: str, subject: str, found: str, todo: str = "") -> Finding:
    """Say that something should be changed; without `todo` the code's remedy holds."""
    return _made(Level.WARNING, code, subject, found, todo or CODES[code][1])


def error(code: str, subject: str, found: str, todo: str = "") -> Finding:
    """Say that something must be changed; without `todo` the code's remedy holds."""
    return _made(Level.ERROR, code, subject, found, todo or CODES[code][1])


def judged(
    bad: bool,  # noqa: FBT001 - the one question that it answers
    code: str,
    subject: str,
    found: tuple[str, str],
    level: Level = Level.WARNING,
) -> Finding:
    """Return a finding if something is bad, else say that it is as it must be.

    Args:
        bad: Whether it is.
        code: The code.
        subject: What was looked at.
        found: What to say if it is bad, and if it is not.
        level: How bad it is.
    """
    if not bad:
        return ok(code, subject, found[1])
    return _made(level, code, subject, found[0], CODES[code][1])


def ranked(findings: list[Finding]) -> list[Finding]:
    """Return findings with the worst first, in the order of their codes."""
    return sorted(findings, key=lambda finding: (-finding.level, finding.code))


def _made(level: Level, code: str, subject: str, found: str, todo: str) -> Finding:
    return Finding(code=code, level=level, subject=subject, found=found, todo=todo)
