"""gate audit query: SQL that can read the rows and nothing else."""

from __future__ import annotations

import csv
import io
import json

import pytest
from asked_logs import PLAIN, SERVED, seal_days
from click.testing import CliRunner

from gate.audit.rows import COLUMNS
from gate.cli import main
from gate.workbench.auditing.sql import EXAMPLES


@pytest.fixture(name="log", scope="module")
def _log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    seal_days(folder, {"2026-11-01": [PLAIN, SERVED._replace(n=1234)]})
    return folder


def run(*words):
    return CliRunner().invoke(main, ["audit", "query", *map(str, words)])


def test_rows_are_asked_in_sql(log):
    found = run("SELECT place, n FROM counts WHERE n > 100", log)
    assert found.exit_code == 0, found.output
    assert "RU" in found.output
    assert "1,234" in found.output


def test_json_keeps_numbers(log):
    found = run(
        "SELECT place, sum(n) AS n FROM counts GROUP BY ALL ORDER BY 1", log, "--json"
    )
    assert json.loads(found.output) == [
        {"place": "RU", "n": 1234},
        {"place": "other", "n": 10},
    ]


def test_csv_has_a_heading(log):
    found = run("SELECT day, n FROM counts ORDER BY n", log, "--csv")
    rows = list(csv.reader(io.StringIO(found.output)))
    assert rows == [["day", "n"], ["2026-11-01", "10"], ["2026-11-01", "1234"]]


@pytest.mark.parametrize("words", [(), ("--list",)])
def test_without_sql_columns_and_examples_are_shown(words):
    found = run(*words)
    assert found.exit_code == 0
    assert all(column in found.output for column in COLUMNS)
    assert all(question in found.output for question, _ in EXAMPLES)


@pytest.mark.parametrize(("question", "sql"), EXAMPLES)
def test_every_example_can_be_asked(log, question, sql):
    assert question.endswith("?")
    found = run(sql, log)
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize(
    "sql",
    [
        "COPY counts TO '{out}'",
        "EXPLAIN ANALYZE COPY counts TO '{out}'",
        "EXPORT DATABASE '{out}'",
        "ATTACH '{out}'",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*')",
        "INSTALL httpfs",
        "LOAD '{secret}'",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "DROP TABLE counts",
        "INSERT INTO counts SELECT * FROM counts",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; DROP TABLE counts",
        "PRAGMA enable_profiling",
        "SELEC",
        "",
    ],
)
def test_a_query_can_only_read_the_rows(log, tmp_path, sql):
    secret, out = tmp_path / "secret.csv", tmp_path / "out"
    secret.write_text("word\nhunter2\n")
    found = run(sql.format(secret=secret, out=out) or " ", log)
    assert found.exit_code == 1, found.output
    assert "error E647" in found.output
    assert "hunter2" not in found.output
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_many_rows_are_cut_in_the_terminal_and_nowhere_else(log):
    sql = "SELECT range AS n FROM range(1500)"
    assert "500 more rows" in run(sql, log).output
    assert len(run(sql, log, "--csv").output.splitlines()) == 1501


def test_a_folder_without_a_log_is_named(tmp_path):
    found = run("SELECT 1", tmp_path)
    assert found.exit_code == 3
    assert "E641" in found.output


def test_the_help_explains_columns_outcomes_and_the_star():
    found = CliRunner().invoke(main, ["help", "audit"])
    assert found.exit_code == 0
    assert all(column in found.output for column in COLUMNS)
    assert "served_without_notice" in found.output
    assert "*    merged" in found.output
