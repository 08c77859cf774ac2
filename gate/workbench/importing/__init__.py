"""What the site's own access logs say, decided by the rule book of today.

Reading order: `lines` (what a line is), `moments` (times), `clf`, `objects`,
`cloudfront` and `haproxy` (the formats), `formats` (which one a file has), `sources`
and `pieces` (bytes to whole lines), `asking` and `verdicts` (what the rule book says),
`caches`, `judge` (lines to counts), `crew` (several processes), `intake` (the whole),
`dataset` (what is written).

An address, a path or a user agent never leaves the memory of the process that reads
it: what comes out are counts, and file names with line numbers.
"""

from __future__ import annotations

from gate.workbench.importing.dataset import write_dataset
from gate.workbench.importing.formats import NAMES, Settings
from gate.workbench.importing.intake import Intake, take_in

__all__ = ["NAMES", "Intake", "Settings", "take_in", "write_dataset"]
