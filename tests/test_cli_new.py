"""gate new: sound items for people who are asked, and for scripts that say it all."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.documents import load, read
from gate.documents.scalars import parse_instant
from gate.model import Action, Activity, Membership, Mode, Severity
from gate.notices import load_notices
from gate.places.areas import membership
from gate.rules import load_book
from gate.rules.testing.trial import run_tests
from gate.workbench.drafting.draft import Draft, Part
from gate.workbench.drafting.notices import UNWRITTEN
from gate.workbench.drafting.placing import added
from gate.workbench.formatting import is_formatted
from gate.workbench.starter import write_starter

HERE = Path(__file__).parent.parent
BOOK = """\
# Who is warned.
format: rules/1
owner: desk@example.org
unknown:
  notice: warning
  not_in_database: banner
  database_unusable: banner
  max_age_days: 400
  private_address: banner
  bad_address: banner
  anonymous_network: banner

rules:
  # The first rule.
  - id: warn
    title: A warning
    because: >-
      A case that is told
      on two lines.
    when:
      areas: [georgia]   # all of it
      activities: [read]
      except_paths: ["/about/**"]
    then: interstitial
    notice: undesirable-organization
  # Behind the last rule.

promises:
  - {id: vow, for: {}, at_most: block}
"""
AREAS = """\
format: areas/1
areas:
  georgia:
    title: Georgia
    versions:
      - since: "2000-01-01T00:00:00Z"
        whole: [GE]
# The end.
"""


@pytest.fixture
def home(tmp_path, monkeypatch, session_state):
    """A small book beside the notices that ship, and a configuration."""
    monkeypatch.setenv("GATE_STATE", str(session_state))
    rules = tmp_path / "rules"
    shutil.copytree(HERE / "rules" / "notices", rules / "notices")
    (rules / "book.yaml").write_text(BOOK, "utf-8")
    (rules / "areas.yaml").write_text(AREAS, "utf-8")
    shutil.copy(HERE / "config.yaml", tmp_path / "config.yaml")
    return tmp_path


def tree(home):
    return {
        path.relative_to(home): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }


def add(home, *arguments):
    kind, *options = arguments
    return CliRunner().invoke(main, ["new", kind, "--config", str(home), *options])


def added_to(home, *arguments):
    done = add(home, *arguments)
    assert done.exit_code == 0, done.output
    book, findings = load_book(home / "rules")
    assert book is not None, findings
    assert [result.failures for result in run_tests(book, membership)] == [
        () for _ in book.tests
    ]
    return book, done.output


RULE = (
    *("rule", "--id", "no-gifts", "--title", "No gifts from there"),
    *("--because", "A memo of counsel: section 4", "--areas", "georgia"),
    *("--activities", "donate,share", "--then", "block"),
    *("--notice", "undesirable-organization-donate"),
    *("--from", "2026-12-01T00:00:00+03:00"),
)
EXEMPTION = (
    *("exemption", "--id", "calm", "--relaxes", "warn", "--paths", "/help/**"),
    *("--because", "Help must open at once", "--approved-by", "Counsel"),
    *("--from", "2026-12-01T00:00:00Z", "--until", "2027-12-01T00:00:00Z"),
)
AREA = (
    *("area", "--id", "abkhazia", "--title", "Abkhazia"),
    *("--since", "2008-08-26T00:00:00+03:00", "--partly", "GE-AB"),
)
NOTICE = ("notice", "--id", "new-warning")
TEST = ("test", "--name", "Somebody in Tbilisi", "--visitor", "GE-TB,20km")


def test_a_rule_is_a_file_of_its_own_with_a_test(home):
    book, output = added_to(home, *RULE)
    text = (home / "rules" / "no-gifts.yaml").read_text("utf-8")
    assert text == (
        "format: rules/1\n"
        "owner: desk@example.org\n"
        "\n"
        "rules:\n"
        "  - id: no-gifts\n"
        "    title: No gifts from there\n"
        '    because: "A memo of counsel: section 4"\n'
        "    when:\n"
        "      areas: [georgia]\n"
        "      activities: [donate, share]\n"
        "    certainty: certain\n"
        "    then: block\n"
        "    notice: undesirable-organization-donate\n"
        '    effective: {from: "2026-12-01T00:00:00+03:00"}\n'
        "\n"
        "tests:\n"
        "  - name: No gifts from there, first second\n"
        '    now: "2026-11-30T21:00:00Z"\n'
        "    visitor: {country: GE}\n"
        "    path: /\n"
        "    expect: {donate: block, share: block}\n"
        "    by: {donate: [no-gifts], share: [no-gifts]}\n"
    )
    rule = next(rule for rule in book.rules if rule.id == "no-gifts")
    assert (rule.then, rule.certainty) == (Action.BLOCK, Membership.YES)
    assert rule.when.activities == (Activity.DONATE, Activity.SHARE)
    assert "gate check" in output
    assert "gate explain --rule no-gifts" in output


def test_what_is_usual_is_taken_where_a_script_says_nothing(home):
    short = ("--id", "more", "--title", "More", "--because", "A memo")
    book, _ = added_to(home, "rule", *short)
    rule = next(rule for rule in book.rules if rule.id == "more")
    assert rule.when.areas == ("georgia",)
    assert rule.when.activities == (Activity.READ,)
    assert rule.when.except_paths == ("/about/**",)
    assert (rule.then, rule.notice) == (Action.INTERSTITIAL, "undesirable-organization")
    assert rule.certainty is Membership.POSSIBLE
    assert rule.effective.since > time.time()


def test_two_rules_of_one_title_have_tests_of_two_names(home):
    added_to(home, *RULE)
    book, _ = added_to(home, *RULE, "--id", "no-gifts-again", "--activities", "save")
    assert sorted(test.name for test in book.tests) == [
        "No gifts from there (no-gifts-again), first second",
        "No gifts from there, first second",
    ]


@pytest.mark.parametrize(
    "arguments", [RULE, EXEMPTION, AREA, NOTICE, TEST], ids=lambda a: a[0]
)
def test_what_is_written_is_laid_out_as_the_formatter_would(arguments, home):
    before = set(tree(home))
    assert add(home, *arguments).exit_code == 0
    (made,) = set(tree(home)) - before
    assert is_formatted((home / made).read_text("utf-8"))


def test_a_trial_is_tested_as_a_trial(home):
    book, _ = added_to(home, *RULE, "--mode", "shadow")
    assert book.rules[-1].mode is Mode.SHADOW
    (test,) = book.tests
    assert set(test.expect.values()) == {Action.PASS}
    assert test.shadow_by == dict.fromkeys(test.expect, ("no-gifts",))


def test_a_rule_for_everybody_asks_for_no_place(home):
    book, _ = added_to(home, *RULE, "--areas", "-", "--paths", "/gift/**")
    rule = next(rule for rule in book.rules if rule.id == "no-gifts")
    assert rule.when.areas is None
    assert book.tests[0].path == "/gift"


def test_a_doubtful_block_has_to_be_approved(home):
    done = add(home, *RULE, "--certainty", "possible")
    assert (done.exit_code, "E762" in done.stderr) == (2, True)
    assert "--approved-by is missing" in done.stderr
    added_to(home, *RULE, "--certainty", "possible", "--approved-by", "Counsel")


def test_no_test_is_proposed_where_none_is_wanted(home):
    book, _ = added_to(home, *RULE, "--no-test")
    assert book.tests == ()


def test_an_exemption_names_rules_and_ends(home):
    book, output = added_to(home, *EXEMPTION)
    (exemption,) = book.exemptions
    assert (exemption.relaxes, exemption.to) == (("warn",), Action.PASS)
    assert exemption.when.activities == (Activity.READ,)
    assert exemption.effective.until == parse_instant("2027-12-01T00:00:00Z")
    assert "gate upcoming reminds you of its end, 2027-12-01T00:00:00Z" in output


@pytest.mark.parametrize("option", ["--until", "--because", "--approved-by", "--paths"])
def test_what_an_exemption_must_say_is_asked_by_name(option, home):
    at = EXEMPTION.index(option)
    before = tree(home)
    done = add(home, *EXEMPTION[:at], *EXEMPTION[at + 2 :])
    assert done.exit_code == 2
    assert f"error E762: {option} is missing" in done.stderr
    assert tree(home) == before


def test_an_area_is_dated_and_weighed(home):
    book, _ = added_to(home, *AREA)
    version = book.areas["abkhazia"].versions[0]
    assert (version.partly, version.within) == (("GE-AB",), ("GE",))
    assert version.as_of
    assert (home / "rules" / "areas" / "abkhazia.yaml").is_file()


def test_a_notice_is_a_draft_in_every_language_of_the_page(home):
    done = add(home, *NOTICE)
    assert done.exit_code == 0, done.output
    notices, findings = load_notices(home / "rules" / "notices")
    assert [f for f in findings if f.severity is Severity.ERROR] == []
    notice = notices["new-warning"]
    assert notice.revision == 1
    assert list(notice.texts) == list(notices["undesirable-organization"].texts)
    for text in notice.texts.values():
        assert text.status == "draft"
        assert UNWRITTEN in text.strings["heading"]
        assert len(text.strings["risks"]) == 3
    assert UNWRITTEN in done.output


def test_a_test_keeps_what_the_book_decides_now(home):
    book, _ = added_to(home, *TEST, "--activities", "read,donate")
    (test,) = book.tests
    assert test.expect == {
        Activity.READ: Action.INTERSTITIAL,
        Activity.DONATE: Action.PASS,
    }
    assert test.by[Activity.READ] == ("warn",)
    assert test.by[Activity.DONATE] == ("default",)
    assert (home / "rules" / "somebody-in-tbilisi_test.yaml").is_file()


def test_a_test_of_an_unknown_place_names_its_reason(home):
    book, _ = added_to(home, *TEST[:-1], "unknown=bad_address")
    assert book.tests[0].by[Activity.READ] == ("unknown:bad_address",)


def test_a_test_that_fails_is_only_written_where_that_is_said(home):
    before = tree(home)
    done = add(home, *TEST, "--expect", "read=block")
    assert (done.exit_code, "R055" in done.stderr, "E767" in done.stderr) == (1, 1, 1)
    assert tree(home) == before
    done = add(home, *TEST, "--expect", "read=block", "--anyway")
    assert done.exit_code == 0
    assert "fails now (read: the book decides interstitial, not block)" in done.output
    book, _ = load_book(home / "rules")
    assert [result.ok for result in run_tests(book, membership)] == [False]


@pytest.fixture
def shipped(tmp_path, monkeypatch, session_state):
    """The book that ships, proved over the database that ships."""
    write_starter(tmp_path)
    monkeypatch.setenv("GATE_STATE", str(session_state))
    return tmp_path


PRESS = (
    *("exemption", "--id", "press-pages", "--relaxes", "warn-reading"),
    *("--paths", "/press/**", "--because", "A memo", "--approved-by", "Counsel"),
    *("--from", "2026-12-01", "--until", "2027-12-01"),
)
MOLDOVA = (
    *("area", "--id", "moldova", "--title", "M", "--since", "2020-01-01"),
    *("--whole", "MD-SN"),
)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(
            PRESS,
            "R043",
            'add "/press/**" to except_paths of this promise',
            id="an exemption that breaks promises",
        ),
        pytest.param(
            ("rule", "--id", "x", "--title", "X", "--because", "Y"),
            "R055",
            "",
            id="a rule that fails tests",
        ),
        pytest.param(MOLDOVA, "R013", "never more than possible", id="an area"),
    ],
)
def test_errors_of_what_the_book_means_are_shown_and_nothing_written(
    arguments, code, told, shipped
):
    before = tree(shipped)
    done = add(shipped, *arguments)
    assert (done.exit_code, "error E767" in done.stderr) == (1, True)
    assert code in done.stderr
    assert told in done.stderr
    assert str(shipped / "rules") in done.stderr
    assert tree(shipped) == before
    assert add(shipped, *arguments, "--anyway").exit_code == 0
    assert tree(shipped) != before


def test_a_day_is_its_first_second_where_the_book_is_written(shipped):
    assert add(shipped, *PRESS, "--anyway").exit_code == 0
    written = (shipped / "rules/press-pages.yaml").read_text("utf-8")
    assert '{from: "2026-12-01T00:00:00+03:00", until: "2027-12-01T00:00' in written


def test_the_usual_notice_is_that_of_rules_of_this_activity(shipped):
    about = ("--title", "X", "--because", "Y", "--anyway")
    for act, notice in {"read": "", "share": "-acts", "donate": "-donate"}.items():
        name = f"x-{act}"
        done = add(shipped, "rule", "--id", name, "--activities", act, *about)
        assert done.exit_code == 0, done.stderr
        written = (shipped / f"rules/{name}.yaml").read_text("utf-8")
        assert f"notice: undesirable-organization{notice}\n" in written
        assert 'T00:00:00+03:00"}' in written


def test_what_was_wrong_before_stops_nobody(home):
    assert add(home, *TEST, "--expect", "read=block", "--anyway").exit_code == 0
    assert add(home, *EXEMPTION).exit_code == 0


REFUSED = {
    "an id in capitals": (RULE, "--id", "No_Gifts", "E763"),
    "an id that is taken": (RULE, "--id", "warn", "E763"),
    "no text": (RULE, "--title", " ", "E763"),
    "an area that is not there": (RULE, "--areas", "gorgia", "E763"),
    "an activity that is not there": (RULE, "--activities", "reed", "E763"),
    "a page without a slash": (RULE, "--paths", "help/**", "E763"),
    "an action that is not there": (RULE, "--then", "warn", "E763"),
    "a notice that is not there": (RULE, "--notice", "nothing", "E763"),
    "a day that is none": (RULE, "--from", "2026-12-41", "E763"),
    "an end before the beginning": (RULE, "--until", "2020-01-01T00:00:00Z", "E765"),
    "no rule": (EXEMPTION, "--relaxes", "-", "E763"),
    "no end": (EXEMPTION, "--until", "-", "E763"),
    "a country that is not there": (AREA, "--whole", "UK", "E763"),
    "a country as a part": (AREA, "--partly", "GE", "E763"),
    "a part twice": (AREA, "--whole", "GE", "E765"),
    "an area that is taken": (AREA, "--id", "georgia", "E763"),
    "a notice that is taken": (NOTICE, "--id", "undesirable-organization", "E763"),
    "a place that is none": (TEST, "--visitor", "Mars", "E763"),
    "an expectation that is none": (TEST, "--expect", "read", "E763"),
    "a path that is none": (TEST, "--path", "/a//b", "E763"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_book_would_not_take_is_refused_and_nothing_written(name, home):
    arguments, option, value, code = REFUSED[name]
    before = tree(home)
    done = add(home, *arguments, option, value)
    assert done.exit_code in {1, 2}
    assert f"error {code}" in done.stderr
    assert code == "E765" or f"{option}: " in done.stderr
    assert tree(home) == before


def test_an_unsound_draft_shows_its_finding_at_the_place_it_would_have(home):
    done = add(home, *RULE, "--until", "2020-01-01T00:00:00Z")
    assert re.search(r"rules/no-gifts\.yaml:\d+:\d+: R021", done.stderr)
    assert str(home / "rules" / "no-gifts.yaml") in done.stderr


def test_a_file_that_is_there_is_never_overwritten(home):
    (home / "rules" / "no-gifts.yaml").write_text("# mine\n", "utf-8")
    (home / "rules" / "no-gifts.yaml").rename(home / "rules" / "no-gifts.txt")
    added_to(home, *RULE)
    before = tree(home)
    done = add(home, *TEST)
    assert done.exit_code == 0
    again = add(home, *TEST[:2], "somebody in tbilisi", *TEST[3:])
    assert (again.exit_code, "E764" in again.stderr) == (1, True)
    assert tree(home).items() >= before.items()


# Into a file.


def is_within(old, new):
    """Say whether all old lines stand in the new text, in their order."""
    lines = iter(new.splitlines())
    return all(line in lines for line in old.splitlines())


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        pytest.param(RULE, "book.yaml", id="behind the last rule"),
        pytest.param(EXEMPTION, "book.yaml", id="a section that was not there"),
        pytest.param(AREA, "areas.yaml", id="behind the last area"),
        pytest.param(
            NOTICE, "notices/undesirable-organization.yaml", id="behind a notice"
        ),
        pytest.param(TEST, "book.yaml", id="a test"),
    ],
)
def test_an_item_goes_into_a_file_whose_lines_stay(arguments, file, home):
    path = home / "rules" / file
    before = path.read_text("utf-8")
    _, output = added_to(home, *arguments, "--into", str(path))
    after = path.read_text("utf-8")
    assert is_within(before, after)
    assert len(after) > len(before)
    assert f"Added to {path}" in output


def test_a_new_rule_stands_behind_the_last_one_and_before_the_next_comment(home):
    path = home / "rules" / "book.yaml"
    added_to(home, *RULE, "--no-test", "--into", str(path))
    lines = path.read_text("utf-8").splitlines()
    at = lines.index("  - id: no-gifts")
    assert lines[at - 2] == "    notice: undesirable-organization"
    assert lines.index("  # Behind the last rule.") > at


def test_windows_keeps_its_line_ends_and_its_mark(home):
    path = home / "rules" / "book.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BOOK.replace("\n", "\r\n").encode())
    added_to(home, *RULE, "--into", str(path))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf#")
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("areas.yaml", None, id="another format"),
        pytest.param("../config.yaml", None, id="outside the book"),
        pytest.param("missing.yaml", None, id="no file"),
        pytest.param("x.yaml", "format: rules/1\nowner: me\nrules: []\n", id="empty"),
        pytest.param(
            "x.yaml", "{format: rules/1, owner: me, rules: []}\n", id="braces"
        ),
        pytest.param("notes.txt", "format: rules/9\n", id="another version"),
    ],
)
def test_a_file_that_cannot_be_added_to_stays_as_it_is(file, text, home):
    path = home / "rules" / file
    if text:
        path.write_text(text, "utf-8")
    before = tree(home)
    done = add(home, *RULE, "--into", str(path))
    assert done.exit_code == 1
    assert "error E766" in done.stderr
    assert tree(home) == before


REAL = sorted(
    path
    for folder in (HERE / "rules", HERE / "gate" / "workbench" / "examples")
    for path in folder.rglob("*.yaml")
    if "format: rules/1" in path.read_text("utf-8")
)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_files_take_an_item_in_each_section_and_keep_their_lines(path):
    text = path.read_text("utf-8")
    content = {"id": "one", "name": "one"}
    for section in ("rules", "exemptions", "promises", "tests"):
        part = Part(section=section, content=content)
        head = {"format": "rules/1"}
        draft = Draft(name="one", file="", head=head, parts=(part,), advice=())
        after = added(path, text, draft)
        assert is_within(text, after)
        before = load(path).data.get(section, [])
        assert len(read(after, file=path.name).data[section]) == len(before) + 1


# On a terminal.


class Terminal:
    """A real terminal with a person at it."""

    def __init__(self, home, *arguments):
        self.said = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._own, other = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gate", "new", *arguments],
            cwd=home,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"},
        )
        os.close(other)

    def wait_for(self, text, seconds=60):
        until = time.monotonic() + seconds
        while text not in self.said:
            assert time.monotonic() < until, self.said
            self._read(0.1)
        before, _, self.said = self.said.partition(text)
        return before

    def type(self, question, answer):
        told = self.wait_for(question) + self.wait_for(">")
        self.send(f"{answer}\r")
        return told

    def _read(self, seconds):
        if select.select([self._own], [], [], seconds)[0]:
            try:
                self.said += self._decoder.decode(os.read(self._own, 65_536))
            except OSError:  # the other end has closed
                time.sleep(seconds)

    def send(self, text):
        os.write(self._own, text.encode())

    def leave(self):
        """Press Ctrl-D: nothing more will be typed."""
        self.send("\x04")

    def end(self, seconds=60):
        until = time.monotonic() + seconds
        while self._process.poll() is None:
            if time.monotonic() > until:
                self._process.kill()
            self._read(0.1)
        self._read(0.1)
        os.close(self._own)
        return self._process.returncode


def test_a_person_is_asked_told_what_is_wrong_and_gets_a_sound_rule(home):
    terminal = Terminal(home, "rule")
    terminal.type("A short name for the rule", "Warn Sharers")
    assert 'Write it like "warn-sharers".' in terminal.wait_for(">")
    terminal.send("warn-sharers\r")
    assert "For example: " in terminal.type("What is it about", "Sharing")
    terminal.type("Why:", "")
    terminal.wait_for("An answer is needed here.")
    terminal.send("A memo\r")
    terminal.type("Where must the reader be", "gorgia")
    assert 'Did you mean "georgia"?' in terminal.wait_for(">")
    terminal.send("\r")
    terminal.type("What does the reader do?", "share")
    terminal.type("On which pages", "")
    terminal.type("On which pages not", "-")
    terminal.type("What follows?", "")
    terminal.type("How certain", "")
    terminal.type("Something weaker", "banner")
    terminal.type("Which notice", "")
    terminal.type("From which moment on?", "2026-12-01T00:00:00+03:00")
    terminal.type("Until which moment", "")
    terminal.type("Enforced at once", "")
    terminal.type("Who answers for the file", "")
    terminal.wait_for("Wrote ")
    assert terminal.end() == 0
    book, _ = load_book(home / "rules")
    rule = next(rule for rule in book.rules if rule.id == "warn-sharers")
    assert rule.when.activities == (Activity.SHARE,)
    assert (rule.then, rule.if_possible) == (Action.INTERSTITIAL, Action.BANNER)
    assert [result.ok for result in run_tests(book, membership)] == [True]


def test_a_person_may_write_what_makes_errors(shipped):
    terminal = Terminal(shipped, *PRESS, "--activities", "read", "--to", "pass")
    terminal.type("Only for readers", "")
    terminal.type("Who answers", "")
    assert "R043" in terminal.wait_for("Write it anyway?")
    terminal.send("n\r")
    assert terminal.end() == 1
    assert not (shipped / "rules/press-pages.yaml").exists()


def test_what_can_be_known_is_not_asked(home):
    terminal = Terminal(home, *RULE, "--then", "pass", "--paths", "/a")
    terminal.type("On which pages not", "")
    asked = terminal.wait_for("How certain")
    assert "On which pages (" not in asked
    terminal.wait_for(">")
    terminal.send("\r")
    told = terminal.wait_for("Until which moment")
    assert "Which notice" not in told
    assert "weaker" not in told
    terminal.leave()
    assert terminal.end() == 1


def test_whoever_stops_in_the_middle_has_written_nothing(home):
    before = tree(home)
    terminal = Terminal(home, "exemption")
    terminal.type("A short name", "calm")
    terminal.wait_for("Which rules does it loosen?")
    terminal.leave()
    assert terminal.end() == 1
    assert tree(home) == before
