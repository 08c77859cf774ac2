"""gate audit replay: books from folders and git revisions, tables, JSON, exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from machine import program
from test_audit_replay import ROW, logged

from gate.cli import main
from gate.config import load_config
from gate.errors import (
    GitMissingError,
    LinkInBookError,
    NoRepositoryError,
    NoSuchRevisionError,
)
from gate.rules import load_book
from gate.workbench.auditing.alike import Logs
from gate.workbench.auditing.promises import promises_of_logs
from gate.workbench.revisions import find_book, former_books

ROOT = Path(__file__).parent.parent
DAYS = ["2026-03-01", "2026-03-02"]
NO_NAMES = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "n" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "n@example.org" for who in ("AUTHOR", "COMMITTER")},
}


def git(folder, *words):
    subprocess.run(
        ["git", "-C", str(folder), *words],
        check=True,
        capture_output=True,
        env=os.environ | NO_NAMES,
    )


def edit(rules, old, new):
    path = rules / "undesirable-organization.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def repository(tmp_path):
    """The shipped rules, then the same with a banner before reading."""
    program("git")
    folder = tmp_path / "site"
    shutil.copytree(ROOT / "rules", folder / "desk/rules")
    git(tmp_path, "init", "--quiet", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "tag", "v1")
    edit(
        folder / "desk/rules",
        "    if_possible: banner\n    then: interstitial",
        "    then: banner",
    )
    git(folder, "commit", "--quiet", "-am", "weaker")
    return folder


@pytest.fixture
def config(repository, make_config):
    rules = repository / "desk/rules"
    return make_config(rules={"folder": str(rules), "pinned": {}})


@pytest.fixture
def log(repository, config, tmp_path):
    """A log of readers in Russia whom the weaker book showed a banner."""
    book, _ = load_book(repository / "desk/rules")
    row = ROW._replace(
        place="RU",
        areas="russia:yes",
        section="articles",
        rules="warn-reading",
        book=book.digest,
        areas_digest=book.areas_digest,
        config=load_config(config, {}).digest,
        database="gone",
    )
    rows = [
        row,
        row._replace(section="other"),
        row._replace(reason="kind:asset", outcome="passed"),
    ]
    return logged(tmp_path / "log", DAYS, rows)


def run(config, *words):
    words = ["audit", "replay", "--config", str(config), *map(str, words)]
    return CliRunner().invoke(main, words)


def test_the_book_of_an_earlier_revision_is_applied(config, log):
    result = run(config, "--rules", "v1", log)
    assert result.exit_code == 0
    first = result.output.splitlines()[0]
    assert first == (
        "Of 80 decisions 100.0 % can be answered; 80 would become stricter, 0 looser; "
        "0 cannot be told."
    )
    assert "russia:yes" in result.output
    assert "kind:asset" in result.output


@pytest.fixture
def finer(repository, tmp_path):
    """A book that asks for more before reading, but for a part of the site."""
    folder = tmp_path / "finer"
    shutil.copytree(repository / "desk/rules", folder)
    edit(folder, "    then: banner", "    then: interstitial")
    edit(
        folder,
        '        - "/robots.txt"\n        - "/fav',
        '        - "/b/**"\n        - "/fav',
    )
    return folder


def test_json_has_numbers_reasons_and_what_was_assumed(config, log, finer):
    result = run(config, "--rules", finer, "--json", "--assume", "doubts", log)
    told = json.loads(result.output)
    assert told["by_section"] == [
        {"section": "articles", "was": "banner", "would_be": "interstitial", "n": 40}
    ]
    assert told["by_rules"][0]["rules_then"] == "warn-reading"
    assert told["untold"] == [{"section": "other", "reason": "paths", "n": 40}]
    assert result.exit_code == 1  # what is not told is not "nothing looser"
    enough = ("--assume", "doubts", "--untold", "50", log)
    assert run(config, "--rules", finer, *enough).exit_code == 0
    assert (told["apart"], told["assumed"]) == ({"kind:asset": 40}, ["doubts"])


def test_what_cannot_be_told_is_shown_with_the_reason(config, log, finer):
    output = run(config, "--rules", finer, log).output
    assert "40 cannot be told" in output
    assert "the section holds paths that differ" in output


def test_the_same_book_changes_nothing(config, log):
    result = run(config, "--rules", "HEAD", "--json", log)
    told = json.loads(result.output)
    assert (told["answered_percent"], told["stricter"], told["looser"]) == (100, 0, 0)


def test_what_becomes_looser_ends_with_five(config, log, repository, tmp_path):
    weaker = tmp_path / "weaker"
    shutil.copytree(repository / "desk/rules", weaker)
    edit(weaker, "    then: banner", "    then: pass")
    result = run(config, "--rules", weaker, "--until", DAYS[0], log)
    assert result.exit_code == 5
    assert "40 looser" in result.output


def test_without_a_configuration_no_section_is_known(log, finer, tmp_path):
    result = run(tmp_path / "none.yaml", "--rules", finer, "--json", log)
    told = json.loads(result.output)
    assert {one["reason"] for one in told["untold"]} == {"settings"}
    assumed = run(tmp_path / "none.yaml", "--rules", "HEAD", log)
    assert assumed.exit_code != 0  # a revision of which folder?


def test_a_book_that_rows_name_can_be_given(log, finer, repository, tmp_path):
    shutil.rmtree(repository / ".git")
    words = tmp_path / "none.yaml", "--rules", finer, log
    without = run(*words)
    assert "Rows name 1 book, 0 of them at hand" in without.output
    assert "--assume sections" in without.output
    named = run(*words, "--former", repository / "desk/rules")
    assert "at hand" not in named.output


@pytest.mark.parametrize(
    ("named", "error"),
    [
        ("v9", NoSuchRevisionError),
        ("--output=x", NoSuchRevisionError),
        ("HEAD:no/such", NoSuchRevisionError),
        ("HEAD:desk/rules/undesirable-organization.yaml", NoSuchRevisionError),
        ("", NoSuchRevisionError),
    ],
)
def test_what_is_no_revision_is_named(named, error, repository):
    with pytest.raises(error) as caught:
        find_book(named, repository / "desk/rules")
    assert caught.value.revision == named


def test_a_revision_may_name_another_folder(repository):
    rules = repository / "desk/rules"
    named, own = find_book("v1:desk/rules", rules), find_book("v1", rules)
    assert named.book.digest == own.book.digest


def test_a_folder_in_no_repository_has_no_revisions(tmp_path):
    with pytest.raises(NoRepositoryError):
        find_book("HEAD", tmp_path)


def test_a_missing_git_is_named(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError):
        find_book("HEAD", repository / "desk/rules")
    assert list(former_books(repository / "desk/rules", frozenset({"none"}))) == []


def test_a_link_in_a_revision_is_refused_rather_than_left_out(repository):
    (repository / "desk/rules/more.yaml").symlink_to("undesirable-organization.yaml")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "link")
    with pytest.raises(LinkInBookError) as caught:
        find_book("HEAD", repository / "desk/rules")
    assert caught.value.name == "more.yaml"


def test_attributes_of_the_repository_change_nothing(repository):
    (repository / ".gitattributes").write_text("*.yaml export-ignore eol=crlf\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "attributes")
    rules = repository / "desk/rules"
    assert find_book("HEAD", rules).book.digest == load_book(rules)[0].digest


def test_a_broken_book_is_shown_with_revision_and_line(config, repository, log):
    rules = repository / "desk/rules"
    edit(rules, "    then: banner", "    then: baner")
    git(repository, "commit", "--quiet", "-am", "broken")
    result = run(config, "--rules", "HEAD", log)
    assert result.exit_code == 1
    assert "HEAD:desk/rules/undesirable-organization.yaml:" in result.output
    assert "then: baner" in result.output  # the line itself
    assert "baner" in result.output


def test_earlier_books_are_found_by_their_digests(repository):
    rules = repository / "desk/rules"
    first = find_book("v1", rules).book
    edit(rules, "    then: banner", "    then: interstitial")
    now, _ = load_book(rules)
    weaker = find_book("HEAD", rules).book
    wanted = frozenset({first.digest, weaker.digest, now.digest, "none"})
    found = [book.digest for book in former_books(rules, wanted)]
    assert found == [now.digest, weaker.digest, first.digest]


def test_days_that_are_none_are_a_usage_error(config, log):
    assert run(config, "--rules", "HEAD", "--since", "yesterday", log).exit_code == 2


def test_no_rows_is_an_error_and_not_an_empty_answer(config, log):
    result = run(config, "--rules", "HEAD", "--since", "2027-01-01", log)
    assert (result.exit_code, "E650" in result.output) == (3, True)


def test_promises_of_a_folder_are_held_against_a_log(config, log, repository):
    rules = repository / "desk/rules"
    read = load_config(config, {})
    logs = Logs(folders=(log,))
    first, *_ = promises_of_logs(logs, rules, read)
    assert (first.promise, first.broken) == ("every-reader-in-russia-is-warned", 120)
    assert json.loads(json.dumps(first.plain()))["broken"] == 120
