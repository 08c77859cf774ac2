"""Whether the configuration names only what the rule book has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents import nearest, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.config.load import Config
    from gate.model import Diagnostic, Mark, RuleBook


def check_agreement(config: Config, book: RuleBook) -> list[Diagnostic]:
    """Find areas and pinned promises that the rule book does not have.

    Args:
        config: What the deployer chose.
        book: The rule book that is to be served.

    Returns:
        Findings (E116, E118) at places of config.yaml.
    """
    return [*_areas(config, book), *_promises(config, book)]


def pinned_at(config: Config) -> dict[str, Mark]:
    """Return where the configuration pins each promise."""
    return {
        name: config.document.mark(("rules", "pinned", name), key=True)
        for name in config.rules.pinned
    }


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
    promised = {promise.id: promise.mark for promise in book.promises}
    return [
        config.document.finding(
            "E118",
            f'The rule book does not make the promise "{name}", which is pinned here '
            f"with at least {config.rules.pins[name].least}.",
            ("rules", "pinned", name),
            hint=_missed(name, promised),
            key=True,
        )
        for name in config.rules.pinned
        if name not in promised
    ]


def _missed(name: str, promised: Mapping[str, Mark]) -> str:
    """Say which promise was perhaps renamed, where it stands, and what helps."""
    meant = nearest(name, promised)
    there = f'Did you mean "{meant}"? It stands at {promised[meant]}. ' if meant else ""
    return f"{there}Put the promise back under its name, or have it unpinned here."
