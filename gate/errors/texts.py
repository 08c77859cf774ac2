"""Texts of notices, and the files of translators: E70x.

What is wrong within a translator's file is a finding with the code of one of these; all
come at once, as `TranslationRefusedError`.
"""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import FindingsError, GateError
from gate.model import Diagnostic, Mark


class TextsError(GateError):
    """Texts of notices cannot be handed out, or taken back."""

    code: ClassVar[str] = "E700"
    remedy: ClassVar[str] = "gate texts --help says how a translation travels."


class TranslationUnreadableError(TextsError):
    """A translator's file is not XLIFF 2 as `gate texts export` writes it."""

    code: ClassVar[str] = "E701"
    remedy: ClassVar[str] = "Save it as XLIFF 2 again, or export it anew."

    def __init__(self, *, path: object, reason: str) -> None:
        super().__init__(f"{path} cannot be read: {reason}.", hint=self.remedy)
        self.path = path
        self.reason = reason


class TranslationRefusedError(FindingsError):
    """A translator's file has problems; nothing of it was taken over."""

    code: ClassVar[str] = "E702"
    remedy: ClassVar[str] = "Correct what is named; the rule book is as it was."


class OlderSourceError(TextsError):
    """The text was translated from words that have changed since."""

    code: ClassVar[str] = "E703"
    remedy: ClassVar[str] = "Export the language anew; what is translated stays in it."


class ChangedMeanwhileError(TextsError):
    """The rule book's own translation has changed since the file was written."""

    code: ClassVar[str] = "E704"
    remedy: ClassVar[str] = "Compare both; export anew, and put the better one there."


class LostPlaceholderError(TextsError):
    """A translation lacks a placeholder of its source, or has one more."""

    code: ClassVar[str] = "E705"
    remedy: ClassVar[str] = "Put the same {words in braces} into the translation."


class UnknownTextError(TextsError):
    """The file holds a text that the rule book does not have."""

    code: ClassVar[str] = "E706"
    remedy: ClassVar[str] = "Export the language anew; keep the marks of each text."


class UnfitTextError(TextsError):
    """A translation holds broken markup or invisible characters."""

    code: ClassVar[str] = "E707"
    remedy: ClassVar[str] = "Write emphasis *like this*, and type the rest anew."


class UnfinishedTextError(TextsError):
    """A language that is new to a notice is translated in part only."""

    code: ClassVar[str] = "E708"
    remedy: ClassVar[str] = "Translate all of the notice, or nothing of it yet."


class UndeclaredLanguageError(TextsError):
    """The language does not stand under `languages`."""

    code: ClassVar[str] = "E709"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = "Declare it there, with its name, dir and script."

    def __init__(self, *, tag: str, hint: str) -> None:
        super().__init__(
            f'The language "{tag}" is not declared in the notices.',
            hint=hint or self.remedy,
        )
        self.tag = tag


class UneditableTextError(TextsError):
    """A file of notices is written so that a text cannot be put in without loss."""

    code: ClassVar[str] = "E710"
    remedy: ClassVar[str] = "Write its texts in lines of their own, not in braces."

    def __init__(self, *, path: object) -> None:
        super().__init__(
            f"{path}: the translation cannot be put in without changing other text.",
            hint=self.remedy,
        )
        self.path = path


class TextsInTheWayError(TextsError):
    """A file is there already; nothing is overwritten."""

    code: ClassVar[str] = "E711"
    remedy: ClassVar[str] = "Name another file, or move that one away."

    def __init__(self, *, path: object) -> None:
        super().__init__(f"{path} is there already.", hint=self.remedy)
        self.path = path


def problem(kind: type[TextsError], path: object, message: str) -> Diagnostic:
    """Return a finding about a translator's file, with the code of `kind`."""
    mark = Mark(file=str(path))
    return Diagnostic(code=kind.code, message=message, mark=mark, hint=kind.remedy)
