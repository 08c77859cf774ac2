"""An audit of March uses March's areas: by import from logs, and by replay of rows."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import import_lines as made
import pytest
from click.testing import CliRunner
from test_audit_replay import ROW, logged

from gate.audit.parquet import read_rows
from gate.cli import main
from gate.config import load_config
from gate.rules import load_book

ROOT = Path(__file__).parent.parent.parent
CONTROLLED = "russia-controlled-ukraine"
AREAS = """\
format: areas/1
areas:
  russia:
    title: Russia
    versions:
      - since: "1991-12-25T00:00:00+03:00"
        whole: [RU]
  russia-controlled-ukraine:
    title: Russia-controlled parts of Ukraine
    versions:
      - since: "2014-03-18T00:00:00+02:00"
        whole: [UA-43]
"""
SINCE_APRIL = """\
      - since: "2026-04-01T00:00:00+00:00"
        whole: [UA-43, UA-09]
"""
SINCE_MAY = SINCE_APRIL.replace("-04-", "-05-")
LUHANSK, SIMFEROPOL = "5.0.0.1", "6.0.0.1"
MONTHS = ("2026-03", "2026-04")


def record(code):
    return {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": code}]}


def rule_book(folder, areas):
    """The shipped rules over other areas, without what they promise of the shipped."""
    shutil.copytree(ROOT / "rules", folder)
    (folder / "areas/russia.yaml").write_text(areas, "utf-8")
    (folder / "areas/russia_test.yaml").unlink()
    rules = folder / "undesirable-organization.yaml"
    text = rules.read_text("utf-8")
    rules.write_text(text[: text.index("\npromises:")] + "\n", "utf-8")
    return folder


@pytest.fixture
def site(tmp_path, make_config, make_database):
    """A configuration whose rule book draws the area anew from April on."""
    path = make_database({"5.0.0.0/8": record("09"), "6.0.0.0/8": record("43")})
    folder = rule_book(tmp_path / "rules", AREAS + SINCE_APRIL)
    return make_config(
        geo={"databases": [str(path)]}, rules={"folder": str(folder), "pinned": {}}
    )


def run(config, *words):
    done = CliRunner().invoke(main, [*map(str, words), "--config", str(config)])
    assert done.exit_code in {0, 5}, done.output
    return done


def test_a_line_of_march_is_decided_by_the_areas_of_march(site, tmp_path):
    lines = [
        made.combined(
            address, second=int(datetime(2026, month, 15, tzinfo=UTC).timestamp())
        )
        for month in (3, 4)
        for address in (LUHANSK, SIMFEROPOL)
        for _ in range(20)
    ]
    log = tmp_path / "a.log"
    log.write_bytes(made.text_of("combined", lines))
    run(site, "audit", "import", log, "--to", tmp_path / "out")
    met = Counter()
    for path in (tmp_path / "out").rglob("*.parquet"):
        for sealed in read_rows(path, "localhost"):
            row = sealed.row
            met[sealed.period[:7], row.place, row.areas, row.action] += row.n
    assert met == {
        ("2026-03", "UA-09", "", "pass"): 20,
        ("2026-03", "UA-43", f"{CONTROLLED}:yes", "interstitial"): 20,
        ("2026-04", "UA-09", f"{CONTROLLED}:yes", "interstitial"): 20,
        ("2026-04", "UA-43", f"{CONTROLLED}:yes", "interstitial"): 20,
    }
    told = json.loads(run(site, "audit", "evidence", tmp_path / "out", "--json").stdout)
    assert {
        one["place"]: (one["n"], *one["evidence"]) for one in told["memberships"]
    } == {
        "UA-09": (20, {"codes": ["whole:UA-09"], "ipv4": 1 << 24}),
        "UA-43": (40, {"codes": ["whole:UA-43"], "ipv4": 1 << 24}),
    }
    assert told["untold"] == {"nowhere": 20}


def test_a_row_of_march_is_replayed_over_the_areas_of_march(site, tmp_path):
    """Counted by a book that drew the area anew from May, asked of one from April."""
    folder = rule_book(tmp_path / "former", AREAS + SINCE_MAY)
    former, _ = load_book(folder)
    row = ROW._replace(
        place="UA-09",
        areas="",
        membership="no",
        action="pass",
        outcome="passed",
        rules="default",
        section="articles",
        book=former.digest,
        areas_digest=former.areas_digest,
        config=load_config(site, {}).digest,
        database="gone",
    )
    found = {}
    for month in MONTHS:
        log = logged(tmp_path / month, [f"{month}-15"], [row])
        asked = ["--rules", tmp_path / "rules", "--former", folder, "--json"]
        assume = ["--assume", "sections", "--assume", "doubts"]
        done = run(site, "audit", "replay", log, *asked, *assume)
        told = json.loads(done.stdout)
        found[month] = (told["stricter"], told["looser"], told["untold"])
    assert found == {"2026-03": (0, 0, []), "2026-04": (20, 0, [])}
