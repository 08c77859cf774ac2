"""Whether the site shows the banner that the gate can only tell it of."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from gate.answer.insertion import Insertion
from gate.workbench.doctor.finding import Finding, error, note, ok, warning

if TYPE_CHECKING:
    from gate.config import Config
    from gate.workbench.doctor.fetching import Got, Site

MARKUP = '<aside class="gate-banner" data-asked-by="gate-doctor"><p>Test</p></aside>'
"""What the site is given to show; nobody else ever sees it."""

FIELDS = {
    "X-Gate-Action": "banner",
    "X-Gate-Allows": "read",
    "X-Gate-Banner": b64encode(MARKUP.encode()).decode(),
    "X-Gate-Cache": "private-html",
}
"""What the gate tells a site, in a test."""

_PLACE = "<gate-doctor-was-here>"


def asks_for_banners(config: Config) -> bool:
    """Whether the site has to show banners itself."""
    return config.check is not None and config.check.banner == "site"


def check_banner(site: Site, target: str) -> Finding:
    """Give the site a banner for a page and look whether it is shown.

    Args:
        site: The site behind the gate.
        target: Path of a page in HTML.
    """
    got = site.get(target, fields=FIELDS)
    if not got.status or not got.is_html:
        told = got.failure or f"Status {got.status}, and no HTML."
        return note("D060", got.url, told, "Name an article with --path.")
    return _judged(got)


def _judged(got: Got) -> Finding:
    text = got.text
    if MARKUP not in text:
        if "gate-doctor" in text or FIELDS["X-Gate-Banner"] in text:
            told = "It shows the markup of the banner as text."
            return error("D060", got.url, told)
        return error("D060", got.url, "The banner is not on the page.")
    if not _is_in_place(got.body):
        return warning("D060", got.url, "The banner is there, but not after <body>.")
    return ok("D060", got.url, "The banner stands right after <body>.")


def _is_in_place(body: bytes) -> bool:
    """Say whether the banner is where a door would have put it."""
    insertion = Insertion(_PLACE.encode(), b"", "")
    marked = insertion.feed(body) + insertion.finish()
    _, _, after = marked.decode("utf-8", errors="replace").partition(_PLACE)
    return after.lstrip().startswith(MARKUP)
