"""Where each part of a rule book stands, for messages about one item of a list.

A book keeps the place of each rule and area, no more: a worker that serves never asks
where an item of a list stands. Who asks has the files read again, or gives them.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import (
        Area,
        BookTest,
        Exemption,
        Mark,
        Promise,
        Rule,
        UnknownPlaces,
    )

_SECTIONS = ("rules", "exemptions", "promises", "tests")
_OFFSET = re.compile(r"T\d\d:\d\d:\d\d([+-])(\d\d):(\d\d)")
_At = tuple[int, int]  # line and column
_NOTHING = object()


class Spot:
    """One rule, exemption, block or area version in its file.

    Args:
        document: The file.
        loc: Keys and item numbers that lead to it; None if it is not there any more.
        near: The place that stands for all that cannot be found.
    """

    def __init__(self, document: Document, loc: Loc | None, near: Mark) -> None:
        self._document, self._loc, self._near = document, loc, near

    def part(self, *steps: str | int, key: bool = False) -> Mark:
        """Return where a part stands.

        Args:
            steps: Keys and numbers of items (from 0), such as "when", "areas", 0.
            key: Mark the key instead of its value.
        """
        if self._loc is None:
            return self._near
        found = self._document.mark((*self._loc, *steps), key=key)
        return found if found.line else self._near

    def is_written(self, *steps: str) -> bool:
        """Say whether it has a key; one left out has a default.

        If its file cannot be read any more, every key is taken for written.
        """
        if self._document.data is None:
            return True
        return self._value(steps) is not _NOTHING

    def listed(self, *steps: str, text: str) -> Mark:
        """Return where an item of a list stands; the list, if it cannot be told."""
        items = self._value(steps)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, str) and _is_meant(item, text):
                return self.part(*steps, number)
        return self.part(*steps)

    def _value(self, steps: Sequence[str]) -> object:
        node: object = self._document.data
        for step in (*(self._loc or ()), *steps):
            try:
                node = node[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                return _NOTHING
        return node


class Lines:
    """Places of the parts of a book, as its files are now.

    What cannot be found, because a file has changed or is gone, has the place of the
    rule or area that it belongs to.

    Args:
        source: Gives a file by the name that marks have; it is read from the disk if
            None.
    """

    def __init__(self, source: Callable[[str], Document] | None = None) -> None:
        self._source = source or _on_disk
        self._documents: dict[str, Document] = {}
        self._locs: dict[str, dict[_At, Loc]] = {}

    def of(
        self,
        item: Rule | Exemption | Promise | BookTest,
        *steps: str | int,
        key: bool = False,
    ) -> Mark:
        """Return where a part of a rule, an exemption, a promise or a test stands."""
        return self.item(item).part(*steps, key=key)

    def is_written(self, item: Rule | Exemption, *steps: str) -> bool:
        """Say whether a rule or an exemption has a key; see `Spot.is_written`."""
        return self.item(item).is_written(*steps)

    def of_version(self, area: Area, number: int, *steps: str | int) -> Mark:
        """Return where a part of an area's version stands.

        Args:
            area: The area.
            number: Number of the version, from 0.
            steps: Keys and numbers of items, such as "whole", 1.
        """
        return self.version(area, number).part(*(steps or ("since",)))

    def of_unknown(self, unknown: UnknownPlaces, key: str) -> Mark:
        """Return where a line of the block `unknown` stands."""
        return self.unknown(unknown).part(key, key=True)

    def item(self, item: Rule | Exemption | Promise | BookTest) -> Spot:
        """Find a rule, an exemption, a promise or a test."""
        document = self._document(item.mark.file)
        return Spot(document, self._loc(item.mark), item.mark)

    def version(self, area: Area, number: int) -> Spot:
        """Find a version of an area by its number, from 0."""
        near = area.versions[number].mark
        loc = ("areas", area.id, "versions", number)
        return Spot(self._document(near.file), loc, near)

    def unknown(self, unknown: UnknownPlaces) -> Spot:
        """Find the block that says what follows for unknown places."""
        near = unknown.mark
        return Spot(self._document(near.file), ("unknown",), near)

    def usual_offset(self, file: str) -> int:
        """Return the offset from UTC, in seconds, that most moments of a file have."""
        text = "\n".join(self._document(file).lines)
        found = Counter(_OFFSET.findall(text)).most_common(1)
        if not found:
            return 0
        sign, hours, minutes = found[0][0]
        seconds = int(hours) * 3600 + int(minutes) * 60
        return -seconds if sign == "-" else seconds

    def _document(self, file: str) -> Document:
        if file not in self._documents:
            self._documents[file] = self._source(file)
        return self._documents[file]

    def _loc(self, mark: Mark) -> Loc | None:
        """Return the section and number of the item whose id stands at `mark`."""
        if mark.file not in self._locs:
            self._locs[mark.file] = dict(_ids(self._document(mark.file)))
        return self._locs[mark.file].get((mark.line, mark.column))


def _ids(document: Document) -> Iterator[tuple[_At, Loc]]:
    """Yield the spot of each id and name with the item that it names."""
    data = document.data if isinstance(document.data, dict) else {}
    for section in _SECTIONS:
        items = data.get(section)
        for number in range(len(items) if isinstance(items, list) else 0):
            for key in ("id", "name"):
                mark = document.mark((section, number, key))
                yield (mark.line, mark.column), (section, number)


def _is_meant(written: str, text: str) -> bool:
    """Say whether an item is a value; shapes are named from their folder on."""
    own, other = written.strip().casefold(), text.casefold()
    return own == other or ("/" in own and other.endswith(f"/{own}"))


def _on_disk(file: str) -> Document:
    return load(Path(file))
