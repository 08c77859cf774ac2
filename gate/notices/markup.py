r"""The little markup of texts: *emphasis*, and ~ for a space that never breaks.

A backslash takes their meaning: \* and \~, and \\ for itself. Everything else is plain
text and escaped, also what fills a placeholder: a name with a star in it emphasises
nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from gate.notices.placeholders import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EMPHATIC = frozenset(
    {
        *("fact", "who_lead", "who", "risk_lead", "risks", "unclear_lead", "unclear"),
        *("not_punished", "notes", "going_on", "banner", "footer"),
    }
)
"""Texts of a notice that are shown as HTML; all others are plain."""

NO_BREAK = "\u00a0"
_SIGN = re.compile(r"\\(.?)|([*~])", re.DOTALL)
_LITERAL = frozenset("\\*~")


class Piece(NamedTuple):
    """A run of text without signs of markup, and whether it is emphasised."""

    text: str
    strong: bool


def pieces(text: str) -> tuple[Piece, ...]:
    """Take a text apart.

    Returns:
        Its runs, in order. A star without its second one begins a run that ends with
        the text; `problem` says so before anybody reads it.
    """
    found: list[Piece] = []
    run, strong, end = "", False, 0
    for sign in _SIGN.finditer(text):
        run += text[end : sign.start()]
        end = sign.end()
        if sign[2] == "*":
            found.append(Piece(run, strong))
            run, strong = "", not strong
        else:
            run += NO_BREAK if sign[2] else sign[1]
    found.append(Piece(run + text[end:], strong))
    return tuple(piece for piece in found if piece.text)


def problem(text: str, *, emphasis: bool = True) -> tuple[str, str] | None:
    """Say what is wrong with the markup of a text.

    Args:
        text: The text.
        emphasis: Whether anything may be emphasised where it stands.

    Returns:
        One sentence and a hint; None if nothing is wrong.
    """
    stars = [sign.start() for sign in _SIGN.finditer(text) if sign[2] == "*"]
    odd = next((s for s in _SIGN.finditer(text) if _is_odd(s)), None)
    if odd:
        hint = r"Write two backslashes for one; \* and \~ are a star and a tilde."
        return "A backslash stands before something that needs none.", hint
    if stars and not emphasis:
        return "Nothing is emphasised in a heading or on a button.", _REMEDY
    if len(stars) % 2:
        return "A star begins an emphasis that does not end.", _REMEDY
    for start, end in zip(stars[::2], stars[1::2], strict=True):
        inner = text[start + 1 : end]
        if not inner or inner != inner.strip():
            return "An emphasis is empty, or begins or ends with a space.", _REMEDY
    return None


_REMEDY = r"Write *like this*; for a star itself write \*."


def html(text: str, values: Mapping[str, str]) -> Markup:
    """Return a text as HTML in which everything but its own emphasis is escaped.

    Args:
        text: The text.
        values: What fills its placeholders, as plain text.
    """
    return Markup("").join(
        Markup("<strong>{}</strong>").format(filled) if strong else escape(filled)
        for filled, strong in _filled(text, values)
    )


def plain(text: str, values: Mapping[str, str]) -> str:
    """Return a text without its markup, its placeholders filled."""
    return "".join(filled for filled, _ in _filled(text, values))


def _filled(text: str, values: Mapping[str, str]) -> Iterator[Piece]:
    for piece in pieces(text):
        yield Piece(fill(piece.text, values), piece.strong)


def _is_odd(sign: re.Match[str]) -> bool:
    return sign[2] is None and sign[1] not in _LITERAL
