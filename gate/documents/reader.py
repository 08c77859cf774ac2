"""One YAML file to a document, with a finding for everything that is not allowed.

Reading never raises for what a file holds and takes bounded time for any text: bytes
are bounded before parsing, events and depth while parsing. Every problem of the file
is found at once, as far as YAML can be followed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from gate.documents import letters
from gate.documents.complaints import complaint
from gate.documents.decoding import BREAK, MAX_BYTES, decode, position
from gate.documents.document import Document, Loc
from gate.documents.slips import conflict
from gate.documents.tree import LOADER, Builder, Node, Span, Unbuildable
from gate.model import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model import Diagnostic

__all__ = ["Document", "Loc", "load", "read", "with_sources"]

MAX_FINDINGS = 200  # of one file; a person fixes the first few and looks again
_USUAL_BREAKS = ("\n", "\r\n", "\r")


def load(path: Path, *, file: str | None = None) -> Document:
    """Read the YAML file at `path`.

    Args:
        path: The file.
        file: Its name in findings; `path` itself if None.

    Returns:
        A document; a file that cannot be opened gives a document with a finding.
    """
    name = str(path) if file is None else file
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        empty = Document(file=name, lines=())
        reason = error.strerror or "unknown reason"
        empty.findings.append(
            empty.finding("R001", f"The file cannot be opened: {reason.lower()}.")
        )
        return empty
    return read(content, file=name)


def with_sources(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Give each finding the text of its line, where it lacks it and the file is there.

    Args:
        findings: Findings of checks that saw values and marks, not files.
    """
    lines: dict[str, tuple[str, ...]] = {}
    filled = []
    for finding in findings:
        mark = finding.mark
        if not finding.source_line and mark.line:
            known = lines.get(mark.file)
            if known is None:
                known = lines[mark.file] = _lines(Path(mark.file))
            line = known[mark.line - 1] if mark.line <= len(known) else ""
            filled.append(replace(finding, source_line=line))
        else:
            filled.append(finding)
    return filled


def _lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a file as YAML counts them, as far as it is text."""
    try:
        with path.open("rb") as stream:
            return tuple(BREAK.split(decode(stream.read(MAX_BYTES + 1))[0]))
    except OSError:
        return ()


def read(text: str | bytes, *, file: str) -> Document:
    """Read YAML text.

    Args:
        text: The file's content; bytes must be UTF-8.
        file: Its name in findings.

    Returns:
        A document whose `findings` hold everything that is wrong with it as YAML,
        sorted; at most 200 and one that says that there are more.
    """
    decoded, problem = decode(text)
    if problem:
        document = Document(file=file, lines=tuple(BREAK.split(decoded)))
        line, column = position(decoded, len(decoded)) if decoded else (0, 0)
        mark = Mark(file=file, line=line, column=column)
        document.findings.append(document.finding_at("R001", problem, mark))
        return document
    return _Reading(decoded, file).document()


class _Reading:
    """The reading of one text."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.shell = Document(file=file, lines=tuple(BREAK.split(text)))
        self.more = 0

    def document(self) -> Document:
        self._find_hidden()
        builder = Builder(self._report)
        root = self._parse(builder)
        if root is not None and ("\\" in self.text or not self.text.isascii()):
            self._find_escaped(root)
        self.shell.findings.sort(key=lambda finding: finding.sort_key)
        return self._finished(root)

    def _finished(self, root: Node | None) -> Document:
        shell = self.shell
        if self.more:
            note = f"{self.more} more problems were found in this file."
            shell.findings.append(shell.finding("R001", note))
        return Document(
            file=shell.file,
            lines=shell.lines,
            root=root,
            data=None if root is None else root.plain(),
            findings=shell.findings,
        )

    def _report(self, code: str, message: str, span: Span, hint: str) -> None:
        if len(self.shell.findings) >= MAX_FINDINGS:
            self.more += 1
            return
        mark = self.shell.mark_span(span)
        self.shell.findings.append(
            self.shell.finding_at(code, message, mark, hint=hint)
        )

    def _parse(self, builder: Builder) -> Node | None:
        left = conflict(self.shell.lines)
        if left:
            self._report("R001", *left)
            return None
        try:
            builder.feed(yaml.parse(self.text, Loader=LOADER))
        except Unbuildable:
            return None
        except yaml.MarkedYAMLError as error:
            self._report("R001", *complaint(error, self.shell.lines))
            return None
        if builder.root is None or builder.root.value == "":
            self._report("R001", "The file is empty.", Span(1, 1, 1, 1), "")
            return None
        return builder.root

    def _find_hidden(self) -> None:
        if self.text.isascii():
            return
        for number, line in enumerate(self.shell.lines, start=1):
            for match in letters.hidden(line):
                at = match.start() + 1
                self._report_hidden(match[0], Span(number, at, number, at + 1))
        # The lines are split where YAML splits them, so these are in none.
        for number, match in enumerate(BREAK.finditer(self.text), start=1):
            if match[0] not in _USUAL_BREAKS:
                at = len(self.shell.lines[number - 1]) + 1
                self._report_hidden(match[0], Span(number, at, number, at + 1))

    def _report_hidden(self, letter: str, span: Span) -> None:
        message = f"An invisible character stands here: {letters.name(letter)}."
        self._report("R006", message, span, "Delete it; type the word again if unsure.")

    def _find_escaped(self, root: Node) -> None:
        r"""Find what the text hides behind an escape such as "\u202e"."""
        for span, text, node in root.texts():
            match = next(letters.hidden(text), None)
            node.spoiled |= match is not None
            # A hidden letter that stands openly in the text is found there.
            lines = self.shell.lines[span.line - 1 : span.end_line]
            if match and not any(match[0] in line for line in lines):
                self._report_hidden(match[0], span)
