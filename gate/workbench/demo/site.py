"""The demo's news site: an ordinary Flask application with the gate's extension."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from flask import Flask, abort, make_response, redirect, render_template, url_for

from gate.doors.flask import FlaskGate, activity
from gate.engine import Gate
from gate.workbench.demo.bar import DemoBar
from gate.workbench.demo.pages import PAGES
from gate.workbench.demo.places import demo_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication

    from werkzeug import Response as BaseResponse

    from gate.config import Config

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

Article = dict[str, Any]


def create_demo(config: Config) -> WSGIApplication:
    """Make the demo site with the gate in front and the bar around both.

    Args:
        config: The configuration; its site name is the name of the outlet.

    Raises:
        GateError: The configuration or the rule book cannot be used.
    """
    gate = Gate.load(config.path)
    return DemoBar(create_site(config.site.name, gate), demo_places())


def create_site(name: str, gate: Gate) -> Flask:
    """Make the news site.

    Args:
        name: Name of the outlet.
        gate: The gate to put in front of it.
    """
    app = Flask("gate.workbench.demo", static_url_path="/static")
    app.config["PROPAGATE_EXCEPTIONS"] = True  # Flask's own report names the path
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    articles = {article["slug"]: article for article in _load_articles()}
    app.context_processor(lambda: {"site_name": name})
    app.after_request(_with_policy)
    _add_reading(app, articles)
    _add_activities(app, articles)
    _add_contact(app)
    FlaskGate().init_app(app, gate=gate)
    return app


def _load_articles() -> list[Article]:
    text = files(__package__).joinpath("articles.yaml").read_text("utf-8")
    articles: list[Article] = yaml.safe_load(text)
    return articles


def _with_policy(response: Any) -> Any:  # noqa: ANN401  # Flask's own type is loose
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _add_reading(app: Flask, articles: Mapping[str, Article]) -> None:
    numbers = {slug: number for number, slug in enumerate(articles, 1)}

    @app.get("/")
    def front() -> str:
        return render_template("front.html", articles=articles.values())

    @app.get("/a/<slug>")
    def article(slug: str) -> str:
        found = articles.get(slug) or abort(404)
        return render_template(
            "article.html", article=found, lang=found["lang"], number=numbers[slug]
        )

    @app.get("/feed.xml")
    def feed() -> BaseResponse:
        text = render_template("feed.xml", articles=articles.values())
        response = make_response(text)
        response.content_type = "application/rss+xml; charset=utf-8"
        return response

    @app.get("/about/undesirable/")
    def about() -> str:
        return _page("about")

    @app.get("/help/safety/")
    def safety() -> str:
        return _page("safety")


def _add_activities(app: Flask, articles: Mapping[str, Article]) -> None:
    @app.get("/share/<slug>")
    @activity("share")
    def share(slug: str) -> str:
        article = articles.get(slug) or abort(404)
        address = url_for("article", slug=slug, _external=True)
        link = f"{article['title']}: {address}"
        return _page("share", url_for("article", slug=slug), link)

    @app.post("/like/<slug>")
    @activity("like")
    def like(slug: str) -> str:
        return _page("like", url_for("article", slug=slug))

    @app.post("/save/<slug>")
    @activity("save")
    def save(slug: str) -> str:
        return _page("save", url_for("article", slug=slug))

    @app.post("/comment/<slug>")
    @activity("comment")
    def comment(slug: str) -> str:
        return _page("comment", url_for("article", slug=slug))


def _add_contact(app: Flask) -> None:
    @app.get("/contact/")
    @activity("contact")
    def contact() -> str:
        return _page("contact")

    @app.post("/contact/")
    @activity("contact")
    def contacted() -> BaseResponse:
        return redirect(url_for("thanks"), 303)

    @app.get("/donate/")
    @activity("donate")
    def donate() -> str:
        return _page("donate")

    @app.post("/donate/")
    @activity("donate")
    def donated() -> BaseResponse:
        return redirect(url_for("thanks"), 303)

    @app.get("/thanks/")
    def thanks() -> str:
        return _page("thanks")


def _page(name: str, back: str = "/", *more: str) -> str:
    page = PAGES[name]
    return render_template(
        "page.html",
        title=page.title,
        paragraphs=[*page.paragraphs, *more],
        form=page.form,
        back=back,
    )
