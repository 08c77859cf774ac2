"""Dropped rows: only old ones may go, and whoever verifies is told of them."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from audit_log import FIRST_DAY, NAME, Made, counts, day, make_log, prune

from gate.audit import keys
from gate.audit.log import Log
from gate.audit.segments import append_day, append_event
from gate.audit.verifying import verify
from gate.audit.verifying.pruned import LEAST_KEPT
from gate.cli.audit.prune import prune as command
from gate.model import Severity

DAYS = 34  # so that the days 0 to 3 may go: 31 stay
TODAY = FIRST_DAY + timedelta(DAYS)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Seal days of which the first five have rows."""
    folder = tmp_path_factory.mktemp("log") / "audit"
    log, signer = Log(folder / "log", NAME), keys.make(folder, NAME)
    for number in range(DAYS):
        told = counts(number, 1) if number < 5 else {}
        append_day(log, day(number), told, signer)
    return Made(folder, log, [signer.verifier])


@pytest.fixture
def made(sealed, tmp_path):
    """Copy the log, so that a test may change it."""
    folder = tmp_path / "audit"
    shutil.copytree(sealed.folder, folder)
    return Made(folder, Log(folder / "log", NAME), sealed.vkeys)


def findings(made):
    found = verify(made.folder, made.vkeys, today=TODAY).findings
    return {one.code: one for one in found}


def say(made, **details):
    """Sign an event that drops rows, and drop those of the first day."""
    append_event(made.log, "prune", details, [keys.load(made.folder, NAME)])
    made.rows(0).unlink()


def test_rows_older_than_a_month_may_go_and_a_note_tells_which(made):
    prune(made, [0, 1, 2], day(3), keys.load(made.folder, NAME))
    (finding,) = verify(made.folder, made.vkeys, today=TODAY).findings
    assert (finding.code, finding.severity) == ("A036", Severity.NOTE)
    assert f"3 days, {day(0)} to {day(2)}" in finding.message


def test_one_day_is_told_as_one(made):
    prune(made, [0], day(1), keys.load(made.folder, NAME))
    assert f"1 day, {day(0)} to {day(0)}" in findings(made)["A036"].message


@pytest.mark.parametrize(
    ("before", "is_old"), [(3, True), (4, False), (5, False), (DAYS, False)]
)
def test_the_last_month_of_sealed_days_must_stay(made, before, is_old):
    prune(made, [0], day(before), keys.load(made.folder, NAME))
    assert ("A034" in findings(made)) is not is_old
    assert "A036" in findings(made)


@pytest.mark.parametrize(
    "before",
    ["9999-12-31", "zzzz", "", "20261102", "2026-W44-1", "2026-11-2", [1], None],
)
def test_a_fake_day_before_which_rows_go_is_an_error(made, before):
    told = {} if before is None else {"before": before}
    say(made, segments=[0], **told)
    found = verify(made.folder, made.vkeys, today=TODAY)
    assert not found.sound
    assert {one.code for one in found.findings} == {"A034", "A036"}


@pytest.mark.parametrize("segments", ["0", None])
def test_an_event_that_names_no_segments_is_an_error(made, segments):
    told = {} if segments is None else {"segments": segments}
    append_event(
        made.log,
        "prune",
        {"before": day(1), **told},
        [keys.load(made.folder, NAME)],
    )
    assert set(findings(made)) == {"A034"}


@pytest.mark.parametrize("number", [-1, 3, DAYS, DAYS + 1, 10**6])
def test_a_segment_that_is_not_of_a_day_before_is_an_error(made, number):
    details = {"before": day(3), "segments": [number]}
    append_event(made.log, "prune", details, [keys.load(made.folder, NAME)])
    assert findings(made)["A034"].place == f"segment {number} of {NAME}"


def test_nothing_may_go_before_a_day_is_sealed(tmp_path):
    made = make_log(tmp_path, days=0)
    details = {"before": "0001-01-01", "segments": []}
    append_event(made.log, "prune", details, [keys.load(tmp_path, NAME)])
    assert "A034" in findings(made)


@pytest.mark.parametrize("end", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_findings_not_a_crash(tmp_path, end):
    made = make_log(tmp_path, days=0)
    signer = keys.load(tmp_path, NAME)
    append_day(made.log, end, {}, signer)
    details = {"before": "0001-01-02", "segments": []}
    append_event(made.log, "prune", details, [signer])
    assert ("A034" in findings(made)) is (end == "0001-01-01")


def test_days_after_the_last_of_the_calendar_are_findings_not_a_crash(tmp_path):
    made = make_log(tmp_path, days=0)
    signer = keys.load(tmp_path, NAME)
    append_day(made.log, "9999-12-31", {}, signer)
    head = made.log.head(made.vkeys)
    made.log.append(made.log.draft(head, period="9999-12-31", least=10), (), [signer])
    assert "A031" in findings(made)


def test_days_sealed_ahead_of_the_clock_do_not_make_rows_old(made):
    prune(made, [0], day(1), keys.load(made.folder, NAME))
    early = FIRST_DAY + timedelta(29)
    found = verify(made.folder, made.vkeys, today=early).findings
    assert "A034" in {one.code for one in found}


def test_verifying_and_dropping_have_the_same_limit():
    (option,) = (one for one in command.params if one.name == "older_than")
    assert option.type.min == LEAST_KEPT
