"""gate check and gate test: findings, summaries, exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.workbench.starter import write_starter

BOOK = "rules/undesirable-organization.yaml"
PIN = "pinned: {every-reader-in-russia-is-warned: interstitial}"


@pytest.fixture(name="state", scope="module")
def _state(tmp_path_factory):
    """One state folder for all, so that the index is built once."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(name="site")
def _site(tmp_path, monkeypatch, state):
    """Write the starter to an empty folder, and change text in its files."""
    write_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATE_STATE", str(state))

    def change(name, old, new):
        path = tmp_path / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def run(*arguments):
    return CliRunner().invoke(main, arguments)


@pytest.mark.usefixtures("site")
def test_the_starter_is_sound_and_says_over_what_it_was_proved():
    told = run("check")
    assert (told.exit_code, "Sound: 2 areas" in told.output) == (0, True)
    assert "kinds of place" in told.output


@pytest.mark.usefixtures("site")
def test_notes_that_say_the_same_are_shown_once():
    assert run("check").output.count("R068 note") == 1


@pytest.mark.usefixtures("site")
def test_the_starter_is_sound_even_when_warnings_are_errors():
    assert run("check", "--strict").exit_code == 0


def test_a_warning_is_an_error_only_when_strict(site):
    site("config.yaml", "header: none", "header: X-Real-IP")
    assert run("check").exit_code == 0
    told = run("check", "--strict")
    assert (told.exit_code, "E113 warning" in told.output) == (1, True)


def test_an_error_is_shown_where_it_is_with_a_caret(site):
    site(BOOK, "then: interstitial", "then: interstital")
    told = run("check")
    assert told.exit_code == 1
    assert f"{BOOK}:" in told.output
    assert "^^^^^^^^^^^" in told.output
    assert 'Did you mean "interstitial"?' in told.output
    assert "Not sound" in told.output


def test_a_notice_that_cannot_be_read_is_not_called_missing(site):
    site("rules/notices/undesirable-organization.yaml", "    texts:", "    text:")
    told = run("check")
    assert told.exit_code == 1
    assert "R031" not in told.output


def test_errors_of_all_files_come_at_once(site):
    site(BOOK, "then: interstitial", "then: interstital")
    site("rules/areas/russia.yaml", "whole: [RU]", "whole: [UK]")
    told = run("check")
    assert told.output.count("hint: Did you mean") == 2


def test_a_broken_configuration_does_not_hide_the_book(site):
    site("config.yaml", "mode: enforce", "mode: enfore")
    site(BOOK, "then: interstitial", "then: interstital")
    told = run("check")
    assert told.exit_code == 1
    assert told.output.count("Did you mean") == 2


def test_a_sound_book_beside_a_broken_configuration_is_not_called_proved(site):
    site("config.yaml", "mode: enforce", "mode: enfore")
    told = run("check")
    assert (told.exit_code, "nothing proved" in told.output) == (1, True)


@pytest.mark.parametrize("folder", ["[rules]", "[rules"])
def test_a_book_whose_folder_is_not_known_is_said_to_be_unchecked(site, folder):
    site("config.yaml", "folder: rules", f"folder: {folder}")
    told = run("check")
    assert told.exit_code == 1
    assert "The rule book was not checked yet." in told.output


@pytest.mark.usefixtures("site")
def test_the_summary_counts_the_tests_that_passed():
    assert re.search(r"\b(\d+) of \1 tests passed", run("check").output)


def test_a_failing_test_of_the_book_is_an_error_with_its_place(site):
    site(BOOK, "      read: interstitial\n", "      read: banner\n")
    told = run("check")
    assert told.exit_code == 4
    assert f"{BOOK}:" in told.output
    assert "R055" in told.output
    assert "^^^" in told.output
    passed, of = re.search(r"(\d+) of (\d+) tests passed", told.output).groups()
    assert int(passed) < int(of)


def test_a_failing_test_beside_another_error_is_a_problem_like_any(site):
    site(BOOK, "      read: interstitial\n", "      read: banner\n")
    site("config.yaml", "      russia: https", "      rusia: https")
    assert run("check").exit_code == 1


def test_errors_come_first_and_notes_wait(site):
    site(BOOK, "      read: interstitial\n", "      read: banner\n")
    site("config.yaml", "header: none", "header: X-Real-IP")
    told = run("check").output
    assert told.index("R055") < told.index("E113 warning")
    assert "R068" not in told
    assert "23 notes not shown." in told


@pytest.mark.parametrize(
    "url", ["/law/", "/law/?a=1#b", "https://localhost/law/"], ids=repr
)
def test_an_explainer_behind_the_gate_is_a_warning(site, url):
    site("config.yaml", "explainer_url: /about/undesirable/", f"explainer_url: {url}")
    told = run("check")
    assert (told.exit_code, "E117 warning" in told.output) == (0, True)
    assert "/law/ meets interstitial; list it in except_paths" in told.output
    assert "warn-reading" in told.output


def test_an_explainer_elsewhere_is_not_decided(site):
    old, new = (
        "explainer_url: /about/undesirable/",
        "explainer_url: https://law.example/",
    )
    site("config.yaml", old, new)
    assert "E117" not in run("check").output


def test_an_exit_for_an_unknown_area_is_found(site):
    site("config.yaml", "      russia: https", "      rusia: https")
    told = run("check")
    assert (told.exit_code, "E116" in told.output) == (1, True)


def test_a_broken_promise_has_an_exit_code_of_its_own(site):
    site(BOOK, "at_least: interstitial", "at_least: block")
    told = run("check")
    assert (told.exit_code, "R043" in told.output) == (5, True)
    assert "/" in told.output.partition("R043")[2], "a witness names a path"


def test_a_pinned_promise_that_the_book_lacks_is_broken_too(site):
    site("config.yaml", PIN, "pinned: {nobody-is-left-alone: banner}")
    told = run("check")
    assert (told.exit_code, "E118" in told.output) == (5, True)


def test_a_misspelled_pin_is_shown_in_the_configuration_with_what_was_meant(site):
    site("config.yaml", PIN, PIN.replace("russia", "rusia"))
    told = run("check")
    assert (told.exit_code, "R048" in told.output) == (5, False)
    assert "config.yaml:" in told.output
    assert 'Did you mean "every-reader-in-russia-is-warned"?' in told.output


def test_a_pin_with_terms_holds_whom_and_what_a_promise_is_about(site):
    named = "every-reader-in-russia-is-warned"
    told = run("explain", "--rule", named)
    pin = re.search(
        rf"rules\.pinned: \{{({named}: interstitial [0-9a-f]{{12}})\}}", told.output
    )
    site("config.yaml", PIN, f"pinned: {{{pin[1]}}}")
    assert run("check").exit_code == 0
    site(BOOK, '- "/about/undesirable/**"\n        - "/help/safety/**"', '- "/**"')
    told = run("check")
    assert (told.exit_code, "R048" in told.output) == (5, True)
    assert "here its terms (for, from, until) are" in told.output


def test_a_promise_that_is_weaker_than_its_pin_is_broken(site):
    site("config.yaml", PIN, PIN.replace(": interstitial", ": block"))
    told = run("check")
    assert (told.exit_code, "R048" in told.output) == (5, True)


@pytest.mark.parametrize("content", [None, b"", b"no database"], ids=repr)
def test_a_database_that_cannot_be_used_is_a_finding_with_its_place(site, content):
    if content is not None:
        Path("city.mmdb").write_bytes(content)
    site("config.yaml", "databases: []", "databases: [city.mmdb]")
    told = run("check")
    assert told.exit_code == 1
    assert "config.yaml:" in told.output
    assert "city.mmdb: " in told.output
    assert " E2" in told.output
    assert "E210" not in told.output
    assert "nothing proved: no database" in told.output


def test_a_database_that_is_missing_is_named_among_others(site):
    site("config.yaml", "databases: []", "databases: [config.yaml, x/nosuch.mmdb]")
    told = run("check").output
    assert "E202 x/nosuch.mmdb: no such file." in told


def test_a_state_folder_that_cannot_be_used_is_one_message(site, monkeypatch):
    Path("file").touch()
    monkeypatch.setenv("GATE_STATE", "file/below")
    assert site
    told = run("check")
    assert told.exit_code != 0
    assert "error E" in told.stderr


def test_json_holds_every_finding_with_its_place(site):
    site(BOOK, "then: interstitial", "then: interstital")
    told = json.loads(run("check", "--json").output)
    assert told["sound"] is False
    (finding,) = [f for f in told["findings"] if f["severity"] == "error"]
    assert finding["file"] == BOOK
    assert finding["line"] > 0
    assert {"code", "message", "hint", "column", "width"} <= set(finding)


@pytest.mark.usefixtures("site")
def test_a_folder_may_be_named_instead_of_the_file(tmp_path):
    assert run("check", "--config", str(tmp_path)).exit_code == 0


@pytest.mark.usefixtures("site")
def test_the_tests_of_the_starter_pass():
    told = run("test")
    assert told.exit_code == 0
    assert told.output.endswith("tests passed.\n")


def test_a_failing_test_shows_expected_got_and_its_place(site):
    site(BOOK, "      read: interstitial\n", "      read: banner\n")
    told = run("test")
    assert told.exit_code == 4
    assert f"{BOOK}:" in told.output
    assert "expected banner, got interstitial" in told.output


def test_failing_tests_as_json(site):
    site(BOOK, "      read: interstitial\n", "      read: banner\n")
    told = json.loads(run("test", "--json").output)
    (failed,) = [result for result in told if not result["ok"]]
    assert failed["expected"]["read"] == "banner"
    assert failed["got"]["read"] == "interstitial"
    assert failed["by"]["read"]


def test_a_book_with_errors_cannot_be_tested(site):
    site(BOOK, "then: interstitial", "then: interstital")
    told = run("test")
    assert (told.exit_code, "error E100" in told.stderr) == (1, True)
    assert "^^^" in told.stderr


def test_no_rule_book_is_an_error_of_its_own(site):
    assert site
    shutil.rmtree("rules")
    assert run("check").exit_code == 1
    assert run("test").exit_code == 1


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["check"], 0, id="sound"),
        pytest.param(["test"], 0, id="tests pass"),
        pytest.param(["check", "--nonsense"], 2, id="usage"),
        pytest.param(["check", "--config", "nowhere.yaml"], 3, id="no configuration"),
    ],
)
def test_the_exit_code_is_that_of_the_process(arguments, code):
    done = subprocess.run(
        [sys.executable, "-m", "gate", *arguments],
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("key", "code"), [("tor_exits", "E211"), ("anonymous", "E203")], ids=str
)
def test_a_list_of_anonymous_networks_that_is_none_is_a_finding_with_its_place(
    site, key, code
):
    Path("list.txt").write_text("<html>", "utf-8")
    site("config.yaml", "databases: []", f"databases: []\n  {key}: list.txt")
    told = run("check")
    assert told.exit_code == 1
    assert f" {code} " in told.output
    assert f"{key}: list.txt" in told.output
