"""Check 2: 320 pixels wide, text at 200 %, wide spacing: all is there and in reach."""

from __future__ import annotations

import os

import pytest
from notice_texts import LANGUAGES
from pages_site import OTHERS, STATES

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
SHOWN = [*STATES, *OTHERS]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
# WCAG 2.2, success criterion 1.4.12.
SPREAD = """() => {
  for (const at of document.body.querySelectorAll("*")) {
    at.style.lineHeight = "1.5";
    at.style.letterSpacing = ".12em";
    at.style.wordSpacing = ".16em";
    if (at.tagName === "P") at.style.marginBottom = "2em";
  }
}"""
WIDER = """() => [...document.body.querySelectorAll("*")]
  .filter(at => at.scrollWidth > at.clientWidth + 1 && at.clientWidth
    && getComputedStyle(at).overflowX === "hidden" && !at.closest("[role=status]"))
  .map(at => at.outerHTML.slice(0, 200))"""
# What can be pressed: where it is, and whether a finger in its middle meets it.
TARGETS = """() => [...document.querySelectorAll("a, button, summary, [role=button]")]
  .filter(at => at.checkVisibility()).map(at => {
    at.scrollIntoView({block: "center"});
    const box = at.getClientRects()[0];
    const met = document.elementFromPoint(
      box.left + box.width / 2, box.top + box.height / 2);
    return {
      name: at.textContent.trim(),
      small: getComputedStyle(at).display === "inline" || !!at.closest("footer"),
      height: box.height, left: box.left, right: box.right,
      met: at === met || at.contains(met),
    };
  })"""


@pytest.fixture(scope="module")
def large(chromium):
    """A Chromium whose user has set text to 200 %, which a page sees in its em."""
    browser = chromium.browser_type.launch(
        executable_path=os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium"),
        args=["--no-sandbox", "--blink-settings=defaultFontSize=32"],
    )
    yield browser
    browser.close()


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", SHOWN)
def test_a_narrow_screen_with_large_and_wide_text_loses_nothing(
    open_page, large, state, language, size
):
    path, browser = (STATES | OTHERS)[state], large if size == 200 else None
    page = open_page(path, locale=language, viewport=NARROW, browser=browser)
    em = page.evaluate(
        "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    )
    assert em == 16 * size / 100
    page.evaluate(OPEN_ALL)
    page.evaluate(SPREAD)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate(WIDER) == []
    targets = page.evaluate(TARGETS)
    assert [t for t in targets if not t["met"]] == []
    assert [t for t in targets if t["left"] < 0 or t["right"] > 320] == []
    assert too_low(targets) == []


def too_low(targets):
    """What is harder to hit than a finger is wide, but for words in a sentence."""
    return [t for t in targets if t["height"] < 44 and not t["small"]]


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("state", STATES)
def test_whatever_is_pressed_is_44_pixels_high(open_page, state, width):
    page = open_page(STATES[state], viewport={"width": width, "height": 900})
    page.evaluate(OPEN_ALL)
    targets = page.evaluate(TARGETS)
    assert too_low(targets) == []
    assert len([t for t in targets if not t["small"]]) >= 3
