"""Whether log files hold addresses: lines are counted, and none is shown."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

from gate.model import Unknown
from gate.places.special import special_reason
from gate.request.numbers import parse_address
from gate.workbench.doctor.finding import Finding, error, note, ok

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SAMPLE = 256 * 1024
"""Bytes that are looked at from each end of a file."""

MOST_FILES = 50
"""Files of a folder that are looked at."""

# Not the version numbers in the names of browsers, which follow a slash.
_CANDIDATE = re.compile(
    rb"(?<![\w./:-])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w/])"
    rb"|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,45})"
)


def check_logs(paths: Iterable[Path]) -> list[Finding]:
    """Look into the first and the last lines of log files.

    Args:
        paths: Files, or folders of files.
    """
    return [_looked(path) for given in paths for path in _files(given)]


def lines_with_addresses(content: bytes) -> tuple[int, int]:
    """Count lines that hold a public address.

    Addresses of private networks are the machines' own, and do not count.

    Returns:
        Lines that hold one, and all lines.
    """
    lines = [line for line in content.splitlines() if line.strip()]
    return sum(any(map(_is_public, _CANDIDATE.findall(ln))) for ln in lines), len(lines)


def _files(given: Path) -> Iterator[Path]:
    if given.is_dir():
        yield from sorted(p for p in given.iterdir() if p.is_file())[:MOST_FILES]
    else:
        yield given


def _looked(path: Path) -> Finding:
    try:
        content = _ends(path)
    except (OSError, EOFError) as problem:
        told = f"It cannot be read: {getattr(problem, 'strerror', None) or 'damaged'}."
        return note("D045", str(path), told, "Run gate doctor as a user who may.")
    held, lines = lines_with_addresses(content)
    if held:
        told = f"{held:,} of the {lines:,} lines looked at hold an address."
        return error("D044", str(path), told)
    return ok("D044", str(path), f"No address in the {lines:,} lines looked at.")


def _ends(path: Path) -> bytes:
    if path.suffix == ".gz":
        with gzip.open(path) as packed:
            return packed.read(2 * SAMPLE)
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        first = file.read(SAMPLE)
        file.seek(max(len(first), size - SAMPLE))
        return first + file.read(SAMPLE)


def _is_public(found: bytes) -> bool:
    address = parse_address(found.decode("ascii").rstrip(":."))
    if address is None:
        return False
    return special_reason(*address) is not Unknown.PRIVATE_ADDRESS
