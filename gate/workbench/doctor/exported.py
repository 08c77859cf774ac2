"""Whether the table that an edge decides by is the one of today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gate.documents.moments import minute
from gate.workbench.doctor.finding import Finding, error, ok

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gate.config import Config
    from gate.workbench.checking import CheckReport

EDGE = "edge"

_SAMPLE = 64 * 1024
"""Bytes that are read from each end; a database has its description at its end."""

_UNTIL = re.compile(rb"valid_until\s+\S+ \(Unix time (\d{1,12})\)")
_DIGEST = re.compile(rb"^\W*(book|database|config)\s+([0-9a-f]{64})\s*$", re.MULTILINE)


def check_exported(
    config: Config, paths: Sequence[Path], report: CheckReport, now: int
) -> list[Finding]:
    """Look at the tables that `gate export` wrote.

    Args:
        config: What the deployer chose.
        paths: The tables.
        report: What `gate check` finds now.
        now: Unix seconds.
    """
    if config.site.cache != EDGE and not paths:
        return [ok("D052", "site.cache", "No edge decides; the gate is always asked.")]
    if not paths:
        return [error("D052", "site.cache", "It is edge, and no table was named.")]
    return [_judged(path, config, report, now) for path in paths]


def _judged(path: Path, config: Config, report: CheckReport, now: int) -> Finding:
    subject = str(path)
    try:
        head = _ends(path)
    except OSError as problem:
        return error("D052", subject, f"It cannot be read: {problem.strerror}.")
    match = _UNTIL.search(head)
    if match is None:
        return error("D052", subject, "It is no table that gate export wrote.")
    until = int(match[1])
    told = f"It is valid until {minute(until)}"
    if until <= now:
        return error("D052", subject, f"{told}, which is past: all go to the gate.")
    stale = sorted(_stale(head, config, report))
    if stale:
        return error("D052", subject, f"It rests on another {', '.join(stale)}.")
    if config.site.cache != EDGE:
        told += "; site.cache is private, as it must be beside a recipe"
    return ok("D052", subject, f"{told}.")


def _stale(head: bytes, config: Config, report: CheckReport) -> Iterator[str]:
    here = {b"config": config.digest}
    if report.book is not None:
        here[b"book"] = report.book.digest
    if report.index is not None:
        here[b"database"] = report.index.database.digest
    for name, digest in _DIGEST.findall(head):
        if name in here and here[name].encode() != digest:
            yield name.decode()


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        first = file.read(_SAMPLE)
        file.seek(max(len(first), size - _SAMPLE))
        return first + file.read(_SAMPLE)
