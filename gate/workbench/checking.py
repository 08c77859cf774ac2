"""Everything that can be known to be wrong before a reader comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.config import check_agreement, read_config, rules_folder
from gate.documents import with_sources
from gate.engine.looks import check_look, check_pages, site_look
from gate.engine.preparation import Prepared, ensure_folder
from gate.engine.snapshot import look_of
from gate.errors import DatabaseError, DatabaseMissingError, FindingsError
from gate.model import Severity
from gate.notices import aged, load_notices
from gate.places.anonymous import read_database, read_tor_exits
from gate.places.areas import membership
from gate.places.database import Database
from gate.places.plain import open_plain
from gate.rules import lint, load_book
from gate.rules.judging import failed_tests, judge, weakened
from gate.rules.lint import STALE
from gate.rules.testing import run_tests
from gate.workbench.explainer import check_explainer
from gate.workbench.telling import undecided

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.config import Config
    from gate.documents.reader import Loc
    from gate.model import Action, Diagnostic, Notice, RuleBook
    from gate.places.index import Index
    from gate.rules.testing import TestResult

PROMISE_CODES = frozenset({"R043", "R048", "E118"})
"""Findings that say that a promise is broken, or not made at all."""

TEST_CODE = "R055"
"""Finding that says that a test of the book fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What came of checking everything.

    Attributes:
        findings: All problems, sorted by place.
        config: The configuration; None if it has an error.
        book: The rule book; None if it has an error.
        index: What promises were proved over; None if they were not.
        found_book: Whether the folder of the rule book is known.
    """

    findings: tuple[Diagnostic, ...]
    config: Config | None = None
    book: RuleBook | None = None
    index: Index | None = None
    found_book: bool = True

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
    folder = config.rules.folder if config else rules_folder(path, environ)
    if folder is None:
        return CheckReport(findings=findings, found_book=False)
    book, of_book = load_book(folder)
    notices, of_notices = load_notices(folder / "notices")
    found = [*findings, *of_book, *of_notices, *aged(notices, now)]
    broken = any(finding.severity is Severity.ERROR for finding in of_notices)
    known = None if broken else notices
    index = None
    if book and config:
        index, more = _judged(config, book, known, now)
        found += more
    elif book:
        found += _unproved(book, {}, known, now)
    if config and known:
        found += _looks(config, known, index)
    ordered = sorted(with_sources(found), key=lambda finding: finding.sort_key)
    return CheckReport(findings=tuple(ordered), config=config, book=book, index=index)


def _judged(
    config: Config, book: RuleBook, notices: Mapping[str, Notice] | None, now: int
) -> tuple[Index | None, list[Diagnostic]]:
    """Judge a book as start-up does; without a database, as far as that goes."""
    pins = {n: a for n, a in pins_of(config).items() if n in _promised(book)}
    days = config.rules.review_days
    found = check_agreement(config, book)
    index, problems = _index(config, book)
    if index is None:
        return None, [*found, *problems, *_unproved(book, pins, notices, now, days)]
    found += judge(
        book,
        classes=index.classes,
        membership=membership,
        pinned=pins,
        notices=notices,
        now=now,
        review_days=days,
    )
    found += undecided(book, index.databases)
    return index, [*found, *check_explainer(config, book, index, now)]


def _looks(
    config: Config, notices: Mapping[str, Notice], index: Index | None
) -> list[Diagnostic]:
    """Judge how pages look, as they are served where that can be known."""
    look = look_of(config, index) if index else site_look(config)
    return [*check_look(config), *check_pages(config, notices, look)]


def _unproved(
    book: RuleBook,
    pins: Mapping[str, Action],
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


def _promised(book: RuleBook) -> set[str]:
    return {promise.id for promise in book.promises}


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
    missing = tuple(_missing(config))
    if missing:
        return None, missing
    try:
        return index_for(config, book), ()
    except DatabaseError as error:
        return None, (_blamed(config, error),)


def _blamed(config: Config, error: DatabaseError) -> Diagnostic:
    """Return the finding about the database that is to blame; all, if none is."""
    for path, loc in _named(config):
        try:
            _opened(config, path)
        except DatabaseError as own:
            return config.document.finding(
                own.code, f"{path}: {own}", loc, hint=own.hint
            )
    return config.document.finding(
        error.code, str(error), ("geo", "databases"), hint=error.hint
    )


def _opened(config: Config, path: Path) -> None:
    """Open a file as what the configuration says that it is.

    Raises:
        DatabaseError: It is not that.
    """
    if path == config.geo.tor_exits:
        read_tor_exits(path)
    elif path == config.geo.anonymous:
        read_database(path)
    else:
        Database(path).close()


def _missing(config: Config) -> Iterator[Diagnostic]:
    """Find each database that cannot be opened, by its own name."""
    for path, loc in _named(config):
        try:
            open_plain(path).close()
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            yield config.document.finding(
                DatabaseMissingError.code,
                f"{path}: {reason.removesuffix(' or directory')}.",
                loc,
                hint=DatabaseMissingError.remedy
                if "databases" in loc
                else "Correct the path, or leave the key out.",
            )


def _named(config: Config) -> Iterator[tuple[Path, Loc]]:
    """Yield each file about places that the configuration names, and where."""
    for number, path in enumerate(config.geo.databases):
        yield path, ("geo", "databases", number)
    for key in ("anonymous", "tor_exits"):
        path = getattr(config.geo, key)
        if path is not None:
            yield path, ("geo", key)


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
