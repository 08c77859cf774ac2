"""The share of each difference in sealed counts: as much as they tell.

A row tells the day, the section, the label of the place and its areas; what else the
requests in it were, it does not tell. So all that they may have been is tried: if every
one of these cases lies in one group, the row certainly does; else it may.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final

from gate.audit.rows import MERGED
from gate.decision import globs_of, memberships_at
from gate.model import Activity
from gate.rules.proving.atoms import path_atoms
from gate.workbench.auditing.alike import Logs, read_alike
from gate.workbench.auditing.answering import excuse_of
from gate.workbench.auditing.placing import levels_of
from gate.workbench.auditing.possible import activities_of
from gate.workbench.diffing.groups import Share
from gate.workbench.diffing.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from gate.config import Config
    from gate.model import LocationClass, Membership, RuleBook
    from gate.workbench.auditing.alike import Alike
    from gate.workbench.diffing.difference import Difference
    from gate.workbench.diffing.groups import Group

_ELSEWHERE: Final = "other"
"""Section of a path that no configured section covers."""

_NO_GROUP: Final = 0


def weigh_rows(
    found: Difference, config: Config | None, folders: Sequence[Path]
) -> Traffic:
    """Weigh a difference by sealed counts.

    Args:
        found: The difference.
        config: Names the sections that rows were counted by, if it still is the same.
        folders: Of logs; of several replicas one each.

    Raises:
        AskingError: There are no rows, or a file is not what it should be.
    """
    ends = {edge for group in found.groups for edge in (group.since, group.until)}
    edges = sorted(edge for edge in ends if edge is not None)
    rows = read_alike(Logs(folders=tuple(folders)), edges)
    return weighed(found, config, rows, ", ".join(map(str, folders)))


def weighed(
    found: Difference, config: Config | None, rows: Iterable[Alike], source: str
) -> Traffic:
    """Weigh a difference by rows that are in memory; see `weigh_rows`."""
    placing, sums = _Placing(found, config), _Sums()
    for row in rows:
        excuse = excuse_of(row)
        if excuse:
            sums.apart[excuse] += row.n
        else:
            sums.add(placing.groups(row), row.n)
    every = [group.number for group in found.groups]
    return Traffic(
        source=source,
        is_sealed=True,
        groups={
            number: Share(sums.least[number], sums.most[number], sums.total)
            for number in every
        },
        moved=Share(sums.surely, sums.possibly, sums.total),
        apart=dict(sums.apart),
    )


@dataclass(slots=True)
class _Sums:
    """What rows add up to."""

    least: Counter[int] = field(default_factory=Counter)
    most: Counter[int] = field(default_factory=Counter)
    apart: Counter[str] = field(default_factory=Counter)
    surely: int = 0
    possibly: int = 0
    total: int = 0

    def add(self, groups: frozenset[int], n: int) -> None:
        """Add a row whose requests lie in one of some groups, or in none (0)."""
        self.total += n
        self.surely += n * (_NO_GROUP not in groups)
        self.possibly += n * (groups != {_NO_GROUP})
        for number in groups:
            self.most[number] += n
        if len(groups) == 1:
            self.least[next(iter(groups))] += n


class _Placing:
    """Says in which groups the requests of a row may lie."""

    def __init__(self, found: Difference, config: Config | None) -> None:
        self._found = found
        self._config = config.digest if config else ""
        self._sections = (
            [(s.name, frozenset(s.paths)) for s in config.site.sections]
            if config
            else []
        )
        self._acts: dict[Activity, set[str]] = {}
        for declared in config.site.activities if config else ():
            self._acts.setdefault(declared.word, set()).update(declared.paths)
        books = found.old.book, found.new.book
        whens = [when for book in books for when in book.whens]
        own = [glob for _, globs in self._sections for glob in globs]
        own += [glob for globs in self._acts.values() for glob in globs]
        self._globs = frozenset(globs_of(whens))
        self._atoms = [a.matched for a in path_atoms([*globs_of(whens), *own])]
        self._known: dict[tuple[object, ...], frozenset[int]] = {}

    def groups(self, row: Alike) -> frozenset[int]:
        """Return the numbers of the groups; 0 stands for none of them."""
        found: set[int] = set()
        for now, activity in product(row.moments, activities_of(row)):
            key = (
                *(now, activity, row.place, row.areas, row.areas_digest),
                *(row.section, row.config),
            )
            if key not in self._known:
                self._known[key] = frozenset(self._at(row, now, activity))
            found |= self._known[key]
        return frozenset(found)

    def _at(self, row: Alike, now: int, activity: Activity) -> set[int]:
        """Try every place and every path that the row may be about."""
        may = [
            group
            for group in self._found.groups
            if activity in group.activities and _holds(group, now)
        ]
        places = {
            frozenset(group.number for group in may if pair in group.pairs)
            for pair in (self._pairs(row, now) if may else ())
        }
        paths = {
            frozenset(group.number for group in may if path in group.atoms)
            for path in (self._paths(row, activity) if may else ())
        }
        if may and not (places and paths):  # no place or path of today is like it
            return {_NO_GROUP, *(group.number for group in may)}
        found: set[int] = set()
        for inside, matching in product(places, paths):
            found |= inside & matching or {_NO_GROUP}
        return found or {_NO_GROUP}

    def _paths(self, row: Alike, activity: Activity) -> list[frozenset[str]]:
        """Return what the paths of a row may match, of both books' patterns."""
        knows = row.config == self._config
        acts = self._acts.get(activity) if knows and activity != Activity.READ else None
        found = {
            matched & self._globs
            for matched in self._atoms
            if (not knows or row.section in {MERGED, self._section(matched)})
            and (acts is None or not matched.isdisjoint(acts))
        }
        return list(found)

    def _section(self, matched: frozenset[str]) -> str:
        return next(
            (n for n, globs in self._sections if not matched.isdisjoint(globs)),
            _ELSEWHERE,
        )

    def _pairs(self, row: Alike, now: int) -> list[int]:
        """Return the pairs that the place of a row may be, by label and areas."""
        found = list(self._labelled(row))
        if row.place == MERGED:
            return found
        told, pairs = levels_of(row.memberships), self._found.twins.pairs
        for side, book in enumerate((self._found.old.book, self._found.new.book)):
            if row.areas_digest == book.areas_digest:
                return [n for n in found if _levels(book, pairs[n][side], now) == told]
        return found

    def _labelled(self, row: Alike) -> Iterator[int]:
        for number, pair in enumerate(self._found.twins.pairs):
            if row.place in {MERGED, pair.old.label, pair.new.label}:
                yield number


def _levels(book: RuleBook, place: LocationClass, now: int) -> dict[str, Membership]:
    """Return the memberships above "no", as rows tell them."""
    found = memberships_at(book, place, now)
    return {area: level for area, level in found.items() if level}


def _holds(group: Group, now: int) -> bool:
    return (group.since is None or group.since <= now) and (
        group.until is None or now < group.until
    )
