"""Checks 6 and 7: Continue without scripts, and without cookies."""

from __future__ import annotations

import contextlib
import json
import os

import pytest
from notice_texts import LANGUAGES, continue_label, told
from proof_site import MARKER, eventually

pytestmark = pytest.mark.browser
ARTICLE = "/a/owl"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def is_article(page):
    return page.get_by_role("heading", name=MARKER).count() == 1


@pytest.mark.parametrize("script", [False, True], ids=["no-script", "script"])
@pytest.mark.parametrize("query", ["", "?page=2&q=%D0%B0"], ids=["plain", "query"])
def test_continue_is_a_303_to_the_same_address_and_adds_nothing_to_it(
    visit, proof, query, script
):
    page = visit(ARTICLE + query, java_script_enabled=script)
    hops = []
    page.context.on(
        "response", lambda r: hops.append((r.request.method, r.status, r.url))
    )
    press(page, continue_label("ru"))
    assert is_article(page)
    url = proof.origin + ARTICLE + query
    assert page.url == url
    assert hops[:2] == [("POST", 303, url), ("GET", 200, url)]
    assert {asked.path for asked in proof.asked} == {ARTICLE + query}


def test_the_cookie_is_exactly_this_and_the_same_for_everybody(visit, proof):
    said = []
    for language in LANGUAGES:
        page = visit(language=language, java_script_enabled=False)
        page.context.on(
            "response",
            lambda r: said.extend(
                h["value"] for h in r.headers_array() if h["name"] == "Set-Cookie"
            ),
        )
        press(page, continue_label(language))
        [cookie] = page.context.cookies()
        assert cookie == {
            "name": "__Host-n",
            "value": proof.revision,
            "domain": "127.0.0.1",
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": True,
            "sameSite": "Lax",
        }
    exact = f"__Host-n={proof.revision}; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert said == [exact] * len(LANGUAGES)


def test_continue_from_another_language_is_the_same_form(visit):
    first, second = LANGUAGES[:2]
    page = visit(language=first, java_script_enabled=False)
    page.locator(f"details[lang='{second}'] > summary").click()
    press(page, continue_label(second))
    assert is_article(page)


def test_the_next_article_comes_without_a_page(visit, proof):
    page = visit(java_script_enabled=False)
    press(page, continue_label("ru"))
    assert page.goto(proof.origin + "/a/another").status == 200
    assert is_article(page)


@pytest.fixture
def cookieless(chromium, proof, tmp_path):
    """A browser whose user has blocked all cookies."""
    with contextlib.ExitStack() as stack:

        def start(language, **options):
            profile = tmp_path / f"{language}-{len(options)}" / "Default"
            profile.mkdir(parents=True)
            blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
            (profile / "Preferences").write_text(json.dumps(blocked))
            context = chromium.browser_type.launch_persistent_context(
                str(profile.parent),
                executable_path=os.environ.get(
                    "GATE_TEST_CHROMIUM", "/usr/bin/chromium"
                ),
                args=["--no-sandbox", "--disable-background-networking"],
                locale=language,
                **options,
            )
            stack.enter_context(context)
            page = context.pages[0]
            page.goto(proof.origin + ARTICLE)
            return page

        yield start


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_cookies_there_is_no_loop_and_a_way_to_the_article(
    cookieless, proof, language
):
    page = cookieless(language, java_script_enabled=language != LANGUAGES[0])
    press(page, continue_label(language))
    eventually(page, lambda: len(proof.asked) > 2)
    page.wait_for_timeout(300)
    # Once to the button, once back to the page, and then it waits.
    assert [asked.method for asked in proof.asked] == ["GET", "POST", "GET"]
    assert not is_article(page)
    page.get_by_text(told(language, "page.returns"), exact=True).first.click()
    press(page, told(language, "page.returns_button"))
    assert is_article(page)
    assert page.url == proof.origin + ARTICLE
    assert page.context.cookies() == []
    assert page.goto(proof.origin + ARTICLE).status == 403  # nothing was kept
