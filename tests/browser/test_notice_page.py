"""The warning page in a real Chromium: does it work, and for whom."""

from __future__ import annotations

import re

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


def tab(page):
    """Press Tab; return what has the focus, and whether the bar covers it."""
    page.keyboard.press("Tab")
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          const box = at.getBoundingClientRect();
          const bar = document.querySelector(".bar");
          const covered = !bar.contains(at)
            && box.top < bar.getBoundingClientRect().bottom - 1;
          const hidden = covered || box.bottom > innerHeight;
          return [at.tagName, at.textContent.trim(), hidden];
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("sort", PATHS)
def test_page_has_no_accessibility_violation(open_page, axe, sort, language, scheme):
    page = open_page(
        PATHS[sort], locale=LOCALES[language], color_scheme=scheme, bypass_csp=True
    )
    page.add_script_tag(content=axe)
    assert page.evaluate(AXE, [WCAG]) == []
    page.evaluate(OPEN_ALL)
    assert page.evaluate(AXE, [WCAG]) == []


def test_page_has_no_accessibility_violation_in_forced_colours(open_page, axe):
    page = open_page(forced_colors="active", bypass_csp=True)
    page.add_script_tag(content=axe)
    assert page.evaluate(AXE, [WCAG]) == []


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("sort", PATHS)
def test_page_never_scrolls_sideways(open_page, sort, language, size):
    viewport = {"width": 320, "height": 640}
    page = open_page(PATHS[sort], locale=LOCALES[language], viewport=viewport)
    page.evaluate(OPEN_ALL)
    page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_page_holds_wider_text_spacing(open_page):
    page = open_page(viewport={"width": 320, "height": 640}, locale="ru-RU")
    page.evaluate(
        """for (const at of document.querySelectorAll('body *')) {
          at.style.lineHeight = '1.5';
          at.style.letterSpacing = '.12em';
          at.style.wordSpacing = '.16em';
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("sort", PATHS)
def test_everything_to_press_is_large_enough(open_page, sort, width):
    page = open_page(PATHS[sort], viewport={"width": width, "height": 900})
    page.evaluate(OPEN_ALL)
    heights = page.evaluate(
        """[...document.querySelectorAll('a, button, summary')]
           .map(at => [at.textContent.trim(), at.getBoundingClientRect().height])"""
    )
    assert [one for one in heights if one[1] < 44 and "DB-IP" not in one[0]] == []


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


@pytest.mark.parametrize("height", [900, 480])
def test_tab_goes_exit_ways_details_languages_and_is_never_hidden(open_page, height):
    page = open_page(viewport={"width": 800, "height": height})
    stops = [tab(page) for _ in range(8)]
    assert [text for _, text, _ in stops] == [
        "Leave this page",
        "Continue reading",
        "Leave this page",
        "This page keeps coming back",
        "What this law means",
        "По-русски",
        "Українською",
        "IP Geolocation by DB-IP",
    ]
    assert [text for _, text, hidden in stops if hidden] == []
    page.keyboard.press("Shift+Tab")
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(
            "document.activeElement.getBoundingClientRect().bottom > 0"
        )


def test_nothing_has_the_focus_at_first(open_page):
    assert open_page().evaluate("document.activeElement.tagName") == "BODY"


def test_page_is_one_request_without_violation_or_trace(open_page, site):
    page = open_page()
    page.wait_for_timeout(300)
    assert [path for _, path, _ in site.seen] == ["/news/article"]
    assert [text for text in page.violations if "403" not in text] == []
    assert page.evaluate(STORED) == ["", 0, 0, 0, 0]
    assert page.context.cookies() == []
    assert "ARTICLE-MARKER" not in page.content()
    assert page.title() == "Before you continue"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_continue_brings_the_article_at_the_same_address(open_page, site, script):
    page = open_page("/news/article?page=2", java_script_enabled=script)
    address = page.url
    page.get_by_role("button", name="Continue reading").first.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "ARTICLE-MARKER"
    assert page.url == address
    assert [cookie["value"] for cookie in page.context.cookies()] == [
        site.pages.revision
    ]
    cookie = page.context.cookies()[0]
    assert cookie["name"] == "__Host-n"
    assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
    assert (cookie["sameSite"], cookie["expires"], cookie["path"]) == ("Lax", -1, "/")


def test_continue_from_another_language_is_the_same_form(open_page):
    page = open_page(java_script_enabled=False)
    page.get_by_text("По-русски").click()
    page.get_by_role("button", name="Читать дальше").click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "ARTICLE-MARKER"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_second_button_needs_no_cookie(open_page, script):
    page = open_page(java_script_enabled=script)
    page.get_by_text("This page keeps coming back").first.click()
    page.get_by_role("button", name="Open without a cookie").first.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "ARTICLE-MARKER"
    assert page.context.cookies() == []


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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_leave_goes_elsewhere_without_referrer_and_clears(open_page, site, script):
    page = open_page(java_script_enabled=script)
    page.context.add_cookies([{"name": "login", "value": "1", "url": site.origin}])
    page.get_by_role("link", name="Leave this page").first.click()
    page.wait_for_url("**/elsewhere")
    assert page.locator("h1").inner_text() == "WEATHER"
    elsewhere = [environ for _, path, environ in site.seen if path == "/elsewhere"]
    assert ["HTTP_REFERER" in environ for environ in elsewhere] == [False]
    assert [c["name"] for c in page.context.cookies(site.origin)] == []


def test_after_leaving_back_shows_neither_warning_nor_article(open_page, site):
    page = open_page("/elsewhere")
    page.goto(site.origin + "/news/article")
    page.get_by_role("link", name="Leave this page").first.click()
    page.wait_for_url("**localhost**/elsewhere")
    page.go_back()
    assert page.locator("h1").inner_text() == "WEATHER"


def shift(page, times):
    for _ in range(times):
        page.keyboard.press("Shift")


def test_shift_three_times_leaves(open_page):
    page = open_page()
    shift(page, 3)
    page.wait_for_url("**/elsewhere")
    assert page.locator("h1").inner_text() == "WEATHER"


def test_quick_exit_blanks_before_the_next_page_comes(open_page, site):
    page = open_page()
    # Chromium answers no question while a navigation is pending, so the page tells.
    page.evaluate(
        """new MutationObserver(() => {
          console.log(String([document.title, document.body.innerText]));
        }).observe(document.body, {childList: true})"""
    )
    site.hold.clear()
    with page.expect_console_message() as told:
        shift(page, 3)
    site.hold.set()
    page.wait_for_url("**/elsewhere")
    assert told.value.text == "\u00a0,Leaving this page."


def test_presses_are_announced_and_a_pause_forgets_them(open_page):
    page = open_page()
    said = page.locator("[role=status]")
    page.clock.install()
    shift(page, 1)
    assert said.inner_text() == "Quick exit: press Shift two more times."
    shift(page, 1)
    assert said.inner_text() == "Quick exit: press Shift one more time."
    page.clock.run_for(6_000)
    assert "time is up" in said.inner_text()
    shift(page, 2)
    page.clock.run_for(100)
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("keys", ["Shift+Tab", "Shift+A", "Control+Shift"])
def test_shift_with_another_key_is_no_press(open_page, keys):
    page = open_page()
    for _ in range(4):
        page.keyboard.press(keys)
    page.wait_for_timeout(200)
    assert page.locator("h1").count() == 1


def test_another_key_between_forgets_the_presses(open_page):
    page = open_page()
    shift(page, 2)
    page.keyboard.press("a")
    shift(page, 2)
    page.wait_for_timeout(200)
    assert page.locator("h1").count() == 1


def test_without_script_no_key_is_promised(open_page):
    page = open_page(java_script_enabled=False)
    assert not page.locator(".hint").is_visible()


def test_hint_is_shown_where_keys_work(open_page):
    assert open_page().locator(".hint").is_visible()


@pytest.mark.parametrize("language", LOCALES)
def test_each_language_is_marked_as_such(open_page, language):
    page = open_page(locale=LOCALES[language])
    others = page.evaluate(
        "[...document.querySelectorAll('details.language')].map(d => [d.lang, d.dir])"
    )
    assert page.evaluate("document.documentElement.lang") == language
    assert others == [[tag, "ltr"] for tag in LOCALES if tag != language]


def test_blocked_page_has_only_ways_out(open_page):
    page = open_page("/blocked/1")
    assert page.locator("form, button, input").count() == 0
    assert page.get_by_role("link", name="Leave this page").count() >= 2


def test_page_does_not_open_in_a_frame(open_page, site):
    page = open_page("/elsewhere")
    page.set_content(f'<iframe src="{site.origin}/news/article"></iframe>')
    page.wait_for_timeout(500)
    frame = page.frames[1]
    assert re.search("legal risk", frame.content()) is None


def test_print_has_the_words_and_no_controls(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert not page.locator(".bar").is_visible()
    assert not page.locator(".ways").first.is_visible()
