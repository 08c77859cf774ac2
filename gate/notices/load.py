"""The folder of notices to values, with a finding for everything that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.documents import load, suggest, validate
from gate.model import Diagnostic, Mark, Notice, NoticeText, Regime
from gate.model.revision import name_of
from gate.notices.claims import facts_of, sources_of
from gate.notices.lint import entry_findings, page_findings
from gate.notices.schema import ABOUT, NoticesFile
from gate.notices.tongues import language_findings, missing_findings, repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from gate.documents import Document
    from gate.notices.schema import (
        Language,
        NoticeEntry,
        PageText,
        RegimeEntry,
        Reviewed,
        Text,
    )


class _Source(NamedTuple):
    document: Document
    content: NoticesFile


class _Shared(NamedTuple):
    """What notices of all files stand on, and whether every file could be read."""

    languages: Mapping[str, Language]
    words: Mapping[str, PageText]
    regimes: Mapping[str, tuple[RegimeEntry, Mark]]
    complete: bool


def load_notices(folder: Path) -> tuple[Mapping[str, Notice], tuple[Diagnostic, ...]]:
    """Load every notice of a folder.

    Args:
        folder: Folder with YAML files; subfolders are not read.

    Returns:
        The notices by id, sorted, as far as they could be read; and all findings,
        sorted. Notices may be served only if no finding is an error.
    """
    files = notice_files(folder)
    if not files:
        return {}, (_nothing_there(folder),)
    sources, findings = _read_all(files)
    shared, problems = _gather(sources, complete=len(sources) == len(files))
    findings += problems
    notices: dict[str, Notice] = {}
    for source in sources:
        for name, entry in source.content.notices.items():
            findings += _look_at(source.document, name, entry, shared)
            mark = source.document.mark(("notices", name), key=True)
            alike = next((n for n in notices if name_of(n) == name_of(name)), None)
            if alike is not None:
                findings.append(_twice(source.document, name, notices[alike].mark))
            elif entry.regime in shared.regimes:
                notices[name] = _notice(name, entry, shared, mark)
    told = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    return {name: notices[name] for name in sorted(notices)}, told


def notice_files(folder: Path) -> list[Path]:
    """Return the files of a folder of notices, sorted; hidden ones are left out."""
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    return [path for path in found if not path.name.startswith(".")]


def _nothing_there(folder: Path) -> Diagnostic:
    return Diagnostic(
        code="R060",
        message="The folder holds no notices, so a reader could not be told anything.",
        hint="Put a file there that begins with: format: notices/2",
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


def _gather(
    sources: Sequence[_Source], *, complete: bool
) -> tuple[_Shared, list[Diagnostic]]:
    """Put together what every notice may stand on, whichever file holds it."""
    languages: dict[str, Language] = {}
    words: dict[str, PageText] = {}
    regimes: dict[str, tuple[RegimeEntry, Mark]] = {}
    findings: list[Diagnostic] = []
    for document, content in sources:
        findings += repeated(document, content, (languages, words, regimes))
        languages = {**content.languages, **languages}
        words = {**content.page, **words}
        marked = {
            name: (entry, document.mark(("regimes", name), key=True))
            for name, entry in content.regimes.items()
        }
        regimes = {**marked, **regimes}
    for document, content in sources:
        for tag, text in content.page.items():
            findings += page_findings(document, tag, text, languages.get(tag))
    if complete:
        texts = [e.texts for s in sources for e in s.content.notices.values()]
        spoken = {*words, *(tag for one in texts for tag in one)}
        for document, content in sources:
            findings += language_findings(document, content, languages, spoken)
    return _Shared(languages, words, regimes, complete), findings


def _look_at(
    document: Document, name: str, entry: NoticeEntry, shared: _Shared
) -> list[Diagnostic]:
    regime, _ = shared.regimes.get(entry.regime, (None, None))
    findings: list[Diagnostic] = []
    if shared.complete:
        findings += missing_findings(
            document, (name, entry), shared.languages, shared.words
        )
    if regime:
        findings += entry_findings(document, name, entry, regime, shared.languages)
    elif shared.complete:
        known = suggest(entry.regime, shared.regimes).strip()
        message = f'No file describes the regime "{entry.regime}".'
        loc = ("notices", name, "regime")
        findings.append(document.finding("R069", message, loc, hint=known))
    return findings


def _notice(name: str, entry: NoticeEntry, shared: _Shared, mark: Mark) -> Notice:
    regime, at = shared.regimes[entry.regime]
    return Notice(
        id=name,
        revision=entry.revision,
        regime=Regime(
            id=entry.regime,
            title=regime.title,
            country=regime.country,
            as_of=regime.as_of,
            review_months=regime.review_months,
            mark=at,
        ),
        texts={
            tag: _text(tag, text, shared)
            for tag, text in entry.texts.items()
            if tag in shared.words and tag in shared.languages
        },
        area_languages=entry.area_languages,
        facts=facts_of(regime),
        sources=sources_of(regime),
        mark=mark,
    )


def _text(tag: str, text: Text, shared: _Shared) -> NoticeText:
    language = shared.languages[tag]
    around = {f"page.{k}": v for k, v in _strings(shared.words[tag]).items()}
    return NoticeText(
        language=tag,
        name=language.name,
        direction=language.dir,
        status=text.status,
        reviewed_by=text.reviewed_by,
        strings={
            **_strings(text),
            **around,
            "page.in_language": language.in_language or language.name,
        },
    )


def _strings(text: Reviewed) -> dict[str, str | tuple[str, ...]]:
    """Return the shown texts; what stands by activity becomes a list, in its order."""
    shown = text.model_dump(by_alias=True, exclude=set(ABOUT), exclude_none=True)
    return {
        key: tuple(told.values()) if isinstance(told, dict) else told
        for key, told in shown.items()
        if told
    }
