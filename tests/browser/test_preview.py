"""The preview in a browser: quiet, whole, and fit for everybody."""

from __future__ import annotations

import re

import pytest
from previews import Bench, listening

pytestmark = pytest.mark.browser
AXE = """async (tags) => {
  const found = await axe.run(document, {
    iframes: false, runOnly: {type: "tag", values: tags}});
  return found.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html]);
}"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
VIEWS = {
    "banner": "/?place=UA-65,50km&path=/a/x",
    "mistakes": "/?other=Qqqmoscow&path=/../x&at=soon&width=1",
    "warning page": "/?place=RU",
    "article on a desktop": "/?place=DE&width=1280",
    "areas": "/areas",
    "difference": "/difference",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory, session_state):
    bench = Bench(tmp_path_factory.mktemp("preview"), session_state)
    with listening(bench) as address:
        bench.address = address
        yield bench


@pytest.fixture
def look(chromium, home):
    """Open a page of the preview; `.asked` are all addresses that it asks for."""
    contexts = []

    def look_(path="/", *, width=1440, scheme="light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.asked, page.told = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.told.append(message.text))
        page.on("pageerror", lambda error: page.told.append(str(error)))
        page.goto(home.address + path)
        return page

    yield look_
    for context in contexts:
        context.close()


SIZES = [(width, scheme) for width in (320, 768, 1440) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_no_page_has_an_accessibility_violation(look, home, axe, width, scheme):
    page = look("/standing", width=width, scheme=scheme, bypass_csp=True)
    wrong = {}
    # All pages share one style; two sizes and both schemes are enough for the rest.
    whole = (width, scheme) in {(320, "dark"), (1440, "light")}
    for name, path in VIEWS.items() if whole else [*VIEWS.items()][:1]:
        page.goto(home.address + path)
        page.evaluate(OPEN_ALL)
        page.add_script_tag(content=axe)
        wrong[name] = page.evaluate(AXE, TAGS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert [found for found in wrong.items() if found[1]] == []


def test_nothing_is_asked_of_anybody_else_and_no_policy_is_broken(look, home):
    page = look("/")
    for path in VIEWS.values():
        page.goto(home.address + path)
        page.wait_for_load_state("load")
    assert {url[: len(home.address)] for url in page.asked} == {home.address}
    assert [text for text in page.told if "Content Security Policy" in text] == []


def test_the_frame_holds_the_real_page_as_wide_as_was_chosen(look):
    page = look("/?place=RU&lang=ru&width=360")
    frame = page.frame_locator("#page")
    assert frame.get_by_role("heading", level=1).inner_text().startswith("Прежде")
    assert page.frames[1].evaluate("innerWidth") == 360


def test_a_wide_screen_is_shown_smaller_and_never_cut_off(look):
    page = look("/?width=1280")
    assert page.frames[1].evaluate("innerWidth") == 1280
    device, stage = page.locator(".device"), page.locator(".stage")
    assert device.bounding_box()["width"] <= stage.bounding_box()["width"]


def test_buttons_of_the_readers_page_lead_nowhere(look, home):
    page = look("/?place=RU&lang=en")
    frame = page.frame_locator("#page")
    frame.get_by_role("button", name=re.compile("Continue")).first.click()
    assert frame.get_by_role("heading", level=1).count() == 1
    frame.get_by_role("link", name=re.compile("Leave")).first.click()
    frame.get_by_role("heading", name="Here the preview ends").wait_for()
    assert page.url == f"{home.address}/?place=RU&lang=en"
    assert all(url.startswith(home.address) for url in page.asked)


def test_a_choice_is_followed_at_once_and_the_focus_stays(look):
    page = look("/?place=RU")
    place = page.get_by_label("Place", exact=True)
    place.focus()
    place.select_option(label="Kyiv")
    page.get_by_role("heading", name="the article, without a notice").wait_for()
    assert page.evaluate("document.activeElement.id") == "place"
    assert "703448" in page.url
    assert "without a notice" in page.locator("#said").inner_text()


def test_with_the_keyboard_alone_a_place_is_taken_on_the_map(look):
    page = look("/?path=/a/x")
    page.get_by_role("link", name="Kherson: banner").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="under a banner").wait_for()
    assert page.get_by_label("Place", exact=True).input_value().startswith("UA-65")


def test_a_click_beside_a_settlement_takes_the_nearest(look):
    page = look("/?place=DE")
    town = page.get_by_role("link", name="Sevastopol: warning page")
    town.scroll_into_view_if_needed()
    box = town.bounding_box()
    page.mouse.click(box["x"] - 6, box["y"] + box["height"] / 2)
    page.get_by_role("heading", name="a warning page").wait_for()
    assert "694423" in page.url


def test_a_click_far_from_all_settlements_takes_the_point_itself(look):
    page = look("/?place=DE&path=/a/x&activity=share")
    town = page.get_by_role("link", name="Lviv: article")
    town.scroll_into_view_if_needed()
    box = town.bounding_box()
    page.mouse.click(box["x"] + 80, box["y"] + 20)
    page.wait_for_url(re.compile(r"/\?place=UA-\d\d%2Cpoint%3D49\.\d+%2F2[56]\.\d+"))
    assert "activity=share" in page.url


def test_without_a_script_everything_can_be_chosen(look):
    page = look("/?place=RU", java_script_enabled=False)
    page.get_by_label("Place", exact=True).select_option(label="Kyiv")
    page.get_by_label("The reader", exact=True).select_option("donate")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("heading", name="without a notice").is_visible()
    page.get_by_role("link", name="Donetsk: warning page").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="a warning page").wait_for()
    assert "activity=donate" in page.url


def test_on_a_phone_the_verdict_comes_first_and_nothing_of_it_is_lost(look):
    page = look("/?place=UA-65,50km&path=/a/x", width=360)
    assert page.locator("#verdict").bounding_box()["y"] < 200
    assert not page.locator("#form").is_visible()
    page.get_by_text("Choose place, time and page").click()
    assert page.locator("#form").is_visible()
    for cell in page.locator(".rules tbody tr").first.locator("td").all():
        box = cell.bounding_box()
        assert box["x"] + box["width"] <= 360
    dot = page.get_by_role("link", name="Donetsk: warning page").bounding_box()
    assert 0 < dot["x"] < 360


def test_on_a_phone_without_a_script_all_can_be_chosen(look):
    page = look("/?place=RU", width=360, java_script_enabled=False)
    assert page.get_by_label("Place", exact=True).is_visible()


def test_a_town_is_found_by_its_name_and_a_mistake_is_told_at_the_field(look):
    page = look("/?place=DE")
    other = page.get_by_label("Or a town")
    other.fill("Луганск")
    other.press("Enter")
    page.get_by_role("heading", name="a warning page").wait_for()
    assert "Taken for Luhansk" in page.locator("#other-hint").inner_text()
    other.fill("Qqqmoscow")
    other.press("Enter")
    page.get_by_role("heading", name="No answer yet").wait_for()
    assert page.evaluate("document.activeElement.id") == "other"
    assert "Did you mean “Moscow”?" in page.locator("#other-problem").inner_text()


def test_a_saved_error_is_shown_by_itself_and_goes_with_its_cause(look, home):
    page = look("/?place=RU")
    home.rules.write_text(home.sound.replace("then: block", "then: blok"), "utf-8")
    page.get_by_role("region", name="Errors", exact=True).wait_for()
    assert page.get_by_role("heading", name="a warning page").is_visible()
    home.restore()
    page.get_by_role("region", name="Errors", exact=True).wait_for(state="detached")
