"""What somebody may have meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from gate.documents.letters import latin_look

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 80  # characters; matching costs the product of both lengths


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return the choice that `word` was probably meant to be; "" if none is near."""
    if len(word) > _LONGEST:
        return ""
    by_look: dict[str, str] = {}
    for choice in sorted(choices):
        by_look.setdefault(latin_look(choice).lower(), choice)
    look = latin_look(word).lower()
    found = get_close_matches(look, by_look, n=1, cutoff=0.6)
    return by_look[found[0]] if found else ""


def suggest(word: str, choices: Iterable[str]) -> str:
    """Return ' Did you mean "x"?' for the nearest choice; "" if none is near.

    Args:
        word: What was written.
        choices: What could have been written.
    """
    found = nearest(word, choices)
    return f' Did you mean "{found}"?' if found else ""
