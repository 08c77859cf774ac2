"""What follows: a rule book, a place, a path, an activity and a time to a decision.

Reading order: `pattern` (which patterns a path matches), `rows` and `evaluate` (the
evaluator and what it shows), `segments` (when and where an answer can change), `table`
(decisions made beforehand).
All of it is pure: the clock and the book are arguments.
"""

from __future__ import annotations

from gate.decision.evaluate import conditions_of, decide, examine, stricter
from gate.decision.rows import Conditions, Examination, ExemptionRow, RuleRow
from gate.decision.segments import (
    Group,
    Segment,
    globs_of,
    groups,
    memberships_at,
    segments,
)
from gate.decision.table import Cell, Table
from gate.patterns import Patterns

__all__ = [
    "Cell",
    "Conditions",
    "Examination",
    "ExemptionRow",
    "Group",
    "Patterns",
    "RuleRow",
    "Segment",
    "Table",
    "conditions_of",
    "decide",
    "examine",
    "globs_of",
    "groups",
    "memberships_at",
    "segments",
    "stricter",
]
