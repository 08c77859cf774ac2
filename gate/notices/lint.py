"""What a schema cannot see: languages that lack something, places nobody fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import nearest, suggest
from gate.model import Mark, Severity
from gate.notices.claims import claim_findings, facts_of
from gate.notices.markup import EMPHATIC, problem
from gate.notices.placeholders import COMMON, MEANT, OF_A_DATE, OF_A_PAGE, find, names
from gate.notices.schema import ABOUT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gate.documents import Document
    from gate.model import Diagnostic
    from gate.notices.schema import (
        Language,
        NoticeEntry,
        PageText,
        RegimeEntry,
        Reviewed,
        Text,
    )

Loc = tuple[str | int, ...]

# What one language may leave out only if all do.
_OPTIONAL = ("notes", "going_on", "continue", "footer")
_OPTIONAL_BY_ACT = ("risks_short", "unclear", "unclear_short", "not_punished")
_LISTS = ("who", "notes")
_BY_ACT = ("risks", *_OPTIONAL_BY_ACT)


def page_findings(
    document: Document, tag: str, text: PageText, language: Language | None
) -> list[Diagnostic]:
    """Find what is wrong with the words around the notices in one language."""
    loc = ("page", tag)
    common = text.model_copy(update={"date": ""})
    return [
        *_unfilled(document, common, loc, OF_A_PAGE),
        *_unfilled_in(document, text.date, (*loc, "date"), OF_A_DATE),
        *_marked_up(document, text, loc, frozenset()),
        *_unsigned(document, text, loc, language),
    ]


def entry_findings(
    document: Document,
    name: str,
    entry: NoticeEntry,
    regime: RegimeEntry,
    languages: Mapping[str, Language],
) -> list[Diagnostic]:
    """Find what is wrong with one notice, as far as it alone can tell.

    Args:
        document: The file.
        name: Id of the notice.
        entry: The notice.
        regime: The law that it tells of.
        languages: Those that are declared.
    """
    loc = ("notices", name)
    known = COMMON | set(facts_of(regime))
    found = [
        *_gaps(document, entry, loc),
        *_area_languages(document, entry, loc),
    ]
    for tag, text in entry.texts.items():
        at = (*loc, "texts", tag)
        found += _unfilled(document, text, at, known | _lists_of(text))
        found += _marked_up(document, text, at, EMPHATIC)
        found += claim_findings(document, text, at, regime)
        found += _unsigned(document, text, at, languages.get(tag))
    return found


def _lists_of(text: Text) -> set[str]:
    short = {"risks": text.risks_short, "unclear": text.unclear_short}
    return {name for name, words in short.items() if words}


def _gaps(document: Document, entry: NoticeEntry, loc: Loc) -> Iterator[Diagnostic]:
    dumped = {tag: _dump(text) for tag, text in entry.texts.items()}
    for key in (*_OPTIONAL, *_OPTIONAL_BY_ACT):
        having = [tag for tag, strings in dumped.items() if strings.get(key)]
        for tag, strings in dumped.items():
            if having and not strings.get(key):
                message = f'"{key}" is missing in "{tag}", and stands in "{having[0]}".'
                yield document.finding("R064", message, (*loc, "texts", tag), key=True)
    first, *others = dumped
    for tag in others:
        for key in _LISTS:
            here, there = len(dumped[tag][key]), len(dumped[first][key])
            if here and there and here != there:
                yield document.finding(
                    "R064",
                    f'"{key}" has {here} items in "{tag}" and {there} in "{first}".',
                    (*loc, "texts", tag, key),
                    severity=Severity.WARNING,
                )


def _area_languages(
    document: Document, entry: NoticeEntry, loc: Loc
) -> Iterator[Diagnostic]:
    for area, tags in entry.area_languages.items():
        for index, tag in enumerate(tags):
            if tag not in entry.texts:
                yield document.finding(
                    "R065",
                    f'The notice has no text in "{tag}".',
                    (*loc, "area_languages", area, index),
                    hint=suggest(tag, entry.texts).strip(),
                )


def _unfilled(
    document: Document, text: Reviewed, loc: Loc, known: Collection[str]
) -> Iterator[Diagnostic]:
    for key, value in _dump(text).items():
        if isinstance(value, str):
            yield from _unfilled_in(document, value, (*loc, key), known)
        else:
            for step, item in _items(value):
                yield from _unfilled_in(document, item, (*loc, key, step), known)


def _unfilled_in(
    document: Document, text: str, loc: Loc, known: Collection[str]
) -> Iterator[Diagnostic]:
    for number, name in enumerate(names(text)):
        if name not in known:
            yield document.finding_at(
                "R063",
                f"Nothing fills {{{name}}}." if name else "A brace stands alone.",
                _mark_of(document, text, loc, number),
                hint=_known(name, known),
            )


def _mark_of(document: Document, text: str, loc: Loc, number: int) -> Mark:
    """Mark the brace itself; the whole text where it is written in another way."""
    mark = document.mark(loc)
    sought = find(text, number)
    if not sought or not mark.line:
        return mark
    lines = document.lines[mark.line - 1 :]
    for index, line in enumerate(lines):
        start = mark.column - 1 if index == 0 else 0
        here = sum(1 for _ in names(line[start:]))
        if number < here:
            found = find(line[start:], number)
            if not found or found[1] != sought[1]:
                break
            return Mark(
                file=mark.file,
                line=mark.line + index,
                column=start + found[0] + 1,
                width=len(found[1]),
            )
        number -= here
    return mark


def _known(name: str, known: Collection[str]) -> str:
    meant = MEANT.get(name, "")
    meant = meant if meant in known else nearest(name, known)
    listed = "Known here are " + ", ".join(f"{{{one}}}" for one in sorted(known)) + "."
    return f"Did you mean {{{meant}}}? {listed}" if meant else listed


def _marked_up(
    document: Document, text: Reviewed, loc: Loc, emphatic: Collection[str]
) -> Iterator[Diagnostic]:
    for key, value in _dump(text).items():
        told = [((), value)] if isinstance(value, str) else _items(value)
        for step, item in told:
            wrong = problem(item, emphasis=key in emphatic)
            at = (*loc, key, *((step,) if step != () else ()))
            if wrong:
                yield document.finding("R072", wrong[0], at, hint=wrong[1])


def _unsigned(
    document: Document, text: Reviewed, loc: Loc, language: Language | None
) -> Iterator[Diagnostic]:
    if text.status == "reviewed" and not text.reviewed_by:
        message = "The text is called reviewed, and nobody is named who did it."
        yield document.finding(
            "R067", message, (*loc, "status"), hint="Add reviewed_by."
        )
    if text.status == "draft":
        message = "The text is a draft: no native editor and no lawyer signed it yet."
        weight = Severity(language.draft) if language else Severity.NOTE
        yield document.finding("R068", message, (*loc, "status"), severity=weight)


Shown = str | tuple[str, ...] | dict[str, str]


def _items(value: Shown) -> list[tuple[str | int, str]]:
    """Return the items of a list, or of a mapping by activity, with their steps."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value))


def _dump(text: Reviewed) -> dict[str, Shown]:
    shown = text.model_dump(by_alias=True, exclude_none=True, exclude=set(ABOUT))
    return dict(shown)
