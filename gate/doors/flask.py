"""The Flask extension: the WSGI door, and helpers for templates.

Make one `FlaskGate()` beside the other extensions, and call its `init_app(app)` in the
application factory; `app.config["GATE_CONFIG"]` names config.yaml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flask import has_request_context, request

from gate.doors.templates import TemplateGate, unknown_activity
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.errors import ConfigError, UndeclaredActivityError
from gate.model import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication

    from flask import Flask
    from werkzeug.routing import Rule

    View = TypeVar("View", bound=Callable[..., Any])

_MARK = "__gate_activity__"
_VARIABLE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")
_SAMPLES = {
    "int": "1",
    "float": "1.0",
    "path": "a/b",
    "uuid": f"{0:08x}-{0:04x}-{0:04x}-{0:04x}-{0:012x}",
}


class FlaskGate:
    """Puts the gate in front of Flask applications; holds none of them itself.

    Configuration keys of the application:
        GATE_CONFIG: Path of config.yaml; default "config.yaml".

    Args:
        app: An application to begin with, as a short form of `init_app`.
    """

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, *, gate: Gate | None = None) -> None:
        """Put the gate in front of `app`.

        Args:
            app: The application; its state is `app.extensions["gate"]`.
            gate: A gate that is loaded already; default: loaded from GATE_CONFIG.

        Raises:
            ConfigError: The application already has a gate.
            GateError: The configuration or the rule book cannot be used.
        """
        if "gate" in app.extensions:
            raise ConfigError(
                f"The application {app.name} already has a gate.",
                hint="Call init_app once for each application.",
            )
        if gate is None:
            gate = Gate.load(Path(app.config.setdefault("GATE_CONFIG", "config.yaml")))
        app.extensions["gate"] = gate
        app.context_processor(lambda: {"gate": TemplateGate(_environ)})
        door = GateMiddleware(app.wsgi_app, gate, door="flask")
        app.wsgi_app = _FirstRequest(app, gate, door)  # type: ignore[method-assign]


def activity(name: str) -> Callable[[View], View]:
    """Assert that the configuration declares a view as an activity.

    The configuration decides, for every door alike; this decorator only makes an
    application fail at once when the two have come apart.

    Args:
        name: The activity, such as "share".

    Raises:
        ConfigError: There is no activity of this name.
    """
    if name not in {a.value for a in Activity}:
        raise unknown_activity(name)

    def mark(view: View) -> View:
        setattr(view, _MARK, Activity(name))
        return view

    return mark


def check_activities(app: Flask, gate: Gate) -> None:
    """Compare marked views with the configuration.

    Raises:
        UndeclaredActivityError: A marked view can be reached by a method and path
            that the configuration does not declare as its activity.
    """
    for rule in app.url_map.iter_rules():
        asserted = getattr(app.view_functions.get(rule.endpoint), _MARK, None)
        if asserted is not None:
            _check_rule(rule, asserted, gate)


def _environ() -> dict[str, Any]:
    return request.environ if has_request_context() else {}


def _check_rule(rule: Rule, asserted: Activity, gate: Gate) -> None:
    path = _VARIABLE.sub(lambda m: _SAMPLES.get(m[1] or "", "x"), rule.rule)
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        if gate.snapshot.activities.of(method, path) is not asserted:
            raise UndeclaredActivityError(
                view=rule.endpoint,
                activity=asserted.value,
                method=method,
                rule=rule.rule,
            )


class _FirstRequest:
    """Checks an application once all its views are there."""

    def __init__(self, app: Flask, gate: Gate, door: WSGIApplication) -> None:
        self._app, self._gate, self._door = app, gate, door
        self._checked = False

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        if not self._checked:
            check_activities(self._app, self._gate)
            self._checked = True
        return self._door(environ, start_response)
