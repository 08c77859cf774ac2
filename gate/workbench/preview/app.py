"""The pages of the preview: every view is an address, and works without a script."""

from __future__ import annotations

import math
import time
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, abort, make_response, render_template, request
from markupsafe import Markup
from pydantic_core import PydanticCustomError

from gate.documents.scalars import parse_instant
from gate.errors import GateError
from gate.workbench.diffing.directions import Direction
from gate.workbench.preview import page
from gate.workbench.preview.case import case_of, visit_of
from gate.workbench.preview.choice import MOMENTS, Choice, read_choice
from gate.workbench.preview.choices import defaults_of, written
from gate.workbench.preview.difference import (
    SinceCommit,
    example_of,
    places_told,
    verdict_of,
)
from gate.workbench.preview.drawings import Drawings
from gate.workbench.preview.frame import page_of
from gate.workbench.preview.gazette import finder
from gate.workbench.preview.maps import point_at
from gate.workbench.preview.towns import place_at
from gate.workbench.preview.words import big
from gate.workbench.preview.world import country_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.engine.snapshot import Snapshot
    from gate.workbench.preview.upkeep import Holding, Upkeep

_PICTURE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
_QUIET: Final = "default-src 'none'; style-src {style}; frame-ancestors 'self'; sandbox"
_LEADS_ON: Final = range(300, 400)  # statuses
_SANDBOX: Final = "; sandbox allow-same-origin"


class Preview:
    """Answers with the pages of the preview.

    Args:
        upkeep: The rule book in use.
        clock: Returns Unix seconds.
    """

    def __init__(
        self, upkeep: Upkeep, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._upkeep, self._clock = upkeep, clock
        self._drawings, self._since = Drawings(), SinceCommit()
        self._css, self._script = _source("preview.css"), _source("preview.js")
        self._policy = _policy(self._css, self._script)

    def app(self) -> Flask:
        """Return the application."""
        made = Flask("gate.workbench.preview", static_folder=None)
        made.jinja_env.trim_blocks = made.jinja_env.lstrip_blocks = True
        made.jinja_env.filters |= {"n": lambda n: f"{n:,}", "big": big}
        made.before_request(self._stray)
        made.add_url_rule("/", "preview", self.preview)
        made.add_url_rule("/frame", "frame", self.frame)
        made.add_url_rule("/point", "point", self.point)
        made.add_url_rule("/areas", "areas", self.areas)
        made.add_url_rule("/areas/<name>.svg", "drawing", self.drawing)
        made.add_url_rule("/difference", "difference", self.difference)
        made.add_url_rule("/standing", "standing", self.standing)
        made.add_url_rule("/static/<name>", "static", self.static)
        made.register_error_handler(404, self._nowhere)
        made.register_error_handler(GateError, self._failed)
        return made

    def draw_ahead(self) -> None:
        """Draw the areas beside the answering, so that nobody waits for them."""
        snapshot = self._upkeep.look().snapshot
        if snapshot is not None:
            self._drawings.draw_ahead(snapshot, int(self._clock()))

    def preview(self) -> Response:
        """What a reader meets, and why."""
        holding = self._upkeep.look()
        if holding.snapshot is None:
            return self._shown("broken.html", holding)
        now = int(self._clock())
        choice = _choice(holding.snapshot, now)
        case = case_of(holding.snapshot, choice)
        told = page.of_case(holding.snapshot, case, now)
        return self._shown("preview.html", holding, **told)

    def frame(self) -> Response:
        """The page itself, as the reader's browser gets it."""
        snapshot = self._sound()
        choice = _choice(snapshot, int(self._clock()))
        found = page_of(snapshot, visit_of(snapshot, choice))
        if found.status in _LEADS_ON:
            return self._nowhere(None, choice.path)
        response = make_response(found.body, found.status)
        response.headers.update(found.headers)
        policy = response.headers.get("Content-Security-Policy", "default-src 'none'")
        # Opened by itself the page is as harmless as in its frame.
        response.headers["Content-Security-Policy"] = policy + _SANDBOX
        return response

    def point(self) -> Response:
        """Go on to the view of a point on the map of an area."""
        snapshot, now = self._sound(), int(self._clock())
        choice, asked = _choice(snapshot, now), request.args
        area = snapshot.book.areas.get(asked.get("map", ""))
        version = area.version_at(choice.now) if area else None
        x, y = (asked.get(key, math.nan, type=float) for key in "xy")
        found = point_at(version, x, y) if version else None
        if found is None:
            abort(404)
        spelled = written(place_at(found))
        response = make_response("", 303)
        response.headers["Location"] = f"/?{choice.query(place=spelled)}#maps"
        return response

    def areas(self) -> Response:
        """Every area: on a map, in numbers, in lists."""
        holding = self._upkeep.look()
        if holding.snapshot is None:
            return self._shown("broken.html", holding)
        now = int(self._clock())
        at = _choice(holding.snapshot, now).now
        told = page.of_areas(holding.snapshot, at, now)
        return self._shown("areas.html", holding, **told)

    def drawing(self, name: str) -> Response:
        """The map of an area, with the addresses of the database."""
        snapshot, now = self._sound(), int(self._clock())
        at = _instant(request.args.get("at", ""), now)
        try:
            drawn = self._drawings.of(snapshot, name, at, now)
        except GateError:
            abort(404)
        response = make_response(drawn)
        response.content_type = "image/svg+xml; charset=utf-8"
        response.headers["Content-Security-Policy"] = _PICTURE
        return response

    def difference(self) -> Response:
        """What differs from the last commit."""
        holding = self._upkeep.look()
        if holding.snapshot is None:
            return self._shown("broken.html", holding)
        now = int(self._clock())
        return self._shown(
            "difference.html",
            holding,
            compared=self._since.of(holding, now),
            places_told=places_told,
            example_of=example_of,
            verdict_of=verdict_of,
            ways=Direction,
        )

    def standing(self) -> Response:
        """What is in use and what is wrong, as one word: a script asks for changes."""
        response = make_response(self._upkeep.look().digest)
        response.content_type = "text/plain"
        return response

    def static(self, name: str) -> Response:
        """What the demo's articles need: a style and a mark."""
        kinds = {"site.css": "text/css", "mark.svg": "image/svg+xml"}
        if name not in kinds:
            abort(404)
        file = files("gate.workbench.demo").joinpath("static", name)
        response = make_response(file.read_bytes())
        response.content_type = f"{kinds[name]}; charset=utf-8"
        response.headers["Content-Security-Policy"] = _PICTURE
        return response

    def _sound(self) -> Snapshot:
        snapshot = self._upkeep.look().snapshot
        if snapshot is None:
            abort(404)
        return snapshot

    def _stray(self) -> Response | None:
        """Answer what a reader's page in its frame asks for: its links lead nowhere."""
        in_frame = request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}
        if in_frame and request.path != "/frame":
            return self._nowhere(None)
        return None

    def _nowhere(self, _: object, path: str = "") -> Response:
        css = Markup(self._css)  # noqa: S704 - a file of our own
        text = render_template("nowhere.html", path=path or request.path, css=css)
        response = make_response(text, 404)
        policy = _QUIET.format(style=_hash(self._css))
        response.headers["Content-Security-Policy"] = policy
        return response

    def _failed(self, error: GateError) -> tuple[Response, int]:
        """Say why a view cannot be shown, such as that a database is gone."""
        holding = self._upkeep.look()
        refusal = f"{error.code}: {error}"
        told = replace(holding, snapshot=None, refusal=refusal, hint=error.hint)
        return self._shown("broken.html", told), 503

    def _shown(self, template: str, holding: Holding, **told: object) -> Response:
        text = render_template(
            template,
            css=Markup(self._css),  # noqa: S704 - a file of our own
            script=Markup(self._script),  # noqa: S704 - likewise
            **page.common(holding),
            **told,
        )
        response = make_response(text)
        response.headers["Content-Security-Policy"] = self._policy
        return response


def _choice(snapshot: Snapshot, now: int) -> Choice:
    find = finder(snapshot.book, now, country_codes())
    return read_choice(request.args, defaults_of(snapshot, now), find)


def _instant(text: str, now: int) -> int:
    try:
        found = parse_instant(text) if text else now
    except PydanticCustomError:
        return now
    if found not in MOMENTS:
        abort(404)
    return found


def _source(name: str) -> str:
    file = files("gate.workbench.preview").joinpath("templates", name)
    return file.read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """Return the policy of the preview's own pages.

    Source:
        CSP Level 3, section 2.3.1 (hash sources).
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(css)}",
            f"script-src {_hash(script)}",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = sha256(text.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
