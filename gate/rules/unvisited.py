"""Patterns that no path of the site's traffic matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.decision import Patterns, globs_of
from gate.documents.scalars import quoted
from gate.model import Diagnostic, Severity
from gate.rules.marking import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model import Exemption, Rule, RuleBook, When


def unvisited(book: RuleBook, paths: Iterable[str]) -> list[Diagnostic]:
    """Find patterns of rules and exemptions that nobody has asked for: R038.

    Args:
        book: The rule book.
        paths: Canonical paths that were asked for.
    """
    items: list[Rule | Exemption] = [*book.rules, *book.exemptions]
    unmet = set(globs_of(book.whens))
    matched = Patterns(sorted(unmet)).matched
    for path in paths:
        if not unmet:
            break
        unmet -= matched(path)
    lines = Lines()
    return [finding for item in items for finding in _about(item, unmet, lines)]


def _about(
    item: Rule | Exemption, unmet: set[str], lines: Lines
) -> Iterator[Diagnostic]:
    for key, number, glob in _patterns(item.when):
        if glob in unmet:
            yield Diagnostic(
                code="R038",
                message=f"No path of the log matches {quoted(glob)} of "
                f"{quoted(item.id)}.",
                hint="Look for a slip in it; a part of the site that is yet to come "
                "may be meant, too.",
                mark=lines.of(item, "when", key, number),
                severity=Severity.WARNING,
                subject=item.id,
            )


def _patterns(when: When) -> Iterator[tuple[str, int, str]]:
    """Yield each pattern with the key of its list, and its number there."""
    for key, globs in (("paths", when.paths), ("except_paths", when.except_paths)):
        for number, glob in enumerate(globs):
            yield key, number, glob
