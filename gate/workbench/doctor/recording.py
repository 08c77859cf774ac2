"""A program that records readers: as bad as it is sure that it serves this site."""

from __future__ import annotations

from gate.workbench.doctor.codes import CODES
from gate.workbench.doctor.finding import Finding, Level


def recording(level: Level, code: str, subject: str, found: str) -> Finding:
    """Return a finding about a log that names readers.

    Args:
        level: ERROR for files that somebody named, WARNING for files that were only
            found where such programs keep them.
        code: The code.
        subject: The file and line.
        found: What it writes.
    """
    return Finding(
        code=code, level=level, subject=subject, found=found, todo=CODES[code][1]
    )
