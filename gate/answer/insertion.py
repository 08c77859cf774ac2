"""HTML put into a page while it streams through: a banner on top, a footer at the end.

    insertion = Insertion(passage.top, passage.bottom, "gzip")
    for chunk in body:
        send(insertion.feed(chunk))
    send(insertion.finish())

`top` goes right behind the `<body …>` tag. Nothing is released before that place is found
or given up; `found_place` tells, and while it is False nothing has left, so that another
answer can still be given. `bottom` goes before the last `</body>`, or to the end where
there is none. However a page is cut into chunks, the same bytes come out. When nothing is
compressed, the page grows by exactly `len(top) + len(bottom)`.

What is inserted must be ASCII (`ascii_html`), so that it reads the same in every charset
that a page may declare. Pages in UTF-16 are left alone.
"""

from __future__ import annotations

import re
from typing import Final

from gate.answer.markup import NOT_YET, BodySeeker
from gate.answer.recoding import Recoder

IDENTITY: Final = frozenset({"", "identity"})
CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})

_WINDOW: Final = 64 * 1024
"""Bytes behind a `</body>` after which it counts as the last one."""

_CLOSING: Final = re.compile(rb"</[bB][oO][dD][yY][\t\n\f\r />]")
_LONGEST: Final = len(b"</body>")
_NAME: Final = b"</body"
_HIDDEN: Final = re.compile(rb"-->|</script", re.IGNORECASE)
_COMMENT: Final = re.compile(rb"<!--|(-->)")
_SCRIPT: Final = re.compile(rb"<script|(</script)", re.IGNORECASE)

_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_WIDE_FIRST: Final = frozenset(mark[0] for mark in _WIDE_MARKS)


def ascii_html(text: str) -> bytes:
    """Return markup as ASCII, all other characters as numeric references.

    Meant for text and attributes; inside of script and style references mean nothing.
    """
    return text.encode("ascii", "xmlcharrefreplace")


class Insertion:
    """One page on its way through.

    Args:
        top: ASCII HTML for the beginning of the page; empty for none.
        bottom: ASCII HTML for the end of the page; empty for none.
        coding: Content-Encoding of the page: identity, gzip, x-gzip or deflate, in any
            case. Ask for nothing else from the site.

    Raises:
        ValueError: Another content coding.
    """

    __slots__ = ("_bottom", "_held", "_recoder", "_seeker", "_step", "_top", "found_place")

    found_place: bool
    """Whether `top` has its place, or none was asked for."""

    def __init__(self, top: bytes, bottom: bytes, coding: str = "identity") -> None:
        self._top = top
        self._bottom = bottom
        self._held = b""
        self._seeker = None
        self._step = self._open
        self.found_place = not top
        coding = coding.strip().lower()
        if coding in IDENTITY:
            self._recoder = None
        elif coding in CODINGS:
            self._recoder = Recoder(coding)
        else:
            raise ValueError("only identity, gzip and deflate can be changed")

    def feed(self, chunk: bytes) -> bytes:
        """Return what may leave after the next chunk of the page; often not all of it.

        Raises:
            BrokenCompressionError: The page is not compressed as announced.
        """
        if self._recoder is None:
            return self._step(chunk)
        return self._recoder.feed(chunk, self._step_on)

    def finish(self) -> bytes:
        """Return the rest of the page, once.

        Raises:
            BrokenCompressionError: The page is cut off.
        """
        return self._rest() if self._recoder is None else self._recoder.finish(self._rest())
