"""The root of the tree, and files with several problems at once: E000, E100."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import Diagnostic


class GateError(Exception):
    """Anything that the gate itself reports."""

    code: ClassVar[str] = "E000"
    exit_code: ClassVar[int] = 1
    remedy: ClassVar[str] = "Read the message; it names what is wrong."
    """What helps in general; an error's own `hint` says what helps here."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class FindingsError(GateError):
    """Files have problems; `findings` holds all of them, sorted."""

    code: ClassVar[str] = "E100"
    remedy: ClassVar[str] = "Run gate check to see each problem with its place."

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        self.findings = tuple(sorted(findings, key=lambda d: d.sort_key))
        errors = [f for f in self.findings if f.severity is Severity.ERROR]
        first = (errors or list(self.findings))[:1]
        told = "".join(f", first {f.mark}: {f.code} {f.message}" for f in first)
        found = "1 problem" if len(errors) == 1 else f"{len(errors):,} problems"
        super().__init__(f"{found} found{told or '.'}", hint=self.remedy)
