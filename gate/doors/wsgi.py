"""The door for any WSGI application: asks the gate first, then lets the site answer.

The site is called only for a `Passage`; before that no byte of an article exists.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from gate.doors.claims import MOVERS, drop_claims
from gate.doors.fields import ask_whole, is_kept_nowhere, is_subresource, keep_private
from gate.doors.reply import Reply
from gate.doors.sending import send
from gate.model import Answer, Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication

    from _typeshed import OptExcInfo

PASSAGE = "gate.passage"
"""Key in the environ under which the site finds the `Passage`."""

PLACED = "gate.placed"
"""Key of a function that lets a template place "top" or "bottom" itself."""


class Handler(Protocol):
    """What a door needs of the gate."""

    def handle(self, environ: dict[str, Any], *, door: str) -> Answer | Passage:
        """Decide what follows from a request; bad requests are answers, too."""


class GateMiddleware:
    """A WSGI application with the gate in front of it.

    Args:
        app: The site.
        gate: The gate.
        door: Name of this door in counts.

    Example:
        ``app = GateMiddleware(app, Gate.load("config.yaml"))``
    """

    def __init__(
        self, app: WSGIApplication, gate: Handler, *, door: str = "wsgi"
    ) -> None:
        self._app = app
        self._gate = gate
        self._door = door

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request, by the gate or by the site behind it."""
        outcome = self._gate.handle(environ, door=self._door)
        if outcome.__class__ is Answer:
            return send(outcome, start_response)
        return self._let_pass(outcome, environ, start_response)  # type: ignore[arg-type]

    def _let_pass(
        self, passage: Passage, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        if "X_GATE" in "\n".join(environ) or not environ.keys().isdisjoint(MOVERS):
            drop_claims(environ)
        environ[PASSAGE] = passage
        if passage.as_get:
            turn_into_get(environ)
        elif passage.form is not None:
            give_body(environ, passage.form)
        changes = passage.bottom or passage.top
        if changes or passage.otherwise is not None:
            if changes:
                ask_whole(environ, passage)
            reply = Reply(passage, start_response, environ["REQUEST_METHOD"])
            environ[PLACED] = reply.place
            return reply.body(self._app(environ, reply.start))
        if passage.private:
            strict = is_kept_nowhere(passage)
            start_response = _private(start_response, strict=strict)
        elif passage.private_html:
            strict = is_kept_nowhere(passage)
            start_response = _private_html(start_response, strict=strict)
        return self._app(environ, start_response)


def turn_into_get(environ: dict[str, Any]) -> None:
    """Make the request a GET without a body."""
    environ["REQUEST_METHOD"] = "GET"
    environ.pop("CONTENT_TYPE", None)
    give_body(environ, b"")


def give_body(environ: dict[str, Any], body: bytes) -> None:
    """Replace the body of the request."""
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _private(start_response: StartResponse, *, strict: bool) -> StartResponse:
    def start(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: OptExcInfo | None = None,
        /,
    ) -> Callable[[bytes], object]:
        return start_response(status, keep_private(headers, strict=strict), exc_info)

    return start


def _private_html(start_response: StartResponse, *, strict: bool) -> StartResponse:
    def start(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: OptExcInfo | None = None,
        /,
    ) -> Callable[[bytes], object]:
        if not is_subresource(headers):
            headers = keep_private(headers, strict=strict)
        return start_response(status, headers, exc_info)

    return start
