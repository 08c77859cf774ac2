"""What is answered: finished pages, negotiated, with their header fields. Pure.

`Pages` holds everything that a site can answer in its own name; `proceed` and `leave`
are the two ways on from a page. `insertion` puts a banner and a footer into the
site's own HTML.
"""

from __future__ import annotations

from gate.answer.forms import taken_out
from gate.answer.negotiation import negotiate
from gate.answer.pages import Pages
from gate.answer.pieces import Piece
from gate.answer.press import Headline, Press, Way
from gate.answer.redirects import leave, proceed

__all__ = [
    "Headline",
    "Pages",
    "Piece",
    "Press",
    "Way",
    "leave",
    "negotiate",
    "proceed",
    "taken_out",
]
