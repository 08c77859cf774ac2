"""gate audit report: the verdict first, then tables, JSON, or a page."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from asked_logs import PLAIN, RUSSIA, SERVED, SETTINGS, row, seal_days
from click.testing import CliRunner

import gate.workbench.auditing as package
from gate.cli import main
from gate.workbench.auditing.page import render
from gate.workbench.auditing.plots import panel, span_days, spans, tick_step
from gate.workbench.auditing.report import Scope, make_report
from gate.workbench.auditing.verdict import share
from gate.workbench.auditing.words import PARTS, passed
from gate.workbench.starter import write_starter

TODAY = datetime.now(UTC).date()


def days_ago(number):
    return (TODAY - timedelta(number)).isoformat()


def run(*words):
    return CliRunner().invoke(main, ["audit", "report", *map(str, words)])


def report(folder, days, **changes):
    """The report of a log that is sealed up to yesterday."""
    seal_days(folder, days, **changes)
    return make_report(Scope(folders=(folder,)), TODAY)


def test_a_sound_log_is_said_to_be_sound_in_the_first_line(tmp_path):
    seal_days(tmp_path, {days_ago(2): [PLAIN], days_ago(1): [RUSSIA]})
    found = run(tmp_path)
    assert found.exit_code == 0, found.output
    first = found.output.splitlines()[0]
    assert first == (
        "Nothing wrong is recorded: 20 decisions on 2 days, and all 10 that owed the "
        "reader a notice gave it."
    )
    assert "Unverified" in found.output
    assert "gate audit report DIR --key VKEY" in found.output
    assert "What to do" not in found.output


def test_a_violation_is_the_first_thing_that_is_said(tmp_path):
    rows = [row(outcome="gap", n=12), SERVED._replace(n=14), PLAIN]
    seal_days(tmp_path, {days_ago(1): rows})
    found = run(tmp_path)
    assert found.exit_code == 1
    first = found.output.splitlines()[0]
    assert first.startswith(f"Something is wrong: 14 decisions ({days_ago(1)}) were")
    assert first.endswith("and 1 more finding.")


def test_a_violation_comes_with_what_to_do(tmp_path):
    rows = [SERVED._replace(n=14, door="flask", gate="0.0.9"), PLAIN]
    made = report(tmp_path, {days_ago(1): rows})
    assert made.verdict.advice == (
        f"What to do: report it as a fault of the gate (day {days_ago(1)}, gate 0.0.9, "
        "door flask), keep the log, and run gate audit proof for these rows."
    )
    assert made.verdict.advice in run(tmp_path).output
    assert made.plain()["advice"] in render(made)


def test_a_violation_without_rows_of_its_own_comes_with_what_to_do(tmp_path):
    made = report(tmp_path, {days_ago(1): [PLAIN]}, violations=-1)
    assert f"day {days_ago(1)}" in made.verdict.advice
    assert "audit proof" not in made.verdict.advice


def test_many_days_and_doors_are_still_one_sentence(tmp_path):
    days = {days_ago(n): [SERVED, row(SERVED, door="*")] for n in range(1, 6)}
    told = report(tmp_path, days).verdict.advice
    assert f"5 days, from {days_ago(5)} to {days_ago(1)}" in told
    assert "door proxy)" in told


def test_unknown_places_do_not_stand_in_no_area(tmp_path):
    rows = [row(n=21), row(place="private_address", n=22)]
    made = report(tmp_path, {days_ago(1): rows})
    assert "place unknown, reading" in run(tmp_path).output
    assert "place unknown, reading" in render(made)


def test_why_readers_passed_stands_below_the_areas(tmp_path):
    rows = [row(RUSSIA, outcome="passed", reason="kind:asset", n=1234), PLAIN]
    made = report(tmp_path, {days_ago(1): rows})
    told = "Passed for a reason, of all decisions: parts of pages: 1,234."
    assert told in run(tmp_path).output
    assert told in render(made)


def test_only_watching_is_no_reason_to_pass():
    assert passed([{"reason": "mode:observe", "n": 20}]) == ""


@pytest.mark.parametrize("field", ["violations", "gaps"])
def test_fewer_than_ten_are_wrong_all_the_same(tmp_path, field):
    made = report(tmp_path, {days_ago(1): [PLAIN]}, **{field: -1})
    assert "fewer than 10 a day on 1 day" in made.verdict.wrong[0]


def test_a_day_that_is_not_sealed_is_named(tmp_path):
    made = report(tmp_path, {days_ago(4): [PLAIN], days_ago(1): [PLAIN]})
    assert made.verdict.wrong == (
        f"2 days of herald.example not sealed ({days_ago(3)}, {days_ago(2)}).",
    )


def test_a_log_that_has_ended_is_named_unless_days_are_chosen(tmp_path):
    made = report(tmp_path, {days_ago(9): [PLAIN]})
    assert "7 days" in made.verdict.wrong[0]
    chosen = Scope(folders=(tmp_path,), until=days_ago(9))
    assert make_report(chosen, TODAY).verdict.wrong == ()


def test_rows_that_are_gone_are_named(tmp_path):
    seal_days(tmp_path, {days_ago(1): [PLAIN]})
    shutil.rmtree(tmp_path / "log/rows")
    made = make_report(Scope(folders=(tmp_path,)), TODAY)
    assert "holds 0 rows" in made.verdict.wrong[0]


def test_rows_that_nobody_sealed_are_named(tmp_path):
    seal_days(tmp_path, {days_ago(2): [PLAIN], days_ago(1): [PLAIN]})
    (tmp_path / "log/sites/herald.example/segments/000001.json").unlink()
    wrong = make_report(Scope(folders=(tmp_path,)), TODAY).verdict.wrong
    assert any("has 10 decisions and no header" in sentence for sentence in wrong)


def test_what_an_edge_decided_is_named(tmp_path):
    made = report(
        tmp_path, {days_ago(1): [PLAIN]}, settings={**SETTINGS, "cache": "edge"}
    )
    assert "out of sight" in made.verdict.notes[0]


def test_a_newest_day_that_lacks_counts_is_wrong(tmp_path):
    short = {**SETTINGS, "in_use": "2"}
    made = report(tmp_path, {days_ago(1): [PLAIN]}, settings=short)
    assert "2 tables were still counted into" in made.verdict.wrong[0]


def test_watching_only_is_wrong_where_a_notice_was_owed(tmp_path):
    rows = [RUSSIA._replace(outcome="passed", reason="mode:observe", n=21)]
    made = report(tmp_path, {days_ago(1): rows})
    assert "only watched" in made.verdict.wrong[0]


def test_days_can_be_chosen(tmp_path):
    seal_days(tmp_path, {days_ago(2): [SERVED], days_ago(1): [PLAIN]})
    found = json.loads(run(tmp_path, "--since", days_ago(1), "--json").output)
    assert found["answers"]["total"][0]["total"] == 10
    assert found["wrong"] == []


@pytest.mark.parametrize("day", ["2026-13-01", "20261101", "tomorrow", "2026-11-1"])
def test_a_day_that_is_none_is_a_wrong_use(tmp_path, day):
    seal_days(tmp_path, {days_ago(1): [PLAIN]})
    found = run(tmp_path, "--since", day)
    assert found.exit_code == 2
    assert "E656" in found.output


def test_the_same_log_twice_is_refused_because_all_would_count_twice(tmp_path):
    seal_days(tmp_path / "a", {days_ago(1): [PLAIN]})
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    found = run(tmp_path / "a", tmp_path / "b")
    assert found.exit_code == 3
    assert "E649" in found.output


def test_a_log_without_any_segment_says_that_nothing_can_be_said(tmp_path):
    (tmp_path / "sites").mkdir()
    found = run(tmp_path)
    assert "Nothing is sealed" in found.output.splitlines()[0]


def test_a_day_without_visitors_is_a_sealed_day(tmp_path):
    found = report(tmp_path, {days_ago(1): []})
    assert found.verdict.wrong == ()
    assert found.sealed == (days_ago(1),)


def test_the_log_of_the_configuration_is_the_default(tmp_path, monkeypatch):
    write_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    seal_days(tmp_path / ".state/audit", {days_ago(1): [RUSSIA]})
    found = run()
    assert found.exit_code == 0, found.output
    assert "every-reader-in-russia-is-warned" in found.output


def test_with_a_key_the_log_is_verified(tmp_path):
    vkey = seal_days(tmp_path, {days_ago(1): [PLAIN]})
    assert "Verified: all 1 rows" in run(tmp_path, "--key", vkey).output


def test_with_the_key_of_another_log_it_is_wrong(tmp_path):
    seal_days(tmp_path / "a", {days_ago(1): [PLAIN]})
    other = seal_days(tmp_path / "b", {days_ago(1): [PLAIN]})
    found = run(tmp_path / "a", "--key", other)
    assert found.exit_code == 1
    assert "Not verified" in found.output


def test_the_page_holds_the_verdict_and_asks_for_nothing(tmp_path):
    seal_days(tmp_path, {days_ago(1): [SERVED, row(rules="<script>alert(1)</script>")]})
    page = tmp_path / "report.html"
    assert str(page) in run(tmp_path, "--html", page).output
    text = page.read_text(encoding="utf-8")
    assert "10 decisions" in text
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="|url\(|@import|https?://', text)
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 0, "none"),
        (10, 10, "100.0 %"),
        (999_999, 1_000_000, "99.9999 %"),
        (1, 1_000_000, "0.0001 %"),
        (0, 5, "0.0 %"),
    ],
)
def test_a_share_never_rounds_up_to_all_or_down_to_none(part, whole, told):
    assert share(part, whole) == told


@pytest.mark.parametrize(
    ("top", "step"), [(0, 1), (3, 1), (7, 2), (98_000, 50_000), (10**9, 500_000_000)]
)
def test_an_axis_has_few_round_steps(top, step):
    assert tick_step(top) == step


@pytest.mark.parametrize(("days", "length"), [(60, 1), (200, 7), (3000, 28)])
def test_many_days_are_shown_by_the_week_or_four(days, length):
    assert span_days(days) == length
    first = date(2020, 1, 1)
    every = [(first + timedelta(n)).isoformat() for n in range(days)]
    parts = dict.fromkeys(PARTS, 0)
    rows = [{"day": day, "total": 3, **parts, "passed": 3} for day in every]
    found = spans(rows, every, every[0], every[-1])
    assert sum(span.total for span in found) == 3 * days
    assert all(span.sealed == span.days for span in found)
    drawn = panel(found, ("unmet", "met", "free", "rest"), 100, "per day")
    assert all(0 <= y <= 100 for column in drawn.columns for _, y, _ in column.bars)


def test_the_package_of_the_page_is_complete():
    folder = Path(package.__file__).parent
    assert (folder / "world.json").is_file()
    assert {p.name for p in (folder / "templates").iterdir()} >= {
        "report.html",
        "report.css",
        "marks.html",
    }


def test_what_is_not_drawn_is_said_on_the_page(tmp_path):
    both = RUSSIA._replace(areas="russia-controlled-ukraine:yes,russia:yes", n=33)
    page = render(report(tmp_path, {days_ago(1): [RUSSIA, both]}))
    assert "33 decisions that owed a notice are not drawn as Russia (RU)" in page
    assert "Russia (RU): 10 owed a notice" in page
