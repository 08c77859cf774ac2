"""Everything that can be known to be wrong before a reader comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate.config import check_agreement, pinned_at, read_config, rules_folder
from gate.documents import with_sources
from gate.engine.looks import check_look, check_pages, site_look
from gate.engine.preparation import Prepared, ensure_folder
from gate.engine.snapshot import look_of
from gate.errors import DatabaseError
from gate.model import Severity
from gate.notices import aged, load_notices
from gate.places.areas import membership
from gate.rules import lint, load_book
from gate.rules.judging import failed_tests, judge, weakened
from gate.rules.lint import STALE
from gate.rules.proving.remarks import doubts, remarks
from gate.rules.testing.weak_tests import test_findings
from gate.rules.unvisited import unvisited
from gate.workbench.addresses import amounts, examples_of
from gate.workbench.database_findings import blame_database, missing_databases
from gate.workbench.explainer import check_explainer
from gate.workbench.glossary import code_table
from gate.workbench.settlement_findings import check_settlements
from gate.workbench.shape_findings import check_shapes
from gate.workbench.sources import asked_in, unformatted, yaml_files
from gate.workbench.suppressing import Looked, sift
from gate.workbench.telling import undecided

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from gate.config import Config
    from gate.model import Diagnostic, Notice, Pin, RuleBook
    from gate.places.index import Index
    from gate.workbench.suppressing import Suppressed

PROMISE_CODES = frozenset({"R043", "R048", "E118"})
"""Findings that say that a promise is broken, or not made at all."""

TEST_CODE = "R055"
"""Finding that says that a test of the book fails."""

OF_OTHERS = frozenset({"R052", "R090", "R091", "R092"})
"""Codes of gate test and gate diff: a comment about one is no mistake here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What came of checking everything.

    Attributes:
        findings: All problems, sorted by place.
        config: The configuration; None if it has an error.
        book: The rule book; None if it has an error.
        index: What promises were proved over; None if they were not.
        found_book: Whether the folder of the rule book is known.
        suppressed: Warnings and notes that comments ask to leave out.
    """

    findings: tuple[Diagnostic, ...]
    config: Config | None = None
    book: RuleBook | None = None
    index: Index | None = None
    found_book: bool = True
    suppressed: tuple[Suppressed, ...] = ()

    def has(self, severity: Severity) -> bool:
        """Say whether a finding is of that severity."""
        return any(finding.severity is severity for finding in self.findings)

    @property
    def breaks_promise(self) -> bool:
        return not PROMISE_CODES.isdisjoint(self._errors())

    @property
    def only_fails_tests(self) -> bool:
        return set(self._errors()) == {TEST_CODE}

    @property
    def failed_tests(self) -> int:
        return self._errors().count(TEST_CODE)

    def _errors(self) -> list[str]:
        return [f.code for f in self.findings if f.severity is Severity.ERROR]


def check_everything(
    path: Path,
    environ: Mapping[str, str],
    now: int,
    *,
    traffic: Collection[str] | None = None,
) -> CheckReport:
    """Check configuration, rule book, notices and databases, and prove the promises.

    Args:
        path: config.yaml.
        environ: Environment variables.
        now: Unix seconds, for what has expired.
        traffic: Canonical paths that readers asked for; None if that is not known.

    Raises:
        ConfigMissingError: There is no configuration.
        StateFolderError: The state folder cannot be used.
    """
    report = _whole_report(path, environ, now, traffic)
    folder = _folder_of(report.config, path, environ)
    sifted = sift(
        report.findings,
        asked_in([path, *(yaml_files(folder) if folder else ())]),
        now=now,
        looked=_looked(report, traffic),
    )
    ordered = sorted(sifted.findings, key=lambda finding: finding.sort_key)
    return replace(report, findings=tuple(ordered), suppressed=sifted.suppressed)


def _whole_report(
    path: Path,
    environ: Mapping[str, str],
    now: int,
    traffic: Collection[str] | None,
) -> CheckReport:
    """Return everything that is wrong, whatever comments ask for."""
    config, findings = read_config(path, environ)
    folder = _folder_of(config, path, environ)
    if folder is None:
        return CheckReport(findings=findings, found_book=False)
    book, of_book = load_book(folder)
    notices, of_notices = load_notices(folder / "notices")
    found = [*findings, *of_book, *of_notices, *aged(notices, now)]
    known = None if any(map(_is_error, of_notices)) else notices
    found += [*check_shapes(book), *check_settlements(book)] if book else []
    index = None
    if book and not any(f.code == "R019" and _is_error(f) for f in found):
        index, more = _meant(config, book, known, now)
        found += [*more, *test_findings(book, membership)]
        found += unvisited(book, traffic) if traffic is not None else []
    if config and known:
        found += _looks(config, known, index)
    wrong = {finding.mark.file for finding in found if _is_error(finding)}
    files = [path for path in yaml_files(folder) if path.as_posix() not in wrong]
    found += unformatted(files)
    ordered = sorted(with_sources(found), key=lambda finding: finding.sort_key)
    return CheckReport(findings=tuple(ordered), config=config, book=book, index=index)


def _meant(
    config: Config | None,
    book: RuleBook,
    notices: Mapping[str, Notice] | None,
    now: int,
) -> tuple[Index | None, list[Diagnostic]]:
    """Find what is wrong with what a book means, as far as that can be known."""
    if config:
        return _judged(config, book, notices, now)
    return None, _unproved(book, {}, notices, now)


def _is_error(finding: Diagnostic) -> bool:
    return finding.severity is Severity.ERROR


def _folder_of(
    config: Config | None, path: Path, environ: Mapping[str, str]
) -> Path | None:
    return config.rules.folder if config else rules_folder(path, environ)


def _looked(report: CheckReport, traffic: Collection[str] | None) -> Looked:
    """Return what the check may find, and what it did not look for this time."""
    severities = {code: about.severities for code, about in code_table().items()}
    stopped = report.index is None or report.has(Severity.ERROR)
    missed = set(severities) if stopped else set(OF_OTHERS)
    return Looked(
        severities=severities,
        missed=missed if traffic is not None else missed | {"R038"},
    )


def _judged(
    config: Config, book: RuleBook, notices: Mapping[str, Notice] | None, now: int
) -> tuple[Index | None, list[Diagnostic]]:
    """Judge a book as start-up does; without a database, as far as that goes."""
    promised = {promise.id for promise in book.promises}
    pins = {name: p for name, p in config.rules.pins.items() if name in promised}
    days = config.rules.review_days
    found = check_agreement(config, book)
    index, problems = _index(config, book)
    if index is None:
        return None, [*found, *problems, *_unproved(book, pins, notices, now, days)]
    address_of = examples_of(index)
    found += judge(
        book,
        classes=index.classes,
        address_of=address_of,
        membership=membership,
        pinned=pins,
        pinned_at=pinned_at(config),
        notices=notices,
        now=now,
        review_days=days,
    )
    found += undecided(book, index.databases)
    if not any(finding.code == "R047" for finding in found):
        found += remarks(book, index.classes, now=now, address_of=address_of)
        found += doubts(book, index.classes, amounts(index), now=now)
    return index, [*found, *check_explainer(config, book, index, now)]


def _looks(
    config: Config, notices: Mapping[str, Notice], index: Index | None
) -> list[Diagnostic]:
    """Judge how pages look, as they are served where that can be known."""
    look = look_of(config, index) if index else site_look(config)
    return [*check_look(config), *check_pages(config, notices, look)]


def _unproved(
    book: RuleBook,
    pins: Mapping[str, Pin],
    notices: Mapping[str, Notice] | None,
    now: int,
    review_days: int = STALE,
) -> list[Diagnostic]:
    """Find what is wrong with a book wherever visitors may be."""
    return [
        *lint(
            book,
            notices=notices or (),
            now=now,
            complete=notices is not None,
            review_days=review_days,
        ),
        *failed_tests(book, membership),
        *weakened(book, pins),
    ]


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
    missing = tuple(missing_databases(config))
    if missing:
        return None, missing
    try:
        return index_for(config, book), ()
    except DatabaseError as error:
        return None, (blame_database(config, error),)
