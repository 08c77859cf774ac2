"""Banner and footer in whole pages: found where they are, put where they belong."""

from __future__ import annotations

from gate.answer.recoding import Recoder

_TAIL = 64  # bytes in which nearly every page ends
_END = b"</body></html>"
_BLANKS = b" \t\r\n\f"
_BYTE_ORDER_MARKS = frozenset(b"\xff\xfe\x00")


def put_at_end(page: bytes, html: bytes) -> bytes | None:
    """Put `html` at the end of a page that ends as nearly all pages do, at once.

    Returns:
        The same as `Insertion` gives for such a page; None for any other page.
    """
    at = page.rfind(b"</body>", -_TAIL)
    if at < 0 or page[0] in _BYTE_ORDER_MARKS:
        return None
    if page[at:].translate(None, _BLANKS) != _END:
        return None
    whole = memoryview(page)
    return b"".join((whole[:at], html, whole[at:]))


def holds(page: bytes, piece: bytes, coding: str) -> bool:
    """Say whether a page has exactly this piece of HTML in it.

    Args:
        page: The page, or as much of it as there is, as the site sent it.
        piece: ASCII HTML.
        coding: Content-Encoding of the page: identity, gzip, x-gzip or deflate.

    Raises:
        BrokenCompressionError: The page is not compressed as announced.
    """
    if coding == "identity":
        return piece in page
    search = _Search(piece)
    Recoder(coding).feed(page, search.look)
    return search.found


class _Search:
    """Looks for a piece in parts of a page, in bounded memory."""

    def __init__(self, piece: bytes) -> None:
        self._piece = piece
        self._seen = b""
        self.found = False

    def look(self, part: bytes) -> bytes:
        window = self._seen + part
        self.found = self.found or self._piece in window
        self._seen = window[-len(self._piece) :]
        return b""  # nothing is to be compressed again
