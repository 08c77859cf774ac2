"""What a site says of itself on the gate's pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.notices.colours import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        title: Name at the head of a page; "" for none.
        logo: SVG at the head of a page, cleaned by `gate.notices.logo`; "" for none.
        light: All colours by name where the reader's system is light, "#rrggbb".
        dark: The same where it is dark.
        template: Text of the deployer's own template; "" for the gate's.
        offers_exit: Whether articles for readers at risk get the script of the exit.
    """

    name: str
    organization: str
    explainer_url: str = ""
    own_prefix: str = "/-/"
    attribution: str = ""
    title: str = ""
    logo: str = ""
    light: Mapping[str, str] = field(default_factory=lambda: LIGHT)
    dark: Mapping[str, str] = field(default_factory=lambda: DARK)
    template: str = ""
    offers_exit: bool = False

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
