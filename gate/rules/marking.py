"""Where each part of a rule book stands, for messages about one item of a list.

A book keeps the place of each rule and area, no more: a worker that serves never asks
where an item of a list stands. Who asks has the files read again.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import load

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_Spot = tuple[int, int]  # line and column


class Lines:
    """Places of the parts of a book, as its files are now.

    What cannot be found, because a file has changed or is gone, has the place of the
    rule or area that it belongs to.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._locs: dict[str, dict[_Spot, Loc]] = {}

    def of(
        self,
        item: Rule | Exemption | Promise | BookTest,
        *steps: str | int,
        key: bool = False,
    ) -> Mark:
        """Return where a part of a rule, an exemption, a promise or a test stands.

        Args:
            item: What it is a part of.
            steps: Keys and numbers of items (from 0), such as "when", "areas", 0.
            key: Mark the key instead of its value.
        """
        loc = self._loc(item.mark)
        return self._mark(item.mark, (*loc, *steps), key=key) if loc else item.mark

    def is_written(self, item: Rule | Exemption, *steps: str) -> bool:
        """Say whether a rule or an exemption has a key; one left out has a default.

        If its file cannot be read any more, every key is taken for written.
        """
        node = self._document(item.mark.file).data
        if node is None:
            return True
        for step in (*self._loc(item.mark), *steps):
            try:
                node = node[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def of_version(self, area: Area, number: int, *steps: str | int) -> Mark:
        """Return where a part of an area's version stands.

        Args:
            area: The area.
            number: Number of the version, from 0.
            steps: Keys and numbers of items, such as "whole", 1.
        """
        at = ("areas", area.id, "versions", number, *(steps or ("since",)))
        return self._mark(area.versions[number].mark, at)

    def of_unknown(self, unknown: UnknownPlaces, key: str) -> Mark:
        """Return where a line of the block `unknown` stands."""
        return self._mark(unknown.mark, ("unknown", key), key=True)

    def usual_offset(self, file: str) -> int:
        """Return the offset from UTC, in seconds, that most moments of a file have."""
        text = "\n".join(self._document(file).lines)
        found = Counter(_OFFSET.findall(text)).most_common(1)
        if not found:
            return 0
        sign, hours, minutes = found[0][0]
        seconds = int(hours) * 3600 + int(minutes) * 60
        return -seconds if sign == "-" else seconds

    def _mark(self, near: Mark, loc: Loc, *, key: bool = False) -> Mark:
        found = self._document(near.file).mark(loc, key=key)
        return found if found.line else near

    def _document(self, file: str) -> Document:
        if file not in self._documents:
            self._documents[file] = load(Path(file))
        return self._documents[file]

    def _loc(self, mark: Mark) -> Loc:
        """Return the section and number of the item whose id stands at `mark`."""
        if mark.file not in self._locs:
            self._locs[mark.file] = dict(_ids(self._document(mark.file)))
        return self._locs[mark.file].get((mark.line, mark.column), ())


def _ids(document: Document) -> Iterator[tuple[_Spot, Loc]]:
    """Yield the spot of each id and name with the item that it names."""
    data = document.data if isinstance(document.data, dict) else {}
    for section in _SECTIONS:
        items = data.get(section)
        for number in range(len(items) if isinstance(items, list) else 0):
            for key in ("id", "name"):
                mark = document.mark((section, number, key))
                yield (mark.line, mark.column), (section, number)
