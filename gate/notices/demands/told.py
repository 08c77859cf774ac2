"""Whether a page says all that it must, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.answer import Way
from gate.notices.demands.case import READING, WAYS_ON, Case, Fault, as_read
from gate.notices.elements import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.elements import Element
    from gate.notices.printing import Version


def look_at_texts(case: Case) -> Iterator[Fault]:
    """Yield texts that are not on the page, or not where they must be."""
    text, shown = case.sheet.text, case.sheet.shown()
    for version in case.versions:
        for key, sentence in sentences(version, case.way):
            folded = version is not case.versions[0] or key.startswith("page.returns")
            if sentence not in text:
                said = f'"{key}" is not on the page in {version.language}.'
                yield Fault("E729", said)
            elif not folded and sentence not in shown:
                said = f'"{key}" is folded away in {version.language}.'
                yield Fault("E729", said)
    yield from _order(case)
    yield from _credits(case, shown)


def _order(case: Case) -> Iterator[Fault]:
    """Look for the first warning before the first thing that goes on."""
    ways = [e for e in case.sheet.elements if _goes_on(e)]
    before = case.sheet.shown(ways[0]) if ways else ""
    words = case.versions[0].notices[0].words
    for key in ("heading", "fact", "risk_lead", "risks"):
        if ways and any(s not in before for _, s in _lines(key, words.get(key, ()))):
            yield Fault("E729", f'"{key}" does not stand before Continue.')


def _goes_on(element: Element) -> bool:
    again = element.tag == "a" and element.attrs.get("href") == ""
    return element.tag == "button" or again


def _credits(case: Case, shown: str) -> Iterator[Fault]:
    links = {e.attrs.get("href") for e in case.sheet.all("a") if e.shown}
    if case.look.explainer_url and case.look.explainer_url not in links:
        yield Fault("E729", "The link to the explainer is missing.")
    for text, url in case.look.credits:
        if plain(text) not in shown or (url and url not in links):
            said = "What the source of geographical data asks for is missing."
            yield Fault("E729", f"{said} Use {{{{ gate.credits() }}}}.")


def sentences(version: Version, way: Way) -> Iterator[tuple[str, str]]:
    """Yield all that one language of a page must say: key and sentence."""
    keys = ["heading", "fact", "who_lead", "who", "risk_lead", "risks"]
    keys += ["unclear_lead", "unclear", "not_punished", "notes"]
    if way in {Way.ACT, Way.ACT_AGAIN}:
        keys.append("going_on")
    for told in version.notices:
        for key in keys:
            yield from _lines(key, told.words.get(key, ()))
    for key in _page_keys(way):
        yield from _lines(key, version.words[key])


def _page_keys(way: Way) -> Iterator[str]:
    yield from ("page.why_shown", "page.not_hidden", "page.trace_history")
    yield from ("page.trace_provider", "page.trace_leaving")
    yield from ("page.as_of", "page.not_advice", "page.leave")
    if way in WAYS_ON | {Way.ACT_AGAIN}:
        yield from ("page.going_on", "page.nothing_asked", "page.trace_title")
    if way in READING:
        yield from ("page.cookie", "page.trace_cookie", "page.returns")
    own = {
        Way.READ: ("page.returns_why", "page.returns_button"),
        Way.READ_COOKIE: ("page.returns_impossible",),
        Way.ACT: ("page.no_cookie", "page.back"),
        Way.ACT_AGAIN: ("page.no_cookie", "page.back"),
        Way.ACT_LOST: ("page.cannot_repeat", "page.back"),
        Way.BLOCKED: ("page.blocked",),
    }
    yield from own[way]


def _lines(key: str, value: str | tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for line in (value,) if isinstance(value, str) else value:
        yield key, as_read(line)
