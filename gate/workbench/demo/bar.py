"""The demo bar: visit "as" another place, through the whole real path.

A wrapper around the demo. It acts for the machine's own user only: the peer and the
Host must be loopback, and no field may say that somebody else is behind the peer.
For everybody else it is not there.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from gate.answer.insertion import Insertion
from gate.doors.claims import tells_address
from gate.doors.sending import Closing
from gate.request.proxies import FORWARDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from wsgiref.types import StartResponse, WSGIApplication

    from gate.workbench.demo.places import DemoPlace

COOKIE = "demo-place"
TRAVEL = "/-demo/visit"
FORM_LIMIT = 16_384
"""Most bytes that the bar's own form may have."""

_BEHIND = FORWARDING | {"HTTP_VIA"}
_FORGOTTEN = (
    ("Set-Cookie", "__Host-n=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"),
    ("Set-Cookie", "n=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),
)
_STYLE = files(__package__).joinpath("bar.css").read_text("utf-8")


def style_source(style: str) -> str:
    """Return the source expression that lets exactly this style apply.

    Source:
        CSP Level 3, section 2.3.1 (hash sources).
    """
    digest = hashlib.sha256(style.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def is_own_user(
    environ: dict[str, Any], telltales: Collection[str] = frozenset()
) -> bool:
    """Say whether a request comes from this machine's own user, and nobody behind.

    Args:
        environ: The request.
        telltales: More fields that only a proxy would send.
    """
    known = _BEHIND.union(telltales)
    if any(tells_address(key, known) for key in environ):
        return False
    host = environ.get("HTTP_HOST", "").rpartition("@")[2].lower()
    name = host[: host.find("]") + 1] if host.startswith("[") else host.split(":")[0]
    if name not in {"localhost", "127.0.0.1", "[::1]"}:
        return False
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class DemoBar:
    """A WSGI application: the demo, with the bar under every page.

    Args:
        app: The demo site with the gate in front.
        places: The places on the bar; the first is where one begins.
        telltales: Fields beside the usual ones that only a proxy would send.
    """

    def __init__(
        self,
        app: WSGIApplication,
        places: Sequence[DemoPlace],
        telltales: Collection[str] = frozenset(),
    ) -> None:
        self._app = app
        self._telltales = telltales
        self._places = {place.id: place for place in places}
        self._first = places[0]

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request, for the machine's own user as if from another place."""
        if not is_own_user(environ, self._telltales):
            return self._app(environ, start_response)
        if environ.get("PATH_INFO") == TRAVEL and environ["REQUEST_METHOD"] == "POST":
            return self._travel(environ, start_response)
        place = self._place_of(environ)
        back = _own_target(environ)
        environ["REMOTE_ADDR"] = place.address
        environ["HTTP_ACCEPT_LANGUAGE"] = place.language
        environ["HTTP_ACCEPT_ENCODING"] = "identity"
        barred = _Barred(self._markup(place, back), start_response)
        return barred.body(self._app(environ, barred.start))

    def _place_of(self, environ: dict[str, Any]) -> DemoPlace:
        try:
            cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        except CookieError:
            return self._first
        chosen = cookies[COOKIE].value if COOKIE in cookies else ""
        return self._places.get(chosen, self._first)

    def _travel(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        form = _form(environ)
        headers = [("Location", _safe_target(form.get("back", "/")))]
        if form.get("place") in self._places:
            kept = f"{COOKIE}={form['place']}; Path=/; HttpOnly; SameSite=Lax"
            headers.append(("Set-Cookie", kept))
        if "forget" in form:
            headers += _FORGOTTEN
        headers += [("Cache-Control", "no-store"), ("Content-Length", "0")]
        start_response("303 See Other", headers)
        return []

    def _markup(self, here: DemoPlace, back: str) -> bytes:
        buttons = "".join(
            f'<button name="place" value="{place.id}"'
            f"{' aria-pressed=true' if place is here else ''}>{escape(place.title)}"
            "</button>"
            for place in self._places.values()
        )
        markup = (
            '<div id="demo-bar" lang="en" dir="ltr"><template shadowrootmode="open">'
            f"<style>{_STYLE}</style>"
            f'<form method="post" action="{TRAVEL}" aria-label="Demo">'
            f'<input type="hidden" name="back" value="{escape(back)}">'
            "<p><strong>Demo</strong> visiting as if from</p>"
            f"<div>{buttons}</div>"
            '<button class="forget" name="forget" value="1">Forget Continue'
            "</button></form></template></div>"
        )
        return markup.encode("ascii", "xmlcharrefreplace")


class _Barred:
    """One answer, with the bar put into it if it is a page."""

    def __init__(self, markup: bytes, start_response: StartResponse) -> None:
        self._markup = markup
        self._server = start_response
        self._is_page = False

    def start(
        self,
        status: str,
        headers: list[tuple[str, str]],
        *exc_info: Any,  # noqa: ANN401  # passed on as it came
    ) -> Any:  # noqa: ANN401  # the server's own write()
        fields = {name.lower(): value for name, value in headers}
        self._is_page = (
            fields.get("content-type", "").startswith("text/html")
            and status[0] != "3"
            and "content-encoding" not in fields
        )
        if self._is_page:
            headers = [_with_bar(*field) for field in headers]
            headers = [f for f in headers if f[0].lower() != "content-length"]
        return self._server(status, headers, *exc_info)

    def body(self, result: Iterable[bytes]) -> Iterable[bytes]:
        return Closing(self._chunks(result), result)

    def _chunks(self, result: Iterable[bytes]) -> Iterator[bytes]:
        insertion = None
        for chunk in result:
            if self._is_page and insertion is None:
                insertion = Insertion(b"", self._markup)
            yield insertion.feed(chunk) if insertion else chunk
        if insertion:
            yield insertion.finish()


def _with_bar(name: str, value: str) -> tuple[str, str]:
    if name.lower() != "content-security-policy" or "'unsafe-inline'" in value:
        return name, value
    source = style_source(_STYLE)
    return name, value.replace("style-src ", f"style-src {source} ", 1)


def _form(environ: dict[str, Any]) -> dict[str, str]:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), FORM_LIMIT)
    text = environ["wsgi.input"].read(length).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text).items()}


def _own_target(environ: dict[str, Any]) -> str:
    path = quote(environ.get("PATH_INFO", "/").encode("latin-1"))
    query = environ.get("QUERY_STRING")
    return f"{path}?{query}" if query else path


def _safe_target(target: str) -> str:
    is_own = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_own and target.isascii() and target.isprintable() else "/"
