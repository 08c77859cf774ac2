"""Which language a reader gets: theirs, else their area's, else the first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A header beyond this is not a browser's; the rest of it is not read.
MAX_HEADER_LENGTH = 1_000  # characters
_WEIGHT = re.compile(r"0(\.[0-9]*)?|1(\.0*)?")
_LEAST = 0.001
_SCRIPT = 4  # letters of this subtag


def negotiate(
    accept_language: str | None,
    offered: Sequence[str],
    preferred: Iterable[str] = (),
) -> str:
    """Choose one of the offered languages.

    Each range is looked up, the best first; a range without script that finds nothing
    also takes a language with any script, so that "crh" or "crh-UA" finds "crh-Latn".
    What the reader refuses (q=0) is given only if nothing else is left.

    Args:
        accept_language: Accept-Language as received; None if absent.
        offered: BCP-47 tags of the notice, the fallback first; never empty.
        preferred: Tags to try when the reader asks for nothing that is offered,
            best first.

    Returns:
        One of `offered`, spelled as there.

    Source:
        RFC 4647, sections 3.4 (lookup) and 3.3.1 (basic filtering); RFC 9110, sections
        12.4.2 and 12.5.4 (weights).
    """
    wanted, refused = _ranges(accept_language or "")
    welcome = [tag for tag in offered if not _is_refused(tag, wanted, refused)]
    by_tag = {tag.lower(): tag for tag in reversed(welcome or offered)}
    for tag in wanted:
        found = _look_up(tag, by_tag)
        if found:
            return found
    listed = (_look_up(tag.lower(), by_tag) for tag in preferred)
    return next((tag for tag in listed if tag), (welcome or offered)[0])


def _look_up(wanted: str, by_tag: dict[str, str]) -> str | None:
    """Shorten the range from its end until something matches."""
    subtags = wanted.split("-")
    if any(len(part) == _SCRIPT and part.isalpha() for part in subtags[1:2]):
        widest = ""  # the reader asks for a script: no other one will do
    else:
        widest = f"{subtags[0]}-"
    while wanted:
        if wanted in by_tag:
            return by_tag[wanted]
        wanted = wanted.rpartition("-")[0]
        if wanted[-2:-1] == "-":  # a single letter only introduces what was cut off
            wanted = wanted[:-2]
    others = [by_tag[tag] for tag in by_tag if widest and tag.startswith(widest)]
    return others[-1] if others else None  # the first that is offered stands last


def _is_refused(tag: str, wanted: Sequence[str], refused: Sequence[str]) -> bool:
    """Say whether the longest range that a tag falls under is a refused one."""
    against = [len(one) for one in refused if _falls_under(tag, one)]
    for_it = [len(one) for one in wanted if _falls_under(tag, one)]
    return max(against, default=0) > max(for_it, default=0)


def _falls_under(tag: str, wanted: str) -> bool:
    return wanted == "*" or f"{tag.lower()}-".startswith(f"{wanted}-")


def _ranges(header: str) -> tuple[list[str], list[str]]:
    """Return the wanted ranges, best first and without "*", and the refused ones."""
    weighted = []
    for part in header[:MAX_HEADER_LENGTH].lower().split(","):
        tag, _, rest = part.partition(";")
        if tag.strip():
            weighted.append((_quality(rest), tag.strip()))
    refused = [tag for quality, tag in weighted if quality == 0]
    # The sort is stable: ranges of equal quality stay in the reader's order.
    wanted = sorted((one for one in weighted if one[0] > 0), key=lambda one: -one[0])
    return [tag for _, tag in wanted if tag != "*"], refused


def _quality(parameters: str) -> float:
    """Read the weight; what cannot be read counts as the least that is wanted."""
    for parameter in parameters.split(";"):
        name, _, value = (part.strip() for part in parameter.partition("="))
        if name == "q":
            return float(value) if _WEIGHT.fullmatch(value) else _LEAST
    return 1.0
