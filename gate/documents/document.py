"""A YAML file as a value: its data, the place of each, and findings about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.model import Diagnostic, Mark, Severity

if TYPE_CHECKING:
    from gate.documents.tree import Node, Span

Loc = tuple[str | int, ...]
_BY_KEY = frozenset({"areas", "notices", "regimes"})  # sections whose keys are ids


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

    def subject(self, loc: Loc) -> str:
        """Return the id of the rule, area or other item that holds `loc`.

        What is no item, such as a section of config.yaml, is told by its keys.
        """
        if loc[:1] and loc[0] in _BY_KEY and len(loc) > 1:
            return str(loc[1])
        for _, item in self._trail(loc[:2])[2:]:
            for name in ("id", "name"):
                named = item.child(name)
                if named and isinstance(named[1].value, str):
                    return named[1].value
        return ".".join(step for step in loc if isinstance(step, str))

    def finding(  # noqa: PLR0913 (all that is said of a value)
        self,
        code: str,
        message: str,
        loc: Loc = (),
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        key: bool = False,
        subject: str = "",
    ) -> Diagnostic:
        """Return a finding about the value at `loc`; it is not added to `findings`.

        Args:
            code: Its code; see `gate.documents.codes`.
            message: What is wrong, in one sentence.
            loc: Keys and item numbers (from 0) from the root.
            hint: What to do.
            severity: How much it matters.
            key: Mark the key instead of its value.
            subject: Id of what is meant; by default of the item that holds `loc`.
        """
        return self.finding_at(
            code,
            message,
            self.mark(loc, key=key),
            hint=hint,
            severity=severity,
            subject=subject or self.subject(loc),
        )

    def finding_at(
        self,
        code: str,
        message: str,
        mark: Mark,
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        subject: str = "",
    ) -> Diagnostic:
        """Return a finding about the place `mark` of this file."""
        return Diagnostic(
            code=code,
            message=message,
            mark=mark,
            hint=hint,
            severity=severity,
            source_line=self._line(mark.line),
            subject=subject,
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
