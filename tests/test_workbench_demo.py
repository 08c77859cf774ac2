"""The demo bar: for the machine's own user only, and through the real path."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import Client

from gate.workbench.demo import DemoBar, demo_places
from gate.workbench.demo.bar import COOKIE, TRAVEL

PAGE = b"<html><body><p>page</p></body></html>"
POLICY = "default-src 'none'; style-src 'sha256-abc'; form-action 'self'"


class Demo:
    """Remembers what it is asked; answers with a page under a strict policy."""

    def __init__(self):
        self.environ = {}

    def __call__(self, environ, start_response):
        self.environ = dict(environ)
        kind = "text/css" if environ["PATH_INFO"].endswith(".css") else "text/html"
        fields = [("Content-Type", kind), ("Content-Security-Policy", POLICY)]
        start_response("403 Forbidden", [*fields, ("Content-Length", str(len(PAGE)))])
        return [PAGE]


@pytest.fixture
def demo():
    return Demo()


@pytest.fixture
def client(demo):
    return Client(DemoBar(demo, demo_places()))


def visit(client, path="/", host="localhost", peer="127.0.0.1", **fields):
    environ = {"REMOTE_ADDR": peer}
    return client.get(
        path, base_url=f"http://{host}", headers=fields, environ_overrides=environ
    )


def test_the_header_of_the_configuration_says_that_somebody_is_behind(demo):
    bar = DemoBar(demo, demo_places(), {"HTTP_X_OWN_IP"})
    assert "demo-bar" not in visit(Client(bar), **{"X-Own-IP": "127.0.0.1"}).text
    assert "demo-bar" in visit(Client(bar)).text


@pytest.mark.parametrize("place", demo_places(), ids=lambda place: place.id)
def test_a_place_gives_its_address_and_its_browser(client, demo, place):
    client.set_cookie(COOKIE, place.id, domain="localhost")
    response = visit(client)
    assert demo.environ["REMOTE_ADDR"] == place.address
    assert demo.environ["HTTP_ACCEPT_LANGUAGE"] == place.language
    assert f'value="{place.id}" aria-pressed=true' in response.text


@pytest.mark.parametrize(
    ("host", "peer", "fields"),
    [
        ("localhost", "192.168.1.5", {}),
        ("localhost", "203.0.113.9", {}),
        ("localhost", "", {}),
        ("demo.example", "127.0.0.1", {}),
        ("localhost.evil.example", "127.0.0.1", {}),
        ("127.0.0.1.evil.example", "127.0.0.1", {}),
        ("localhost", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("localhost", "127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("localhost", "127.0.0.1", {"X-Real-IP": "127.0.0.1"}),
        ("localhost", "127.0.0.1", {"X-Forwarded-Server": "a"}),
        ("localhost", "127.0.0.1", {"X-Nf-Client-Connection-Ip": "127.0.0.1"}),
        ("localhost", "127.0.0.1", {"CF-IPCountry": "RU"}),
        ("localhost", "127.0.0.1", {"Via": "1.1 a"}),
        ("localhost", "127.0.0.1", {"Via": "1.1 nginx"}),
    ],
)
def test_for_everybody_else_the_bar_is_not_there(client, demo, host, peer, fields):
    client.set_cookie(COOKIE, "berlin", domain=host)
    response = visit(client, host=host, peer=peer, **fields)
    assert response.data == PAGE
    assert demo.environ["REMOTE_ADDR"] == peer
    sent = {"environ_overrides": {"REMOTE_ADDR": peer}, "headers": fields}
    client.post(TRAVEL, base_url=f"http://{host}", data={"place": "kyiv"}, **sent)
    assert demo.environ["PATH_INFO"] == TRAVEL


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_own_names_of_the_machine_are_own(client, host):
    assert "demo-bar" in visit(client, host=host).text


def test_the_notice_stays_as_it_is_but_for_the_bar(client):
    response = visit(client)
    bar = re.search(r'<div id="demo-bar".*</template></div>', response.text, re.DOTALL)
    assert response.text.replace(bar[0], "").encode() == PAGE
    assert response.status_code == 403


def test_only_the_bars_style_joins_the_policy(client):
    policy = visit(client).headers["Content-Security-Policy"]
    assert re.sub(r" 'sha256-[A-Za-z0-9+/]{43}='", "", policy) == POLICY
    assert "unsafe" not in policy


def test_other_answers_have_no_bar(client):
    assert visit(client, "/site.css").data == PAGE


def test_travelling_leads_back_and_sets_a_neutral_cookie(client):
    response = client.post(
        TRAVEL,
        data={"place": "kyiv", "back": "/a/x?q=1"},
        environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert (response.status_code, response.location) == (303, "/a/x?q=1")
    assert response.headers["Set-Cookie"].startswith(f"{COOKIE}=kyiv; ")


@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil", "https://evil.example", "x", "/a\r\nX: y"]
)
def test_travelling_never_leads_elsewhere(client, back):
    response = client.post(
        TRAVEL, data={"back": back}, environ_overrides={"REMOTE_ADDR": "127.0.0.1"}
    )
    assert response.location == "/"


def test_an_unknown_place_changes_nothing(client, demo):
    client.set_cookie(COOKIE, "atlantis", domain="localhost")
    visit(client)
    assert demo.environ["REMOTE_ADDR"] == demo_places()[0].address


def test_the_acknowledgement_can_be_forgotten(client):
    response = client.post(
        TRAVEL, data={"forget": "1"}, environ_overrides={"REMOTE_ADDR": "127.0.0.1"}
    )
    gone = response.headers.getlist("Set-Cookie")
    assert [c.partition("=")[0] for c in gone] == ["__Host-n", "n"]
    assert all("Max-Age=0" in cookie for cookie in gone)


def test_what_a_path_holds_cannot_leave_the_bars_form(client):
    assert "<script" not in visit(client, '/"><script>alert(1)</script>').text
