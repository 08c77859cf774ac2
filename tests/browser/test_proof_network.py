"""Check 4: one request, one host, nothing refused; and no text can change that."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from notice_texts import LANGUAGES
from pages_site import LOOK, NOTICES, OTHERS, STATES

from gate.notices import compile_pages, load_notices

pytestmark = pytest.mark.browser

IMAGE = "<img src=//third.example/1>"
HARMLESS = {"B", "STRONG", "EM", "I", "BR"}  # what emphasis in a text may become
HOSTILE = (
    '<img src="//third.example/1"><script src="//third.example/2"></script>'
    "<style>@import url(//third.example/3)</style><svg onload=alert(4)>"
    '"><iframe src="https://third.example/5"></iframe>\'><base href=//third.example>'
    "[a](javascript:alert(6)) [b](https://third.example/7) ![c](//third.example/8) "
    "**<b>** </main></template>--><gate-fields><gate-back> {{7*7}} {% raw %} &lt;"
)
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
ELEMENTS = "[...document.querySelectorAll('*')].map(at => at.tagName).join()"
LEADS = """[...document.querySelectorAll("*")].flatMap(at => [...at.attributes])
  .filter(one => /^on/.test(one.name) || (/third\\.example|javascript:/.test(one.value)
    && !/^(aria-label|content|title|data-.*)$/.test(one.name)))
  .map(one => one.name + "=" + one.value)"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_is_one_request_of_one_host(visit, proof, language):
    page = visit(language=language, viewport={"width": 400, "height": 900})
    page.evaluate(OPEN_ALL)
    page.emulate_media(color_scheme="dark")
    page.emulate_media(media="print")
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.sent == [proof.origin + "/a/owl"]
    assert [asked[:2] for asked in proof.asked] == [("GET", "/a/owl")]
    assert page.refused == []


@pytest.mark.parametrize("state", STATES | OTHERS)
def test_all_else_that_the_gate_shows_is_one_request(open_page, site, state):
    page = open_page((STATES | OTHERS)[state])
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(150)
    assert [path for _, path, _ in site.seen] == [(STATES | OTHERS)[state]]
    assert [told for told in page.violations if "status of 4" not in told] == []


def test_a_page_that_asked_for_more_would_be_told(visit):
    page = visit()
    with page.expect_console_message(lambda m: "CSP" in m.text):
        page.evaluate(
            """() => { document.body.append(Object.assign(
              new Image(), {src: "http://127.0.0.1:9/1.png"})) }"""
        )
    assert [told.split()[1] for told in page.refused] == ["img-src"]


def poisoned(notices):
    """The notices, with everything that a text could be used for in every string."""
    return {
        name: replace(
            notice,
            texts={
                tag: replace(text, strings=_poisoned(text.strings))
                for tag, text in notice.texts.items()
            },
        )
        for name, notice in notices.items()
    }


def _poisoned(strings):
    return {
        key: value + HOSTILE if isinstance(value, str) else [v + HOSTILE for v in value]
        for key, value in strings.items()
    }


@pytest.mark.parametrize("state", STATES | OTHERS)
def test_no_text_becomes_markup_or_leads_anywhere(open_page, site, notices, state):
    path = (STATES | OTHERS)[state]
    page = open_page(path)
    sound = page.evaluate(ELEMENTS)
    site.pages = compile_pages(poisoned(notices), LOOK)
    site.seen.clear()
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.violations.clear()
    page.goto(site.origin + path)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(150)
    assert asked == [site.origin + path]
    assert [told for told in page.violations if "status of 4" not in told] == []
    assert 'src="//third.example/1"' in page.locator("body").inner_text()
    assert page.evaluate(LEADS) == []
    assert set(page.evaluate(ELEMENTS).split(",")) <= set(sound.split(",")) | HARMLESS
    assert page.locator("main").count() == 1


def test_markup_in_the_file_of_a_notice_is_shown_as_it_is_written(
    open_page, site, tmp_path
):
    for file in NOTICES.glob("*.yaml"):
        text = file.read_text("utf-8")
        text = re.sub(
            r"^( +heading: ).*$", rf"\g<1>'{IMAGE}'", text, flags=re.MULTILINE
        )
        (tmp_path / file.name).write_text(text, "utf-8")
    notices, _ = load_notices(tmp_path)
    site.pages = compile_pages(notices, LOOK)
    page = open_page()
    assert page.locator("h1").inner_text() == IMAGE
    assert page.locator("img").count() == 0
    assert [path for _, path, _ in site.seen] == ["/news/article"]
