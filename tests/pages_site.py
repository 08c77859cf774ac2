"""A site that consists of the gate's pages alone, whatever the state of the reader."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from gate.answer import leave, proceed
from gate.errors import BadPathError
from gate.model import Action, Activity, Client, Decision, Kind, Request
from gate.notices import Look
from gate.request import is_same_origin_navigation

NOTICES = Path(__file__).parents[1] / "rules" / "notices"
COOKIE = "__Host-n"
ARTICLE = (
    '<!doctype html><html lang=en><title>Article</title><link rel=icon href="data:,">'
    "<body><main><h1>ARTICLE-MARKER</h1></main>"
)
ELSEWHERE = "<!doctype html><html lang=en><title>Weather</title><h1>WEATHER</h1>"
STORY = """<style>body{margin:0;font:1.125rem/1.6 Georgia,serif}
main{max-width:44rem;margin:0 auto;padding:1rem;
overflow-wrap:anywhere}</style><article>
<p>An owl is easier to hear than to see. The map was drawn by ear, over eleven winters,
by people who stood still in the dark and wrote down what called.</p></article>"""
LOOK = Look(
    name="The Daily Lantern",
    organization="Lantern Media",
    explainer_url="/about/this-law",
    attribution="IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
)
READING = ("undesirable-organization",)
ACTS = ("undesirable-organization-acts",)
DONATE = ("undesirable-organization-donate",)
# First segment of a path -> notices, activity, action. All other paths read.
SHOWN = {
    "comment": (ACTS, Activity.COMMENT, Action.INTERSTITIAL),
    "donate": (DONATE, Activity.DONATE, Action.INTERSTITIAL),
    "several": (READING + DONATE, Activity.READ, Action.INTERSTITIAL),
    "blocked": (READING, Activity.READ, Action.BLOCK),
}
STATES = {
    "reading": "/news/article",
    "act": "/comment/1",
    "donating": "/donate",
    "several": "/several/1",
    "blocked": "/blocked/1",
}
"""Where each of the pages with a way out stands on the site of pages."""

OTHERS = {"banner": "/banner/1", "refusal": "/refused/1"}
"""Where the rest of what a reader can see stands: an article with banner and footer."""


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
        others = {
            "-": self._leave,
            "elsewhere": lambda _: ELSEWHERE,
            "refused": lambda _: self.pages.refusal(BadPathError("is one of a test")),
            "banner": self._between,
        }
        if first in others:
            return others[first](request)
        return self._notice(request, environ, first)

    def _leave(self, request):
        self.hold.wait(10)
        return leave(request, self.exit_url, clear=True)

    def _notice(self, request, environ, first):
        notices, activity, action = SHOWN.get(
            first, (READING, Activity.READ, Action.INTERSTITIAL)
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
            Decision(action=action, notices=notices),
            activity=activity,
            own_form=is_same_origin_navigation(request),
        )

    def _between(self, request):
        """An article between the banner and the footer."""
        top = self.pages.banner(request, READING).html.decode()
        bottom = self.pages.footer.html.decode()
        article = ARTICLE.replace("<body>", "<body>" + top)
        return article.replace("</main>", STORY + "</main>") + bottom


class QuietHandler(WSGIRequestHandler):
    """Logs nothing; tells the path as it was sent."""

    def log_message(self, *_):
        """Say nothing."""

    def get_environ(self):
        return super().get_environ() | {"RAW_URI": self.path}


class ThreadedServer(ThreadingMixIn, WSGIServer):
    """Takes many connections at once; readers that hang up are no news."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        """Keep quiet."""


@contextmanager
def serving(site):
    """Serve a WSGI application; yields its origin."""
    with make_server("127.0.0.1", 0, site, ThreadedServer, QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
