"""What gate check found, told to people, to GitHub and to code scanning."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine import missing

from gate.documents import render
from gate.documents.suppression import Suppression
from gate.model import Diagnostic, Mark, Severity
from gate.workbench.glossary import code_table
from gate.workbench.reporting import (
    Outcome,
    Places,
    as_rows,
    job_summary,
    links_for,
    places_in,
    sarif_log,
    workflow_commands,
)
from gate.workbench.reporting.github import MOST_BYTES
from gate.workbench.suppressing import Suppressed

CODES = code_table()
HERE = Places(here=Path("/repo/site"), root=Path("/repo"))


def finding(code="R041", **changes):
    line = changes.pop("line", 4)
    file = changes.pop("file", "rules/a b.yaml")
    told = {
        "code": code,
        "message": "The rule never changes a decision.",
        "mark": Mark(file=file, line=line, column=9 if line else 0, width=6),
        "hint": "Remove it.",
        "severity": Severity.WARNING,
        "source_line": "  - id: banner" if line else "",
        "subject": "banner",
    }
    return Diagnostic(**{**told, **changes})


def outcome(*findings, suppressed=()):
    return Outcome(
        sound=not findings,
        findings=tuple(findings),
        suppressed=tuple(suppressed),
        summary="Not sound: some.",
    )


def left_out(one):
    mark = Mark(file=one.mark.file, line=3, column=3, width=40)
    by = Suppression(
        mark=mark,
        source_line="",
        lines=frozenset({3, 4}),
        codes=(one.code,),
        until="2026-12-01",
        because="Later",
    )
    return Suppressed(finding=one, by=by)


@pytest.fixture(name="validate", scope="module")
def _validate():
    """Hold a log against the schema of SARIF."""
    path = Path(os.environ.get("GATE_TEST_SARIF", "no-such-file"))
    if not path.is_file():
        missing("the schema of SARIF (GATE_TEST_SARIF names it)")
    schema = json.loads(path.read_text("utf-8"))
    validator = jsonschema.Draft4Validator(
        schema, format_checker=jsonschema.FormatChecker()
    )

    def validate(log):
        found = [error.message for error in validator.iter_errors(log)]
        assert found == []

    return validate


def test_the_schema_finds_what_is_wrong(validate):
    log = sarif_log(outcome(finding()), CODES, HERE)
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(AssertionError):
        validate(log)


LOGS = {
    "nothing": outcome(),
    "one of each severity": outcome(
        finding("R043", severity=Severity.ERROR),
        finding(),
        finding("R032", severity=Severity.NOTE),
    ),
    "of a whole file": outcome(finding("R049", line=0, subject="")),
    "of the configuration": outcome(finding("E117", file="config.yaml")),
    "outside of the repository": outcome(finding(file="/etc/gate/rules/a.yaml")),
    "left out": outcome(finding(), suppressed=[left_out(finding("R018"))]),
    "every code of the rule book": outcome(
        *(finding(code) for code in CODES if code[0] == "R")
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_sarif_log_is_valid(name, validate):
    validate(sarif_log(LOGS[name], CODES, HERE))


TEXTS = st.text(max_size=20)


@given(TEXTS, TEXTS, TEXTS)
def test_a_sarif_log_is_valid_whatever_files_hold(validate, message, file, line):
    one = finding(message=message, file=f"rules/{file}".rstrip(), source_line=line)
    validate(json.loads(json.dumps(sarif_log(outcome(one), CODES, HERE))))


def results(*findings, **options):
    log = sarif_log(outcome(*findings, **options), CODES, HERE)
    return log["runs"][0]["results"]


def test_a_result_says_where_from_the_root_of_the_repository():
    (result,) = results(finding())
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "site/rules/a%20b.yaml"
    assert place["region"]["startLine"] == 4
    assert (place["region"]["startColumn"], place["region"]["endColumn"]) == (9, 15)


def test_a_result_that_moves_keeps_its_fingerprint():
    (here,) = results(finding(line=4))
    (there,) = results(finding(line=40, file="rules/other.yaml"))
    assert here["partialFingerprints"] == there["partialFingerprints"]


def test_results_of_other_codes_subjects_or_places_have_fingerprints_of_their_own():
    found = results(
        finding(),
        finding(),
        finding("R018"),
        finding(subject="other"),
        finding(subject="", file="a"),
        finding(subject="", file="b"),
    )
    assert len({str(one["partialFingerprints"]) for one in found}) == len(found)


def test_what_is_left_out_is_marked_and_all_else_is_marked_as_not():
    shown, hidden = results(finding(), suppressed=[left_out(finding("R018"))])
    assert shown["suppressions"] == []
    (suppression,) = hidden["suppressions"]
    assert suppression["kind"] == "inSource"
    assert suppression["justification"] == "Later (until 2026-12-01)"


def test_a_rule_of_the_log_brings_the_page_of_its_code():
    log = sarif_log(outcome(finding()), CODES, HERE)
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "R041"
    assert "## Avoid" in rule["help"]["markdown"]
    assert rule["defaultConfiguration"] == {"level": "warning"}


def test_annotations_come_the_most_severe_first():
    told = workflow_commands(
        outcome(
            finding("R032", severity=Severity.NOTE, line=1),
            finding("R041", line=2),
            finding("R043", severity=Severity.ERROR, line=3),
        ),
        HERE,
    )
    assert [line.split()[0] for line in told] == ["::error", "::warning", "::notice"]


def test_an_annotation_names_file_line_and_columns():
    (told,) = workflow_commands(outcome(finding()), HERE)
    assert told == (
        "::warning title=R041,file=site/rules/a b.yaml,line=4,endLine=4,col=9,"
        "endColumn=15::The rule never changes a decision.%0ARemove it."
    )


def test_an_annotation_of_a_whole_file_has_no_line():
    (told,) = workflow_commands(outcome(finding(line=0)), HERE)
    assert told.startswith("::warning title=R041,file=site/rules/a b.yaml::")


@pytest.mark.parametrize("count", [10, 11, 200])
def test_github_gets_ten_annotations_and_the_last_counts_the_rest(count):
    told = workflow_commands(
        outcome(*(finding(line=n + 1) for n in range(count))), HERE
    )
    assert len(told) == 10
    more = f"{count - 9} more are in the summary of this job: {count - 9} warnings."
    assert told[-1].endswith(more) is (count > 10)


@given(TEXTS, TEXTS)
def test_an_annotation_is_one_command_whatever_files_hold(message, file):
    (told,) = workflow_commands(outcome(finding(message=message, file=file)), HERE)
    head, text = re.fullmatch(r"::warning ([^\r\n]*?)::([^\r\n]*)", told).groups()
    pairs = dict(pair.split("=", 1) for pair in head.split(","))
    assert set(pairs) == {"title", "file", "line", "endLine", "col", "endColumn"}
    assert read_back(text) == "\n".join(filter(None, [message, "Remove it."]))
    assert read_back(pairs["file"]).endswith(Path("/repo/site", file).name)


def read_back(text):
    """What GitHub reads: unescapeData and unescapeProperty of its runner."""
    for code, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(code, letter)
    return text.replace("%25", "%")


def test_the_summary_of_a_job_holds_every_finding():
    told = job_summary(outcome(*(finding(line=n + 1) for n in range(50))), HERE)
    assert told.startswith("## gate check\n\nNot sound: some.\n")
    assert told.count("| warning | R041 |") == 50


def test_the_summary_of_a_job_is_short_enough_for_github():
    many = [finding(message="x" * 900, line=n + 1) for n in range(2000)]
    told = job_summary(outcome(*many), HERE)
    assert len(told.encode()) < MOST_BYTES + 2000
    assert re.search(r"\n[\d,]+ more are too many for this summary\.\n$", told)


@pytest.mark.parametrize(
    "text",
    ["a | b", "<img src=x>", "`code`", "**bold**", "a\nb | c", "[a](https://x)"],
)
def test_nothing_of_a_file_is_taken_for_markdown(text):
    row = job_summary(outcome(finding(message=text)), HERE).splitlines()[-1]
    assert row.count("|") == 5
    assert not re.search(r"<img|`|\*\*|\]\(", row)


def test_json_has_what_is_left_out_apart():
    told = as_rows(outcome(finding(), suppressed=[left_out(finding("R018"))]))
    assert [row["code"] for row in told["findings"]] == ["R041"]
    (row,) = told["suppressed"]
    assert row["code"] == "R018"
    assert row["suppression"] == {
        "until": "2026-12-01",
        "because": "Later",
        "line": 3,
    }


PLACES = {
    "a job of GitHub": ({"GITHUB_WORKSPACE": "{}"}, "site", "site/rules/a.yaml"),
    "another checkout": ({"GITHUB_WORKSPACE": "/else"}, "site", "site/rules/a.yaml"),
    "a folder of the repository": ({}, "site", "site/rules/a.yaml"),
    "the root": ({}, ".", "rules/a.yaml"),
}


@pytest.mark.parametrize("name", PLACES)
def test_files_are_named_from_the_root_of_the_repository(name, tmp_path):
    environ, here, expected = PLACES[name]
    (tmp_path / ".git").mkdir()
    (tmp_path / "site").mkdir()
    environ = {key: value.format(tmp_path) for key, value in environ.items()}
    assert places_in(tmp_path / here, environ).within("rules/a.yaml") == expected


def test_without_a_repository_files_are_named_from_here(tmp_path):
    places = places_in(tmp_path, {})
    assert places.root in {tmp_path, *tmp_path.parents}
    assert Places(here=tmp_path, root=tmp_path).uri("a ü.yaml") == "a%20%C3%BC.yaml"


TERMINALS = {
    "kitty": ({"TERM": "xterm-kitty"}, True),
    "GNOME": ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, True),
    "an old GNOME": ({"TERM": "xterm-256color", "VTE_VERSION": "4600"}, False),
    "iTerm": ({"TERM_PROGRAM": "iTerm.app"}, True),
    "Windows Terminal": ({"WT_SESSION": "1"}, True),
    "an unknown one": ({"TERM": "xterm-256color"}, False),
    "no colour": ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, False),
    "dumb": ({"TERM": "dumb", "WT_SESSION": "1"}, False),
    "a job": ({"TERM": "xterm-kitty", "CI": "true"}, False),
}


@pytest.mark.parametrize("name", TERMINALS)
def test_only_terminals_that_follow_links_get_some(name):
    environ, follows = TERMINALS[name]
    assert (links_for(environ, folder=Path("/repo")) is not None) is follows


def test_a_link_leads_to_the_file_and_to_the_page_of_the_code():
    links = links_for({"TERM": "xterm-kitty"}, folder=Path("/repo"))
    told = render([finding()], links=links)
    assert re.search(r"\x1b\]8;;file://[^/]*/repo/rules/a%20b\.yaml#4\x1b\\rules", told)
    assert re.search(r"\x1b\]8;;file://[^\x1b]*/R041\.md\x1b\\R041\x1b\]8;;", told)
    bare = re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", told)
    assert bare == render([finding()])


def test_the_terminal_of_an_editor_opens_the_column():
    links = links_for({"TERM_PROGRAM": "vscode"}, folder=Path("/repo"))
    assert links.place(finding().mark) == "vscode://file/repo/rules/a%20b.yaml:4:9"


def test_a_code_without_a_page_is_no_link():
    links = links_for({"TERM": "xterm-kitty"}, folder=Path("/repo"))
    assert "E110.md" not in render([finding("E110")], links=links)


@given(TEXTS)
def test_no_file_name_breaks_out_of_a_link(name):
    links = links_for({"TERM": "xterm-kitty"}, folder=Path("/repo"))
    uri = links.place(Mark(file=f"rules/{name}", line=1))
    assert uri.isascii()
    assert uri.isprintable()
