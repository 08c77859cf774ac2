"""Hostile requests, byte by byte, against `gate serve` before a credulous site.

The site behind the gate reads a request in every way that some server somewhere reads
it: it decodes again and again, follows `..;/`, believes X-Original-URL, and so on. If
one of its readings is an article, it counts as served. So a row fails as soon as any
site could have been tricked past the warning.
"""

from __future__ import annotations

import contextlib
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from posixpath import normpath
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.doors.proxy import target_of
from gate.engine import Gate
from gate.model import Answer
from gate.request.path import canonical_path, canonical_raw
from gate.workbench.starter import write_starter

GATE = str(Path(sys.executable).with_name("gate"))
MOSCOW, BERLIN = "77.88.8.8", "91.64.0.1"
HOSTS = "localhost,news.example.org,xn--b1amarcd.example"
FORM = "application/x-www-form-urlencoded"
MOVERS = (
    "X-Original-URL",
    "X-Original-URI",
    "X-Rewrite-URL",
    "X-Forwarded-Uri",
    "X-Forwarded-Path",
    "X-Forwarded-Prefix",
    "X-Replaced-Path",
)
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def readings(target):
    """Every path that some server would make of a request target."""
    found, new = set(), {target}
    while new:
        found |= new
        new = {other for path in new for other in _rereadings(path)} - found
    return found


def _rereadings(path):
    yield unquote(path, "latin-1")
    yield path.replace("\\", "/")
    yield path.lower()
    yield re.sub("^[a-z]+://[^/]*", "", path)
    for end in "?#\0":
        yield path.partition(end)[0]
    yield re.sub(";[^/]*", "", path)
    yield normpath(re.sub("/+", "/", path))
    yield re.sub("/+", "/", path)


def _is_article(path, fields):
    moved = [path, *(fields[name] for name in MOVERS if name in fields)]
    return any(one.startswith("/a/") for each in moved for one in readings(each))


class Site(BaseHTTPRequestHandler):
    """Serves an article wherever it can find one in a request; counts them."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Keep quiet."""

    def serve(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = _is_article(self.path, self.headers)
        (self.server.articles if found else self.server.others).append(self.path)
        methods = {self.headers[name] for name in OVERRIDES} - {None}
        self.server.methods.update(methods or {self.command})
        text = "ARTICLE" if found else "other"
        body = f"<html><body><p>{text}</p></body></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cache-Control", "public, max-age=3600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = serve  # noqa: N815  # the library's names
    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815


@pytest.fixture(scope="module")
def credulous():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.articles, server.others, server.methods = [], [], set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked") / "site"
    write_starter(folder)
    return folder


@pytest.fixture(scope="module")
def attacked(home, free, run, session_state, credulous):
    """The gate before the credulous site; its peers are trusted proxies."""
    port = free()
    command = [
        "env",
        "GATE_VISITOR__TRUSTED_PROXIES=127.0.0.1/32",
        "GATE_VISITOR__HEADER=X-Forwarded-For",
        f"GATE_SITE__HOSTS={HOSTS}",
        f"GATE_STATE={session_state}",
        "GATE_SERVER__WORKERS=1",
        GATE,
        "serve",
        f"--config={home / 'config.yaml'}",
        f"--listen=127.0.0.1:{port}",
        f"--upstream=http://127.0.0.1:{credulous.server_address[1]}",
    ]
    with run(*command, port=port, log=home / "attacked.log") as server:
        yield server


class Received(NamedTuple):
    """One answer, taken apart by hand: the library would hide what is odd."""

    status: int
    fields: dict
    body: bytes

    @property
    def is_own(self):
        """Whether the gate answered itself; the proxy marks what it passes on."""
        return "via" not in self.fields


def parse(data):
    data = data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    fields = {name.lower(): value.strip() for name, _, value in pairs}
    return Received(int(first.split()[1]), fields, body)


@pytest.fixture
def attack(attacked, credulous):
    """Send lines as they are, from Moscow; return the answer."""
    for seen in (credulous.articles, credulous.others, credulous.methods):
        seen.clear()

    def send(first, *lines, address=MOSCOW, host="Host: localhost", body=""):
        head = [first, *([host] if host else []), *lines]
        if address:
            head.append(f"X-Forwarded-For: {address}")
        return parse(attacked.raw(*head, "Connection: close", "", body, end=False))

    return send


def get(target):
    return f"GET {target} HTTP/1.1"


EXEMPT = "/robots.txt"


def test_the_site_can_be_reached_at_all(attack, credulous):
    """Without this, every row below could pass because nothing works."""
    assert attack(get("/a/1"), address=BERLIN).status == 200
    assert len(credulous.articles) == 1
    assert attack(get(EXEMPT)).status == 200
    assert len(credulous.others) == 1
    assert attack(get("/a/1")).status == 403
    assert len(credulous.articles) == 1


def test_the_site_is_as_credulous_as_it_says():
    for target in ("/x/..;/a/1", "/%2561/1", "/x%5c..%5ca/1", "/A/1", "/a/1%00.png"):
        assert _is_article(target, {})
    assert _is_article(EXEMPT, {"X-Original-URL": "/a/1"})
    assert not _is_article(EXEMPT, {})


WARNED = [  # the path is the article's, whatever it looks like
    "/x/../a/1",
    "/%61/1",
    "/a%2f1",
    "//a//1",
    "///a/1",
    "/A/1",
    "/./a/1",
    "/a/1/.",
    "/a/./1",
    "/a/1/",
    "/%2e/a/1",
    "/x/%2e%2e/a/1",
    "/x/.%2e/a/1",
    "/robots.txt/../a/1",
    "/robots.txt/..%2fa/1",
    "/.well-known/..%2f%61/1",
    "/.well-known/x/../../a/1",
    "/.well-known/%2e%2e/a/1",
    "/about/undesirable/..%2f..%2fa/1",
    "/about/undesirable/%2e%2e/%2e%2e/a/1",
    "/help/safety/../../a/1",
    "/a/1#/robots.txt",
    "/a/1%23/robots.txt",
    "/a/1%3f/robots.txt",
    "/a/1?x=/robots.txt",
    "/a/1?/.well-known/x",
    "/a/1?#/robots.txt",
    "/a/1/x.png",
    "/a/1.css",
    "/a/1;.css",
    "/a/1;/robots.txt",
    "/a/1;jsessionid=1",
    "/a/1%3b.css",
    "/a/1&/robots.txt",
    "/a/1%26",
    "/a/1*",
    "/a/%",
    "/a/%zz",
    "/a/1%2",
    "/a/%7e",
    "/a/%D0%B0",
    "/ROBOTS.TXT",
    "/robots.txt%20",
    "/robots.txtx",
    "/feed.xml/../a/1",
    "/feeds/../a/1",
    "/-/leave/../../a/1",
    "/-/leave%2f..%2f..%2fa/1",
    "/-/%6ceave/../../a/1",
    "/-/leave/a/1",
    "/-/Leave",
    "/-/leave%20",
    "/-demo/visit",
    "http://localhost/a/1",
    "HTTP://LOCALHOST/a/1",
    "http://localhost:80/a/1",
    "http://localhost./a/1",
    "http://localhost/robots.txt/../a/1",
    "//localhost/a/1",
    "//robots.txt/a/1",
    "/a/1?" + "x" * 4000,
]
REFUSED = [  # nobody can say which path it is, or no browser sends it
    "/%2561/1",
    "/.well-known/%252e%252e/a/1",
    "/robots.txt%252f..%252fa/1",
    "/robots.txt%00",
    "/robots.txt%00/../a/1",
    "/a/1%00.png",
    "/a/1%0a.css",
    "/a/1%0d%0aX: y",
    "/%09/a/1",
    "/a/1%7f",
    "/.well-known/..%5ca/1",
    "/.well-known\\..\\a/1",
    "/%5ca/1",
    "/\\a/1",
    "/.well-known/%c0%ae%c0%ae/a/1",
    "/.well-known/%c0%af../a/1",
    "/%ff/1",
    "/%ed%a0%80",
    "/../a/1",
    "/..%2fa/1",
    "/%2e%2e/a/1",
    "/robots.txt/../../a/1",
    "/.well-known//../a/1",
    "a/1",
    "*",
    "robots.txt",
    "http://evil.example/robots.txt",
    "http://evil.example/a/1",
    "http://localhost@evil.example/robots.txt",
    "https://evil.example/../a/1",
    "ftp://localhost/robots.txt",
    "javascript:alert(1)",
    "/a/1 /robots.txt",
    "/robots.txt /a/1",
    "/.well-known/..;/a/1",
    "/.well-known/..;x=1/a/1",
    "/.well-known/%2e%2e;/a/1",
    "/.well-known/..%3b/a/1",
    "/.well-known/.;/../a/1;/..",
]


@pytest.mark.parametrize("target", WARNED)
def test_an_article_is_an_article_however_its_path_is_written(
    attack, credulous, target
):
    document = "Sec-Fetch-Dest: document"
    for _ in range(2):  # what is remembered of Berlin is of no use to Moscow
        attack(get(target), document, address=BERLIN)
    credulous.articles.clear()
    for lines in ((), (document,)):
        received = attack(get(target), *lines)
        assert received.status == 403
        assert "no-store" in received.fields["cache-control"]
        assert b"ARTICLE" not in received.body
    assert credulous.articles == []


@pytest.mark.parametrize("target", REFUSED)
def test_a_path_that_two_servers_read_differently_is_refused(attack, credulous, target):
    received = attack(get(target))
    assert 400 <= received.status < 500
    assert credulous.articles == credulous.others == []


@pytest.mark.parametrize("target", ["/" + "a" * 9000, "/" + "a/" * 33_000])
def test_an_endless_path_is_refused(attack, credulous, target):
    assert attack(get(target)).status == 414
    assert credulous.articles == []


@pytest.mark.parametrize("name", [*MOVERS, "SCRIPT_NAME", "PATH_INFO"])
@pytest.mark.parametrize(("target", "moved"), [("/a/1", EXEMPT), (EXEMPT, "/a/1")])
def test_no_field_moves_the_path(attack, credulous, name, target, moved):
    received = attack(get(target), f"{name}: {moved}")
    assert received.status == (200 if target == EXEMPT else 403)
    assert credulous.articles == []


@pytest.mark.parametrize("name", OVERRIDES)
def test_no_field_makes_an_act_of_reading(attack, credulous, name):
    """The acknowledgement opens this path for reading; comments are another matter."""
    cookie = f"Cookie: __Host-n={revision_of(attack(get('/a/1')))}"
    assert attack(get("/comment/1"), cookie, f"{name}: POST").status == 200
    assert attack("HEAD /comment/1 HTTP/1.1", cookie, f"{name}: POST").status == 200
    assert credulous.methods == {"GET", "HEAD"}


IGNORED = [
    "X-Gate-Decision: pass",
    "X-Gate-Action: pass",
    "X-Middleware-Subrequest: middleware",
    "X-Real-IP: 91.64.0.1",
    "X_Real_IP: 91.64.0.1",
    "X_Forwarded_For: 91.64.0.1",
    "X.Forwarded.For: 91.64.0.1",
    "X-Forwarded-For : 91.64.0.1",
    "Forwarded: for=91.64.0.1",
    "CF-Connecting-IP: 91.64.0.1",
    "True-Client-IP: 91.64.0.1",
    "X-Forwarded-For: 91.64.0.1",  # another line of ours follows it
    "X-Forwarded-For: 127.0.0.1, 91.64.0.1",
    "CF-IPCountry: DE",
    "X-Forwarded-Proto: evil",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Port: 443",
    "X-Forwarded-Server: x",
    "X-Forwarded-Method: OPTIONS",
    "User-Agent:",
    "User-Agent: kube-probe/1.0",
    "User-Agent: Googlebot",
    "Sec-Purpose: prefetch",
    "Purpose: prefetch",
    "X-Requested-With: XMLHttpRequest",
    "Authorization: Basic eDp5",
    "Cookie: n=1",
    "Cookie: __Host-n=",
    "Cookie: __Host-n=0000000000000000",
    "Cookie: n; =; ;;;",
    "Upgrade: h2c",
    "Upgrade-Insecure-Requests: 1",
    "Range: bytes=0-10",
    "If-None-Match: *",
    'If-None-Match: "x"',
    "If-Modified-Since: Sun, 22 Nov 2099 00:00:00 GMT",
    "Accept: */*",
    "Accept: text/html,image/png",
    "Accept: x/y",
    "Accept-Language: " + "en," * 2000,
    "Sec-Fetch-Dest: document, image",
    "Sec-Fetch-Dest: Image",
    "Sec-Fetch-Dest: nonsense",
    "Sec-Fetch-Dest: iframe",
    "Sec-Fetch-Dest: empty",
    "Content-Type: image/png",
    "Access-Control-Request-Method: GET",
    "Expect: 100-continue",
]


@pytest.mark.parametrize("line", IGNORED)
def test_no_field_opens_an_article(attack, credulous, line):
    received = attack(get("/a/1"), line)
    assert received.status in {400, 403, 503}
    assert credulous.articles == []
    assert b"ARTICLE" not in received.body


def test_two_destinations_are_not_an_image(attack, credulous):
    lines = ("Sec-Fetch-Dest: document", "Sec-Fetch-Dest: image")
    assert attack(get("/a/1"), *lines).status == 403
    assert attack(get("/a/1"), *reversed(lines)).status == 403
    assert credulous.articles == []


def test_an_anonymous_prefetch_is_refused(attack, credulous):
    received = attack(get("/a/1"), "Sec-Purpose: prefetch;anonymous-client-ip")
    assert received.status == 503
    assert credulous.articles == []


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("Host: LOCALHOST", 403),
        ("Host: localhost.", 403),
        ("Host: localhost:443", 403),
        ("Host: NEWS.Example.ORG.:8080", 403),
        ("Host: XN--B1AMARCD.example", 403),
        ("Host: новости.example", 421),  # raw UTF-8 is not how hosts are sent
        ("Host: evil.example", 421),
        ("Host: localhost.evil.example", 421),
        ("Host: 127.0.0.1", 421),
        ("Host: localhost, evil.example", 400),
        ("Host: localhost evil.example", 400),
        ("Host: localhost@evil.example", 400),
        ("Host: evil.example@localhost", 400),
        ("Host: localhost/a", 400),
        ("Host: localhost:x", 400),
        ("Host: localhost#", 400),
        ("Host: [::1", 400),
        ("Host: l\u200bocalhost", 421),
        ("Host: localhost..", 400),
        ("Host:", 400),
        ("Host: localhost\r\nHost: localhost", 400),
        ("Host: localhost\r\nHost: evil.example", 400),
        ("", 400),
    ],
)
@pytest.mark.parametrize("target", ["/a/1", EXEMPT])
def test_a_site_is_known_by_one_name(attack, credulous, target, host, status):
    host = host.encode().decode("latin-1")
    expected = 200 if (target, status) == (EXEMPT, 403) else status
    received = attack(get(target), host=host)
    assert received.status in ({400, 421} if status == 421 else {expected})
    assert credulous.articles == []
    assert expected == 200 or credulous.others == []


METHODS = {
    "HEAD": {403},
    "OPTIONS": {200, 403},
    "TRACE": {405},
    "TRACK": {405, 501},
    "CONNECT": {400, 405},
    "get": {400, 403},
    "GET\t": {400},
    "G ET": {400},
    "GE\0T": {400},
}


@pytest.mark.parametrize("method", METHODS)
def test_no_method_brings_an_article_to_somebody_who_only_looks(
    attack, credulous, method
):
    received = attack(f"{method} /a/1 HTTP/1.1")
    assert received.status in METHODS[method]
    if method != "OPTIONS":
        assert credulous.articles == []
    assert method != "HEAD" or received.body == b""


@pytest.mark.parametrize(
    "first", [get("/a/1"), "HEAD /a/1 HTTP/1.1", "GET /a/1?n={revision} HTTP/1.1"]
)
@pytest.mark.parametrize("line", ["Origin: http://localhost", "Sec-Fetch-Mode: cors"])
def test_only_a_post_can_acknowledge(attack, credulous, first, line):
    revision = revision_of(attack(get("/a/1")))
    received = attack(first.format(revision=revision), line)
    assert received.status == 403
    assert "set-cookie" not in received.fields
    assert credulous.articles == []


SAME = (
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
)
STRANGE = {
    "another site": ("Sec-Fetch-Site: cross-site", *SAME[1:]),
    "another port or subdomain": ("Sec-Fetch-Site: same-site", *SAME[1:]),
    "no page at all": ("Sec-Fetch-Site: none", *SAME[1:]),
    "an unknown word": ("Sec-Fetch-Site: Same-Origin", *SAME[1:]),
    "two words": ("Sec-Fetch-Site: cross-site", *SAME),
    "a script": (*SAME[:1], "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"),
    "a frame": (*SAME[:2], "Sec-Fetch-Dest: iframe"),
    "a prefetch": (*SAME, "Sec-Purpose: prefetch"),
    "a prerender": (*SAME, "Sec-Purpose: prefetch;prerender"),
    "an older prefetch": (*SAME, "Purpose: prefetch"),
    "Firefox ahead": (*SAME, "X-Moz: prefetch"),
    "old browser, other origin": ("Origin: http://evil.example",),
    "old browser, hidden origin": ("Origin: null",),
    "old browser, two origins": ("Origin: http://localhost", "Origin: http://evil.com"),
    "old browser, own name inside": ("Origin: http://localhost.evil.example",),
    "old browser, user name": ("Origin: http://localhost@evil.example",),
    "old browser, other referrer": ("Referer: http://evil.example/localhost",),
    "old browser, nothing": (),
}


def revision_of(received):
    return re.search(rb'name="n" value="([0-9a-f]+)"', received.body)[1].decode()


def post(attack, target, form, *lines):
    fields = (f"Content-Type: {FORM}", f"Content-Length: {len(form)}")
    return attack(f"POST {target} HTTP/1.1", *fields, *lines, body=form)


@pytest.mark.parametrize("lines", STRANGE.values(), ids=STRANGE)
def test_nobody_else_can_press_continue(attack, lines):
    revision = revision_of(attack(get("/a/1")))
    received = post(attack, "/a/1", f"n={revision}", *lines)
    assert "set-cookie" not in received.fields
    assert received.status != 303
    assert b"n=" + revision.encode() not in received.fields.get("location", "").encode()


ELSEWHERE = {
    "/a/1?u=https://evil.example/": "/a/1?u=https://evil.example/",
    "//evil.example/a": "/evil.example/a",
    "///evil.example/a": "/evil.example/a",
    "/;@evil.example/": "/;@evil.example/",
    "/x/..//evil.example": None,
    "/./evil.example": None,
    "/%2e/%2fevil.example": None,
    "http://localhost//evil.example/a": None,
    "http://localhost/a/1": "/a/1",
}


@pytest.mark.parametrize("target", ELSEWHERE)
def test_continue_never_leads_to_another_site(attack, target):
    revision = revision_of(attack(get("/a/1")))
    received = post(attack, target, f"n={revision}", *SAME)
    assert received.status == 303
    location = received.fields["location"]
    assert re.match(r"/(?![/\\])", location)
    assert ELSEWHERE[target] in {None, location}
    assert "no-store" in received.fields["cache-control"]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "REPORT"])
def test_nobody_can_wear_out_the_button(attack, method):
    """What one stranger asked for must not decide what the next reader gets."""
    revision = revision_of(attack(get("/a/1")))
    attack(f"{method} /a/1 HTTP/1.1")
    received = post(attack, "/a/1", f"n={revision}", *SAME)
    assert received.status == 303
    assert received.fields["set-cookie"].startswith(f"__Host-n={revision};")


@pytest.mark.parametrize("target", ["/\\evil.example", "/%5cevil", "/%09/evil", "/%0d"])
def test_continue_at_a_bad_path_is_refused(attack, target):
    revision = revision_of(attack(get("/a/1")))
    received = post(attack, target, f"n={revision}", *SAME)
    assert received.status == 400
    assert "location" not in received.fields


def test_one_good_cookie_among_several_suffices(attack):
    revision = revision_of(attack(get("/a/1")))
    old, good = "__Host-n=0000", f"__Host-n={revision}"
    for line in (f"{old}; {good}", f"{good}; {old}", f"a=b;{good};c"):
        assert attack(get("/a/1"), f"Cookie: {line}").status == 200
    in_another = f"x=1,{good}"  # what a sub-domain may set
    for line in (f"{good}0", f"x{good}", f"n={revision}", f"{good}%20", in_another):
        assert attack(get("/a/1"), f"Cookie: {line}").status == 403
    assert attack(get("/a/1"), f"Cookie: {old}", f"Cookie: {good}").status == 200


def test_the_acknowledgement_covers_no_act(attack, credulous):
    revision = revision_of(attack(get("/a/1")))
    cookie = f"Cookie: __Host-n={revision}"
    for target in ("/share/1", "/donate/", "/contact/", "/share/x/../1", "//share/1"):
        assert attack(get(target), cookie).status == 403
        assert post(attack, target, "text=x", cookie, *SAME).status == 403
    assert credulous.articles == credulous.others == []


@pytest.mark.parametrize(
    "target",
    [
        "/-/leave",
        "/-/%6ceave",
        "//-//leave",
        "/x/../-/leave",
        "/-/leave?to=//evil.example",
        "/-/leave?exit_url=https://evil.example#x",
    ],
)
def test_leave_leads_where_the_newsroom_said(attack, credulous, target):
    received = attack(get(target), "Sec-Fetch-Dest: document", "Sec-Fetch-Site: none")
    assert received.status == 303
    assert received.fields["location"] == "https://ru.wikipedia.org/"
    assert "no-store" in received.fields["cache-control"]
    assert credulous.articles == credulous.others == []


@pytest.mark.parametrize(
    "lines",
    [
        ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document"),
        ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: image"),
        ("Referer: http://evil.example/",),
    ],
)
def test_nobody_else_can_log_a_reader_out(attack, lines):
    received = attack(get("/-/leave"), "Cookie: login=1", *lines)
    assert "clear-site-data" not in received.fields
    assert "set-cookie" not in received.fields


SMUGGLED = f"GET /a/1 HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {BERLIN}\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        (f"Content-Length: {len(SMUGGLED) + 5}", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 4"),
        ("Transfer-Encoding: identity, chunked", "Content-Length: 4"),
        ("Transfer-Encoding:\x0bchunked",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Content-Length: 0", "Content-Length: 5"),
        ("Content-Length: -1",),
        ("Content-Length: 0x5",),
        ("Content-Length: 1_0",),
        ("X-A: b\n\nGET /a/1 HTTP/1.1",),
        ("X-A: b\r",),
        (" X-Folded: a",),
        ("X-A : b",),
        ("X-A",),
    ],
)
def test_a_request_with_two_ends_is_refused(attack, credulous, lines):
    body = f"0\r\n\r\n{SMUGGLED}"
    received = attack(f"POST {EXEMPT} HTTP/1.1", *lines, body=body)
    assert received.status in {400, 501}
    assert credulous.articles == credulous.others == []


@pytest.mark.parametrize(
    "line",
    ["X-Big: " + "x" * 65_536, "Cookie: " + "a=b; " * 13_000, "X" * 65_536 + ": 1"],
)
def test_a_huge_field_is_refused(attack, credulous, line):
    assert attack(get("/a/1"), line).status in {400, 431}
    assert attack(get(EXEMPT), line).status in {400, 431}
    assert credulous.articles == credulous.others == []


def test_each_request_on_a_connection_is_decided_by_itself(attacked, credulous):
    credulous.articles.clear()
    fields = ["Host: localhost", f"X-Forwarded-For: {MOSCOW}"]
    first = [get(EXEMPT), *fields, ""]
    received = attacked.raw(*first, get("/a/1"), *fields, "Connection: close")
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", received)
    assert statuses == [b"200", b"403"]
    assert credulous.articles == []


@pytest.mark.parametrize("address", ["", "unknown", "91.64.0.1.5", "[::1", "_x", "0"])
def test_a_reader_whose_address_cannot_be_read_is_unknown(attack, address):
    lines = [f"X-Forwarded-For: {address}"] if address else []
    received = attack(get("/a/1"), *lines, address="")
    assert received.status == 200
    assert b"gate-banner" in received.body


def test_nothing_that_was_sent_comes_back_on_a_page(attack):
    lines = ("Referer: http://evil.example/zqx", "User-Agent: zqx", "Cookie: zqx=zqx")
    for target in ("/a/zqx", "/share/zqx", "/a/%3Ci%3Ezqx?zqx", "/%zz/zqx%00"):
        assert b"zqx" not in attack(get(target), *lines).body
    assert b"zqx" not in attack(get("/a/1"), host="Host: zqx.example").body


def test_the_way_back_is_text_and_never_markup(attack):
    line = 'Referer: http://localhost/x"><i>zqx</i>'
    body = attack(get("/share/1"), line).body
    assert b"<i>zqx" not in body
    assert b'x">' not in body


@pytest.mark.parametrize(
    ("first", "lines"),
    [
        (get("/a/1"), ()),
        ("HEAD /a/1 HTTP/1.1", ()),
        (get("/a/1"), ("Sec-Fetch-Dest: iframe",)),
        (get("/a/1"), ("Sec-Fetch-Dest: empty",)),
        (get("/a/1"), ("If-None-Match: *",)),
        (get("/a/1"), ("Sec-Purpose: prefetch;anonymous-client-ip",)),
        (get("/share/1"), ()),
        (get("/%00"), ()),
        (get("/-/leave"), ()),
        (get("/-/leave"), ("Sec-Fetch-Dest: image",)),
        ("TRACE /robots.txt HTTP/1.1", ()),
        (get("/robots.txt"), ("Upgrade: websocket",)),
    ],
)
def test_no_cache_keeps_what_the_gate_says_itself(attack, first, lines):
    received = attack(first, *lines)
    assert received.is_own
    assert "no-store" in received.fields["cache-control"]


def test_no_cache_keeps_an_article_either(attack):
    received = attack(get("/a/1"), address=BERLIN)
    assert received.fields["cache-control"] == "private, no-cache"
    assert received.fields["cdn-cache-control"] == "no-store"
    fields = ("Sec-Fetch-Dest: image",)  # an article that passes for an image
    received = attack(get("/a/1"), *fields, address=BERLIN)
    assert received.fields["cache-control"] == "private, no-cache"


def test_a_slow_reader_holds_up_nobody(attacked, attack):
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            peer = socket.create_connection(("127.0.0.1", attacked.port), timeout=5)
            stack.enter_context(peer)
            peer.sendall(b"GET /a/1 HTTP/1.1\r\nHost: loc")
        assert attack(get("/a/1")).status == 403


# The same path, decoded by a server or raw on the request line, in process.


@pytest.fixture(scope="module")
def gate(home, session_state):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATE_STATE", str(session_state))
        return Gate.load(home / "config.yaml")


PIECES = (
    "/ // /. /.. . .. ; ..; a A 1 robots.txt .well-known about undesirable share x + * "
    "%2f %2F %2e %2E%2e %5c \\ %61 %25 %2561 % %zz %3f %23 %3b %00 %0a %20 %7f %c0%ae "
    "%D0%B0 %d0 feed.xml -/leave : @ ~ & = | ^ ' \" < é"
)


def environ(info, *, raw=None):
    made = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": info,
        "QUERY_STRING": "",
        "REMOTE_ADDR": MOSCOW,
        "HTTP_HOST": "localhost",
        "HTTP_SEC_FETCH_DEST": "document",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    return made if raw is None else made | {"RAW_URI": raw}


def told(outcome):
    if isinstance(outcome, Answer):
        return outcome.status, outcome.headers
    return outcome.action, outcome.private, outcome.allowed


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES.split(" ")), max_size=12))
def test_a_path_means_the_same_raw_and_decoded(gate, pieces):
    raw = "/" + "".join(pieces)
    info = unquote_to_bytes(raw.encode()).decode("latin-1")
    decoded = gate.handle(environ(info), door="wsgi")
    wire = raw.encode().decode("latin-1")
    assert told(gate.handle(environ(info, raw=wire), door="wsgi")) == told(decoded)
    if isinstance(decoded, Answer) and decoded.status == 400:
        return
    path = canonical_path(info.encode("latin-1").decode())
    assert canonical_raw(wire) == path
    assert canonical_path(path) == path
    # The site behind the proxy is asked for this path and no other.
    assert canonical_raw(target_of(environ(info))) == path
