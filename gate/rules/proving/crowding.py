"""Patterns that combine in too many ways for a book to be proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Diagnostic
from gate.rules.marking import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.errors import PatternsMultiplyError
    from gate.model import Exemption, Mark, Rule, RuleBook


def too_many(book: RuleBook, error: PatternsMultiplyError) -> Diagnostic:
    """Return the finding (R047) that names the patterns that multiply, and where."""
    lines = Lines()
    marks = [_mark_of(book, pattern, lines) for pattern in error.patterns]
    named = ", ".join(
        f'"{pattern}" ({mark.file}:{mark.line})'
        for pattern, mark in zip(error.patterns, marks, strict=True)
    )
    return Diagnostic(
        code="R047",
        message=f"Nothing can be proved: the path patterns combine to more than "
        f"{error.limit}; these multiply most: {named}.",
        hint=error.hint,
        mark=marks[0],
    )


def _mark_of(book: RuleBook, pattern: str, lines: Lines) -> Mark:
    """Return where a pattern stands first."""
    return next(_marks_of(book, pattern, lines), book.unknown.mark)


def _marks_of(book: RuleBook, pattern: str, lines: Lines) -> Iterator[Mark]:
    items: list[Rule | Exemption] = [*book.rules, *book.exemptions]
    for item in items:
        for key in ("paths", "except_paths"):
            globs = getattr(item.when, key)
            if pattern in globs and lines.is_written(item, "when", key):
                yield lines.of(item, "when", key, globs.index(pattern))
    for promise in book.promises:
        for key in ("paths", "except_paths"):
            globs = getattr(promise.scope, key)
            if pattern in globs:
                yield lines.of(promise, "for", key, globs.index(pattern))
