"""Rows that a database labels as one country, and an area holds to be of another.

Some databases label addresses in Crimea RU. Drawn by that label they would be Russia's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from gate.audit.rows import MERGED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

HOME: Final = "UA"
HELD: Final = "russia-controlled-ukraine"
"""The area of the rule book that comes with the gate."""


def part(rows: Sequence[Row]) -> tuple[list[Row], dict[tuple[str, str], list[Row]]]:
    """Part rows into those drawn by their label, and those that are not.

    A row is not if its label is of another country than Ukraine, and it stands in
    `HELD`, or in an area that has places of Ukraine and not all rows of its label.

    Args:
        rows: Answer to the question `located`.

    Returns:
        The first; then the second by their label and areas.
    """
    home = {a for row in rows if _country(row) == HOME for a in _areas(row)}
    common: dict[str, frozenset[str]] = {}
    for row in rows:
        if row["areas"] != MERGED:
            own = _areas(row)
            common[row["place"]] = common.get(row["place"], own) & own
    plain, claimed = [], defaultdict(list)
    for row in rows:
        disputed = {HELD} | (home - common.get(row["place"], frozenset()))
        areas = sorted(_areas(row) & disputed)
        if areas and is_code(row["place"]) and _country(row) != HOME:
            claimed[row["place"], ", ".join(areas)].append(row)
        else:
            plain.append(row)
    return plain, dict(claimed)


def is_code(place: str) -> bool:
    """Return whether a label is a code of ISO 3166."""
    return place[:2].isupper() and (len(place) == 2 or place[2] == "-")  # noqa: PLR2004


def _country(row: Row) -> str:
    return str(row["place"])[:2]


def _areas(row: Row) -> frozenset[str]:
    items = str(row["areas"]).split(",")
    return frozenset(item.split(":")[0] for item in items) - {"", MERGED}
