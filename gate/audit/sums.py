"""What groups of rows add up to: decisions, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ibis

from gate.audit.counting import Outcome
from gate.audit.rows import MERGED

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

PARTS: Final = (
    "served_without_notice",
    "covered",
    "blocked",
    "degraded",
    "exempt",
    "observed",
    "passed",
    "passed_because",
    "refused",
    "gap",
    "merged",
    "other",
)
"""What the total of any group consists of, the worst first; they add up to it.

`observed`: passed because the gate only watches (mode: observe). `passed_because`:
passed for another reason, such as kind:asset. `merged`: the outcome is "*". `other`: an
outcome that this version does not know.
"""


def sum_of(n: Value) -> Value:
    """Return the sum of a column of numbers."""
    found: Any = n
    return found.sum().cast("int64")


def sums(grouped: Any, counts: Table) -> Table:  # noqa: ANN401  # not public in Ibis
    """Return how many decisions each group has."""
    answer: Table = grouped.agg(n=sum_of(counts.n))
    return answer


def split(counts: Table, keys: list[str]) -> Table:
    """Return total and parts of each group."""
    found = counts.group_by(keys).agg(total=sum_of(counts.n), **outcomes(counts))
    return found.order_by(keys)


def outcomes(counts: Table) -> dict[str, Value]:
    """Return the sum of each of `PARTS`."""
    part = _part(counts)
    return {
        name: counts.n.sum(where=part == name).coalesce(0).cast("int64")
        for name in PARTS
    }


def _part(counts: Table) -> Value:
    outcome, reason = counts.outcome, counts.reason
    is_passed = outcome == str(Outcome.PASSED)
    plain = [str(o) for o in Outcome if o is not Outcome.PASSED]
    return ibis.cases(
        (is_passed & (reason == ""), "passed"),
        (is_passed & (reason == "mode:observe"), "observed"),
        (is_passed, "passed_because"),
        (outcome == MERGED, "merged"),
        (outcome.isin(plain), outcome),
        else_="other",
    )
