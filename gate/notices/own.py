"""A deployer's own template, tried on every page that it will ever make.

The contract stands in the README: what a template gets, and what its pages must hold.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import Environment, TemplateSyntaxError

from gate.answer import Way
from gate.model import Diagnostic, Mark
from gate.notices.demands import PROBE, Case, Fault, faults_of, prepared
from gate.notices.elements import own_text
from gate.notices.parsing import read_sheet
from gate.notices.printing import TemplatePress
from gate.notices.revision import site_revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.answer import Headline
    from gate.model import Notice, NoticeText
    from gate.notices.elements import Sheet
    from gate.notices.look import Look

MOST_TEMPLATE: Final = 65_536
"""Bytes."""

_MOST_PAGE: Final = 1 << 20  # characters; the shipped page has some 30,000


_ALL_UP_TO: Final = 32  # sets of notices; 2 to the power of five notices


class _Page(NamedTuple):
    notices: tuple[str, ...]
    language: str
    way: Way

    def __str__(self) -> str:
        return f"way {self.way}, {self.language}, {' and '.join(self.notices)}"


def check_template(
    notices: Mapping[str, Notice],
    look: Look,
    *,
    file: str,
    together: Iterable[tuple[str, ...]] = (),
) -> list[Diagnostic]:
    """Find everything that is wrong with the pages of `look.template`.

    Args:
        notices: All notices of the site by id; at least one.
        look: What the site says of itself as it is served, its own template among it.
        file: Path of the template as the user would type it.
        together: Sets of notices, ids sorted, that decisions show on one page. They
            matter where the notices are too many to try every set of them.

    Returns:
        Findings E722 to E734, each once, with the first page on which it is met.
    """
    unreadable = _unreadable(look.template, file)
    if unreadable:
        return [unreadable]
    judge = Judge(notices, look)
    found: dict[Fault, str] = {}
    for page in _pages(notices, together):
        for fault in judge.faults(*page):
            found.setdefault(fault, str(page))
    return [
        _finding(fault, file, hint=f"Seen on the page: {page}.")
        for fault, page in found.items()
    ]


def _unreadable(template: str, file: str) -> Diagnostic | None:
    try:
        Environment(autoescape=True).parse(template)
    except TemplateSyntaxError as error:
        return _finding(Fault("E722", f"{error.message}."), file, error.lineno)
    except RecursionError:
        return _finding(Fault("E722", "It is nested too deep."), file)
    return None


class Judge:
    """Judges pages of an own template, one after the other.

    Args:
        notices: All notices of the site by id; at least one.
        look: What the site says of itself, its own template among it.
    """

    def __init__(self, notices: Mapping[str, Notice], look: Look) -> None:
        self.press = TemplatePress(notices, look, site_revision(notices))
        self._probed = TemplatePress(_probed(notices), _probed_look(look), "")
        self._look = look
        self._styles: tuple[str, ...] | None = None

    def faults(
        self, notices: Sequence[str], language: str, way: Way
    ) -> Iterator[Fault]:
        """Yield everything that is wrong with a page."""
        page = _Page(tuple(notices), language, way)
        try:
            made, again = (self.press.page(*page).decode() for _ in range(2))
            hostile = self._probed.page(*page).decode()
        except Exception as error:  # noqa: BLE001 - whatever a template may raise
            told = f"{type(error).__name__}: {str(error)[:200]}"
            yield Fault("E722", f"It cannot be rendered: {told}.")
            return
        if made != again or len(made) > _MOST_PAGE:
            yield Fault("E734", "A page is not the same each time, or far too long.")
            return
        if PROBE in hostile:
            yield Fault("E733", "A text stands on the page without being escaped.")
        yield from self._faults_of(self._case(page, prepared(made, way)))

    def _faults_of(self, case: Case) -> Iterator[Fault]:
        styles = _styles(case.sheet)
        if self._styles is None:
            self._styles = styles
        if self._styles != styles:
            yield Fault("E732", "The text of <style> is not the same on every page.")
        yield from faults_of(case)

    def _case(self, page: _Page, made: str) -> Case:
        return Case(
            made=made,
            sheet=read_sheet(made),
            way=page.way,
            versions=self.press.versions(page.notices, page.language),
            look=self._look,
            revision=self.press.revision,
            script=self.press.script,
            style=self.press.style,
        )


class JudgedPress:
    """Prints by an own template, and by the gate's own where that one is at fault.

    Every page is judged when it is printed, whoever asks for it: a set of notices that
    nobody foresaw must not reach a reader unjudged.

    Args:
        notices: All notices of the site by id; at least one.
        look: What the site says of itself, its own template among it.

    Attributes:
        styles: Text of every style element of the template's pages.
    """

    def __init__(self, notices: Mapping[str, Notice], look: Look) -> None:
        self._judge = Judge(notices, look)
        shipped = replace(look, template="")
        self._shipped = TemplatePress(notices, shipped, site_revision(notices))
        first = next(_pages(notices))
        # The policy names the styles of this page, so that all others must have them.
        faults = list(self._judge.faults(*first))
        self.styles = () if faults else self._styles_of(first)

    def page(self, notices: Sequence[str], language: str, way: Way) -> bytes:
        """Return a page of the notices, with slots for what the request brings."""
        is_faulty = any(True for _ in self._judge.faults(notices, language, way))
        press = self._shipped if is_faulty else self._judge.press
        return press.page(notices, language, way)

    def banner(self, notices: Sequence[str], language: str) -> bytes:
        """Return the short warning for the top of an article, in ASCII."""
        return self._shipped.banner(notices, language)

    def headline(self, notices: Sequence[str], language: str) -> Headline:
        """Return heading and short text of the notices, as plain text."""
        return self._shipped.headline(notices, language)

    def _styles_of(self, page: _Page) -> tuple[str, ...]:
        sheet = read_sheet(self._judge.press.page(*page).decode())
        return tuple(dict.fromkeys(_styles(sheet)))


def _pages(
    notices: Mapping[str, Notice], together: Iterable[tuple[str, ...]] = ()
) -> Iterator[_Page]:
    for names in _sets(sorted(notices), together):
        tags = dict.fromkeys(tag for name in names for tag in notices[name].texts)
        for language in tags:
            for way in Way:
                yield _Page(names, language, way)


def _sets(
    names: Sequence[str], together: Iterable[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    """Yield every set of notices, or where these are many, the likely ones."""
    if 2 ** len(names) <= _ALL_UP_TO:
        for size in range(1, len(names) + 1):
            yield from combinations(names, size)
        return
    singles = ((name,) for name in names)
    yield from dict.fromkeys([*singles, *together, tuple(names)])


def _styles(sheet: Sheet) -> tuple[str, ...]:
    return tuple(own_text(style) for style in sheet.all("style"))


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
    return replace(
        look,
        name=look.name + PROBE,
        organization=look.organization + PROBE,
        explainer_url=look.explainer_url + PROBE,
        title=look.title + PROBE,
        # Before and after: what is asked to be said falls into pieces.
        attribution=f"{PROBE}{look.attribution}{PROBE}",
    )


def _finding(fault: Fault, file: str, line: int = 0, hint: str = "") -> Diagnostic:
    mark = Mark(file=file, line=line)
    return Diagnostic(code=fault.code, message=fault.sentence, mark=mark, hint=hint)
