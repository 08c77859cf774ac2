"""Check 8: leaving goes elsewhere, tells nothing, and Back brings nothing back.

Chromium keeps whole pages in memory for Back (its back/forward cache). Playwright
switches that off, which would hide exactly the fault that is looked for here.
"""

from __future__ import annotations

import os

import pytest
from notice_texts import LANGUAGES, continue_label, told
from proof_site import ELSEWHERE, MARKER

pytestmark = pytest.mark.browser

REPEATS = 20
STATUS = """addEventListener("pageshow", event => {
  document.documentElement.dataset.persisted = event.persisted; });"""


def by_link(page):
    page.get_by_role("link", name=told("ru", "page.leave"), exact=True).first.click()


def by_keys(page):
    for _ in range(3):
        page.keyboard.press("Shift")


WAYS = {
    "link, no script": (by_link, False),
    "link": (by_link, True),
    "Shift": (by_keys, True),
}


@pytest.fixture(scope="module")
def remembering(chromium):
    """A Chromium whose back/forward cache is on, as a reader's is."""
    browser = chromium.browser_type.launch(
        executable_path=os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium"),
        args=["--no-sandbox", "--disable-background-networking"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


def arrive(page, proof):
    page.wait_for_url(proof.exit.url)
    assert page.locator("h1").inner_text() == ELSEWHERE


def go_back(page, url):
    """Press Back, and wait to be there.

    Playwright's own waiting does not see a page that comes out of memory.
    """
    page.evaluate("setTimeout(() => history.back(), 0)")
    page.wait_for_function("url => location.href === url && document.body", arg=url)


def enter(page, proof):
    page.get_by_role("button", name=continue_label("ru"), exact=True).first.click()
    page.get_by_role("heading", name=MARKER).wait_for()
    assert [c["name"] for c in page.context.cookies(proof.origin)] == ["__Host-n"]


@pytest.mark.parametrize(("way", "script"), WAYS.values(), ids=WAYS)
def test_leaving_tells_nobody_and_keeps_nothing(visit, proof, way, script):
    page = visit(java_script_enabled=script)
    login = {"name": "login", "value": "1", "url": proof.origin, "expires": 4e9}
    page.context.add_cookies([login])
    if script:
        page.evaluate("localStorage.setItem('a', 1); sessionStorage.setItem('b', 2)")
    way(page)
    arrive(page, proof)
    assert len(proof.exit.asked) == 1
    told_there = proof.exit.asked[0].fields
    assert "referer" not in told_there
    assert "127.0.0.1" not in str(told_there)
    assert page.context.cookies(proof.origin) == []
    state = page.context.storage_state(indexed_db=True)
    assert [o for o in state["origins"] if o["origin"] == proof.origin] == []
    assert page.sent[1:] == [proof.origin + "/-/leave", proof.exit.url]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exit_works_in_every_language(visit, proof, language):
    page = visit(language=language)
    name = told(language, "page.leave")
    page.get_by_role("link", name=name, exact=True).first.click()
    arrive(page, proof)


def test_leaving_takes_the_acknowledgement_along(visit, proof):
    page = visit()
    enter(page, proof)
    page.goto(proof.origin + "/-/leave")
    arrive(page, proof)
    assert page.context.cookies(proof.origin) == []
    assert page.goto(proof.origin + "/a/owl").status == 403


def test_the_back_forward_cache_is_really_on(visit, remembering, stranger):
    page = visit(None, browser=remembering)
    stranger.pages["/kept"] = f"<h1>KEPT</h1><script>{STATUS}</script>"
    page.goto(stranger.origin + "/kept")
    page.goto(stranger.origin + "/next")
    page.evaluate("setTimeout(() => history.back(), 0)")
    page.wait_for_selector("h1")
    assert page.evaluate("document.documentElement.dataset.persisted") == "true"


@pytest.mark.parametrize("way", [by_link, by_keys])
def test_back_after_leaving_shows_the_page_before_and_nothing_of_the_site(
    visit, remembering, proof, stranger, way
):
    page = visit(None, browser=remembering)
    for _ in range(REPEATS):
        page.goto(stranger.origin + "/search")
        page.goto(proof.origin + "/a/owl")
        way(page)
        arrive(page, proof)
        go_back(page, stranger.origin + "/search")
        assert page.get_by_text("Hello").count() == 1
        assert page.locator("input[name=n]").count() == 0
        assert MARKER not in page.content()


def test_back_after_leaving_never_shows_an_article_read_before(
    visit, remembering, proof, stranger
):
    """What was read stands in the history, but not in memory: the notice comes."""
    page = visit(None, browser=remembering)
    for _ in range(REPEATS // 4):
        page.goto(stranger.origin + "/search")
        page.goto(proof.origin + "/a/owl")
        enter(page, proof)
        page.goto(proof.origin + "/share/owl")
        by_link(page)
        arrive(page, proof)
        go_back(page, proof.origin + "/a/owl")
        page.locator("input[name=n]").first.wait_for(state="attached")
        assert MARKER not in page.content()


def test_a_page_fetched_ahead_leaves_nobody_logged_out(proof):
    for fields in (
        {"Sec_Purpose": "prefetch", "Sec_Fetch_Dest": "empty"},
        {"Sec_Purpose": "prefetch;prerender", "Sec_Fetch_Dest": "document"},
        {"Sec_Fetch_Dest": "image", "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Dest": "iframe", "Sec_Fetch_Site": "cross-site"},
    ):
        reply = proof.ask(path="/-/leave", Cookie="login=1", **fields)
        assert (reply.status, reply.headers["Clear-Site-Data"]) == (204, None)
        assert "Set-Cookie" not in reply.headers


def test_a_link_elsewhere_leads_out_and_logs_nobody_out(visit, proof, stranger):
    page = visit(None)
    login = {"name": "login", "value": "1", "url": proof.origin, "expires": 4e9}
    page.context.add_cookies([login])
    stranger.pages["/trap"] = f'<a href="{proof.origin}/-/leave">Kittens</a>'
    page.goto(stranger.other_host + "/trap")
    page.get_by_role("link", name="Kittens").click()
    arrive(page, proof)
    assert [c["name"] for c in page.context.cookies(proof.origin)] == ["login"]
