"""What the gate's answers are made of: padded pages, marked fragments, their fields."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from gate.model import Answer

if TYPE_CHECKING:
    from gate.answer.fields import Fields
    from gate.model import Printed

# Pages are filled up to a multiple of this many bytes, so that their length on the
# wire tells little of notice and language.
PADDING = 4_096


class Piece(NamedTuple):
    """Something to put into the site's own HTML.

    Attributes:
        html: ASCII, so that it is right in every charset that extends ASCII.
        mark: Short text that changes whenever `html` does; empty if `html` is.
    """

    html: bytes
    mark: str


NOTHING = Piece(b"", "")


def padded(page: bytes) -> bytes:
    """Fill a page with spaces up to a multiple of `PADDING` bytes."""
    return page + b" " * (-len(page) % PADDING)


def piece_of(html: bytes) -> Piece:
    """Mark a fragment by its content."""
    return Piece(html, hashlib.sha256(html).hexdigest()[:8] if html else "")


def finished(
    method: str,
    status: int,
    fields: Fields,
    body: bytes,
    printed: Printed | None = None,
) -> Answer:
    """Finish an answer; HEAD has everything but the body."""
    return Answer(
        status=status,
        headers=fields,
        body=b"" if method == "HEAD" else body,
        length=len(body),
        printed=printed,
    )
