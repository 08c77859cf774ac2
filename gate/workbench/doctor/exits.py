"""Whether the pages answer that readers are led to: leaving, and the explainer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from gate.workbench.doctor.fetching import fetch
from gate.workbench.doctor.finding import Finding, error, note, ok, warning
from gate.workbench.doctor.others import is_own
from gate.workbench.doctor.verdict import is_notice

if TYPE_CHECKING:
    from gate.config import Config
    from gate.workbench.doctor.fetching import Got

MOST_EXITS = 5
"""Pages that leaving leads to which are asked; one request each."""

_WELL = range(200, 400)
_SHY = {401, 403, 405, 429}
"""Answers of sites that turn programs away and let readers in."""


def check_exits(config: Config) -> list[Finding]:
    """Ask each page that leaving leads to, once."""
    exits = config.site.exit_url
    urls = list(dict.fromkeys([exits.default, *exits.areas.values()]))
    return [judge_exit(fetch(url), config) for url in urls[:MOST_EXITS]]


def judge_exit(got: Got, config: Config) -> Finding:
    """Judge the answer of a page that leaving leads to."""
    if not got.status:
        return warning("D100", got.url, got.complaint)
    leads = urlsplit(urljoin(got.url, got.field("location"))).hostname or ""
    if is_own(leads, config.site.hosts):
        return error("D101", got.url, f"It leads to {leads}, which is the site.")
    if got.status in _WELL:
        return ok("D100", got.url, f"It answers {got.status}.")
    if got.status in _SHY:
        told = f"It answers {got.status}, perhaps to programs only."
        return note("D100", got.url, told, "Open it in a browser.")
    return warning("D100", got.url, f"It answers {got.status}.")


def explainer_url(config: Config, base: str) -> str:
    """Return the address of the page that explains the situation.

    Args:
        config: What the deployer chose.
        base: Address that a path belongs to.
    """
    return urljoin(base, config.site.explainer_url)


def judge_explainer(got: Got) -> Finding:
    """Judge the answer of the page that explains the situation."""
    if not got.status:
        return error("D102", got.url, got.complaint)
    if is_notice(got):
        told = "The notice stands before it, and sends readers there in a circle."
        return error("D102", got.url, told, "List its path in except_paths.")
    if got.status in _WELL or got.status in _SHY:
        return ok("D102", got.url, f"It answers {got.status}.")
    return error("D102", got.url, f"It answers {got.status}.")
