"""A site that serves an article wherever any server could find one in a request."""

from __future__ import annotations

import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.doors.test_attacks import MOVERS, OVERRIDES, readings

# A prefix comes before the path that was decided on, and an application inside needs
# the one of its own proxy; so the doors leave that field alone.
_KEYS = [
    "HTTP_" + name.upper().replace("-", "_")
    for name in MOVERS
    if name != "X-Forwarded-Prefix"
]
_METHODS = ["HTTP_" + name.upper().replace("-", "_") for name in OVERRIDES]
HEAD = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "public, max-age=3600"),
)
ARTICLE = b"<html><body><p>ARTICLE</p></body></html>"
OTHER = b"<html><body><p>other</p></body></html>"


@lru_cache(maxsize=100_000)
def is_article(target):
    """Say whether any reading of a target, path and all, is an article."""
    return any(one.startswith("/a/") for one in readings(target))


class Site:
    """The site as a WSGI application.

    Attributes:
        articles: How often an article was served.
        others: How often anything else was.
        claims: Fields of the gate's own that came with the requests.
    """

    def __init__(self):
        self.clear()

    def clear(self):
        self.articles, self.others = 0, 0
        self.claims, self.methods = [], []

    def __call__(self, environ, start_response):
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        named = [path, environ.get("RAW_URI", "")]
        moved = [environ[key] for key in _KEYS if key in environ]
        found = self.served(
            environ["REQUEST_METHOD"], [one for one in named if one] + moved
        )
        claims = {k: v for k, v in environ.items() if k.startswith("HTTP_X_GATE")}
        self.claims.append(claims)
        self.methods += [environ[key] for key in _METHODS if key in environ]
        start_response("200 OK", list(HEAD))
        return [found]

    def served(self, method, targets):
        """Count a request, and return the page."""
        self.methods.append(method)
        if any(map(is_article, targets)):
            self.articles += 1
            return ARTICLE
        self.others += 1
        return OTHER


class _Handler(BaseHTTPRequestHandler):
    """The same site behind a socket."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else short answers wait for an acknowledgement

    def log_message(self, *_):
        """Keep quiet."""

    def serve(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        moved = [self.headers[name] for name in MOVERS if name in self.headers]
        site = self.server.site
        body = site.served(self.command, [self.path, *moved])
        fields = [(k.upper().replace("-", "_"), v) for k, v in self.headers.items()]
        site.claims.append({k: v for k, v in fields if k.startswith("X_GATE")})
        site.methods += [self.headers[n] for n in OVERRIDES if n in self.headers]
        self.send_response(200)
        for name, value in HEAD:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = serve  # noqa: N815  # the library's names
    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815


class Listening:
    """The site at a port of its own, until the block ends."""

    def __init__(self, site):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.site = site
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
