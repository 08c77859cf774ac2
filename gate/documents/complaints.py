"""What a YAML parser complains of, said so that an editor knows what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.slips import slip
from gate.documents.tree import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import yaml


# Part of the parser's problem (libyaml or PyYAML) -> message, hint.
_KNOWN = (
    (
        ("mapping values are not allowed",),
        "A colon stands where none can be.",
        "Quote text that holds a colon and a space; else check the line above.",
    ),
    (
        ("could not find expected ':'",),
        "This line has no colon, or the text before it does not end.",
        'Write "key: value"; a quote that was opened must be closed.',
    ),
    (
        ("expected ',' or ']'", "expected ',' or '}'", "expected ',' or"),
        "A list or mapping in brackets does not end, or lacks a comma.",
        "Put commas between the items and close each bracket.",
    ),
    (
        ("unknown escape character", "escape", "did not find expected hexdecimal"),
        "An escape in double quotes is not known.",
        "Write two backslashes for one, or use single quotes.",
    ),
    (
        ("did not find expected key", "expected <block end>"),
        "This line does not fit the ones above it.",
        "Check that it begins in the same column as its neighbours.",
    ),
    (
        ("did not find expected '-' indicator",),
        "This line does not fit the list above it.",
        "Begin each item with a dash, all in the same column.",
    ),
    (
        ("block sequence entries are not allowed", "sequence entries are not allowed"),
        "A list begins where none can.",
        "Begin the list on a line of its own, below its key.",
    ),
    (
        ("block collections", "indentation"),
        "The indentation does not fit.",
        "Indent with spaces, the same number for each step.",
    ),
)

# These are noticed later on; where they begin is the place to look.
_UNCLOSED = ("expected ',' or", "could not find expected ':'")


def complaint(
    error: yaml.MarkedYAMLError, lines: Sequence[str]
) -> tuple[str, Span, str]:
    """Return message, place and hint for what the parser could not read.

    Args:
        error: The parser's error.
        lines: The text's lines.
    """
    found = slip(error, lines)
    if found:
        return found
    problem = error.problem or ""
    mark = error.problem_mark
    if any(part in problem for part in _UNCLOSED):
        mark = error.context_mark or mark
    if mark is None:
        return "The text is not YAML.", Span(1, 1, 1, 2), ""
    line, column = min(mark.line + 1, max(1, len(lines))), mark.column + 1
    span = Span(line, column, line, column + 1)
    text = lines[line - 1] if line <= len(lines) else ""
    about = _about_start(text, column)
    if about:
        # An alias without a name is marked behind its star.
        return about[0], Span(line, about[2], line, about[2] + 1), about[1]
    for parts, message, hint in _KNOWN:
        if any(part in problem for part in parts):
            return message, span, hint
    return "The text cannot be read as YAML from here on.", span, ""


def _about_start(text: str, column: int) -> tuple[str, str, int] | None:
    """Say what a value begins with that YAML keeps for itself; None if it does not."""
    here, before = text[column - 1 : column], text[column - 2 : column - 1]
    for letter, at in ((here, column), (before, column - 1)):
        if letter == "*" and at >= 1:
            return (
                "A value that begins with * is not text to YAML.",
                'Quote patterns that begin with *: "*.html".',
                at,
            )
    if here == "\t":
        return "A tab stands here.", "Indent with spaces only.", column
    if here and here in "@`%&!":
        return (
            f"A value cannot begin with {here}.",
            "Quote the value.",
            column,
        )
    return None
