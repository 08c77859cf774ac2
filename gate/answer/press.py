"""What a press must be able to print, so that `Pages` needs no template engine.

`gate.notices` has the press; a page is printed once for each set of notices, language
and way, and kept.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

# Where a printed page takes what the request brings. Text on a page is escaped, so
# that no text can hold these.
FIELDS_SLOT = b"<gate-fields>"
BACK_SLOT = b"<gate-back>"


class Way(StrEnum):
    """How a page lets the reader go on."""

    READ = "read"  # Continue sets the cookie; the second button needs none
    READ_COOKIE = "read-cookie"  # the door cannot carry an article: the cookie only
    ACT = "act"  # Continue repeats what the reader sent
    ACT_AGAIN = "act-again"  # the door sees no body: the same link again
    ACT_LOST = "act-lost"  # what the reader sent cannot be repeated: back only
    BLOCKED = "blocked"  # no way on


class Headline(NamedTuple):
    """A notice in brief.

    Attributes:
        title: Its heading.
        short: Its short text.
    """

    title: str
    short: str


class Press(Protocol):
    """Prints in one language; every text is escaped by then."""

    def page(self, notices: Sequence[str], language: str, way: Way) -> bytes:
        """Return a page of the notices, `FIELDS_SLOT` and `BACK_SLOT` in it."""

    def banner(self, notices: Sequence[str], language: str) -> bytes:
        """Return an ASCII fragment of HTML."""

    def headline(self, notices: Sequence[str], language: str) -> Headline:
        """Return what stands for the notices where no page can."""
