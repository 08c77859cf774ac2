"""What is wrong with a sound book today, or beside the notices that there are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from gate.documents import suggest, with_sources
from gate.documents.scalars import quoted
from gate.model import Diagnostic, Mark, Severity
from gate.rules.succession import handovers
from gate.rules.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gate.model import Area, Exemption, Rule, RuleBook, UnknownPlaces

_DAY = 86_400  # seconds
SOON = 30  # days before an end from which it is announced
STALE = 180  # days after which an area wants another look, if nothing else is said


def lint(
    book: RuleBook,
    *,
    notices: Collection[str],
    now: int,
    complete: bool = True,
    review_days: int = STALE,
) -> list[Diagnostic]:
    """Find what a book means to say and does not.

    Args:
        book: The rule book.
        notices: Ids of the notices that exist.
        now: Unix seconds.
        complete: Every notice could be read; if not, none is said to be missing.
        review_days: Age of what is known of an area from which it is said to be old.

    Returns:
        Findings, sorted: R031 unknown notice (error); R008 an unfinished text, R017 an
        area's knowledge is old, R018 an area that nothing uses, R022 expired, R023
        ends soon, R025 one version takes over too late or too early, R049 no promise,
        R056 no test (warnings).
    """
    spans: list[Rule | Exemption] = [*book.rules, *book.exemptions]
    found = [
        *(_unknown_notices(book, notices) if complete else ()),
        *_unused_areas(book),
        *_unproved(book),
        *unfinished(book),
        *handovers(book),
        *(d for area in book.areas.values() for d in _stale(area, now, review_days)),
        *(d for item in spans for d in _ending(item, now)),
    ]
    return with_sources(sorted(found, key=lambda finding: finding.sort_key))


def _warning(
    code: str, message: str, mark: Mark, hint: str, subject: str = ""
) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        mark=mark,
        hint=hint,
        severity=Severity.WARNING,
        subject=subject,
    )


def _unknown_notices(book: RuleBook, notices: Collection[str]) -> Iterator[Diagnostic]:
    asking: list[tuple[str, Rule | UnknownPlaces]] = [
        *((rule.id, rule) for rule in book.rules),
        ("unknown", book.unknown),
    ]
    for subject, item in asking:
        if item.notice and item.notice not in notices:
            hint = suggest(item.notice, notices).strip() or "Write one below notices/."
            yield Diagnostic(
                code="R031",
                message=f"There is no notice {quoted(item.notice)}.",
                mark=item.notice_mark or item.mark,
                hint=hint,
                subject=subject,
            )


def _unused_areas(book: RuleBook) -> Iterator[Diagnostic]:
    used = {
        area
        for when in book.whens_and_scopes
        for area in (*(when.areas or ()), *(when.outside_areas or ()))
    }
    for area in book.areas.values():
        if area.id not in used:
            message = f"No rule asks for the area {quoted(area.id)}."
            hint = "Use it in a rule, or remove it."
            yield _warning("R018", message, area.mark, hint, area.id)


def _unproved(book: RuleBook) -> Iterator[Diagnostic]:
    mark = Mark(file=book.unknown.mark.file)
    if not book.promises:
        message = "The book makes no promise; nothing is proved."
        hint = "Write promises: what must hold for every reader, whatever changes."
        yield _warning("R049", message, mark, hint)
    if not book.tests:
        hint = "Write tests: a place, a path, a moment, and what must follow."
        yield _warning("R056", "The book has no test.", mark, hint)


def _stale(area: Area, now: int, review_days: int) -> Iterator[Diagnostic]:
    """Find a version in force that nobody has looked at for long.

    A version that bears no date says that it needs no review, as whole countries do.
    """
    version = area.version_at(now)
    today = datetime.fromtimestamp(now, UTC).date()
    known = None if version is None else version.known_on(today.isoformat())
    if version is None or known is None:
        return
    age = (today - date.fromisoformat(known)).days
    if age < 0:
        message = f"What is known of {quoted(area.id)} bears the day {known}, to come."
        hint = "Write the day on which somebody looked at the sources."
        yield Diagnostic(
            code="R017",
            message=message,
            mark=version.mark,
            hint=hint,
            subject=area.id,
        )
    if age > review_days:
        message = f"What is known of {quoted(area.id)} is {age} days old."
        hint = (
            "Look at its sources again. If nothing has changed, add a line to reviews; "
            "else add a version, or correct this one and its as_of."
        )
        yield _warning("R017", message, version.mark, hint, area.id)


def _ending(item: Rule | Exemption, now: int) -> Iterator[Diagnostic]:
    until = item.effective.until
    if until is None:
        return
    if until <= now:
        message = f"{quoted(item.id)} has expired; it does nothing any more."
        hint = "Remove it, or give it a new end."
        yield _warning("R022", message, item.mark, hint, item.id)
    elif until <= now + SOON * _DAY:
        days = (until - now) // _DAY
        message = f"{quoted(item.id)} ends in {days} days."
        hint = "Decide what holds afterwards."
        yield _warning("R023", message, item.mark, hint, item.id)
