"""The demo as a person meets it: `gate serve --demo`, and a real Chromium.

Nothing leaves this machine: Chromium resolves no name but its own, and where the exit
page would come from the internet, the test answers in its place.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from machine import free_port

from gate.workbench.starter import write_starter

pytestmark = pytest.mark.browser

GATE = str(Path(sys.executable).with_name("gate"))
WAIT = 30  # seconds for a server to begin
ARTICLE = "/a/a-map-drawn-by-ear"
MARKER = "An owl is easier to hear"
TITLE = "A map drawn by ear"
RUSSIAN = "/a/pyat-sposobov-zavarit-dozhd"
MOSCOW, KHERSON = "95.165.0.1", "193.109.128.1"
NOTICES = Path(__file__).parents[2] / "rules" / "notices"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async ([where, tags]) => {
  const found = await axe.run(where, {runOnly: {type: "tag", values: tags}});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "));
}"""
STORED = """async () => [document.cookie, localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length]"""


def _labels(name, *keys):
    """What a button is called, in any language of the shipped notices."""
    texts = yaml.safe_load((NOTICES / f"{name}.yaml").read_text("utf-8"))
    texts = texts["page"] if name == "page" else texts["notices"][name]["texts"]
    labels = [re.escape(text[key]) for text in texts.values() for key in keys]
    return re.compile("^(" + "|".join(labels) + ")$")


CONTINUE = _labels("undesirable-organization", "continue")
DO_IT = _labels("undesirable-organization-acts", "continue")
PAY = _labels("undesirable-organization-donate", "continue")
LEAVE = _labels("page", "leave")
BACK = _labels("page", "back")
COMES_BACK = _labels("page", "returns")
DIRECTLY = _labels("page", "returns_button")


@contextlib.contextmanager
def gate_serving(folder, *options, **environ):
    """Run `gate serve` until the block ends; yields its origin."""
    port = free_port()
    config = f"--config={folder / 'config.yaml'}"
    command = (GATE, "serve", config, f"--listen=127.0.0.1:{port}", *options)
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **environ}
        )
    try:
        _await(process, port, folder / f"{port}.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process, port, log):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            peer = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
            with contextlib.closing(peer):
                peer.request("GET", "/robots.txt")
                peer.getresponse()
                return
        time.sleep(0.05)
    pytest.fail(f"gate serve does not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "site"
    write_starter(folder)
    return folder


@pytest.fixture(scope="module")
def demo(home):
    with gate_serving(home, "--demo") as origin:
        yield origin


class Recorder(BaseHTTPRequestHandler):
    """A site that remembers every request, or a stranger's page."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Keep quiet."""

    def remember(self):
        form = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, parse_qsl(form.decode())))
        body = self.server.pages.get(urlsplit(self.path).path, "<p>nothing</p>")
        page = (
            f"<!doctype html><html lang=en><title>t</title><body>{body}</body></html>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.encode())

    do_GET = do_HEAD = do_POST = remember  # noqa: N815  # the library's names


@pytest.fixture
def recorder():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads = True
    server.seen, server.pages = [], {}
    server.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


ALONE = [  # no name but this machine's own is resolved
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


class Starting(NamedTuple):
    """How Chromium is started here."""

    kind: object
    options: dict


@pytest.fixture(scope="module")
def starting(chromium):
    path = os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium")
    return Starting(chromium.browser_type, {"executable_path": path, "args": ALONE})


@pytest.fixture(scope="module")
def alone(starting):
    """A Chromium that can reach nothing but this machine."""
    browser = starting.kind.launch(**starting.options)
    yield browser
    browser.close()


@pytest.fixture
def reader(alone, demo):
    """A browser of its own; `.asked` are the addresses that it asked for."""
    with contextlib.ExitStack() as stack:

        def start(path=None, *, place=None, **options):
            context = stack.enter_context(alone.new_context(**options))
            page = context.new_page()
            page.asked = []
            context.on("request", lambda request: page.asked.append(request.url))
            if place:
                cookie = {"name": "demo-place", "value": place, "url": demo}
                context.add_cookies([cookie])
            if path:
                page.answer = page.goto(demo + path)
            return page

        yield start


def press(page, name, role="button"):
    page.get_by_role(role, name=name).first.click()
    page.wait_for_load_state()


def is_article(page):
    return MARKER in page.content() and page.get_by_role("heading", name=TITLE).count()


def revision_of(page):
    return page.locator("input[name=n]").first.get_attribute("value")


def shown_cookie(page):
    """The cookies beside the demo's own, which says where one travels as."""
    cookies = page.context.cookies()
    return [cookie for cookie in cookies if cookie["name"] != "demo-place"]


def answer_for_the_internet(page):
    """Answer every https request in place of its host; returns what was asked.

    Through the protocol, because the library's own routing does not see what a
    redirect leads to.
    """
    asked = []
    session = page.context.new_cdp_session(page)

    def answer(event):
        asked.append((event["request"]["url"], event["request"]["headers"]))
        body = base64.b64encode(b"<title>W</title><h1>ELSEWHERE</h1>").decode()
        fields = [{"name": "Content-Type", "value": "text/html"}]
        told = {"requestId": event["requestId"], "responseCode": 200}
        told |= {"responseHeaders": fields, "body": body}
        session.send("Fetch.fulfillRequest", told)

    session.on("Fetch.requestPaused", answer)
    session.send("Fetch.enable", {"patterns": [{"urlPattern": "https://*"}]})
    return asked


# Moscow


def test_moscow_meets_the_page_on_the_articles_own_address_in_russian(reader, demo):
    page = reader(ARTICLE)
    assert page.answer.status == 403
    assert page.url == demo + ARTICLE
    assert page.evaluate("document.documentElement.lang") == "ru"
    assert page.get_by_role("button", name="Читать дальше").count()
    assert page.title() == "Прежде чем продолжить"


def test_back_and_reload_need_no_second_form(reader, demo):
    page = reader("/about/undesirable/")
    page.goto(demo + ARTICLE)
    press(page, CONTINUE)
    page.reload()  # of a page that was posted, it would ask first
    assert is_article(page)
    page.go_back()
    page.wait_for_load_state()
    assert MARKER not in page.content() or is_article(page)


# Everywhere else

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
MEETS = {
    "the warning page, then the article": (403, False),
    "the article under a banner": (200, True),
    "the article": (200, False),
}


def places_of_readme():
    """The table of places in the README: place and what one meets there."""
    found = []
    start = README.index("| visit from |")
    rows = README[start:].partition("\n\n")[0].splitlines()[2:]
    for row in rows:
        names, meets, _ = (cell.strip() for cell in row.strip("|").split("|"))
        found += [
            pytest.param(name.strip(), *MEETS[meets], id=name.strip())
            for name in names.split(",")
        ]
    return found


@pytest.mark.parametrize(("place", "status", "has_banner"), places_of_readme())
def test_each_place_meets_what_the_readme_says(reader, demo, place, status, has_banner):
    page = reader("/about/undesirable/")
    name = re.compile(place.removeprefix("an ").removeprefix("a "), re.IGNORECASE)
    press(page, name)
    assert page.url == demo + "/about/undesirable/"
    answer = page.goto(demo + ARTICLE)
    assert answer.status == status
    assert page.locator(".gate-banner").count() == has_banner
    if status == 403:
        assert MARKER not in page.content()
        press(page, CONTINUE)
    assert is_article(page)
    assert page.url == demo + ARTICLE
    if has_banner:
        assert page.locator(".gate-banner").is_visible()
        box = page.locator(".gate-banner").bounding_box()
        assert box["y"] < page.get_by_role("heading", name=TITLE).bounding_box()["y"]
    assert page.locator(".gate-footer").count() == 1


def test_every_place_of_the_bar_stands_in_the_readme(reader):
    page = reader(ARTICLE)
    buttons = page.locator("#demo-bar button[name=place]").all_inner_texts()
    told = {
        param.id.removeprefix("an ").removeprefix("a ") for param in places_of_readme()
    }
    shown = {text.partition(" (")[0] for text in buttons}
    assert {text.lower() for text in shown} == {text.lower() for text in told}


def test_berlin_reads_at_once_and_keeps_nothing(reader, demo):
    page = reader(ARTICLE, place="berlin")
    assert page.answer.status == 200
    assert is_article(page)
    assert shown_cookie(page) == []
    assert page.evaluate(STORED)[1:] == [0, 0, 0, 0]
    hosts = {urlsplit(url).netloc for url in page.asked}
    assert hosts == {urlsplit(demo).netloc}


def test_forget_continue_brings_the_page_back(reader, demo):
    page = reader(ARTICLE)
    press(page, CONTINUE)
    press(page, "Forget Continue")
    assert page.url == demo + ARTICLE
    assert not is_article(page)
    assert shown_cookie(page) == []


# Leaving


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize(
    ("place", "exit_url"),
    [
        ("moscow", "https://ru.wikipedia.org/"),
        ("donetsk", "https://uk.wikipedia.org/"),
    ],
)
def test_leave_goes_to_the_exit_and_clears(reader, demo, place, exit_url, script):
    page = reader(ARTICLE, place=place, java_script_enabled=script)
    login = {"name": "login", "value": "1", "url": demo, "expires": 4e9}
    page.context.add_cookies([login])
    asked = answer_for_the_internet(page)
    page.get_by_role("link", name=LEAVE).first.click()
    page.wait_for_url(exit_url)
    assert page.locator("h1").inner_text() == "ELSEWHERE"
    assert asked[0][0] == exit_url
    assert all("127.0.0.1" not in str(fields) for _, fields in asked)
    assert page.context.cookies(demo) == []
    hosts = {urlsplit(url).hostname for url in page.asked}
    assert hosts <= {"127.0.0.1", urlsplit(exit_url).hostname}


# Acts


ACTS = {
    "share": ("/share/a-map-drawn-by-ear", DO_IT),
    "donate": ("/donate/", PAY),
    "write": ("/contact/", DO_IT),
}


@pytest.mark.parametrize(("path", "button"), ACTS.values(), ids=ACTS)
def test_acts_meet_their_own_page_after_continue(reader, demo, path, button):
    page = reader(ARTICLE)
    press(page, CONTINUE)
    assert page.goto(demo + path).status == 403
    before = shown_cookie(page)
    press(page, button)
    assert page.url == demo + path
    assert page.locator("article.story h1").count() == 1
    assert shown_cookie(page) == before
    assert page.goto(demo + path).status == 403  # it is asked anew each time


@pytest.fixture
def proxied(home, recorder):
    """The gate as a proxy before a site that remembers what it was sent."""
    forms = {
        "comment": "/comment/1",
        "give": "/donate/",
        "write": "/contact/",
        "like": "/like/1",
    }
    recorder.pages["/about/undesirable/"] = "".join(
        f'<form method=post action="{path}" id={name}><textarea name=text>'
        f"</textarea><input name=n value=3><button>Send</button></form>"
        for name, path in forms.items()
    )
    with gate_serving(
        home,
        f"--upstream=http://127.0.0.1:{recorder.port}",
        GATE_VISITOR__TRUSTED_PROXIES="127.0.0.1/32",
        GATE_VISITOR__HEADER="X-Forwarded-For",
    ) as origin:
        yield origin


def test_going_on_delivers_the_form_as_it_was(alone, proxied, recorder):
    fields = {"X-Forwarded-For": MOSCOW}
    text = 'first "line"\r\n<i>второй</i> &amp; +%20'
    with alone.new_context(extra_http_headers=fields, locale="en") as context:
        page = context.new_page()
        page.goto(proxied + "/a/1")
        press(page, CONTINUE)
        for name, path, button in (
            ("comment", "/comment/1", DO_IT),
            ("give", "/donate/", PAY),
        ):
            page.goto(proxied + "/about/undesirable/")
            page.locator(f"#{name} textarea").fill(text.replace("\r\n", "\n"))
            page.locator(f"#{name} button").click()
            page.wait_for_load_state()
            assert page.url == proxied + path
            assert ("POST", path) not in [sent[:2] for sent in recorder.seen]
            press(page, button)
            sent = [form for method, at, form in recorder.seen if at == path]
            assert sent == [[("text", text), ("n", "3")]]
            assert page.url == proxied + path


def test_going_back_sends_nothing(alone, proxied, recorder):
    fields = {"X-Forwarded-For": KHERSON}  # uncertain is enough before an act
    with alone.new_context(extra_http_headers=fields, locale="en") as context:
        page = context.new_page()
        page.goto(proxied + "/about/undesirable/")
        page.locator("#like button").click()
        page.wait_for_load_state()
        press(page, BACK, role="link")
        assert page.url == proxied + "/about/undesirable/"
    assert {method for method, _, _ in recorder.seen} == {"GET"}


# Strangers


@pytest.mark.parametrize("place", ["kherson", "berlin"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["port", "site"])
def test_a_frame_elsewhere_shows_nothing_of_the_article(
    reader, demo, recorder, host, place
):
    recorder.pages["/frame"] = f'<iframe src="{demo}{ARTICLE}"></iframe>'
    page = reader(place=place)
    page.goto(f"http://{host}:{recorder.port}/frame")
    page.wait_for_timeout(300)
    assert len(page.frames) == 2
    assert MARKER not in page.frames[1].content()
    assert page.frames[1].locator("button").count() == 0


# The bar


def ask(origin, path=ARTICLE, method="GET", body=None, **fields):
    peer = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=20)
    with contextlib.closing(peer):
        sent = {
            "Host": "localhost",
            "Accept": "text/html",
            "Cookie": "demo-place=berlin",
        }
        sent |= {name.replace("_", "-"): value for name, value in fields.items()}
        peer.request(method, path, body, sent)
        answer = peer.getresponse()
        return answer.status, dict(answer.headers), answer.read().decode()


STRANGERS = {
    "a proxy": {"X_Forwarded_For": "91.64.0.1"},
    "a proxy that hides": {"Via": "1.1 someone"},
    "a standard proxy": {"Forwarded": "for=91.64.0.1"},
    "a network": {"CF_Connecting_IP": "91.64.0.1"},
    "a name that leads here": {"Host": "rebound.example"},
    "a name of this site": {"Host": "news.example.org"},
}


def test_the_bar_is_there_for_this_machine(demo):
    status, _, body = ask(demo)
    assert status == 200
    assert 'id="demo-bar"' in body


@pytest.mark.parametrize("fields", STRANGERS.values(), ids=STRANGERS)
def test_the_bar_is_not_there_for_anybody_else(demo, fields):
    status, _, body = ask(demo, **fields)
    assert "demo-bar" not in body
    assert status in {200, 421}  # a private peer: the article under a banner, at most
    assert status == 421 or "gate-banner" in body


@pytest.mark.parametrize("fields", STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_can_travel(demo, fields):
    form = "place=berlin&back=/"
    fields = fields | {"Content_Type": "application/x-www-form-urlencoded"}
    _, headers, _ = ask(demo, "/-demo/visit", "POST", form, **fields)
    assert "Set-Cookie" not in headers


SAME = {
    "Origin": "http://localhost",
    "Sec_Fetch_Site": "same-origin",
    "Sec_Fetch_Mode": "navigate",
    "Sec_Fetch_Dest": "document",
    "Content_Type": "application/x-www-form-urlencoded",
    "Cookie": "demo-place=moscow",
}


# Whom a page could shut out


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_real_page_has_no_accessibility_violation(reader, axe, scheme, width):
    page = reader(
        ARTICLE,
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
    )
    page.add_script_tag(content=axe)
    where = {"exclude": [["#demo-bar"]]}
    assert page.evaluate(AXE, [where, WCAG]) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["kherson", "unknown", "berlin"])
def test_what_the_gate_puts_into_an_article_has_no_violation(
    reader, axe, place, scheme
):
    page = reader(ARTICLE, place=place, bypass_csp=True, color_scheme=scheme)
    page.add_script_tag(content=axe)
    parts = [".gate-footer"] + [".gate-banner"] * (place != "berlin")
    for part in parts:
        assert page.locator(part).count() == 1
        assert page.evaluate(AXE, [{"include": [[part]]}, WCAG]) == []


def test_the_whole_article_page_has_no_violation_either(reader, axe):
    page = reader(ARTICLE, place="kherson", bypass_csp=True)
    page.add_script_tag(content=axe)
    assert page.evaluate(AXE, [{"exclude": [["#demo-bar"]]}, WCAG]) == []
