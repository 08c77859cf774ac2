"""All that a book can tell apart, one bit for each cell, so that sets are integers.

A cell is an activity, a class of paths and a class of places; time stands beside it, as
numbered segments. Bit `(activity * paths + path) * places + place` is a cell. A set of
paths has a bit at the first place of each path, so that times a set of places it gives
the cells of both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import Group, globs_of, memberships_at
from gate.model import Membership, Unknown
from gate.rules.proving.atoms import path_atoms
from gate.rules.proving.conditions import segments_with_promises
from gate.rules.proving.slices import ACTIVITIES, Slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.model import Action, Effective, LocationClass, RuleBook
    from gate.rules.proving.atoms import Limits

FEW = 5  # patterns that are named
MOST_BITS = 1 << 16
"""Cells that are looked at together; so many fit a processor's nearest memory."""


class _Levels(NamedTuple):
    """Places by their membership in an area, as sets."""

    yes: int
    possible: int


class Space:
    """The axes of a book: paths, places and time.

    Args:
        book: The rule book.
        classes: Every class of places that there is.
        limits: Bounds on the search for paths.

    Attributes:
        atoms: Classes of paths, those with the shortest witness first.
        segments: Spans of time in which nothing changes, in order.
        places: The first class of each class of places that the book tells apart.
        size: Number of places, the reasons for unknown ones included.
        known: The set of places that are known.
        unknown: The others, each by its reason; those that meet one action, by one.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """

    def __init__(
        self,
        book: RuleBook,
        classes: Sequence[LocationClass],
        limits: Limits | None = None,
    ) -> None:
        self.book = book
        self.classes = classes
        self.atoms = path_atoms(globs_of(book.whens_and_scopes), limits)
        self._breadth = Counter(glob for atom in self.atoms for glob in atom.matched)
        self.segments = segments_with_promises(book)
        self._edges = [s.since for s in self.segments if s.since is not None]
        self._sinces = sorted(version.since for _, version in book.area_versions)
        self._twins = self._apart()
        self.places = tuple(numbers[0] for numbers in self._twins)
        self.known = (1 << len(self.places)) - 1
        self.size = len(self.places) + len(Unknown)
        self.unknown = self._by_action()
        self._levels: dict[int, dict[str, _Levels]] = {}
        self._members: dict[tuple[tuple[str, ...], int], dict[Membership, int]] = {}

    def _apart(self) -> list[list[int]]:
        """Return the numbers of the classes that are alike for what is asked for."""
        asked: set[str] = set()
        for when in self.book.whens_and_scopes:
            asked.update(when.areas or (), when.outside_areas or ())
        versions = self.book.area_versions
        at = [number for number, (area, _) in enumerate(versions) if area in asked]
        found: dict[tuple[Membership, ...], list[int]] = {}
        for number, place in enumerate(self.classes):
            if place.unknown is None:
                key = tuple(place.memberships[n] for n in at)
                found.setdefault(key, []).append(number)
        return list(found.values())

    def _by_action(self) -> dict[Unknown, int]:
        first: dict[Action, Unknown] = {}
        found: dict[Unknown, int] = {}
        for number, reason in enumerate(Unknown, start=len(self.places)):
            alike = first.setdefault(self.book.unknown.actions[reason], reason)
            found[alike] = found.get(alike, 0) | 1 << number
        return found

    def span(self, effective: Effective) -> tuple[int, int]:
        """Return the first segment of a span of time, and the first behind it."""
        since, until = effective.since, effective.until
        first = 0 if since is None else bisect_right(self._edges, since)
        end = len(self.segments) if until is None else bisect_right(self._edges, until)
        return first, end

    def changes(self, areas: Iterable[str]) -> set[int]:
        """Return the segments with which a version of one of these areas begins."""
        return {
            bisect_right(self._edges, version.since)
            for area, version in self.book.area_versions
            if area in areas
        }

    def members(self, areas: Sequence[str], segment: int) -> Mapping[Membership, int]:
        """Return the known places by their highest membership in any of some areas."""
        epoch = bisect_right(self._sinces, self.segments[segment].instant)
        key = tuple(areas), epoch
        if key not in self._members:
            levels = self._levels_at(epoch, segment)
            yes, possible = 0, 0
            for area in areas:
                yes |= levels[area].yes if area in levels else 0
                possible |= levels[area].possible if area in levels else 0
            self._members[key] = {
                Membership.YES: yes,
                Membership.POSSIBLE: possible & ~yes,
                Membership.NO: self.known & ~(yes | possible),
            }
        return self._members[key]

    def _levels_at(self, epoch: int, segment: int) -> Mapping[str, _Levels]:
        if epoch not in self._levels:
            found = {area: [0, 0, 0] for area in self.book.areas}
            for number in range(len(self.places)):
                for area, membership in self.group(number, segment).memberships.items():
                    found[area][membership] |= 1 << number
            self._levels[epoch] = {
                area: _Levels(
                    yes=sets[Membership.YES], possible=sets[Membership.POSSIBLE]
                )
                for area, sets in found.items()
            }
        return self._levels[epoch]

    def group(self, place: int, segment: int) -> Group:
        """Return what the evaluator is told of a place in a segment."""
        if place >= len(self.places):
            reason = tuple(Unknown)[place - len(self.places)]
            return Group({}, reason, reason)
        found = self.classes[self.places[place]]
        now = self.segments[segment].instant
        return Group(memberships_at(self.book, found, now), None, found.label)

    def numbers(self, place: int) -> Iterable[int]:
        """Return the numbers of the classes that a place stands for."""
        if place < len(self.places):
            return self._twins[place]
        reason = tuple(Unknown)[place - len(self.places)]
        return [n for n, found in enumerate(self.classes) if found.unknown is reason]

    def globs(self) -> tuple[str, ...]:
        """Return all patterns; those that match the fewest classes of paths first."""
        return tuple(sorted(self._breadth, key=lambda g: (self._breadth[g], g)))

    def dividing(self) -> list[str]:
        """Return the few patterns that part the paths most evenly, so most often."""
        half, counts = len(self.atoms) / 2, self._breadth
        ordered = sorted(counts, key=lambda glob: (abs(counts[glob] - half), glob))
        return ordered[:FEW]

    def slices(self) -> Iterator[Slice]:
        """Yield the cells in portions, each with a share of the paths."""
        step = max(1, MOST_BITS // (self.size * len(ACTIVITIES)))
        for first in range(0, len(self.atoms), step):
            yield Slice(self.atoms[first : first + step], self.size)
