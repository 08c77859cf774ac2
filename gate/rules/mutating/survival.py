"""Which mutants of a rule book survive its tests and promises, and what would not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from gate.rules.mutating.contrast import Contrast
from gate.rules.mutating.mutants import KINDS, mutants
from gate.rules.mutating.ready_tests import name_of, ready_test
from gate.rules.mutating.vantage import Vantage
from gate.rules.proving.survey import Survey
from gate.rules.testing.trial import Memberships, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import BookTest, LocationClass, RuleBook
    from gate.rules.mutating.contrast import Difference
    from gate.rules.mutating.mutants import Mutant
    from gate.rules.testing.trial import MembershipOf


class Fate(StrEnum):
    """What became of a mutant."""

    BY_TESTS = "killed by tests"
    BY_PROMISES = "killed by promises only"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a mutant, and why.

    Attributes:
        mutant: The mutant.
        fate: EQUIVALENT: no decision differs in any cell. UNSEEN: no place that was
            tried is decided otherwise, and that there is none could not be proved;
            it counts like a survivor.
        killer: Name of the test that fails, or of the promise that is broken.
        told: For a survivor, where a decision would differ.
        test: For a survivor, a test that fails for it and passes for the book; None
            if no place is known that shows the difference.
    """

    mutant: Mutant
    fate: Fate
    killer: str = ""
    told: str = ""
    test: BookTest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many mutants of one kind were killed.

    Attributes:
        fates: How many met each fate.
    """

    fates: Counter[Fate]

    @property
    def killed(self) -> int:
        """Those that tests or promises noticed."""
        return self.fates[Fate.BY_TESTS] + self.fates[Fate.BY_PROMISES]

    @property
    def alive(self) -> int:
        """Those that nothing noticed, although they may change decisions."""
        return self.fates[Fate.SURVIVED] + self.fates[Fate.UNSEEN]

    @property
    def percent(self) -> float:
        """Share of the killed among those that change decisions, from 0 to 100."""
        total = self.killed + self.alive
        return 100.0 * self.killed / total if total else 100.0


def judge_mutants(
    book: RuleBook,
    membership: MembershipOf,
    classes: Sequence[LocationClass] = (),
    *,
    only: str = "",
) -> Iterator[Verdict]:
    """Hold tests and promises of a book against all of its mutants.

    Args:
        book: A rule book whose tests pass.
        membership: Gives the membership of a place in an area version.
        classes: Every class of places of the loaded database; may be empty. With
            none, cells are made of the places that the book itself names.
        only: Text that the id of what is changed must hold.

    Yields:
        One verdict for each mutant, in the order of the book.

    Raises:
        PatternsMultiplyError: The patterns combine in too many ways.
    """
    bench = _Bench(book, Memberships(membership), classes)
    for mutant in mutants(book):
        if only in mutant.subject:
            yield bench.judge(mutant)


def scores(verdicts: Sequence[Verdict]) -> dict[str, Score]:
    """Return the score of each kind of mutant that there is."""
    found = {
        kind: Counter(v.fate for v in verdicts if v.mutant.kind == kind)
        for kind in KINDS
    }
    return {kind: Score(fates=fates) for kind, fates in found.items() if fates}


def whole_score(verdicts: Sequence[Verdict]) -> Score:
    """Return the score of all mutants."""
    return Score(fates=Counter(verdict.fate for verdict in verdicts))


class _Bench:
    """The tests and promises of a book, ready to be held against its mutants."""

    def __init__(
        self,
        book: RuleBook,
        memberships: Memberships,
        classes: Sequence[LocationClass],
    ) -> None:
        self._book = book
        self._memberships = memberships
        self._vantage = Vantage(book, memberships, classes)
        self._names = {test.name for test in book.tests}
        self._ready: list[BookTest] = []
        self._distinct = _distinct(book, memberships)
        self._involved = _involved(book, memberships)
        own = Trial(book, memberships)
        self._own = [(test, own.memberships(test)) for test in book.tests]
        self._hanging = _hanging(book, memberships)
        self._refuted = self._broken(book)

    def judge(self, mutant: Mutant) -> Verdict:
        killer = self._failing(mutant)
        if killer is not None:
            return Verdict(mutant=mutant, fate=Fate.BY_TESTS, killer=killer.name)
        contrast = Contrast(self._book, mutant, self._vantage)
        difference = contrast.find()
        if difference is None and contrast.proves:
            return Verdict(mutant=mutant, fate=Fate.EQUIVALENT)
        broken = self._broken(mutant.book, mutant) - self._refuted
        if broken:
            promise = min(broken)
            return Verdict(mutant=mutant, fate=Fate.BY_PROMISES, killer=promise)
        if difference is None or difference.point.is_thought:
            return Verdict(mutant=mutant, fate=Fate.UNSEEN)
        return self._survivor(mutant, difference)

    def _failing(self, mutant: Mutant) -> BookTest | None:
        trial = Trial(mutant.book, self._memberships)
        tests = self._moved if mutant.moves_places else self._likely
        return next((t for t in tests(mutant, trial) if trial.fails(t)), None)

    def _likely(self, mutant: Mutant, _: Trial) -> list[BookTest]:
        """Return the tests, those first that what is changed decides."""
        first = self._involved.get(mutant.subject, frozenset())
        return sorted(self._distinct, key=lambda test: id(test) not in first)

    def _moved(self, mutant: Mutant, trial: Trial) -> Iterator[BookTest]:
        """Yield the tests whose visitor is somewhere else for the mutant.

        Those first whose evidence hangs on the changed line; a test whose visitor
        stays where it was cannot fail.
        """
        first = self._hanging.get(mutant.evidence, frozenset())
        for test, before in sorted(self._own, key=lambda own: id(own[0]) not in first):
            if trial.memberships(test) != before:
                yield test

    def _broken(self, book: RuleBook, mutant: Mutant | None = None) -> frozenset[str]:
        """Return the promises that do not hold over all known places."""
        probes = mutant.probes if mutant else ()
        classes = self._vantage.classes_for(book, self._vantage.points(probes))
        return frozenset(Survey(book, classes).broken)

    def _survivor(self, mutant: Mutant, difference: Difference) -> Verdict:
        test = ready_test(difference)
        if test is None:
            return Verdict(mutant=mutant, fate=Fate.SURVIVED, told=difference.told)
        test = self._known(mutant, test)
        return Verdict(
            mutant=mutant, fate=Fate.SURVIVED, told=difference.told, test=test
        )

    def _known(self, mutant: Mutant, test: BookTest) -> BookTest:
        """Return a test made for another survivor if it kills this one as well."""
        trial = Trial(mutant.book, self._memberships)
        for known in self._ready:
            if trial.fails(known):
                return known
        named = replace(test, name=name_of(test.name, self._names))
        self._names.add(named.name)
        self._ready.append(named)
        return named


def _distinct(book: RuleBook, memberships: Memberships) -> list[BookTest]:
    """Return one test of all those that no change of rules or dates tells apart."""
    found: dict[tuple[object, ...], BookTest] = {}
    for test in book.tests:
        visitor = test.visitor
        place = visitor.unknown or tuple(
            memberships(version, visitor)[0] for _, version in book.area_versions
        )
        said = (test.expect, test.by, test.notices, test.shadow, test.shadow_by)
        key = (place, test.now, test.path, *(tuple(s.items()) for s in said))
        found.setdefault(key, test)
    return list(found.values())


def _involved(book: RuleBook, memberships: Memberships) -> dict[str, frozenset[int]]:
    """Return for each rule and exemption the ids of the tests that it decides."""
    found: dict[str, set[int]] = {}
    trial = Trial(book, memberships)
    for test in book.tests:
        for _, decision in trial.decisions(test):
            for name in (*decision.by, *decision.shadow_rules):
                found.setdefault(name, set()).add(id(test))
    return {name: frozenset(tests) for name, tests in found.items()}


def _hanging(book: RuleBook, memberships: Memberships) -> dict[str, frozenset[int]]:
    """Return for each evidence the ids of the tests whose visitor has it."""
    found: dict[str, set[int]] = {}
    for test in book.tests:
        if test.visitor.unknown is None:
            for _, version in book.area_versions:
                for text in memberships(version, test.visitor)[1]:
                    found.setdefault(text, set()).add(id(test))
    return {text: frozenset(tests) for text, tests in found.items()}
