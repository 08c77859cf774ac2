"""Pictures of everything that a reader can see, to be looked at by a person.

    python tests/shots.py FOLDER

Writes one PNG for each state, language, width and colour scheme, named so that they
sort by state: `read.ru.320.dark.png`. Needs `pip install '.[test]'` and Chromium
(GATE_TEST_CHROMIUM names the program, /usr/bin/chromium by default).
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from notice_texts import LANGUAGES, SHIPPED
from pages_site import LOOK, OTHERS, STATES, PagesSite, serving
from playwright.sync_api import sync_playwright
from rich.progress import track
from strange_texts import write_strange

from gate.notices import compile_pages

WIDTHS = {320: 640, 1440: 900}  # pixels, and the height of the window
SCHEMES = ("light", "dark")
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
CONTRAST = {"forced_colors": "active"}


def press_shift(page, times=1):
    """Press Shift alone; the page tells how often it must be pressed again."""
    for _ in range(times):
        page.keyboard.press("Shift")


def show_footer(page):
    """Go to the end of the article, where the footer stands."""
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


class Shot(NamedTuple):
    """One picture: where, what is done there, and how the browser is set."""

    path: str
    then: object = None
    options: dict = {}  # noqa: RUF012  # never changed
    whole: bool = True  # the whole page, not the window
    media: str = "screen"


READ = STATES["reading"]
EVERYWHERE = {
    **{name: Shot(path) for name, path in STATES.items()},
    "banner": Shot(OTHERS["banner"], whole=False),
    "footer": Shot(OTHERS["banner"], show_footer, whole=False),
    "refusal": Shot(OTHERS["refusal"]),
    "opened": Shot(READ, lambda page: page.evaluate(OPEN_ALL)),
    "window": Shot(READ, whole=False),
    "leaving-1": Shot(READ, press_shift, whole=False),
    "leaving-2": Shot(READ, lambda page: press_shift(page, 2), whole=False),
}
"""What is drawn in every language, width and scheme."""

ONCE = {
    "forced-light": Shot(READ, options=CONTRAST | {"color_scheme": "light"}),
    "forced-dark": Shot(READ, options=CONTRAST | {"color_scheme": "dark"}),
    "print": Shot(READ, media="print"),
    "no-script": Shot(READ, options={"java_script_enabled": False}),
    "focus": Shot(READ, lambda page: page.keyboard.press("Tab"), whole=False),
}
"""What is drawn in every language at one width."""


def main(folder):
    """Write all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    site = PagesSite(compile_pages(SHIPPED, LOOK))
    with serving(site) as origin, sync_playwright() as playwright:
        site.exit_url = origin + "/elsewhere"
        browser = _launch(playwright)
        for name, shot, options in track([*_all()], "Drawing"):
            _draw(browser, origin, shot, options, folder / f"{name}.png")
        _draw_right_to_left(browser, site, origin, folder)
        browser.close()
        large = _launch(playwright, "--blink-settings=defaultFontSize=32")
        for language in LANGUAGES:
            options = _options(language, 320, "light")
            path = folder / f"large.{language}.320.png"
            _draw(large, origin, Shot(READ), options, path)
        large.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")  # noqa: T201


def _launch(playwright, *arguments):
    path = os.environ.get("GATE_TEST_CHROMIUM", "/usr/bin/chromium")
    return playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", *arguments]
    )


def _all():
    """Yield name, shot and browser settings of all pictures of the shipped texts."""
    for (state, shot), language, width, scheme in itertools.product(
        EVERYWHERE.items(), LANGUAGES, WIDTHS, SCHEMES
    ):
        name = f"{state}.{language}.{width}.{scheme}"
        yield name, shot, _options(language, width, scheme)
    for (state, shot), language in itertools.product(ONCE.items(), LANGUAGES):
        yield f"{state}.{language}", shot, _options(language, 1440, "light")


def _options(language, width, scheme):
    size = {"width": width, "height": WIDTHS[width]}
    return {"locale": language, "viewport": size, "color_scheme": scheme}


def _draw(browser, origin, shot, options, path):
    context = browser.new_context(**options | shot.options)
    page = context.new_page()
    page.goto(origin + shot.path)
    page.emulate_media(media=shot.media)
    if shot.then:
        shot.then(page)
    page.screenshot(path=path, full_page=shot.whole)
    context.close()


def _draw_right_to_left(browser, site, origin, folder):
    with tempfile.TemporaryDirectory() as texts:
        notices = write_strange(Path(texts), "fa", "Arab", "rtl")
    site.pages = compile_pages(notices, LOOK)
    for (state, path), width in itertools.product((STATES | OTHERS).items(), WIDTHS):
        options = _options("fa", width, "light")
        target = folder / f"{state}.right-to-left.{width}.png"
        _draw(browser, origin, Shot(path), options, target)
    site.pages = compile_pages(SHIPPED, LOOK)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
