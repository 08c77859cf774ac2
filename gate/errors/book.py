"""The rule book as a whole, and the work before it is served: E3xx."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gate.errors.base import GateError

if TYPE_CHECKING:
    from collections.abc import Sequence


class BookError(GateError):
    """The rule book cannot be used as a whole."""

    code: ClassVar[str] = "E301"
    remedy: ClassVar[str] = (
        "Run gate check and gate test to see what is wrong with the rule book."
    )


class PreparationError(BookError):
    """The process that builds the index and proves the book ended without a result."""

    code: ClassVar[str] = "E302"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Run gate check; it does the same work in plain sight."

    def __init__(self, *, status: int, said: str) -> None:
        super().__init__(
            f"Preparing ended with status {status}{': ' if said else '.'}{said}",
            hint=self.remedy,
        )
        self.status = status


class StateFolderError(BookError):
    """The state folder cannot be used."""

    code: ClassVar[str] = "E303"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = (
        "Let the gate's own user write to the folder named by state."
    )

    def __init__(self, *, reason: str, folder: object = "") -> None:
        named = f" {folder}" if str(folder) else ""
        super().__init__(
            f"The state folder{named} cannot be used: {reason}.", hint=self.remedy
        )
        self.reason = reason
        self.folder = folder


class FilesChangedError(BookError):
    """The rule book changed while it was being proved."""

    code: ClassVar[str] = "E305"
    remedy: ClassVar[str] = "Try again when the files rest."

    def __init__(self) -> None:
        super().__init__(
            "The files changed while the rule book was being proved.",
            hint=self.remedy,
        )


class PatternsMultiplyError(BookError):
    """The patterns of a rule book combine in too many ways to be proved.

    Attributes:
        patterns: The patterns that multiply most, at most five.
        limit: What was exceeded, such as "50,000 atoms".
    """

    code: ClassVar[str] = "E304"
    remedy: ClassVar[str] = (
        "Write out the beginning of each path instead of a leading /**/."
    )

    def __init__(self, *, patterns: Sequence[str], limit: str) -> None:
        self.patterns = tuple(patterns)
        self.limit = limit
        names = ", ".join(f'"{pattern}"' for pattern in self.patterns)
        super().__init__(
            f"The path patterns combine to more than {limit}; "
            f"these multiply most: {names}.",
            hint=self.remedy,
        )
