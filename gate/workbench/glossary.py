"""What each word and each code means, from where they are defined."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate import config, documents, notices, rules
from gate.audit.findings import CODES as AUDIT_CODES
from gate.errors import GateError
from gate.model import Severity
from gate.workbench.doctor.codes import CODES as DOCTOR_CODES
from gate.workbench.pages import page_of
from gate.workbench.remedies import REMEDIES
from gate.workbench.severities import severities_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.pages import Page

WORDS = {
    "visitor": "Whoever sends a request; known only by its address.",
    "place": "What a GeoIP2 database says of an address, or unknown with a reason.",
    "area": "A named part of the world in the rule book, with dated versions.",
    "membership": "Of a place in an area: no, possible or yes, with its evidence.",
    "activity": "What a request does: read, share, like, comment, save, contact, "
    "donate.",
    "rule": "What follows for whom.",
    "exemption": "What loosens the rules that it names, until a date.",
    "action": "pass, banner, interstitial or block, from the loosest to the strictest.",
    "notice": "The text that a reader sees: languages, sources, legal basis, revision.",
    "regime": "The law that a notice tells of, as data: what is punished, how certain "
    "that is, and where it is written.",
    "decision": "Action, notices, deciding rules, reasons, and what it rests on.",
    "rule book": "All files under rules/, known by their SHA-256 digest.",
    "promise": "What no change of the rule book may break; proved for every place, "
    "path, activity and time.",
    "acknowledgement": "The cookie that says that the notices, at this revision, "
    "were shown.",
    "door": "How requests come in: Flask, WSGI, proxy, or another server that asks.",
    "index": "The compiled table from address ranges to classes of places.",
    "audit log": "Counts of decisions for a period; never who.",
    "segment": "A numbered piece of the audit log: the rows of one day, or an event "
    "such as a change of key.",
    "seal": "To close a day of the audit log: its rows are hashed, signed, and never "
    "changed again.",
    "checkpoint": "A signed note of how long the audit log is and what its hash is; "
    "a copy kept elsewhere shows later changes.",
    "gap": "Decisions that were made but not counted in a row that tells what they "
    "were.",
    "covered": "The outcome where the notice was shown, or had been shown and "
    "acknowledged.",
    "owed": "What the rule book asked the gate to show or do before the article.",
    "verifier key": "The public key of an audit log, which checks what was sealed and "
    "can seal nothing; VKEY in commands.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntry:
    """What a code means.

    Attributes:
        meaning: In one sentence.
        remedy: What to do.
        more: The rest of what there is to say; may be empty.
        severities: How much it can matter, the worst first.
        page: What to avoid, what to prefer, and why; only of the rule book's codes.
    """

    meaning: str
    remedy: str
    more: str = ""
    severities: tuple[Severity, ...] = ()
    page: Page | None = None

    @property
    def markdown(self) -> str:
        """All that helps, in Markdown."""
        said = f"{self.meaning}\n\nWhat to do: {self.remedy}\n"
        return f"{said}\n{self.page.markdown}" if self.page else said

    @property
    def can_be_suppressed(self) -> bool:
        """Say whether a comment may ask `gate check` to leave it out."""
        if self.page is not None:
            return self.page.can_be_suppressed
        return set(self.severities) != {Severity.ERROR}


def code_table() -> dict[str, CodeEntry]:
    """Return every code that the gate can issue, sorted."""
    table = {error.code: _of_error(error) for error in error_classes()}
    explained = {**config.CODES, **DOCTOR_CODES, **AUDIT_CODES}
    for code, (meaning, remedy) in explained.items():
        table[code] = CodeEntry(meaning=meaning, remedy=remedy)
    for codes in (documents.CODES, rules.CODES, notices.CODES):
        for code, meaning in codes.items():
            table[code] = CodeEntry(meaning=meaning, remedy=REMEDIES[code])
    return {code: _completed(code, about) for code, about in sorted(table.items())}


def _completed(code: str, about: CodeEntry) -> CodeEntry:
    return replace(about, severities=severities_of(code), page=page_of(code))


def error_classes() -> Iterator[type[GateError]]:
    """Yield every error of the tree, parents first."""
    waiting: list[type[GateError]] = [GateError]
    while waiting:
        found = waiting.pop(0)
        yield found
        waiting += found.__subclasses__()


def _of_error(error: type[GateError]) -> CodeEntry:
    meaning, _, more = inspect.cleandoc(error.__doc__ or "").partition("\n\n")
    return CodeEntry(meaning=" ".join(meaning.split()), remedy=error.remedy, more=more)
