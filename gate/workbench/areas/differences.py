"""What changes between two versions of an area: settlements, and addresses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.places.areas import extent_of
from gate.places.gazetteer import settlements
from gate.workbench.comparing.profiles import Describer
from gate.workbench.comparing.survey import Keys, survey
from gate.workbench.comparing.tally import UNITS, VERSIONS, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.model import AreaVersion, Membership
    from gate.places.census import Watch
    from gate.places.gazetteer import Settlement
    from gate.workbench.comparing.profiles import Profile
    from gate.workbench.comparing.tally import Row

    Step = tuple[Membership, Membership]

LISTS = (
    *("whole", "partly", "within", "settlements", "outside"),
    *("registered_in", "networks"),
)
"""What is compared line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A settlement of the database whose membership changes.

    Attributes:
        id: GeoNames id.
        name: Its name.
        before: Membership before, of most of the addresses that change.
        after: Membership after.
        ipv4: Its IPv4 addresses that change.
    """

    id: int
    name: str
    before: Membership
    after: Membership
    ipv4: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changes from one version of an area to another.

    Attributes:
        added: By list of the area what comes in.
        removed: By list what goes out.
        joining: Settlements of the gazetteer that belong from now on.
        leaving: Those that belong no longer.
        addresses: IPv4 addresses and IPv6 networks of /48 that change, by address
            version and by membership before and after.
        moved: Settlements of the database whose addresses change, the largest first.
    """

    added: Mapping[str, tuple[str, ...]]
    removed: Mapping[str, tuple[str, ...]]
    joining: tuple[Settlement, ...]
    leaving: tuple[Settlement, ...]
    addresses: Mapping[int, Mapping[Step, int]]
    moved: tuple[Moved, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `gate area diff --json` prints."""
        return {
            "added": {key: list(items) for key, items in self.added.items()},
            "removed": {key: list(items) for key, items in self.removed.items()},
            "joining": {str(one.id): one.name for one in self.joining},
            "leaving": {str(one.id): one.name for one in self.leaving},
            "addresses": {
                UNITS[version]: {f"{a} to {b}": n for (a, b), n in found.items()}
                for version, found in self.addresses.items()
            },
            "settlements": {
                str(one.id): {
                    "name": one.name,
                    "ipv4": one.ipv4,
                    "before": str(one.before),
                    "after": str(one.after),
                }
                for one in self.moved
            },
        }


def difference(
    old: AreaVersion,
    new: AreaVersion,
    files: Sequence[Path],
    watches: Mapping[Path, Watch],
) -> Difference:
    """Compare two versions of an area, on paper and over databases.

    Raises:
        DatabaseError: A database is missing, damaged or of an unknown layout.
        BookError: A shape is unusable.
    """
    describer = Describer((old, new))
    keys = Keys(describer)
    walked = [survey(path, keys, watch=watches.get(path, iter)) for path in files]
    rows = [
        row
        for one in walked
        for row in rows_of(one, keys.all())
        if row.key.levels[0] != row.key.levels[1]
    ]
    joining, leaving = _crossing(old, new)
    return Difference(
        added=_beyond(new, old),
        removed=_beyond(old, new),
        joining=joining,
        leaving=leaving,
        addresses={version: _steps(rows, version) for version in VERSIONS},
        moved=_moved(rows, describer.names),
    )


def _beyond(one: AreaVersion, other: AreaVersion) -> dict[str, tuple[str, ...]]:
    """Return what one version lists and the other does not."""
    found = {
        key: tuple(str(i) for i in getattr(one, key) if i not in getattr(other, key))
        for key in LISTS
    }
    found["shapes"] = tuple(s.name for s in one.shapes if s not in other.shapes)
    return {key: items for key, items in found.items() if items}


def _crossing(
    old: AreaVersion, new: AreaVersion
) -> tuple[tuple[Settlement, ...], tuple[Settlement, ...]]:
    before, after = extent_of(old), extent_of(new)
    joining: list[Settlement] = []
    leaving: list[Settlement] = []
    for one in settlements().values():
        was, is_ = before.has_settlement(one), after.has_settlement(one)
        if was != is_:
            (joining if is_ else leaving).append(one)
    for found in (joining, leaving):
        found.sort(key=lambda one: -one.population)
    return tuple(joining), tuple(leaving)


def _steps(rows: Sequence[Row[Profile]], version: int) -> dict[Step, int]:
    sums: dict[Step, float] = defaultdict(float)
    for row in rows:
        before, after = row.key.levels
        sums[before, after] += row.weight(version)
    return {step: round(sums[step]) for step in sorted(sums) if sums[step]}


def _moved(rows: Sequence[Row[Profile]], names: Mapping[int, str]) -> tuple[Moved, ...]:
    by_id: dict[int, dict[Step, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row.key.settlement:
            before, after = row.key.levels
            by_id[row.key.settlement][before, after] += row.v4
    found = []
    for id_, steps in by_id.items():
        before, after = max(steps, key=lambda step: steps[step])
        found.append(
            Moved(
                id=id_,
                name=names[id_],
                before=before,
                after=after,
                ipv4=round(sum(steps.values())),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.ipv4, one.id)))
