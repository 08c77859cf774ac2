"""What spoke for the memberships that rows name, from the indexes that decided.

A row holds no evidence: it would tell readers apart whom no rule does. The index of
its day has the evidence of each class, and lies in the state folder until somebody
clears it; its name is made of two digests that are in the row. Where it is gone,
nothing is guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from gate.audit.rows import MERGED
from gate.decision.segments import memberships_at
from gate.errors import DatabaseError
from gate.places.index import Index, cache_name
from gate.workbench.auditing.placing import REASONS, levels_of, version_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from gate.model import LocationClass, Membership, RuleBook
    from gate.workbench.auditing.alike import Alike


class Why(StrEnum):
    """Why the evidence behind some decisions cannot be told, or is not asked for."""

    NOWHERE = "nowhere"
    MERGED = "merged"
    BOOK = "book"
    INDEX = "index"
    CLASS = "class"


MEANINGS = {
    Why.NOWHERE: "the place is in no area, or unknown: nothing spoke for one",
    Why.MERGED: "the place was merged",
    Why.BOOK: "no rule book with the areas of the day is at hand",
    Why.INDEX: "the index of the day is no longer in the state folder",
    Why.CLASS: "the index has no such class: an edge or a stranger's header decided",
}


class Claim(NamedTuple):
    """A membership that rows name.

    Attributes:
        area: The area.
        level: The membership.
        place: Label of the place.
        database: Digest of the database.
    """

    area: str
    level: Membership
    place: str
    database: str


class Told(NamedTuple):
    """What rows name, and what spoke for it.

    Attributes:
        decisions: Decisions by claim.
        evidence: By claim the evidence, with the IPv4 addresses that have it in the
            index; 0 for what only IPv6 addresses have. How many of the decisions had
            which, nobody knows.
        untold: The decisions without a claim, by the reason.
    """

    decisions: Counter[Claim]
    evidence: dict[Claim, dict[tuple[str, ...], int]]
    untold: Counter[Why]


def evidence_of(rows: Iterable[Alike], books: Iterable[RuleBook], state: Path) -> Told:
    """Find what spoke for the memberships of rows.

    Args:
        rows: The rows.
        books: Rule books; those with the areas of the rows are used.
        state: Folder with the indexes.
    """
    by_areas = {book.areas_digest: book for book in books}
    kept = _Kept(state)
    told = Told(Counter(), defaultdict(dict), Counter())
    for row in rows:
        why = _told_by(row, by_areas.get(row.areas_digest), kept, told)
        if why is not None:
            told.untold[why] += row.n
    return told


def _told_by(row: Alike, book: RuleBook | None, kept: _Kept, told: Told) -> Why | None:
    if MERGED in {row.place, row.areas}:
        return Why.MERGED
    if row.place in REASONS or not row.areas:
        return Why.NOWHERE
    if book is None:
        return Why.BOOK
    index = kept.index(row.database, row.areas_digest)
    if index is None:
        return Why.INDEX
    found = list(_spoken(index, row, book))
    for claim, codes, ipv4 in found:
        told.evidence[claim][codes] = ipv4
    told.decisions.update({claim: row.n for claim, *_ in found})
    return None if found else Why.CLASS


def _spoken(
    index: _Weighed, row: Alike, book: RuleBook
) -> Iterator[tuple[Claim, tuple[str, ...], int]]:
    """Yield for each area of a row the evidence of the classes that it may mean."""
    levels = levels_of(row.memberships)
    sums: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for place, ipv4 in index.classes:
        moment = _moment(place, row, levels, book)
        if moment is not None:
            for area in levels:
                sums[area, place.evidence[_position(book, area, moment)]] += ipv4
    for (area, codes), ipv4 in sums.items():
        yield Claim(area, levels[area], row.place, row.database), codes, ipv4


def _moment(
    place: LocationClass, row: Alike, levels: Mapping[str, Membership], book: RuleBook
) -> int | None:
    """Return a moment of a row at which a class has its label and its levels."""
    if place.label != row.place:
        return None
    for moment in row.moments:
        found = memberships_at(book, place, moment)
        if {area: level for area, level in found.items() if level} == levels:
            return moment
    return None


def _position(book: RuleBook, area: str, moment: int) -> int:
    """Return which of `RuleBook.area_versions` of an area is in force."""
    version = version_at(book.areas[area], moment)
    return next(
        number
        for number, (name, one) in enumerate(book.area_versions)
        if name == area and one is version
    )


class _Weighed(NamedTuple):
    """The classes of an index, with the number of their IPv4 addresses."""

    classes: tuple[tuple[LocationClass, int], ...]

    @classmethod
    def of(cls, index: Index) -> _Weighed:
        sums: Counter[int] = Counter()
        for (start, id_), (end, _) in pairwise([*index.ranges(4), (1 << 32, 0)]):
            sums[id_] += end - start
        return cls(tuple((one, sums[id_]) for id_, one in enumerate(index.classes)))


class _Kept:
    """The indexes of a state folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, _Weighed | None] = {}

    def index(self, database: str, areas: str) -> _Weighed | None:
        """Return the index of two digests; None if it is gone, or not sound."""
        name = cache_name(database, areas)
        if name not in self._found:
            self._found[name] = self._read(name, database, areas)
        return self._found[name]

    def _read(self, name: str, database: str, areas: str) -> _Weighed | None:
        if not (self._folder / name).is_file():
            return None
        try:
            index = Index.load(
                self._folder / name, database_digest=database, areas_digest=areas
            )
        except DatabaseError:
            return None
        return _Weighed.of(index)
