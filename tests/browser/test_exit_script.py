"""The script of the exit on an article, in a real Chromium."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from gate.notices import Look, compile_pages, load_notices
from gate.notices.printing import TemplatePress

pytestmark = pytest.mark.browser

NOTICES = Path(__file__).parents[2] / "rules" / "notices"
LOOK = Look(name="The Owl", organization="Owl Media", offers_exit=True)
ROUNDS = 5


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Paper:
    """An article with banner and script, under the strictest policy that allows it."""

    def __init__(self):
        notices, _ = load_notices(NOTICES)
        press = TemplatePress(notices, LOOK, "0")
        self.pages = compile_pages(notices, LOOK)
        self.banner = press.banner(("undesirable-organization",), "en").decode()
        self.asked = []

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked.append(path)
        kind, body = "text/html; charset=utf-8", self.page(path, environ)
        fields = [("Cache-Control", "private, no-cache")]
        if path == "/-/exit":
            kind, body = "text/javascript; charset=utf-8", self.pages.exit_script
        elif path == "/a":
            policy = "default-src 'none'; script-src 'self'; style-src 'none'"
            fields.append(("Content-Security-Policy", policy))
        start_response("200 OK", [("Content-Type", kind), *fields])
        return [body]

    def page(self, path, _environ):
        head = "<!doctype html><html lang=en><title>Owls</title><body>"
        if path in {"/a", "/bare"}:
            tag = self.pages.exit_tag.html.decode() if path == "/a" else ""
            return (head + self.banner + "<h1>ARTICLE</h1><input id=i>" + tag).encode()
        return (head + "<h1>WEATHER</h1>").encode()


@contextmanager
def serving(app):
    with make_server("127.0.0.1", 0, app, Server, Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def paper():
    made = Paper()
    with serving(made) as origin:
        made.origin = origin
        yield made


@pytest.fixture
def page(chromium, paper):
    paper.asked.clear()
    context = chromium.new_context(locale="ru-RU")
    opened = context.new_page()
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.goto(f"{paper.origin}/before")
    opened.goto(f"{paper.origin}/a")
    opened.wait_for_selector("p[role=status]", state="attached")
    yield opened
    context.close()


def status(page):
    return page.locator("p[role=status]").text_content()


def test_shift_three_times_leaves_and_says_so_in_the_readers_language(page, paper):
    page.keyboard.press("Shift")
    assert status(page) == "Быстрый выход: нажмите Shift ещё два раза."
    assert page.locator("p[role=status]").get_attribute("lang") == "ru"
    page.keyboard.press("Shift")
    assert status(page) == "Быстрый выход: нажмите Shift ещё один раз."
    page.keyboard.press("Shift")
    page.wait_for_url("**/-/leave")
    assert "ARTICLE" not in page.content()
    page.go_back()
    assert page.url == f"{paper.origin}/before"


def test_shift_as_part_of_something_else_is_no_press(page, paper):
    page.locator("#i").focus()
    for _ in range(4):
        page.keyboard.press("Shift+A")
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press("b")
    page.keyboard.press("Shift")
    page.wait_for_timeout(300)
    assert page.url == f"{paper.origin}/a"


def test_the_exit_in_the_banner_leaves_nothing_to_go_back_to(page, paper):
    page.locator("a[data-leave]").click()
    page.wait_for_url("**/-/leave")
    page.go_back()
    assert page.url == f"{paper.origin}/before"


def test_nothing_is_asked_for_stored_or_forbidden(page, paper):
    own = [p for p in paper.asked if p not in {"/favicon.ico", "/before"}]
    assert own == ["/a", "/-/exit"]
    stored = "[document.cookie, localStorage.length, sessionStorage.length].join()"
    assert page.evaluate(stored) == ",0,0"
    # The banner's style attributes are forbidden by this policy, the script is not.
    others = [text for text in page.said if "inline style" not in text]
    assert [text for text in others if "favicon" not in text] == []


def test_the_article_is_still_what_it_was(page):
    assert page.locator("h1").text_content() == "ARTICLE"
    assert page.title() == "Owls"
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_what_back_takes_from_memory_is_loaded_anew(paper):
    """The browser's memory of pages is on here; the usual fixture has it off."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium")
    elsewhere = paper.origin.replace("127.0.0.1", "localhost") + "/elsewhere"
    # In a thread of its own: only one Playwright can run in each.
    found = []

    def look():
        with playwright.sync_playwright() as p:
            browser = p.chromium.launch(
                executable_path=program,
                args=["--no-sandbox", "--disable-gpu"],
                ignore_default_args=["--disable-back-forward-cache"],
            )
            opened = browser.new_page()
            for path in ["/a", "/bare"] * ROUNDS:
                opened.goto(paper.origin + path)
                opened.wait_for_timeout(200)
                opened.goto(elsewhere)
                paper.asked.clear()
                opened.go_back(wait_until="commit")
                opened.wait_for_timeout(800)
                found.append((path, paper.asked.count(path)))
            browser.close()

    worker = threading.Thread(target=look)
    worker.start()
    worker.join(60)
    assert [asked for path, asked in found if path == "/a"] == [1] * ROUNDS
    assert ("/bare", 0) in found  # so the memory was on
