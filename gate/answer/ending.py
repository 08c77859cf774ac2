"""Where the content of a page ends: HTML put before the last `</body>`.

The last one cannot be known before the end, so what follows a `</body>` is held back:
usually a few bytes. One inside of a script or a comment does not count.
"""

from __future__ import annotations

import re
from typing import Final

WINDOW: Final = 64 * 1024
"""Bytes behind a `</body>` without another after which it counts as the last one."""

_NAME: Final = b"</body"
_TAG: Final = re.compile(rb"</[bB][oO][dD][yY][\t\n\f\r />]")
_REST_OF_TAG: Final = len("/body>")
_LONGEST_END: Final = len("</script")
_MAY_BE_HIDDEN: Final = re.compile(rb"-->|</[sS]")
_COMMENT: Final = re.compile(rb"<!--|(-->)")
_SCRIPT: Final = re.compile(rb"<script|(</script)", re.IGNORECASE)


class Ending:
    """Puts HTML at the end of a page that comes in pieces.

    Args:
        html: What is put in; empty lets the page through as it is.
    """

    __slots__ = ("_done", "_held", "_html", "_marked", "_seen")

    def __init__(self, html: bytes) -> None:
        self._html = html
        self._done = not html
        self._held = b""
        self._marked = False  # whether what is held begins with a `</body>`
        self._seen = 0  # bytes held that need no second look

    def feed(self, chunk: bytes) -> bytes:
        """Return what may leave after the next piece."""
        if self._done:
            return chunk
        data = self._held + chunk if self._held else chunk
        if not self._marked and len(data) <= WINDOW:
            at, certain = self._find(data), False
        else:
            at, certain = self._settle(data)
        if certain:
            self._done, self._held = True, b""
            return data[:at] + self._html + data[at:]
        if not self._marked:
            at = _cut_name(data)
        self._held = data[at:]
        return data[:at]

    def finish(self) -> bytes:
        """Return the rest of the page with the HTML in it."""
        if self._done:
            return b""
        if self._marked and not _is_hidden(self._held, 0):
            return self._html + self._held
        return self._held + self._html

    def _find(self, data: bytes) -> int:
        """Find the last `</body>` in the first piece that has one, as most pages do."""
        at = _last_tag(data, 0, len(data))
        self._marked, self._seen = at >= 0, 0
        return at

    def _settle(self, data: bytes) -> tuple[int, bool]:
        """Find the `</body>` that may be the last, and whether it is for certain.

        Looks no farther than `WINDOW` from one to the next, so that the outcome does
        not depend on how the page is cut.
        """
        at, seen = 0, self._seen
        start = max(1, seen - _REST_OF_TAG) if self._marked else 0
        while True:
            found = self._next(data, at, start)
            if found >= 0:
                at, start, seen, self._marked = found, found + 1, 0, True
            elif not self._marked:
                self._seen = 0
                return at, False
            elif _is_hidden(data, at, at + seen):
                self._marked, start = False, at + 1
            else:
                self._seen = len(data) - at
                return at, self._seen >= WINDOW + _REST_OF_TAG

    def _next(self, data: bytes, at: int, start: int) -> int:
        if self._marked:
            return _last_tag(data, start, at + WINDOW + _REST_OF_TAG)
        if len(data) - start > WINDOW:
            match = _TAG.search(data, start)
            return match.start() if match else -1
        return _last_tag(data, start, len(data))


def _last_tag(data: bytes, start: int, end: int) -> int:
    at = data.rfind(_NAME, start, end)
    found = -1
    for match in _TAG.finditer(data, max(at, start), end):
        found = match.start()
    if found < 0 <= at:  # that was only the beginning of another name
        for match in _TAG.finditer(data, start, at):
            found = match.start()
    return found


def _is_hidden(data: bytes, at: int, seen: int = 0) -> bool:
    """Whether a tag stands in a comment or script: an end comes before a beginning.

    Nothing up to `seen` has hidden it, so only an end behind that still can.
    """
    end = at + WINDOW
    if not _MAY_BE_HIDDEN.search(data, max(at, seen - _LONGEST_END), end):
        return False
    comment, script = _COMMENT.search(data, at, end), _SCRIPT.search(data, at, end)
    return bool((comment and comment[1]) or (script and script[1]))


def _cut_name(data: bytes) -> int:
    """Return where a `</body` begins that may go on in the next piece, or the end."""
    at = data.rfind(b"<", -len(_NAME))
    return at if at >= 0 and _NAME.startswith(data[at:].lower()) else len(data)
