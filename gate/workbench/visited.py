"""The paths that an access log holds, to hold patterns against them.

Nothing of a log is kept but canonical paths, each once, while the check runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import LogUnreadableError, RequestError
from gate.request.path import canonical_raw
from gate.workbench.importing.formats import Settings, format_of
from gate.workbench.importing.lines import Line
from gate.workbench.importing.pieces import BrokenError, unpacked, whole_lines
from gate.workbench.importing.sources import examined, opened, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.importing.lines import Format
    from gate.workbench.importing.sources import Source


def visited_paths(name: str) -> set[str]:
    """Return every canonical path that an access log holds.

    Args:
        name: The log: a file in one of the formats that `gate audit import` knows,
            plain or packed.

    Raises:
        LogUnreadableError: It cannot be read, or is a stream.
        UnsureFormatError: Its lines are of no known format.
    """
    source = examined(name)
    if source.identity is None:
        raise LogUnreadableError(file=name, reason="is no file")
    lines = format_of(Settings(), source.head, name)
    try:
        return set(_paths(source, lines))
    except OSError as error:
        raise unreadable(name, error) from None
    except BrokenError as error:
        raise LogUnreadableError(file=name, reason=str(error)) from None


def _paths(source: Source, lines: Format) -> Iterator[str]:
    with opened(source) as file:
        for chunk in whole_lines(unpacked(file, source.packing or "", source.name)):
            for raw in chunk.split(b"\n"):
                line = lines.parse(raw)
                path = _path(line) if isinstance(line, Line) else ""
                if path:
                    yield path


def _path(line: Line) -> str:
    try:
        return canonical_raw(line.target.decode("latin-1"))
    except RequestError:
        return ""  # refused, whatever the patterns are
