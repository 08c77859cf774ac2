"""Files for other servers, written from the site's own configuration.

Each folder in `recipes` is one recipe; each template in it becomes one file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from gate.errors import RecipeInTheWayError
from gate.places.atomic import write_atomically
from gate.workbench.quoting import FILTERS
from gate.workbench.recipe_needs import demand
from gate.workbench.recipe_values import Settings, values
from gate.workbench.standby import standby_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PAGE: Final = "gate-down.html"
"""Name of the page that is shown while nobody can ask the gate."""

HIDDEN: Final = "the-secret-in-check.secret_file"
"""Stands for the shared secret where it is only shown."""

CHECKING: Final = ("check", "trusted", "header", "upstream")
"""What every server needs that asks the gate and then the site."""

_OPEN_FILE, _SECRET_FILE = 0o644, 0o600
_TEMPLATE: Final = ".j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a recipe.

    Attributes:
        path: Relative to the folder that the recipe is written to.
        text: What stands in it.
        secret: Whether the shared secret does.
    """

    path: str
    text: str = field(repr=False)
    secret: bool = False

    @property
    def mode(self) -> int:
        """Permissions: a secret is for its owner alone."""
        return _SECRET_FILE if self.secret else _OPEN_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is particular to one recipe.

    Attributes:
        about: What it is for, in one line.
        folder: Where its files lie if the deployer does not say.
        logs: Where its logs go.
        needs: What the configuration must say; names in `recipe_needs.NEEDS`.
        page: Whether it shows a page of its own when `check.when_down` is "warn".
    """

    about: str
    folder: str
    logs: str = "/var/log"
    needs: tuple[str, ...] = CHECKING
    page: bool = True


RECIPES: Final[Mapping[str, Recipe]] = {
    "nginx": Recipe(
        about="nginx asks the gate (auth_request) before it asks the site.",
        folder="/etc/nginx/gate",
        logs="/var/log/nginx",
    ),
    "caddy": Recipe(
        about="Caddy asks the gate (forward_auth) before it asks the site.",
        folder="/etc/caddy/gate",
        logs="/var/log/caddy",
    ),
    "varnish": Recipe(
        about="Varnish asks the gate, and shares its copies of the site behind it.",
        folder="/etc/varnish/gate",
        needs=(*CHECKING, "plain upstream"),
    ),
    "haproxy": Recipe(
        about="HAProxy asks the gate by a small Lua file.",
        folder="/etc/haproxy/gate",
        logs="/var/log/haproxy",
    ),
    "traefik": Recipe(
        about="Traefik asks the gate (ForwardAuth).",
        folder="/etc/traefik/gate",
        needs=(*CHECKING, "x-forwarded-for", "tcp gate", "tcp upstream"),
    ),
    "envoy": Recipe(
        about="Envoy asks the gate (ext_authz).",
        folder="/etc/envoy/gate",
    ),
    "gunicorn": Recipe(
        about="Settings for a gunicorn of your own with the gate in it.",
        folder="/etc/gate",
        needs=(),
        page=False,
    ),
    "systemd": Recipe(
        about="The gate as a service of the system.",
        folder="/etc/systemd/system",
        needs=("task", "audit apart"),
        page=False,
    ),
    "compose": Recipe(
        about="The gate and nginx in containers.",
        folder="/srv/gate",
        needs=("check", "trusted", "header"),
        page=False,
    ),
    "rules-repository": Recipe(
        about="A repository of rules: who approves what, checks, what may be served.",
        folder="/etc/gate",
        needs=("released rules",),
        page=False,
    ),
}
"""All recipes by name, in the order in which they are listed."""


def render(name: str, settings: Settings) -> tuple[File, ...]:
    """Write the files of a recipe, on no disk yet.

    Args:
        name: Name of the recipe, one of `RECIPES`.
        settings: What it is rendered for.

    Returns:
        The files, sorted by path.

    Raises:
        RecipeLacksError: The configuration does not say what the recipe needs.
        UnquotableError: A value cannot be written in the server's language.
        FindingsError: The notices, for the page of `when_down: warn`, have errors.
    """
    recipe = RECIPES[name]
    demand(name, recipe.needs, settings)
    folder = settings.folder or recipe.folder
    check = settings.config.check
    shows = recipe.page and check is not None and check.when_down == "warn"
    page = standby_page(settings.config) if shows else ""
    context = values(settings) | {
        "recipe": name,
        "folder": folder,
        "logs": settings.logs or recipe.logs,
        "page": f"{folder}/{PAGE}" if page else "",
        "page_html": page,
    }
    files = [
        _file(path, text, settings)
        for path, text in _rendered(name, context)
        if text.strip()  # not every configuration needs every file
    ]
    if page:
        files.append(File(path=PAGE, text=page))
    return tuple(sorted(files, key=lambda file: file.path))


def write(
    files: Iterable[File], folder: Path, *, force: bool = False
) -> tuple[Path, ...]:
    """Write files into a folder, which is made if need be.

    Args:
        files: What `render` has returned.
        folder: Where they go.
        force: Whether files that are there and differ are replaced.

    Returns:
        The files that were written or were there already, in the same order.

    Raises:
        RecipeInTheWayError: Some file is there and differs; nothing is written.
    """
    pairs = [(folder / file.path, file) for file in files]
    others = tuple(str(path) for path, file in pairs if _differs(path, file))
    if others and not force:
        raise RecipeInTheWayError(others)
    for path, file in pairs:
        write_atomically(path, file.text.encode())
        path.chmod(file.mode)
    return tuple(path for path, _ in pairs)


def _file(path: str, text: str, settings: Settings) -> File:
    return File(path=path, text=text, secret=settings.secret in text)


def _rendered(name: str, context: dict[str, Any]) -> list[tuple[str, str]]:
    templates = Environment(
        loader=PackageLoader("gate.workbench", "recipes"),
        autoescape=False,  # noqa: S701  # no HTML; `quoting` has a filter per language
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(FILTERS)
    return [
        (
            path.removesuffix(_TEMPLATE),
            templates.get_template(f"{name}/{path}").render(context),
        )
        for path in _own(templates.list_templates(), name)
    ]


def _own(paths: Iterable[str], name: str) -> list[str]:
    """Return the names of a recipe's templates; an underscore marks parts of others."""
    inside = (
        path.removeprefix(f"{name}/") for path in paths if path.startswith(f"{name}/")
    )
    return [p for p in inside if p.endswith(_TEMPLATE) and "/" not in p and p[0] != "_"]


def _differs(path: Path, file: File) -> bool:
    return path.is_symlink() or (
        path.exists()
        and (not path.is_file() or path.read_bytes() != file.text.encode())
    )
