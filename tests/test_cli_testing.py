"""gate test: results, JUnit, mutants and coverage, as the editor meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.cli.tested import show_coverage, show_mutants, show_results
from gate.model import Mark
from gate.rules.mutating.mutants import Mutant
from gate.rules.mutating.survival import Fate, Verdict
from gate.rules.testing.coverage import ItemCoverage, Part
from gate.rules.testing.trial import TestResult as Result
from gate.workbench.junit import as_junit

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "gate" / "workbench" / "examples" / "belarus"
BOOK = "rules/extremist-formation.yaml"
ICON = '        - "/favicon.ico"\n'


@pytest.fixture(name="site")
def _site(tmp_path, monkeypatch, session_state):
    """Lay the example of Belarus, which is small, and change text in its files."""
    shutil.copytree(EXAMPLE, tmp_path / "site")
    monkeypatch.chdir(tmp_path / "site")
    monkeypatch.setenv("GATE_STATE", str(session_state))

    def change(old, new, name=BOOK):
        path = tmp_path / "site" / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def run(*arguments):
    return CliRunner().invoke(main, ["test", *arguments])


@pytest.mark.usefixtures("site")
def test_only_runs_tests_by_their_name():
    told = run("--only", "MINSK")
    assert (told.exit_code, told.output) == (0, "2 of 2 tests passed.\n")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "nobody"], 'No test has "nobody" in its name.'),
        (["--mutants", "--only", "nobody"], 'has "nobody" in its id.'),
        (["--coverage", "--only", "nobody"], 'has "nobody" in its id.'),
        (["--mutants", "--coverage"], "ask one."),
        (["--at-least", "95"], "give --mutants as well"),
    ],
    ids=["test", "mutants", "coverage", "both", "at least"],
)
def test_what_cannot_be_asked_is_a_usage_error(arguments, told):
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.usefixtures("site")
def test_the_example_notices_every_mutant():
    told = run("--mutants", "--at-least", "100")
    assert told.exit_code == 0
    assert "R052" not in told.output
    assert "82 of 82 mutants noticed (100.0 %)." in told.output
    assert "Not counted: 8 that change no decision anywhere" in told.output
    assert "7 kinds of place" in told.output


def test_a_survivor_has_its_line_a_sentence_and_a_test_that_kills_it(site):
    test = "  - name: For machines, the icon\n"
    site(test, "  - name: For machines, nothing new\n")
    site("path: /favicon.ico", "path: /robots.txt")
    told = run("--mutants", "--only", "warn-reading", "--at-least", "99")
    assert told.exit_code == 4
    assert (
        f'{BOOK}:45:11: R052 No test and no promise notices "warn-reading" without '
        'the excepted path "/favicon.ico".'
    ) in told.output
    assert "pass would become interstitial" in told.output
    pasted = told.output.partition("paste it below tests:\n\n")[2].partition("\n\n")[0]
    with Path(BOOK).open("a", encoding="utf-8") as book:
        book.write(f"\n{pasted}\n")
    assert run("--mutants", "--at-least", "100").exit_code == 0


@pytest.mark.parametrize(
    ("until", "explained"), [("2999-01-01", True), ("2020-01-01", False)]
)
def test_a_comment_explains_a_survivor_until_its_day(site, until, explained):
    site("path: /favicon.ico", "path: /robots.txt")
    why = f'  # gate: ignore[R052] until={until} because="No browser asks"\n'
    site(ICON, ICON.rstrip() + why)
    told = run("--mutants", "--only", "warn-reading", "--at-least", "99")
    assert told.exit_code == 4  # explained is not noticed
    assert ("R052" not in told.output) is explained
    assert ("A comment says: No browser asks" in told.output) is explained
    rows = json.loads(run("--mutants", "--json").output)["mutants"]
    assert any(row.get("because") == "No browser asks" for row in rows) is explained


def test_mutants_as_json_name_what_noticed_them(site):
    site("path: /favicon.ico", "path: /robots.txt")
    told = json.loads(run("--mutants", "--json", "--only", "warn-reading").output)
    by_fate = {row["fate"]: row for row in told["mutants"]}
    assert set(by_fate) == {
        "killed by tests",
        "killed by promises only",
        "equivalent",
        "survived",
    }
    assert by_fate["killed by tests"]["by"] == "Minsk, every activity"
    survivor = by_fate["survived"]
    assert survivor["at"].startswith(f"{BOOK}:45:")
    assert "path: /favicon.ico" in survivor["test"]
    assert 0 < told["noticed"] < 100
    assert sum(told["fates"].values()) == len(told["mutants"])


def test_one_ready_test_that_notices_several_is_shown_once(site):
    site("    notices:\n      read: [extremist-formation]\n", "    notices:\n")
    site("    notices: {read: [extremist-formation]}\n", "")
    site(
        "    expect: {read: pass, share: pass, like: pass}", "    expect: {read: pass}"
    )
    told = run("--mutants").output
    assert told.count("above, notices it as well") >= 2
    names = [line for line in told.splitlines() if line.startswith("  - name: ")]
    assert len(names) == len(set(names))


def test_a_book_whose_tests_fail_is_not_broken_further(site):
    site("{read: block, share: interstitial}", "{read: pass, share: interstitial}")
    told = run("--mutants")
    assert told.exit_code == 4
    assert "A listed page in Hrodna" in told.output
    assert "mutants" not in told.output


def test_without_a_usable_database_mutants_are_compared_over_named_places(site):
    site(
        "mode: enforce\n",
        "mode: enforce\ngeo: {databases: [none.mmdb]}\n",
        "config.yaml",
    )
    told = run("--mutants")
    assert told.exit_code == 0
    assert "without a database" in told.output


@pytest.mark.usefixtures("site")
def test_the_example_covers_every_condition():
    told = run("--coverage")
    assert told.exit_code == 0
    assert "37 of 37 conditions tried by tests." in told.output


def test_a_gap_has_its_line_and_the_reason(site):
    site("path: /favicon.ico", "path: /robots.txt")
    told = run("--coverage", "--only", "warn-reading")
    assert (
        f'{BOOK}:45:11: warn-reading: no test has a path that only "/favicon.ico" '
        "excepts, all else being met.\n"
    ) in told.output
    assert "10 of 11 conditions" in told.output


@pytest.mark.usefixtures("site")
def test_coverage_as_json_names_a_test_for_each_condition():
    rows = json.loads(run("--coverage", "--json").output)
    assert [row["id"] for row in rows] == [
        "warn-reading",
        "close-listed",
        "warn-sharing",
        "warn-acting",
    ]
    assert all(part["test"] for row in rows for part in row["conditions"])
    assert rows[0]["met"]
    assert rows[0]["missed"]


def test_junit_has_a_case_for_each_test_and_what_failed(site):
    site("{read: block, share: interstitial}", "{read: pass, share: interstitial}")
    told = run("--junit", "report.xml")
    assert told.exit_code == 4
    root = ET.parse("report.xml").getroot()  # noqa: S314 (our own file)
    (suite,) = root
    cases = list(suite)
    assert root.get("tests") == suite.get("tests") == str(len(cases))
    assert root.get("failures") == "1"
    assert len({case.get("name") for case in cases}) == len(cases)
    (failed,) = [case for case in cases if len(case)]
    assert failed.get("classname") == failed.get("file") == BOOK
    assert "expected pass, got block" in failed[0].get("message")
    assert f"{BOOK}:{failed.get('line')}:" in failed[0].text


def test_no_name_and_no_path_can_forge_a_line(capsys):
    forged = "a\n::stop-commands::x"
    mark = Mark(file=forged, line=1)
    result = Result(
        name=forged, mark=mark, ok=False, expected={}, got={}, by={}, failures=(forged,)
    )
    show_results([result])
    part = Part(subject=forged, wanted=forged, mark=mark)
    rule = SimpleNamespace(id="some-rule")
    show_coverage(
        [ItemCoverage(item=rule, parts=(part,), is_met=True, is_missed=False)]
    )
    mutant = Mutant(kind="x", subject=forged, change=forged, mark=mark, book=None)
    fate = Fate.SURVIVED
    verdict = Verdict(mutant=mutant, fate=fate, told=forged)
    show_mutants([verdict], kinds=0, now=0)
    told = capsys.readouterr().out
    assert told.count("a\\n::stop-commands::x") > 6
    assert "\n::" not in told


def test_junit_can_be_read_whatever_a_test_is_called():
    name = 'a "b" <c> & \x00\x1b[31m \ud800 \uffff é'
    result = Result(
        name=name,
        mark=Mark(file="a&b_test.yaml", line=7),
        ok=False,
        expected={},
        got={},
        by={},
        failures=("read: <expected> \x07",),
    )
    root = ET.fromstring(as_junit([result, result], seconds=0.25))  # noqa: S314
    assert root.get("time") == "0.250"
    case = root[0][0]
    assert case.get("name") == 'a "b" <c> & \ufffd\ufffd[31m \ufffd \ufffd é (line 7)'
    assert case[0].get("message") == "read: <expected> \ufffd"
