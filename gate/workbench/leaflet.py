"""An HTML page of one file, which runs nothing and asks for nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def leaflet(package: str, name: str, **context: object) -> str:
    """Return a page.

    Args:
        package: Package whose folder `templates` holds `{name}.html` and `{name}.css`.
        name: Name of both.
        context: What the template sees, beside `css` and `policy`.
    """
    loader = PackageLoader(package)
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["n"] = lambda n: f"{n:,}"
    css = loader.get_source(environment, f"{name}.css")[0]
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return environment.get_template(f"{name}.html").render(
        css=Markup(css),  # noqa: S704 - a file of a package of ours
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        **context,
    )
