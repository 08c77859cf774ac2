"""Who may see the preview: browsers of this machine, on a page of its own.

Other users of the machine are not kept out: loopback is everybody's there. And loopback
is not enough. A page of a stranger, open in the same browser, can send
requests to it, and can give itself its name (DNS rebinding): so the Host must be
loopback, and a request that another site began is refused. No request changes anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gate.workbench.demo.bar import is_own_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication

NEVER_KEPT: Final = (
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, noarchive"),
)
"""Header fields of every answer."""

_OWN: Final = frozenset({"none", "same-origin"})
_PLAIN: Final = "80"  # the port that browsers leave out
_METHODS: Final = frozenset({"GET", "HEAD"})


class Guard:
    """A WSGI application: the preview, for its own user alone.

    Args:
        app: The preview.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request, or refuse it."""
        if not is_own_user(environ) or not _names_port(environ):
            said = "The preview answers on this machine alone, by a loopback address."
            return _refusal("421 Misdirected Request", said, start_response)
        if environ.get("HTTP_SEC_FETCH_SITE", "none") not in _OWN:
            said = "Another site sent this request. Open the preview by its address."
            return _refusal("403 Forbidden", said, start_response)
        if environ["REQUEST_METHOD"] not in _METHODS:
            said = "The preview only shows: it sends nothing and changes nothing."
            return _refusal("405 Method Not Allowed", said, start_response)
        return self._app(environ, _without_traces(start_response))


def _names_port(environ: dict[str, Any]) -> bool:
    """Say whether the Host names the port at which the preview listens."""
    host, port = environ.get("HTTP_HOST", ""), environ["SERVER_PORT"]
    return bool(host.endswith(f":{port}") or port == _PLAIN)


def _without_traces(start_response: StartResponse) -> StartResponse:
    def start(
        status: str,
        headers: list[tuple[str, str]],
        *exc_info: Any,  # noqa: ANN401  # passed on as it came
    ) -> Callable[[bytes], object]:
        own = {name.lower() for name, _ in NEVER_KEPT} | {"set-cookie"}
        kept = [field for field in headers if field[0].lower() not in own]
        return start_response(status, [*kept, *NEVER_KEPT], *exc_info)

    return start


def _refusal(status: str, said: str, start_response: StartResponse) -> list[bytes]:
    body = f"{said}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        *NEVER_KEPT,
    ]
    if status.startswith("405"):
        headers.append(("Allow", "GET, HEAD"))
    start_response(status, headers)
    return [body]
