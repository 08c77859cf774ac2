"""Check 5: before Continue nothing is stored, and no byte of the article has come."""

from __future__ import annotations

import pytest
from notice_texts import LANGUAGES, continue_label, told
from proof_site import MARKER

pytestmark = pytest.mark.browser

STORED = """async () => [document.cookie, localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length]"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_continue_nothing_is_stored_and_nothing_of_the_article_came(
    visit, proof, language
):
    page = visit(language=language)
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => { d.open = true })"
    )
    page.wait_for_timeout(100)
    assert page.answer.status == 403
    assert page.title() == told(language, "page.tab")
    assert page.evaluate(STORED) == ["", 0, 0, 0, 0, 0]
    assert page.context.cookies() == []
    assert page.context.storage_state(indexed_db=True) == {"cookies": [], "origins": []}
    body = page.answer.body().decode()
    for trace in (MARKER, "owl", "Owls", "/a/"):
        assert trace not in body
    assert proof.newsroom.seen == []  # the site was never asked
    assert "set-cookie" not in page.answer.headers


def test_reload_and_another_article_store_nothing_either(visit, proof):
    page = visit()
    page.reload()
    page.goto(proof.origin + "/a/another")
    page.go_back()
    assert page.evaluate(STORED) == ["", 0, 0, 0, 0, 0]
    assert page.context.cookies() == []
    assert proof.newsroom.seen == []


def test_after_continue_there_is_one_cookie_and_nothing_else(visit):
    page = visit()
    page.get_by_role("button", name=continue_label("ru"), exact=True).first.click()
    page.get_by_role("heading", name=MARKER).wait_for()
    assert page.evaluate(STORED) == ["", 0, 0, 0, 0, 0]  # scripts do not see the cookie
    kept = page.context.storage_state(indexed_db=True)
    assert len(kept["cookies"]) == 1
    assert kept["origins"] == []


def test_the_page_is_the_same_bytes_for_every_article_and_reader(proof):
    bodies = {
        proof.ask(path=path, Accept="text/html", Accept_Language="ru", **fields).body
        for path in ("/a/owl", "/a/" + "long" * 50, "/?q=secret")
        for fields in ({}, {"User-Agent": "other"}, {"Cookie": "login=7"})
    }
    assert len(bodies) == 1
