"""The site's own answer on its way out, with something put into it.

WSGI lets an application start its answer late, twice (for an error) or by `write()`,
so nothing is handed to the server before it is known what the answer will be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.answer.insertion import Insertion
from gate.doors.fields import describe_anew, is_html, is_readable, keep_private
from gate.doors.sending import Closing, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse

    from _typeshed import OptExcInfo

    from gate.model import Passage

    Fields = list[tuple[str, str]]

# Pages up to this length in bytes are changed in one piece and keep a Content-Length;
# it also bounds what is held back while the place for a banner is looked for.
WHOLE = 1 << 20

_NOT_A_PAGE = frozenset({"204", "206", "304"})
_SEQUENCES = (list, tuple)
_TAIL = 64  # bytes in which nearly every page ends
_END = b"</body></html>"
_BLANKS = b" \t\r\n\f"
_BYTE_ORDER_MARKS = frozenset(b"\xff\xfe\x00")


class Reply:
    """One answer of the site into which a passage puts banner and footer.

    Hand `start` to the site as its `start_response`, and what the site returns to
    `body`; the server gets what `body` returns.

    Args:
        passage: What is put in.
        start_response: The server's.
        method: Method with which the site is asked.
    """

    _head: tuple[str, Fields] | None = None
    _exc_info: OptExcInfo | None = None
    _coding: str | None = (
        None  # of a page to be changed; None leaves an answer as it is
    )
    _insertion: Insertion | None = None
    _write_on: Callable[[bytes], object] | None = None
    _placed: frozenset[str] = frozenset()
    _received = 0  # bytes that the site has given
    _is_html = False
    _refused = False  # the banner has no place: `otherwise` is sent
    _sent = False  # the server has the header fields
    _whole = False  # the page is short and comes in one piece

    def __init__(
        self, passage: Passage, start_response: StartResponse, method: str
    ) -> None:
        self._passage = passage
        self._server = start_response
        self._method = method
        self._held: list[bytes] = []

    def start(
        self, status: str, headers: Fields, exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Take the site's status and header fields, as PEP 3333 says."""
        if exc_info and exc_info[1] and self._received:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._head is not None and not exc_info:
            raise AssertionError("start_response was called twice without exc_info")
        self._exc_info = exc_info
        self._head = (status, headers)
        return self._prepare(status, headers)

    def place(self, slot: str) -> bool:
        """Let a template place the banner ("top") or the footer ("bottom") itself.

        Returns:
            False if the door has begun to send and will place it.
        """
        if self._received or self._insertion is not None:
            return False
        self._placed |= {slot}
        return True

    def body(self, result: Iterable[bytes]) -> Iterable[bytes]:
        """Return what the server is to send for what the site returned."""
        if self._sent and self._coding is None:
            return result
        if isinstance(result, _SEQUENCES):
            self._whole = True
        return Closing(self._chunks(result), result)

    def _prepare(self, status: str, headers: Fields) -> Callable[[bytes], object]:
        fields = {name.lower(): value for name, value in headers}
        kind = fields.get("content-type", "")
        coding = fields.get("content-encoding", "identity")
        self._is_html = is_html(kind)
        self._coding = None
        if not self._is_html or status[0] == "3" or status[:3] in _NOT_A_PAGE:
            changed = status[:3] == "304"  # it confirms a page that has the mark
        elif not is_readable(kind, coding):
            self._refused = self._passage.otherwise is not None
            changed = False
        elif self._method == "HEAD":
            changed = True
        else:
            self._coding = coding
            self._whole = int(fields.get("content-length", WHOLE + 1)) <= WHOLE
            return self._write
        return self._write if self._refused else self._commit(changed=changed)

    def _commit(
        self, *, changed: bool, length: int | None = None
    ) -> Callable[[bytes], object]:
        if self._head is None:
            raise AssertionError("the application never called start_response")
        status, headers = self._head
        passage = self._passage
        private = passage.private or (passage.private_html and self._is_html)
        if changed:
            headers = describe_anew(headers, passage.mark, private=private)
        elif private:
            headers = keep_private(headers)
        if length is not None:
            headers.append(("Content-Length", str(length)))
        exc_info = (self._exc_info,) if self._exc_info else ()
        self._exc_info = None
        self._sent = True
        self._write_on = self._server(status, headers, *exc_info)
        return self._write_on

    def _write(self, data: bytes) -> None:
        out = self._take(data)
        if out and self._write_on is not None:
            self._write_on(out)

    def _chunks(self, result: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in result:
            out = self._take(chunk)
            if self._sent:
                yield out
            elif self._refused:
                break
        yield self._last()

    def _take(self, chunk: bytes) -> bytes:
        """Return what may leave after the next chunk of the site's."""
        self._received += len(chunk)
        if self._refused:
            return b""
        if self._coding is None:
            return chunk
        if self._whole:
            self._held.append(chunk)
            if self._received <= WHOLE:
                return b""
            self._whole = False  # longer than announced
            chunk = self._release()
        return self._stream(chunk)

    def _stream(self, chunk: bytes) -> bytes:
        if self._insertion is None:
            self._insertion = self._insert()
        out = self._insertion.feed(chunk)
        if self._sent:
            return out
        self._held.append(out)
        if self._is_homeless(self._insertion):
            self._refused = self._received > WHOLE
            return b""
        self._commit(changed=True)
        return self._release()

    def _last(self) -> bytes:
        """Return the rest, or the whole if nothing has left yet."""
        if self._coding is not None and not self._refused:
            page = self._finished()
            if page is not None:
                return page
        other = self._passage.otherwise if self._refused else None
        return b"".join(send(other, self._server)) if other else b""

    def _finished(self) -> bytes | None:
        """Finish the page; None if a banner has found no place in it."""
        page = self._release()
        if self._whole and self._coding == "identity" and not self._left("top"):
            done = put_at_end(page, self._left("bottom"))
            if done is not None:
                self._commit(changed=True, length=len(done))
                return done
        insertion = self._insertion or self._insert()
        page = (insertion.feed(page) if self._whole else page) + insertion.finish()
        if self._is_homeless(insertion):
            self._refused = True
            return None
        if not self._sent:
            self._commit(changed=True, length=len(page))
        return page

    def _insert(self) -> Insertion:
        coding = self._coding or "identity"
        return Insertion(self._left("top"), self._left("bottom"), coding)

    def _left(self, slot: str) -> bytes:
        """Return what is still to be put in at a slot."""
        if slot in self._placed:
            return b""
        return self._passage.top if slot == "top" else self._passage.bottom

    def _is_homeless(self, insertion: Insertion) -> bool:
        """Say whether there is a banner that has found no place so far."""
        return self._passage.otherwise is not None and not insertion.found_place

    def _release(self) -> bytes:
        held, self._held = self._held, []
        return held[0] if len(held) == 1 else b"".join(held)


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
