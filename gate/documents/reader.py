"""One YAML file to a document, with a finding for everything that is not allowed.

Reading never raises for what a file holds and takes bounded time for any text: bytes
are bounded before parsing, events and depth while parsing. Every problem of the file
is found at once, as far as YAML can be followed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from gate.documents import letters
from gate.documents.complaints import complaint
from gate.documents.decoding import BREAK, MAX_BYTES, decode, position
from gate.documents.slips import conflict
from gate.documents.tree import LOADER, Builder, Node, Span, Unbuildable
from gate.model import Diagnostic, Mark, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FINDINGS = 200  # of one file; a person fixes the first few and looks again
_USUAL_BREAKS = ("\n", "\r\n", "\r")
Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML file as text, lists and dicts, where every value knows its place.

    Attributes:
        file: Path as the user would type it.
        lines: The text's lines without their ends.
        root: The nodes; None if the text could not be read to its end.
        data: The same as plain text, lists and dicts; None without `root`.
        findings: What is wrong so far; `validate` adds nothing to it.
    """

    file: str
    lines: tuple[str, ...]
    root: Node | None = None
    data: object = None
    findings: list[Diagnostic] = field(default_factory=list)

    def mark(self, loc: Loc = (), *, key: bool = False) -> Mark:
        """Return where the value at `loc` stands.

        Steps that the document does not have are skipped, so the nearest
        enclosing value is marked.

        Args:
            loc: Keys and item numbers (from 0) from the root.
            key: Mark the key instead of its value.
        """
        trail = self._trail(loc)
        if not trail:
            return Mark(file=self.file)
        at_key, node = trail[-1]
        return self.mark_span(at_key if key else node.span)

    def mark_span(self, span: Span) -> Mark:
        """Return the mark of a place; at most to the end of its first line."""
        end = span.end_column
        if span.end_line != span.line:
            end = len(self._line(span.line).rstrip()) + 1
        width = max(1, end - span.column)
        return Mark(file=self.file, line=span.line, column=span.column, width=width)

    def is_spoiled(self, loc: Loc) -> bool:
        """Say whether `loc` lies in a value that has its finding already."""
        return any(node.spoiled for _, node in self._trail(loc))

    def is_torn(self, loc: Loc) -> bool:
        """Say whether keys may only seem to be missing at `loc`."""
        return any(node.torn for _, node in self._trail(loc)[-1:])

    def finding(
        self,
        code: str,
        message: str,
        loc: Loc = (),
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        key: bool = False,
    ) -> Diagnostic:
        """Return a finding about the value at `loc`; it is not added to `findings`.

        Args:
            code: Its code; see `gate.documents.codes`.
            message: What is wrong, in one sentence.
            loc: Keys and item numbers (from 0) from the root.
            hint: What to do.
            severity: How much it matters.
            key: Mark the key instead of its value.
        """
        return self.finding_at(
            code, message, self.mark(loc, key=key), hint=hint, severity=severity
        )

    def finding_at(
        self,
        code: str,
        message: str,
        mark: Mark,
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Return a finding about the place `mark` of this file."""
        return Diagnostic(
            code=code,
            message=message,
            mark=mark,
            hint=hint,
            severity=severity,
            source_line=self._line(mark.line),
        )

    def _trail(self, loc: Loc) -> list[tuple[Span, Node]]:
        if self.root is None:
            return []
        trail = [(self.root.span, self.root)]
        for step in loc:
            found = trail[-1][1].child(step)
            if found:
                trail.append(found)
        return trail

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


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
                known = lines[mark.file] = load(Path(mark.file)).lines
            line = known[mark.line - 1] if mark.line <= len(known) else ""
            filled.append(replace(finding, source_line=line))
        else:
            filled.append(finding)
    return filled


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
