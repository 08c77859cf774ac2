"""What only the HAProxy recipe does; the rest is in test_recipe_asking.py."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest
from machine import program
from recipe_behaviour import Behaviour
from recipes import rendered, write_config


def read_by_haproxy(folder):
    """Let HAProxy itself read its files, less what only a machine of its own has."""
    file = folder / "haproxy.cfg"
    text = file.read_text("utf-8")
    text = text.replace(" ssl crt /etc/haproxy/certs/ alpn h2,http/1.1", "")
    if os.geteuid():
        text = text.replace("user haproxy", "").replace("group haproxy", "")
    file.write_text(text, "utf-8")
    command = (program("haproxy"), "-c", "-f", file)
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def write_files(tmp_path):
    """Write the files of the recipe for a configuration with changes."""

    def write_files(where=None, **changes):
        path = write_config(tmp_path, tmp_path / "state", **changes)
        where = {"upstream": "http://127.0.0.1:1", "gate": "127.0.0.1:2"} | (
            where or {}
        )
        rendered("haproxy", tmp_path, path, **where)
        return tmp_path

    return write_files


ELSEWHERE = {
    "a unix socket to listen at": ({"listen": "unix:/run/site.sock"}, {}),
    "IPv6 everywhere": (
        {"listen": "[::1]:8443", "upstream": "http://[::1]:1", "gate": "[::1]:2"},
        {},
    ),
    "banners for the site": ({}, {"check": {"banner": "site"}}),
    "another prefix": ({}, {"site": {"own_prefix": "/its/own.pages/"}}),
    "proxies on a unix socket alone": ({}, {"visitor": {"trusted_proxies": ["unix"]}}),
}


@pytest.mark.parametrize(("where", "changes"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_haproxy_takes_other_variants_without_a_warning(write_files, where, changes):
    done = read_by_haproxy(write_files(where, **changes))
    assert done.returncode == 0, done.stderr
    assert "[WARNING]" not in done.stderr


def test_the_secret_is_in_one_file_for_its_owner_alone(write_files):
    folder = write_files()
    secret = (folder / "secret").read_text().strip()
    holding = {
        file.name: stat.S_IMODE(file.stat().st_mode)
        for file in folder.iterdir()
        if file.is_file() and secret in file.read_text("utf-8")
    }
    assert holding.pop("secret")  # the gate's own
    assert holding.pop("config.yaml", None) is None
    assert holding == {"gate-secret": 0o600}


def test_haproxy_does_not_start_without_the_secret(write_files):
    folder = write_files()
    (folder / "gate-secret").write_text("\n")
    done = read_by_haproxy(folder)
    assert done.returncode != 0
    assert "must hold the secret" in done.stderr


class TestHAProxy(Behaviour):
    name = "haproxy"

    @pytest.fixture
    def fronted(self, put):
        return put

    def is_sound(self, folder):
        done = read_by_haproxy(folder)
        assert done.returncode == 0, done.stderr
        assert "[WARNING]" not in done.stderr
