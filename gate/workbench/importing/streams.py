"""Logs that can be read only once: standard input and pipes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from gate.workbench.importing.formats import format_of
from gate.workbench.importing.pieces import (
    PIECE,
    BrokenError,
    ahead,
    packing_of,
    unpacked,
    whole_lines,
)
from gate.workbench.importing.sources import opened

if TYPE_CHECKING:
    from typing import IO

    from gate.workbench.importing.formats import Settings
    from gate.workbench.importing.judge import Judge, Tally
    from gate.workbench.importing.sources import Source


class _Begun:
    """A stream of which the first bytes were read already."""

    def __init__(self, begin: bytes, rest: IO[bytes]) -> None:
        self._begin = begin
        self._rest = rest

    def read(self, size: int) -> bytes:
        """Read some bytes, at least one before the end."""
        if self._begin:
            found, self._begin = self._begin[:size], self._begin[size:]
            return found
        return self._rest.read(size)


def read_stream(
    source: Source, settings: Settings, judge: Judge, tally: Tally
) -> tuple[str, str]:
    """Decide every line of a stream, packed or not.

    Args:
        source: The stream.
        settings: What was said about it.
        judge: Decides.
        tally: What became of the lines; it is filled.

    Returns:
        The name of its format; and what went wrong with it, or "".

    Raises:
        UnsureFormatError: Its first lines are of no known format.
    """
    file = opened(source)
    begin = file.read(PIECE)
    packing = packing_of(begin)
    begun: IO[bytes] = _Begun(begin, file)  # type: ignore[assignment]  # read alone
    name = settings.name
    try:
        chunks = whole_lines(ahead(unpacked(begun, packing, source.name)))
        first = next(chunks, None)
        lines = format_of(settings, (first or b"").split(b"\n"), source.name)
        name = lines.name
        if first is not None:
            judge.take(chain((first,), chunks), lines, tally)
    except BrokenError as error:
        return name, str(error)
    return name, ""
