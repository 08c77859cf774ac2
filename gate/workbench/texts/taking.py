"""Whether a translation that came back fits, and what it changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.documents.letters import hidden, name
from gate.errors.texts import (
    ChangedMeanwhileError,
    LostPlaceholderError,
    OlderSourceError,
    TranslationRefusedError,
    UnfinishedTextError,
    UnfitTextError,
    UnknownTextError,
    problem,
)
from gate.notices import markup
from gate.notices.placeholders import names
from gate.workbench.texts.parsing import parse
from gate.workbench.texts.xliff import told_apart, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gate.errors.texts import TextsError
    from gate.model import Diagnostic
    from gate.workbench.texts.units import Block, Steps, TextBook
    from gate.workbench.texts.xliff import Unit

_PLACE = re.compile(r"\{[^{}]*\}")
_FEW = 5  # texts that are named in one finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a translation changes in one block.

    Attributes:
        block: The block.
        texts: New texts by their place, in the order of the source.
    """

    block: Block
    texts: dict[Steps, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A translation that fits.

    Attributes:
        tag: Language of the translation.
        changes: What it changes, block by block; empty if all stands there already.
        untouched: Names of blocks in which nothing is translated.
        absent: Blocks, and single texts of others, that the file does not hold.
        begun: Texts whose translation is not done by its state; not taken.
        alike: Texts whose translation says what the source says.
    """

    tag: str
    changes: tuple[Change, ...]
    untouched: tuple[str, ...]
    absent: tuple[str, ...]
    begun: tuple[str, ...]
    alike: tuple[str, ...]

    def remarks(self) -> Iterator[str]:
        """Yield what whoever takes it over should know."""
        for block in self.untouched:
            yield f"{block}: not translated yet."
        for block in self.absent:
            yield f"{block}: not in the file."
        for text in self.begun:
            yield f"{text}: not taken; its state is initial, or a part is missing."
        if self.begun:
            yield "Mark what is done as translated, and import the file again."
        for text in self.alike:
            yield f"{text}: warning: the translation is the same as the source."


def take(book: TextBook, path: Path) -> Taken:
    """Read a translator's file and hold it against the texts as they are now.

    Args:
        book: The texts.
        path: The file.

    Raises:
        TranslationUnreadableError: It is no such file.
        TranslationRefusedError: It does not fit; all reasons at once.
        UndeclaredLanguageError: Its language is not declared.
    """
    source, tag, units = parse(path)
    book.check(source, tag)
    found = [*_strangers(book, units, path)]
    changes = []
    for block in book.blocks:
        own = [unit for unit in units if unit.block == block.name]
        texts, wrong = _Taking(block, (source, tag), path).of(own)
        found += wrong
        if texts:
            changes.append(Change(block=block, texts=texts))
    if found:
        raise TranslationRefusedError(found)
    return _taken(book, (source, tag), units, changes)


def _taken(
    book: TextBook,
    tags: tuple[str, str],
    units: Sequence[Unit],
    changes: Sequence[Change],
) -> Taken:
    there = {unit.block for unit in units}
    begun = {unit.block for unit in units if unit.target or unit.is_begun}
    wanted = [block.name for block in book.blocks if block.strings(tags[0])]
    return Taken(
        tag=tags[1],
        changes=tuple(changes),
        untouched=tuple(n for n in wanted if n in there and n not in begun),
        absent=tuple(_absent(book, tags[0], units)),
        begun=tuple(f"{u.block}: {u.path}" for u in units if u.is_begun),
        alike=tuple(t for change in changes for t in _alike(change, tags[0])),
    )


def _absent(book: TextBook, source: str, units: Sequence[Unit]) -> Iterator[str]:
    """Yield whole blocks, or single texts, that a tool has dropped from the file."""
    blocks = {unit.block for unit in units}
    there = {(unit.block, unit.path) for unit in units}
    for block in book.blocks:
        paths = [written(at) for at in block.strings(source)]
        if paths and block.name not in blocks:
            yield block.name
            continue
        gone = (path for path in paths if (block.name, path) not in there)
        yield from (f"{block.name}: {path}" for path in gone)


def _alike(change: Change, source: str) -> Iterator[str]:
    told = change.block.strings(source)
    for at, text in change.texts.items():
        words = _PLACE.sub("", text)
        if any(map(str.isalpha, words)) and text == _bare(told[at]):
            yield f"{change.block.name}: {written(at)}"


def _strangers(
    book: TextBook, units: Sequence[Unit], path: Path
) -> Iterator[Diagnostic]:
    known = {block.name for block in book.blocks}
    for block in dict.fromkeys(unit.block for unit in units):
        if block not in known:
            message = f'The rule book has no texts "{block[:80]}".'
            yield problem(UnknownTextError, path, message)


class _Taking:
    """The judging of one block."""

    def __init__(self, block: Block, tags: tuple[str, str], path: Path) -> None:
        self.block = block
        self.tag = tags[1]
        self.path = path
        self.source = {written(at): (at, t) for at, t in block.strings(tags[0]).items()}
        self.there = {written(at): t for at, t in block.strings(self.tag).items()}

    def of(self, units: Sequence[Unit]) -> tuple[dict[Steps, str], list[Diagnostic]]:
        """Return the texts that change, and what is wrong."""
        found = [finding for unit in units for finding in self._wrong(unit)]
        if found:
            return {}, found
        told = {unit.path: unit.target for unit in units if unit.target}
        changed = {p: t for p, t in told.items() if t != self.there.get(p)}
        if changed:
            found += self._unfinished({*told, *self.there})
        return {self.source[p][0]: text for p, text in changed.items()}, found

    def _wrong(self, unit: Unit) -> Iterator[Diagnostic]:
        if unit.path not in self.source:
            yield self._say(UnknownTextError, unit, "is not in the rule book")
        elif unit.target:
            yield from self._behind(unit)
            yield from self._unfit(unit)

    def _behind(self, unit: Unit) -> Iterator[Diagnostic]:
        now = self.source[unit.path][1]
        if unit.revision < self.block.revision:
            told = f"is of revision {unit.revision}, now it is {self.block.revision}"
            yield self._say(OlderSourceError, unit, told)
        elif unit.source != _bare(now):
            yield self._say(OlderSourceError, unit, f'is now "{_short(now)}"')
        there = self.there.get(unit.path, "")
        if told_apart(there) != unit.was and there != unit.target:
            told = f'has been translated otherwise meanwhile: "{_short(there)}"'
            yield self._say(ChangedMeanwhileError, unit, told)

    def _unfit(self, unit: Unit) -> Iterator[Diagnostic]:
        wanted, got = set(names(unit.source)), set(names(unit.target))
        for word in sorted(wanted - got):
            yield self._say(LostPlaceholderError, unit, f"has lost {{{word}}}")
        for word in sorted(got - wanted):
            told = f"has {{{word}}}, which its source lacks" if word else "has a brace"
            yield self._say(LostPlaceholderError, unit, told)
        emphasis = (
            self.block.revision > 0 and unit.path.split("/")[0] in markup.EMPHATIC
        )
        broken = markup.problem(unit.target, emphasis=emphasis)
        if broken:
            yield self._say(UnfitTextError, unit, f"is unfit: {broken[0]}")
        odd = next(hidden(unit.target), None)
        if odd:
            told = f"holds an invisible character: {name(odd[0])}"
            yield self._say(UnfitTextError, unit, told)

    def _unfinished(self, having: set[str]) -> Iterator[Diagnostic]:
        lacking = [path for path in self.source if path not in having]
        if lacking and not self.there:
            more = f" and {len(lacking) - _FEW} more" if len(lacking) > _FEW else ""
            message = (
                f"{self.block.name}: not yet translated are "
                f"{', '.join(lacking[:_FEW])}{more}."
            )
            yield problem(UnfinishedTextError, self.path, message)

    def _say(self, kind: type[TextsError], unit: Unit, told: str) -> Diagnostic:
        message = f"{self.block.name}: {unit.path[:80]} {told}."
        return problem(kind, self.path, message)


def _bare(text: str) -> str:
    """Return a text as it comes back through a file: with single spaces."""
    return " ".join(part for part in text.replace("\n", " ").split(" ") if part)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004
