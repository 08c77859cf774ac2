"""What is wrong with a file, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mark:
    """A place in a file.

    Attributes:
        file: Path as the user would type it.
        line: Line, from 1; 0 when the whole file is meant.
        column: Column in characters, from 1; 0 when the whole line is meant.
        width: Length of the marked text in characters, at least 1.
    """

    file: str
    line: int = 0
    column: int = 0
    width: int = 1

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem of a file.

    Attributes:
        code: "R..." for the rule book, "E..." for everything else.
        message: What is wrong, in one sentence, with the value.
        hint: What to do; may be empty.
        mark: Where.
        severity: How much it matters.
        source_line: The text of the marked line, for the caret; may be empty.
        subject: Id of the rule, exemption, promise, area, notice or test that is
            meant; it stays the same when lines move. May be empty.
    """

    code: str
    message: str
    mark: Mark
    hint: str = ""
    severity: Severity = Severity.ERROR
    source_line: str = ""
    subject: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (
            self.mark.file,
            self.mark.line,
            self.mark.column,
            self.code,
            self.message,
        )
