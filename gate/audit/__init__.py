"""What was recorded: counts of decisions, never who.

`counting` says what a count is and keeps counts in memory.
"""

from __future__ import annotations

from gate.audit.counting import CountCell, Counter, MemoryCounter, Outcome, Versions

__all__ = ["CountCell", "Counter", "MemoryCounter", "Outcome", "Versions"]
