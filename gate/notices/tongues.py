"""What is missing in which language, and whether languages are declared as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import suggest
from gate.model import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gate.documents import Document
    from gate.model import Diagnostic
    from gate.notices.schema import Language, NoticeEntry, NoticesFile, PageText

# Scripts that are written from right to left, by ISO 15924, as far as anybody reads
# news in them.
_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})
_SCRIPT = 4  # letters of this subtag


def repeated(
    document: Document,
    content: NoticesFile,
    seen: tuple[Collection[str], Collection[str], Collection[str]],
) -> Iterator[Diagnostic]:
    """Find what an earlier file has said already.

    Args:
        document: The file.
        content: What it says.
        seen: Languages, words around the notices, and regimes of the earlier files.
    """
    languages, words, regimes = seen
    sections = (
        ("languages", "R073", content.languages, languages, "The language"),
        ("page", "R062", content.page, words, "What stands around the notices in"),
        ("regimes", "R061", content.regimes, regimes, "The regime"),
    )
    for section, code, here, before, what in sections:
        for name in here:
            if name in before:
                message = f'{what} "{name}" is written twice.'
                yield document.finding(
                    code, message, (section, name), key=True, hint="Remove one."
                )


def language_findings(
    document: Document,
    content: NoticesFile,
    languages: Mapping[str, Language],
    spoken: Collection[str],
) -> Iterator[Diagnostic]:
    """Find what is wrong with the languages of one file, beyond its schema.

    Args:
        document: The file.
        content: What it says.
        languages: Those that any file declares.
        spoken: Tags in which there is any text.
    """
    for tag in content.page:
        if tag not in languages:
            yield _undeclared(document, ("page", tag), languages)
    for tag, language in content.languages.items():
        loc = ("languages", tag)
        if tag not in spoken:
            yield document.finding(
                "R064",
                f'No text is in "{tag}" yet.',
                loc,
                key=True,
                severity=Severity(language.missing),
                hint=f"gate texts export {tag} writes a file for a translator.",
            )
        yield from _script(document, tag, language)


def _script(document: Document, tag: str, language: Language) -> Iterator[Diagnostic]:
    loc = ("languages", tag)
    named = "".join(tag.split("-")[1:2])
    is_script = len(named) == _SCRIPT and named.isalpha()
    if is_script and named != language.script:
        message = f'The tag "{tag}" says {named}, the script is {language.script}.'
        yield document.finding("R073", message, (*loc, "script"))
    wanted = "rtl" if language.script in _RIGHT_TO_LEFT else "ltr"
    if language.dir != wanted:
        message = f"{language.script} is written {wanted}."
        yield document.finding("R073", message, (*loc, "dir"))


def missing_findings(
    document: Document,
    notice: tuple[str, NoticeEntry],
    languages: Mapping[str, Language],
    words: Mapping[str, PageText],
) -> Iterator[Diagnostic]:
    """Find the languages that a notice lacks, and those that it cannot be shown in.

    Args:
        document: The file.
        notice: Its id, and what it says.
        languages: Those that any file declares.
        words: The words around the notices, by language.
    """
    name, entry = notice
    loc = ("notices", name, "texts")
    for tag in entry.texts:
        if tag not in languages:
            yield _undeclared(document, (*loc, tag), languages)
        elif tag not in words:
            yield document.finding(
                "R062",
                f'The words around the notices are missing in "{tag}".',
                (*loc, tag),
                key=True,
                hint="Write them under page in page.yaml.",
            )
    for tag, language in languages.items():
        if tag in words and tag not in entry.texts:
            yield document.finding(
                "R064",
                f'The notice is missing in "{tag}", in which there are other texts.',
                loc,
                key=True,
                severity=Severity(language.missing),
                hint="A page with several notices then mixes languages.",
            )


def _undeclared(
    document: Document, loc: tuple[str, ...], languages: Mapping[str, Language]
) -> Diagnostic:
    hint = suggest(loc[-1], languages).strip() or (
        "Declare it there, with name, dir and script."
    )
    message = f'"{loc[-1]}" does not stand under languages.'
    return document.finding("R073", message, loc, key=True, hint=hint)
