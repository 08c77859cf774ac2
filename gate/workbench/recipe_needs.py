"""What recipes need of the configuration, and what to write where it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from gate.config.scalars import NO_HEADER
from gate.errors import RecipeLacksError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gate.config import Config
    from gate.workbench.recipe_values import Settings


RELEASED: Final = "current"
"""Name of the link to the rules that are approved, checked and served."""


class Need(NamedTuple):
    """Something that a recipe may need.

    Attributes:
        is_there: Says whether it is.
        name: What is needed, as it follows "the recipe needs".
        hint: What to write.
    """

    is_there: Callable[[Settings], bool]
    name: str
    hint: str


def demand(recipe: str, needs: Iterable[str], settings: Settings) -> None:
    """Check that the configuration says what a recipe needs.

    Args:
        recipe: Name of the recipe.
        needs: Names in `NEEDS`.
        settings: What is there.

    Raises:
        RecipeLacksError: Something is missing; the hint says what to write.
    """
    for name in needs:
        need = NEEDS[name]
        if not need.is_there(settings):
            raise RecipeLacksError(recipe=recipe, lacks=need.name, hint=need.hint)


def _is_reachable(config: Config) -> bool:
    """Say whether another user can get at the audit folder, if one seals."""
    audit, state = config.audit.folder, config.state.absolute()
    if config.audit.seal == "serve" or audit is None:
        return True
    return not audit.absolute().is_relative_to(state)


NEEDS: Final[dict[str, Need]] = {
    "check": Need(
        lambda s: s.config.check is not None,
        "the section check in config.yaml",
        "Write at the end of config.yaml:\ncheck:\n  when_down: refuse",
    ),
    "trusted": Need(
        lambda s: bool(s.config.visitor.trusted_proxies),
        "visitor.trusted_proxies in config.yaml",
        (
            "Name the server that will ask the gate, such as:\n"
            "visitor:\n  trusted_proxies: [127.0.0.1/32]\n  header: X-Forwarded-For"
        ),
    ),
    "header": Need(
        lambda s: s.config.visitor.header != NO_HEADER,
        "visitor.header in config.yaml",
        (
            "Name the header in which it will tell the gate who the reader is, such "
            "as:\nvisitor:\n  header: X-Forwarded-For"
        ),
    ),
    "x-forwarded-for": Need(
        lambda s: s.config.visitor.header == "x-forwarded-for",
        "visitor.header: X-Forwarded-For, the only one that this server writes",
        "Write visitor.header: X-Forwarded-For in config.yaml.",
    ),
    "upstream": Need(
        lambda s: s.site is not None,
        "the address of the site",
        "Give --upstream http://127.0.0.1:8000, or set server.upstream in config.yaml.",
    ),
    "task": Need(
        lambda s: s.site is not None or s.config.check is not None,
        "what the gate is to do: stand before a site, or be asked by other servers",
        "Set server.upstream in config.yaml, or write the section check.",
    ),
    "audit apart": Need(
        lambda s: _is_reachable(s.config),
        "an audit.folder outside the state folder, as another user seals",
        "Write audit.folder: /var/lib/gate-audit in config.yaml.",
    ),
    "released rules": Need(
        lambda s: s.config.rules.folder.parent.name == RELEASED,
        f'a rules.folder that lies in a folder "{RELEASED}"',
        "That folder will be a link to the approved state. Write into config.yaml:\n"
        f"rules:\n  folder: /srv/gate-rules/{RELEASED}/rules",
    ),
    "plain upstream": Need(
        lambda s: s.site is None or not s.site.tls,
        "a site that speaks plain http, because this server speaks no TLS",
        "Give --upstream http://..., and put a TLS tunnel between the two.",
    ),
    "tcp upstream": Need(
        lambda s: s.site is None or not s.site.unix,
        "a site that listens on a port, because this server knows no unix sockets",
        "Give --upstream http://127.0.0.1:8000.",
    ),
    "tcp gate": Need(
        lambda s: not s.at_gate.unix,
        "a gate that listens on a port",
        "Give --gate 127.0.0.1:8080, or set server.listen in config.yaml.",
    ),
}
"""What a recipe may need, by the names that `Recipe.needs` uses."""
