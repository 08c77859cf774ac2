"""The demo's news site: an ordinary Flask application with the gate's extension."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    url_for,
)

from gate.doors.flask import FlaskGate, activity
from gate.request.proxies import NO_HEADER, Proxies
from gate.workbench.demo.bar import DemoBar
from gate.workbench.demo.places import demo_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication

    from flask import Response
    from werkzeug import Response as BaseResponse

    from gate.engine import Gate

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

paper = Blueprint("paper", __name__)

Article = dict[str, Any]


def create_demo(gate: Gate) -> WSGIApplication:
    """Make the demo site with the gate in front and the bar around both.

    Args:
        gate: The gate; its site name is the name of the outlet.
    """
    config = gate.snapshot.config
    proxies = Proxies.compile(header=config.visitor.header or NO_HEADER)
    site = create_site(config.site.name, gate)
    return DemoBar(site, demo_places(), proxies.telltales)


def create_site(name: str, gate: Gate) -> Flask:
    """Make the news site.

    Args:
        name: Name of the outlet.
        gate: The gate to put in front of it.
    """
    app = bare_site(name)
    FlaskGate().init_app(app, gate=gate)
    return app


def bare_site(name: str) -> Flask:
    """Make the news site without a gate in front.

    Args:
        name: Name of the outlet.
    """
    app = Flask("gate.workbench.demo")
    app.config["PROPAGATE_EXCEPTIONS"] = True  # Flask's own report names the path
    app.config["ARTICLES"] = {a["slug"]: a for a in _load("articles.yaml")}
    app.config["PAGES"] = _load("pages.yaml")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"site_name": name})
    app.after_request(_with_policy)
    app.register_blueprint(paper)
    return app


@paper.get("/")
def front() -> str:
    """The front page."""
    return render_template("front.html", articles=_articles().values())


@paper.get("/a/<slug>")
def article(slug: str) -> str:
    """An article."""
    found = _article(slug)
    number = list(_articles()).index(slug) + 1
    return render_template(
        "article.html", article=found, lang=found["lang"], number=number
    )


@paper.get("/feed.xml")
def feed() -> Response:
    """The RSS feed."""
    text = render_template("feed.xml", articles=_articles().values())
    response = make_response(text)
    response.content_type = "application/rss+xml; charset=utf-8"
    return response


@paper.get("/about/undesirable/")
def about() -> str:
    """What the law means."""
    return _page("about")


@paper.get("/help/safety/")
def safety() -> str:
    """What a reader should know of the gate."""
    return _page("safety")


@paper.get("/share/<slug>")
@activity("share")
def share(slug: str) -> str:
    """A line to copy and send."""
    address = url_for(".article", slug=slug, _external=True)
    link = f"{_article(slug)['title']}: {address}"
    return _page("share", url_for(".article", slug=slug), link)


@paper.post("/like/<slug>")
@activity("like")
def like(slug: str) -> str:
    """Thanks for a like."""
    return _page("like", url_for(".article", slug=slug))


@paper.post("/save/<slug>")
@activity("save")
def save(slug: str) -> str:
    """Says that an article is saved."""
    return _page("save", url_for(".article", slug=slug))


@paper.post("/comment/<slug>")
@activity("comment")
def comment(slug: str) -> str:
    """Thanks for a comment."""
    return _page("comment", url_for(".article", slug=slug))


@paper.get("/contact/")
@activity("contact")
def contact() -> str:
    """A letter to the editors."""
    return _page("contact")


@paper.get("/donate/")
@activity("donate")
def donate() -> str:
    """A form for giving money."""
    return _page("donate")


@paper.post("/contact/")
@activity("contact")
def contacted() -> BaseResponse:
    """Takes a letter."""
    return redirect(url_for(".thanks"), 303)


@paper.post("/donate/")
@activity("donate")
def donated() -> BaseResponse:
    """Takes no money."""
    return redirect(url_for(".thanks"), 303)


@paper.get("/thanks/")
def thanks() -> str:
    """Thanks for anything."""
    return _page("thanks")


def _load(name: str) -> Any:  # noqa: ANN401  # our own files
    return yaml.safe_load(files(__package__).joinpath(name).read_text("utf-8"))


def _articles() -> Mapping[str, Article]:
    articles: Mapping[str, Article] = current_app.config["ARTICLES"]
    return articles


def _article(slug: str) -> Article:
    found = _articles().get(slug)
    if found is None:
        abort(404)
    return found


def _page(name: str, back: str = "/", *more: str) -> str:
    page = current_app.config["PAGES"][name]
    return render_template(
        "page.html",
        title=page["title"],
        paragraphs=[*page["paragraphs"], *more],
        form=page.get("form"),
        back=back,
    )


def _with_policy(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
