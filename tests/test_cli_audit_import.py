"""gate audit import: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import import_lines as made
import pytest
from click.testing import CliRunner
from import_lines import BERLIN, MOSCOW

from gate.audit.parquet import read_rows
from gate.cli import main
from gate.cli.audit import importing as command
from gate.workbench.importing import crew
from gate.workbench.importing.dataset import read_totals

GATE = str(Path(sys.executable).with_name("gate"))


@pytest.fixture
def run(make_config):
    """Run the command in this process."""
    config = make_config()

    def run(*given, **settings):
        words = ["audit", "import", f"--config={config}", *map(str, given)]
        return CliRunner().invoke(main, words, **settings)

    return run


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.log"
    lines = [made.combined(MOSCOW)] * 40 + [made.combined(BERLIN)] * 60
    path.write_bytes(
        made.text_of("combined", [*lines, *[made.combined("10.0.0.1")] * 12])
    )
    return path


def rows_in(folder):
    return [
        sealed
        for path in sorted(folder.rglob("*.parquet"))
        for sealed in read_rows(path, "localhost")
    ]


def test_it_says_what_became_of_the_lines_and_writes_nothing(run, log, tmp_path):
    result = run(log)
    assert result.exit_code == 0
    assert "combined" in result.output
    assert "interstitial" in result.output
    assert "Nothing was written" in result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.log", "config.yaml"]


def test_the_data_set_has_rows_of_at_least_ten_and_exact_totals(run, log, tmp_path):
    out = tmp_path / "out"
    assert run(log, "--to", out).exit_code == 0
    rows = rows_in(out)
    assert sum(sealed.row.n for sealed in rows) == 112
    assert min(sealed.row.n for sealed in rows) >= 10
    assert {sealed.row.door for sealed in rows} <= {"import", "*"}
    assert read_totals(out) == {"2026-09-21": 112}
    met = Counter()
    for sealed in rows:
        met[sealed.row.action] += sealed.row.n
    assert met["interstitial"] == 40


def test_the_data_set_cannot_be_taken_for_a_sealed_log(run, log, tmp_path):
    out = tmp_path / "out"
    run(log, "--to", out)
    assert sorted(path.name for path in out.iterdir()) == ["import.json", "rows"]
    assert json.loads((out / "import.json").read_text())["format"] == "gate.import/1"
    result = CliRunner().invoke(
        main, ["audit", "reconcile", str(out), "--imported", str(out)]
    )
    assert result.exit_code != 0


def test_json_has_the_sums_and_they_add_up(run, log):
    found = json.loads(run(log, "--json").stdout)
    lines = found["lines"].pop("lines")
    assert lines == sum(found["lines"].values()) == 112
    assert found["days"] == {"2026-09-21": 112}
    assert found["files"][0]["format"] == "combined"


def test_unreadable_lines_are_listed_by_file_and_number(run, log, tmp_path):
    named = tmp_path / "named.csv"
    with log.open("a") as file:
        file.write("odd\n")
    result = run(log, f"--unreadable={named}")
    assert result.exit_code == 0
    assert "not_of_the_format" not in result.output
    assert f"1 unreadable line: listed in {named}." in result.stderr
    assert f"{log}:113: not_of_the_format" in run(log).stderr
    rows = list(csv.reader(named.read_text().splitlines()))
    assert rows == [["log", "line", "reason"], [str(log), "113", "not_of_the_format"]]


def test_above_the_threshold_nothing_is_written_but_the_list(run, log, tmp_path):
    named, out = tmp_path / "named.csv", tmp_path / "out"
    with log.open("a") as file:
        file.write("odd\n" * 2)
    result = run(log, f"--unreadable={named}", f"--to={out}")
    assert result.exit_code == 1
    assert "E666" in result.stderr
    assert named.exists()
    assert not out.exists()
    assert run(log, f"--to={out}", "--tolerate=2").exit_code == 0


def test_a_log_that_breaks_off_leaves_nothing_behind(run, log, tmp_path):
    packed, out = tmp_path / "b.log.gz", tmp_path / "out"
    packed.write_bytes(gzip.compress(log.read_bytes())[:-4])
    result = run(log, packed, f"--to={out}")
    assert result.exit_code == 1
    assert "E664" in result.stderr
    assert not out.exists()


def test_a_folder_that_holds_something_is_never_written_to(run, log, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "sites").mkdir()
    result = run(log, f"--to={out}")
    assert result.exit_code == 3
    assert "E669" in result.stderr
    assert [path.name for path in out.iterdir()] == ["sites"]


def test_logs_of_several_formats_and_packings_are_one_import(run, log, tmp_path):
    other, packed = tmp_path / "b.json", tmp_path / "c.gz"
    other.write_bytes(made.text_of("caddy", [made.caddy()] * 5))
    packed.write_bytes(gzip.compress(made.text_of("haproxy", [made.haproxy()] * 6)))
    found = json.loads(run(log, other, packed, "--json", "--jobs=2").stdout)
    assert [f["format"] for f in found["files"]] == ["combined", "caddy", "haproxy"]
    assert found["lines"]["decided"] == 123


def test_standard_input_is_read(run, log):
    found = json.loads(run("-", "--json", input=log.read_bytes()).stdout)
    assert found["lines"]["decided"] == 112


def test_standard_input_that_cannot_be_read_ends_in_words(make_config):
    words = ["audit", "import", "-", f"--config={make_config()}"]
    done = subprocess.run(
        [GATE, *words], input=b"4 junk\n5 junk\n", capture_output=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert b"Fatal" not in done.stderr


def test_a_report_says_first_that_it_was_imported(run, log, tmp_path):
    run(log, "--to", tmp_path / "out")
    found = CliRunner().invoke(main, ["audit", "report", str(tmp_path / "out")])
    first, second = found.output.splitlines()[:2]
    assert first.startswith("Imported from access logs: 112 decisions")
    assert second.startswith("Unverified: imported rows are not sealed")
    assert found.exit_code == 0


def test_a_zone_can_be_said_for_times_without_one(run, tmp_path):
    path = tmp_path / "ha.log"
    path.write_bytes(made.text_of("haproxy", [made.haproxy(second=1_790_035_000)]))
    for offset, day in (("+00:00", "2026-09-21"), ("-03:00", "2026-09-22")):
        found = json.loads(run(path, "--json", f"--offset={offset}").stdout)
        assert list(found["days"]) == [day]
    assert run(path, "--offset=3").exit_code == 2


def test_a_reader_that_dies_is_an_error_and_nothing_is_written(
    run, log, tmp_path, monkeypatch
):
    def die(*_):
        os._exit(9)

    monkeypatch.setattr(crew, "read_part", die)
    other = tmp_path / "b.log"
    other.write_bytes(log.read_bytes())
    result = run(log, other, f"--to={tmp_path / 'out'}", "--jobs=2")
    assert result.exit_code == 1
    assert "E668" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_fault_in_a_reader_does_not_tell_what_was_read(
    run, log, tmp_path, monkeypatch
):
    def fail(*_):
        raise KeyError(MOSCOW)

    monkeypatch.setattr(crew, "read_part", fail)
    other = tmp_path / "b.log"
    other.write_bytes(log.read_bytes())
    for jobs in (1, 2):
        result = run(log, other, f"--jobs={jobs}")
        assert result.exit_code == 1
        assert "E668" in result.stderr
        assert MOSCOW not in result.output + result.stderr


def test_on_a_terminal_there_is_a_bar(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    seen = []
    with command._bar() as progress:  # noqa: SLF001
        progress(5, 10)
        seen.append(progress)
    assert seen


def test_the_program_reads_a_pipe(make_config, log):
    command = (GATE, "audit", "import", "-", f"--config={make_config()}", "--json")
    done = subprocess.run(
        command, input=log.read_bytes(), capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lines"]["decided"] == 112
