"""gate audit: what was decided, counted, sealed, verified and asked."""

from __future__ import annotations

import click

from gate.cli.lazy import LazyGroup

COMMANDS = {
    "sample": ("sample:sample", "Write a small log to learn on."),
    "report": ("report:report", "Show coverage, violations, unknown places, times."),
    "query": ("query:query", "Ask the rows in SQL."),
    "verify": ("verify:verify", "Find out whether a log was changed."),
    "proof": ("proof:proof", "Write the proof of one row."),
    "seal": ("seal:seal", "Seal every day that is over."),
    "prune": ("prune:prune", "Drop old rows; what proves the rest stays."),
    "key": ("key:key", "Make, show, change or replace the signing key."),
    "replay": ("replay:replay", "Say what another rule book would have decided."),
    "evidence": ("evidence:evidence", "Say what spoke for what was counted."),
    "import": ("importing:import_", "Decide about the lines of access logs."),
    "reconcile": ("reconcile:reconcile", "Compare with somebody else's totals."),
}
"""Name -> place of the command in `gate.cli.audit`, and what it does."""


@click.group(cls=LazyGroup, package="gate.cli.audit", commands=COMMANDS)
def audit() -> None:
    """Read what was decided: counts, sealed each day, of which nobody is a part.

    `gate help audit` explains every column.
    """
