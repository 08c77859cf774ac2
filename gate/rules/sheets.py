"""The files of a rule book, each read once and held against its schema."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate.documents import nearest, read, validate
from gate.documents.decoding import MAX_BYTES
from gate.documents.reader import Document
from gate.documents.scalars import quoted
from gate.model import Severity
from gate.rules.files import files_below
from gate.rules.schema import AreasFile, RulesFile, TestsFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Diagnostic

_Content = AreasFile | RulesFile | TestsFile
MODELS: Mapping[str, type[_Content]] = {
    "areas/1": AreasFile,
    "rules/1": RulesFile,
}
# Read and checked elsewhere; here it only counts in the digest.
ELSEWHERE = "notices/2"
FORMATS = (*MODELS, ELSEWHERE)
_SUFFIXES = (".yaml", ".geojson")
TESTS_END = "_test.yaml"
"""How the name of a file of rules ends that holds nothing but tests."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One YAML file of a rule book.

    Attributes:
        name: File name within the book's folder, with "/".
        document: What was read.
        content: What it says; None if it has errors.
    """

    name: str
    document: Document
    content: _Content | None


@dataclass(frozen=True, slots=True)
class Folder:
    """The content of all files of a book, as it was at one moment.

    Attributes:
        path: The folder.
        files: Content by name within the folder; YAML and shapes.
        others: Names of files that look like rules, and are not read.
    """

    path: Path
    files: Mapping[str, bytes]
    others: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents, in hexadecimal."""
        total = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            own = hashlib.sha256(content).hexdigest()
            told = os.fsencode(name)  # a disk may hold a name that is no text
            total.update(f"{own} {len(told)} ".encode() + told + b"\n")
        return total.hexdigest()

    def shown(self, name: str) -> str:
        """Return a file's path as the user would type it."""
        return (self.path / name).as_posix()


def read_folder(path: Path) -> Folder:
    """Read all files of a rule book; hidden ones and those of others are left out.

    Raises:
        OSError: A file or the folder cannot be read.
    """
    seen = dict(sorted((name, Path(found)) for name, found in files_below(path)))
    files = {n: _bounded(p) for n, p in seen.items() if n.endswith(_SUFFIXES)}
    others = [n for n in seen if n.lower().endswith((".yml", *_SUFFIXES))]
    return Folder(path, files, tuple(n for n in others if n not in files))


def _bounded(path: Path) -> bytes:
    # One byte more than is allowed tells the reader that the file is too large.
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def read_sheets(folder: Folder) -> tuple[list[Sheet], list[Diagnostic]]:
    """Read every YAML file of areas and rules.

    Returns:
        The sheets, sorted by name, and everything that is wrong with each for itself.
    """
    sheets: list[Sheet] = []
    findings = [_unread(folder, name) for name in folder.others]
    for name, content in sorted(folder.files.items()):
        if not name.endswith(".yaml"):
            continue
        document = read(content, file=folder.shown(name))
        sheet, found = _sheet(name, document)
        findings += found
        if sheet:
            sheets.append(sheet)
    return sheets, findings


def _unread(folder: Folder, name: str) -> Diagnostic:
    hint = "Rename it, so that it ends in .yaml or .geojson in small letters."
    shell = Document(file=folder.shown(name), lines=())
    return shell.finding("R005", "A file with this ending is not read.", hint=hint)


def _sheet(name: str, document: Document) -> tuple[Sheet | None, list[Diagnostic]]:
    form = _form(document)
    if isinstance(form, str) and form.partition("/")[0] == "notices":
        return None, []
    model = MODELS.get(form) if isinstance(form, str) else None
    if document.root is None:
        return Sheet(name, document, None), document.findings
    if model is None:
        findings = [*document.findings, _format_finding(document, form)]
        return Sheet(name, document, None), findings
    if model is RulesFile and name.endswith(TESTS_END):
        model = TestsFile
    content, found = validate(document, model)
    findings = [*document.findings, *found]
    broken = any(f.severity is Severity.ERROR for f in findings)
    return Sheet(name, document, None if broken else content), findings


def _form(document: Document) -> object:
    """Return what a document says of its format, also if the rest is broken."""
    if isinstance(document.data, dict):
        return document.data.get("format")
    broken_notice = any(line.startswith("format: notices/") for line in document.lines)
    return ELSEWHERE if broken_notice else None


def _format_finding(document: Document, form: object) -> Diagnostic:
    known = ", ".join(FORMATS)
    if not isinstance(form, str):
        hint = f"Begin the file with a line such as format: rules/1 ({known})."
        return document.finding("R005", "The file does not say its format.", hint=hint)
    word, _, number = form.partition("/")
    newer = number.isdigit() and f"{word}/1" in FORMATS
    message = f"The format {quoted(form)} is not known."
    if newer:
        message = f"This version of the gate does not know the format {quoted(form)}."
        return document.finding(
            "R005", message, ("format",), hint=f"Update the gate, or use {word}/1."
        )
    meant = nearest(form, FORMATS)
    hint = f'Did you mean "{meant}"?' if meant else f"Known are {known}."
    return document.finding("R005", message, ("format",), hint=hint)
