"""The warning page in a real Chromium: does it work, and for whom."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

LOCALES = {"en": "en-US", "ru": "ru-RU", "uk": "uk-UA"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATHS = {
    "reading": "/news/article",
    "act": "/comment/1",
    "donating": "/donate",
    "blocked": "/blocked/1",
}
AXE = """async ([tags]) => {
  const found = await axe.run({runOnly: {type: "tag", values: tags}});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "));
}"""
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
STORED = """async () => [document.cookie, localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length]"""


def test_both_ways_weigh_the_same(open_page):
    page = open_page(viewport={"width": 1440, "height": 900})
    shapes = page.evaluate(
        """[...document.querySelectorAll('form > .ways .way')].map(at => {
          const box = at.getBoundingClientRect();
          const style = getComputedStyle(at);
          return [box.width, box.height, style.backgroundColor, style.color,
                  style.fontWeight, style.borderTopColor].join();
        })"""
    )
    assert len(shapes) == 2
    assert len(set(shapes)) == 1


def test_act_sends_the_form_again(open_page, site):
    page = open_page("/about")
    page.set_content(
        f"""<form method=post action="{site.origin}/comment/1">
        <textarea name=text></textarea><button>Send</button></form>"""
    )
    text = 'first "line"\n<i>second</i> ц &amp;'
    page.locator("textarea").fill(text)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Do it anyway").first.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "ARTICLE-MARKER"
    first, second = (
        forms
        for method, path, _, forms in site.sent
        if method == "POST" and path == "/comment/1"
    )
    assert [pair for pair in second if pair[0] != "n"] == first
    assert page.context.cookies() == []


def test_blocked_page_has_only_ways_out(open_page):
    page = open_page("/blocked/1")
    assert page.locator("form, button, input").count() == 0
    assert page.get_by_role("link", name="Leave this page").count() >= 2


def test_print_has_the_words_and_no_controls(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert not page.locator(".bar").is_visible()
    assert not page.locator(".ways").first.is_visible()
