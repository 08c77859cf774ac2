"""A page as a tree of elements, and what of it can be read.

`parsing` makes it, `demands` judges it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID: Final = frozenset({"meta", "link", "br", "hr", "input", "img", "wbr"})
_SHAPES: Final = "g path rect circle ellipse line polyline polygon"  # as `logo` writes
SHAPES: Final = frozenset(_SHAPES.split())
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PHRASES: Final = (
    "a abbr b bdi bdo br button cite em i img input label mark q small span strong "
    "sub sup svg time wbr"
)
_BLOCKS: Final = (
    "address article aside blockquote dd details div dl dt figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main nav ol p section summary ul"
)
BLOCKS: Final = frozenset(_BLOCKS.split()) - {"summary"}
OF_THE_HEAD: Final = frozenset({"title", "meta", "link", "style"})
_PAGE: Final = "html head body title meta link style script"
KNOWN: Final = frozenset(f"{_PAGE} {_BLOCKS} {_PHRASES}".split()) | SHAPES
"""Elements that a page may have."""


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Attributes:
        tag: Name in lower case.
        attrs: Attributes; "" where there is no value.
        parent: What it stands in; None for a root.
        at: How many pieces of text the page has before it.
        parts: Elements and texts directly in it, in order.
    """

    tag: str
    attrs: dict[str, str]
    parent: Element | None
    at: int = 0
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

    @property
    def hidden(self) -> bool:
        """Whether it is hidden, or stands in what is."""
        return any("hidden" in one.attrs for one in (self, *self.above()))

    @property
    def shown(self) -> bool:
        """Whether it is seen as the page comes: not hidden, and not folded away."""
        places = (self, *self.above())
        return not self.hidden and all(one.tag != "details" for one in places)


@dataclass(slots=True)
class Sheet:
    """A page that was read.

    Attributes:
        elements: All of them, in the order of the page.
        texts: What can be read on it, in order, each piece with what it stands in.
        declared: Whether it begins with `<!doctype html>`.
        problems: What a browser would mend, one sentence each.
    """

    elements: list[Element] = field(default_factory=list)
    texts: list[tuple[Element, str]] = field(default_factory=list)
    declared: bool = False
    problems: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of these names."""
        return [element for element in self.elements if element.tag in tags]

    @property
    def text(self) -> str:
        """What can be read on it, also in what a click unfolds."""
        return plain("".join(text for place, text in self.texts if not place.hidden))

    def shown(self, before: Element | None = None) -> str:
        """Return what is read as the page comes, all of it or what precedes."""
        texts = self.texts if before is None else self.texts[: before.at]
        return plain("".join(text for place, text in texts if place.shown))


def content(element: Element) -> str:
    """Return the text in an element and in everything in it, blanks made one."""
    return plain("".join(_texts(element)))


def own_text(element: Element) -> str:
    """Return the text directly in an element, as it is written."""
    return "".join(part for part in element.parts if isinstance(part, str))


def plain(text: str) -> str:
    """Return a text with every run of blanks made one."""
    return " ".join(text.split())


def _texts(element: Element) -> Iterator[str]:
    for part in element.parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _texts(part)
