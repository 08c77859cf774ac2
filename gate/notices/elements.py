"""HTML to a tree, strictly: what a browser would have to mend is a problem.

Every element on the list that is opened is closed, and nothing closes another. For such
a page all parsers agree, so that what is looked at here is what a browser shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID: Final = frozenset({"meta", "link", "br", "hr", "input", "img", "wbr"})
_SHAPES: Final = (
    "svg g path rect circle ellipse line polyline polygon "  # as `logo` writes them
)
_PHRASES: Final = (
    "a abbr b bdi bdo br button cite em i img input label mark q small span strong "
    "sub sup time wbr"
)
_BLOCKS: Final = (
    "address article aside blockquote dd details div dl dt figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main nav ol p section summary ul"
)
_PAGE: Final = "html head body title meta link style script"
KNOWN: Final = frozenset(f"{_PAGE} {_BLOCKS} {_PHRASES} {_SHAPES}".split())
"""Elements that a page may have."""

_IN_ITSELF: Final = frozenset({"a", "button", "form", "p", "h1", "h2", "h3", "main"})
_BLOCK: Final = frozenset(_BLOCKS.split()) - {"summary"}
_OF_THE_HEAD: Final = frozenset({"title", "meta", "link", "style"})


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Attributes:
        tag: Name in lower case.
        attrs: Attributes; "" where there is no value.
        parent: What it stands in; None for a root.
        parts: Elements and texts directly in it, in order.
    """

    tag: str
    attrs: dict[str, str]
    parent: Element | None
    parts: list[Element | str] = field(default_factory=list)

    def above(self) -> Iterator[Element]:
        """Yield what it stands in, from the inside out."""
        place = self.parent
        while place is not None:
            yield place
            place = place.parent

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attrs.get("class", "").split())


@dataclass(slots=True)
class Sheet:
    """A page that was read.

    Attributes:
        elements: All of them, in the order of the page.
        text: What can be read on it, in order, blanks as they are.
        declared: Whether it begins with `<!doctype html>`.
        problems: What a browser would mend, one sentence each.
    """

    elements: list[Element] = field(default_factory=list)
    text: str = ""
    declared: bool = False
    problems: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of these names."""
        return [element for element in self.elements if element.tag in tags]


def read_sheet(html: str) -> Sheet:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.finish()
    return reader.sheet


def content(element: Element) -> str:
    """Return the text in an element and in everything in it, blanks made one."""
    return plain("".join(_texts(element)))


def plain(text: str) -> str:
    """Return a text with every run of blanks made one."""
    return " ".join(text.split())


def _texts(element: Element) -> Iterator[str]:
    for part in element.parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _texts(part)


class _Reader(HTMLParser):
    """Builds the tree and notes what is not strict."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheet = Sheet()
        self._open: list[Element] = []
        self._words: list[str] = []

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
        for name in {name for name in names if names.count(name) > 1}:
            self._note(f'<{tag}> has "{name}" twice.')
        if tag not in KNOWN:
            self._note(f"<{tag}> is no element of such a page.")
        self._check_place(tag)
        parent = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        self.sheet.elements.append(element)
        if parent is not None:
            parent.parts.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside_svg = tag == "svg" or any(e.tag == "svg" for e in self._open)
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
        if self._open:
            self._open[-1].parts.append(data)
            if self._open[-1].tag not in {"script", "style", "title"}:
                self._words.append(data)
        elif data.strip():
            self._note("There is text outside of <html>.")

    def finish(self) -> None:
        for element in self._open:
            self._note(f"<{element.tag}> is not closed.")
        self.sheet.text = "".join(self._words)

    def _check_place(self, tag: str) -> None:
        """Note what makes a browser close something by itself."""
        around = [element.tag for element in self._open]
        if tag in _IN_ITSELF and tag in around:
            self._note(f"<{tag}> stands in <{tag}>.")
        if tag in _BLOCK and "p" in around:
            self._note(f"<{tag}> stands in <p>.")
        if not around and (tag != "html" or self.sheet.elements):
            self._note(f"<{tag}> stands outside of <html>.")
        in_head = "head" in around
        if tag != "script" and in_head != (tag in _OF_THE_HEAD):
            self._note(f"<{tag}> stands {'in' if in_head else 'outside of'} <head>.")

    def _note(self, sentence: str) -> None:
        self.sheet.problems.append(sentence)
