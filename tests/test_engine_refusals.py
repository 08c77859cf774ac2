"""What is refused is kept whole, and for a while after it is over."""

from __future__ import annotations

import json
import shutil

import pytest

from gate.engine.errand import findings_in
from gate.engine.refusals import (
    LONGEST_LINE,
    MOST_EARLIER,
    MOST_FINDINGS,
    REMEMBERED,
    Refusal,
    Refusals,
)
from gate.errors import ConfigError, FindingsError
from gate.model import Diagnostic, Mark, Severity
from gate.rules.sheets import read_folder


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    """A folder of rules with two files."""
    made = tmp_path / "rules"
    made.mkdir()
    (made / "a.yaml").write_text("first\nsecond\n")
    (made / "b.yaml").write_text("x\n")
    return made


@pytest.fixture
def copy(folder):
    """The copy of the book that is served, under its digest."""
    made = folder.with_name(read_folder(folder).digest)
    shutil.copytree(folder, made)
    return made


def found(folder, line=2, severity=Severity.ERROR, message="It is wrong."):
    mark = Mark(file=str(folder / "a.yaml"), line=line, column=1, width=3)
    return Diagnostic(
        code="R001", message=message, hint="Mend it.", mark=mark, severity=severity
    )


def refusal(error, folder, copy):
    return Refusal.of(error, folder=folder, copy=copy, now=5.0)


def test_a_refusal_tells_line_digest_and_files_in_json(folder, copy):
    (folder / "b.yaml").unlink()
    (folder / "a.yaml").write_text("first\nother\n")
    (folder / "c.yaml").write_text("new\n")
    made = refusal(FindingsError([found(folder)]), folder, copy)
    told = json.loads(json.dumps(made.told()))
    assert told["book"] == read_folder(folder).digest
    assert told["files"] == [
        ["a.yaml", "changed"],
        ["b.yaml", "gone"],
        ["c.yaml", "new"],
    ]
    (finding,) = findings_in(told)
    assert (finding.source_line, finding.hint) == ("other", "Mend it.")


def test_only_errors_are_told_and_not_too_many(folder, copy):
    errors = [found(folder, message=str(number)) for number in range(50)]
    warning = found(folder, severity=Severity.WARNING)
    made = refusal(FindingsError([warning, *errors]), folder, copy)
    assert (len(made.findings), made.more) == (MOST_FINDINGS, 50 - MOST_FINDINGS)
    assert {finding.severity for finding in made.findings} == {Severity.ERROR}


def test_a_line_that_nobody_could_read_is_left_out(folder, copy):
    (folder / "a.yaml").write_text("x" * LONGEST_LINE + "y")
    made = refusal(FindingsError([found(folder, line=1)]), folder, copy)
    assert made.findings[0].source_line == ""


@pytest.mark.parametrize("gone", ["folder", "copy"])
def test_without_a_folder_or_a_copy_nobody_says_what_differs(folder, copy, gone):
    shutil.rmtree(folder if gone == "folder" else copy)
    made = refusal(ConfigError("It is wrong."), folder, copy)
    assert made.files == ()
    assert bool(made.book) == (gone == "copy")


def test_what_is_over_is_told_for_a_day_with_what_was_taken(folder, copy, clock):
    refusals = Refusals(clock)
    refusals.update(ConfigError("One."), folder, copy)
    clock.now += 60
    refusals.update(ConfigError("Two."), folder, copy)
    clock.now += 60
    refusals.update(None, folder, copy)
    assert refusals.holding is None
    ends = [(r.message, r.since, r.seen, r.until, r.taken) for r in refusals.earlier]
    assert ends == [
        ("Two.", 1_000.0, 1_060.0, 1_120.0, copy.name),
        ("One.", 1_000.0, 1_000.0, 1_060.0, ""),
    ]
    clock.now += REMEMBERED
    assert refusals.earlier == ()


def test_another_save_with_the_same_error_is_told_with_its_own_time(
    folder, copy, clock
):
    refusals = Refusals(clock)
    refusals.update(ConfigError("One."), folder, copy)
    clock.now += 60
    (folder / "a.yaml").write_text("another try\n")
    for _ in range(3):  # later looks at the same book change nothing
        refusals.update(ConfigError("One."), folder, copy)
        assert (refusals.holding.since, refusals.holding.seen) == (1_000.0, 1_060.0)
        assert refusals.holding.book == read_folder(folder).digest
        clock.now += 60
    assert refusals.earlier == ()


def test_what_is_refused_anew_has_not_been_refused_since_then(folder, copy, clock):
    refusals = Refusals(clock)
    for error in (ConfigError("One."), None, ConfigError("One.")):
        refusals.update(error, folder, copy)
        clock.now += 60
    assert (refusals.holding.since, refusals.holding.seen) == (1_120.0, 1_120.0)


def test_a_day_of_bad_saves_is_not_kept_whole(folder, copy, clock):
    refusals = Refusals(clock)
    for number in range(MOST_EARLIER + 4):
        refusals.update(ConfigError(str(number)), folder, copy)
    kept = [int(refusal.message) for refusal in refusals.earlier]
    assert kept == [7, 6, 5, 4, 3]
