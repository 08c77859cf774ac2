"""The headers of logs: what each segment says of itself; small, needing no engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.audit.folders import log_folder
from gate.audit.header import parse
from gate.errors import SameLogTwiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gate.audit.header import Header

FEW: Final = -1
"""Stands in a header for "some, but fewer than `least`"."""


def read_headers(folders: Iterable[Path]) -> tuple[Header, ...]:
    """Return the headers of logs, by site and segment.

    Args:
        folders: Of logs.

    Raises:
        NoLogError: There is no log in a folder.
        HeaderDamagedError: A file is not a header.
        SameLogTwiceError: Two folders hold logs of one name.
    """
    found: dict[str, Path] = {}
    headers: list[Header] = []
    for folder in map(log_folder, folders):
        for own in sorted(folder.glob("sites/*/segments")):
            site = own.parent.name
            if site in found:
                raise SameLogTwiceError(site, str(found[site]), str(folder))
            found[site] = folder
            paths = sorted(own.glob("[0-9]*.json"))
            headers += [parse(path.read_bytes(), str(path)) for path in paths]
    return tuple(headers)


def period_headers(
    headers: Sequence[Header], since: str, until: str
) -> tuple[Header, ...]:
    """Return the headers of sealed days from `since` to `until`, both included."""
    return tuple(
        header
        for header in headers
        if header.what == "period"
        and header.period >= since
        and (not until or header.period <= until)
    )
