"""A deployer's own template, tried on every page that it will ever make.

The contract stands in the README: what a template gets, and what its pages must hold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import Environment, TemplateSyntaxError

from gate.answer import Way
from gate.model import Diagnostic, Mark
from gate.notices.demands import PROBE, Case, Fault, faults_of, prepared
from gate.notices.elements import read_sheet
from gate.notices.printing import TemplatePress
from gate.notices.revision import site_revision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.model import Notice, NoticeText
    from gate.notices.elements import Sheet
    from gate.notices.look import Look

MOST_TEMPLATE: Final = 65_536
"""Bytes."""

_MOST_PAGE: Final = 1 << 20  # characters; the shipped page has some 30,000


class _Page(NamedTuple):
    notices: tuple[str, ...]
    language: str
    way: Way

    def __str__(self) -> str:
        return f"way {self.way}, {self.language}, {' and '.join(self.notices)}"


def check_template(
    notices: Mapping[str, Notice], look: Look, *, file: str
) -> list[Diagnostic]:
    """Find everything that is wrong with the pages of `look.template`.

    Args:
        notices: All notices of the site by id; at least one.
        look: What the site says of itself, its own template among it.
        file: Path of the template as the user would type it.

    Returns:
        Findings E722 to E734, each once, with the first page on which it is met.
    """
    try:
        Environment(autoescape=True).parse(look.template)
        press = TemplatePress(notices, look, site_revision(notices))
        probed = TemplatePress(_probed(notices), _probed_look(look), "")
    except TemplateSyntaxError as error:
        return [_finding(Fault("E722", f"{error.message}."), file, error.lineno)]
    found: dict[Fault, str] = {}
    styles: set[tuple[str, ...]] = set()
    for page in _pages(notices):
        for fault in _faults(press, probed, page, look, styles):
            found.setdefault(fault, str(page))
    return [
        _finding(fault, file, hint=f"Seen on the page: {page}.")
        for fault, page in found.items()
    ]


def styles_of(press: TemplatePress, notices: Mapping[str, Notice]) -> tuple[str, ...]:
    """Return the text of every style element on the pages of an own template."""
    first = next(_pages(notices))
    sheet = read_sheet(press.page(*first).decode())
    return tuple(dict.fromkeys(_styles(sheet)))


def _pages(notices: Mapping[str, Notice]) -> Iterator[_Page]:
    together = [tuple(sorted(notices))] if len(notices) > 1 else []
    for names in [*((name,) for name in notices), *together]:
        tags = dict.fromkeys(tag for name in names for tag in notices[name].texts)
        for language in tags:
            for way in Way:
                yield _Page(names, language, way)


def _faults(
    press: TemplatePress,
    probed: TemplatePress,
    page: _Page,
    look: Look,
    styles: set[tuple[str, ...]],
) -> Iterator[Fault]:
    try:
        made, again = press.page(*page).decode(), press.page(*page).decode()
        hostile = probed.page(*page).decode()
    except Exception as error:  # noqa: BLE001 - whatever a stranger's template raises
        name = type(error).__name__
        yield Fault("E722", f"It cannot be rendered: {name}: {str(error)[:200]}.")
        return
    if made != again or len(made) > _MOST_PAGE:
        yield Fault("E734", "A page is not the same each time, or far too long.")
    if PROBE in hostile:
        yield Fault("E733", "A text stands on the page without being escaped.")
    sheet = read_sheet(prepared(made))
    styles.add(tuple(_styles(sheet)))
    if len(styles) > 1:
        yield Fault("E732", "The text of <style> is not the same on every page.")
    yield from faults_of(_case(press, page, sheet, look))


def _case(press: TemplatePress, page: _Page, sheet: Sheet, look: Look) -> Case:
    return Case(
        sheet=sheet,
        way=page.way,
        versions=press.versions(page.notices, page.language),
        look=look,
        revision=press.revision,
        script=press.script,
    )


def _styles(sheet: Sheet) -> Iterator[str]:
    for style in sheet.all("style"):
        yield "".join(part for part in style.parts if isinstance(part, str))


def _probed(notices: Mapping[str, Notice]) -> dict[str, Notice]:
    return {
        name: replace(
            notice, texts={tag: _probed_text(t) for tag, t in notice.texts.items()}
        )
        for name, notice in notices.items()
    }


def _probed_text(text: NoticeText) -> NoticeText:
    strings = {
        key: f"{value}{PROBE}"
        if isinstance(value, str)
        else tuple(f"{line}{PROBE}" for line in value)
        for key, value in text.strings.items()
    }
    return replace(text, strings=strings)


def _probed_look(look: Look) -> Look:
    names = ("name", "organization", "explainer_url", "title")
    return replace(look, **{name: getattr(look, name) + PROBE for name in names})


def _finding(fault: Fault, file: str, line: int = 0, hint: str = "") -> Diagnostic:
    mark = Mark(file=file, line=line)
    return Diagnostic(code=fault.code, message=fault.sentence, mark=mark, hint=hint)
