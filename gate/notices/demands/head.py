"""Whether a page is whole: language, title, heading, viewport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.notices.demands.case import Case, Fault, as_read
from gate.notices.elements import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.elements import Sheet


def look_at_head(case: Case) -> Iterator[Fault]:
    """Yield what makes a page less than whole."""
    sheet, main = case.sheet, case.versions[0]
    roots = sheet.all("html")
    root = roots[0].attrs if roots else {}
    if root.get("lang") != main.language or root.get("dir") != main.direction:
        yield Fault("E728", "<html> does not have the page's lang and dir.")
    if not sheet.declared:
        yield Fault("E728", "It does not begin with <!doctype html>.")
    titles = [content(title) for title in sheet.all("title")]
    if titles != [as_read(main.words["page.tab"])]:
        yield Fault("E728", "The title is not exactly the neutral one (page.tab).")
    if len(sheet.all("main")) != 1 or len(sheet.all("h1")) != 1:
        yield Fault("E728", "There is not exactly one <main> and one <h1>.")
    yield from _metas(sheet)
    yield from _languages(case)


def _metas(sheet: Sheet) -> Iterator[Fault]:
    metas = [meta.attrs for meta in sheet.all("meta")]
    if not any(meta.get("charset", "").lower() == "utf-8" for meta in metas):
        yield Fault("E728", 'There is no <meta charset="utf-8">.')
    views = [m.get("content", "") for m in metas if m.get("name") == "viewport"]
    if not views or "device-width" not in views[0] or "scal" in _zoom(views[0]):
        yield Fault("E728", "The viewport is not device-width, or forbids to zoom.")


def _languages(case: Case) -> Iterator[Fault]:
    told = {element.attrs.get("lang") for element in case.sheet.elements}
    for version in case.versions[1:]:
        if version.language not in told:
            yield Fault("E728", f'Nothing has lang="{version.language}".')


def _zoom(viewport: str) -> str:
    """Return what a viewport says beside the scale at which it begins."""
    parts = viewport.replace(" ", "").lower().split(",")
    return ",".join(part for part in parts if not part.startswith("initial-scale"))
