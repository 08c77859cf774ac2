"""The page itself: a real request through the real gate, in this very process."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.engine.activities import Activities
from gate.engine.snapshot import reading_of
from gate.model import Activity
from gate.request import Proxies
from gate.workbench.preview.article import LANGUAGE, sample_site
from gate.workbench.preview.choice import CONTINUE

if TYPE_CHECKING:
    from gate.engine.snapshot import Snapshot
    from gate.workbench.preview.case import Visit
    from gate.workbench.preview.choice import Choice

COOKIE = "__Host-n"
"""Of a browser that has met the page, on https."""

_KEPT = frozenset({"content-type", "content-language", "content-security-policy"})
_BROWSER = {
    "HTTP_ACCEPT": "text/html,application/xhtml+xml",
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "HTTP_SEC_FETCH_SITE": "none",
    "HTTP_SEC_FETCH_USER": "?1",
    "HTTP_ACCEPT_ENCODING": "identity",
}


class Page(NamedTuple):
    """What a reader's browser gets.

    Attributes:
        status: HTTP status code.
        headers: Header fields that a browser shows a page by; the policy lets this
            preview put it into a frame.
        body: The page.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def page_of(snapshot: Snapshot, visit: Visit) -> Page:
    """Ask the gate, with the demo's site behind it, for the page of a visit."""
    choice = visit.choice
    gate = Gate(_seen_as(snapshot, visit), clock=lambda: choice.now)
    site = sample_site(snapshot.config.site.name)
    door = GateMiddleware(site, gate, door="flask")
    status, headers, body = _asked(door, _environ(snapshot, visit))
    return Page(status, tuple(_framed(n, v) for n, v in headers if n in _KEPT), body)


def _seen_as(snapshot: Snapshot, visit: Visit) -> Snapshot:
    """Return the snapshot for which the visitor is where the visit says.

    Which activity a request is for is taken from the visit, and never from a path of
    the site; a gate that only observes shows here what it would do.
    """
    activity = visit.choice.activity
    every = [(activity, ("GET",), ("/**",))]
    config = replace(snapshot.config, mode="enforce")
    return replace(
        snapshot,
        config=config,
        index=visit.index,
        activities=Activities([] if activity is Activity.READ else every),
        reading=replace(reading_of(config), proxies=Proxies.compile(), edge=None),
        asking={},
    )


def _environ(snapshot: Snapshot, visit: Visit) -> dict[str, Any]:
    choice = visit.choice
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": choice.path.encode().decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "REMOTE_ADDR": visit.peer,
        "HTTP_HOST": snapshot.config.site.hosts[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        LANGUAGE: choice.language,
        **_BROWSER,
        **_told(choice, snapshot.pages.revision),
    }


def _told(choice: Choice, revision: str) -> dict[str, str]:
    """Return what the browser tells of the reader."""
    told = {}
    if choice.language:
        told["HTTP_ACCEPT_LANGUAGE"] = choice.language
    if choice.step == CONTINUE:
        told["HTTP_COOKIE"] = f"{COOKIE}={revision}"
    return told


def _asked(
    app: Any,  # noqa: ANN401  # a WSGI application
    environ: dict[str, Any],
) -> tuple[int, list[tuple[str, str]], bytes]:
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        begun[:] = [(status, headers)]

    result = app(environ, start)
    try:
        body = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    status, headers = begun[0]
    return int(status[:3]), [(n.lower(), v) for n, v in headers], body


def _framed(name: str, value: str) -> tuple[str, str]:
    if name != "content-security-policy":
        return name, value
    return name, value.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
