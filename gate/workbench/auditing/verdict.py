"""Whether anything in a log is wrong, in words: what is wrong first, what limits after.

Only headers and sums are looked at here; whether somebody changed the log is what
`gate audit verify` finds out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from gate.documents.percent import per_cent
from gate.workbench.auditing.advice import advice
from gate.workbench.auditing.headers import FEW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.audit.header import Header

MET: Final = "covered", "blocked", "degraded"
"""Parts of a total that met what the rule book asked for."""

UNMET: Final = "served_without_notice", "observed"
"""Parts that did not, though it asked for something."""

NOT_OWED: Final = "exempt", "passed", "passed_because"
"""Parts that owed nothing."""

SHOWN_DAYS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said before any table.

    Attributes:
        headline: In one sentence, whether anything is wrong.
        wrong: What is wrong, the worst first; empty if nothing is.
        notes: What the reader of the report has to know.
        advice: What to do, if readers were served without the notice; else "".
    """

    headline: str
    wrong: tuple[str, ...]
    notes: tuple[str, ...]
    advice: str = ""


def judge(
    headers: Sequence[Header],
    days: Sequence[Header],
    answers: Mapping[str, list[dict[str, Any]]],
    due: date | None,
    first: Sequence[str] = (),
) -> Verdict:
    """Return the verdict.

    Args:
        headers: Of all segments.
        days: Of the sealed days that are asked about.
        answers: By the name of the question.
        due: Last day that has to be sealed by now; None if that is not asked.
        first: What else is wrong; it is said first.
    """
    wrong = (*first, *_wrong(headers, days, answers, due))
    notes = tuple(_notes(headers, days, answers))
    return Verdict(
        headline=_headline(days, answers, wrong),
        wrong=wrong,
        notes=notes,
        advice=advice(days, answers["violations"]),
    )


def of_import(answers: Mapping[str, list[dict[str, Any]]]) -> Verdict:
    """Return what is to be said of rows of `gate audit import`, without headers."""
    total = answers["total"][0]["total"] or 0
    note = (
        "Nothing counts as owed here, since nobody was asked to give it. What the rule "
        "book would have asked for stands in the column action: gate audit query."
    )
    return Verdict(
        headline=f"Imported from access logs: {total:,} decisions, none of which was "
        "enforced or sealed.",
        wrong=(),
        notes=(note,),
    )


def owed(parts: Mapping[str, Any]) -> int:
    """Return how many decisions of a group owed the reader something."""
    return sum(int(parts[name]) for name in (*MET, *UNMET))


def met(parts: Mapping[str, Any]) -> int:
    """Return how many of them were met."""
    return sum(int(parts[name]) for name in MET)


def share(part: int, whole: int) -> str:
    """Return a share in per cent; "none" of nothing."""
    return per_cent(part, whole) if whole else "none"


def _headline(
    days: Sequence[Header],
    answers: Mapping[str, list[dict[str, Any]]],
    wrong: Sequence[str],
) -> str:
    if wrong:
        others = len(wrong) - 1
        more = f", and {_count(others, 'more finding')}" if others else ""
        return f"Something is wrong: {wrong[0].rstrip('.')}{more}."
    whole = answers["total"][0]
    if not days:
        return "Nothing is sealed for these days, and so nothing can be said."
    total, due = whole["total"] or 0, owed(whole)
    told = f"Nothing wrong is recorded: {total:,} decisions on {many_days(days)}"
    if not due:
        return f"{told}, none of which owed a reader anything."
    return f"{told}, and all {due:,} that owed the reader a notice gave it."


def many_days(days: Sequence[Header]) -> str:
    """Return how many days are sealed, with the word."""
    count = len({header.period for header in days})
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def _wrong(
    headers: Sequence[Header],
    days: Sequence[Header],
    answers: Mapping[str, list[dict[str, Any]]],
    due: date | None,
) -> Iterator[str]:
    if found := _amount(days, "violations"):
        yield f"{found} served without the notice that was owed."
    if found := _amount(days, "gaps"):
        yield f"{found} not counted in a row that tells what they were."
    yield from _missing(days)
    yield from _unsealed(headers, due)
    yield from _short(days)
    yield from _disagreeing(headers, days, answers["segments"])
    observed = answers["total"][0]["observed"]
    if observed:
        yield (
            f"{observed:,} decisions owed a notice and did not give it, because the "
            "gate only watched (mode: observe)."
        )


def _amount(days: Sequence[Header], field: str) -> str:
    """Return what headers say of `violations` or `gaps`, with the days; "" for none."""
    found = [header for header in days if getattr(header, field)]
    if not found:
        return ""
    exact = sum(n for header in found if (n := getattr(header, field)) != FEW)
    few = [header.least for header in found if getattr(header, field) == FEW]
    parts = [f"{exact:,} decisions"] if exact else []
    parts += (
        [f"fewer than {max(few)} a day on {_count(len(few), 'day')}"] if few else []
    )
    when = _days(sorted({header.period for header in found}))
    return f"{' and '.join(parts)} ({when}) were"


def _missing(days: Sequence[Header]) -> Iterator[str]:
    by_site = defaultdict(set)
    for header in days:
        by_site[header.site].add(header.period)
    for site, sealed in sorted(by_site.items()):
        first, last = (date.fromisoformat(day) for day in (min(sealed), max(sealed)))
        every = (first + timedelta(n) for n in range((last - first).days))
        lost = [day.isoformat() for day in every if day.isoformat() not in sealed]
        if lost:
            yield f"{_count(len(lost), 'day')} of {site} not sealed ({_days(lost)})."


def _unsealed(headers: Sequence[Header], due: date | None) -> Iterator[str]:
    last: dict[str, str] = {}
    for header in headers:
        last[header.site] = max(last.get(header.site, ""), header.period)
    for site, day in sorted(last.items()):
        if due is not None and day and date.fromisoformat(day) < due:
            behind = (due - date.fromisoformat(day)).days
            yield (
                f"{_count(behind, 'day')} of {site} up to {due} "
                f"{'is' if behind == 1 else 'are'} not sealed, or not in this copy "
                f"(the last one is {day})."
            )


def _short(days: Sequence[Header]) -> Iterator[str]:
    """Name newest days that lack what a process still held when they were sealed."""
    newest = {header.site: header for header in sorted(days, key=lambda h: h.period)}
    for site, header in sorted(newest.items()):
        if tables := header.settings.get("in_use"):
            yield (
                f"{header.period} of {site} was sealed while {tables} tables were "
                "still counted into; what they hold comes with the next day. If it "
                "does not, begin the gate's workers again."
            )


def _disagreeing(
    headers: Sequence[Header],
    days: Sequence[Header],
    segments: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    """Compare headers with the rows that are there; pruned rows may be gone."""
    known = {(row["site"], row["segment"]): (row["rows"], row["n"]) for row in segments}
    pruned = _pruned(headers)
    told = {(h.site, h.segment): (h.rows, h.total) for h in days}
    for key, says in sorted(told.items()):
        found = known.pop(key, (0, 0))
        if found != says and not (key in pruned and found == (0, 0)):
            yield (
                f"Segment {key[1]} of {key[0]} holds {found[0]:,} rows with "
                f"{found[1]:,} decisions; its header says {says[0]:,} and {says[1]:,}."
            )
    for (site, segment), (_, n) in sorted(known.items()):
        yield f"Segment {segment} of {site} has {n:,} decisions and no header."


def _pruned(headers: Sequence[Header]) -> set[tuple[str, int]]:
    return {
        (header.site, int(number))
        for header in headers
        if header.what == "prune"
        for number in header.details["segments"]
    }


def _notes(
    headers: Sequence[Header],
    days: Sequence[Header],
    answers: Mapping[str, list[dict[str, Any]]],
) -> Iterator[str]:
    edge = [header.period for header in days if header.settings.get("cache") == "edge"]
    if edge:
        yield (
            "An edge decided part of the traffic out of sight of the gate "
            f"(site.cache: edge, {_days(sorted(set(edge)))}): what it answered by the "
            "exported table is not in here."
        )
    merged = answers["merged"][0]
    total = answers["total"][0]["total"] or 0
    if merged["any"]:
        least = max((header.least for header in days), default=0)
        yield (
            f'{share(merged["any"], total)} of the decisions stand in rows with "*": '
            f"merged before sealing, so that no row is about fewer than {least}."
        )
    if late := sum(max(header.late, 0) for header in days):
        yield f"{late:,} decisions came on an earlier day than they stand under."
    for what, told in _EVENTS.items():
        times = sum(header.what == what for header in headers)
        if times:
            yield f"{told} ({_count(times, 'time')})."


_EVENTS: Final = {
    "key_change": "The signing key was changed",
    "key_lost": "The signing key was lost and a new one begun",
    "prune": "Old rows were dropped; their hashes and totals are still there",
}


def _count(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _days(days: Sequence[str]) -> str:
    """Return days in words, the first few by name."""
    if len(days) <= SHOWN_DAYS:
        return ", ".join(days)
    return f"{days[0]} to {days[-1]}, {len(days):,} days"
