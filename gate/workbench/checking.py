"""Everything that can be known to be wrong before a reader comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.config import check_agreement, read_config
from gate.engine.preparation import Prepared, ensure_folder
from gate.errors import DatabaseError, FindingsError
from gate.model import Severity
from gate.notices import load_notices
from gate.places.areas import membership
from gate.rules import lint, load_book
from gate.rules.judging import weakened
from gate.rules.proof import prove
from gate.rules.testing import run_tests

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gate.config import Config
    from gate.model import Action, Diagnostic, RuleBook
    from gate.places.index import Index
    from gate.rules.testing import TestResult

PROMISE_CODES = frozenset({"R043", "R048"})
"""Findings that say that a promise is broken, or not made at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What came of checking everything.

    Attributes:
        findings: All problems, sorted by place.
        config: The configuration; None if it has an error.
        book: The rule book; None if it has an error.
        index: What promises were proved over; None if they were not.
    """

    findings: tuple[Diagnostic, ...]
    config: Config | None = None
    book: RuleBook | None = None
    index: Index | None = None

    def has(self, severity: Severity) -> bool:
        """Say whether a finding is of that severity."""
        return any(finding.severity is severity for finding in self.findings)

    @property
    def breaks_promise(self) -> bool:
        return any(
            finding.code in PROMISE_CODES and finding.severity is Severity.ERROR
            for finding in self.findings
        )


def check_everything(path: Path, environ: Mapping[str, str], now: int) -> CheckReport:
    """Check configuration, rule book, notices and databases, and prove the promises.

    Args:
        path: config.yaml.
        environ: Environment variables.
        now: Unix seconds, for what has expired.

    Raises:
        ConfigMissingError: There is no configuration.
        StateFolderError: The state folder cannot be used.
    """
    config, findings = read_config(path, environ)
    if config is None:
        return CheckReport(findings=findings)
    book, of_book = load_book(config.rules.folder)
    notices, of_notices = load_notices(config.rules.folder / "notices")
    found = [*findings, *of_book, *of_notices]
    index = None
    if book is not None:
        found += check_agreement(config, book)
        found += lint(book, notices=notices, now=now)
        found += weakened(book, pins_of(config))
        index, problems = _index(config, book)
        found += problems
        found += prove(book, index.classes) if index else []
    ordered = tuple(sorted(found, key=lambda finding: finding.sort_key))
    return CheckReport(findings=ordered, config=config, book=book, index=index)


def pins_of(config: Config) -> dict[str, Action]:
    """Return the pinned promises with the least action of each."""
    return {name: config.rules.pin(name) for name in config.rules.pinned}


def index_for(config: Config, book: RuleBook) -> Index:
    """Return the index of the configured databases, built if there is none.

    Raises:
        DatabaseError: A database cannot be used.
        StateFolderError: The state folder cannot be used.
    """
    ensure_folder(config.state)
    return Prepared.of(config, book).ensured_index(book)


def _index(
    config: Config, book: RuleBook
) -> tuple[Index | None, tuple[Diagnostic, ...]]:
    try:
        return index_for(config, book), ()
    except DatabaseError as error:
        finding = config.document.finding(
            error.code, str(error), ("geo", "databases"), hint=error.hint
        )
        return None, (finding,)


def run_book_tests(path: Path, environ: Mapping[str, str]) -> list[TestResult]:
    """Run the tests that the rule book holds.

    Raises:
        ConfigMissingError: There is no configuration.
        FindingsError: Configuration or rule book has an error.
    """
    config, findings = read_config(path, environ)
    book, of_book = load_book(config.rules.folder) if config else (None, findings)
    if book is None:
        raise FindingsError([f for f in of_book if f.severity is Severity.ERROR])
    return run_tests(book, membership)
