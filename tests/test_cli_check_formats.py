"""gate check: what comments leave out, the clock, and the formats of its output."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_books import lay

from gate.cli import main
from gate.rules import lint, load_book

BOOK = "rules/rules.yaml"


@pytest.fixture(name="state", scope="module")
def _state(tmp_path_factory):
    """One state folder for all, so that each index is built once."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(name="site")
def _site(tmp_path, monkeypatch, state):
    """Write the small site, and change text in its files."""
    lay(tmp_path)
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


@pytest.fixture(name="unused")
def _unused(site):
    """Write an area that nothing uses (R018, line 3), and what asks to ignore it."""

    def write(comment):
        lines = ["format: areas/1", "areas:", comment, "  mars:", "    title: Mars"]
        lines += ["    versions:", '      - since: "2020-01-01T00:00:00Z"']
        lines += ["        whole: [BY]"]
        Path("rules/areas/mars.yaml").write_text("\n".join(lines) + "\n", "utf-8")

    assert site
    return write


def of_file(told, name="mars.yaml"):
    return [row["code"] for row in told if row["file"].endswith(name)]


def ignored(told):
    """How many findings the summary says to be left out."""
    found = re.search(r", (\d+) ignored\.$", told)
    return int(found[1]) if found else 0


IGNORE = '  # gate: ignore[R018] until=2026-12-01 because="A rule comes in spring"'
AT = ("--at", "2026-09-10T12:00:00+03:00")


def test_a_warning_can_be_ignored_until_a_day_and_is_counted(unused):
    unused("  # nothing asked")
    before = run("check", "--strict", *AT)
    unused(IGNORE)
    after = run("check", "--strict", *AT)
    assert (before.exit_code, after.exit_code) == (1, 0)
    assert "R018" not in after.output
    assert ignored(after.output) == ignored(before.output) + 1


def test_what_is_ignored_stands_apart_in_json(unused):
    unused(IGNORE)
    told = json.loads(run("check", "--json", *AT).output)
    assert of_file(told["findings"]) == []
    (row,) = [r for r in told["suppressed"] if r["file"].endswith("mars.yaml")]
    assert (row["code"], row["subject"], row["line"]) == ("R018", "mars", 4)
    assert row["suppression"]["because"] == "A rule comes in spring"


def test_at_pins_the_clock_of_what_is_ignored(unused):
    unused(IGNORE)
    told = json.loads(run("check", "--json", "--at", "2026-12-01").output)
    assert of_file(told["findings"]) == ["R081", "R018"]


IGNORED = {
    "another line": ("# gate: ignore[R018] until=2026-12-01 because='x'\n", "R080"),
    "an error": ("  # gate: ignore[R043] until=2026-12-01 because='x'", "R082"),
    "an unknown code": ("  # gate: ignore[R999] until=2026-12-01 because='x'", "R082"),
    "itself": ("  # gate: ignore[R080] until=2026-12-01 because='x'", "R082"),
    "no day": ("  # gate: ignore[R018] because='x'", "R082"),
    "a code of another command": (
        "  # gate: ignore[R052] until=2026-12-01 because='x'",
        None,
    ),
    "what was not looked for": (
        "  # gate: ignore[R038] until=2026-12-01 because='x'",
        None,
    ),
}


@pytest.mark.parametrize("name", IGNORED)
def test_a_comment_that_ignores_nothing_is_a_finding(unused, name):
    comment, code = IGNORED[name]
    unused(comment)
    told = json.loads(run("check", "--json", *AT).output)
    found = of_file(told["findings"])
    assert [c for c in found if c.startswith("R08")] == ([code] if code else [])
    assert "R018" in found


def test_a_comment_without_a_day_is_answered_with_one_that_can_be_pasted(unused):
    unused("  # gate: ignore[R018] because='x'")
    told = json.loads(run("check", "--json", "--at", "2026-09-10").output)
    (found,) = [f for f in told["findings"] if f["code"] == "R082"]
    assert found["message"] == "This comment ignores nothing: until is missing."
    wanted = '# gate: ignore[R018] until=2026-12-09 because="\u2026"'
    assert found["hint"] == f"Write {wanted}"


def test_the_help_shows_a_comment_on_one_line():
    told = run("check", "--help").output
    assert "\\b" not in told
    assert '# gate: ignore[R041] until=2026-12-01 because="It returns"\n' in told


def test_a_comment_is_not_called_unused_while_the_proof_is_missing(site, unused):
    unused("  # gate: ignore[R041] until=2026-12-01 because='x'")
    site("config.yaml", "[city.mmdb]", "[none.mmdb]")
    told = json.loads(run("check", "--json", *AT).output)
    assert "R080" not in of_file(told["findings"])


def test_a_warning_of_the_configuration_can_be_ignored(site):
    site("config.yaml", "header: none", "header: X-Real-IP")
    old = "  trusted_proxies: []"
    comment = "# gate: ignore[E113] until=2026-12-01 because='The proxy comes'"
    site("config.yaml", old, f"{old}  {comment}")
    told = run("check", "--strict", *AT)
    assert (told.exit_code, ignored(told.output) > 0) == (0, True)


def test_what_is_ignored_is_served_and_judged_as_before(unused):
    unused(IGNORE)
    book, _ = load_book(Path("rules"))
    found = lint(book, notices=(), now=1_789_000_000, complete=False)
    assert "R018" in {finding.code for finding in found}


def test_patterns_are_held_against_a_log(site):
    assert site
    line = (
        '203.0.113.9 - - [09/Sep/2026:10:00:00 +0000] "GET {} HTTP/1.1" 200 1 "-" "-"'
    )
    paths = ["/a/one?x=1", "/%61bout/law/", "/broken%"]
    Path("access.log").write_text(
        "".join(line.format(path) + "\n" for path in paths), "utf-8"
    )
    told = json.loads(run("check", "--json", "--traffic", "access.log", *AT).output)
    found = [r for r in told["findings"] if r["code"] == "R038"]
    said = [one["message"] for one in found]
    assert said
    for one in found:
        line = Path(one["file"]).read_text("utf-8").splitlines()[one["line"] - 1]
        marked = line[one["column"] - 1 :].lstrip('"')
        assert marked.startswith(one["message"].split('"')[1]), one
    assert not any("/about/**" in message for message in said)
    assert not any('"/**"' in message for message in said)


@pytest.mark.parametrize("name", ["none.log", "."])
def test_a_log_that_cannot_be_read_is_one_message(site, name):
    assert site
    told = run("check", "--traffic", name)
    assert told.exit_code == 3
    assert "error E66" in told.stderr


@pytest.mark.usefixtures("site")
def test_a_moment_without_offset_is_refused_with_a_hint():
    told = run("check", "--at", "2026-09-10T12:00:00")
    assert told.exit_code == 2
    assert "offset" in told.stderr


@pytest.mark.usefixtures("site")
def test_json_and_another_format_exclude_each_other():
    assert run("check", "--json", "--format", "sarif").exit_code == 2


def test_sarif_holds_every_finding_and_keeps_the_exit_code(site):
    site(BOOK, "then: interstitial", "then: interstital")
    told = run("check", "--format", "sarif")
    assert told.exit_code == 1
    log = json.loads(told.output)
    (run_,) = log["runs"]
    assert log["version"] == "2.1.0"
    errors = [r for r in run_["results"] if r["level"] == "error"]
    assert [r["ruleId"] for r in errors] == ["R003"]
    assert errors[0]["locations"][0]["logicalLocations"] == [{"name": "warn-readers"}]


def test_github_gets_annotations_findings_and_a_summary(site, monkeypatch, tmp_path):
    site(BOOK, "then: interstitial", "then: interstital")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    Path("summary.md").write_text("# Before\n", "utf-8")
    told = run("check", "--format", "github")
    assert told.exit_code == 1
    first, *_ = told.output.splitlines()
    place = f"file={tmp_path.name}/{BOOK},line="
    assert first.startswith("::error title=R003,")
    assert place in first
    summary = Path("summary.md").read_text("utf-8")
    assert summary.startswith("# Before\n## gate check\n")
    assert "| error | R003 |" in summary


def test_github_takes_no_line_of_a_file_for_a_command(site):
    site(BOOK, "then: interstitial", "then: '::error::'")
    lines = run("check", "--format", "github").output.splitlines()
    stop = next(i for i, line in enumerate(lines) if line.startswith("::stop-comm"))
    token = lines[stop].removeprefix("::stop-commands::")
    go_on = lines.index(f"::{token}::")
    assert len(token) >= 32
    assert any("^" in line for line in lines[stop:go_on])
    assert all(not line.startswith("::") for line in lines[go_on + 1 :])


def test_links_and_colours_are_only_for_terminals(site, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    site(BOOK, "then: interstitial", "then: interstital")
    assert "\x1b" not in run("check").output


@pytest.mark.parametrize(
    ("environ", "links"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, False),
    ],
    ids=["a terminal", "no colour"],
)
def test_a_terminal_gets_links_unless_it_wants_no_colour(site, environ, links):
    site(BOOK, "then: interstitial", "then: interstital")
    told = on_a_terminal(["check"], environ)
    assert ("\x1b]8;;file://" in told, "\x1b[31m" in told) == (links, links)
    assert "R003" in told


def on_a_terminal(arguments, environ):
    """Return what a command prints on a terminal of its own."""
    ours, theirs = os.openpty()
    quiet = ("CI", "NO_COLOR", "TERM_PROGRAM", "WT_SESSION")
    kept = {name: text for name, text in os.environ.items() if name not in quiet}
    with subprocess.Popen(
        [sys.executable, "-m", "gate", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**kept, **environ},
    ):
        os.close(theirs)
        told = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while piece := os.read(ours, 65536):
                told += piece
    os.close(ours)
    return told.decode()


@pytest.mark.parametrize("count", [10, 12])
def test_of_findings_that_say_the_same_ten_are_shown(site, count):
    assert site
    visitors = "".join(f"      - {{country: DE}} # {n}\n" for n in range(count))
    Path("rules/visitors_test.yaml").write_text(
        "format: rules/1\ntests:\n  - name: Many\n    now: 2026-09-10T12:00:00Z\n"
        f"    visitors:\n{visitors}    path: /a/x\n"
        "    expect: {read: interstitial}\n",
        "utf-8",
    )
    told = run("check", *AT).output
    assert told.count(' R055 The test "Many" fails') == 10
    assert ("R055: 2 more errors like it.\n" in told) is (count == 12)
    rows = json.loads(run("check", *AT, "--format", "json").output)["findings"]
    assert len([row for row in rows if row["code"] == "R055"]) == count
