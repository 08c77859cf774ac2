"""Every id of a rule book with its place, and those that stand twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.documents.letters import without_disguise
from gate.documents.scalars import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from gate.documents import Document
    from gate.documents.reader import Loc
    from gate.model import Diagnostic, Mark
    from gate.rules.sheets import Sheet

# Section of a file -> key that names its items, what they are, whose ids they share.
_SECTIONS = (
    ("rules", "id", "rule or exemption", "rules"),
    ("exemptions", "id", "rule or exemption", "rules"),
    ("promises", "id", "promise", "promises"),
    ("tests", "name", "test", "tests"),
)
_KEYS = frozenset(
    ("format", "owner", "areas", "unknown", *(section for section, *_ in _SECTIONS))
)
RESERVED = "default"  # what a test writes for "nothing decided"


@dataclass(slots=True)
class Names:
    """The ids of a book, also those of files with errors elsewhere.

    An id with letters that deceive is refused where it stands; here it is taken for
    the Latin id that it looks like, so that whatever names that one is not blamed.

    Attributes:
        areas: Where each area stands, by id.
        rules: Where each rule stands, by id.
        deciding: Where each rule and exemption stands, by id.
        unknown: Where each block `unknown` stands.
        complete: False if a file, or what a repeated or misspelled key holds, could
            not be read, so that ids may be missing.
        lack_of_areas_told: It has been said that there is no area at all.
        findings: Ids that stand twice, and ids that nobody may use.
    """

    areas: dict[str, Mark] = field(default_factory=dict)
    rules: dict[str, Mark] = field(default_factory=dict)
    deciding: dict[str, Mark] = field(default_factory=dict)
    unknown: list[Mark] = field(default_factory=list)
    complete: bool = True
    lack_of_areas_told: bool = False
    findings: list[Diagnostic] = field(default_factory=list)
    _doubled: set[str] = field(default_factory=set)
    _seen: dict[tuple[str, str], Mark] = field(default_factory=dict)

    def known(self, ids: Collection[str], shared: str) -> Collection[str] | None:
        """Return `ids`, or None if others may be meant to be there.

        That is so if a file could not be read, and if an id stands twice: one of the
        two may have been another one.

        Args:
            ids: Ids of rules, exemptions or areas.
            shared: "rules" or "areas", whose ids are told apart.
        """
        return ids if self.complete and shared not in self._doubled else None

    def add(self, document: Document) -> None:
        """Take all ids of a document, whether or not it is sound otherwise."""
        data = document.data
        repeated = any(finding.code == "R002" for finding in document.findings)
        self.complete &= document.root is not None and not repeated
        if not isinstance(data, dict):
            return
        self.complete &= _KEYS.issuperset(data)  # "rulez:" may hold any id
        if isinstance(data.get("areas"), dict):
            for area in data["areas"]:
                mark = document.mark(("areas", area), key=True)
                self.areas.setdefault(without_disguise(area), mark)
                self._once(document, "area", "areas", area, ("areas", area))
        if "unknown" in data:
            self._one_unknown(document)
        for section, key, sort, shared in _SECTIONS:
            for name, loc in _items(data.get(section), section, key):
                self._once(document, sort, shared, name, loc)
                self._sort(document, section, name, loc)

    def _sort(self, document: Document, section: str, name: str, loc: Loc) -> None:
        if section not in {"rules", "exemptions"}:
            return
        if name == RESERVED:
            message = f"The id {quoted(name)} means that nothing decided."
            hint = "Choose another id."
            self.findings.append(document.finding("R030", message, loc, hint=hint))
            return
        mark = document.mark(loc)
        shown = without_disguise(name)
        self.deciding.setdefault(shown, mark)
        if section == "rules":
            self.rules.setdefault(shown, mark)

    def _once(
        self, document: Document, sort: str, shared: str, name: str, loc: Loc
    ) -> None:
        mark = document.mark(loc, key=sort == "area")
        first = self._seen.setdefault((shared, name), mark)
        if first == mark:
            return
        self._doubled.add(shared)
        message = f"The {sort} {quoted(name)} stands also in {first}."
        hint = "Rename one of the two."
        self.findings.append(
            document.finding("R030", message, loc, hint=hint, key=sort == "area")
        )

    def _one_unknown(self, document: Document) -> None:
        loc = ("unknown",)
        self.unknown.append(document.mark(loc, key=True))
        if len(self.unknown) > 1:
            message = f"A book has one block unknown; another is in {self.unknown[0]}."
            hint = "Keep one; it holds for the whole book."
            finding = document.finding("R036", message, loc, hint=hint, key=True)
            self.findings.append(finding)


def _items(items: object, section: str, key: str) -> Iterator[tuple[str, Loc]]:
    for number, item in enumerate(items if isinstance(items, list) else []):
        name = item.get(key) if isinstance(item, dict) else None
        if isinstance(name, str) and name:
            yield name, (section, number, key)


def gather_names(sheets: Sequence[Sheet]) -> Names:
    """Return the ids of all sheets."""
    names = Names()
    for sheet in sheets:
        names.add(sheet.document)
    return names
