"""gate watch: a real process, files saved as editors save them."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.errors import ConfigMissingError
from gate.model import Diagnostic, Mark
from gate.workbench.starter import write_starter
from gate.workbench.watching import Reach, Round, fingerprint, news, saves

BOOK = "rules/undesirable-organization.yaml"
SECONDS = 60  # for a round on a busy machine


def finding(code, line=1, **more):
    mark = Mark(file="rules/a.yaml", line=line)
    return Diagnostic(code=code, message="Something.", mark=mark, **more)


def between(before, after, reach=Reach.ALL):
    return news(
        Round(findings=tuple(before)), Round(findings=tuple(after), reach=reach)
    )


def test_a_finding_that_moved_has_stayed():
    after = finding("R041", 9)
    told = between([finding("R041", 3)], [after])
    assert (told.new, told.gone, told.stayed) == ((), (), (after,))


def test_of_two_that_say_the_same_each_counts():
    one, two = finding("R041", 3), finding("R041", 9)
    assert between([one], [one, two]).new == (two,)
    assert len(between([one, two], [one]).gone) == 1


def test_the_same_words_about_another_rule_are_new():
    before, after = finding("R041", subject="a"), finding("R041", subject="b")
    told = between([before], [after])
    assert (told.new, told.gone) == ((after,), (before,))


def test_what_was_not_looked_for_is_neither_gone_nor_new_when_it_comes_back():
    doubt, wrong = finding("R041"), finding("R003")
    broken = Round(findings=(wrong,), reach=Reach.FILES)
    told = news(Round(findings=(doubt,)), broken)
    assert (told.new, told.gone, told.unseen) == ((wrong,), (), (doubt,))
    still = replace(broken, unseen=told.unseen)
    again = news(still, Round(findings=(finding("R002"),), reach=Reach.FILES))
    assert (again.gone, again.unseen) == ((wrong,), (doubt,))
    mended = news(still, Round(findings=(doubt,)))
    assert (mended.new, mended.gone, mended.unseen) == ((), (wrong,), ())
    assert news(still, Round(findings=())).gone == (wrong, doubt)


def test_without_a_database_only_what_was_proved_is_not_looked_for():
    told = between([finding("R041"), finding("R018")], [], Reach.BOOK)
    assert (len(told.gone), told.unseen) == (1, (finding("R041"),))


@pytest.mark.parametrize(
    ("states", "rounds"),
    [
        pytest.param("aaaa", 1, id="nothing saved"),
        pytest.param("aabb", 2, id="saved once"),
        pytest.param("abcdd", 2, id="saved in several steps"),
        pytest.param("abaa", 1, id="saved and taken back at once"),
        pytest.param("abbaa", 3, id="saved, then taken back"),
        pytest.param("abcd", 1, id="still being written"),
    ],
)
def test_a_round_begins_when_files_have_come_to_rest(states, rounds):
    left = list(states)
    began = 0

    def pause():
        if not left:
            raise EOFError

    with suppress(EOFError):
        for _ in saves(lambda: left.pop(0), pause):
            began += 1
    assert began == rounds


def test_the_state_of_a_broken_configuration_can_be_told(tmp_path):
    write_starter(tmp_path)
    path = tmp_path / "config.yaml"
    sound = fingerprint(path, {})
    path.write_text("mode: nonsense\nrules: {folder: rules}\n", "utf-8")
    broken = fingerprint(path, {})
    (tmp_path / BOOK).write_text("format: rules/1\n", "utf-8")
    assert len({sound, broken, fingerprint(path, {})}) == 3
    path.unlink()
    assert fingerprint(path, {}) == ""


def test_without_a_configuration_there_is_nothing_to_watch(tmp_path):
    done = CliRunner().invoke(main, ["watch", "--config", str(tmp_path)])
    assert done.exit_code == ConfigMissingError.exit_code
    assert ConfigMissingError.code in done.output


class Watching:
    """A real `gate watch`, and the rounds that it prints."""

    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gate", "watch", "--every", "0.1"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def round(self):
        """Return what the next round prints."""
        told = ""
        while "Checked in" not in told:
            told += self.lines.get(timeout=SECONDS)
        return told

    def save(self, change):
        """Save the book as editors do: beside it, and then in its place."""
        path = self.folder / BOOK
        new = path.with_name(".saving")
        new.write_text(change(path.read_text("utf-8")), "utf-8")
        new.replace(path)


@pytest.fixture
def watching(tmp_path, monkeypatch, session_state):
    write_starter(tmp_path)
    monkeypatch.setenv("GATE_STATE", str(session_state))
    (tmp_path / "rules/.schema").mkdir()
    process = Watching(tmp_path)
    yield process
    process.process.kill()
    process.process.wait()
    process.process.stdout.close()


def test_every_save_is_checked_and_its_news_are_told(watching):
    first = watching.round()
    assert re.search(r"\d\d:\d\d:\d\d Sound: ", first)
    assert re.search(r"(\d+) of \1 tests passed", first)

    watching.save(lambda text: text.replace("then: interstitial", "then: warn", 1))
    broken = watching.round()
    assert "New:" in broken
    assert "warn" in broken
    assert "Not sound: 1 error" in broken
    assert "Gone:" not in broken
    assert "Not looked at while there are errors: " in broken

    watching.save(lambda text: text.replace("then: warn", "then: interstitial", 1))
    mended = watching.round()
    assert "Gone:" in mended
    assert "New:" not in mended
    assert re.search(r"\d\d:\d\d:\d\d Sound: ", mended)

    schema = watching.folder / "rules/.schema/rules.json"
    assert "warn-reading" in schema.read_text("utf-8")
    assert "\x1b" not in first + broken + mended
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(SECONDS) == 0
