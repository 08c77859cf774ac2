"""Two databases against each other, weighed by addresses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gate.model import Membership
from gate.workbench.comparing.tally import UNITS, VERSIONS
from gate.workbench.comparing.weights import align, from_starts, sizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.places.census import Numbered
    from gate.workbench.comparing.profiles import Profile
    from gate.workbench.comparing.survey import Survey
    from gate.workbench.comparing.weights import Aligned

    Counts = dict[tuple[str, str], int]

NONE = "none"
"""The cell of addresses of which a database says nothing."""

OTHER = "other"
"""The cell of countries that no area mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What the cells of a comparison are.

    Attributes:
        names: Name of each cell.
        of_key: Cell of each key, by number.
        levels: Strongest membership in each cell.
    """

    names: tuple[str, ...]
    of_key: tuple[int, ...]
    levels: tuple[Membership, ...]

    @property
    def nothing(self) -> int:
        """The cell of addresses of which a database says nothing."""
        return self.names.index(NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two databases against each other.

    Attributes:
        first: Name of the database of the rows.
        second: Name of the database of the columns.
        counts: Addresses by version and by row and column, where there are any.
        reached: By version the addresses that may be in any area: by both, by the
            first alone, by the second alone.
    """

    first: str
    second: str
    counts: Mapping[int, Counts]
    reached: Mapping[int, tuple[int, int, int]]

    def as_json(self) -> dict[str, object]:
        """Return the matrices and totals as JSON has them."""
        told: dict[str, object] = {"rows": self.first, "columns": self.second}
        for version in VERSIONS:
            matrix: dict[str, dict[str, int]] = defaultdict(dict)
            for (row, column), count in self.counts[version].items():
                matrix[row][column] = count
            words = ("both", "only_rows", "only_columns")
            reached = zip(words, self.reached[version], strict=True)
            told[UNITS[version]] = {"matrix": matrix, "in_any_area": dict(reached)}
        return told


def cells_of(
    keys: Sequence[Profile], areas: Sequence[str], countries: frozenset[str]
) -> Cells:
    """Sort profiles into cells: the country, with the areas that it may be in.

    Args:
        keys: Profiles by number.
        areas: Names of the areas.
        countries: Countries that have cells of their own.
    """
    named = [_cell(key, areas, countries) for key in keys]
    levels = {
        name: max(key.levels, default=Membership.NO)
        for name, key in zip(named, keys, strict=True)
    }
    levels[NONE] = Membership.NO
    order = sorted(levels, key=lambda name: (name == NONE, name == OTHER, name))
    position = {name: number for number, name in enumerate(order)}
    return Cells(
        names=tuple(order),
        of_key=tuple(position[name] for name in named),
        levels=tuple(levels[name] for name in order),
    )


def _cell(key: Profile, areas: Sequence[str], countries: frozenset[str]) -> str:
    if not key.is_known:
        return NONE
    label = key.label if key.label in countries else OTHER
    pairs = zip(areas, key.levels, strict=True)
    inside = [f"{area}: {level}" for area, level in pairs if level is not Membership.NO]
    return f"{label} ({', '.join(inside)})" if inside else label


def overlap(one: Survey, other: Survey, version: int, cells: Cells) -> Aligned:
    """Lay two databases side by side, each range with its cell."""
    return align([_celled(found.tables, version, cells) for found in (one, other)])


def disagreement(one: Survey, other: Survey, cells: Cells) -> Disagreement:
    """Count the addresses of each pair of cells."""
    counts: dict[int, Counts] = {}
    reached: dict[int, tuple[int, int, int]] = {}
    for version in VERSIONS:
        laid = overlap(one, other, version, cells)
        sums = _sums(laid, len(cells.names))
        counts[version] = {
            (cells.names[row], cells.names[column]): round(sums[row, column])
            for row, column in zip(*np.nonzero(sums >= 0.5), strict=True)  # noqa: PLR2004 - rounds to 0
        }
        reach = np.array([level is not Membership.NO for level in cells.levels])
        both = sums[reach][:, reach].sum()
        alone = sums[reach][:, ~reach].sum(), sums[~reach][:, reach].sum()
        reached[version] = round(both), round(alone[0]), round(alone[1])
    return Disagreement(
        first=one.name, second=other.name, counts=counts, reached=reached
    )


def _celled(tables: Mapping[int, Numbered], version: int, cells: Cells) -> Numbered:
    """Return the ranges of a database by cell, neighbours of one cell joined."""
    table = tables.get(version)
    if table is None:
        return from_starts([0], [cells.nothing], version=version)
    ids = np.array(cells.of_key, np.int64)[table.ids]
    keep = np.append(True, ids[1:] != ids[:-1])
    low = None if table.low is None else table.low[keep]
    return table._replace(high=table.high[keep], low=low, ids=ids[keep])


def _sums(
    laid: Aligned, count: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    pair = laid.ids[0] * count + laid.ids[1]
    weighed = sizes(laid.high, laid.low)
    flat = np.bincount(pair, weights=weighed, minlength=count * count)
    return flat.astype(np.float64).reshape(count, count)
