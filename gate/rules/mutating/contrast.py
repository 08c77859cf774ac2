"""A case that a book and a mutant of it decide differently, or the proof of none.

Cells are compared as in every proof: places that neither book tells apart, paths that
no pattern of either tells apart, each activity, each span between two instants. Both
books are decided by the evaluator that serves.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import Patterns, decide, globs_of, segments
from gate.documents.moments import moment
from gate.model import Activity
from gate.rules.proving.atoms import path_atoms
from gate.rules.proving.conditions import book_here, reaches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.decision import Segment
    from gate.model import (
        Decision,
        Exemption,
        Membership,
        Rule,
        RuleBook,
    )
    from gate.rules.mutating.mutants import Mutant
    from gate.rules.mutating.vantage import Point, Vantage
    from gate.rules.proving.conditions import Asked

_Pair = tuple["Point", dict[str, "Membership"], dict[str, "Membership"]]


class Difference(NamedTuple):
    """A case that two books decide differently.

    Attributes:
        point: The place.
        path: A canonical path.
        activity: What the request does.
        now: Unix seconds.
        was: What the book decides.
        becomes: What the mutant decides.
    """

    point: Point
    path: str
    activity: Activity
    now: int
    was: Decision
    becomes: Decision

    @property
    def told(self) -> str:
        """Where the two differ, and in what, as one sentence."""
        return (
            f"{self.point.label}; {self.activity} {self.path}, {moment(self.now)}: "
            f"{_contrast(self.was, self.becomes)}."
        )


def _contrast(was: Decision, becomes: Decision) -> str:
    """Say in what two decisions differ, the most important first."""
    pairs = (
        ("", str(was.action), str(becomes.action)),
        ("notices ", ", ".join(was.notices), ", ".join(becomes.notices)),
        ("by ", ", ".join(was.by), ", ".join(becomes.by)),
        ("in shadow ", str(was.shadow), str(becomes.shadow)),
        ("in shadow by ", ", ".join(was.shadow_rules), ", ".join(becomes.shadow_rules)),
    )
    return next(
        f"{word}{old or 'none'} would become {new or 'none'}"
        for word, old, new in pairs
        if old != new
    )


class Contrast:
    """A book beside one of its mutants."""

    def __init__(self, book: RuleBook, mutant: Mutant, vantage: Vantage) -> None:
        self._old = book
        self._new = mutant.book
        self._vantage = vantage
        self._points = vantage.points(mutant.probes)
        self._affected = list(_affected(book, mutant))
        self._area = mutant.subject if mutant.moves_places else None
        self._globs = globs_of((*book.whens, *mutant.book.whens))
        self.proves = vantage.is_whole
        """Whether every cell was looked at, so that finding none proves something."""

    def find(self) -> Difference | None:
        """Return a case that is decided differently; None if there is no such cell."""
        paths = self._paths()
        for now in self._moments():
            cells = [
                (matched, path, activity)
                for activity in Activity
                for matched, path in paths
                if self._matters(matched, activity, now)
            ]
            pairs = list(self._pairs(now)) if cells else []
            # What a changed area says of places that nobody named is not known.
            self.proves &= not cells or self._area is None
            for matched, path, activity in cells:
                found = self._at(pairs, matched, activity, now)
                if found is not None:
                    point, was, becomes = found
                    return Difference(point, path, activity, now, was, becomes)
        return None

    def _at(
        self, pairs: list[_Pair], matched: frozenset[str], activity: Activity, now: int
    ) -> tuple[Point, Decision, Decision] | None:
        """Return the first place at which the two differ, and what they decide."""
        old, new = (
            book_here(book, matched=matched, activity=activity, now=now)
            for book in (self._old, self._new)
        )
        for point, before, after in pairs:
            was, becomes = (
                decide(
                    book,
                    memberships=memberships,
                    matched=matched,
                    activity=activity,
                    now=now,
                    unknown=point.unknown,
                )
                for book, memberships in ((old, before), (new, after))
            )
            if was != becomes:
                return point, was, becomes
        return None

    def _matters(self, matched: frozenset[str], activity: Activity, now: int) -> bool:
        """Say whether anything that was changed can hold here at all."""
        if self._area is not None:
            areas = self._old.areas[self._area], self._new.areas[self._area]
            if areas[0].version_at(now) is areas[1].version_at(now):
                return False
        return any(
            reaches(asked, matched=matched, activity=activity, now=now)
            for asked in self._affected
        )

    def _pairs(self, now: int) -> Iterator[_Pair]:
        """Yield places that can be told apart; those that may differ come first."""
        found: dict[tuple[object, ...], _Pair] = {}
        for point in self._points:
            before = self._vantage.memberships_at(self._old, point, now)
            after = self._vantage.memberships_at(self._new, point, now)
            if before is not None and after is not None:
                key = (point.unknown, *before.values(), *after.values())
                found.setdefault(key, (point, before, after))
        yield from sorted(found.values(), key=lambda pair: pair[1] == pair[2])

    def _paths(self) -> list[tuple[frozenset[str], str]]:
        """Return a path for every atom: one that tests ask for, else the shortest."""
        patterns = Patterns(self._globs)
        asked = Counter(test.path for test in self._old.tests)
        usual: dict[frozenset[str], str] = {}
        for path, _ in asked.most_common():
            usual.setdefault(patterns.matched(path), path)
        found = dict(usual)
        for atom in path_atoms(self._globs):
            found.setdefault(atom.matched, atom.witness)
        return list(found.items())

    def _moments(self) -> list[int]:
        """Return a moment of every segment: the usual one of the tests comes first."""
        own = {s.since for s in segments(self._old)}
        spans = [item.effective for item in _items(self._new)]
        also = [moment for span in spans for moment in (span.since, span.until)]
        also += [version.since for _, version in self._new.area_versions]
        usual = Counter(test.now for test in self._old.tests).most_common(1)
        now = usual[0][0] if usual else None
        found = [_moment(s, own, now) for s in segments(self._old, also=also)]
        return sorted(found, key=lambda moment: (moment != now, -moment))


def _moment(segment: Segment, own: set[int | None], usual: int | None) -> int:
    """Return a moment of a segment, at an edge that the book itself knows."""
    since, until = segment
    if (
        usual is not None
        and (since is None or since <= usual)
        and (until is None or usual < until)
    ):
        return usual
    if until is not None and (until in own or since is None):
        return until - 1
    return segment.instant


def _items(book: RuleBook) -> tuple[Rule | Exemption, ...]:
    return (*book.rules, *book.exemptions)


def _affected(book: RuleBook, mutant: Mutant) -> Iterator[Asked]:
    """Yield the conditions of everything that the change can make hold or not."""
    old, new = _items(book), _items(mutant.book)
    for items, others in ((old, new), (new, old)):
        kept = {id(item) for item in others}
        for item in items:
            if id(item) not in kept:
                yield item.when, item.effective
    if mutant.kind in {"areas", "unknown"}:
        for item in old:
            areas = item.when.areas
            if areas is not None and (
                mutant.kind == "unknown" or mutant.subject in areas
            ):
                yield item.when, item.effective
