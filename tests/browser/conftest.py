"""A site that consists of the gate's pages alone, and a Chromium to open them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from gate.answer import leave, proceed
from gate.model import Action, Activity, Client, Decision, Kind, Request
from gate.notices import Look, compile_pages, load_notices
from gate.request import is_same_origin_navigation

NOTICES = Path(__file__).parents[2] / "rules" / "notices"
COOKIE = "__Host-n"
ARTICLE = (
    "<!doctype html><html lang=en><title>Article</title>"
    "<body><main><h1>ARTICLE-MARKER</h1></main>"
)
ELSEWHERE = "<!doctype html><html lang=en><title>Weather</title><h1>WEATHER</h1>"
LOOK = Look(
    name="The Daily Lantern",
    organization="Lantern Media",
    explainer_url="/about/this-law",
    attribution="IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
)
# First segment of a path -> notices, activity, action. All other paths read.
SHOWN = {
    "comment": ("undesirable-organization-acts", Activity.COMMENT, Action.INTERSTITIAL),
    "donate": ("undesirable-organization-donate", Activity.DONATE, Action.INTERSTITIAL),
    "blocked": ("undesirable-organization", Activity.READ, Action.BLOCK),
}


class _Fields:
    def __init__(self, environ):
        self._environ = environ

    def get(self, name):
        return self._environ.get("HTTP_" + name.upper().replace("-", "_"))


class PagesSite:
    """Answers with compiled pages; remembers what was asked for."""

    def __init__(self, pages):
        self.pages = pages
        self.seen = []
        self.sent = []
        self.exit_url = ""
        self.hold = threading.Event()
        self.hold.set()

    def __call__(self, environ, start_response):
        request = self._request(environ)
        self.seen.append((request.method, request.path, environ))
        if request.form is not None:
            fields = parse_qsl(request.form.decode())
            self.sent.append((request.method, request.path, environ, fields))
        answer = self._answer(request, environ)
        if isinstance(answer, str):
            body = answer.encode()
            headers = [("Content-Type", "text/html; charset=utf-8")]
            status = 200
        else:
            body, headers, status = answer.body, list(answer.headers), answer.status
        phrase = HTTPStatus(status).phrase
        start_response(f"{status} {phrase}", headers)
        return [body]

    def _request(self, environ):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        dest = environ.get("HTTP_SEC_FETCH_DEST", "document")
        kinds = {"document": Kind.DOCUMENT, "iframe": Kind.FRAME, "empty": Kind.FETCH}
        return Request(
            method=environ["REQUEST_METHOD"],
            scheme="http",
            host="127.0.0.1",
            path=environ["PATH_INFO"],
            kind=kinds.get(dest, Kind.ASSET),
            client=Client(4, 1),
            headers=_Fields(environ),
            form=environ["wsgi.input"].read(length) if length else None,
        )

    def _answer(self, request, environ):
        first = request.path.split("/")[1]
        if request.path == "/-/leave":
            self.hold.wait(10)
            return leave(request, self.exit_url, clear=True)
        if request.path == "/elsewhere":
            return ELSEWHERE
        notices, activity, action = SHOWN.get(
            first, ("undesirable-organization", Activity.READ, Action.INTERSTITIAL)
        )
        revision = self.pages.revision
        form = (request.form or b"").decode()
        if f"n={revision}" in form and action is not Action.BLOCK:
            if activity is Activity.READ and "direct" not in form:
                query = environ["QUERY_STRING"]
                target = environ["PATH_INFO"] + ("?" + query if query else "")
                return proceed(target, revision=revision, cookie=COOKIE)
            return ARTICLE
        cookie = request.headers.get("cookie") or ""
        if activity is Activity.READ and f"{COOKIE}={revision}" in cookie:
            return ARTICLE
        return self.pages.before(
            request,
            Decision(action=action, notices=(notices,)),
            activity=activity,
            own_form=is_same_origin_navigation(request),
        )


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def serving(site):
    """Serve a WSGI application; yields its origin."""
    with make_server("127.0.0.1", 0, site, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def notices():
    found, findings = load_notices(NOTICES)
    assert [f for f in findings if f.severity == "error"] == []
    return found


@pytest.fixture(scope="session")
def pages(notices):
    return compile_pages(notices, LOOK)


@pytest.fixture
def site(pages):
    """A site of pages, with its origin in `.origin`."""
    made = PagesSite(pages)
    with serving(made) as origin:
        made.origin = origin
        made.exit_url = origin.replace("127.0.0.1", "localhost") + "/elsewhere"
        yield made


@pytest.fixture
def open_page(chromium, site):
    """Open a path of the site in a context of its own; keeps CSP violations."""
    contexts = []

    def open_(path="/news/article", *, locale="en-US", **options):
        context = chromium.new_context(locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.violations = []
        page.on("console", lambda m: page.violations.append(m.text))
        page.goto(site.origin + path)
        return page

    yield open_
    for context in contexts:
        context.close()
