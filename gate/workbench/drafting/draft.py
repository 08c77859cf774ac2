"""What is to be written, before it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.workbench.drafting.answers import Answers
    from gate.workbench.drafting.questions import Desk, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One item of a section of a file.

    Attributes:
        section: Key of the section, such as "rules".
        name: Key of the item where the section is a mapping; "" where it is a list.
        content: What the item says.
    """

    section: str
    content: Mapping[str, object]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A new item, ready to be written.

    Attributes:
        name: Its id; of a test its name.
        file: Where it goes if no file is named, within the folder of the book.
        head: What stands above it in a new file.
        parts: What is written.
        advice: What to do next, in sentences.
    """

    name: str
    file: str
    head: Mapping[str, object]
    parts: tuple[Part, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of item that can be added.

    Attributes:
        word: What it is called.
        questions: What is asked, in this order.
        draft: Makes the item of the answers.
    """

    word: str
    questions: tuple[Question, ...]
    draft: Callable[[Desk, Answers], Draft]
