"""Patterns that no path of the site's traffic matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.decision import Patterns, globs_of
from gate.documents.scalars import quoted
from gate.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model import Exemption, Rule, RuleBook


def unvisited(book: RuleBook, paths: Iterable[str]) -> list[Diagnostic]:
    """Find patterns of rules and exemptions that nobody has asked for: R038.

    Args:
        book: The rule book.
        paths: Canonical paths that were asked for.
    """
    items: list[Rule | Exemption] = [*book.rules, *book.exemptions]
    unmet = set(globs_of(item.when for item in items))
    matched = Patterns(sorted(unmet)).matched
    for path in paths:
        if not unmet:
            break
        unmet -= matched(path)
    return [finding for item in items for finding in _about(item, unmet)]


def _about(item: Rule | Exemption, unmet: set[str]) -> Iterator[Diagnostic]:
    for glob in (*item.when.paths, *item.when.except_paths):
        if glob in unmet:
            yield Diagnostic(
                code="R038",
                message=f"No path of the log matches {quoted(glob)} of "
                f"{quoted(item.id)}.",
                hint="Look for a slip in it; a part of the site that is yet to come "
                "may be meant, too.",
                mark=item.mark,
                severity=Severity.WARNING,
                subject=item.id,
            )
