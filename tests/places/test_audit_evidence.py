"""gate audit evidence: what spoke for what was counted, as far as indexes are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_audit_replay import ROW, logged

from gate.audit.rows import MERGED
from gate.cli import main
from gate.config import load_config
from gate.engine.preparation import Prepared
from gate.rules import load_book

CONTROLLED = "russia-controlled-ukraine"
MARIUPOL = {
    "country": {"iso_code": "UA"},
    "subdivisions": [{"iso_code": "14"}],
    "city": {"geoname_id": 701822, "names": {"en": "Mariupol"}},
}
DONETSK = {
    "country": {"iso_code": "UA"},
    "subdivisions": [{"iso_code": "14"}],
    "location": {"latitude": 48.02, "longitude": 37.80, "accuracy_radius": 5},
}


@pytest.fixture
def site(tmp_path, make_config, make_database):
    """A configuration, and a row of readers in the held part of Donetsk oblast."""
    networks = {"5.0.0.0/8": MARIUPOL, "6.0.0.0/16": DONETSK}
    path = make_database(networks)
    config = load_config(
        make_config(geo={"databases": [str(path)]}, state=str(tmp_path / "state")), {}
    )
    book, _ = load_book(config.rules.folder)
    prepared = Prepared.of(config, book)
    prepared.ensured_index(book)
    row = ROW._replace(
        place="UA-14",
        areas=f"{CONTROLLED}:yes",
        book=book.digest,
        areas_digest=book.areas_digest,
        database=prepared.database_digest,
    )
    return tmp_path / "config.yaml", prepared, row


def ask(config, log, *words):
    asked = ["audit", "evidence", str(log), "--config", str(config), *words]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if words else done.output


def test_each_membership_has_the_evidence_of_its_classes(site, tmp_path):
    config, prepared, row = site
    log = logged(tmp_path / "log", ["2026-03-01"], [row])
    found = ask(config, log, "--json")
    assert found["untold"] == {}
    assert found["memberships"] == [
        {
            "area": CONTROLLED,
            "is": "yes",
            "place": "UA-14",
            "database": prepared.database_digest,
            "n": 20,
            "evidence": [
                {"codes": ["settlement:701822"], "ipv4": 1 << 24},
                {"codes": ["shape:donbas-2022"], "ipv4": 1 << 16},
            ],
        }
    ]
    told = ask(config, log)
    assert "settlement:701822" in told
    assert "16,777,216" in told


def test_a_row_is_held_against_the_version_of_its_day(site, tmp_path):
    """In 2021 the area was Crimea alone: nothing of that index says so of Donetsk."""
    config, _, row = site
    log = logged(tmp_path / "log", ["2021-03-01"], [row])
    assert ask(config, log, "--json")["untold"] == {"class": 20}


UNTOLD = {
    "nowhere": {"areas": ""},
    "merged": {"place": MERGED},
    "book": {"areas_digest": "0" * 64},
    "index": {"database": "0" * 64},
    "class": {"place": "UA-65"},
}


@pytest.mark.parametrize("why", UNTOLD)
def test_what_cannot_be_told_is_counted_with_its_reason(site, tmp_path, why):
    config, _, row = site
    log = logged(tmp_path / "log", ["2026-03-01"], [row._replace(**UNTOLD[why])])
    found = ask(config, log, "--json")
    assert found["memberships"] == []
    assert found["untold"] == {why: 20}
    assert found["reasons"][why] in " ".join(ask(config, log).split())


def test_a_damaged_index_says_nothing(site, tmp_path):
    config, prepared, row = site
    Path(prepared.index_path).write_bytes(b"no index")
    log = logged(tmp_path / "log", ["2026-03-01"], [row])
    assert ask(config, log, "--json")["untold"] == {"index": 20}
