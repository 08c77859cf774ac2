"""Every case that a row may be about.

A row tells the day, the section, the label of the place. What it does not tell, it may
all have been: each path of the section that some rule tells apart, each stretch of the
day, each place behind the label, each doubt about it. Of these cases the ones are left
that the book of the day decides just as the row says.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from gate.audit.rows import MERGED, UNDECLARED
from gate.decision import decide, stricter
from gate.model import Activity, Unknown
from gate.workbench.auditing.ground import DAY, Assumption
from gate.workbench.auditing.paths import Paths
from gate.workbench.auditing.placing import Spot, TooManyError, spot_of, spots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Decision, RuleBook
    from gate.workbench.auditing.alike import Alike
    from gate.workbench.auditing.ground import Ground

    _Books = tuple[RuleBook | None, RuleBook]

_AGES: Final = ((False, False), (False, True), (True, False), (True, True))

MOST_CASES: Final = 50_000
"""Bound on what is tried for one row."""


class Doubt(NamedTuple):
    """What holds beside the place of a request.

    Attributes:
        stranger: A stranger sent a forwarding header.
        was_old: The database is too old by the book of the day.
        is_old: It is too old by the book that is asked.
    """

    stranger: bool
    was_old: bool
    is_old: bool


class Case(NamedTuple):
    """One thing that a row may be about.

    Attributes:
        now: Unix seconds.
        activity: What the request does.
        matched: Patterns that match the path.
        spot: The place, as the book that is asked sees it.
        doubt: What holds beside it.
    """

    now: int
    activity: Activity
    matched: frozenset[str]
    spot: Spot
    doubt: Doubt


class Decider:
    """Decides cases by the evaluator that serves; each once.

    Args:
        book: The book that decides.
    """

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._known: dict[tuple[object, ...], Decision] = {}
        self._joint: dict[tuple[object, ...], Decision] = {}

    def decide(self, case: Case, spot: Spot, *, old: bool) -> Decision:
        """Return what follows for a case, the doubt about its place included.

        Args:
            case: The case.
            spot: The place, as this book sees it.
            old: Whether the database is too old by this book.
        """
        key = (case[:3], spot, case.doubt.stranger, old)
        found = self._joint.get(key)
        if found is None:
            found = self._place(case, spot)
            for holds, beside in ((old, _OLD), (case.doubt.stranger, _STRANGER)):
                if holds:
                    found = stricter(found, self._place(case, beside))
            self._joint[key] = found
        return found

    def _place(self, case: Case, spot: Spot) -> Decision:
        key = (case[:3], spot)
        if key not in self._known:
            self._known[key] = decide(
                self._book,
                memberships=dict(spot.levels),
                matched=case.matched,
                activity=case.activity,
                now=case.now,
                unknown=spot.unknown,
            )
        return self._known[key]


_OLD: Final = Spot(Unknown.DATABASE_UNUSABLE)
_STRANGER: Final = Spot(Unknown.BAD_ADDRESS)


class Possibilities:
    """The cases of rows, by everything that is known.

    Args:
        ground: What is known beside the rows.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.new = Decider(ground.book)
        self._old: dict[str, Decider] = {}
        self._paths: dict[str, Paths] = {}
        self._asked = _areas_asked(ground.book)

    def cases(self, row: Alike) -> Iterator[Case]:
        """Yield every case of a row that agrees with what the row says.

        Raises:
            TooManyError: There are too many to try.
            PatternsMultiplyError: The patterns combine in too many ways.
        """
        former = self._ground.former(row.book)
        whole = list(self._all(row, former))
        if former is None or row.place == MERGED:
            yield from whole
            return
        decider = self._old.setdefault(row.book, Decider(former))
        spot = spot_of(row)
        for case in whole:
            decision = decider.decide(case, spot, old=case.doubt.was_old)
            if _agrees(row, decision):
                yield case

    def _all(self, row: Alike, former: RuleBook | None) -> Iterator[Case]:
        paths = self._paths.get(row.book) or self._paths.setdefault(
            row.book, Paths(self._ground, former)
        )
        drawn = self._ground.drawn(row.areas_digest)
        count = 0
        for now in row.moments:
            places = spots(self._ground.book, drawn, row, now, self._asked)
            doubts = list(self._doubts(row, former, now))
            for activity in activities_of(row):
                atoms = paths.of(row, activity)
                count += len(atoms) * len(places) * len(doubts)
                if count > MOST_CASES:
                    raise TooManyError
                for matched, spot, doubt in product(atoms, places, doubts):
                    yield Case(now, activity, matched, spot, doubt)

    def _doubts(self, row: Alike, former: RuleBook | None, now: int) -> Iterator[Doubt]:
        ages = list(self._ages(row, former, now))
        for stranger, (was, is_) in product(self._strangers(row), ages):
            yield Doubt(stranger, was, is_)

    def _strangers(self, row: Alike) -> tuple[bool, ...]:
        if row.place == Unknown.BAD_ADDRESS:
            return (False,)  # who has no address is not doubted
        if f"unknown:{Unknown.BAD_ADDRESS}" in row.by and row.place != MERGED:
            return (True,)
        return (False,) if self._trusts else (False, True)

    def _ages(
        self, row: Alike, former: RuleBook | None, now: int
    ) -> Iterator[tuple[bool, bool]]:
        """Yield whether the database may be too old, by the old book and the new."""
        built = self._ground.builds.get(row.database)
        seen = f"unknown:{Unknown.DATABASE_UNUSABLE}" in row.by
        sure = seen and row.place not in {MERGED, Unknown.DATABASE_UNUSABLE}
        books = former, self._ground.book
        for ages in _AGES:
            if sure and not ages[0]:
                continue
            if built is None:
                holds = _fit(books, ages) and (
                    seen or not self._trusts or not any(ages)
                )
            else:
                holds = _are(books, ages, now - built)
            if holds:
                yield ages

    @property
    def _trusts(self) -> bool:
        return Assumption.DOUBTS in self._ground.assumed


def activities_of(row: Alike) -> tuple[Activity, ...]:
    """Return what the requests of a row may have done.

    What no entry of the configuration declares is decided as reading.
    """
    if row.activity == MERGED:
        return tuple(Activity)
    return (Activity.READ if row.activity == UNDECLARED else Activity(row.activity),)


def _are(books: _Books, ages: tuple[bool, bool], age: int) -> bool:
    """Say whether a database of an age (seconds) is too old by each book, or not."""
    return all(
        book is None or is_old == (age >= book.unknown.max_age_days * DAY)
        for book, is_old in zip(books, ages, strict=True)
    )


def _fit(books: _Books, ages: tuple[bool, bool]) -> bool:
    """Say whether one database can be too old by one book, and not by the other."""
    if books[0] is None:
        return True
    old, new = (book.unknown.max_age_days for book in books)  # type: ignore[union-attr]
    was, is_ = ages
    return (is_ <= was or new < old) and (was <= is_ or old < new)


def _agrees(row: Alike, decision: Decision) -> bool:
    """Say whether a decision is the one that a row tells of."""
    told = (
        (row.action, decision.action.word),
        (row.rules, ",".join(decision.by)),
        (row.shadow, decision.shadow.word),
        (row.shadow_rules, ",".join(decision.shadow_rules)),
    )
    return all(seen in {MERGED, own} for seen, own in told)


def _areas_asked(book: RuleBook) -> frozenset[str]:
    return frozenset(
        area
        for when in book.whens_and_scopes
        for area in (*(when.areas or ()), *(when.outside_areas or ()))
    )
