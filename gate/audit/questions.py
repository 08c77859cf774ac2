"""What is asked of sealed rows: each question turns a table of counts into an answer.

Every question is one Ibis expression over the columns of `gate.audit.rows.COLUMNS`, so
that DuckDB, Spark and others give the same answer: no ASOF join, no function of
Python, no division, a total order at the end. "*" stays "*": what was merged is never
guessed. In what is counted by areas, rules or shadow rules, a decision that has several
stands in several rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import ibis

from gate.audit.counting import Outcome
from gate.audit.rows import COLUMNS, MERGED, UNDECLARED
from gate.audit.sums import outcomes, split, sum_of, sums
from gate.model import Action, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ibis.expr.types import Table, Value

NOT_KNOWN: Final = "unknown"
"""Certainty of the group without area whose places are unknown: that is never no."""

NO_PLACE: Final = "no_place"
"""Certainty of the group without area whose places were not recorded."""

VERSIONED: Final = "book", "areas_digest", "database", "notices", "config", "gate"
"""Columns that say what a decision rests on."""

MERGEABLE: Final = tuple(
    name
    for name in COLUMNS
    if name not in {"site", "month", "day", "segment", "period", "n", "nonce"}
)
"""Columns in which "*" may stand."""

_REASONS: Final = [str(reason) for reason in Unknown]
_RANK: Final = {action.word: action.value for action in Action}


class Question(NamedTuple):
    """Something to ask.

    Attributes:
        title: What it is about, for people.
        ask: Turns the table of counts into the answer.
    """

    title: str
    ask: Callable[[Table], Table]


def within(counts: Table, since: str, until: str) -> Table:
    """Return the rows of some days.

    Args:
        counts: The rows.
        since: First day, "YYYY-MM-DD"; "" for the very first.
        until: Last day, as well included; "" for the very last.
    """
    if since:
        counts = counts.filter(counts.day >= since)
    if until:
        counts = counts.filter(counts.day <= until)
    return counts


def violations(counts: Table) -> Table:
    """Return what was served without the notice that the rule book asked for."""
    wrong = counts.filter(counts.outcome == str(Outcome.SERVED_WITHOUT_NOTICE))
    keys = ["day", "site", "place", "areas", "activity", "section", "door", "rules"]
    keys += ["reason", "gate"]
    return sums(wrong.group_by(keys), wrong).order_by(keys)


def areas(counts: Table) -> Table:
    """Return coverage by area, certainty of membership, and what readers did.

    Where no area is named, `certainty` is "" only if the place was known and in none;
    else it is `NOT_KNOWN`, `NO_PLACE`, or "*" for places that were merged.
    """
    one = _each(counts, "areas", "area").mutate(doing=_doing)
    parted = one.area.split(":")
    none = (one.area == "", ""), (one.area == MERGED, MERGED)
    nowhere = one.area == ""
    why_none = (
        (nowhere & one.place.isin(_REASONS), NOT_KNOWN),
        (nowhere & (one.place == MERGED), MERGED),
        (nowhere & (one.place == ""), NO_PLACE),
    )
    one = one.mutate(
        area=ibis.cases(*none, else_=parted[0]),
        certainty=ibis.cases(*why_none, *none, else_=parted[1]),
    )
    return split(one, ["area", "certainty", "doing"])


def rules(counts: Table) -> Table:
    """Return coverage by what decided: rules, exemptions, unknown places."""
    return split(_each(counts, "rules", "rule"), ["rule"])


def passed(counts: Table) -> Table:
    """Return why readers passed though the outcome is not the plain one."""
    some = counts.filter(
        (counts.outcome == str(Outcome.PASSED)) & (counts.reason != "")
    )
    keys = ["reason", "action"]
    return sums(some.group_by(keys), some).order_by(keys)


def unknown(counts: Table) -> Table:
    """Return unknown places by the reason, with what became of them."""
    some = counts.filter(counts.place.isin(_REASONS))
    return split(some, ["place"])


def days(counts: Table) -> Table:
    """Return what became of the decisions of each day."""
    return split(counts, ["day"])


def versions(counts: Table) -> Table:
    """Return each book, database, ... with its first and last day."""
    pairs = [ibis.literal(name + "=") + counts[name] for name in VERSIONED]
    each = counts.mutate(pair=ibis.array(pairs).unnest())
    found = each.group_by("pair").agg(
        first=each.day.min(), last=each.day.max(), n=sum_of(each.n)
    )
    parted = found.pair.split("=")
    told = found.mutate(what=parted[0], version=parted[1])
    every = told.select("what", "version", "first", "last", "n")
    return every.order_by("what", "first", "last", "version")


def shadows(counts: Table) -> Table:
    """Return what shadow rules would have changed, had they been enforced.

    `change`: "stricter" where the shadow asks for more than what was enforced, "same",
    or "weaker" where enforced rules ask for more already; "*" where actions were
    merged.
    """
    some = _each(
        counts.filter(counts.shadow_rules != ""), "shadow_rules", "shadow_rule"
    )
    enforced, shadow = _rank(some.action), _rank(some.shadow)
    change = ibis.cases(
        ((enforced < 0) | (shadow < 0), MERGED),
        (shadow > enforced, "stricter"),
        (shadow == enforced, "same"),
        else_="weaker",
    )
    keys = ["shadow_rule", "change", "action", "shadow"]
    told = some.mutate(change=change)
    return sums(told.group_by(keys), told).order_by(keys)


def lost(counts: Table) -> Table:
    """Return refusals, and decisions that could not be counted in their own rows."""
    kinds = [str(Outcome.REFUSED), str(Outcome.GAP)]
    some = counts.filter(counts.outcome.isin(kinds))
    keys = ["outcome", "reason"]
    return sums(some.group_by(keys), some).order_by(keys)


def merged(counts: Table) -> Table:
    """Return one row: rows with any "*", and of how many decisions each column is.

    `any`: of how many decisions at least one column is.
    """
    starred = {name: counts[name] == MERGED for name in MERGEABLE}
    starred["any"] = ibis.or_(*starred.values())
    sums = {
        name: counts.n.sum(where=star).coalesce(0).cast("int64")
        for name, star in starred.items()
    }
    rows = ibis.cases((starred["any"], 1), else_=0).sum().coalesce(0)
    return counts.agg(rows=rows.cast("int64"), **sums)


def doors(counts: Table) -> Table:
    """Return what became of the requests of each door."""
    return split(counts, ["door"])


def sections(counts: Table) -> Table:
    """Return what became of the requests to each section, by what readers did."""
    return split(counts.mutate(doing=_doing), ["section", "doing"])


def places(counts: Table) -> Table:
    """Return what became of the requests from each place."""
    return split(counts, ["place"])


def located(counts: Table) -> Table:
    """Return the same, with the areas that a place of that label stands in."""
    return split(counts, ["place", "areas"])


def segments(counts: Table) -> Table:
    """Return rows and decisions of each segment, to be held against its header."""
    keys = ["site", "segment", "day"]
    found = counts.group_by(keys).agg(
        rows=counts.count().cast("int64"), n=sum_of(counts.n)
    )
    return found.order_by(keys)


def total(counts: Table) -> Table:
    """Return one row: days, rows, and what became of all decisions."""
    return counts.agg(
        first=counts.day.min(),
        last=counts.day.max(),
        rows=counts.count().cast("int64"),
        total=sum_of(counts.n),
        **outcomes(counts),
    )


QUESTIONS: Final[Mapping[str, Question]] = {
    "total": Question("All decisions", total),
    "violations": Question("Served without the notice that was owed", violations),
    "areas": Question("By area", areas),
    "rules": Question("By rule", rules),
    "passed": Question("Passed for a reason", passed),
    "unknown": Question("Unknown places", unknown),
    "days": Question("Day by day", days),
    "versions": Question("What decisions rested on", versions),
    "shadows": Question("Shadow rules against enforced ones", shadows),
    "lost": Question("Refused, or not counted in its own row", lost),
    "merged": Question("Merged, so that no row is about few", merged),
    "doors": Question("By door", doors),
    "sections": Question("By section", sections),
    "places": Question("By place", places),
    "located": Question("By place and areas", located),
    "segments": Question("By segment", segments),
}
"""Name -> question, in the order of the report."""


def _each(counts: Table, column: str, name: str) -> Table:
    """Return a row for every item of a list with commas; "" is one item."""
    return counts.mutate(**{name: counts[column].split(",").unnest()})


def _doing(counts: Table) -> Value:
    activity = counts.activity
    return ibis.cases(
        (activity == "read", "reading"),
        (activity == MERGED, MERGED),
        (activity == UNDECLARED, UNDECLARED),
        else_="acting",
    )


def _rank(action: Value) -> Value:
    cases = [(action == word, rank) for word, rank in _RANK.items()]
    return ibis.cases(*cases, else_=-1)
