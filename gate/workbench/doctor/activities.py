"""Whether what a page lets its readers do is declared in site.activities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gate.engine.activities import SAFE_METHODS
from gate.engine.snapshot import activities_of
from gate.errors import RequestError
from gate.model import Activity
from gate.request import canonical_path
from gate.workbench.doctor.finding import Finding, note, ok, warning
from gate.workbench.doctor.others import is_own

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.config import Config
    from gate.engine.activities import Activities
    from gate.workbench.doctor.page import Page

_MOST_NAMED = 20

# Words in a path that suggest an activity.
_SUGGESTING = re.compile(
    r"(?:^|[/_.-])(share|repost|likes?|votes?|comments?|repl(?:y|ies)|bookmarks?|save"
    r"|favou?rites?|donat(?:e|ion)s?|contact|feedback|subscribe)(?=[/_.-]|$)",
    re.IGNORECASE,
)


def check_activities(page: Page, url: str, config: Config) -> list[Finding]:
    """Find what a page sends, and where its links lead, that no activity declares.

    Args:
        page: What the page refers to.
        url: Its address.
        config: What the deployer chose.
    """
    declared, hosts = activities_of(config), _hosts(url, config)
    return [_unsafe(page, url, declared, hosts), _links(page, url, declared, hosts)]


def _hosts(url: str, config: Config) -> list[str]:
    return [*config.site.hosts, urlsplit(url).hostname or ""]


def _unsafe(
    page: Page, url: str, declared: Activities, hosts: Sequence[str]
) -> Finding:
    found: dict[str, None] = {}
    for sending in page.sendings:
        path = _own_path(sending.url, hosts)
        if path is None or sending.method in SAFE_METHODS:
            continue
        if declared.of(sending.method, path) is None:
            found[f"{sending.method} {path}{_hint(path)}, by a {sending.by}"] = None
    if found:
        return warning("D070", url, _listed("Not declared", list(found)))
    return ok("D070", url, "Everything that the page sends is declared.")


def _links(page: Page, url: str, declared: Activities, hosts: Sequence[str]) -> Finding:
    found: dict[str, None] = {}
    for link in page.links:
        path = _own_path(link, hosts)
        if path is None or not _SUGGESTING.search(path):
            continue
        if declared.of("GET", path) is Activity.READ:
            found[path] = None
    if found:
        todo = (
            "If following such a link is an activity, declare it with methods: [GET]."
        )
        return note("D071", url, _listed("Taken for reading", list(found)), todo)
    return ok("D071", url, "No link looks like an activity that is not declared.")


def _own_path(url: str, hosts: Sequence[str]) -> str | None:
    """Return the canonical path if the site itself would be asked; else None."""
    parts = urlsplit(url)
    if not is_own(parts.hostname or "", hosts):
        return None
    try:
        return canonical_path(unquote(parts.path or "/"))
    except RequestError:
        return None


def _hint(path: str) -> str:
    match = _SUGGESTING.search(path)
    return f" (looks like {match[1].lower()})" if match else ""


def _listed(what: str, items: list[str]) -> str:
    more = len(items) - _MOST_NAMED
    tail = [f"and {more} more"] if more > 0 else []
    return "\n".join([f"{what}:", *items[:_MOST_NAMED], *tail])
