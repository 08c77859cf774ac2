"""What doors hand to a WSGI server: finished answers, bodies that get closed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse

    from gate.model import Answer

_STATUS_LINES = {s.value: f"{s.value} {s.phrase}" for s in HTTPStatus}
_LENGTHLESS = frozenset({204, 304})


def send(answer: Answer, start_response: StartResponse) -> list[bytes]:
    """Send an answer of the gate's own; returns the body for the server."""
    headers = list(answer.headers)
    if answer.status not in _LENGTHLESS:
        headers.append(("Content-Length", str(answer.length)))
    start_response(_STATUS_LINES[answer.status], headers)
    return [answer.body] if answer.body else []


class Closing:
    """A body whose source is closed by the server, even if it was never begun."""

    __slots__ = ("_chunks", "_source")

    def __init__(self, chunks: Iterator[bytes], source: object) -> None:
        self._chunks = chunks
        self._source = source

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close what the site returned, as a server would have done."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()


def refuse(status: int, start_response: StartResponse) -> list[bytes]:
    """Answer with a status in plain text, for nobody to keep."""
    line = _STATUS_LINES[status]
    body = f"{line}\n".encode()
    start_response(
        line,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]
