"""Check 9: what each kind of request gets, directly and through real caches.

Two readers, one in Moscow and one in Berlin, ask in either order. Whatever is in
between, the one never gets the article, and the other never the notice.
"""

from __future__ import annotations

import contextlib
import getpass
import itertools
import os
from typing import NamedTuple

import pytest
from machine import free_port, program
from notice_texts import continue_label
from proof_site import BERLIN, EXPLAINER, MARKER, MOSCOW, PICTURE
from recipes import Program

pytestmark = pytest.mark.browser

NGINX = """
{user} daemon off; worker_processes 1; pid {work}/pid; error_log stderr; events {{}}
http {{
  access_log off; client_body_temp_path {work}/b; proxy_temp_path {work}/p;
  fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;
  proxy_cache_path {work}/kept keys_zone=kept:1m;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{gate};
      proxy_set_header Host 127.0.0.1;
      proxy_set_header X-Forwarded-For $http_x_test_reader;
      proxy_cache kept; proxy_cache_valid any 1h; proxy_cache_methods GET HEAD;
      add_header X-Kept $upstream_cache_status always;
    }}
  }}
}}
"""
VARNISH = """
vcl 4.1;
backend gate {{ .host = "127.0.0.1"; .port = "{gate}"; }}
sub vcl_recv {{ set req.http.X-Forwarded-For = req.http.X-Test-Reader; }}
sub vcl_deliver {{
  if (obj.hits > 0) {{ set resp.http.X-Kept = "HIT"; }} else {{
    set resp.http.X-Kept = "MISS"; }}
}}
"""


@pytest.fixture(scope="module")
def ways(newsroom, tmp_path_factory):
    """Ports through which readers come: the gate's own, and those of real caches."""
    work = tmp_path_factory.mktemp("caches")
    gate = newsroom.origin.rpartition(":")[2]
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    ports = {"nginx": free_port(), "varnish": free_port()}
    conf = NGINX.format(work=work, user=user, port=ports["nginx"], gate=gate)
    (work / "nginx.conf").write_text(conf)
    (work / "gate.vcl").write_text(VARNISH.format(gate=gate))
    (work / "varnish").mkdir()
    commands = {
        "nginx": [program("nginx"), "-c", work / "nginx.conf", "-e", "stderr"],
        "varnish": [
            *(program("varnishd"), "-F", "-n", work / "varnish", "-j", "none"),
            *("-f", work / "gate.vcl", "-a", f"127.0.0.1:{ports['varnish']}"),
            *("-s", "malloc,16m"),
        ],
    }
    with contextlib.ExitStack() as stack:
        for name, command in commands.items():
            running = Program(command, ports[name], work / f"{name}.log")
            stack.callback(running.stop)
            running.start()
        yield {"direct": int(gate), **ports}


class Kind(NamedTuple):
    """A kind of request, and what the two readers get for it."""

    fields: dict
    moscow: str
    berlin: str
    path: str = "/a/{}"
    method: str = "GET"


NAVIGATES = {"Sec_Fetch_Mode": "navigate", "Accept": "text/html"}
KINDS = {
    "document": Kind({"Sec_Fetch_Dest": "document", **NAVIGATES}, "notice", "article"),
    "unsaid": Kind({"Accept": "text/html"}, "notice", "article"),
    "anything": Kind({"Accept": "*/*"}, "notice", "article"),
    "nothing said": Kind({}, "notice", "article"),
    "HEAD": Kind(
        {"Sec_Fetch_Dest": "document"}, "403 empty", "200 empty", method="HEAD"
    ),
    "range": Kind(
        {"Sec_Fetch_Dest": "document", "Range": "bytes=0-9"}, "notice", "206 article"
    ),
    "image": Kind({"Sec_Fetch_Dest": "image"}, "picture", "picture", "/a/{}.png"),
    "range of an image": Kind(
        {"Sec_Fetch_Dest": "image", "Range": "bytes=0-9"},
        "picture",
        "picture",
        "/a/{}.png",
    ),
    "article as an image": Kind({"Sec_Fetch_Dest": "image"}, "notice", "article"),
    "article as a style": Kind({"Accept": "text/css"}, "notice", "article"),
    "JSON": Kind({"Sec_Fetch_Dest": "empty"}, "problem", "200", "/a/{}.json"),
    "JSON by Accept": Kind(
        {"Accept": "application/json"}, "problem", "200", "/a/{}.json"
    ),
    "article for a script": Kind({"Sec_Fetch_Dest": "empty"}, "problem", "article"),
    "RSS": Kind({"Accept": "application/rss+xml"}, "200", "200", "/feeds/{}.xml"),
    "iframe": Kind({"Sec_Fetch_Dest": "iframe"}, "403", "article"),
    "prefetch": Kind(
        {"Sec_Fetch_Dest": "document", "Sec_Purpose": "prefetch"}, "notice", "article"
    ),
    "anonymous prefetch": Kind(
        {"Sec_Purpose": "prefetch;anonymous-client-ip", "Accept": "text/html"},
        "503",
        "503",
    ),
}
WAYS = pytest.mark.parametrize("way", ["direct", "nginx", "varnish"])
PATHS = itertools.count()


def seen(reply):
    """Say in a word what a reader got."""
    kind = reply.headers.get("Content-Type", "")
    if reply.is_article:
        return "article"
    if reply.status == 403 and reply.is_notice:
        return "notice"
    if reply.body == PICTURE[: len(reply.body)] and reply.body:
        return "picture"
    if reply.status == 403 and kind == "application/problem+json":
        return "problem"
    return f"{reply.status}" if reply.body else f"{reply.status} empty"


@WAYS
@pytest.mark.parametrize("order", [(MOSCOW, BERLIN), (BERLIN, MOSCOW)])
@pytest.mark.parametrize("kind", KINDS)
def test_each_reader_gets_their_own_in_either_order(proof, ways, kind, order, way):
    fields, moscow, berlin, path, method = KINDS[kind]
    path = path.format(next(PATHS))
    expected = {MOSCOW: moscow, BERLIN: berlin}
    for reader in (*order, *order):
        place = {"X_Test_Reader": reader, "X_Forwarded_For": reader}
        reply = proof.ask(method, path, port=ways[way], **fields, **place)
        assert seen(reply) in (expected[reader], *expected[reader].split())


@pytest.mark.parametrize("way", ["nginx", "varnish"])
def test_the_caches_really_keep_what_they_may(proof, ways, way):
    path = f"/about/undesirable/{next(PATHS)}.css"
    kept = [
        proof.ask(path=path, port=ways[way], Sec_Fetch_Dest="style").headers["X-Kept"]
        for _ in range(2)
    ]
    assert kept == ["MISS", "HIT"]
    assert proof.newsroom.seen == [("GET", path)]


@WAYS
def test_the_header_of_a_notice_is_exactly_this(proof, ways, way):
    reply = proof.ask(
        path=f"/a/{next(PATHS)}",
        port=ways[way],
        Accept_Language="ru",
        Accept="text/html",
        X_Test_Reader=MOSCOW,
    )
    added = {"connection", "x-kept", "x-varnish", "via", "age", "accept-ranges"}
    added |= {"date", "server", "content-length", "transfer-encoding"}
    told = {n.lower(): v for n, v in reply.headers.items() if n.lower() not in added}
    policy = told.pop("content-security-policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("; base-uri 'none'; frame-ancestors 'none'")
    assert told == {
        "content-type": "text/html; charset=utf-8",
        "content-language": "ru",
        "cache-control": "private, no-store",
        "cdn-cache-control": "no-store",
        "vary": "Accept, Accept-Language, Cookie, Sec-Fetch-Dest, Sec-Fetch-Mode",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noarchive",
    }


# A service worker is a cache in the reader's own browser, written by the site.

THROUGH = "addEventListener('fetch', e => e.respondWith(fetch(e.request)));"
KEEPS = """addEventListener("fetch", e => e.request.method === "GET" && e.respondWith(
  caches.match(e.request).then(found => found || fetch(e.request).then(
    async answer => {
      if (answer.ok) await (await caches.open("kept")).put(e.request, answer.clone());
      return answer;
    }))));"""
REGISTER = """async () => {
  await navigator.serviceWorker.register("/about/undesirable/worker.js", {scope: "/"});
  await navigator.serviceWorker.ready;
  await new Promise(done => setTimeout(done, 100));
}"""


@pytest.fixture
def worked(visit, proof):
    """A browser in which a service worker of the site stands before every page."""

    def start(worker):
        proof.newsroom.scripts["/about/undesirable/worker.js"] = worker
        page = visit(EXPLAINER)
        page.evaluate(REGISTER)
        page.reload()
        assert page.evaluate("!!navigator.serviceWorker.controller")
        return page

    return start


def shown(page, proof, reader, path="/a/owl"):
    """Say what the page is, for a reader at an address."""
    proof.reader = reader
    page.goto(proof.origin + path)
    if page.locator("input[name=n]").count():
        return "notice"
    return "article" if MARKER in page.content() else "?"


@pytest.mark.parametrize("worker", [THROUGH, KEEPS], ids=["through", "keeps"])
def test_a_service_worker_gives_a_gated_reader_no_article(worked, proof, worker):
    page = worked(worker)
    assert shown(page, proof, MOSCOW) == "notice"
    assert shown(page, proof, BERLIN) == "article"  # of a 403 nothing was kept


def test_continue_and_leave_work_through_a_service_worker(worked, proof):
    page = worked(THROUGH)
    assert shown(page, proof, BERLIN) == "article"
    assert shown(page, proof, MOSCOW) == "notice"
    page.get_by_role("button", name=continue_label("ru"), exact=True).first.click()
    page.get_by_role("heading", name=MARKER).wait_for()
    assert shown(page, proof, MOSCOW, "/share/owl") == "notice"
    page.get_by_role("link").first.click()
    page.wait_for_url(proof.exit.url)
    assert page.context.cookies(proof.origin) == []


def test_a_form_elsewhere_does_not_continue_through_a_service_worker(
    worked, proof, stranger
):
    page = worked(THROUGH)
    stranger.pages["/trap"] = (
        f'<form method=post action="{proof.origin}/a/owl">'
        f'<input name=n value="{proof.revision}"><button>Win</button></form>'
    )
    for host in (stranger.origin, stranger.other_host):
        page.goto(host + "/trap")
        page.get_by_role("button", name="Win").click()
        page.wait_for_load_state()
        posted = [asked.fields for asked in proof.asked if asked.method == "POST"]
        assert posted[-1]["sec-fetch-dest"] == "empty"  # it did come through
        assert page.context.cookies(proof.origin) == []
        assert MARKER not in page.content()


def test_what_a_service_worker_kept_elsewhere_comes_until_the_reader_leaves(
    worked, proof
):
    """The gate is not asked: the README tells sites to keep no pages so."""
    page = worked(KEEPS)
    assert shown(page, proof, BERLIN) == "article"
    assert shown(page, proof, MOSCOW) == "article"
    assert shown(page, proof, MOSCOW, "/a/another") == "notice"
    page.get_by_role("link").first.click()
    page.wait_for_url(proof.exit.url)
    assert shown(page, proof, MOSCOW) == "notice"
