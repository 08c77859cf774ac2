"""What was recorded: counts of decisions, never who.

`counting` says what a count is and keeps counts in memory; `vocabulary` what may stand
in one. `counter` counts into tables that outlive the process: `desk` has them open,
`table` is one of them, `layout` its bytes, `forks` what a fork does to it,
`hindrances` why there may be none. `tables` is their folder, and reads those that are
closed.
"""

from __future__ import annotations

from gate.audit.counting import CountCell, Counter, MemoryCounter, Outcome, Versions

__all__ = ["CountCell", "Counter", "MemoryCounter", "Outcome", "Versions"]
