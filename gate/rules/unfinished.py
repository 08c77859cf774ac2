"""Words that say that somebody still has to write the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gate.documents.scalars import quoted
from gate.model import Diagnostic, Exemption, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Rule, RuleBook

# Capitals only: "todo" is a word of Spanish, "tbc" an illness.
_WORDS = re.compile(r"\b(TODO|FIXME|XXX|TBD|TBC|TBA)\b|\?\?\?|^[\W_]+$|^(?:…|\.\.\.)")


def unfinished(book: RuleBook) -> Iterator[Diagnostic]:
    """Find reasons and titles that nobody has written yet: R008, warnings."""
    items: list[Rule | Exemption] = [*book.rules, *book.exemptions]
    for item in items:
        for key, text in _texts(item):
            found = _WORDS.search(text)
            if found:
                yield Diagnostic(
                    code="R008",
                    message=f"{key} of {quoted(item.id)} is not written yet: "
                    f"{quoted(text)}.",
                    hint="Write what an auditor can check, such as a decision and "
                    "its day.",
                    mark=item.mark,
                    severity=Severity.WARNING,
                    subject=item.id,
                )


def _texts(item: Rule | Exemption) -> Iterator[tuple[str, str]]:
    if isinstance(item, Exemption):
        yield "approved_by", item.approved_by
    else:
        yield "title", item.title
    yield "because", item.because
