"""The texts beside each other: for a terminal, and as a page that runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.notices import markup
from gate.workbench.leaflet import leaflet
from gate.workbench.texts.units import explained
from gate.workbench.texts.xliff import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.workbench.texts.units import Block, Steps, TextBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text in several languages.

    Attributes:
        path: Its place.
        about: What it is for.
        texts: Tag and text of each language; "" for a text that it lacks.
    """

    path: str
    about: str
    texts: tuple[tuple[str, str], ...]


def rows(block: Block, tags: Sequence[str]) -> Iterator[Row]:
    """Yield every text of a block that any of the languages has, in their order."""
    told = {tag: block.strings(tag) for tag in tags}
    paths: dict[Steps, None] = {}
    for tag in (*block.texts, *tags):
        paths |= dict.fromkeys(block.strings(tag))
    about = explained(block.model)
    order = list(about)
    for path in sorted(paths, key=lambda at: order.index(str(at[0]))):
        yield Row(
            path=written(path),
            about=about.get(str(path[0]), "") if len(path) == 1 else "",
            texts=tuple((tag, told[tag].get(path, "")) for tag in tags),
        )


def status(block: Block, tag: str) -> str:
    """Return how far a language of a block is: missing, draft, or who signed it."""
    text = block.texts.get(tag)
    if text is None:
        return "missing"
    if text.status == "draft":
        return "draft"
    return f"reviewed by {text.reviewed_by} on {text.reviewed_on or 'an unknown day'}"


def as_lines(book: TextBook, tags: Sequence[str]) -> Iterator[str]:
    """Yield the lines for a terminal."""
    width = max((len(tag) for tag in tags), default=0)
    for block in book.blocks:
        yield f"== {block.name}"
        for tag in tags:
            yield f"   {tag:<{width}}  {status(block, tag)}"
        for row in rows(block, tags):
            yield f"\n{row.path}"
            for tag, text in row.texts:
                yield f"   {tag:<{width}}  {text or '-'}"
        yield ""


def as_html(book: TextBook, tags: Sequence[str]) -> str:
    """Return a page with a column for each language."""
    return leaflet(
        "gate.workbench.texts",
        "view",
        book=book,
        tags=tags,
        rows=rows,
        status=status,
        html=lambda text: markup.html(text, {}),
    )
