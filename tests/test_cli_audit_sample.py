"""gate audit sample: a log to learn on, with everything in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from gate.audit.notes import Verifier
from gate.audit.parquet import read_rows
from gate.audit.verifying import verify
from gate.cli import main
from gate.workbench.auditing.report import Scope, make_report
from gate.workbench.auditing.sample import SITE, write_sample

FIRST, DAYS = date(2026, 9, 1), 14


@pytest.fixture(name="sample", scope="module")
def _sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    return folder, write_sample(folder, FIRST, DAYS, lambda _: None)


@pytest.fixture(name="made", scope="module")
def _made(sample):
    folder, _ = sample
    return make_report(Scope(folders=(folder,)), FIRST + timedelta(DAYS))


def test_the_sample_verifies_with_its_key(sample):
    folder, vkey = sample
    today = FIRST + timedelta(DAYS)
    found = verify(folder / "log", [Verifier.parse(vkey)], today=today)
    assert found.sound, found.findings
    assert found.first_day == "2026-09-01"


def test_it_holds_one_of_everything(made):
    answers = made.answers
    versions = [row["what"] for row in answers["versions"]]
    assert {what: versions.count(what) for what in ("book", "database", "notices")} == {
        "book": 2,
        "database": 2,
        "notices": 2,
    }
    assert len({row["day"] for row in answers["violations"]}) == 1
    assert {row["outcome"] for row in answers["lost"]} == {"gap", "refused"}
    assert "stricter" in {row["change"] for row in answers["shadows"]}
    assert answers["merged"][0]["any"] > 0


def test_every_day_is_sealed_and_one_of_them_is_empty(made):
    assert len(made.sealed) == DAYS
    assert len(made.answers["days"]) == DAYS - 1
    assert len(made.verdict.wrong) == 2


def test_no_row_is_about_few(sample):
    folder, _ = sample
    for path in folder.glob("log/rows/**/*.parquet"):
        assert all(one.row.n >= 10 for one in read_rows(path, SITE))


def test_the_same_days_give_the_same_counts(made, tmp_path):
    write_sample(tmp_path / "again", FIRST, DAYS, lambda _: None)
    again = make_report(Scope(folders=(tmp_path / "again",)), FIRST + timedelta(DAYS))
    assert again.answers == made.answers


def test_it_ends_yesterday_and_says_what_to_try(tmp_path):
    folder = tmp_path / "learn"
    words = ["audit", "sample", str(folder), "--days", "7"]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 0, found.output
    yesterday = datetime.now(UTC).date() - timedelta(1)
    assert list(folder.glob(f"log/rows/*/*/day={yesterday}"))
    assert f"gate audit report {folder}" in found.output


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "mine").write_text("keep")
    found = CliRunner().invoke(main, ["audit", "sample", str(tmp_path)])
    assert found.exit_code == 3
    assert "E648" in found.output
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_its_last_day_is_named_a_day():
    found = CliRunner().invoke(main, ["audit", "sample", "--help"])
    assert "--until DAY" in found.output
    assert "%Y" not in found.output
