"""Both books on the cells of both: no rule of either tells two cases of a cell apart.

A cell is a kind of place (one pair of classes, or several that are decided alike), an
atom of paths, an activity and a segment of time. Each is decided by the evaluator that
serves, once for each set of rules that can hold there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.decision import conditions_of, globs_of, segments
from gate.model import Activity, Shown
from gate.rules.proving.atoms import path_atoms
from gate.workbench.diffing.lenses import Case, Lens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import Decision, RuleBook
    from gate.rules.proving.atoms import Limits, PathAtom
    from gate.workbench.diffing.twins import Pair, Twins

DAY = 86_400
"""Seconds."""


class Kind(NamedTuple):
    """Places that are decided alike by both books, at all times.

    Attributes:
        pair: One of them.
        ids: Ids of their pairs.
    """

    pair: Pair
    ids: tuple[int, ...]


class Cell(NamedTuple):
    """A cell in which the books differ.

    Attributes:
        kind: Number of the kind of place.
        paths: Number of the set of atoms.
        activity: What the request does.
        segment: Number of the segment of time.
        old: What the old book decides.
        new: What the new book decides.
    """

    kind: int
    paths: int
    activity: Activity
    segment: int
    old: Decision
    new: Decision

    @property
    def before(self) -> Shown:
        """What a reader meets by the old book."""
        return self.old.shown

    @property
    def after(self) -> Shown:
        """What a reader meets by the new book."""
        return self.new.shown


class Refinement:
    """The cells of two books.

    Args:
        old: The old book.
        new: The new book.
        twins: All places.
        limits: Bounds on the search for paths.

    Attributes:
        kinds: Kinds of place.
        paths: Sets of atoms that both books treat alike, shortest witness first.
        segments: Segments of time, ascending.
        lenses: Both books.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """

    def __init__(
        self,
        old: RuleBook,
        new: RuleBook,
        twins: Twins,
        *,
        limits: Limits | None = None,
    ) -> None:
        ages = _ages(old, new, twins)
        self.lenses = Lens(old, 0, ages[0]), Lens(new, 1, ages[1])
        whens = [key for lens in self.lenses for key in lens.whens]
        self.atoms = path_atoms(globs_of(when for when, _ in whens), limits)
        self.kinds = _kinds(twins.pairs)
        # Edges of the other book as well: within a segment nothing begins in either.
        edges = [span.since for span in segments(new)]
        self.segments = segments(old, also=[*edges, *ages])
        known = {key: n for n, key in enumerate(dict.fromkeys(whens))}
        self._whens = tuple(known)
        self._numbers = [[known[key] for key in lens.whens] for lens in self.lenses]
        alike = self._alike()
        self._at_paths = tuple(alike)
        self.paths = tuple(map(tuple, alike.values()))

    def case(self, kind: int, paths: int, activity: Activity, segment: int) -> Case:
        """Return one case of a cell."""
        return Case(
            self.kinds[kind].pair,
            self.paths[paths][0].matched,
            activity,
            self.segments[segment].instant,
        )

    def cells(self) -> Iterator[tuple[Cell, bool]]:
        """Yield every cell with both decisions, and whether a reader notices.

        Cells in which neither book has anything that can hold are left out.
        """
        at_time = [self._live("time", now=span.instant) for span in self.segments]
        at_act = {a: self._live("activity", activity=a) for a in Activity}
        for segment, time in enumerate(at_time):
            for activity, act in at_act.items():
                for paths, path in enumerate(self._at_paths):
                    live = path[0] & act[0] & time[0], path[1] & act[1] & time[1]
                    if any(live):
                        yield from self._row(live, paths, activity, segment)

    def _row(
        self, live: tuple[int, int], paths: int, activity: Activity, segment: int
    ) -> Iterator[tuple[Cell, bool]]:
        for kind in range(len(self.kinds)):
            case = self.case(kind, paths, activity, segment)
            old, new = (
                lens.decide(bits, case)
                for lens, bits in zip(self.lenses, live, strict=True)
            )
            cell = Cell(kind, paths, activity, segment, old, new)
            yield cell, old is not new and cell.before != cell.after

    def _alike(self) -> dict[tuple[int, int], list[PathAtom]]:
        """Put atoms together that meet the same conditions."""
        found: dict[tuple[int, int], list[PathAtom]] = {}
        for atom in self.atoms:
            key = self._live("path", matched=atom.matched)
            found.setdefault(key, []).append(atom)
        return found

    def _live(
        self,
        condition: str,
        *,
        matched: frozenset[str] = frozenset(),
        activity: Activity = Activity.READ,
        now: int = 0,
    ) -> tuple[int, int]:
        """Ask the evaluator's own code which conditions one coordinate meets.

        Most conditions are the same in both books, and are asked about once.
        """
        met = [
            getattr(
                conditions_of(*asked, matched=matched, activity=activity, now=now),
                condition,
            )
            for asked in self._whens
        ]
        first, second = (
            sum(1 << bit for bit, number in enumerate(numbers) if met[number])
            for numbers in self._numbers
        )
        return first, second


def _ages(old: RuleBook, new: RuleBook, twins: Twins) -> tuple[int | None, int | None]:
    """Return from when on the database is too old for each book.

    Both None if the books agree on the age: then it changes nothing between them, and
    that two databases are not of one day is no difference that anybody has written.
    """
    days = old.unknown.max_age_days, new.unknown.max_age_days
    if days[0] == days[1]:
        return None, None
    built = twins.new.database.build_epoch
    return built + days[0] * DAY, built + days[1] * DAY


def _kinds(pairs: Sequence[Pair]) -> tuple[Kind, ...]:
    """Put pairs together that are in the same areas at all times."""
    found: dict[tuple[object, ...], list[int]] = {}
    for number, pair in enumerate(pairs):
        key = tuple((one.unknown, one.doubt, one.memberships) for one in pair)
        found.setdefault(key, []).append(number)
    return tuple(Kind(pairs[ids[0]], tuple(ids)) for ids in found.values())
