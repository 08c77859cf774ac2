"""What was recorded: counts of decisions, never who.

Counted: `counting` says what a count is and keeps counts in memory; `vocabulary` what
may stand in one. `counter` counts into tables that outlive the process: `desk` has
them open, `table` is one of them, `layout` its bytes, `forks` what a fork does to it,
`hindrances` why there may be none. `tables` is their folder and reads those that are
closed, `sharing` says who may use it.

Sealed: `rows` are what is sealed, after `suppression` has merged the small ones;
`header` says what a segment is. `sealing` seals days, `segments` and `log` put one
behind the other, `writing` and `shelf` are its files, `parquet` and `lines` its rows.
`pruning` drops old ones. `alone` lets one sealer work, `durable` keeps what it
writes.

Proved: `tree` and `hashing` (RFC 6962), `notes` (signed checkpoints), `keys`, `proof`
of one row, and `verifying`, which finds what `findings` has codes for.

Asked: `questions` are Ibis expressions over the rows of `folders`, `sums` what they
add up; `engines` answer them, one of which is `spark`.
"""

from __future__ import annotations

from gate.audit.counting import CountCell, Counter, MemoryCounter, Outcome, Versions

__all__ = ["CountCell", "Counter", "MemoryCounter", "Outcome", "Versions"]
