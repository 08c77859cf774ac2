"""Who answers: DuckDB, Spark, others; and what they say where they cannot."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import warnings
from datetime import date
from pathlib import Path

import ibis
import pytest
from asked_logs import PLAIN, RUSSIA, SERVED, row, seal_days

from gate.audit.engines import open_engine
from gate.audit.folders import row_files
from gate.audit.questions import QUESTIONS
from gate.audit.rows import COLUMNS
from gate.errors import (
    EngineFailedError,
    EngineMissingError,
    EngineReadsNoFilesError,
    NoLogError,
    RowsUnreadableError,
    UnknownEngineError,
)
from gate.workbench.auditing.sample import write_sample

DAYS = {
    "2026-11-01": [PLAIN, RUSSIA, row(section="*", door="*", n=33)],
    "2026-11-02": [],
    "2026-11-03": [SERVED, row(areas="donbas:possible,russia:yes", rules="a,b")],
}


@pytest.fixture(name="sealed", scope="module")
def _sealed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    seal_days(folder, DAYS)
    return folder


@pytest.fixture(name="log")
def _log(sealed, tmp_path):
    return Path(shutil.copytree(sealed, tmp_path / "one"))


def answers(engine, *folders):
    with open_engine(engine, folders) as opened:
        return {
            name: opened.answer(question.ask(opened.counts))
            for name, question in QUESTIONS.items()
        }


def test_days_and_months_are_text(log):
    with open_engine("duckdb", [log]) as engine:
        found = engine.answer(engine.counts.select("month", "day").distinct())
    assert {(one["month"], one["day"]) for one in found} == {
        ("2026-11", "2026-11-01"),
        ("2026-11", "2026-11-03"),
    }


def test_replicas_are_asked_together(log, tmp_path):
    seal_days(tmp_path / "two", {"2026-11-02": [PLAIN]}, site="replica-2")
    found = answers("duckdb", log, tmp_path / "two")
    assert found["total"][0]["total"] == 83
    assert {one["site"] for one in found["segments"]} == {"herald.example", "replica-2"}


def test_the_folder_itself_and_the_one_that_holds_it_are_the_same_log(log):
    assert answers("duckdb", log) == answers("duckdb", log / "log")


def test_a_file_that_is_still_being_written_is_not_read(log):
    path = row_files([log / "log"])["herald.example"][0]
    (path.parent / f".begun-1-{path.name}").write_bytes(b"half")
    assert answers("duckdb", log)["total"][0]["total"] == 73


def test_a_folder_without_a_log_is_named(tmp_path):
    with pytest.raises(NoLogError) as caught, open_engine("duckdb", [tmp_path]):
        pass
    assert caught.value.folder == str(tmp_path)


def test_a_damaged_file_is_named_and_is_no_traceback(log):
    path = row_files([log / "log"])["herald.example"][0]
    path.write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(RowsUnreadableError) as caught, open_engine("duckdb", [log]):
        pass
    assert path.name in str(caught.value)


def test_an_unknown_engine_is_a_wrong_use(log):
    with pytest.raises(UnknownEngineError) as caught, open_engine("dukdb", [log]):
        pass
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("engine", "missing", "extra"),
    [("duckdb", "ibis", "[audit]"), ("spark", "pyspark", "[spark]")],
)
def test_what_is_not_installed_is_said_with_its_extra(
    log, monkeypatch, engine, missing, extra
):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(EngineMissingError) as caught, open_engine(engine, [log]):
        pass
    assert extra in caught.value.hint


def test_an_engine_that_cannot_answer_says_it_in_its_own_words(log):
    with open_engine("duckdb", [log]) as engine:
        strange = ibis.table({"x": "string"}, name="not_there")
        with pytest.raises(EngineFailedError, match="not_there"):
            engine.answer(strange)


def test_an_engine_that_reads_no_files_says_what_to_do(log, tmp_path):
    sqlite3.connect(tmp_path / "x.db").close()
    url = f"sqlite://{tmp_path / 'x.db'}"
    with pytest.raises(EngineReadsNoFilesError) as caught, open_engine(url, [log]):
        pass
    assert "counts" in caught.value.hint
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pandas
def test_an_engine_with_a_table_of_its_own_answers_from_it(log, tmp_path):
    path = tmp_path / "own.db"
    with open_engine("duckdb", [log]) as engine:
        found = engine.answer(engine.counts)
    connection = sqlite3.connect(path)
    kinds = [f'"{n}" {"INTEGER" if n in {"n", "segment"} else "TEXT"}' for n in COLUMNS]
    connection.execute(f"CREATE TABLE counts ({', '.join(kinds)})")
    marks = ", ".join("?" * len(COLUMNS))
    rows = [[one[name] for name in COLUMNS] for one in found]
    connection.executemany(f"INSERT INTO counts VALUES ({marks})", rows)  # noqa: S608
    connection.commit()
    connection.close()
    expected = answers("duckdb", log)
    with open_engine(f"sqlite://{path}", [log]) as engine:
        for name in ("total", "days", "doors", "merged", "segments"):
            assert engine.answer(QUESTIONS[name].ask(engine.counts)) == expected[name]


def test_a_password_in_the_url_of_an_engine_is_not_repeated(log):
    url = "postgres://gate:hunter2@127.0.0.1:1/x"
    kinds = (EngineFailedError, EngineMissingError)
    with pytest.raises(kinds) as caught, open_engine(url, [log]):
        pass
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.deep
def test_spark_answers_every_question_as_duckdb_does(tmp_path, log, capfd):
    pytest.importorskip("pyspark")
    write_sample(tmp_path / "sample", date(2026, 9, 1), 30, lambda _: None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, py4j and their sockets
        found = answers("spark:local[2]", tmp_path / "sample", log)
    assert found == answers("duckdb", tmp_path / "sample", log)
    told = capfd.readouterr()
    assert told.out + told.err == ""


@pytest.mark.deep
def test_spark_answers_a_log_without_rows(tmp_path):
    pytest.importorskip("pyspark")
    (tmp_path / "sites").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert answers("spark:local[2]", tmp_path) == answers("duckdb", tmp_path)


def test_a_log_without_any_row_is_asked_without_error(tmp_path):
    Path(tmp_path / "sites").mkdir()
    assert answers("duckdb", tmp_path)["days"] == []
