"""Which language a reader gets: theirs, else their area's, else the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A header beyond this is not a browser's; the rest of it is not read.
MAX_HEADER_LENGTH = 1_000  # characters


def negotiate(
    accept_language: str | None,
    offered: Sequence[str],
    preferred: Iterable[str] = (),
) -> str:
    """Choose one of the offered languages.

    Args:
        accept_language: Accept-Language as received; None if absent.
        offered: BCP-47 tags of the notice, the fallback first; never empty.
        preferred: Tags to try when the reader asks for nothing that is offered,
            best first.

    Returns:
        One of `offered`, spelled as there.

    Source:
        RFC 4647, section 3.4 (lookup); RFC 9110, section 12.5.4 (quality values).
    """
    by_tag = {tag.lower(): tag for tag in reversed(offered)}
    for wanted in (*_ranges(accept_language or ""), *preferred):
        found = _look_up(wanted.lower(), by_tag)
        if found:
            return found
    return offered[0]


def _look_up(wanted: str, by_tag: dict[str, str]) -> str | None:
    """Shorten the range from its end until something matches."""
    while wanted:
        if wanted in by_tag:
            return by_tag[wanted]
        wanted = wanted.rpartition("-")[0]
        if wanted[-2:-1] == "-":  # a single letter only introduces what was cut off
            wanted = wanted[:-2]
    return None


def _ranges(header: str) -> list[str]:
    """List the wanted ranges, best first; "*" and refused ones left out."""
    weighted = []
    for part in header[:MAX_HEADER_LENGTH].split(","):
        tag, _, rest = part.partition(";")
        quality = _quality(rest)
        if quality > 0 and tag.strip() not in {"", "*"}:
            weighted.append((quality, tag.strip()))
    # The sort is stable: ranges of equal quality stay in the reader's order.
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def _quality(parameters: str) -> float:
    """Read the weight; what cannot be read counts as the least that is wanted."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.001
    return quality if 0 <= quality <= 1 else 0.001
