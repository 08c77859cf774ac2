"""The tests of the configured rule book, its mutants, and what its tests exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate.config import read_config
from gate.documents import load
from gate.documents.suppression import suppressions
from gate.errors import DatabaseError, FindingsError
from gate.model import Diagnostic, Severity
from gate.places.areas import membership
from gate.rules import load_book
from gate.rules.marking import Lines
from gate.rules.mutating.survival import Fate, judge_mutants
from gate.rules.testing.coverage import coverage
from gate.rules.testing.trial import run_tests
from gate.workbench.checking import index_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gate.config import Config
    from gate.documents.suppression import Suppression
    from gate.model import LocationClass, RuleBook
    from gate.rules.mutating.survival import Verdict
    from gate.rules.testing.coverage import ItemCoverage
    from gate.rules.testing.trial import TestResult

CODE = "R052"
"""Finding that says that a mutant survives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedBook:
    """The configured rule book.

    Attributes:
        book: The rule book.
        config: The configuration.
    """

    __test__ = False  # pytest would take it for a test because of its name

    book: RuleBook
    config: Config

    def run(self) -> list[TestResult]:
        """Run the tests of the book, in its order."""
        return run_tests(self.book, membership)

    def classes(self) -> Sequence[LocationClass]:
        """Return every class of places of the databases; none if they are unusable."""
        try:
            return index_for(self.config, self.book).classes
        except DatabaseError:
            return ()

    def judge_mutants(
        self, classes: Sequence[LocationClass], only: str = ""
    ) -> list[Verdict]:
        """Hold tests and promises against every mutant of the book.

        Args:
            classes: Every class of places of the databases.
            only: Text that the id of what is changed must hold.

        Raises:
            PatternsMultiplyError: The patterns combine in too many ways.
        """
        return list(judge_mutants(self.book, membership, classes, only=only))

    def coverage(self) -> list[ItemCoverage]:
        """Return what the tests exercise of each rule and exemption."""
        return coverage(self.book, membership, Lines())


def open_tested(path: Path, environ: Mapping[str, str]) -> TestedBook:
    """Read the configuration and its rule book.

    Raises:
        ConfigMissingError: There is no configuration.
        FindingsError: Configuration or rule book has an error.
    """
    config, findings = read_config(path, environ)
    book, of_book = load_book(config.rules.folder) if config else (None, findings)
    if config is None or book is None:
        raise FindingsError([f for f in of_book if f.severity is Severity.ERROR])
    return TestedBook(book=book, config=config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A mutant that nothing notices.

    Attributes:
        verdict: What became of it.
        finding: What there is to say of it (R052).
        because: Why a comment says that it may live; "" if none does.
    """

    verdict: Verdict
    finding: Diagnostic
    because: str = ""


def survivors(verdicts: Iterable[Verdict], now: int) -> list[Survivor]:
    """Return every mutant that nothing notices, and whether a comment explains it.

    Args:
        verdicts: What became of each mutant.
        now: Unix seconds, for comments that hold only until a day.
    """
    comments: dict[str, list[Suppression]] = {}
    found = []
    for verdict in verdicts:
        if verdict.fate in {Fate.SURVIVED, Fate.UNSEEN}:
            mark = verdict.mutant.mark
            if mark.file not in comments:
                comments[mark.file] = suppressions(load(Path(mark.file)))
            own = (c for c in comments[mark.file] if _explains(c, mark.line, now))
            because = next((comment.because for comment in own), "")
            one = Survivor(verdict=verdict, finding=_finding(verdict), because=because)
            found.append(one)
    return found


def _explains(comment: Suppression, line: int, now: int) -> bool:
    """Say whether a comment lets a mutant of a line live; a broken one does not."""
    return bool(
        CODE in comment.codes
        and line in comment.lines
        and comment.until
        and comment.because
        and not comment.problem
        and not comment.has_ended(now)
    )


def _finding(verdict: Verdict) -> Diagnostic:
    mutant = verdict.mutant
    return Diagnostic(
        code=CODE,
        message=f"No test and no promise notices {mutant.told}.",
        hint=_hint(verdict),
        mark=mutant.mark,
        severity=Severity.WARNING,
        subject=mutant.subject,
    )


def _hint(verdict: Verdict) -> str:
    if verdict.fate is Fate.UNSEEN:
        return (
            "No place that was tried is decided otherwise, so that the line may not be "
            "needed; or describe a place in a test that needs it."
        )
    if verdict.test is None:
        return f"{verdict.told} No place is known that a test could name."
    return verdict.told
