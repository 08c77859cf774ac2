"""Addresses of one database by area, policy, country and settlement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from gate.model import Membership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gate.workbench.comparing.profiles import Profile
    from gate.workbench.comparing.survey import Survey

VERSIONS = (4, 6)
UNITS = {4: "ipv4", 6: "ipv6_48"}
"""Key of an address version in JSON: addresses, and networks of /48."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Levels:
    """Addresses by membership; IPv4 addresses or IPv6 networks of /48.

    Attributes:
        unknown: Of which the database says nothing.
    """

    yes: int = 0
    possible: int = 0
    no: int = 0
    unknown: int = 0

    def known(self) -> dict[str, int]:
        """Return the levels as JSON has them, without `unknown`."""
        return {"yes": self.yes, "possible": self.possible, "no": self.no}

    def as_json(self) -> dict[str, int]:
        """Return the levels as JSON has them, with `unknown`."""
        return {**self.known(), "unknown": self.unknown}


@dataclass(frozen=True, slots=True)
class Seen:
    """A settlement in a database.

    Attributes:
        name: Its name.
        counts: Its addresses by membership, by address version.
    """

    name: str
    counts: Mapping[int, Levels]

    @property
    def ipv4(self) -> int:
        """Its IPv4 addresses."""
        found = self.counts[4]
        return found.yes + found.possible + found.no

    @property
    def level(self) -> Membership:
        """The membership of most of its IPv4 addresses; without any, of IPv6."""
        found = self.counts[4 if self.ipv4 else 6]
        most = max(found.yes, found.possible, found.no)
        if most == found.yes:
            return Membership.YES
        return Membership.POSSIBLE if most == found.possible else Membership.NO


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """One key of a survey with its weight."""

    key: T
    v4: float
    v6: float

    def weight(self, version: int) -> float:
        return self.v4 if version == 4 else self.v6  # noqa: PLR2004 - of an address


def rows_of(survey: Survey, keys: tuple[T, ...]) -> list[Row[T]]:
    """Return every key that a database uses, with its addresses."""
    v4 = survey.weights(4, len(keys)).tolist()
    v6 = survey.weights(6, len(keys)).tolist()
    return [Row(k, a, b) for k, a, b in zip(keys, v4, v6, strict=True) if a or b]


def levels(
    rows: Iterable[Row[Profile]],
    version: int,
    level_of: Callable[[Profile], Membership],
) -> Levels:
    """Add up the addresses of rows by membership."""
    sums = dict.fromkeys(Membership, 0.0)
    unknown = 0.0
    for row in rows:
        if row.key.is_known:
            sums[level_of(row.key)] += row.weight(version)
        else:
            unknown += row.weight(version)
    return Levels(
        yes=round(sums[Membership.YES]),
        possible=round(sums[Membership.POSSIBLE]),
        no=round(sums[Membership.NO]),
        unknown=round(unknown),
    )


def by_label(rows: Iterable[Row[Profile]]) -> Mapping[str, list[Row[Profile]]]:
    """Group rows by the country that they are labelled with; "none" without one."""
    found = defaultdict(list)
    for row in rows:
        if row.key.is_known:
            found[row.key.label or "none"].append(row)
    return dict(sorted(found.items()))


def settlements_in(
    rows: Iterable[Row[Profile]], area: int, names: Mapping[int, str]
) -> dict[int, Seen]:
    """Return the settlements of rows, the largest first.

    Args:
        rows: Rows of one database.
        area: Position of the area.
        names: Name by GeoNames id.
    """
    by_id: dict[int, list[Row[Profile]]] = defaultdict(list)
    for row in rows:
        if row.key.settlement:
            by_id[row.key.settlement].append(row)

    def level_of(key: Profile) -> Membership:
        return key.levels[area]

    seen = {
        id_: Seen(names[id_], {v: levels(found, v, level_of) for v in VERSIONS})
        for id_, found in by_id.items()
    }
    return dict(sorted(seen.items(), key=lambda pair: (-pair[1].ipv4, pair[0])))
