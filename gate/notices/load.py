"""The folder of notices to values, with a finding for everything that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.documents import load, validate
from gate.model import Diagnostic, Mark, Notice, NoticeText
from gate.model.revision import name_of
from gate.notices.lint import entry_findings, page_findings
from gate.notices.schema import NoticesFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from gate.documents import Document
    from gate.notices.schema import NoticeEntry, PageText, Reviewed, Text

# Keys that say something about a text and are not shown.
_ABOUT = frozenset({"status", "reviewed_by", "reviewed_on", "name", "direction"})


class _Source(NamedTuple):
    document: Document
    content: NoticesFile


def load_notices(folder: Path) -> tuple[Mapping[str, Notice], tuple[Diagnostic, ...]]:
    """Load every notice of a folder.

    Args:
        folder: Folder with YAML files; subfolders are not read.

    Returns:
        The notices by id, sorted, as far as they could be read; and all findings,
        sorted. Notices may be served only if no finding is an error.
    """
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    files = [path for path in found if not path.name.startswith(".")]
    if not files:
        return {}, (_nothing_there(folder),)
    sources, findings = _read_all(files)
    words, problems = _collect_words(sources)
    findings += problems
    known = words if len(sources) == len(files) else None
    notices: dict[str, Notice] = {}
    for source in sources:
        for name, entry in source.content.notices.items():
            findings += entry_findings(source.document, name, entry, known)
            alike = next((n for n in notices if name_of(n) == name_of(name)), None)
            if alike is not None:
                findings.append(_twice(source.document, name, notices[alike].mark))
            else:
                mark = source.document.mark(("notices", name), key=True)
                notices[name] = _notice(name, entry, words, mark)
    told = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    return {name: notices[name] for name in sorted(notices)}, told


def _nothing_there(folder: Path) -> Diagnostic:
    return Diagnostic(
        code="R060",
        message="The folder holds no notices, so a reader could not be told anything.",
        hint="Put a file there that begins with: format: notices/1",
        mark=Mark(file=str(folder)),
    )


def _twice(document: Document, name: str, first: Mark) -> Diagnostic:
    return document.finding(
        "R061",
        f'The notice "{name}" is written twice, or cannot be told from the one at '
        f"{first}.",
        ("notices", name),
        key=True,
        hint="Give one of them another id.",
    )


def _read_all(files: Iterable[Path]) -> tuple[list[_Source], list[Diagnostic]]:
    sources, findings = [], []
    for file in files:
        document = load(file)
        content, problems = validate(document, NoticesFile)
        findings += [*document.findings, *problems]
        if content:
            sources.append(_Source(document, content))
    return sources, findings


def _collect_words(
    sources: Iterable[_Source],
) -> tuple[dict[str, PageText], list[Diagnostic]]:
    words: dict[str, PageText] = {}
    findings: list[Diagnostic] = []
    for document, content in sources:
        for tag, text in content.page.items():
            if tag in words:
                message = f'The words around the notices stand twice in "{tag}".'
                findings.append(document.finding("R062", message, ("page", tag)))
            words.setdefault(tag, text)
            findings += page_findings(document, tag, text)
    return words, findings


def _notice(
    name: str, entry: NoticeEntry, words: Mapping[str, PageText], mark: Mark
) -> Notice:
    certain = {k: f for k, f in entry.facts.items() if f.certainty == "certain"}
    sources = (source for fact in certain.values() for source in fact.sources)
    return Notice(
        id=name,
        revision=entry.revision,
        as_of=entry.as_of,
        texts={
            tag: _text(tag, text, words[tag])
            for tag, text in entry.texts.items()
            if tag in words
        },
        area_languages=entry.area_languages,
        facts={key: fact.value for key, fact in certain.items()},
        sources=tuple(dict.fromkeys(sources)),
        mark=mark,
    )


def _text(tag: str, text: Text, page: PageText) -> NoticeText:
    around = {f"page.{key}": value for key, value in _strings(page).items()}
    return NoticeText(
        language=tag,
        name=page.name,
        direction=page.direction,
        status=text.status,
        reviewed_by=text.reviewed_by,
        strings={**_strings(text), **around},
    )


def _strings(text: Reviewed) -> dict[str, str | tuple[str, ...]]:
    shown = text.model_dump(by_alias=True, exclude=set(_ABOUT), exclude_none=True)
    return dict(shown)
