"""The whole path, once: a request comes in, and what follows goes out.

`gate` is what a door calls, `serving` and `plans` what holds until something changes,
`meeting` what comes before an article, `snapshot` what all of it rests on,
`preparation` and `prepare` the work that is done before anything is served, `renewal`
how changed files are taken while it serves, `lastgood` what is kept for a bad start.
"""

from __future__ import annotations

from gate.engine.gate import Gate
from gate.engine.snapshot import Snapshot, load_snapshot

__all__ = ["Gate", "Snapshot", "load_snapshot"]
