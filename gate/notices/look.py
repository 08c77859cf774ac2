"""What a site says of itself on the gate's pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CREDIT = re.compile(r"(.*?)[\s(<]*(https?://[^\s()<>\"']+)?[)>.\s]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a site says of itself.

    Attributes:
        name: Name of the site; {site} in texts.
        organization: Name of the organization; {outlet} in texts.
        explainer_url: Page that explains the law, a path or https; "" for none.
        own_prefix: Path of the gate's own addresses, with both slashes.
        attribution: What the source of geographical data asks to be said, a line
            each; a URL at the end of a line becomes a plain link.
    """

    name: str
    organization: str
    explainer_url: str = ""
    own_prefix: str = "/-/"
    attribution: str = ""

    @property
    def credits(self) -> tuple[tuple[str, str], ...]:
        """The lines of the attribution as text and URL; the URL may be ""."""
        found = [_CREDIT.fullmatch(line) for line in self.attribution.splitlines()]
        return tuple((m[1] or m[2], m[2] or "") for m in found if m and m[0])
