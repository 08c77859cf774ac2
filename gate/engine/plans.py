"""A plan: what follows for all requests that no rule can tell apart.

It depends on the location class, a cell of the decision table, the kind of request and
the door. A plan that is settled needs nothing else of a request. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.answer.pieces import NOTHING
from gate.audit import Outcome
from gate.engine.meeting import LET_THROUGH, WHOLE_PAGES
from gate.model import Action, Activity, Kind, Passage

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.decision import Cell
    from gate.engine.snapshot import Snapshot


MOST_PLANS = 100_000
"""Bound on memory; a real site needs some hundreds."""


class Plan(NamedTuple):
    """What follows for all requests that no rule can tell apart.

    Attributes:
        cell: What holds; kept here so that its identity is not used again.
        passage: How such requests pass if nothing comes before.
        add: Counts such a request; None as long as the outcome is open.
    """

    cell: Cell
    passage: Passage
    add: Callable[[], None] | None


def is_settled(
    snapshot: Snapshot, cell: Cell, kind: Kind, activity: Activity | None
) -> bool:
    """Say whether such requests pass, whatever else they carry."""
    if snapshot.config.mode == "observe":
        return True
    if activity is None and kind not in LET_THROUGH:
        return not cell.gated  # else it may be Continue
    return cell.decision.action is Action.PASS


def settled_outcome(
    cell: Cell, kind: Kind, activity: Activity | None
) -> tuple[Outcome, str]:
    """Return how such requests are counted, and why."""
    if kind in LET_THROUGH:
        return Outcome.PASSED, f"kind:{kind}"
    if activity is None:
        return Outcome.PASSED, "undeclared"
    if cell.decision.action is not Action.PASS:
        return Outcome.PASSED, "mode:observe"
    return (Outcome.EXEMPT if cell.decision.exemptions else Outcome.PASSED), ""


def passing(snapshot: Snapshot, cell: Cell, kind: Kind) -> Passage:
    """Return how such requests pass if nothing comes before."""
    observes = snapshot.config.mode == "observe"
    site = snapshot.config.site
    keeps_private = cell.gated and site.cache == "private"
    is_article = cell.gated and kind in WHOLE_PAGES and not observes
    footer = snapshot.pages.footer if is_article and site.footer else NOTHING
    # For every reader alike: whoever alone asked for it would be marked by that.
    leaving = snapshot.pages.exit_tag if is_article else NOTHING
    return Passage(
        private=keeps_private and kind not in LET_THROUGH,
        private_html=keeps_private,
        bottom=footer.html + leaving.html,
        mark=footer.mark + leaving.mark,
        allowed=frozenset(Activity) if observes else cell.allowed,
        action=cell.decision.action,
    )
