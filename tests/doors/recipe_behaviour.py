"""What every server does that stands before a site by a recipe of the gate.

A test module makes a class of this one and names its recipe; what a server does in its
own way, its own class says.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import time

import pytest
from recipes import (
    ARTICLE,
    BERLIN,
    CONTINUE,
    DOCUMENT,
    MARKER,
    MOSCOW,
    NOWHERE,
    rendered,
    write_config,
)

from gate.config import load_config
from gate.workbench.recipe import HIDDEN
from gate.workbench.recipe_values import Settings, misspelled, values

UPGRADE = {
    "Host": "localhost",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-Fetch-Mode": "websocket",
    "Sec-Fetch-Site": "same-origin",
}
UPGRADES = {
    "h2c": ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings"),
    "any": ("Upgrade: foo", "Connection: Upgrade"),
    "a list": ("Upgrade: websocket, h2c", "Connection: Upgrade"),
    "two lines": ("Upgrade: h2c", "Upgrade: websocket", "Connection: Upgrade"),
    "a version": ("Upgrade: websocket/13", "Connection: Upgrade"),
}
EXEMPT = "/about/undesirable/"
# What a stranger might say, and what each would mean if it were believed.
SPOOFS = {
    "X-Gate-Action": "pass",
    "X-Gate-Allows": "read",
    "X-Gate-Banner": "none",
    "X-Gate-Cache": "open",
    "X-Gate-Verdict": "WzIwMCxbXSwiIl0=",
    "X-Gate-Secret": "test-secret-" + "5" * 32,
    "X-Gate-Step": "allowed",
    "X-Gate-Down": "1",
    "X-Gate-Proto": "https",
    "X-Gate-Client-Ip": BERLIN,
    "X-Original-URI": EXEMPT,
    "X-Original-URL": EXEMPT,
    "X-Original-Method": "POST",
    "X-Original-Host": "evil.example",
    "X-Original-Proto": "https",
    "X-Forwarded-Uri": EXEMPT,
    "X-Forwarded-Method": "POST",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": EXEMPT,
    "X-Forwarded-Port": "443",
    "X-Forwarded-Server": "evil.example",
    "X-Real-IP": BERLIN,
    "Forwarded": f"for={BERLIN}",
    "CF-Connecting-IP": BERLIN,
    "True-Client-IP": BERLIN,
    "X-Client-IP": BERLIN,
    "X-Rewrite-URL": EXEMPT,
    "X-Replaced-Path": EXEMPT,
    "X-HTTP-Method-Override": "POST",
}
SPELLINGS = {
    "dash": lambda name: name,
    "underscore": lambda name: name.replace("-", "_"),
    "mixed": lambda name: "_".join(name.rsplit("-", 1)),
    "dot": lambda name: name.replace("-", "."),
    "lower": str.lower,
}
# T10 to T16 of the attack list: each is the article, or refused, never let through.
TRICKS = (
    "/x/../a/1",
    "/%61/1",
    "//a//1",
    "/./a/1",
    "/a/1/.",
    "/a/./1",
    "/about/undesirable/..%2f..%2fa/1",
    "/about/undesirable/../../a/1",
    "/about/undesirable/%2e%2e/%2e%2e/a/1",
    "/about/undesirable/..%5c..%5ca/1",
    "/about/undesirable%2f..%2f..%2fa/1",
    "/a/1%00",
    "/a/1%3B",
    "/a/1;.css",
    "/a/1;/about/undesirable/",
    "/a/1%3F/about/undesirable/",
    "/a/1%23/about/undesirable/",
    "/a/1?x=/about/undesirable/",
    "/a/1?/about/undesirable/",
    "/a/1#/about/undesirable/",
    "/a/1.css",
    "/a/1%0a.css",
    "/a/%zz",
    "/a/%C0%AE",
    "/a/%252e%252e",
    "/-/../a/1",
    "/-/leave/../../a/1",
    "/-/%2e%2e/a/1",
    "/-/check/..%2f..%2fa/1",
)
CLOSED = (
    "/-/check/nginx",
    "/-/check/forward",
    "/-/check/haproxy",
    "/-/check/envoy/a/1",
    "/-/relay/nginx",
    "/-/live",
    "/-/ready",
    "/-/%63heck/forward",
    "/-/check%2fforward",
    "/-//check/forward",
    "/-/./check/forward",
    "/-/x/../check/nginx",
    "/-/CHECK/nginx",
    "/%2d/check/nginx",
    "//-/check/nginx",
    "/x/../-/check/nginx",
    "/-/check",
    "/-/check?x",
    "/-/asked",
    "/-/answered",
    "/-/gate-down.html",
)


def secret_family(method="GET", path=EXEMPT):
    """Every family's fields, as somebody would send them who had found the secret."""
    told = {"Method": method, "Uri": path, "URI": path, "Host": "localhost"}
    fields = {"X-Gate-Secret": SPOOFS["X-Gate-Secret"]}
    for family in ("Original", "Forwarded", "Haproxy"):
        fields |= {f"X-{family}-{name}": value for name, value in told.items()}
        fields[f"X-{family}-Proto"] = "http"
    return fields | {"X-Real-IP": BERLIN, "X-Haproxy-Address": BERLIN}


class Behaviour:
    """Tests for one recipe; `name` is the recipe's.

    A class of this one has a method `is_sound(folder)`, which lets the server itself
    look at its files.
    """

    name = ""
    believed = ("X-Forwarded-For", "X-Forwarded-Proto")  # of our own proxies
    websocket = True  # whether it takes upgrades as the recipe stands
    own_page_within = 8  # seconds
    largest = 5_000_000  # bytes of a body that it takes
    kept_after_a_notice = "private, no-store"  # on the device: not at all
    when_down = (503,)  # what it answers while the gate is down, without an article

    @pytest.fixture
    def front(self, fronted):
        return fronted(self.name)

    @pytest.fixture
    def path(self, request):
        """An article that no other test asks for."""
        digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
        return f"/a/{digest}"

    # -- inside and outside ------------------------------------------------------

    def test_readers_in_the_area_meet_the_notice_and_the_site_is_not_asked(
        self, front, path
    ):
        reply = front.ask(path=path)
        assert reply.is_notice
        assert "private" in reply.headers["Cache-Control"]
        assert "no-store" in reply.headers["Cache-Control"]
        assert reply.headers["Content-Language"] == "ru"
        assert "WWW-Authenticate" not in reply.headers
        assert front.site.seen(path) == []

    def test_readers_elsewhere_read_and_nobody_keeps_a_copy_for_others(
        self, front, path
    ):
        reply = front.ask(path=path, reader=BERLIN)
        assert (reply.status, reply.body) == (200, ARTICLE)
        assert reply.headers.get_all("Cache-Control") == ["private, no-cache"]
        assert reply.headers.get_all("CDN-Cache-Control") == ["no-store"]
        for name in ("Expires", "Surrogate-Control", "X-Gate-Action", "X-Gate-Banner"):
            assert name not in reply.headers
        assert len(front.site.seen(path)) == 1

    def test_readers_of_unknown_place_meet_the_page_where_no_banner_can_stand(
        self, front, path
    ):
        assert front.ask(path=path, reader=NOWHERE).is_notice
        assert front.site.seen(path) == []

    @pytest.mark.parametrize(
        ("country", "part", "warned"),
        [("RU", "", True), ("UA", "43", True), ("UA", "30", False), ("DE", "", False)],
    )
    def test_what_an_edge_says_of_a_place_reaches_the_gate(
        self, front, path, country, part, warned
    ):
        said = {"X-Test-Country": country, "X-Test-Part": part}
        reply = front.ask(path=path, headers=DOCUMENT | said, reader=BERLIN)
        assert (reply.is_notice, reply.is_article) == (warned, not warned)

    def test_parts_of_pages_keep_the_caching_that_the_site_chose(self, front):
        css = {**DOCUMENT, "Accept": "text/css", "Sec-Fetch-Dest": "style"}
        reply = front.ask(path="/static/site.css", headers=css)
        assert reply.status == 200
        assert reply.headers["Cache-Control"] == "public, max-age=3600"
        assert reply.headers["CDN-Cache-Control"] == "max-age=3600"

    def test_an_article_that_is_asked_for_as_a_part_stays_private(self, front, path):
        image = {**DOCUMENT, "Accept": "image/*", "Sec-Fetch-Dest": "image"}
        reply = front.ask(path=path, headers=image, reader=BERLIN)
        assert reply.status == 200
        assert reply.headers["Cache-Control"] == "private, no-cache"

    def test_what_the_site_wants_stored_nowhere_stays_so(self, front, path):
        front.site.secretive = True
        try:
            reply = front.ask(path=path, reader=BERLIN)
        finally:
            front.site.secretive = False
        assert reply.headers["Cache-Control"] == "private, no-store"

    def test_the_site_is_told_what_it_may_offer_and_not_who_reads(self, front, path):
        front.ask(path=path, reader=BERLIN)
        (hit,) = front.site.seen(path)
        assert hit.field("X-Gate-Allows") != []
        assert hit.field("X-Gate-Action") == ["pass"]
        assert hit.field("X-Gate-Secret") == []
        assert hit.field("X-Gate-Verdict") == []
        assert BERLIN not in str(hit.fields)

    # -- going on, going away ----------------------------------------------------

    def test_continue_sets_the_cookie_and_the_cookie_opens_the_article(
        self, front, path
    ):
        target = f"{path}?page=2"
        reply, cookie = front.continue_(target)
        assert (reply.status, reply.headers["Location"]) == (303, target)
        assert cookie.startswith("__Host-n=")
        assert front.site.seen(path) == []
        reply = front.ask(path=target, headers={**DOCUMENT, "Cookie": cookie})
        assert reply.is_article
        assert reply.headers["Cache-Control"] == self.kept_after_a_notice
        assert [hit.path for hit in front.site.seen(path)] == [target]

    def test_continue_from_another_site_is_none(self, front, path):
        strange = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        headers = {**CONTINUE, **strange}
        reply = front.ask("POST", path, headers, b"n=0123")
        assert "Set-Cookie" not in reply.headers
        assert reply.status != 303

    def test_leave_goes_by_where_the_reader_is(self, front):
        for reader, host in (
            (MOSCOW, "ru.wikipedia.org"),
            (BERLIN, "www.wikipedia.org"),
        ):
            reply = front.ask(path="/-/leave", reader=reader)
            assert reply.status == 303
            assert reply.headers["Location"] == f"https://{host}/"

    def test_the_script_of_the_exit_is_the_same_for_everybody(self, front):
        fields = {"Sec-Fetch-Dest": "script", "Accept": "*/*"}
        replies = [
            front.ask(path="/-/exit", headers=fields, reader=reader)
            for reader in (MOSCOW, BERLIN)
        ]
        for reply in replies:
            assert reply.status == 200
            assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
            assert b"pageshow" in reply.body
        assert replies[0].body == replies[1].body
        assert front.site.seen("/-/exit") == []

    # -- methods and bodies ------------------------------------------------------

    def test_head_is_answered_as_get_without_a_body(self, front, path):
        reply = front.ask("HEAD", path)
        assert (reply.status, reply.body) == (403, b"")
        assert front.site.seen(path) == []
        reply = front.ask("HEAD", path, reader=BERLIN)
        assert (reply.status, reply.body) == (200, b"")

    @pytest.mark.parametrize("size", [1, 100_000, 900_000, 5_000_000])
    def test_a_body_comes_to_the_site_whole_after_the_question(self, front, size):
        body = os.urandom(min(size, self.largest))
        size = len(body)
        headers = {"Host": "localhost", "Content-Type": "application/octet-stream"}
        reply = front.ask("POST", "/echo", headers, body, reader=BERLIN)
        digest = hashlib.sha256(body).hexdigest()
        assert json.loads(reply.body) == {"size": size, "digest": digest}

    def test_a_body_of_unknown_length_comes_whole(self, front):
        pieces = [os.urandom(5_000) for _ in range(20)]
        peer = http.client.HTTPConnection("127.0.0.1", front.port, timeout=20)
        headers = {"Host": "localhost", "X-Forwarded-For": BERLIN}
        with contextlib.closing(peer):
            peer.request("POST", "/echo", iter(pieces), headers, encode_chunked=True)
            told = json.loads(peer.getresponse().read())
        assert told["size"] == 100_000
        assert told["digest"] == hashlib.sha256(b"".join(pieces)).hexdigest()

    def test_what_is_refused_takes_its_body_with_it(self, front):
        """A comment from the area: neither it nor a rest of it reaches the site."""
        front.ask("POST", "/comment/7", None, b"x" * min(3_000_000, self.largest))
        assert front.site.seen("/comment/7") == []

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
    def test_other_methods_are_asked_about_and_go_on(self, front, path, method):
        reply = front.ask(method, path, {"Host": "localhost"}, reader=BERLIN)
        assert reply.status == 200
        assert [hit.method for hit in front.site.seen(path)] == [method]

    def test_the_sites_own_errors_stay_its_own(self, front):
        reply = front.ask(path="/error", reader=BERLIN)
        assert (reply.status, reply.body) == (500, b"the site's own error")

    def test_a_websocket_is_opened_after_the_question(self, front):
        opened = self.upgrade(front, "/ws", BERLIN)
        if self.websocket:
            assert opened.startswith(b"HTTP/1.1 101 ")
            assert opened.endswith(b"HELLO")
        else:
            assert opened.startswith(b"HTTP/1.1 501 ")
            assert front.site.seen("/ws") == []

    def test_a_websocket_handshake_brings_no_article_to_the_area(self, front, path):
        got = self.upgrade(front, path, MOSCOW)
        assert MARKER not in got or front.site.seen(path) == []
        assert not got.startswith(b"HTTP/1.1 101 ")

    @staticmethod
    def upgrade(front, path, reader):
        fields = {**UPGRADE, "X-Forwarded-For": reader}
        lines = [f"GET {path} HTTP/1.1", *(f"{n}: {v}" for n, v in fields.items())]
        with socket.create_connection(("127.0.0.1", front.port), timeout=5) as peer:
            peer.sendall("\r\n".join([*lines, "", ""]).encode())
            received = peer.recv(65536)
            if received.startswith(b"HTTP/1.1 101 "):
                peer.sendall(b"hello")
                received += peer.recv(100)
            return received

    @pytest.mark.parametrize("lines", UPGRADES.values(), ids=UPGRADES)
    def test_no_other_upgrade_opens_a_way_around_the_question(self, front, path, lines):
        """What comes after it on the connection is another reader's, perhaps."""
        first = ["GET /switch HTTP/1.1", "Host: localhost", *lines]
        first += ["HTTP2-Settings: AAMAAABkAAQAAP__", f"X-Forwarded-For: {BERLIN}"]
        second = [f"{name}: {value}" for name, value in DOCUMENT.items()]
        second += [f"X-Forwarded-For: {MOSCOW}", "Connection: close"]
        front.site.hits.clear()
        with socket.create_connection(("127.0.0.1", front.port), timeout=10) as peer:
            peer.sendall("\r\n".join([*first, "", ""]).encode())
            received = peer.recv(65536)
            assert b" 101 " not in received.partition(b"\r\n")[0]
            received = b""
            with contextlib.suppress(OSError):  # it may have hung up
                request = [f"GET {path} HTTP/1.1", *second, "", ""]
                peer.sendall("\r\n".join(request).encode())
                while piece := peer.recv(65536):
                    received += piece
        assert MARKER not in received.partition(b"HTTP/1.1 ")[2]
        assert front.site.seen(path) == []
        for hit in front.site.seen("/switch"):
            assert hit.field("Upgrade") == hit.field("HTTP2-Settings") == []

    def test_a_websocket_brings_no_other_upgrade_along(self, front):
        lines = ["GET /switch HTTP/1.1", "Host: localhost", "Connection: Upgrade"]
        lines += ["Upgrade: websocket", "Upgrade: foo", f"X-Forwarded-For: {BERLIN}"]
        front.site.hits.clear()
        with socket.create_connection(("127.0.0.1", front.port), timeout=10) as peer:
            peer.sendall("\r\n".join([*lines, "", ""]).encode())
            peer.recv(65536)
        for hit in front.site.seen("/switch"):
            assert hit.field("Upgrade") in ([], ["websocket"])

    # -- spoofing ----------------------------------------------------------------

    @pytest.mark.parametrize("spelling", SPELLINGS)
    @pytest.mark.parametrize("name", SPOOFS)
    def test_what_a_stranger_says_is_not_believed(self, front, path, name, spelling):
        key = SPELLINGS[spelling](name)
        reply = front.ask(path=path, headers={**DOCUMENT, key: SPOOFS[name]})
        assert not reply.is_article
        assert front.site.seen(path) == []

    @pytest.mark.parametrize("spelling", ["dash", "lower"])
    def test_all_of_it_at_once_changes_nothing_for_anybody(self, front, path, spelling):
        said = {SPELLINGS[spelling](name): value for name, value in SPOOFS.items()}
        assert front.ask(path=path, headers={**DOCUMENT, **said}).is_notice
        assert front.site.seen(path) == []
        assert front.ask(
            path=path, headers={**DOCUMENT, **said}, reader=BERLIN
        ).is_article
        (hit,) = front.site.seen(path)
        for name in SPOOFS:
            own = {"X-Gate-Action", "X-Gate-Allows", "X-Gate-Banner", "X-Gate-Cache"}
            if name not in own | {"X-Forwarded-Host", "X-Forwarded-Port"}:
                assert hit.field(name) == [], name
        assert hit.field("X-Gate-Cache") == ["private"]
        assert "evil.example" not in str(hit.fields)

    def test_no_reader_can_have_fields_dropped_on_the_way(self, front, path):
        """Whatever Connection names goes no further, but not what the server sets."""
        own = ("Action", "Allows", "Banner", "Cache", "Secret", "Verdict")
        named = [f"X-Gate-{name}" for name in own]
        named += [f"X-Original-{name}" for name in ("URI", "Method", "Host", "Proto")]
        named += [f"X-Forwarded-{name}" for name in ("Uri", "Method", "Host", "Proto")]
        headers = {**DOCUMENT, "Connection": ", ".join(["close", *named, "X-Real-IP"])}
        assert front.ask(path=path, headers=headers).is_notice
        assert front.ask(path=path, headers=headers, reader=BERLIN).is_article
        (hit,) = front.site.seen(path)
        assert hit.field("X-Gate-Action") == ["pass"]
        assert hit.field("X-Gate-Cache") == ["private"]
        assert hit.field("X-Gate-Secret") == []

    @pytest.mark.parametrize("spelling", ["underscore", "mixed", "dot"])
    def test_no_other_spelling_of_a_decision_reaches_the_site(
        self, front, path, spelling
    ):
        said = {
            SPELLINGS[spelling](f"X-Gate-{n}"): "spoofed" for n in ("Action", "Cache")
        }
        front.ask(path=path, headers={**DOCUMENT, **said}, reader=BERLIN)
        for hit in front.site.seen(path):
            assert "spoofed" not in str(hit.fields)

    def test_no_spelling_of_any_strangers_field_reaches_the_site(self, front, path):
        """Nor a cache that the site shares with those who come later."""
        told = values(Settings(config=load_config(front.config, {}), secret=HIDDEN))
        names = [name for name in told["strangers"] if name not in self.believed]
        names += [other for name in told["strangers"] for other in misspelled(name)]
        headers = {**DOCUMENT, "Accept": "text/css", "Sec-Fetch-Dest": "style"}
        for start in range(0, len(names), 25):
            said = dict.fromkeys(names[start : start + 25], "spoofed")
            target = f"{path}.css?{start}"
            reply = front.ask(path=target, headers={**headers, **said}, reader=BERLIN)
            assert reply.status == 200, said
        hits = front.site.seen(f"{path}.css")
        assert len(hits) == len(range(0, len(names), 25))
        for hit in hits:
            assert "spoofed" not in str(hit.fields)

    @pytest.mark.parametrize(
        "chain", [f"{BERLIN}, {MOSCOW}", f"{MOSCOW}, 127.0.0.1", f"{BERLIN},{MOSCOW}"]
    )
    def test_the_address_is_the_last_that_is_not_our_own(self, front, path, chain):
        assert front.ask(path=path, reader=chain).is_notice
        assert front.site.seen(path) == []

    def test_of_two_lines_the_last_one_counts(self, front, path):
        lines = [f"{name}: {value}" for name, value in DOCUMENT.items()]
        lines += [f"X-Forwarded-For: {reader}" for reader in (BERLIN, MOSCOW)]
        text = "\r\n".join(
            [f"GET {path} HTTP/1.1", *lines, "Connection: close", "", ""]
        )
        assert front.raw(text.encode()).startswith(b"HTTP/1.1 403 ")
        assert front.site.seen(path) == []

    @pytest.mark.parametrize("chain", ["nope", "", ",,", "unknown", "0.0.0.0"])  # noqa: S104
    def test_an_unreadable_address_never_opens(self, front, path, chain):
        assert not front.ask(path=path, reader=chain).is_article
        assert front.site.seen(path) == []

    def test_whoever_is_none_of_our_proxies_is_not_believed(self, front, path):
        stranger = front.from_a_stranger()
        assert stranger.ask(path=path, reader=BERLIN).is_notice
        assert front.site.seen(path) == []

    @pytest.mark.parametrize("claim", ["http", "https", "gopher", "https, http"])
    def test_the_scheme_is_believed_of_our_own_proxies_only(self, front, path, claim):
        headers = {**DOCUMENT, "Accept": "text/css", "Sec-Fetch-Dest": "style"}
        headers["X-Forwarded-Proto"] = claim
        path = f"{path}.css"
        assert front.ask(path=path, headers=headers).status == 200
        assert front.from_a_stranger().ask(path=path, headers=headers).status == 200
        told = [hit.field("X-Forwarded-Proto") for hit in front.site.seen(path)]
        believed = claim if claim in {"http", "https"} else "http"
        assert told[0] == [believed]
        assert told[1:] in ([["http"]], [])  # or it had a copy already

    def test_a_header_of_a_content_network_is_the_only_one_that_counts(
        self, fronted, path
    ):
        visitor = {"header": "CF-Connecting-IP"}
        front = fronted(self.name, visitor=visitor)

        def ask(connecting, forwarded, who=front):
            fields = {"CF-Connecting-IP": connecting} if connecting else {}
            headers = {**DOCUMENT, **fields, "X-Forwarded-For": forwarded}
            return who.ask(path=path, headers=headers)

        assert ask(MOSCOW, BERLIN).is_notice
        assert not ask("", BERLIN).is_article
        assert not ask(f"{MOSCOW}, {BERLIN}", BERLIN).is_article
        assert not ask(BERLIN, BERLIN, front.from_a_stranger()).is_article
        assert front.site.seen(path) == []
        assert ask(BERLIN, MOSCOW).is_article
        (hit,) = front.site.seen(path)
        assert BERLIN not in str(hit.fields)
        headers = {**DOCUMENT, "CF-Connecting-IP": MOSCOW, "X-Forwarded-For": BERLIN}
        reply = front.ask(path="/-/leave", headers=headers)
        assert reply.headers["Location"] == "https://ru.wikipedia.org/"

    # -- paths -------------------------------------------------------------------

    @pytest.mark.parametrize("trick", TRICKS)
    def test_no_spelling_of_a_path_brings_an_article(self, front, trick):
        before = len(front.site.hits)
        lines = [f"{name}: {value}" for name, value in DOCUMENT.items()]
        lines += [f"X-Forwarded-For: {MOSCOW}", "Connection: close"]
        text = "\r\n".join([f"GET {trick} HTTP/1.1", *lines, "", ""])
        assert MARKER not in front.raw(text.encode())
        assert len(front.site.hits) == before

    @pytest.mark.parametrize(
        "line",
        [
            "GET http://evil.example/a/1 HTTP/1.1",
            "GET http://localhost/a/1 HTTP/1.1",
            "GET a/1 HTTP/1.1",
            "GET * HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET /a/1",
            "GET /a/1 HTTP/1.0",
            "GET //evil.example/a/1 HTTP/1.1",
        ],
    )
    def test_no_form_of_a_request_line_brings_an_article(self, front, line):
        before = len(front.site.hits)
        lines = [f"{name}: {value}" for name, value in DOCUMENT.items()]
        lines += [f"X-Forwarded-For: {MOSCOW}", "Connection: close"]
        text = "\r\n".join([line, *lines, "", ""])
        assert MARKER not in front.raw(text.encode())
        assert len(front.site.hits) == before

    @pytest.mark.parametrize("closed", CLOSED)
    def test_nobody_outside_can_ask_the_gate(self, front, closed):
        for headers in (DOCUMENT, {**DOCUMENT, **secret_family()}):
            reply = front.ask(path=closed, headers=headers)
            assert reply.status in {400, 403, 404}
            assert "X-Gate-Action" not in reply.headers
            assert "X-Gate-Verdict" not in reply.headers
            assert not reply.is_article

    def test_an_unknown_host_is_refused(self, front, path):
        for host in ("evil.example", "localhost.evil.example"):
            reply = front.ask(path=path, headers={**DOCUMENT, "Host": host})
            assert reply.status == 421
        assert front.site.seen(path) == []

    @pytest.mark.parametrize("length", [8_000, 9_000, 70_000])
    @pytest.mark.parametrize("where", ["cookie", "path"])
    def test_large_heads_are_refused_or_gated(self, front, path, where, length):
        headers, target = dict(DOCUMENT), path
        if where == "cookie":
            headers["Cookie"] = "a=" + "b" * length
        else:
            target = f"{path}?" + "b" * length
        with contextlib.suppress(OSError):
            assert front.ask(path=target, headers=headers).status >= 400
        assert front.site.seen(path) == []

    def test_cookies_of_ordinary_size_pass(self, front, path):
        headers = {**DOCUMENT, "Cookie": "a=" + "b" * 6_000}
        assert front.ask(path=path, headers=headers, reader=BERLIN).is_article

    # -- banner ------------------------------------------------------------------

    def test_a_site_that_shows_the_banner_itself_gets_it(self, fronted, path):
        front = fronted(self.name, check={"banner": "site"})
        reply = front.ask(path=path, reader=NOWHERE)
        assert reply.is_article
        (hit,) = front.site.seen(path)
        assert hit.field("X-Gate-Action") == ["banner"]
        assert len(hit.field("X-Gate-Banner")[0]) > 100

    # -- the gate is down or slow ------------------------------------------------

    @pytest.mark.parametrize("mode", ["refuse", "warn", "open"])
    def test_when_the_gate_is_down_it_is_as_the_deployer_chose(self, fronted, mode):
        front = fronted(self.name, fresh=True, check={"when_down": mode})
        assert front.ask().is_notice
        front.gate.kill()
        for method, reader in (("GET", MOSCOW), ("GET", BERLIN), ("POST", MOSCOW)):
            self.is_down(front, mode, method, reader)
        assert front.ask(path="/-/leave").status == 503
        front.gate.start()
        before = len(front.site.hits)
        assert front.ask().is_notice
        assert front.ask(reader=BERLIN).is_article
        assert len(front.site.hits) == before + 1

    @pytest.mark.parametrize("mode", ["refuse", "warn", "open"])
    def test_the_gates_own_pages_do_not_wait_for_ever(self, fronted, mode):
        front = fronted(self.name, fresh=True, check={"when_down": mode})
        assert front.ask(path="/-/leave").status == 303
        front.gate.pause()
        try:
            began = time.monotonic()
            reply = front.ask(path="/-/leave")
            assert time.monotonic() - began < self.own_page_within
        finally:
            front.gate.resume()
        assert reply.status in {503, 504}
        assert front.site.seen("/-/leave") == []

    @pytest.mark.parametrize("mode", ["refuse", "warn", "open"])
    def test_when_the_gate_is_slow_it_is_as_the_deployer_chose(self, fronted, mode):
        front = fronted(self.name, fresh=True, check={"when_down": mode})
        assert front.ask().is_notice
        front.gate.pause()
        try:
            began = time.monotonic()
            self.is_down(front, mode, "GET", MOSCOW)
            assert time.monotonic() - began < 3
        finally:
            front.gate.resume()
        time.sleep(0.5)
        assert front.ask(path="/a/2").is_notice
        assert front.site.seen("/a/2") == []

    @staticmethod
    def is_down(front, mode, method, reader):
        before = len(front.site.hits)
        body = b"some=body" if method == "POST" else None
        reply = front.ask(method, "/a/down", None, body, reader=reader)
        if mode == "open":
            assert reply.is_article
            hit = front.site.hits[-1]
            assert (hit.method, len(front.site.hits)) == (method, before + 1)
            assert hit.digest == hashlib.sha256(body or b"").hexdigest()
            assert reply.headers["Cache-Control"] == "private, no-cache"
            assert hit.field("X-Gate-Action") == []
            return
        assert reply.status == 503
        assert reply.headers["Retry-After"] == "30"
        assert "no-store" in reply.headers["Cache-Control"]
        assert len(front.site.hits) == before
        if mode == "warn":
            text = reply.body.decode()
            for language in ("en", "ru", "uk"):
                assert f'lang="{language}"' in text
            assert "<form" not in text
            assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "ETag" not in reply.headers
        else:
            assert b"<" not in reply.body

    @pytest.mark.parametrize("mode", ["refuse", "warn", "open"])
    def test_no_article_leaves_while_the_gate_dies_and_returns(self, fronted, mode):
        front = fronted(self.name, fresh=True, check={"when_down": mode})
        crowd, counts = front.load(5)
        for _ in range(2):
            time.sleep(0.5)
            front.gate.kill()
            time.sleep(0.5)
            front.gate.start()
        for one in crowd:
            one.join(30)
        assert counts[403] > 50
        assert counts["article"] == len(front.site.hits)
        if mode != "open":
            assert front.site.hits == []
            assert counts[503] > 10
        assert set(counts) <= {403, *self.when_down, "article", "broken"}
        assert counts["broken"] <= counts.total() / 100
        assert front.ask().is_notice

    def test_a_200_that_is_not_the_gates_does_not_open(self, fronted, recipes):
        front = fronted(self.name, fresh=True)
        front.gate.kill()
        stranger = recipes.Site(front.gate.port)
        try:
            assert front.ask(path="/a/other", reader=BERLIN).status == 503
        finally:
            stranger.close()
        assert front.site.hits == []

    def test_a_wrong_secret_never_opens(self, fronted):
        def spoil(folder):
            for path in folder.glob("gate-secret*"):
                path.write_text(path.read_text().replace("5555", "4444"))

        front = fronted(self.name, edit=spoil, check={"when_down": "open"})
        reply = front.ask(reader=BERLIN)
        assert reply.status in {403, 503}
        assert "X-Gate-Error" not in reply.headers
        assert front.site.hits == []

    # -- what is written down ----------------------------------------------------

    def test_nothing_of_a_reader_is_in_any_log(self, fronted):
        front = fronted(self.name, fresh=True)
        headers = {**DOCUMENT, "Cookie": "seen=cookie77", "User-Agent": "Browser/77"}
        headers["Referer"] = "http://localhost/from77"
        for reader in (MOSCOW, BERLIN):
            front.ask(path="/a/path77", headers=headers, reader=reader)
        front.gate.kill()
        front.ask(path="/a/path77", headers=headers)
        front.raw(b"GET /a/path77 HTTP/1.1\r\nbroken\r\n\r\n")
        time.sleep(0.3)
        told = front.own_log
        for secret in (MOSCOW, BERLIN, "path77", "cookie77", "Browser/77", "from77"):
            assert secret not in told
        assert not re.search(r"127\.0\.0\.1:\d{4,5}.{0,20}GET", told)

    # -- the files ---------------------------------------------------------------

    @pytest.mark.parametrize(
        ("kind", "mode"),
        [
            pytest.param(kind, mode, marks=[pytest.mark.deep] * (both > 1))
            for mode in ("refuse", "warn", "open")
            for kind in ("plain", "public", "unix", "https", "cdn", "near")
            for both in [(mode != "refuse") + (kind != "plain")]
        ],
    )
    def test_the_server_itself_finds_the_files_sound(
        self, tmp_path, session_state, mode, kind
    ):
        changes = {"check": {"when_down": mode}}
        if kind == "cdn":
            networks = ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32", "unix"]
            changes["visitor"] = {
                "trusted_proxies": networks,
                "header": "CF-Connecting-IP",
            }
        if kind == "near":
            changes["visitor"] = {"trusted_proxies": ["unix"], "header": "X-Real-IP"}
        config = write_config(tmp_path, session_state, **changes)
        where = {
            "listen": None if kind == "public" else "127.0.0.1:18080",
            "gate": "unix:/run/gate.sock" if kind == "unix" else "127.0.0.1:18081",
            "upstream": {
                "unix": "unix:/run/site.sock",
                "https": self.https_upstream,
            }.get(kind, "http://127.0.0.1:18082"),
        }
        rendered(self.name, tmp_path, config, **where)
        self.is_sound(tmp_path)

    https_upstream = "https://127.0.0.1:18443"
