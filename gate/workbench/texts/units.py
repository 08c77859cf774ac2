"""What there is to translate: every text of every notice, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gate.documents import load, suggest, validate
from gate.errors import FindingsError
from gate.errors.texts import UndeclaredLanguageError
from gate.model import Severity
from gate.notices.load import notice_files
from gate.notices.schema import ABOUT, NoticesFile, PageText, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import BaseModel

    from gate.documents import Document
    from gate.model import Diagnostic
    from gate.notices.schema import Language, RegimeEntry, Reviewed

Steps = tuple[str | int, ...]
PAGE = "page"
"""Name of the block of words around every notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A notice, or the words around all of them, in every language.

    Attributes:
        name: "notices/ID" or "page".
        path: The file that holds it.
        document: That file, read.
        loc: Where its languages stand.
        revision: Of the notice; 0 for the words around them.
        texts: By tag, in the order of the file.
    """

    name: str
    path: Path
    document: Document
    loc: Steps
    revision: int
    texts: Mapping[str, Reviewed]

    def strings(self, tag: str) -> dict[Steps, str]:
        """Return the texts of a language by their place; empty if it has none."""
        text = self.texts.get(tag)
        return {} if text is None else dict(_flat(text))

    @property
    def model(self) -> type[BaseModel]:
        """What a language of it may say."""
        return PageText if self.name == PAGE else Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBook:
    """All texts of a folder of notices, as they are written.

    Attributes:
        languages: Those that are declared, in their order.
        regimes: The laws by id.
        blocks: Everything that is translated as one; the words around them come first.
    """

    languages: Mapping[str, Language]
    regimes: Mapping[str, RegimeEntry]
    blocks: Sequence[Block]

    @property
    def spoken(self) -> tuple[str, ...]:
        """Declared languages in which there is any text, in their order."""
        having = {tag for block in self.blocks for tag in block.texts}
        return tuple(tag for tag in self.languages if tag in having)

    def check(self, *tags: str) -> None:
        """Refuse languages that are not declared.

        Raises:
            UndeclaredLanguageError: One is not.
        """
        for tag in tags:
            if tag not in self.languages:
                hint = suggest(tag, self.languages).strip()
                raise UndeclaredLanguageError(tag=tag, hint=hint)


def open_texts(folder: Path) -> TextBook:
    """Read every text of a folder of notices.

    Args:
        folder: The folder that holds the notices.

    Raises:
        FindingsError: A file cannot be read.
    """
    languages: dict[str, Language] = {}
    regimes: dict[str, RegimeEntry] = {}
    blocks: list[Block] = []
    findings: list[Diagnostic] = []
    for path in notice_files(folder):
        document = load(path)
        content, problems = validate(document, NoticesFile)
        findings += [*document.findings, *problems]
        if content:
            languages |= {**content.languages, **languages}
            regimes |= content.regimes
            blocks += _blocks(path, document, content)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise FindingsError(findings)
    blocks.sort(key=lambda block: (block.name != PAGE, block.name))
    return TextBook(languages=languages, regimes=regimes, blocks=tuple(blocks))


def _blocks(path: Path, document: Document, content: NoticesFile) -> Iterator[Block]:
    if content.page:
        yield Block(
            name=PAGE,
            path=path,
            document=document,
            loc=(PAGE,),
            revision=0,
            texts=content.page,
        )
    for name, entry in content.notices.items():
        yield Block(
            name=f"notices/{name}",
            path=path,
            document=document,
            loc=("notices", name, "texts"),
            revision=entry.revision,
            texts=entry.texts,
        )


def _flat(text: Reviewed) -> Iterator[tuple[Steps, str]]:
    shown = text.model_dump(by_alias=True, exclude_none=True, exclude=set(ABOUT))
    for key, value in shown.items():
        if isinstance(value, str):
            yield (key,), value
        elif isinstance(value, dict):
            yield from (((key, act), words) for act, words in value.items())
        else:
            yield from (((key, number), words) for number, words in enumerate(value))


@cache
def explained(model: type[BaseModel]) -> dict[str, str]:
    """Return what each key of a text is for."""
    fields = model.model_fields.items()
    return {field.alias or name: field.description or "" for name, field in fields}
