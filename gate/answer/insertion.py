"""HTML put into a page while it streams through: a banner on top, a footer at the end.

    insertion = Insertion(passage.top, passage.bottom, "gzip")
    for chunk in body:
        send(insertion.feed(chunk))
    send(insertion.finish())

`top` goes right behind the `<body …>` tag, or before what opens the body without it.
Until that place is found or given up, `feed` returns nothing, so that another answer
can still be given; `found_place` tells.
`bottom` goes before the last `</body>`, or to the end where there is none. However a
page is cut into chunks, the same bytes come out. When nothing is compressed, the page
grows by exactly `len(top) + len(bottom)`.

What is inserted must be ASCII (`ascii_html`), so that it reads the same in every
charset that a page may declare. Pages in UTF-16 are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.answer.ending import Ending
from gate.answer.markup import NOT_YET, BodySeeker
from gate.answer.recoding import Recoder

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTITY: Final = frozenset({"", "identity"})
CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})

_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_MAY_BE_WIDE: Final = frozenset({b"", *(mark[:1] for mark in _WIDE_MARKS)})


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
        coding: Content-Encoding of the page: identity, gzip, x-gzip or deflate. A door
            must not let the site answer in any other.

    Attributes:
        found_place: Whether `top` has found its place, or none was asked for; False
            for a page in UTF-16.

    Raises:
        ValueError: Another content coding.
    """

    __slots__ = (
        "_ending",
        "_held",
        "_recoder",
        "_seeker",
        "_step",
        "_top",
        "found_place",
    )

    def __init__(self, top: bytes, bottom: bytes, coding: str = "identity") -> None:
        self._top = top
        self._ending = Ending(bottom)
        self._held = b""
        self._step: Callable[[Insertion, bytes], bytes] = Insertion._open
        self._recoder = None if coding == "identity" else _recoder(coding)
        self.found_place = not top

    def feed(self, chunk: bytes) -> bytes:
        """Return what may leave after the next chunk; often less, sometimes more.

        Raises:
            BrokenCompressionError: The page is not compressed as announced.
        """
        if self._recoder is None:
            return self._step(self, chunk)
        return self._recoder.feed(chunk, self._insert)

    def finish(self) -> bytes:
        """Return the rest of the page. An empty page stays empty.

        Raises:
            BrokenCompressionError: The page is cut off.
        """
        rest = self._rest()
        return rest if self._recoder is None else self._recoder.finish(rest)

    def _insert(self, chunk: bytes) -> bytes:
        return self._step(self, chunk)

    def _open(self, chunk: bytes) -> bytes:
        """Look at the first bytes: in UTF-16 nothing can be put in."""
        start = self._held + chunk
        if start[:1] in _MAY_BE_WIDE:
            if start.startswith(_WIDE_MARKS):
                self.found_place = False
                self._step = Insertion._same
                return start
            if any(mark.startswith(start) for mark in _WIDE_MARKS):
                self._held = start
                return b""
        return self._begin(start)

    def _begin(self, start: bytes) -> bytes:
        self._held = b""
        if not self._top:
            self._step = Insertion._end
            return self._ending.feed(start)
        self._seeker = BodySeeker()
        self._step = Insertion._seek
        return self._seek(start)

    def _seek(self, chunk: bytes) -> bytes:
        place = self._seeker.seek(chunk)
        data = self._held = self._held + chunk
        if place == NOT_YET:
            return b""
        self._held = b""
        self._step = Insertion._end
        if place >= 0:
            self.found_place = True
            data = data[:place] + self._top + data[place:]
        return self._ending.feed(data)

    def _end(self, chunk: bytes) -> bytes:
        return self._ending.feed(chunk)

    def _same(self, chunk: bytes) -> bytes:
        return chunk

    def _rest(self) -> bytes:
        step, held = self._step, self._held
        if step is Insertion._same or (step is Insertion._open and not held):
            return b""
        return self._ending.feed(held) + self._ending.finish()


def _recoder(coding: str) -> Recoder | None:
    coding = coding.strip().lower()
    if coding in IDENTITY:
        return None
    if coding in CODINGS:
        return Recoder(coding)
    raise ValueError("only identity, gzip and deflate can be changed")
