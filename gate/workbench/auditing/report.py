"""What a log says, for people: the verdict, the answers, what limits them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from gate.audit.engines import open_engine
from gate.errors import BadDayError, NothingSealedError
from gate.workbench.auditing.headers import period_headers, read_headers
from gate.workbench.auditing.replaying import told
from gate.workbench.auditing.verdict import judge, of_import
from gate.workbench.auditing.verification import IMPORTED, Verification, verify_all
from gate.workbench.importing.dataset import is_import

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.audit.header import Header
    from gate.config import Config
    from gate.workbench.auditing.promises import Kept
    from gate.workbench.auditing.verdict import Verdict

LIMITS = (
    "It counts decisions, not readers: one reader who opens ten articles is ten.",
    "It proves what the gate answered, not what anybody saw or understood.",
    (
        "A place is what a database says of an address: a reader behind a VPN, or in a "
        "wrong database, is counted where the database puts them."
    ),
    (
        "It proves that nothing was changed after it was sealed, not that everything "
        "was recorded: gate audit reconcile compares with an independent count."
    ),
    (
        "Whoever holds the signing key can write anything before a checkpoint is "
        "published: keep a copy of checkpoints elsewhere."
    ),
)
"""What a log cannot prove."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is asked about.

    Attributes:
        folders: Of the logs.
        engine: Name of the engine.
        since: First day, "YYYY-MM-DD"; "" for the first there is.
        until: Last day; "" for the last there is.
    """

    folders: tuple[Path, ...]
    engine: str = "duckdb"
    since: str = ""
    until: str = ""

    def check(self) -> None:
        """Find days that are none.

        Raises:
            BadDayError: One is.
        """
        for option, day in (("--since", self.since), ("--until", self.until)):
            if day:
                _check_day(option, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a log says.

    Attributes:
        scope: What was asked about.
        made: Day on which the report was made (UTC).
        sites: Names of the logs.
        first: First sealed day; "" if there is none.
        last: Last sealed day.
        sealed: Every sealed day that was asked about.
        verdict: What is to be said first.
        verification: Whether somebody looked if the log was changed; one sentence.
        verified: Whether that went well.
        settings: Mode, cache, ... -> each value with its days.
        answers: By the name of the question.
        promises: What the rule book promises and what happened; None if no book was
            given.
    """

    scope: Scope
    made: date
    sites: tuple[str, ...]
    first: str
    last: str
    sealed: tuple[str, ...]
    verdict: Verdict
    verification: str
    verified: bool
    settings: Mapping[str, Mapping[str, int]]
    answers: Mapping[str, list[dict[str, Any]]]
    promises: tuple[Kept, ...] | None = None

    def plain(self) -> dict[str, Any]:
        """Return everything as values of JSON."""
        return {
            "engine": self.scope.engine,
            "since": self.scope.since,
            "until": self.scope.until,
            "made": self.made.isoformat(),
            "sites": list(self.sites),
            "first": self.first,
            "last": self.last,
            **asdict(self.verdict),
            "verification": self.verification,
            "verified": self.verified,
            "settings": self.settings,
            "answers": self.answers,
            "promises": [one.plain() for one in self.promises or ()],
            "limits": LIMITS,
        }


def make_report(
    scope: Scope,
    today: date,
    *,
    rules: Path | None = None,
    config: Config | None = None,
    vkey: str = "",
) -> Report:
    """Ask every question and judge the answers.

    Args:
        scope: What is asked about.
        today: The day (UTC), by which yesterday's seal is due the day after.
        rules: Folder of a rule book, whose promises are held against the rows.
        config: The configuration that counted, if it is at hand.
        vkey: Key that the log is verified with.

    Raises:
        AskingError: A log or an engine cannot be read.
    """
    scope.check()
    headers = read_headers(scope.folders)
    days = period_headers(headers, scope.since, scope.until)
    answers = answer_all(scope)
    due = None if scope.until else today - timedelta(2)
    verification = verify_all(scope.folders, vkey, today)
    promises = _promises(scope, rules, config) if days and rules else None
    verdict = judge(
        headers, days, answers, due, (*verification.wrong, *_broken(promises or ()))
    )
    if not (headers or verification.wrong) and all(map(is_import, scope.folders)):
        verdict = of_import(answers)
        verification = Verification(verified=False, told=IMPORTED)
    return Report(
        scope=scope,
        made=today,
        sites=tuple(sorted({header.site for header in headers})),
        first=min((header.period for header in days), default=""),
        last=max((header.period for header in days), default=""),
        sealed=tuple(sorted({header.period for header in days})),
        verdict=verdict,
        verification=verification.told,
        verified=verification.verified,
        settings=_settings(days),
        answers=answers,
        promises=promises,
    )


def answer_all(scope: Scope) -> dict[str, list[dict[str, Any]]]:
    """Return the answers to all questions, by name.

    Raises:
        AskingError: The engine cannot start, or not answer.
    """
    with open_engine(scope.engine, scope.folders) as engine:
        from gate.audit.questions import (  # noqa: PLC0415 - needs ibis, looked for above
            QUESTIONS,
            within,
        )

        counts = within(engine.counts, scope.since, scope.until)
        return {
            name: engine.answer(question.ask(counts))
            for name, question in QUESTIONS.items()
        }


def _promises(
    scope: Scope, rules: Path, config: Config | None
) -> tuple[Kept, ...] | None:
    """Return how the promises of a book fared; None if there are no rows to ask."""
    from gate.workbench.auditing.alike import Logs  # noqa: PLC0415 - heavy
    from gate.workbench.auditing.promises import (  # noqa: PLC0415 - heavy
        promises_of_logs,
    )

    logs = Logs(folders=scope.folders, since=scope.since, until=scope.until)
    try:
        return promises_of_logs(logs, rules, config)
    except NothingSealedError:  # the headers are there, and the rows were dropped
        return None


def _broken(promises: Sequence[Kept]) -> tuple[str, ...]:
    return tuple(
        f"{told(one.broken)} decisions broke the promise {one.promise} ({one.asked})."
        for one in promises
        if one.broken
    )


def _settings(days: Sequence[Header]) -> dict[str, dict[str, int]]:
    """Return how many sealed days each value of each setting held."""
    found: dict[str, dict[str, int]] = {}
    for header in days:
        told = {**header.settings, "least": str(header.least)}
        for key, value in told.items():
            values = found.setdefault(key, {})
            values[str(value)] = values.get(str(value), 0) + 1
    return found


def _check_day(option: str, day: str) -> None:
    try:
        sound = date.fromisoformat(day).isoformat() == day
    except ValueError as error:
        raise BadDayError(option, day) from error
    if not sound:
        raise BadDayError(option, day)
