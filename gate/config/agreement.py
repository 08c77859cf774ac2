"""Whether the configuration names only what the rule book has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import suggest

if TYPE_CHECKING:
    from gate.config.load import Config
    from gate.model import Diagnostic, RuleBook


def check_agreement(config: Config, book: RuleBook) -> list[Diagnostic]:
    """Find areas and pinned promises that the rule book does not have.

    Args:
        config: What the deployer chose.
        book: The rule book that is to be served.

    Returns:
        Findings (E116, E118) at places of config.yaml.
    """
    return [*_areas(config, book), *_promises(config, book)]


def _areas(config: Config, book: RuleBook) -> list[Diagnostic]:
    return [
        config.document.finding(
            "E116",
            f'The rule book has no area "{area}".',
            ("site", "exit_url", "areas", area),
            hint=suggest(area, book.areas).strip(),
            key=True,
        )
        for area in config.site.exit_url.areas
        if area not in book.areas
    ]


def _promises(config: Config, book: RuleBook) -> list[Diagnostic]:
    promised = {promise.id for promise in book.promises}
    return [
        config.document.finding(
            "E118",
            f'The rule book does not make the promise "{name}".',
            ("rules", "pinned", name),
            hint=suggest(name, promised).strip() or "Put it back, or unpin it here.",
            key=True,
        )
        for name in config.rules.pinned
        if name not in promised
    ]
