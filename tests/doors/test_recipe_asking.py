"""HAProxy, Traefik and Envoy before a site, each with the files of its recipe.

All three are the real servers; the last two come as packages for Python. What only one
of them does is in a file of its own. The site counts what reaches it: nothing of a
gated article may, whatever a reader sends and whatever becomes of the gate.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SERVERS = ("haproxy", "traefik", "envoy")
STRANGER = "127.0.0.9"
"""A peer that no trust list names; it is private, so its place is unknown."""

FIELDS = ("X-Gate-Action", "X-Gate-Allows", "X-Gate-Banner", "X-Gate-Cache")
PRESSED = {"Content-Type": "text/plain", "Sec-Fetch-Site": "same-origin"}
CLAIMS = {
    "another address": {
        "Forwarded": "for=91.64.0.1",
        "X-Envoy-External-Address": "91.64.0.1",
        "X-Haproxy-Address": "91.64.0.1",
        "X-Gate-Client-Ip": "91.64.0.1",
    },
    "another path": {
        "X-Envoy-Original-Path": "/about/undesirable/",
        "X-Haproxy-Uri": "/about/undesirable/",
    },
    "a field to be dropped": {"Connection": "close, X-Gate-Action, X-Gate-Cache"},
    "leave to go on": {"X-Envoy-Auth-Failure-Mode-Allowed": "true"},
    "an answer of the gate": {"X-Gate-Answered": "1", "X-Haproxy-No-Accept": "1"},
}


class Impostor(BaseHTTPRequestHandler):
    """Something at the gate's address that is not the gate."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Keep quiet."""

    def do_GET(self):
        self.send_response(self.server.status)
        for name, value in self.server.fields:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    do_HEAD = do_POST = do_GET  # noqa: N815


@contextlib.contextmanager
def impostor(front, status, fields=()):
    """Put something else at the address of a gate that has been killed."""
    server = bound(front.gate.port)
    server.daemon_threads, server.status, server.fields = True, status, fields
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def bound(port):
    """Take a port, as soon as the last worker of what had it is gone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            return ThreadingHTTPServer(("127.0.0.1", port), Impostor)
        time.sleep(0.1)
    pytest.fail(f"port {port} is taken")


@pytest.fixture(scope="module", params=SERVERS)
def name(request):
    return request.param


@pytest.fixture
def front(put, name):
    return put(name)


def from_stranger(front, path, headers):
    """Ask from a peer that nobody trusts."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", front.port, timeout=20, source_address=(STRANGER, 0)
    )
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def soon(ask, wanted, seconds=10):
    """Ask until an answer is as wanted."""
    deadline = time.monotonic() + seconds
    while not wanted(reply := ask()):
        assert time.monotonic() < deadline, reply
        time.sleep(0.1)
    return reply


# What readers get


def test_the_notice_arrives_with_all_its_fields(front):
    headers = front.ask(path="/a/in").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["CDN-Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Language"] == "ru"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert not [name for name in headers if name.lower().startswith("x-gate")]


def test_continue_opens_the_article_and_nothing_else(front, recipes):
    pressed = recipes.CONTINUE | PRESSED
    reply = front.ask("POST", "/a/went", pressed, b"n=0123")
    assert (reply.status, reply.headers["Location"]) == (303, "/a/went")
    assert not front.site.seen("/a/went")
    cookie = reply.headers["Set-Cookie"].partition(";")[0]
    assert cookie.startswith("__Host-n=")
    shown = recipes.DOCUMENT | {"Cookie": f"theme=dark; {cookie}"}
    assert front.ask(path="/a/went", headers=shown).is_article
    assert not front.ask("POST", "/comment/1", shown, b"x=1").is_article


def test_two_lines_of_cookies_are_read_as_one_field(front, name, recipes):
    """Envoy joins them with a comma, which may be a part of one: the page again."""
    reply = front.ask("POST", "/a/1", recipes.CONTINUE | PRESSED, b"n=0123")
    cookie = reply.headers["Set-Cookie"].partition(";")[0]
    lines = "".join(f"{n}: {v}\r\n" for n, v in recipes.DOCUMENT.items())
    text = (
        f"GET /a/two HTTP/1.1\r\n{lines}Cookie: a=1\r\nCookie: {cookie}\r\n"
        f"X-Forwarded-For: {recipes.MOSCOW}\r\nConnection: close\r\n\r\n"
    )
    opens = recipes.MARKER in front.raw(text.encode())
    assert opens == (name != "envoy")


def test_no_other_upgrade_reaches_the_site(front, recipes):
    text = (
        "GET /a/h2c HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n"
        "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
        f"X-Forwarded-For: {recipes.BERLIN}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", front.port), timeout=10) as peer:
        peer.sendall(text.encode())
        assert b" 101 " not in peer.recv(4096)
    assert not [hit for hit in front.site.seen("/a/h2c") if hit.field("Upgrade")]


# What readers try


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
def test_no_claim_of_a_reader_changes_the_answer(front, name, recipes, claims):
    headers = recipes.DOCUMENT | claims
    assert front.ask(path="/a/claim", headers=headers).is_notice
    assert not front.site.seen("/a/claim")
    assert front.ask(path="/a/claim", headers=headers, reader=recipes.BERLIN).is_article
    hit = front.site.seen("/a/claim")[-1]
    told = {field: v for field, v in hit.fields if field.startswith("x-gate")}
    known = {field.lower() for field in FIELDS}
    if name == "traefik":  # which removes by name alone; its recipe says so
        known |= {"x-gate-answered"} & set(told)
    assert set(told) == known
    assert told["x-gate-action"] == "pass"
    assert "x-gate" not in "".join(hit.field("Connection")).lower()
    # Of the other two families each server only knows its own.
    others = [f"x-{other}" for other in ("haproxy", "envoy") if other != name]
    mine = {n.lower() for n in claims} - {"connection"} - set(told)
    left = [n for n, _ in hit.fields if n in mine and not n.startswith(tuple(others))]
    assert not left


def test_the_site_is_not_told_the_readers_address(front, recipes):
    front.ask(path="/a/told", reader=recipes.BERLIN)
    (hit,) = front.site.seen("/a/told")
    assert recipes.BERLIN not in str(hit.fields)
    assert "127.0.0.1" not in str(hit.fields)


def test_a_strangers_word_on_its_address_is_not_believed(front, recipes):
    claims = recipes.DOCUMENT | {"X-Forwarded-For": recipes.BERLIN}
    status, body = from_stranger(front, "/a/stranger", claims)
    assert (status, recipes.MARKER in body) == (403, False)
    assert not front.site.seen("/a/stranger")


def test_an_address_in_ipv6_is_read(front, recipes):
    for reader in (f"::ffff:{recipes.MOSCOW}", "2a02:6b8::1"):
        assert front.ask(path="/a/six", reader=reader).is_notice
    assert not front.site.seen("/a/six")
    reader = f"::ffff:{recipes.BERLIN}"
    assert front.ask(path="/a/six", reader=reader).is_article


def test_two_hosts_are_refused(front, recipes):
    text = (
        "GET /a/hosts HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n"
        f"X-Forwarded-For: {recipes.BERLIN}\r\nConnection: close\r\n\r\n"
    )
    assert b" 200 " not in front.raw(text.encode()).partition(b"\r\n")[0]
    assert not front.site.seen("/a/hosts")


@pytest.mark.parametrize("number", [30, 120])
def test_many_fields_are_judged_or_refused(front, recipes, number):
    many = {f"X-Many-{n}": "b" * 100 for n in range(number)}
    reply = front.ask(path="/a/many", headers=recipes.DOCUMENT | many)
    assert reply.status in {400, 403, 431}
    assert not front.site.seen("/a/many")


# When the gate is down, slow, or not the gate


def test_open_lets_everybody_through_while_the_gate_is_down(put, name, recipes):
    front = put(name, fresh=True, check={"when_down": "open"})
    assert front.ask(path="/a/open").is_notice
    front.gate.kill()
    reply = front.ask(path="/a/open", headers=recipes.DOCUMENT | {"X-Gate-Action": "x"})
    assert reply.is_article
    assert reply.headers["Cache-Control"] == "private, no-cache"
    (hit,) = front.site.seen("/a/open")
    assert not [field for field, _ in hit.fields if field.startswith("x-gate")]
    assert recipes.MOSCOW not in str(hit.fields)
    front.gate.start()
    soon(lambda: front.ask(path="/a/open"), lambda r: r.is_notice)


def test_with_open_the_gates_own_no_still_holds(put, name, recipes):
    front = put(name, check={"when_down": "open"})
    assert front.ask(path="/a/no").is_notice
    assert front.ask(path="/%2561/no").status == 400
    headers = recipes.DOCUMENT | {"Host": "elsewhere.example"}
    assert front.ask(headers=headers, path="/a/no").status == 421
    assert not front.site.seen("/a/no")


def test_whatever_stands_at_the_gates_address_lets_nobody_through(put, name, recipes):
    front = put(name, fresh=True)
    front.gate.kill()
    # Traefik takes every 2xx for leave to pass; its recipe says so.
    for status in (302, 404, 500, *((201, 204) if name != "traefik" else ())):
        with impostor(front, status):
            reply = front.ask(path="/a/other", reader=recipes.BERLIN)
        assert not reply.is_article
        assert not front.site.seen("/a/other")
    with impostor(front, 403, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]):
        reply = front.ask(path="/a/other")
    assert reply.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_leave_to_pass_without_the_fields_is_none(put, name, recipes):
    front = put(name, fresh=True)
    front.gate.kill()
    partly = [(field, "pass") for field in FIELDS[:3]]
    for fields in ((), partly):
        with impostor(front, 200, fields):
            reply = front.ask(path="/a/bare", reader=recipes.BERLIN)
        # Traefik cannot see that fields are missing; its recipe says so.
        assert reply.status == (200 if name == "traefik" else 503)
