"""The server program: what it must refuse, drop and never write."""

from __future__ import annotations

import json
import os
import signal
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


def test_hangup_replaces_the_workers_and_serves_on(echo):
    before = set(echo.workers)
    os.kill(echo.process.pid, signal.SIGHUP)
    deadline = time.monotonic() + 10
    while before & set(echo.workers) and time.monotonic() < deadline:
        assert echo.ask("GET", "/a", headers={"Host": "localhost"})[0].status == 200
    assert not before & set(echo.workers)
