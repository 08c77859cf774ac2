"""A request as a reader's browser sends it, and what comes back; read by gunicorn."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from gunicorn.config import Config
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from gate.workbench.running.server import HARDENED

MOSCOW, BERLIN, NOWHERE = "77.88.8.8", "91.64.0.1", "192.0.2.1"
EDGE = "10.0.0.2"
"""The server in front of the gate; the only peer that the gate trusts."""


class Ask(NamedTuple):
    """One request of one reader.

    Attributes:
        target: Request target, bytes as Latin-1.
        host: The Host field; None for none, or several lines joined by a line break.
        lines: All other fields, "Name: value".
        place: The reader's address as the server in front sees it; None if it does
            not say.
        continues: The reader presses Continue: each door gets the form of its page.
        peer: Address of whoever connects to the gate.
    """

    target: str = "/a/1"
    method: str = "GET"
    lines: tuple[str, ...] = ()
    place: str | None = MOSCOW
    host: str | None = "localhost"
    continues: bool = False
    body: bytes = b""
    peer: str = EDGE

    @property
    def hosts(self):
        return [] if self.host is None else self.host.split("\n")

    def value(self, name):
        """Return the first field of a name."""
        start = f"{name}:".lower()
        found = (ln for ln in self.lines if ln.lower().startswith(start))
        return next((line.partition(":")[2].strip() for line in found), None)

    def without(self, *names):
        """Return the lines but those of some names, however they are capitalised."""
        return [ln for ln in self.lines if name_of(ln) not in names]


class Heard(NamedTuple):
    """What a door answers."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def field(self, name):
        found = [value for key, value in self.headers if key.lower() == name]
        return found[0] if len(found) == 1 else (found or None)


REFUSED_BY_SERVER = Heard(400)


def name_of(line):
    return line.partition(":")[0].strip().lower()


class _Socket:
    """Where gunicorn would say 100 Continue."""

    def send(self, data):
        return len(data)


def _settings():
    config = Config()
    for name, value in HARDENED.items():
        if name in config.settings:
            config.set(name, value)
    return config


SETTINGS = _settings()


def written(method, target, lines, body=b""):
    """Return the bytes of a request."""
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""])
    return head.encode("latin-1") + body


def environ_of(data, peer=EDGE):
    """Return the WSGI environ of a request's bytes; None if the server refuses it."""
    parser = RequestParser(SETTINGS, [data], (peer, 1234))
    try:
        request = next(parser)
    except (ParseException, StopIteration):
        return None
    SETTINGS.pre_request(None, request)
    _, environ = wsgi.create(
        request, _Socket(), (peer, 1234), ("127.0.0.1", 80), SETTINGS
    )
    return environ


def result_of_write(_data):
    """Stand for the old way of sending, which no door uses."""
    raise AssertionError("write() was called")


def call(app, environ):
    """Run a WSGI application; a HEAD gets no body, as from any server."""
    told = []

    def start(status, headers, exc_info=None):
        assert exc_info is None or exc_info[0] is None
        told[:] = [int(status[:3]), tuple(headers)]
        return result_of_write

    result = app(environ, start)
    try:
        body = b"".join(result)
    finally:
        with contextlib.suppress(AttributeError):
            result.close()
    return Heard(*told, b"" if environ["REQUEST_METHOD"] == "HEAD" else body)
