"""The table as CSV, for everything else: every address, free or for the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.workbench.export.networks import address_text
from gate.workbench.export.preamble import commented, preamble
from gate.workbench.export.table import BITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.workbench.export.table import EdgeTable, Span

USE = """
One row for each range: first and last address, free or gate, and the Unix time until
which a free row holds. Lines that begin with # are no rows.
"""


def render(table: EdgeTable) -> bytes:
    """Return the file."""
    lines = commented(preamble(table, "csv", USE))
    lines += ["first,last,answer,until"]
    for version, spans in table.free.items():
        for first, last, free in _parted(spans, (1 << BITS[version]) - 1):
            begin, end = (address_text(version, number) for number in (first, last))
            answer = f"free,{table.valid_until}" if free else "gate,"
            lines.append(f"{begin},{end},{answer}")
    return "\n".join([*lines, ""]).encode()


def _parted(spans: Sequence[Span], top: int) -> Iterator[tuple[int, int, bool]]:
    """Yield the free ranges and what lies between them."""
    at = 0
    for first, last in spans:
        if at < first:
            yield at, first - 1, False
        yield first, last, True
        at = last + 1
    if at <= top:
        yield at, top, False
