"""The networks behind each cell of a disagreement, as a file of text."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from gate.workbench.comparing.matrix import overlap
from gate.workbench.comparing.tally import VERSIONS
from gate.workbench.comparing.weights import starts_of
from gate.workbench.export.networks import networks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.workbench.comparing.comparison import Comparison
    from gate.workbench.comparing.survey import Survey

    Spans = list[tuple[int, int]]

_UNIT = {4: "IPv4 addresses", 6: "IPv6 networks of /48"}


def write_networks(comparison: Comparison, path: Path) -> int:
    """Write the networks of each cell, by pair of databases; return how many.

    Before those of a cell stands a line that begins with "#": the version of the
    addresses, what each database says, how many addresses there are.

    Raises:
        OSError: The file cannot be written.
    """
    by_name = {one.name: one for one in comparison.surveys}
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for one in comparison.disagreements:
            for version in VERSIONS:
                found = _spans(by_name, (one.first, one.second), version, comparison)
                for (row, column), spans in sorted(found.items()):
                    count = one.counts[version].get((row, column), 0)
                    file.write(
                        f"# {one.first}: {row} | {one.second}: {column} | "
                        f"{count:,} {_UNIT[version]}\n"
                    )
                    for line in _lines(version, spans):
                        file.write(line)
                        written += 1
    return written


def _lines(version: int, spans: Spans) -> Iterator[str]:
    for address, length in networks(version, spans):
        yield f"{address}/{length}\n"


def _spans(
    surveys: Mapping[str, Survey],
    names: tuple[str, str],
    version: int,
    comparison: Comparison,
) -> dict[tuple[str, str], Spans]:
    """Return first and last address of the ranges of each cell."""
    cells = comparison.cells
    laid = overlap(surveys[names[0]], surveys[names[1]], version, cells)
    borders = [*starts_of(laid), 1 << (32 if version == 4 else 128)]  # noqa: PLR2004 - of an address
    pairs = zip(laid.ids[0].tolist(), laid.ids[1].tolist(), strict=True)
    found: dict[tuple[str, str], Spans] = defaultdict(list)
    for (first, end), (row, column) in zip(pairwise(borders), pairs, strict=True):
        found[cells.names[row], cells.names[column]].append((first, end - 1))
    return found
