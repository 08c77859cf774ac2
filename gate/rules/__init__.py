"""The rule book: read, checked, proved and tested.

`load_book` reads a folder; `lint` finds what only the clock and the notices tell.
"""

from __future__ import annotations

from gate.rules.book import load_book
from gate.rules.codes import CODES
from gate.rules.lint import lint

__all__ = ["CODES", "lint", "load_book"]
