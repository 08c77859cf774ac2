"""Check 3: everything can be reached and seen with a keyboard, and three keys leave."""

from __future__ import annotations

import pytest
from notice_texts import LANGUAGES, continue_label, told

pytestmark = pytest.mark.browser

# The element with the focus: its sort, its words, and whether something hides it.
AT = """() => {
  const at = document.activeElement;
  if (at === document.body) return ["BODY", "", false];
  const box = at.getBoundingClientRect();
  const x = box.left + box.width / 2;
  const seen = [box.top + 2, box.top + box.height / 2, box.bottom - 2].every(y => {
    const met = document.elementFromPoint(x, y);
    return met && (at === met || at.contains(met) || met.contains(at));
  });
  const sort = at.closest("[data-leave]") ? "leave"
    : at.matches("button, a[href='']") ? "on"
    : at.tagName === "SUMMARY"
      ? (at.parentElement.lang ? "language" : "more") : "link";
  return [sort, at.textContent.trim(), !seen];
}"""


def walk(page, key, most=30):
    """Press a key until the focus has left the page; return where it stopped."""
    stops = []
    for _ in range(most):
        page.keyboard.press(key)
        at = page.evaluate(AT)
        if at[0] == "BODY":
            break
        stops.append(at)
    return stops


def shift(page, times):
    for _ in range(times):
        page.keyboard.press("Shift")


@pytest.mark.parametrize("height", [900, 400])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exit_comes_first_and_nothing_is_ever_hidden(open_page, language, height):
    page = open_page(locale=language, viewport={"width": 800, "height": height})
    assert (
        page.evaluate(AT)[0] == "BODY"
    )  # nothing has the focus, least of all Continue
    stops = walk(page, "Tab")
    sorts = [sort for sort, _, _ in stops]
    assert sorts[:4] == ["leave", "on", "leave", "more"]
    assert sorts.index("link") > 3
    assert [s for s in sorts if s == "language"] == ["language"] * (len(LANGUAGES) - 1)
    assert [text for _, text, hidden in stops if hidden] == []
    assert stops[0][1] == told(language, "page.leave")
    assert stops[1][1] == continue_label(language)
    back = walk(page, "Shift+Tab")
    assert [text for _, text, hidden in back if hidden] == []


def test_enter_continues(open_page):
    page = open_page()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="ARTICLE-MARKER").wait_for()


def test_enter_opens_a_language_and_continues_from_it(open_page):
    first, second = LANGUAGES[:2]
    page = open_page(locale=first)
    page.locator(f"details[lang='{second}'] > summary").focus()
    page.keyboard.press("Enter")
    name = continue_label(second)
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="ARTICLE-MARKER").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_enter_leaves(open_page, script):
    page = open_page(java_script_enabled=script)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/elsewhere")


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_presses_leave_and_each_is_told(open_page, language):
    page = open_page(locale=language)
    said = page.get_by_role("status")
    assert said.inner_text() == ""
    shift(page, 1)
    assert said.inner_text() == told(language, "page.quick_exit_two_more")
    shift(page, 1)
    assert said.inner_text() == told(language, "page.quick_exit_one_more")
    shift(page, 1)
    page.wait_for_url("**/elsewhere")
    assert page.locator("h1").inner_text() == "WEATHER"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pause_of_six_seconds_forgets_the_presses(open_page, language):
    page = open_page(locale=language)
    page.clock.install()
    shift(page, 2)
    page.clock.run_for(6_000)
    said = page.get_by_role("status").inner_text()
    assert said == told(language, "page.quick_exit_over")
    shift(page, 2)
    page.clock.run_for(100)
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("keys", ["Shift+Tab", "Shift+A", "Control+Shift", "Alt+Shift"])
def test_shift_with_another_key_is_no_press(open_page, site, keys):
    page = open_page()
    for _ in range(4):
        page.keyboard.press(keys)
    page.wait_for_timeout(200)
    assert page.get_by_role("status").inner_text() == ""
    assert [path for _, path, _ in site.seen] == ["/news/article"]


def test_another_key_between_forgets_the_presses(open_page, site):
    page = open_page()
    shift(page, 2)
    page.keyboard.press("a")
    shift(page, 2)
    page.wait_for_timeout(200)
    assert [path for _, path, _ in site.seen] == ["/news/article"]


def test_the_page_is_blank_before_the_next_one_comes(open_page, site):
    page = open_page()
    # Chromium answers no question while a navigation is pending, so the page tells.
    page.evaluate(
        """new MutationObserver(() => {
          const seen = [...document.body.children].map(at => {
            const box = at.getBoundingClientRect();
            return box.width * box.height;
          });
          console.log(JSON.stringify([document.title.trim(), Math.max(...seen),
            document.body.innerText]));
        }).observe(document.body, {childList: true})"""
    )
    site.hold.clear()
    with page.expect_console_message() as message:
        shift(page, 3)
    site.hold.set()
    page.wait_for_url("**/elsewhere")
    title, area, words = eval(message.value.text)  # noqa: S307 - two numbers and words
    assert (title, words) == ("", told("en", "page.quick_exit_leaving"))
    assert area <= 1


def test_without_script_no_key_is_promised(open_page):
    hint = told("en", "page.quick_exit")
    assert not (
        open_page(java_script_enabled=False).get_by_text(hint).first.is_visible()
    )
    assert open_page().get_by_text(hint).first.is_visible()
