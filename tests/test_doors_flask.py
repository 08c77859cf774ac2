"""The Flask extension: what it keeps where, what templates see, what it asserts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

from gate.doors.flask import FlaskGate, activity
from gate.engine.activities import Activities
from gate.errors import ConfigError, UndeclaredActivityError
from gate.model import Action, Activity, Answer, Passage

BANNER = b"<aside>banner</aside>"
FOOTER = b"<aside>footer</aside>"
NOTICE = Answer(
    status=403, headers=(("Content-Type", "text/html"),), body=b"notice", length=6
)
DECLARED = [
    (Activity.SHARE, ("GET", "POST"), ("/share/**",)),
    (Activity.COMMENT, ("POST",), ("/comment/*",)),
]


class StubGate:
    def __init__(self, outcome):
        self.outcome = outcome
        self.snapshot = SimpleNamespace(activities=Activities(DECLARED))

    def handle(self, _environ, *, door):
        assert door == "flask"
        return self.outcome


def site(outcome, template="<html><body><p>news</p></body></html>"):
    app = Flask("site")
    FlaskGate().init_app(app, gate=StubGate(outcome))

    @app.get("/")
    def front():
        return render_template_string(template)

    return app


def text(outcome, template):
    return site(outcome, template).test_client().get("/").text


def test_several_applications_have_gates_of_their_own():
    extension = FlaskGate()
    one, two = Flask("one"), Flask("two")
    gates = StubGate(NOTICE), StubGate(Passage())
    extension.init_app(one, gate=gates[0])
    extension.init_app(two, gate=gates[1])
    assert (one.extensions["gate"], two.extensions["gate"]) == gates
    assert vars(extension) == {}
    assert one.test_client().get("/").status_code == 403
    assert two.test_client().get("/").status_code == 404


def test_an_application_has_one_gate():
    app = site(NOTICE)
    with pytest.raises(ConfigError):
        FlaskGate().init_app(app, gate=StubGate(NOTICE))


def test_the_configuration_key_names_the_file(tmp_path):
    app = Flask("site")
    app.config["GATE_CONFIG"] = str(tmp_path / "missing.yaml")
    with pytest.raises(ConfigError):
        FlaskGate(app)


def test_a_view_is_not_called_before_the_notice():
    app = site(NOTICE)
    called = []
    app.before_request(lambda: called.append(1))
    assert app.test_client().get("/").data == b"notice"
    assert called == []


def test_a_template_hides_what_this_reader_may_not_be_offered():
    template = "{{ gate.allows('read') }} {{ gate.allows('share') }} {{ gate.warns }}"
    passage = Passage(allowed=frozenset({Activity.READ}), action=Action.BANNER)
    assert text(passage, template) == "True False True"
    assert text(Passage(), template) == "False False False"


def test_a_misspelled_activity_is_an_error():
    app = site(Passage(), "{{ gate.allows('shair') }}")
    app.testing = True
    with pytest.raises(ConfigError) as wrong:
        app.test_client().get("/")
    assert "share" in wrong.value.hint


def test_outside_of_a_request_nothing_is_allowed():
    app = site(Passage(allowed=frozenset(Activity), bottom=FOOTER))
    with app.app_context():
        template = "{{ gate.allows('share') }}{{ gate.banner }}{{ gate.footer }}"
        assert render_template_string(template) == "False"


def test_banner_and_footer_stand_where_the_template_puts_them_and_only_there():
    passage = Passage(top=BANNER, bottom=FOOTER, mark="m", otherwise=NOTICE)
    template = "<body><main>{{ gate.footer }}</main>{{ gate.banner }}</body>"
    page = text(passage, template)
    assert page == (
        "<body><main><aside>footer</aside></main><aside>banner</aside></body>"
    )


def test_what_the_template_leaves_out_is_put_in():
    passage = Passage(top=BANNER, bottom=FOOTER, mark="m", otherwise=NOTICE)
    page = text(passage, "<body>{{ gate.footer }}<p>x</p></body>")
    assert page == ("<body><aside>banner</aside><aside>footer</aside><p>x</p></body>")


def test_a_template_that_is_rendered_and_thrown_away_swallows_no_banner():
    passage = Passage(top=BANNER, bottom=FOOTER, mark="m", otherwise=NOTICE)
    app = site(passage)

    @app.get("/letter")
    def letter():
        render_template_string("{{ gate.banner }}{{ gate.footer }}")
        return "<body><p>x</p></body>"

    page = app.test_client().get("/letter").text
    assert page == ("<body><aside>banner</aside><p>x</p><aside>footer</aside></body>")


def test_a_passage_without_them_gives_templates_nothing():
    assert text(Passage(), "[{{ gate.banner }}{{ gate.footer }}]") == "[]"


def test_a_view_that_the_configuration_declares_is_sound():
    app = site(Passage())

    @app.route("/share/<int:number>/<path:rest>", methods=["GET", "POST"])
    @activity("share")
    def share(number, rest):
        return f"{number} {rest}"

    assert app.test_client().get("/share/1/a/b").text == "1 a/b"


@pytest.mark.parametrize(
    ("rule", "name", "methods"),
    [
        ("/pass-on/<slug>", "share", ["GET"]),
        ("/share/<slug>", "like", ["POST"]),
        ("/comment/<path:rest>", "comment", ["POST"]),
        ("/comment/<slug>", "comment", ["POST", "PUT"]),
    ],
)
def test_a_view_that_the_configuration_does_not_declare_fails_at_once(
    rule, name, methods
):
    app = site(Passage())
    view = activity(name)(lambda **_: "")
    app.add_url_rule(rule, "view", view, methods=methods)
    with pytest.raises(UndeclaredActivityError) as wrong:
        app.test_client().get("/")
    assert (wrong.value.view, wrong.value.rule) == ("view", rule)


def test_marking_a_view_with_an_unknown_activity_fails_on_import():
    with pytest.raises(ConfigError):
        activity("shair")


def test_a_marked_view_stays_itself():
    def view():
        return "x"

    assert activity("share")(view) is view
