"""HTML to a tree, strictly: what a browser would have to mend is a problem.

Every element on the list that is opened is closed, nothing closes another, and every
"<" begins a tag that cannot be read in two ways. For such a page all parsers agree, so
that what is looked at here is what a browser shows.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from gate.notices.elements import (
    BLOCKS,
    HEADINGS,
    KNOWN,
    OF_THE_HEAD,
    SHAPES,
    VOID,
    Element,
    Sheet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DEPTH: Final = 64
"""Elements in each other; browsers give up at some hundreds."""

_BLANK: Final = r"[ \t\n\r\f]"
_NAME: Final = r"[a-z][a-z0-9]*+"
_VALUE: Final = r"""(?:"[^"<]*+"|'[^'<]*+'|[\w.#:%-]++(?!/))"""
_ATTRIBUTE: Final = (
    rf"{_BLANK}+[a-z][\w:-]*+(?:{_BLANK}*+={_BLANK}*+{_VALUE}|(?!{_BLANK}*+=))"
)
_TAG: Final = re.compile(
    rf"<(?:!doctype html|/{_NAME}{_BLANK}*|{_NAME}(?:{_ATTRIBUTE})*+{_BLANK}*/?)>",
    re.IGNORECASE | re.ASCII,
)
_SCRIPT: Final = re.compile(r"(<script>).*?(</script>)", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

_IN_ITSELF: Final = frozenset({"a", "button", "form", "p", "main"})
_TAKES_PHRASES: Final = HEADINGS | {"p"}
_RAW: Final = frozenset({"script", "style", "title"})
_ONLY_IN: Final = {
    "head": {"html"},
    "body": {"html"},
    "li": {"ul", "ol"},
    "dt": {"dl"},
    "dd": {"dl"},
    "summary": {"details"},
}


def read_sheet(html: str) -> Sheet:
    """Read a page."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # what the standard library says of some declarations
        reader.sheet.problems.append("It cannot be read to its end.")
    reader.finish()
    reader.sheet.problems += _ambiguous(html)
    return reader.sheet


def _ambiguous(html: str) -> Iterator[str]:
    """Yield what two parsers could read in two ways."""
    rest = _TAG.sub("", _SCRIPT.sub(r"\1\2", html))  # `demands.scripts` compares it
    at = rest.find("<")
    if at >= 0:
        begin = " ".join(rest[at : at + 20].split())
        yield f'"{begin}" begins no plain tag: values in quotes, &lt; for a sign.'
    if _CONTROL.search(html):
        yield "There is a control character in the page."


class _Reader(HTMLParser):
    """Builds the tree and notes what is not strict."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheet = Sheet()
        self._open: list[Element] = []

    def handle_decl(self, decl: str) -> None:
        if self.sheet.elements or decl.lower() != "doctype html":
            self._note(f"<!{decl[:20]}> stands in the page.")
        self.sheet.declared = True

    def unknown_decl(self, data: str) -> None:
        self._note(f"<![{data[:20]} stands in the page.")

    def handle_pi(self, data: str) -> None:
        self._note(f"<?{data[:20]} stands in the page.")

    def handle_comment(self, data: str) -> None:
        self._note("An HTML comment stands in the page; write {# it so #}.")
        del data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._note(f'<{tag}> has "{name}" twice.')
        for sentence in self._misplaced(tag):
            self._note(sentence)
        parent = self._open[-1] if self._open else None
        values = {name: value or "" for name, value in attrs}
        element = Element(tag, values, parent, len(self.sheet.texts))
        self.sheet.elements.append(element)
        if parent is not None:
            parent.parts.append(element)
        if tag not in VOID:
            self._enter(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside_svg = tag == "svg" or self._stands_in("svg")
        self.handle_starttag(tag, attrs)
        if inside_svg and tag not in VOID:
            self._open.pop()
        elif tag not in VOID:
            self._note(f"<{tag}/> does not close itself in HTML.")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self._note(f"</{tag}> closes nothing that is open there.")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        place = self._open[-1] if self._open else None
        if place is None or place.tag in {"html", "head"}:
            if data.strip():
                self._note("There is text outside of <body>.")
            return
        place.parts.append(data)
        if place.tag in _RAW:
            if place.tag != "script" and "<" in data:
                self._note(f'There is a "<" in <{place.tag}>.')
            return
        if self._stands_in("svg") and data.strip():
            self._note("There is text in <svg>.")
        self.sheet.texts.append((place, data))

    def finish(self) -> None:
        for element in self._open:
            self._note(f"<{element.tag}> is not closed.")

    def _enter(self, element: Element) -> None:
        if len(self._open) < MOST_DEPTH:
            self._open.append(element)
        else:
            self._note(f"More than {MOST_DEPTH} elements stand in each other.")

    def _misplaced(self, tag: str) -> Iterator[str]:
        """Yield what makes a browser close or move something by itself."""
        around = [element.tag for element in self._open]
        parent = around[-1] if around else ""
        if tag not in KNOWN:
            yield f"<{tag}> is no element of such a page."
        if tag in _IN_ITSELF and tag in around:
            yield f"<{tag}> stands in <{tag}>."
        if tag in BLOCKS:
            yield from (
                f"<{tag}> stands in <{one}>." for one in around if one in _TAKES_PHRASES
            )
        yield from self._outside(tag, around, parent)
        yield from _of_shapes(tag, around)

    def _outside(self, tag: str, around: list[str], parent: str) -> Iterator[str]:
        if not around and (tag != "html" or self.sheet.elements):
            yield f"<{tag}> stands outside of <html>."
        wanted = _ONLY_IN.get(tag)
        if wanted and parent not in wanted:
            yield f"<{tag}> does not stand directly in {_either(wanted)}."
        if parent == "html" and tag not in {"head", "body"}:
            yield f"<{tag}> stands outside of <body>."
        if tag == "html" and around:
            yield f"<{tag}> stands in the page."
        if tag in {"head", "body"} and self.sheet.all("body", tag):
            yield f"<{tag}> stands there twice, or too late."
        in_head = "head" in around
        if tag != "script" and in_head != (tag in OF_THE_HEAD):
            yield f"<{tag}> stands {'in' if in_head else 'outside of'} <head>."
        if parent in _RAW:
            yield f"<{tag}> stands in <{parent}>."

    def _stands_in(self, tag: str) -> bool:
        return any(element.tag == tag for element in self._open)

    def _note(self, sentence: str) -> None:
        self.sheet.problems.append(sentence)


def _of_shapes(tag: str, around: list[str]) -> Iterator[str]:
    """Yield what a browser takes out of a drawing, or does not draw."""
    in_svg = "svg" in around
    if in_svg and tag not in SHAPES:
        yield f"<{tag}> stands in <svg>, which holds shapes alone."
    if tag in SHAPES and not in_svg:
        yield f"<{tag}> stands outside of <svg>."


def _either(tags: set[str]) -> str:
    return " or ".join(f"<{tag}>" for tag in sorted(tags))
