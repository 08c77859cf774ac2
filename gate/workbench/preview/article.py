"""The site behind the gate in the preview: the demo's articles, at any path."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import current_app, render_template, request

from gate.doors.templates import TemplateGate
from gate.workbench.demo.site import bare_site

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.exceptions import HTTPException

LANGUAGE = "gate.preview.language"
"""Key in the environ: the language whose article is shown where any would do."""


@lru_cache(maxsize=4)
def sample_site(name: str) -> Flask:
    """Make a site that has an article at every path; there is no gate in front yet.

    Args:
        name: Name of the outlet.
    """
    app = bare_site(name)
    templates = TemplateGate(lambda: request.environ)
    app.context_processor(lambda: {"gate": templates})
    for rule in app.url_map.iter_rules():
        rule.strict_slashes = False  # a redirect would be no page
    app.register_error_handler(404, _any_article)
    app.register_error_handler(405, _any_article)
    return app


def _any_article(_: HTTPException) -> tuple[str, int]:
    every: list[dict[str, Any]] = list(current_app.config["ARTICLES"].values())
    language = request.environ.get(LANGUAGE, "")
    found = next((one for one in every if one["lang"] == language), every[0])
    number = every.index(found) + 1
    text = render_template(
        "article.html", article=found, lang=found["lang"], number=number
    )
    return text, 200
