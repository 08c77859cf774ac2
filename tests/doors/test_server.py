"""The server program: what it must refuse, drop and never write."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import time

import pytest

HOST = "Host: localhost"
GET = "GET /a HTTP/1.1"


@pytest.fixture(scope="module")
def echo(door):
    return door("echo")


def status(received):
    return int(received.split(b" ", 2)[1])


def _json(received):
    body = received.partition(b"\r\n\r\n")[2]
    return body[body.index(b"{") : body.rindex(b"}") + 1]


@pytest.mark.parametrize(
    "lines",
    [
        [HOST, "Content-Length: 3", "Transfer-Encoding: chunked", "", "0", "", ""],
        [HOST, "Transfer-Encoding: chunked", "Content-Length: 3", "", "0", "", ""],
        [HOST, "Content-Length: 3", "Content-Length: 4", "", "abc"],
        [HOST, "Transfer-Encoding: chunked, chunked", "", "0", "", ""],
        [HOST, "Transfer-Encoding: xchunked", "", "0", "", ""],
        [HOST, "Content-Length: +3", "", "abc"],
        [HOST, "Transfer-Encoding : chunked", "", "0", "", ""],
        [HOST, "Host: evil.example"],
        [HOST, HOST],
        [HOST, " folded: x"],
        [HOST, "X-A: a\x00b"],
        [HOST, "X-A: a\nX-B: b"],
        [HOST, "X A: b"],
    ],
)
def test_ambiguous_requests_are_refused(echo, lines):
    assert status(echo.raw("POST /a HTTP/1.1", *lines)) in {400, 501}


def test_names_with_underscores_are_dropped(echo):
    received = echo.raw(
        GET,
        HOST,
        "X_Forwarded_For: 1.2.3.4",
        "X_Gate_Action: pass",
        "Connection: close",
    )
    arrived = json.loads(_json(received))
    assert "HTTP_X_FORWARDED_FOR" not in arrived
    assert "HTTP_X_GATE_ACTION" not in arrived


def test_no_field_moves_the_path_or_the_scheme(echo):
    received = echo.raw(
        "GET /articles/healthz HTTP/1.1",
        HOST,
        "SCRIPT_NAME: /articles",
        "Script-Name: /articles",
        "PATH_INFO: /healthz",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Ssl: on",
        "Connection: close",
    )
    arrived = json.loads(_json(received))
    assert arrived["PATH_INFO"] == "/articles/healthz"
    assert arrived["SCRIPT_NAME"] == ""
    assert arrived["wsgi.url_scheme"] == "http"


def test_the_raw_path_is_visible(echo):
    received = echo.raw(
        "GET /x/%2e%2e/a%2Fb//c?q=%20 HTTP/1.1", HOST, "Connection: close"
    )
    arrived = json.loads(_json(received))
    assert arrived["RAW_URI"] == "/x/%2e%2e/a%2Fb//c?q=%20"
    assert arrived["PATH_INFO"] == "/x/../a/b//c"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"GET /{'a' * 9000} HTTP/1.1", HOST], 414),
        ([GET, HOST, "X-A: " + "a" * 9000], 431),
        ([GET, HOST, *[f"X-{n}: 1" for n in range(150)]], 431),
        (["get /a HTTP/1.1", HOST], 400),
        (["GET /a HTTP/9.9", HOST], 400),
    ],
)
def test_limits_hold(echo, lines, expected):
    assert status(echo.raw(*lines)) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /private-path HTTP/9.9", HOST],
        [f"GET /{'private' * 1500} HTTP/1.1", HOST],
        [GET, HOST, "X-Private: " + "private" * 1500],
        [GET, HOST, "X Private: x"],
        [GET, HOST, *[f"X-Private-{n}: {'private' * 150}" for n in range(90)]],
    ],
)
def test_a_refusal_of_the_server_is_kept_by_nobody_and_quotes_nothing(echo, lines):
    received = echo.raw(*lines)
    assert status(received) in {400, 414, 431}
    assert b"Cache-Control: no-store" in received
    assert b"rivate" not in received.partition(b"\r\n\r\n")[2]
    assert b"text/html" not in received


def test_claims_of_the_gates_own_fields_are_removed(echo):
    received = echo.raw(GET, HOST, "X-Gate-Action: pass", "Connection: close")
    assert "HTTP_X_GATE_ACTION" not in json.loads(_json(received))


def test_the_log_holds_nothing_of_a_reader(door):
    server = door("fail")
    article = "/a/very-private-article"
    assert server.ask("GET", article)[0].status == 500
    server.raw("GET /another-private HTTP/1.1", HOST, HOST)
    time.sleep(0.2)
    log = server.log.read_text()
    assert "RuntimeError at" in log
    assert "malformed request" in log
    for trace in ("private", "127.0.0.1", "Traceback"):
        assert trace not in log.replace(f"127.0.0.1:{server.port}", "")


def test_hangup_replaces_no_worker_and_cuts_no_connection(echo):
    before = set(echo.workers)
    connection = http.client.HTTPConnection("127.0.0.1", echo.port, timeout=20)
    with contextlib.closing(connection):
        for _ in range(20):
            os.kill(echo.process.pid, signal.SIGHUP)
            connection.request("GET", "/a", headers={"Host": "localhost"})
            own = connection.sock
            answer = connection.getresponse()
            assert (answer.status, connection.sock) == (200, own)
            answer.read()
            time.sleep(0.02)
    assert set(echo.workers) == before


@contextlib.contextmanager
def clients(server, count, *sent):
    """Open connections and send the same on each; close them in the end."""
    with contextlib.ExitStack() as stack:
        peers = []
        for number in range(count):
            address = ("127.0.0.1", server.port)
            peer = stack.enter_context(socket.create_connection(address, timeout=20))
            peer.sendall(sent[number % len(sent)])
            peers.append(peer)
        yield peers


def seconds(server):
    """Return how long a quick client has to wait for an answer."""
    begun = time.monotonic()
    assert server.ask("GET", "/a", headers={"Host": "localhost"})[0].status == 200
    return time.monotonic() - begun


def test_clients_that_send_half_a_request_hold_nobody_up_and_are_dropped(door):
    server = door("echo")
    head = b"POST /a HTTP/1.1\r\nHost: localhost\r\n"
    halves = (b"", b"GET", head, head + b"Content-Length: 2000\r\n\r\nn=")
    with clients(server, 100, *halves) as peers:
        assert seconds(server) < 2
        time.sleep(6)
        for peer in peers:
            with contextlib.suppress(OSError):
                peer.sendall(b"x")  # a drop now and then buys no time
        assert seconds(server) < 2
        begun = time.monotonic()
        for peer in peers:
            with contextlib.suppress(ConnectionResetError):
                assert peer.recv(1) == b""
        assert time.monotonic() - begun < 8


def test_clients_that_stop_in_a_long_body_are_dropped(door):
    server = door("echo")
    head = b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n"
    with clients(server, 12, head + b"x" * 5000):
        time.sleep(0.3)
        assert seconds(server) < 16
    assert "TimeoutError" not in server.log.read_text()


def test_clients_that_do_not_hang_up_hold_nobody_up(echo):
    with clients(echo, 40, b"GET /a HTTP/1.0\r\nHost: localhost\r\n\r\n"):
        time.sleep(0.2)
        assert seconds(echo) < 2


def test_a_request_may_come_in_pieces_and_two_in_one(echo):
    one = b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with clients(echo, 1, one + one[:20]) as [peer]:
        time.sleep(0.3)
        peer.sendall(one[20:30])
        time.sleep(0.3)
        peer.sendall(one[30:].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b""
        while piece := peer.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 200") == 2


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(echo):
    head = "POST /a HTTP/1.1", HOST, "Content-Length: 4", "Expect: 100-continue"
    text = "\r\n".join([*head, "Connection: close", "", ""]).encode()
    with clients(echo, 1, text) as [peer]:
        assert peer.recv(100).startswith(b"HTTP/1.1 100")
        peer.sendall(b"body")
        received = b""
        while piece := peer.recv(65536):
            received += piece
    assert json.loads(_json(received))["body"] == 4


def test_a_header_without_end_is_refused(echo):
    with clients(echo, 1, GET.encode() + b"\r\nX-A: " + b"a" * 70_000) as [peer]:
        assert status(peer.recv(100)) == 431
