"""Where the parts of a rule book stand: files, lines and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Mark
    from gate.workbench.diffing.sides import Side


class Found:
    """One rule, exemption, block or area version in its file.

    Args:
        document: The file; None if it is in none.
        loc: Keys and item numbers that lead to it.
    """

    def __init__(self, document: Document | None, loc: Loc = ()) -> None:
        self._document, self._loc = document, loc

    def field(self, path: Sequence[str | int], *, key: bool = False) -> Mark | None:
        """Return where a field stands; None if it does not."""
        loc = (*self._loc, *path)
        if self._document is None or _value(self._document, loc) is None:
            return None
        return self._document.mark(loc, key=key)

    def listed(self, path: Sequence[str | int], value: str) -> Mark | None:
        """Return where an item of a list stands; the list, if it cannot be told."""
        if self._document is None:
            return None
        items = _value(self._document, (*self._loc, *path))
        if isinstance(items, list):
            for number, item in enumerate(items):
                if isinstance(item, str) and _is_meant(item, value):
                    return self._document.mark((*self._loc, *path, number))
        return self._document.mark((*self._loc, *path))


class Marks:
    """Where everything stands that a side holds.

    Args:
        side: The side.
    """

    def __init__(self, side: Side) -> None:
        self._documents = side.documents

    def item(self, section: str, id_: str) -> Found:
        """Find a rule or exemption by its id."""
        for document, items in self._sections(section):
            for number, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict) and item.get("id") == id_:
                    return Found(document, (section, number))
        return Found(None)

    def unknown(self) -> Found:
        """Find the block that says what follows for unknown places."""
        for document, _ in self._sections("unknown"):
            return Found(document, ("unknown",))
        return Found(None)

    def version(self, area: str, number: int) -> Found:
        """Find a version of an area by its position."""
        for document, areas in self._sections("areas"):
            if isinstance(areas, dict) and area in areas:
                return Found(document, ("areas", area, "versions", number))
        return Found(None)

    def _sections(self, name: str) -> Iterator[tuple[Document, Any]]:
        for document in self._documents:
            data = document.data
            if isinstance(data, dict) and name in data:
                yield document, data[name]


def _is_meant(written: str, value: str) -> bool:
    """Say whether an item is a value; shapes are named from their folder on."""
    own, other = written.strip().casefold(), value.casefold()
    return own == other or ("/" in own and other.endswith(f"/{own}"))


def _value(document: Document, loc: Loc) -> object:
    found: Any = document.data
    for step in loc:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int):
            found = found[step] if step < len(found) else None
        else:
            return None
    return found
