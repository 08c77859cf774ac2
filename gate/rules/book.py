"""A folder of YAML files to one rule book, or to everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents.reader import Document
from gate.documents.render import shown
from gate.model import Area, RuleBook, Severity, Shape
from gate.rules import convert
from gate.rules.area_checks import check_areas
from gate.rules.area_words import with_areas_named
from gate.rules.names import Names, gather_names
from gate.rules.rule_checks import check_rules
from gate.rules.schema import AreasFile, RulesFile, TestsFile
from gate.rules.shapes import ShapeError, find_shape
from gate.rules.sheets import Folder, Sheet, read_folder, read_sheets
from gate.rules.testing.checks import check_tests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model import AreaVersion, BookTest, Diagnostic
    from gate.rules.schema import UnknownText

_Shapes = dict[tuple[str, str, int], list[Shape]]  # by sheet, area and version


def load_book(folder: Path) -> tuple[RuleBook | None, tuple[Diagnostic, ...]]:
    """Read the rule book in a folder.

    Every `*.yaml` file below it belongs to the book; hidden files do not. Notices
    count in the book's digest and are checked by `gate.notices`.

    Args:
        folder: The folder, as the user would type it: findings begin with it.

    Returns:
        The book, or None if there is any error; and all findings, sorted.
    """
    try:
        if not folder.is_dir():
            return None, (_whole(folder, "R001", "There is no such folder."),)
        found = read_folder(folder)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        place = Path(error.filename or folder)
        return None, (_whole(place, "R001", f"It cannot be read: {reason}."),)
    return book_of(found)


def book_of(folder: Folder) -> tuple[RuleBook | None, tuple[Diagnostic, ...]]:
    """Read a rule book whose files are in memory, as `load_book` does."""
    strange = [*_strange_names(folder)]
    if strange:
        return None, tuple(sorted(strange, key=lambda finding: finding.sort_key))
    sheets, findings = read_sheets(folder)
    names = gather_names(sheets)
    shapes, misshapen = _shapes(sheets, folder)
    findings = with_areas_named(findings, sheets, names.areas)
    findings += names.findings + misshapen
    findings += _no_unknown(folder, names, sheets)
    for sheet in sheets:
        findings += _check(sheet, names)
    ordered = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    if any(finding.severity is Severity.ERROR for finding in ordered):
        return None, ordered
    return _assemble(folder, sheets, shapes), ordered


def _whole(path: Path, code: str, message: str, hint: str = "") -> Diagnostic:
    shell = Document(file=path.as_posix(), lines=())
    return shell.finding(code, message, hint=hint)


def _strange_names(folder: Folder) -> Iterator[Diagnostic]:
    """Find files whose names could forge a line wherever they are shown."""
    for name in (*folder.files, *folder.others):
        if shown(name) != name:
            yield _whole(
                Path(folder.shown(shown(name))),
                "R001",
                "The file's name holds a character that cannot be seen.",
                "Rename it; <U+...> stands for that character.",
            )


def _no_unknown(
    folder: Folder, names: Names, sheets: Sequence[Sheet]
) -> list[Diagnostic]:
    if names.unknown or not names.complete:
        return []
    if not sheets:
        hint = "Begin a file with format: rules/1."
        return [_whole(folder.path, "R005", "The folder holds no rules.", hint)]
    message = 'No file says what follows when a place is unknown: "unknown" is missing.'
    hint = "Write the block into one file of rules; every reason needs its action."
    return [_whole(folder.path, "R036", message, hint)]


def _check(sheet: Sheet, names: Names) -> Iterable[Diagnostic]:
    if isinstance(sheet.content, AreasFile):
        return check_areas(sheet.document, sheet.content)
    if isinstance(sheet.content, RulesFile):
        return [
            *check_rules(sheet.document, sheet.content, names),
            *check_tests(sheet.document, sheet.content.tests, names),
        ]
    if isinstance(sheet.content, TestsFile):
        return check_tests(sheet.document, sheet.content.tests, names)
    return ()


def _shapes(
    sheets: Sequence[Sheet], folder: Folder
) -> tuple[_Shapes, list[Diagnostic]]:
    """Find every shape that an area version names."""
    found: _Shapes = {}
    texts: dict[str, Shape] = {}  # one text, however many versions name the file
    findings = []
    for sheet, area_id, number, item, written in _named_shapes(sheets):
        try:
            name, text = find_shape(written, sheet.name, folder.files)
        except ShapeError as error:
            loc = ("areas", area_id, "versions", number, "shapes", item)
            findings.append(sheet.document.finding("R019", str(error), loc))
            continue
        shape = texts.setdefault(name, Shape(name=name, geojson=text))
        found.setdefault((sheet.name, area_id, number), []).append(shape)
    return found, findings


def _named_shapes(
    sheets: Sequence[Sheet],
) -> Iterator[tuple[Sheet, str, int, int, str]]:
    for sheet in sheets:
        if not isinstance(sheet.content, AreasFile):
            continue
        for area_id, area in sheet.content.areas.items():
            for number, version in enumerate(area.versions):
                for item, written in enumerate(version.shapes):
                    yield sheet, area_id, number, item, written


def _assemble(folder: Folder, sheets: Sequence[Sheet], shapes: _Shapes) -> RuleBook:
    areas = {area.id: area for area in _areas(sheets, shapes)}
    papers = [
        (sheet.document, sheet.content)
        for sheet in sheets
        if isinstance(sheet.content, RulesFile)
    ]
    return RuleBook(
        areas=areas,
        rules=tuple(
            convert.rule(d, n, text)
            for d, c in papers
            for n, text in enumerate(c.rules)
        ),
        exemptions=tuple(
            convert.exemption(d, n, text)
            for d, c in papers
            for n, text in enumerate(c.exemptions)
        ),
        promises=tuple(
            convert.promise(d, n, text)
            for d, c in papers
            for n, text in enumerate(c.promises)
        ),
        tests=tuple(_tests(sheets)),
        unknown=next(convert.unknown_places(d, text) for d, text in _unknown(papers)),
        digest=folder.digest,
        areas_digest=digest_of_areas(areas.values()),
        owners=tuple(sorted({content.owner for _, content in papers})),
    )


def _tests(sheets: Iterable[Sheet]) -> Iterator[BookTest]:
    for sheet in sheets:
        if isinstance(sheet.content, RulesFile | TestsFile):
            for number, text in enumerate(sheet.content.tests):
                yield from convert.book_tests(sheet.document, number, text)


def _unknown(
    papers: Iterable[tuple[Document, RulesFile]],
) -> Iterator[tuple[Document, UnknownText]]:
    for document, content in papers:
        if content.unknown:
            yield document, content.unknown


def _areas(sheets: Sequence[Sheet], shapes: _Shapes) -> Iterator[Area]:
    for sheet in sheets:
        if not isinstance(sheet.content, AreasFile):
            continue
        for area_id, text in sheet.content.areas.items():
            found = [
                shapes.get((sheet.name, area_id, number), [])
                for number in range(len(text.versions))
            ]
            yield convert.area(sheet.document, area_id, text, found)


def digest_of_areas(areas: Iterable[Area]) -> str:
    """Return the SHA-256, in hexadecimal, of everything that decides membership.

    Titles, sources and dates of knowledge are left out, so that correcting one does
    not throw away an index that took seconds to build.
    """
    said = {
        area.id: [_membership_facts(version) for version in area.versions]
        for area in areas
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _membership_facts(version: AreaVersion) -> list[object]:
    outlines = [
        hashlib.sha256(shape.geojson.encode()).hexdigest() for shape in version.shapes
    ]
    return [
        version.since,
        version.within,
        asdict(version.weigh),
        version.whole,
        version.partly,
        version.settlements,
        version.outside,
        outlines,
        version.registered_in,
        version.networks,
    ]
