"""gate geo: the GeoIP databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.places.embedded import embedded_database

HERE = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _at_home(monkeypatch):
    monkeypatch.chdir(HERE)


def test_the_embedded_database_names_its_source():
    told = CliRunner().invoke(main, ["geo", "status"])
    assert told.exit_code == 0
    assert "embedded.mmdb" in told.output
    assert "DB-IP" in told.output


def test_status_as_json_has_age_and_digest():
    told = CliRunner().invoke(main, ["geo", "status", "--json"])
    (facts,) = json.loads(told.stdout)
    assert facts["name"] == embedded_database().name
    assert facts["age_days"] >= 0
    assert len(facts["digest"]) == 64


def test_an_old_database_is_a_warning_and_with_strict_an_error(monkeypatch):
    monkeypatch.setattr("gate.cli.geo.OLD_DAYS", 0)
    told = CliRunner().invoke(main, ["geo", "status"])
    assert (told.exit_code, "warning: embedded.mmdb" in told.stderr) == (0, True)
    assert CliRunner().invoke(main, ["geo", "status", "--strict"]).exit_code == 1


def test_a_fresh_database_is_no_warning(monkeypatch):
    monkeypatch.setattr("gate.cli.geo.OLD_DAYS", 100_000)
    told = CliRunner().invoke(main, ["geo", "status", "--strict"])
    assert (told.exit_code, told.stderr) == (0, "")


def test_a_missing_database_is_an_error(monkeypatch):
    monkeypatch.setenv("GATE_GEO__DATABASES", "nowhere.mmdb")
    told = CliRunner().invoke(main, ["geo", "status"])
    assert (told.exit_code, "error E202" in told.stderr) == (3, True)


def test_packing_writes_a_database_that_names_its_source(tmp_path):
    out = tmp_path / "small.mmdb"
    told = CliRunner().invoke(main, ["geo", "pack", str(embedded_database()), str(out)])
    assert told.exit_code == 0
    assert out.is_file()
    assert "DB-IP" in told.output


def test_packing_needs_a_sound_rule_book(tmp_path, monkeypatch):
    monkeypatch.setenv("GATE_RULES__FOLDER", str(tmp_path))
    out = tmp_path / "small.mmdb"
    told = CliRunner().invoke(main, ["geo", "pack", str(embedded_database()), str(out)])
    assert told.exit_code == 1
    assert not out.exists()
