"""New rules, areas and notices, and what is told of those there are: E76x."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import FindingsError, GateError


class DraftingError(GateError):
    """A rule book cannot be added to, or told of, as it was asked."""

    code: ClassVar[str] = "E760"
    remedy: ClassVar[str] = "gate new --help says what can be added."


class NoSuchItemError(DraftingError):
    """The rule book has no rule, exemption or promise with that id."""

    code: ClassVar[str] = "E761"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Look up the id in the files of the rule book."

    def __init__(self, *, name: str, hint: str = "") -> None:
        super().__init__(
            f'The book has no rule, exemption or promise "{name}".',
            hint=hint or self.remedy,
        )
        self.name = name


class MissingAnswerError(DraftingError):
    """Something has to be said, and nobody is there to be asked."""

    code: ClassVar[str] = "E762"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Give the option that is named, or call it on a terminal."

    def __init__(self, *, option: str, question: str) -> None:
        super().__init__(
            f"{option} is missing: {question}",
            hint=f"Give {option}, or call the command on a terminal, where it asks.",
        )
        self.option = option


class BadAnswerError(DraftingError):
    """An option has a value that a rule book does not take."""

    code: ClassVar[str] = "E763"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Correct the value; the message says how."

    def __init__(self, *, option: str, reason: str, hint: str) -> None:
        super().__init__(f"{option}: {reason}", hint=hint or self.remedy)
        self.option = option


class DraftInTheWayError(DraftingError):
    """A file is there already; nothing is overwritten."""

    code: ClassVar[str] = "E764"
    remedy: ClassVar[str] = "Add to it with --into, or choose another id."

    def __init__(self, *, path: object) -> None:
        super().__init__(f"{path} is there already.", hint=f"{self.remedy}")
        self.path = path


class UnsoundDraftError(FindingsError):
    """The book would have errors that it does not have now; nothing was written."""

    code: ClassVar[str] = "E765"
    remedy: ClassVar[str] = "Nothing was written. Give other answers."


class ErrorsToComeError(DraftingError):
    """The book could be read, but would break a promise or fail a test of its own."""

    code: ClassVar[str] = "E767"
    remedy: ClassVar[str] = (
        "Mend it as the findings say. To write it all the same, and mend the rest "
        "after, say --anyway."
    )

    def __init__(self, *, count: int) -> None:
        errors = "1 error" if count == 1 else f"{count:,} errors"
        super().__init__(
            f"Nothing was written: the book would have {errors} that it does not have "
            "now.",
            hint=self.remedy,
        )
        self.count = count


class UnfitFileError(DraftingError):
    """A file cannot be added to without changing what stands in it."""

    code: ClassVar[str] = "E766"
    remedy: ClassVar[str] = "Leave --into out; a new file is written then."

    def __init__(self, *, path: object, reason: str) -> None:
        super().__init__(f"{path} cannot be added to: {reason}.", hint=self.remedy)
        self.path = path
        self.reason = reason
