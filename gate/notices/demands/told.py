"""Whether a page says all that it must, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.answer import Way
from gate.notices.demands.case import Case, Fault, as_read
from gate.notices.elements import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.notices.printing import Version

_WAYS_ON: Final = frozenset({Way.READ, Way.READ_COOKIE, Way.ACT})
_READING: Final = frozenset({Way.READ, Way.READ_COOKIE})


def look_at_texts(case: Case) -> Iterator[Fault]:
    """Yield texts that are not on the page."""
    text = plain(case.sheet.text)
    for version in case.versions:
        for key, sentence in _sentences(version, case):
            if sentence not in text:
                said = f'"{key}" is not on the page in {version.language}.'
                yield Fault("E729", said)
    links = {e.attrs.get("href") for e in case.sheet.all("a")}
    if case.look.explainer_url and case.look.explainer_url not in links:
        yield Fault("E729", "The link to the explainer is missing.")


def _sentences(version: Version, case: Case) -> Iterator[tuple[str, str]]:
    keys = ["heading", "fact", "who_lead", "who", "risk_lead", "risks"]
    keys += ["unclear_lead", "unclear", "not_punished", "notes"]
    if case.way in {Way.ACT, Way.ACT_AGAIN}:
        keys.append("going_on")
    for told in version.notices:
        for key in keys:
            yield from _lines(key, told.words.get(key, ()))
    for key in _page_keys(case.way):
        yield from _lines(key, version.words[key])


def _page_keys(way: Way) -> Iterator[str]:
    yield from ("page.why_shown", "page.not_hidden", "page.trace_history")
    yield from ("page.trace_provider", "page.trace_leaving")
    yield from ("page.as_of", "page.not_advice", "page.leave")
    if way in _WAYS_ON | {Way.ACT_AGAIN}:
        yield from ("page.going_on", "page.nothing_asked", "page.trace_title")
    if way in _READING:
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
