"""Tables for the edge: which addresses need no gate, and until when.

Reading order: `table` (what is known), `networks` and `preamble` (what all files
share), one module for each kind of file, `kinds` (the list of them), `writing`,
`reloading` and `watching` (keeping a file up to date).
"""

from __future__ import annotations

from gate.workbench.export.kinds import KINDS
from gate.workbench.export.reloading import parse_command, reload_edge
from gate.workbench.export.table import EdgeTable
from gate.workbench.export.watching import Order, Watch
from gate.workbench.export.writing import place_for, write_table

__all__ = [
    "KINDS",
    "EdgeTable",
    "Order",
    "Watch",
    "parse_command",
    "place_for",
    "reload_edge",
    "write_table",
]
