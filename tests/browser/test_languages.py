"""Writing from right to left, and the page for translators, in a real Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages_site import LOOK, PagesSite, serving
from strange_texts import write_strange

from gate.cli import main
from gate.notices import compile_pages

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async tags => {
  const found = await axe.run({runOnly: {type: "tag", values: tags}});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "));
}"""
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
LANGUAGE = "fa-x-test"


@pytest.fixture(scope="module")
def rtl_site(tmp_path_factory):
    notices = write_strange(tmp_path_factory.mktemp("rtl"), LANGUAGE, "Arab", "rtl")
    made = PagesSite(compile_pages(notices, LOOK))
    with serving(made) as made.origin:
        yield made


@pytest.fixture
def rtl_page(chromium, rtl_site):
    contexts = []

    def open_(path, width=320, **options):
        viewport = {"width": width, "height": 800}
        headers = {"Accept-Language": LANGUAGE}
        context = chromium.new_context(
            viewport=viewport, extra_http_headers=headers, bypass_csp=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(rtl_site.origin + path)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    "path", ["/news/article", "/comment/1", "/donate", "/blocked/1"]
)
def test_a_page_from_right_to_left_stands_on_the_other_side(rtl_page, path):
    page = rtl_page(path)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.evaluate(
        "getComputedStyle(document.querySelector('h1')).direction"
    ) == ("rtl")
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    # The marks of a list stand on the right, where its lines begin.
    gaps = page.evaluate(
        """() => {
          const list = document.querySelector("main ul");
          const line = list.querySelector("li").getBoundingClientRect();
          const box = list.getBoundingClientRect();
          return [line.left - box.left, box.right - line.right];
        }"""
    )
    assert gaps[1] >= gaps[0]


def test_other_languages_on_it_keep_their_own_direction(rtl_page):
    page = rtl_page("/news/article")
    page.evaluate(OPEN_ALL)
    told = page.evaluate(
        """[...document.querySelectorAll("details.language")].map(
          d => [d.lang, getComputedStyle(d.querySelector("p")).direction])"""
    )
    assert told == [["en", "ltr"], ["ru", "ltr"], ["uk", "ltr"]]


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_accessibility_violation(rtl_page, axe, width, scheme):
    page = rtl_page("/news/article", width, color_scheme=scheme)
    page.evaluate(OPEN_ALL)
    page.add_script_tag(content=axe)
    # axe knows no private tags; the rest of the tag is of the standard.
    found = page.evaluate(AXE, TAGS)
    assert [one for one in found if not one.startswith("valid-lang")] == []


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_for_translators_is_sound(
    chromium, axe, tmp_path, monkeypatch, width, scheme
):
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copy(ROOT / "config.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    arguments = ["texts", "view", "en", "ru", "uk", "tt", "--html", "view.html"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "view.html").as_uri())
    assert len([url for url in asked if not url.startswith("data:")]) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(content=axe)
    assert page.evaluate(AXE, TAGS) == []
    context.close()
