"""Check 10, continued: each language says which it is, and in which direction it runs.

Crimean Tatar and a language that runs from right to left are made here out of English,
whether or not a translator has been there: what is tested is the page, not the words.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from notice_texts import LANGUAGES, SHIPPED, continue_label
from pages_site import LOOK, STATES

from gate.notices import compile_pages

pytestmark = pytest.mark.browser

MADE = {"crh-Latn": "ltr", "fa": "rtl", "ug": "rtl"}
MARKED = """() => [[document.documentElement.lang, document.documentElement.dir],
  [...document.querySelectorAll("details.language, details[lang]")]
    .map(at => [at.lang, at.dir])]"""
# Where the exit, the first line and the points of a list begin: left or right.
SIDES = """() => {
  const words = at => {
    const range = document.createRange();
    range.selectNodeContents(at);
    return range.getClientRects()[0];
  };
  const side = (inner, outer) =>
    inner.left - outer.left < outer.right - inner.right ? "left" : "right";
  const within = found => document.querySelector(found).getBoundingClientRect();
  return [
    side(within("[data-leave]"), within("body")),
    side(words(document.querySelector("h1")), within("body")),
    side(within("main ul"), within("main li")),
  ];
}"""
DISORDER = """() => [...document.querySelectorAll("[dir]")]
  .filter(at => getComputedStyle(at).direction !== at.dir).map(at => at.lang)"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_marked_and_offers_the_others(open_page, language):
    page = open_page(locale=language)
    here, others = page.evaluate(MARKED)
    texts = next(iter(SHIPPED.values())).texts
    assert here == [language, texts[language].direction]
    assert others == [[t, texts[t].direction] for t in LANGUAGES if t != language]


@pytest.fixture
def worldly(site, notices):
    """The site with texts in languages that it does not have yet."""
    site.pages = compile_pages(
        {
            name: replace(notice, texts=dict(notice.texts) | _made(notice))
            for name, notice in notices.items()
        },
        LOOK,
    )
    return site


def _made(notice):
    first = next(iter(notice.texts.values()))
    return {
        tag: replace(first, language=tag, direction=direction)
        for tag, direction in MADE.items()
    }


@pytest.mark.usefixtures("worldly")
@pytest.mark.parametrize("language", MADE)
def test_other_languages_are_found_by_who_reads_them(open_page, language):
    page = open_page(locale=language)
    here, others = page.evaluate(MARKED)
    assert here == [language, MADE[language]]
    assert {tag for tag, _ in others} == {*LANGUAGES, *MADE} - {language}
    assert page.evaluate(DISORDER) == []


@pytest.mark.usefixtures("worldly")
@pytest.mark.parametrize("language", ["crh", "crh-UA", "crh-Latn-UA", "fa-IR"])
def test_a_region_or_a_missing_script_finds_the_language(open_page, language):
    page = open_page(locale=language)
    assert page.evaluate(MARKED)[0][0].partition("-")[0] == language.partition("-")[0]


@pytest.mark.usefixtures("worldly")
@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("state", STATES)
def test_a_page_from_right_to_left_is_a_mirror_of_the_other(open_page, state, width):
    sides = {}
    for language in ("fa", LANGUAGES[0]):
        size = {"width": width, "height": 900}
        page = open_page(STATES[state], locale=language, viewport=size)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        sides[language] = page.evaluate(SIDES)
    assert sides == {"fa": ["right"] * 3, LANGUAGES[0]: ["left"] * 3}


@pytest.mark.usefixtures("worldly")
def test_the_exit_and_continue_work_from_right_to_left(open_page):
    page = open_page(locale="fa")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert focused == continue_label(LANGUAGES[0])
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/elsewhere")


@pytest.mark.usefixtures("worldly")
def test_a_page_from_right_to_left_shuts_nobody_out(open_page, axe):
    page = open_page(locale="fa", bypass_csp=True)
    page.add_script_tag(content=axe)
    found = page.evaluate(
        """async () => (await axe.run({runOnly: {type: "tag", values: [
          "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}))
          .violations.map(v => v.id)"""
    )
    assert found == []
