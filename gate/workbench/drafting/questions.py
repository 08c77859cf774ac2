"""What is asked: a question with its kind, its choices and its default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.workbench.drafting.answers import (
    NOTHING,
    Answers,
    RefusedAnswer,
    checked,
    chosen,
    moment_of,
    parts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from gate.model import RuleBook
    from gate.workbench.texts.units import TextBook

    Choices = Callable[["Desk"], Mapping[str, str]]
    Default = Callable[["Desk", Answers], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is known before anything is asked.

    Attributes:
        folder: The folder of the rule book.
        book: The rule book.
        texts: The texts of the notices, with their languages and regimes.
        now: Unix seconds.
        offset: Offset from UTC in which the book writes moments, in seconds.
    """

    folder: Path
    book: RuleBook
    texts: TextBook
    now: int
    offset: int = 0


def _always(desk: Desk, answers: Answers) -> bool:
    del desk, answers
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that only the editor knows.

    Attributes:
        key: Name of the answer; the option is this with hyphens.
        ask: The question, in plain words.
        example: An answer; "" where the choices are shown.
        kind: A key of `answers.TYPES`; "" if choices or `check` say what is taken.
        check: Takes an answer, or refuses it.
        many: Several answers are taken.
        choices: Id and title of each choice; None if anything of the kind is taken.
        taken: Ids that are in use, and cannot be taken again.
        default: The answer if nothing is typed, "" for nothing; None if it has to be
            answered.
        needed: Whether it is asked at all, given the answers so far.
    """

    key: str
    ask: str
    example: str = ""
    kind: str = ""
    check: Callable[[str], str] | None = None
    many: bool = False
    choices: Choices | None = None
    taken: Callable[[Desk], Collection[str]] | None = None
    default: Default | None = None
    needed: Callable[[Desk, Answers], bool] = _always

    @property
    def option(self) -> str:
        return f"--{self.key.replace('_', '-')}"

    def answer(self, text: str, desk: Desk) -> tuple[str, ...]:
        """Return what somebody typed, as the book takes it.

        Raises:
            RefusedAnswer: The book would not take it.
        """
        if text.strip() == NOTHING and self.default is not None:
            return ()
        if not text.strip():
            raise RefusedAnswer("An answer is needed here.")
        items = parts(text) if self.many else (text,)
        return tuple(self._one(item, desk) for item in items)

    def _one(self, text: str, desk: Desk) -> str:
        if self.choices is not None:
            return chosen(text, self.choices(desk))
        if self.kind == "moment":
            text = moment_of(text, desk.offset)
        found = self.check(text) if self.check else checked(text, self.kind)
        if self.taken is not None and found in self.taken(desk):
            raise RefusedAnswer(f'"{found}" is there already.', "Choose another one.")
        return found


def one_of(answers: Answers, key: str) -> str:
    """Return a single answer; "" for none."""
    return next(iter(answers.get(key, ())), "")
