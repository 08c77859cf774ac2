"""All doors in one process, each with what stands before it.

In front of Flask, WSGI, proxy and folder stands a server that names the reader. The
four servers that ask are adapters: each builds the question from its own family of
fields as its recipe does, and passes on everything else that a stranger sent.
"""

from __future__ import annotations

import re

from flask import Flask, request

from gate.doors.check import CheckDoor
from gate.doors.flask import FlaskGate
from gate.doors.front import Front
from gate.doors.proxy import Proxy
from gate.doors.sending import refuse
from gate.doors.static import Folder
from gate.doors.wsgi import GateMiddleware
from gate.request.proxies import FORWARDING
from tests.doors.contract.wire import (
    REFUSED_BY_SERVER,
    Heard,
    call,
    environ_of,
    name_of,
    written,
)

SECRET = "s" * 40
FORM = "application/x-www-form-urlencoded"
HOSTS = ["localhost", "news.example.org", "xn--b1amarcd.example"]
CARRYING = ("wsgi", "flask", "proxy", "static")
ASKING = ("nginx", "forward", "haproxy", "envoy")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

TELLTALES = {key[5:].replace("_", "-").lower() for key in FORWARDING}
"""Fields in which proxies name an address; recipes take them away."""

_STRANGE = re.compile(r"x-(?:gate|original|forwarded|haproxy|envoy|rewrite|replaced)")
_MOVING = {"x-http-method", "x-http-method-override", "x-method-override"}
_NAME = re.compile(r"[a-z0-9-]+")
_PASSED = re.compile(
    r"accept|accept-language|cookie|origin|referer|content-type|gate-shown|purpose"
    r"|x-purpose|x-moz|access-control-request-method|sec-.*"
)
OWN_PAGE = re.compile(r"/-/leave/?(?:\?.*)?")
CLOSED = re.compile(r"/-/(?:check|relay|live|ready)(?:[/?]|\Z)")
_WHOLE_URL = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z-]+")


class Spy:
    """The gate, remembering what followed from the last request."""

    def __init__(self, gate):
        self._gate = gate
        self.outcome = None

    def __getattr__(self, name):
        return getattr(self._gate, name)

    def handle(self, environ, **options):
        self.outcome = self._gate.handle(environ, **options)
        return self.outcome


def own_form(ask, revision, *, carries):
    """Return content type and body of what the reader's browser sends."""
    if not ask.continues:
        return None, ask.body
    body = f"n={revision}".encode()
    return (FORM, body) if carries else ("text/plain", body + b"\r\n")


def sent(ask, revision, *, carries):
    """Return the reader's lines, with the form that the door's page would send."""
    kind, body = own_form(ask, revision, carries=carries)
    lines = list(ask.lines)
    if kind:
        lines.append(f"Content-Type: {kind}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return lines, body


class Carrying:
    """A door that sees bodies, behind a server that names the reader."""

    carries = True

    def __init__(self, spy, app):
        self.spy = spy
        self._app = app

    def ask(self, ask):
        self.spy.outcome = None
        lines, body = sent(ask, self.spy.snapshot.pages.revision, carries=True)
        lines = [ln for ln in lines if name_of(ln) != "x-forwarded-proto"]
        front = [f"Host: {host}" for host in ask.hosts]
        front.append("X-Forwarded-Proto: http")
        if ask.place:
            lines.append(f"X-Forwarded-For: {ask.place}")
        data = written(ask.method, ask.target, front + lines, body)
        environ = environ_of(data, ask.peer)
        if environ is None or len(ask.hosts) != 1:
            return REFUSED_BY_SERVER
        return call(self._app, environ)


class Asking:
    """A server that asks before it answers.

    Args:
        name: Name of the family.
        spy: The gate.
        site: What answers if the gate allows it.
    """

    carries = False

    def __init__(self, name, spy, site):
        self.name = name
        self.spy = spy
        self._site = site
        door = CheckDoor(spy, secrets=[SECRET], prefix="/-/")
        nothing = GateMiddleware(_nothing, spy, door="check")
        self._gate = Front(nothing, prefix="/-/", own={"check": door, "relay": door})
        self.said = None

    def ask(self, ask):
        self.spy.outcome = self.said = None
        ask = as_received(ask)
        if ask is None:
            return REFUSED_BY_SERVER
        if CLOSED.match(ask.target) or OWN_PAGE.fullmatch(ask.target):
            return self._own_page(ask)
        said = self._put(self._question(ask), ask.peer)
        if said is None:
            return REFUSED_BY_SERVER
        self.said = said
        if said.status == 200:
            return self._site_answers(ask, said)
        return self._relayed(ask, said)

    def _question(self, ask):
        """Return the bytes of the check request."""
        lines, _ = sent(ask, self.spy.snapshot.pages.revision, carries=False)
        lines = [ln for ln in lines if name_of(ln) not in {"content-length", "host"}]
        return getattr(self, f"_as_{self.name}")(ask, lines)

    def _as_nginx(self, ask, lines, *, path="/-/check/nginx", more=(), method="GET"):
        """Every field of the reader's goes on but those that the recipe sets."""
        taken = TELLTALES | {"x-gate-secret", "x-gate-verdict", "transfer-encoding"}
        kept = [
            ln for ln in lines if name_of(ln) not in taken and "_" not in name_of(ln)
        ]
        kept = [ln for ln in kept if not name_of(ln).startswith("x-original-")]
        family = [
            f"Host: {ask.host}",
            f"X-Original-URI: {ask.target}",
            f"X-Original-Method: {ask.method}",
            f"X-Original-Host: {ask.host}",
            "X-Original-Proto: http",
            f"X-Gate-Secret: {SECRET}",
            *more,
        ]
        if ask.place:
            family.append(f"X-Real-IP: {ask.place}")
        return written(method, path, family + kept)

    def _as_forward(self, ask, lines):
        """As Caddy and Traefik do: all else is the reader's, in whatever spelling."""
        taken = {
            f"x-forwarded-{name}" for name in ("for", "host", "method", "proto", "uri")
        }
        taken |= {"x-gate-secret", "transfer-encoding"}
        family = [
            "Host: gate",
            f"X-Forwarded-Uri: {ask.target}",
            f"X-Forwarded-Method: {ask.method}",
            f"X-Forwarded-Host: {ask.host}",
            "X-Forwarded-Proto: http",
            f"X-Gate-Secret: {SECRET}",
        ]
        if ask.place:
            family.append(f"X-Forwarded-For: {ask.place}")
        kept = [ln for ln in lines if name_of(ln) not in taken]
        return written("GET", "/-/check/forward", family + kept)

    def _as_haproxy(self, ask, lines):
        """Only what the gate reads goes on, each name once."""
        family = [
            "Host: gate",
            f"X-Haproxy-Uri: {ask.target}",
            f"X-Haproxy-Method: {ask.method}",
            f"X-Haproxy-Host: {ask.host}",
            "X-Haproxy-Proto: http",
            f"X-Gate-Secret: {SECRET}",
        ]
        if ask.place:
            family.append(f"X-Haproxy-Address: {ask.place}")
        return written("GET", "/-/check/haproxy", family + _joined(lines))

    def _as_envoy(self, ask, lines):
        """Method, path and Host are the reader's own."""
        family = [f"Host: {ask.host}", "X-Gate-Proto: http", f"X-Gate-Secret: {SECRET}"]
        if ask.place:
            family.append(f"X-Gate-Client-Ip: {ask.place}")
        target = f"/-/check/envoy{ask.target}"
        return written(ask.method, target, [*family, *_joined(lines)])

    def _put(self, data, peer):
        environ = environ_of(data, peer)
        return None if environ is None else call(self._gate, environ)

    def _relayed(self, ask, said):
        """nginx fetches the answer; the others hand on what they have."""
        if self.name != "nginx" or said.status != 401:
            body = b"" if ask.method == "HEAD" else said.body
            return Heard(said.status, said.headers, body)
        more = [f"X-Gate-Verdict: {said.field('x-gate-verdict')}"]
        lines, _ = sent(ask, self.spy.snapshot.pages.revision, carries=False)
        lines = [ln for ln in lines if name_of(ln) not in {"content-length", "host"}]
        method = "HEAD" if ask.method == "HEAD" else "GET"
        data = self._as_nginx(
            ask, lines, path="/-/relay/nginx", more=more, method=method
        )
        decided = self.spy.outcome
        heard = self._put(data, ask.peer)
        self.spy.outcome = decided
        return REFUSED_BY_SERVER if heard is None else heard

    def _site_answers(self, ask, said):
        lines, body = sent(ask, self.spy.snapshot.pages.revision, carries=False)
        kept = [ln for ln in lines if not _is_strange(name_of(ln))]
        gates = [f"{n}: {v}" for n, v in said.headers if n.lower().startswith("x-gate")]
        front = [f"Host: {ask.host}", *gates, *kept]
        environ = environ_of(written(ask.method, ask.target, front, body))
        return REFUSED_BY_SERVER if environ is None else call(self._site, environ)

    def _own_page(self, ask):
        """The gate's own pages are fetched from it directly; some are closed."""
        if CLOSED.match(ask.target):
            return Heard(404)
        lines = [ln for ln in ask.lines if not _is_strange(name_of(ln))]
        front = [f"Host: {ask.host}", "X-Forwarded-Proto: http"]
        if ask.place:
            front.append(f"X-Forwarded-For: {ask.place}")
        data = written(ask.method, ask.target, front + lines)
        return self._put(data, ask.peer) or Heard(400)


def _nothing(_environ, start_response):
    return refuse(404, start_response)


def _is_strange(name):
    """Say whether the recipes take a field of the reader's away."""
    known = _STRANGE.match(name) or name in TELLTALES | _MOVING
    return bool(known) or not _NAME.fullmatch(name)


def _joined(lines):
    found = {}
    for line in lines:
        if _PASSED.fullmatch(name_of(line)):
            found.setdefault(name_of(line), []).append(line.partition(":")[2].strip())
    ends = {"cookie": "; "}
    return [f"{name}: {ends.get(name, ', ').join(found[name])}" for name in found]


def as_received(ask):
    """Return a request as a server has it after reading; None if it refuses it."""
    if len(ask.hosts) != 1 or not _TOKEN.fullmatch(ask.method):
        return None
    whole = _WHOLE_URL.match(ask.target)
    if whole:
        rest = ask.target[whole.end() :]
        ask = ask._replace(
            target=rest if rest[:1] == "/" else f"/{rest}", host=whole[1]
        )
    elif not ask.target.startswith("/"):
        return None
    data = written(ask.method, ask.target, [f"Host: {ask.host}", *ask.lines])
    return None if environ_of(data) is None else ask


def flask_app(site, spy):
    """Return a Flask application that answers every path as the site does."""
    app = Flask("contract")

    @app.before_request
    def answer():
        told = []
        body = site(request.environ, lambda *said: told.append(said[1]))
        return body[0], 200, told[0]

    FlaskGate().init_app(app, gate=spy)
    return app


def all_doors(gate, site, listening, folder):
    """Return every door by its name, all before the same site and gate."""
    spy = Spy(gate)
    doors = {
        "wsgi": Carrying(spy, GateMiddleware(site, spy)),
        "flask": Carrying(spy, flask_app(site, spy)),
        "proxy": Carrying(spy, GateMiddleware(Proxy(listening.url), spy, door="proxy")),
        "static": Carrying(spy, GateMiddleware(Folder(folder), spy, door="static")),
    }
    return doors | {name: Asking(name, spy, site) for name in ASKING}
