"""What a site says of itself on the gate's pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A URL in brackets belongs to the words before it; a bare one speaks for itself.
_URL = re.compile(r"\s*\((https?://[^\s()<>\"']+)\)|(https?://[^\s()<>\"',]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a site says of itself.

    Attributes:
        name: Name of the site; {site} in texts.
        organization: Name of the organization; {outlet} in texts.
        explainer_url: Page that explains the law, a path or https; "" for none.
        own_prefix: Path of the gate's own addresses, with both slashes.
        attribution: What the source of geographical data asks to be said; URLs in
            it become plain links.
    """

    name: str
    organization: str
    explainer_url: str = ""
    own_prefix: str = "/-/"
    attribution: str = ""

    @property
    def credits(self) -> tuple[tuple[str, str], ...]:
        """The attribution as pieces of text, each with its URL or ""."""
        pieces: list[tuple[str, str]] = []
        end = 0
        for found in _URL.finditer(self.attribution):
            before = self.attribution[end : found.start()]
            if found[1]:
                words = before.lstrip()
                pieces += [(before[: len(before) - len(words)], ""), (words, found[1])]
            else:
                pieces += [(before, ""), (found[2], found[2])]
            end = found.end()
        pieces.append((self.attribution[end:], ""))
        return tuple(piece for piece in pieces if piece[0])
