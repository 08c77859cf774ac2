"""The site's own answer on its way out, with something put into it.

WSGI lets an application start its answer late, twice (for an error) or by `write()`,
so nothing is handed to the server before it is known what the answer will be.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from gate.answer.insertion import Insertion
from gate.doors.fields import (
    describe_anew,
    described,
    is_html,
    is_kept_nowhere,
    is_part,
    is_readable,
    is_subresource,
    keep_private,
    may_be_article,
)
from gate.doors.placing import holds, put_at_end
from gate.doors.sending import Closing, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse

    from _typeshed import OptExcInfo

    from gate.model import Answer, Passage

    Fields = list[tuple[str, str]]

# Pages up to this length in bytes are changed in one piece and keep a Content-Length;
# it also bounds what is held back while the place for a banner is looked for.
WHOLE = 1 << 20

_NOT_A_PAGE = frozenset({"204", "205", "206", "304"})


class Reply:
    """One answer of the site into which a passage puts banner and footer.

    Hand `start` to the site as its `start_response`, and what the site returns to
    `body`; the server gets what `body` returns.

    Args:
        passage: What is put in.
        start_response: The server's.
        method: Method with which the site is asked.
    """

    __slots__ = (
        "_announced",  # length of a page that may come at once; 0 if unknown
        "_changed",  # something is put in, or was into what is confirmed
        "_coding",  # of a page to be changed; empty leaves an answer as it is
        "_exc_info",
        "_head",
        "_held",
        "_insertion",
        "_method",
        "_otherwise",  # for this answer; None if it may leave whatever it is
        "_passage",
        "_placed",
        "_received",  # bytes that the site has given
        "_refused",  # `otherwise` is sent
        "_sent",  # the server has the header fields
        "_server",
        "_whole",  # the page is short and comes in one piece
        "_write_on",
    )

    def __init__(
        self, passage: Passage, start_response: StartResponse, method: str
    ) -> None:
        self._passage = passage
        self._server = start_response
        self._method = method
        self._head: tuple[str, Fields] | None = None
        self._exc_info: OptExcInfo | None = None
        self._held: list[bytes] = []
        self._insertion: Insertion | None = None
        self._otherwise: Answer | None = None
        self._placed: frozenset[str] = frozenset()
        self._write_on: Callable[[bytes], object] | None = None
        self._coding = ""
        self._announced = self._received = 0
        self._changed = self._refused = self._sent = self._whole = False

    def start(
        self, status: str, headers: Fields, exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Take the site's status and header fields, as PEP 3333 says."""
        if exc_info and exc_info[1] and (self._received or self._sent):
            raise exc_info[1].with_traceback(exc_info[2])
        if self._head is not None and not exc_info:
            raise AssertionError("start_response was called twice without exc_info")
        self._exc_info = exc_info
        self._head = (status, headers)
        self._prepare(status, headers)
        return self._write

    def place(self, slot: str) -> bool:
        """Let a template place the banner ("top") or the footer ("bottom") itself.

        What is then not found in the page is put in all the same, because a template
        may be rendered and thrown away.

        Returns:
            False if the door has begun to send and will place it.
        """
        if self._received or self._insertion is not None:
            return False
        self._placed |= {slot}
        self._whole = True
        return True

    def body(self, result: Iterable[bytes]) -> Iterable[bytes]:
        """Return what the server is to send for what the site returned."""
        if self._head is not None and not self._coding and not self._refused:
            if not self._sent:
                self._commit()
            return result
        if self._announced and not self._passage.top:
            return self._at_once(result)
        if isinstance(result, (list, tuple)):
            self._whole = True
        return Closing(self._chunks(result), result)

    def _at_once(self, result: Iterable[bytes]) -> Iterable[bytes]:
        """Take the short way that nearly every page can go: whole in one chunk."""
        chunks = iter(result)
        try:
            first = next(chunks, b"")
        except BaseException:
            Closing(chunks, result).close()
            raise
        if len(first) == self._announced and not self._placed:
            done = put_at_end(first, self._passage.bottom)
            if done is not None:
                self._received = len(first)
                self._commit(len(done))
                return Closing(iter((done,)), result)
        return Closing(self._chunks(chain((first,), chunks)), result)

    def _prepare(self, status: str, headers: Fields) -> None:
        kind, coding, length = described(headers)
        code = status[:3]
        is_page = is_html(kind)
        self._coding = ""
        self._announced = 0
        self._refused = False
        self._otherwise = None
        if self._passage.otherwise is not None and may_be_article(code):
            self._otherwise = self._passage.otherwise
            is_page = is_page or not kind  # browsers would look inside
            self._refused = not (is_part(kind) or (is_page and self._passage.top))
        self._changed = code == "304"  # it confirms a page that has the mark
        if is_page and status[0] != "3" and code not in _NOT_A_PAGE:
            if not is_readable(kind, coding):
                self._refused = self._otherwise is not None
            elif self._method == "HEAD":
                self._changed = True
            elif not self._refused and (self._passage.top or self._passage.bottom):
                self._changed = True
                self._coding = coding.strip().lower() or "identity"
                number = _short_length(length)
                self._whole = bool(self._placed or number)
                if self._coding == "identity":
                    self._announced = number
        elif is_page and self._otherwise is not None:
            self._refused = True  # a part of an article, say

    def _commit(self, length: int | None = None) -> None:
        if self._head is None:
            raise AssertionError("the application never called start_response")
        status, headers = self._head
        passage = self._passage
        private = passage.private or (
            passage.private_html and not is_subresource(headers)
        )
        strict = is_kept_nowhere(passage)
        if self._changed:
            mark = passage.mark
            headers = describe_anew(headers, mark, private=private, strict=strict)
        elif private:
            headers = keep_private(headers, strict=strict)
        if length is not None:
            headers.append(("Content-Length", str(length)))
        exc_info = (self._exc_info,) if self._exc_info else ()
        self._exc_info = None
        self._sent = True
        self._write_on = self._server(status, headers, *exc_info)

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
        if not self._coding:
            if not self._sent:
                self._commit()
            return chunk
        if self._whole:
            self._held.append(chunk)
            if self._received <= WHOLE:
                return b""
            self._whole = False  # longer than announced
            chunk = self._release()
            self._look_for_placed(chunk)
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
        self._commit()
        return self._release()

    def _last(self) -> bytes:
        """Return the rest, or the whole if nothing has left yet."""
        if self._coding and not self._refused:
            page = self._finished()
            if page is not None:
                return page
        elif not self._refused and not self._sent:
            self._commit()
        other = self._otherwise if self._refused else None
        return b"".join(send(other, self._server)) if other else b""

    def _finished(self) -> bytes | None:
        """Finish the page; None if a banner has found no place in it."""
        page = self._release()
        if self._whole:
            self._look_for_placed(page)
            if self._coding == "identity" and not self._left("top"):
                done = put_at_end(page, self._left("bottom"))
                if done is not None:
                    self._commit(len(done))
                    return done
        insertion = self._insertion or self._insert()
        page = (insertion.feed(page) if self._whole else page) + insertion.finish()
        if self._is_homeless(insertion):
            self._refused = True
            return None
        if not self._sent:
            self._commit(len(page))
        return page

    def _look_for_placed(self, page: bytes) -> None:
        """Forget what a template took and did not put into the page."""
        if self._placed:
            pieces = {"top": self._passage.top, "bottom": self._passage.bottom}
            self._placed = frozenset(
                s for s in self._placed if holds(page, pieces[s], self._coding)
            )

    def _insert(self) -> Insertion:
        return Insertion(self._left("top"), self._left("bottom"), self._coding)

    def _left(self, slot: str) -> bytes:
        """Return what is still to be put in at a slot."""
        if slot in self._placed:
            return b""
        return self._passage.top if slot == "top" else self._passage.bottom

    def _is_homeless(self, insertion: Insertion) -> bool:
        """Say whether there is a banner that has found no place so far."""
        return self._otherwise is not None and not insertion.found_place

    def _release(self) -> bytes:
        held, self._held = self._held, []
        return held[0] if len(held) == 1 else b"".join(held)


def _short_length(length: str) -> int:
    """Return an announced length that is no longer than `WHOLE`, else 0."""
    is_number = length.isascii() and length.isdigit() and len(length) <= len(str(WHOLE))
    return int(length) if is_number and int(length) <= WHOLE else 0
