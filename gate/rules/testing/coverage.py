"""Which rules and conditions the tests of a book exercise, and which they do not.

A condition is exercised by two kinds of tests: one that meets the rule because of it,
and one that meets everything else and misses the rule by this condition alone. Only
both together tell where the condition ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gate.model import Activity, Exemption, Membership, Rule
from gate.rules.mutating.vantage import can_be_possible
from gate.rules.testing.exercise import exercises, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.model import Mark, RuleBook, When
    from gate.rules.marking import Lines
    from gate.rules.testing.exercise import Exercise, Try
    from gate.rules.testing.trial import MembershipOf

    _Asks = Callable[[Try], bool]
    _Need = tuple[tuple[str | int, ...], str, _Asks]  # steps, who is wanted, whether


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A condition of a rule or an exemption, or one side of it.

    Attributes:
        subject: Id of the rule or exemption.
        wanted: Who has to be tested, as the end of "No test has …".
        mark: Where the condition stands.
        test: Name of a test that does it; empty if there is none.
    """

    subject: str
    wanted: str
    mark: Mark
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCoverage:
    """What the tests exercise of one rule or exemption.

    Attributes:
        item: The rule or exemption.
        parts: Its conditions.
        is_met: Some test meets it.
        is_missed: Some test misses it by one condition alone.
    """

    item: Rule | Exemption
    parts: tuple[Part, ...]
    is_met: bool
    is_missed: bool

    @property
    def gaps(self) -> tuple[Part, ...]:
        """The parts that no test exercises, in the order of the book."""
        return tuple(part for part in self.parts if not part.test)


def coverage(
    book: RuleBook, membership: MembershipOf, lines: Lines | None = None
) -> list[ItemCoverage]:
    """Return what the tests exercise of each rule and exemption.

    Args:
        book: The rule book with its tests.
        membership: Gives the membership of a place in an area version.
        lines: Where its parts stand; without it, each has the place of its rule.
    """
    cases = exercises(book, membership)
    vague = frozenset(
        area.id
        for area in book.areas.values()
        if any(can_be_possible(version) for version in area.versions)
    )
    items: tuple[Rule | Exemption, ...] = (*book.rules, *book.exemptions)
    return [_covered(item, cases, vague, lines) for item in items]


def _covered(
    item: Rule | Exemption,
    cases: list[Exercise],
    vague: frozenset[str],
    lines: Lines | None,
) -> ItemCoverage:
    tried = list(tries(item, cases))
    return ItemCoverage(
        item=item,
        parts=tuple(
            Part(
                subject=item.id,
                wanted=wanted,
                mark=lines.of(item, *steps) if lines else item.mark,
                test=_first(tried, asks),
            )
            for steps, wanted, asks in _needs(item, vague)
        ),
        is_met=any(one.holds for one in tried),
        is_missed=any(one.missed for one in tried),
    )


def _first(tried: Sequence[Try], asks: _Asks) -> str:
    return next((one.exercise.test.name for one in tried if asks(one)), "")


def _needs(item: Rule | Exemption, vague: frozenset[str]) -> Iterator[_Need]:
    """Yield what tests have to do for each condition of an item."""
    yield from _area_needs(item, vague)
    yield from _activity_needs(item)
    yield from _path_needs(item)
    yield from _time_needs(item)


def _area_needs(item: Rule | Exemption, vague: frozenset[str]) -> Iterator[_Need]:
    areas = item.when.areas
    if areas is None:
        return
    least = item.certainty if isinstance(item, Rule) else Membership.YES
    for number, area in enumerate(areas):
        yield (
            ("when", "areas", number),
            f'a reader who meets it through the area "{area}" alone',
            partial(_only_area, area=area, areas=areas, least=least),
        )
    yield _at_level(item, Membership.YES, "is certainly in its areas", met=True)
    if vague.isdisjoint(areas):
        pass  # nobody is there perhaps
    elif least is Membership.POSSIBLE:
        yield _at_level(item, least, "may be in its areas, no more", met=True)
    else:
        wanted = "may be in its areas, all else being met"
        yield _at_level(item, Membership.POSSIBLE, wanted, met=False)
    wanted = "is in none of its areas, all else being met"
    yield _at_level(item, Membership.NO, wanted, met=False)


def _at_level(
    item: Rule | Exemption, level: Membership, wanted: str, *, met: bool
) -> _Need:
    key = "certainty" if isinstance(item, Rule) and level else "areas"
    steps = ("certainty",) if key == "certainty" else ("when", "areas")
    missed = "" if met else "areas"
    return (
        steps,
        f"a reader who {wanted}",
        lambda one: one.level is level and one.holds is met and one.missed == missed,
    )


def _only_area(one: Try, *, area: str, areas: Sequence[str], least: Membership) -> bool:
    memberships = one.exercise.memberships
    through = {a for a in areas if memberships.get(a, Membership.NO) >= least}
    return one.holds and through == {area}


def _activity_needs(item: Rule | Exemption) -> Iterator[_Need]:
    listed = item.when.activities
    for number, activity in enumerate(listed):
        yield (
            ("when", "activities", number),
            f"a reader who meets it by the activity {activity}",
            partial(_by_activity, activity=activity),
        )
    if set(listed) != set(Activity):
        yield _missing("activities", "an activity that it does not name")


def _by_activity(one: Try, *, activity: Activity) -> bool:
    return one.holds and one.exercise.activity is activity


def _path_needs(item: Rule | Exemption) -> Iterator[_Need]:
    paths, excepted = item.when.paths, item.when.except_paths
    for number, path in enumerate(paths):
        yield (
            ("when", "paths", number),
            f'a path that meets it through "{path}" alone',
            partial(_by_path, path=path, paths=paths),
        )
    if "/**" not in paths:
        yield (
            ("when", "paths"),
            "a path that it does not cover, all else being met",
            lambda one: (
                one.missed == "paths" and one.exercise.matched.isdisjoint(paths)
            ),
        )
    for number, path in enumerate(excepted):
        yield (
            ("when", "except_paths", number),
            f'a path that only "{path}" excepts, all else being met',
            partial(_excepted, path=path, when=item.when),
        )


def _by_path(one: Try, *, path: str, paths: Sequence[str]) -> bool:
    return one.holds and one.exercise.matched.intersection(paths) == {path}


def _excepted(one: Try, *, path: str, when: When) -> bool:
    matched = one.exercise.matched
    return (
        one.missed == "paths"
        and matched.intersection(when.except_paths) == {path}
        and not matched.isdisjoint(when.paths)
    )


def _time_needs(item: Rule | Exemption) -> Iterator[_Need]:
    since, until = item.effective.since, item.effective.until
    if since is not None:
        yield (
            ("effective", "from"),
            "a moment before it begins, all else being met",
            lambda one: one.missed == "effective" and one.exercise.test.now < since,
        )
    if until is not None:
        yield (
            ("effective", "until"),
            "a moment after it ends, all else being met",
            lambda one: one.missed == "effective" and one.exercise.test.now >= until,
        )


def _missing(key: str, wanted: str) -> _Need:
    return (
        ("when", key),
        f"{wanted}, all else being met",
        lambda one: one.missed == key,
    )
