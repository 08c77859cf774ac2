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


class LastGoodServedError(BookError):
    """The rule book cannot be used at the start; the last good one is served."""

    code: ClassVar[str] = "E306"
    remedy: ClassVar[str] = (
        "Correct the rule book; gate check says where. The gate takes it at once."
    )

    def __init__(self, *, digest: str, taken: str, reason: str) -> None:
        super().__init__(
            f"The rule book cannot be used ({reason}) The last good one is served, "
            f"{digest[:12]}, as it was on {taken}.",
            hint=self.remedy,
        )
        self.digest = digest


class ChangesUnseenError(BookError):
    """The gate could not look whether its files have changed."""

    code: ClassVar[str] = "E307"
    remedy: ClassVar[str] = "The gate tries again; start it anew if that does not help."

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            f"Whether files have changed could not be found out: {reason}.",
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
