"""The page of a report in a browser: whole, quiet, and fit for everybody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gate.workbench.auditing.page import write_page
from gate.workbench.auditing.report import Scope, make_report
from gate.workbench.auditing.sample import write_sample

pytestmark = pytest.mark.browser
FIRST, DAYS = date(2026, 9, 1), 21
AXE = """async (tags) => {
  const found = await axe.run({runOnly: {type: "tag", values: tags}});
  return found.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html]);
}"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(name="page_file", scope="module")
def _page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    write_sample(folder / "log", FIRST, DAYS, lambda _: None)
    made = make_report(Scope(folders=(folder / "log",)), FIRST + timedelta(DAYS))
    write_page(folder / "report.html", made)
    return folder / "report.html"


@pytest.fixture(name="open_page")
def _open_page(chromium, page_file):
    opened = []

    def open_page(*, width=1200, scheme="light", bypass_csp=False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            bypass_csp=bypass_csp,
        )
        opened.append(context)
        page = context.new_page()
        page.asked, page.told = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.told.append(message.text))
        page.goto(page_file.as_uri())
        return page

    yield open_page
    for context in opened:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_page_has_no_accessibility_violation(open_page, axe, scheme, width):
    page = open_page(width=width, scheme=scheme, bypass_csp=True)
    page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    page.add_script_tag(content=axe)
    assert page.evaluate(AXE, TAGS) == []


def test_page_asks_for_nothing_and_its_policy_refuses_nothing_of_it(open_page):
    page = open_page()
    assert page.asked == [page.url]
    assert page.told == []
    background = "getComputedStyle(document.querySelector('.verdict')).borderLeftWidth"
    assert page.evaluate(background) == "6px"


@pytest.mark.parametrize("width", [320, 600, 768, 1440])
def test_page_never_scrolls_sideways(open_page, width):
    page = open_page(width=width)
    page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_plot_has_a_table_or_a_name(open_page):
    page = open_page()
    plots = page.locator("figure svg[role=img]")
    assert plots.count() >= 5
    assert all(plots.nth(n).get_attribute("aria-label") for n in range(plots.count()))
    assert page.locator("details table").count() >= 6


@pytest.mark.parametrize("width", [320, 1200])
def test_decisions_of_violations_are_seen_without_scrolling(open_page, width):
    page = open_page(width=width)
    box = page.get_by_role("region", name="Violations")
    number = box.locator("tbody td").last.bounding_box()
    around = box.bounding_box()
    assert number["width"] > 0
    assert number["x"] >= around["x"]
    assert number["x"] + number["width"] <= around["x"] + around["width"] + 1
