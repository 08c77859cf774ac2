"""The map: places of the answer by how many decisions there owed a notice, and met it.

Outlines are of Natural Earth, with Crimea as Ukraine; regions of Ukraine that the areas
ask for are marks on a map of their own, because the world map is too small for them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log10, sqrt
from typing import TYPE_CHECKING, Any, Final

from gate.workbench.auditing import words
from gate.workbench.auditing.claimed import is_code, part
from gate.workbench.auditing.verdict import met, owed, share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STEPS: Final = 5
"""Shades of the map."""

LARGEST: Final = 20.0
SMALLEST: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country: its outline, its shade (0 is none), and words about it."""

    code: str
    path: str
    shade: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A region on the map of Ukraine: a disc whose area stands for decisions."""

    code: str
    x: float
    y: float
    radius: float
    n: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """Both maps.

    Attributes:
        width: Of the world map.
        height: Of the world map.
        countries: Of the world map.
        near_width: Of the map of Ukraine.
        near_height: Of the map of Ukraine.
        near: Countries on the map of Ukraine.
        marks: Regions there.
        legend: The least number of decisions for each shade.
        elsewhere: Decisions that are on no map, by the words of their place.
        claimed: Words about decisions that are not drawn as what their label says,
            because an area says otherwise.
    """

    width: int
    height: int
    countries: tuple[Country, ...]
    near_width: int
    near_height: int
    near: tuple[Country, ...]
    marks: tuple[Mark, ...]
    legend: tuple[int, ...]
    elsewhere: tuple[tuple[str, int], ...]
    claimed: tuple[str, ...]


def draw(located: Sequence[Mapping[str, Any]]) -> Maps:
    """Return the maps of the answer to the question `located`."""
    world = _world()
    plain, claimed = part(located)
    known = _by_label(plain)
    whole = _by_country(known)
    limits = _limits(max(whole.values(), default=0))
    drawn = world["world"]["paths"]
    regions = world["ukraine"]["regions"]
    return Maps(
        width=world["world"]["width"],
        height=world["world"]["height"],
        countries=_countries(drawn, whole, limits),
        near_width=world["ukraine"]["width"],
        near_height=world["ukraine"]["height"],
        near=_countries(world["ukraine"]["paths"], {}, limits),
        marks=_marks(known, regions),
        legend=limits,
        elsewhere=tuple(
            (words.place(code), owed(row))
            for code, row in sorted(known.items())
            if (code[:2] not in drawn or not is_code(code)) and owed(row)
        ),
        claimed=tuple(
            f"{_sum(rows, owed):,} decisions that owed a notice are not drawn as "
            f"{words.place(label)}, as a database labels them: they stand in {areas}. "
            "Of which region they are is not recorded."
            for (label, areas), rows in sorted(claimed.items())
            if _sum(rows, owed)
        ),
    )


def _by_label(
    rows: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for row in rows:
        sums = found.setdefault(row["place"], Counter(dict.fromkeys(words.PARTS, 0)))
        sums.update({name: row[name] for name in words.PARTS})
    return {label: dict(sums) for label, sums in found.items()}


def _sum(
    rows: Sequence[Mapping[str, Any]], of: Callable[[Mapping[str, Any]], int]
) -> int:
    return sum(map(of, rows))


def _by_country(known: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for code, row in known.items():
        if is_code(code):
            sums[code[:2]] = sums.get(code[:2], 0) + owed(row)
    return sums


def _countries(
    paths: Mapping[str, str], amounts: Mapping[str, int], limits: Sequence[int]
) -> tuple[Country, ...]:
    return tuple(
        Country(
            code=code,
            path=path,
            shade=sum(amounts.get(code, 0) >= limit for limit in limits),
            title=f"{words.place(code)}: {amounts[code]:,} owed a notice"
            if code in amounts
            else "",
        )
        for code, path in paths.items()
        if path
    )


def _limits(most: int) -> tuple[int, ...]:
    """Return where shades begin: powers of ten, the last one at or below `most`."""
    if not most:
        return ()
    top = int(log10(most))
    return tuple(10**power for power in range(max(top - STEPS + 1, 0), top + 1))


def _marks(
    known: Mapping[str, Mapping[str, Any]], regions: Mapping[str, Sequence[float]]
) -> tuple[Mark, ...]:
    found = {code: row for code, row in known.items() if code in regions}
    most = max(map(owed, found.values()), default=0)
    return tuple(
        Mark(
            code=code,
            x=regions[code][0],
            y=regions[code][1],
            radius=round(max(LARGEST * sqrt(owed(row) / max(most, 1)), SMALLEST), 1),
            n=owed(row),
            title=f"{words.place(code)}: {owed(row):,} owed a notice, "
            f"{share(met(row), owed(row))} met",
        )
        for code, row in sorted(found.items(), key=lambda one: -owed(one[1]))
    )


@lru_cache(maxsize=1)
def _world() -> dict[str, Any]:
    path = files("gate.workbench.auditing").joinpath("world.json")
    drawn: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return drawn
