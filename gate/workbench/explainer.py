"""Whether the page that explains the situation can be read by whom it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gate.decision import Patterns, Table, globs_of
from gate.errors import RequestError
from gate.model import Action, Activity, Severity
from gate.request import canonical_path
from gate.rules.proving.conditions import book_here

if TYPE_CHECKING:
    from gate.config import Config
    from gate.model import Diagnostic, RuleBook
    from gate.places.index import Index


def check_explainer(
    config: Config, book: RuleBook, index: Index, now: int
) -> list[Diagnostic]:
    """Warn (E117) if a page or a block stands before the explainer, for any place.

    Args:
        config: What the deployer chose.
        book: The rule book.
        index: The classes of places.
        now: Unix seconds.
    """
    path = _own_path(config)
    if path is None:
        return []
    table = Table.build(_about(book, path, now), index.classes, now=now)
    met = {
        table.look_up(number, path, Activity.READ).decision
        for number in range(len(index.classes))
    }
    worst = max(met, key=lambda decision: decision.action, default=None)
    if worst is None or worst.action < Action.INTERSTITIAL:
        return []
    message = (
        f"The explainer {path} meets {worst.action}; list it in except_paths of the "
        "rule (and of its promises)."
    )
    finding = config.document.finding(
        "E117",
        message,
        ("site", "explainer_url"),
        hint=f"What decides there: {', '.join(worst.by)}.",
        severity=Severity.WARNING,
    )
    return [finding]


def _about(book: RuleBook, path: str, now: int) -> RuleBook:
    """Return the book without what cannot hold for a reader of the path.

    The decision stays that of the whole book, and a large book is looked through once.
    """
    matched = Patterns(globs_of(book.whens)).matched(path)
    return book_here(book, matched=matched, activity=Activity.READ, now=now)


def _own_path(config: Config) -> str | None:
    """Return the canonical path of the explainer; None if it is on another site."""
    url = urlsplit(config.site.explainer_url)
    hosts = {host.strip("[]") for host in config.site.hosts}
    if url.netloc and (url.hostname or "").rstrip(".") not in hosts:
        return None
    try:
        return canonical_path(unquote(url.path or "/"))
    except RequestError:
        return None  # no request for it is ever decided
