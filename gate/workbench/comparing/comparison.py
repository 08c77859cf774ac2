"""Databases against the areas of a rule book, and against each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from gate.workbench.comparing.matrix import cells_of, disagreement
from gate.workbench.comparing.profiles import POLICIES, Describer, inner_countries
from gate.workbench.comparing.survey import Keys, joined, paired, survey
from gate.workbench.comparing.tally import (
    UNITS,
    VERSIONS,
    by_label,
    levels,
    rows_of,
    settlements_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.model import AreaVersion, Membership
    from gate.places.census import Watch
    from gate.workbench.comparing.matrix import Cells, Disagreement
    from gate.workbench.comparing.profiles import Profile
    from gate.workbench.comparing.survey import Survey
    from gate.workbench.comparing.tally import Levels, Row, Seen

    ByLabel = Mapping[str, Mapping[int, Levels]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Addresses of one database by membership in one area, or by one policy.

    Attributes:
        total: By address version.
        labels: By country label, then by address version.
        settlements: By GeoNames id, where the area ends inside a country.
    """

    total: Mapping[int, Levels]
    labels: ByLabel
    settlements: Mapping[int, Seen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What databases say of the areas of a rule book.

    Attributes:
        surveys: The databases.
        areas: By area, then by name of the database.
        policies: By policy, then by name of the database.
        disagreements: Of each two databases.
        cells: What the cells of disagreement are.
        countries: Countries that an area mentions.
    """

    surveys: tuple[Survey, ...]
    areas: Mapping[str, Mapping[str, Count]]
    policies: Mapping[str, Mapping[str, Count]]
    disagreements: tuple[Disagreement, ...]
    cells: Cells
    countries: frozenset[str]

    def as_json(self) -> dict[str, object]:
        """Return what `gate geo compare --json` prints."""
        return {
            "areas": {
                area: {name: _area_json(count) for name, count in counts.items()}
                for area, counts in self.areas.items()
            },
            "policies": {
                policy: {name: _policy_json(count) for name, count in counts.items()}
                for policy, counts in self.policies.items()
            },
            "disagreement": {
                f"{one.first} x {one.second}": one.as_json()
                for one in self.disagreements
            },
        }


def compare(
    files: Sequence[Path],
    areas: Mapping[str, AreaVersion],
    *,
    pairs: Sequence[tuple[Path, Path]] = (),
    watches: Mapping[Path, Watch] | None = None,
) -> Comparison:
    """Compare databases.

    Args:
        files: Databases. Of one product a file for IPv4 and the next for IPv6 count
            as one.
        areas: Of each area the version that is looked at.
        pairs: Files that count as one whatever they are called.
        watches: By file what looks on while its records are read.

    Raises:
        DatabaseError: A database is missing, damaged or of an unknown layout, or two
            of a pair answer for the same addresses.
    """
    describer = Describer(list(areas.values()))
    keys = Keys(describer)
    asked = [*files, *(path for pair in pairs for path in pair)]
    names = _names(asked)
    found = {
        path: survey(
            path, keys, name=names[path], watch=(watches or {}).get(path, iter)
        )
        for path in dict.fromkeys(asked)
    }
    surveys = paired(found[path] for path in dict.fromkeys(files))
    surveys += [joined(found[one], found[other]) for one, other in pairs]
    return _compared(surveys, areas, keys.all(), describer.names)


def _compared(
    surveys: Sequence[Survey],
    areas: Mapping[str, AreaVersion],
    profiles: tuple[Profile, ...],
    names: Mapping[int, str],
) -> Comparison:
    rows = {one.name: rows_of(one, profiles) for one in surveys}
    countries = frozenset(
        code.partition("-")[0]
        for version in areas.values()
        for code in (*version.whole, *version.partly, *version.within)
    )
    cells = cells_of(profiles, list(areas), countries)
    return Comparison(
        surveys=tuple(surveys),
        areas={
            area: {
                name: _of_area(found, at, version, names)
                for name, found in rows.items()
            }
            for at, (area, version) in enumerate(areas.items())
        },
        policies={
            policy: {name: _of_policy(found, policy) for name, found in rows.items()}
            for policy in POLICIES
        },
        disagreements=tuple(
            disagreement(one, other, cells) for one, other in combinations(surveys, 2)
        ),
        cells=cells,
        countries=countries,
    )


def _of_area(
    rows: list[Row[Profile]],
    at: int,
    version: AreaVersion,
    names: Mapping[int, str],
) -> Count:
    def level_of(key: Profile) -> Membership:
        return key.levels[at]

    wanted = rows if inner_countries(version) else []
    return Count(
        total={v: levels(rows, v, level_of) for v in VERSIONS},
        labels={
            label: {v: levels(found, v, level_of) for v in VERSIONS}
            for label, found in by_label(rows).items()
        },
        settlements=settlements_in(wanted, at, names),
    )


def _of_policy(rows: list[Row[Profile]], policy: str) -> Count:
    def level_of(key: Profile) -> Membership:
        return key.level(policy)

    return Count(
        total={v: levels(rows, v, level_of) for v in VERSIONS},
        labels={
            label: {v: levels(found, v, level_of) for v in VERSIONS}
            for label, found in by_label(rows).items()
        },
        settlements={},
    )


def _names(files: Sequence[Path]) -> dict[Path, str]:
    """Name each database after its file; by its whole path if two are called alike."""
    distinct = dict.fromkeys(files)
    called = [path.name for path in distinct]
    return {
        path: path.name if called.count(path.name) == 1 else str(path)
        for path in distinct
    }


def _area_json(count: Count) -> dict[str, object]:
    return {
        **{UNITS[v]: found.known() for v, found in count.total.items()},
        "by_label": {
            label: {UNITS[4]: found[4].known()} for label, found in count.labels.items()
        },
        "settlements": {
            str(id_): {"name": seen.name, "ipv4": seen.ipv4, "is": str(seen.level)}
            for id_, seen in count.settlements.items()
        },
    }


def _policy_json(count: Count) -> dict[str, object]:
    return {
        **{UNITS[v]: found.as_json() for v, found in count.total.items()},
        "by_label": {
            label: {UNITS[v]: levels.known() for v, levels in found.items()}
            for label, found in count.labels.items()
        },
    }
