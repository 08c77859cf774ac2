"""The door for servers that ask first: who may ask, what is refused, what is told."""

from __future__ import annotations

import base64
import json
import logging
import shutil
from pathlib import Path

import pytest
import yaml

from gate.config import load_config
from gate.doors.check import CheckDoor
from gate.doors.front import Front
from gate.doors.verdict import ANEW, MOST_VERDICT
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.errors import SecretError
from gate.workbench.secret import LEAST_SECRET, load_secrets
from tests.doors.contract.wire import (
    BERLIN,
    EDGE,
    MOSCOW,
    NOWHERE,
    call,
    environ_of,
    written,
)

ROOT = Path(__file__).parent.parent
NEW, OLD = "n" * 40, "o" * 40
FIELDS = {
    "nginx": {
        "X-Original-Method": "GET",
        "X-Original-URI": "/a/1",
        "X-Original-Host": "localhost",
        "X-Original-Proto": "http",
        "X-Real-IP": MOSCOW,
    },
    "forward": {
        "X-Forwarded-Method": "GET",
        "X-Forwarded-Uri": "/a/1",
        "X-Forwarded-Host": "localhost",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-For": MOSCOW,
    },
    "haproxy": {
        "X-Haproxy-Method": "GET",
        "X-Haproxy-Uri": "/a/1",
        "X-Haproxy-Host": "localhost",
        "X-Haproxy-Proto": "http",
        "X-Haproxy-Address": MOSCOW,
    },
    "envoy": {"Host": "localhost", "X-Gate-Proto": "http", "X-Gate-Client-Ip": MOSCOW},
}
ADDRESS = {name: list(fields)[-1] for name, fields in FIELDS.items()}
TARGET = {
    name: f for name, fs in FIELDS.items() for f in fs if f.upper().endswith("RI")
}
DOCUMENT = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
PRESSED = {**DOCUMENT, "Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}
SAID = ("X-Gate-Action", "X-Gate-Allows", "X-Gate-Banner", "X-Gate-Cache")


@pytest.fixture(scope="module")
def make_gate(tmp_path_factory, session_state):
    """Load a gate; keyword arguments are keys of section check, `mode` the mode."""

    def make(*, mode="enforce", rules=ROOT / "rules", **check):
        config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
        config["mode"] = mode
        config["rules"]["folder"] = str(rules)
        config["state"] = str(session_state)
        config["visitor"] = {"trusted_proxies": ["10.0.0.0/8"], "header": "none"}
        config["check"] = {"when_down": "refuse", **check}
        path = tmp_path_factory.mktemp("check") / "config.yaml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        return Gate.load(path)

    return make


@pytest.fixture(scope="module")
def gate(make_gate):
    return make_gate()


class Caller:
    """A server that asks; what it says can be changed."""

    def __init__(self, gate, prefix="/-/"):
        self.door = CheckDoor(gate, secrets=[NEW, OLD], prefix=prefix)
        self.revision = gate.snapshot.pages.revision
        self.prefix = prefix

    def ask(self, family, *, peer=EDGE, method="GET", target="/a/1", path="", **more):
        """Ask about one request; None takes a field away, a tuple sends several."""
        reader = more.pop("reader", MOSCOW)
        fields = {**FIELDS[family], ADDRESS[family]: reader, "X-Gate-Secret": NEW}
        if family in TARGET:
            fields |= {TARGET[family]: target}
        if "original" in more:
            name = next(name for name in fields if name.endswith("-Method"))
            fields[name] = more.pop("original")
        fields |= {"Host": "localhost", **DOCUMENT, **more.pop("fields", {})}
        assert not more
        if not path:
            path = f"{self.prefix}check/{family}"
            path += target if family == "envoy" else ""
        return self.put(method, path, fields, peer)

    def put(self, method, path, fields, peer=EDGE):
        lines = [f"{name}: {one}" for name, v in fields.items() for one in _all(v)]
        environ = environ_of(written(method, path, lines), peer)
        assert environ is not None
        return call(self.door, environ)

    def relay(self, verdict, *, method="GET", **more):
        path = f"{self.prefix}relay/nginx"
        fields = {"X-Gate-Verdict": verdict, **more.pop("fields", {})}
        return self.ask("nginx", path=path, method=method, fields=fields, **more)


def _all(value):
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


@pytest.fixture
def caller(gate):
    return Caller(gate)


def verdict_in(heard):
    assert heard.status == 401
    return heard.field("x-gate-verdict")


every_family = pytest.mark.parametrize("family", FIELDS)


@every_family
def test_berlin_is_let_through_with_every_field_said(caller, family):
    heard = caller.ask(family, reader=BERLIN)
    assert (heard.status, heard.body) == (200, b"")
    assert [n for n, _ in heard.headers if n.startswith("X-Gate")] == [*SAID]
    assert all(heard.field(name.lower()) for name in SAID)
    assert heard.field("x-gate-action") == "pass"
    assert heard.field("x-gate-cache") == "private"
    assert heard.field("cache-control") == "no-store"


@every_family
@pytest.mark.parametrize("reader", [BERLIN, NOWHERE])
def test_no_field_tells_where_the_reader_is(make_gate, caller, family, reader):
    """Two places of which the same is to be said cannot be told apart."""
    others = {BERLIN: "8.8.8.8", NOWHERE: "192.168.1.1"}
    for asked in (caller, Caller(make_gate(banner="site"))):
        one = asked.ask(family, reader=reader)
        assert one.headers == asked.ask(family, reader=others[reader]).headers


@pytest.mark.parametrize("family", ["forward", "haproxy", "envoy"])
def test_moscow_gets_the_finished_page(caller, family):
    heard = caller.ask(family)
    assert heard.status == 403
    assert b'enctype="text/plain"' in heard.body
    assert b'name="direct"' not in heard.body
    assert heard.field("cache-control") == "private, no-store"


def test_nginx_gets_the_same_page_in_two_steps(caller):
    heard = caller.relay(verdict_in(caller.ask("nginx")))
    assert heard == caller.ask("haproxy")


@every_family
def test_what_may_be_offered_is_what_meets_no_page(caller, family):
    everything = "comment, contact, donate, like, read, save, share"
    assert caller.ask(family, reader=BERLIN).field("x-gate-allows") == everything
    cookie = {"Cookie": f"__Host-n={caller.revision}"}
    assert caller.ask(family, fields=cookie).field("x-gate-allows") == "none"


def test_a_path_that_no_rule_gates_may_be_kept(caller):
    heard = caller.ask("nginx", target="/robots.txt")
    assert heard.field("x-gate-cache") == "open"
    image = {"Sec-Fetch-Dest": "image"}
    heard = caller.ask("nginx", target="/a/1.png", fields=image)
    assert heard.field("x-gate-cache") == "private-html"


# What a family of fields must be.

CASES = [
    (family, field, kind)
    for family, fields in FIELDS.items()
    for field in fields
    for kind in ("missing", "empty", "twice", "twice alike")
]


@pytest.mark.parametrize(("family", "field", "kind"), CASES)
def test_a_field_of_the_family_must_be_there_once(caller, family, field, kind):
    sound = FIELDS[family][field]
    value = {
        "missing": None,
        "empty": "",
        "twice": (sound, BERLIN if field == ADDRESS[family] else "/robots.txt"),
        "twice alike": (sound, sound),
    }[kind]
    if field == "Host" and kind.startswith("twice"):
        return  # the server refuses such a request itself
    heard = caller.ask(family, fields={field: value})
    if field == "X-Forwarded-For" and kind.startswith("twice"):
        assert heard.status in {200, 403}  # a chain; the last one is ours
    elif field.endswith("Host") and kind.startswith("twice"):
        assert_refused(caller, heard)  # readers, too, can name two hosts
    else:
        assert heard.status == 400
        assert heard.field("x-gate-error") == "E452"


def assert_refused(caller, heard):
    if heard.status == 401:
        heard = caller.relay(verdict_in(heard))
    assert heard.status == 400


@pytest.mark.parametrize(
    ("family", "field", "value"),
    [
        ("nginx", "X-Original-Method", "GET POST"),
        ("nginx", "X-Original-Method", "G\tT"),
        ("forward", "X-Forwarded-Method", "GET,GET"),
        ("forward", "X-Forwarded-Uri", "/a b"),
        ("haproxy", "X-Haproxy-Uri", "/a\tb"),
        ("nginx", "X-Original-Proto", "gopher"),
        ("envoy", "X-Gate-Proto", "http,https"),
        ("nginx", "X-Real-IP", "unknown"),
        ("nginx", "X-Real-IP", "77.88.8"),
        ("nginx", "X-Real-IP", f"{MOSCOW}, {BERLIN}"),
        ("haproxy", "X-Haproxy-Address", "unix:"),
        ("envoy", "X-Gate-Client-Ip", f"{MOSCOW},{BERLIN}"),
        ("forward", "X-Forwarded-For", f"{MOSCOW},"),
        ("forward", "X-Forwarded-For", f"{BERLIN}, _hidden"),
    ],
)
def test_a_malformed_field_is_refused(caller, family, field, value):
    heard = caller.ask(family, fields={field: value})
    assert (heard.status, heard.field("x-gate-error")) == (400, "E452")


@every_family
@pytest.mark.parametrize("other", FIELDS)
def test_another_family_says_nothing(caller, family, other):
    """Whatever a stranger wrote into the fields of another kind of caller."""
    if other == family:
        return
    said = {"Host": "localhost", **FIELDS[other]}
    said |= {name: "/robots.txt" for name in said if name.upper().endswith("URI")}
    said |= {ADDRESS[other]: BERLIN}
    said = {n: v for n, v in said.items() if n not in FIELDS[family]}
    assert caller.ask(family, fields=said).status in {401, 403}
    assert caller.ask(family, reader=BERLIN, fields=said).status == 200
    lacking = {name: None for name in FIELDS[family] if name != "Host"}
    assert caller.ask(family, fields=said | lacking).status == 400


def test_the_last_hop_of_a_chain_that_is_not_ours_is_the_reader(caller):
    for chain in (f"{MOSCOW}, 10.0.0.7", f"{BERLIN}, {MOSCOW}, 10.0.0.7, 10.0.0.8"):
        assert caller.ask("forward", fields={"X-Forwarded-For": chain}).status == 403
    chain = f"{MOSCOW}, {BERLIN}"
    assert caller.ask("forward", fields={"X-Forwarded-For": chain}).status == 200


# Who may ask.


@every_family
@pytest.mark.parametrize(
    "secret",
    [None, "", "n" * 39, "n" * 41, NEW.upper(), f"{NEW},{NEW}", (NEW, "x"), "né" * 20],
)
def test_without_the_secret_nobody_is_answered(caller, family, secret):
    for reader in (BERLIN, MOSCOW):
        fields = {"X-Gate-Secret": secret}
        heard = caller.ask(family, reader=reader, fields=fields)
        assert (heard.status, heard.field("x-gate-error")) == (403, "E451")
        assert heard.field("x-gate-action") is None
    heard = caller.relay("x", fields={"X-Gate-Secret": secret})
    assert heard.status == 403


@every_family
@pytest.mark.parametrize("peer", [BERLIN, "127.0.0.1", "", "::1", "11.0.0.1"])
def test_a_stranger_is_not_answered_whatever_they_know(caller, family, peer):
    heard = caller.ask(family, reader=BERLIN, peer=peer)
    assert (heard.status, heard.field("x-gate-error")) == (403, "E451")
    assert caller.relay("x", peer=peer).status == 403


@every_family
def test_an_older_secret_holds_beside_the_newer_one(caller, family):
    assert (
        caller.ask(family, reader=BERLIN, fields={"X-Gate-Secret": OLD}).status == 200
    )


def test_each_problem_is_reported_once_and_quotes_nobody(gate, caplog):
    caller = Caller(gate)
    with caplog.at_level(logging.WARNING, "gate"):
        for number in range(5):
            caller.ask("nginx", fields={"X-Original-URI": f"/zqx {number}"})
            caller.ask("nginx", fields={"X-Gate-Secret": f"zqx{number}"})
            caller.ask("nginx", fields={"X-Real-IP": f"zqx{number}"})
    codes = [record.message.split()[0] for record in caplog.records]
    assert sorted(codes) == ["E451", "E452", "E452"]
    assert "zqx" not in caplog.text
    assert NEW not in caplog.text


def test_the_secret_never_reaches_the_site_behind_the_gate(gate):
    seen = {}

    def site(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return []

    lines = [f"X-Gate-Secret: {NEW}", "Host: localhost", "X-Gate-Verdict: x"]
    environ = environ_of(written("GET", "/robots.txt", lines), BERLIN)
    assert call(GateMiddleware(site, gate), environ).status == 200
    assert seen
    assert not [key for key in seen if key.startswith("HTTP_X_GATE")]


# Where it is asked.


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/-/check/envoy", 400),
        ("/-/check/envoy*", 404),
        ("/-/check/envoy%2fa/1", 400),
        ("/-/%63heck/envoy/a/1", 400),
        ("/-/check/%65nvoy/a/1", 400),
        ("http://gate/-/check/envoy/a/1", 400),
        ("/-/check/envoy/../a/1", 400),
        ("/-/check/envoy/../../check/nginx", 400),
        ("/-/check/envoy/%2e%2e/a/1", 400),
        ("/-/check/envoy//a/1", 403),
        ("/-/check/envoy//evil.example/a/1", 403),
        ("/-/check/envoy/./a/1", 403),
        ("/-/check/envoy/x/..%2fa/1", 403),
        ("/-/check/envoy/a/1#/robots.txt", 403),
        ("/-/check/envoy/a/1%23/robots.txt", 403),
        ("/-/check/envoy/a/1?x=/robots.txt", 403),
        ("/-/check/envoy/robots.txt/../a/1", 403),
        ("/-/check/envoy/a/1/../../robots.txt", 400),
        ("/-/check/envoy/", 403),
        ("/-/check/envoyx/robots.txt", 404),
        ("/-/check/", 404),
        ("/-/check/unknown", 404),
        ("/-/check/nginx/", 404),
        ("/-/check/forward/robots.txt", 404),
        ("/-/relay/forward", 404),
        ("/-/relay/nginx/x", 404),
    ],
)
def test_nothing_about_the_endpoint_moves_the_path(caller, path, status):
    """The endpoint itself may be anything; what follows is the reader's, as it came."""
    assert caller.ask("envoy", path=path).status == status


def test_only_the_check_of_an_open_path_opens(caller):
    assert caller.ask("envoy", target="/robots.txt#x").status == 400
    assert caller.ask("envoy", target="/robots.txt?x").status == 200


@pytest.mark.parametrize("target", ["*", "a/1", "http://localhost/robots.txt", "?x"])
def test_a_target_that_is_no_path_is_refused(caller, target):
    heard = caller.ask("forward", target=target)
    assert heard.status == 400


@pytest.mark.parametrize("lines", [("/robots.txt", "/a/1"), ("/robots.txt?", "/a/1")])
@pytest.mark.parametrize("family", TARGET)
def test_two_paths_are_never_read_as_one(caller, family, lines):
    """The server joins them with a comma, and a comma is a sound part of a path."""
    for sent in (lines, lines[::-1]):
        heard = caller.ask(family, fields={TARGET[family]: sent})
        assert (heard.status, heard.field("x-gate-error")) == (400, "E452")
    assert caller.ask(family, target="/a/1,/robots.txt").status in {401, 403}


@every_family
def test_own_pages_may_live_elsewhere(gate, family):
    caller = Caller(gate, prefix="/news/_gate/")
    assert caller.ask(family, reader=BERLIN).status == 200
    assert caller.ask(family).status in {401, 403}
    assert caller.ask(family, path=f"/-/check/{family}/a").status == 404


def test_only_the_two_names_below_the_prefix_are_answered(gate):
    def site(_environ, start_response):
        start_response("418 I'm a teapot", [])
        return []

    door = CheckDoor(gate, secrets=[NEW], prefix="/-/")
    front = Front(site, prefix="/-/", own={"check": door, "relay": door})
    for path, own in {
        "/-/check/nginx": True,
        "/-/relay/nginx": True,
        "/-/leave": False,
        "/-/checks": False,
        "//-/check/nginx": False,
        "/x/../-/check/nginx": False,
        "/": False,
    }.items():
        heard = call(front, environ_of(written("GET", path, ["Host: localhost"])))
        assert (heard.status != 418) is own


# Methods, and what is not a page.


@pytest.mark.parametrize("family", ["nginx", "forward", "haproxy"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_the_method_of_the_question_does_not_matter(caller, family, method):
    assert caller.ask(family, method=method, reader=BERLIN).status == 200
    heard = caller.ask(family, method=method)
    assert heard.status in {401, 403}


@pytest.mark.parametrize(
    ("original", "status"),
    [
        ("HEAD", 403),
        ("POST", 403),
        ("PUT", 403),
        ("TRACE", 403),
        ("get", 403),
        ("OPTIONS", 403),
        ("PROPFIND", 403),
        ("C0PY", 400),
    ],
)
def test_no_method_opens_an_article(caller, original, status):
    assert caller.ask("haproxy", original=original).status == status


def test_a_preflight_passes(caller):
    asked = {"Access-Control-Request-Method": "POST"}
    heard = caller.ask("haproxy", original="OPTIONS", fields=asked)
    assert heard.status == 200


def test_head_is_answered_as_get_because_the_caller_drops_the_body(caller):
    assert caller.ask("haproxy", original="HEAD") == caller.ask("haproxy")
    verdict = verdict_in(caller.ask("nginx", original="HEAD"))
    heard = caller.relay(verdict, original="HEAD", method="HEAD")
    assert (heard.status, heard.body) == (403, b"")
    assert int(heard.field("content-length")) == len(caller.ask("haproxy").body)


@pytest.mark.parametrize("family", ["forward", "haproxy", "envoy"])
def test_an_empty_answer_is_never_taken_for_leave_to_pass(caller, family):
    script = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
    heard = caller.ask(family, target="/-/leave", fields=script)
    assert heard.status == 403


def test_scripts_and_frames_get_what_they_can_read(caller):
    script = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
    heard = caller.ask("forward", fields=script)
    assert heard.field("content-type") == "application/problem+json"
    assert json.loads(heard.body)["status"] == 403
    assert caller.ask("forward", fields={"Sec-Fetch-Dest": "iframe"}).status == 403


def test_what_accept_alone_calls_a_picture_is_a_page(caller):
    fields = {"Sec-Fetch-Dest": None, "Accept": "image/png"}
    assert caller.ask("forward", fields=fields).status == 403
    fields = {"Sec-Fetch-Dest": None, "Accept": "application/rss+xml"}
    assert caller.ask("forward", fields=fields).status == 403
    assert caller.ask("forward", target="/feed.xml", fields=fields).status == 200


def test_validators_of_the_reader_never_make_it_304(caller):
    fields = {
        "If-None-Match": "*",
        "If-Modified-Since": "Sun, 22 Nov 2099 00:00:00 GMT",
    }
    assert caller.ask("forward", fields=fields).status == 403
    assert caller.ask("forward", fields=fields, reader=BERLIN).status == 200


# Continue.


@every_family
def test_continue_is_answered_without_its_body(caller, family):
    if family == "envoy":
        heard = caller.ask(family, method="POST", target="/a/1?b=c", fields=PRESSED)
    else:
        heard = caller.ask(family, original="POST", target="/a/1?b=c", fields=PRESSED)
    if family == "nginx":
        heard = caller.relay(verdict_in(heard), fields=PRESSED)
    revision = caller.revision
    assert (heard.status, heard.field("location")) == (303, "/a/1?b=c")
    assert heard.field("set-cookie").startswith(f"__Host-n={revision};")


FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]


@pytest.mark.parametrize("media", FORMS)
@pytest.mark.parametrize("reader", [BERLIN, MOSCOW])
def test_a_form_that_goes_to_its_own_page_stays_the_sites(caller, media, reader):
    """As that of a login does; before, it was taken for Continue and never arrived."""
    cookie = f"__Host-n={caller.revision}"
    own = {"Referer": "http://localhost/login", "Cookie": cookie}
    fields = {**PRESSED, "Content-Type": media, **own}
    asked = {"target": "/login", "original": "POST", "reader": reader}
    assert caller.ask("haproxy", fields=fields, **asked).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Fetch-Site": None, "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"Sec-Fetch-Site": None},
    ],
)
def test_nobody_else_acknowledges_for_a_reader(caller, fields):
    heard = caller.ask("haproxy", original="POST", fields={**PRESSED, **fields})
    assert heard.status != 303
    assert heard.field("set-cookie") is None


def test_a_long_address_is_answered_all_the_same(caller):
    """Its answer is longer than a field may be, so nginx is told to ask once more."""
    asked = {"target": "/a/1?q=" + "x" * 7_000, "original": "POST", "fields": PRESSED}
    verdict = verdict_in(caller.ask("nginx", **asked))
    assert verdict == ANEW
    heard = caller.relay(verdict, **asked)
    assert (heard.status, heard.field("location")) == (303, asked["target"])


@pytest.mark.parametrize(
    "target", ["/a/1", "/share/1", "/%00", "/-/leave", "/a/" + "x" * 900]
)
def test_no_verdict_is_longer_than_a_field_may_be(caller, target):
    for dest in ("document", "empty", "iframe"):
        fields = {"Sec-Fetch-Dest": dest, "Cookie": "a=b; " * 900}
        heard = caller.ask("nginx", target=target, fields=fields)
        assert len(verdict_in(heard)) <= MOST_VERDICT


# Verdicts.


def told(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


TAMPERED = {
    "nothing": "",
    "no base64": "%%%",
    "no JSON": base64.b64encode(b"x").decode(),
    "no list": base64.b64encode(b"5").decode(),
    "an empty list": told(),
    "a status alone": told(403),
    "a status of the site's": told(200, [], "ARTICLE"),
    "no status": told("403", [], ""),
    "a status as a list": told([403], [], ""),
    "headers that are none": told(403, 5, ""),
    "a header that is no pair": told(403, ["x"], ""),
    "a line end in a header": told(403, [["X", "a\r\nSet-Cookie: b"]], ""),
    "a body that is no text": told(403, [], 5),
    "a body beyond bytes": told(403, [], "ж"),
    "a page with too little": told(403, ["x"]),
    "nested without end": base64.urlsafe_b64encode(b"[" * 4000).decode(),
    "no ASCII": "é",
}


@pytest.mark.parametrize("verdict", TAMPERED.values(), ids=TAMPERED)
def test_what_is_no_verdict_is_refused(caller, verdict):
    heard = caller.relay(verdict)
    assert (heard.status, heard.field("x-gate-error")) == (400, "E452")


@pytest.mark.parametrize(
    "printed",
    [
        [["no-such-notice"], "en", "read-cookie", ""],
        [["undesirable-organization"], "xx", "read-cookie", ""],
        [["undesirable-organization"], "en", "no-such-way", ""],
    ],
)
def test_a_page_that_this_process_does_not_have_is_decided_anew(caller, printed):
    """Another worker may hold newer notices; its reader gets the page of this one."""
    assert caller.relay(told(403, printed)) == caller.ask("haproxy")
    heard = caller.relay(told(403, printed), reader=BERLIN)
    assert heard.status == 503  # never 200: one of the two would have warned
    assert "no-store" in heard.field("cache-control")


def test_a_verdict_opens_nothing_for_anybody(caller):
    """The answer of one reader given to another is a page, never the article."""
    verdict = verdict_in(caller.ask("nginx"))
    assert caller.relay(verdict, reader=BERLIN, target="/robots.txt").status == 403


def test_the_way_back_in_a_verdict_is_text(caller):
    printed = [["undesirable-organization-acts"], "en", "act-lost", '/"><i>owl']
    assert b"<i>owl" not in caller.relay(told(403, printed)).body


# Banners, and modes.


@every_family
def test_by_default_a_banner_is_the_page(caller, family):
    heard = caller.ask(family, reader=NOWHERE)
    assert heard.status in {401, 403}


@every_family
def test_a_site_may_show_the_banner_itself(make_gate, family):
    caller = Caller(make_gate(banner="site"))
    heard = caller.ask(family, reader=NOWHERE)
    assert (heard.status, heard.field("x-gate-action")) == (200, "banner")
    banner = base64.b64decode(heard.field("x-gate-banner"), validate=True)
    assert b"gate-banner" in banner
    assert caller.ask(family, reader=BERLIN).field("x-gate-banner") == "none"


def test_in_observe_mode_everybody_passes(make_gate):
    caller = Caller(make_gate(mode="observe"))
    heard = caller.ask("nginx")
    assert (heard.status, heard.field("x-gate-action")) == (200, "pass")


def test_replicas_of_two_revisions_never_show_the_page_for_ever(make_gate, tmp_path):
    """The newer one shows its page, the older one answers Continue, and so on."""
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    notice = rules / "notices/undesirable-organization.yaml"
    text = notice.read_text("utf-8")
    assert "revision: 1" in text
    notice.write_text(text.replace("revision: 1", "revision: 2", 1), "utf-8")
    older, newer = Caller(make_gate()), Caller(make_gate(rules=rules))
    assert newer.ask("haproxy").status == 403
    heard = older.ask("haproxy", original="POST", fields=PRESSED)
    cookie = heard.field("set-cookie").partition(";")[0]
    after = {"Sec-Fetch-Site": "same-origin", "Referer": "http://localhost/a/1"}
    assert newer.ask("haproxy", fields={"Cookie": cookie, **after}).status == 200
    # Only for the article itself; elsewhere the newer notice is shown once.
    assert newer.ask("haproxy", fields={"Cookie": cookie}).status == 403
    heard = newer.ask("haproxy", original="POST", fields=PRESSED)
    cookie = heard.field("set-cookie").partition(";")[0]
    for replica in (older, newer):
        assert replica.ask("haproxy", fields={"Cookie": cookie}).status == 200


# The file with the secret.


@pytest.fixture
def secret_file(make_config, tmp_path):
    """Write the file, and read the secrets as `gate serve` does."""

    def write(text, mode=0o600, name="secret"):
        path = tmp_path / name
        if text is not None:
            path.write_bytes(text)
            path.chmod(mode)
        check = {"when_down": "refuse", "secret_file": str(path)}
        return load_secrets(load_config(make_config(check=check), {}))

    return write


def test_without_the_section_there_is_no_secret(make_config):
    assert load_secrets(load_config(make_config(), {})) == ()


def test_a_secret_is_made_when_it_is_first_needed(make_config, tmp_path):
    state = tmp_path / "state"
    config = load_config(
        make_config(check={"when_down": "refuse"}, state=str(state)), {}
    )
    first = load_secrets(config)
    assert len(first) == 1
    assert len(first[0]) >= LEAST_SECRET
    path = config.check.secret_file
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_secrets(config) == first


def test_two_secrets_hold_while_one_replaces_the_other(secret_file):
    assert secret_file(f"{NEW}\n{OLD}\n".encode()) == (NEW, OLD)


@pytest.mark.parametrize(
    ("text", "mode", "problem"),
    [
        (None, 0, "no such file"),
        (b"", 0o600, "holds no secret"),
        (b"short\n", 0o600, "holds no secret"),
        (b"x" * 31, 0o600, "holds no secret"),
        (f"{NEW}\nshort\n".encode(), 0o600, "holds no secret"),
        (("n" * 40 + "é").encode(), 0o600, "not plain text"),
        (b"n" * 600, 0o600, "holds no secret"),
        (b'n"' * 40, 0o600, "holds no secret"),
        (NEW.encode(), 0o644, "others may read"),
        (NEW.encode(), 0o622, "others may read"),
        (NEW.encode(), 0o660, "others may read"),
    ],
)
def test_a_file_that_holds_no_good_secret_is_refused(secret_file, text, mode, problem):
    with pytest.raises(SecretError) as caught:
        secret_file(text, mode)
    assert problem in str(caught.value).lower()
    assert NEW not in str(caught.value)


def test_a_group_may_read_the_secret(secret_file):
    assert secret_file(NEW.encode(), 0o640) == (NEW,)
