"""Rule books out of git: what was committed, whatever the repository says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from machine import program

from gate.cli import main
from gate.errors import (
    AmbiguousRevisionError,
    FindingsError,
    FolderOrRevisionError,
    GitFailedError,
    NoSuchRevisionError,
)
from gate.rules import load_book
from gate.workbench.diffing import side_of
from gate.workbench.diffing.chosen_sides import sides_of
from gate.workbench.revisions import Repository, find_book, former_books

ROOT = Path(__file__).parent.parent
WHO = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "n" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "n@example.org" for who in ("AUTHOR", "COMMITTER")},
}
MELITOPOL = "          - 701404   # Melitopol"


@pytest.fixture
def rules(tmp_path):
    """The shipped rules in a repository, committed once."""
    program("git")
    folder = tmp_path / "site/desk/rules"
    shutil.copytree(ROOT / "rules", folder)
    git(folder, "init", "--quiet", "--initial-branch", "main", str(tmp_path / "site"))
    commit(folder)
    return folder


def git(folder, *words, said=b""):
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        input=said,
        check=True,
        capture_output=True,
        env=os.environ | WHO,
    )
    return done.stdout.decode().strip()


def commit(folder):
    git(folder, "add", "--all", ":/")
    git(folder, "commit", "--quiet", "-m", "said")


def without_melitopol(rules):
    path = rules / "areas/russia.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(MELITOPOL)]
    assert len(kept) < len(lines)
    path.write_text("".join(kept), "utf-8")


def changed_by_attributes(rules):
    """Attributes that leave files out of archives, and rewrite what is in them."""
    (rules.parent.parent / ".gitattributes").write_text(
        "areas/russia.yaml export-ignore\n"
        "russia.yaml export-ignore\n"
        "*.yaml text eol=crlf export-subst diff=words filter=words\n"
    )
    git(rules, "config", "filter.words.smudge", "sed s/interstitial/pass/")
    git(rules, "config", "diff.words.textconv", "sed s/interstitial/pass/")
    commit(rules)


def replaced(rules):
    """A replacement of the commit by one that says something else."""
    kept = git(rules, "rev-parse", "HEAD")
    without_melitopol(rules)
    commit(rules)
    git(rules, "replace", kept, "HEAD")
    git(rules, "reset", "--quiet", "--hard", kept)
    git(rules, "checkout", "--quiet", "HEAD", "--", ".")


@pytest.mark.parametrize("disturbed", [changed_by_attributes, replaced])
def test_a_revision_is_what_was_committed(rules, disturbed):
    said = load_book(rules)[0].digest
    disturbed(rules)
    assert find_book("HEAD", rules).book.digest == said
    assert side_of("HEAD", rules).book.digest == said


@pytest.mark.parametrize("disturbed", [changed_by_attributes, replaced])
def test_gate_area_and_gate_diff_read_the_same_book(rules, disturbed, make_config):
    disturbed(rules)
    git(rules, "-c", "core.useReplaceRefs=false", "checkout", "-fq", "HEAD", "--", ".")
    without_melitopol(rules)
    config = make_config(rules={"folder": str(rules), "pinned": {}})
    area = [
        "area",
        "diff",
        "russia-controlled-ukraine",
        "HEAD",
        "--json",
        "--config",
        str(config),
    ]
    told = json.loads(CliRunner().invoke(main, area).stdout)
    assert told["removed"] == {"settlements": ["701404"]}
    diff = ["diff", "HEAD", "--json", "--config", str(config)]
    told = json.loads(CliRunner().invoke(main, diff).stdout)
    assert told["old"]["book"] == find_book("HEAD", rules).book.digest
    causes = {c["what"] for g in told["differences"] for c in g["causes"]}
    assert causes == {"701404 (Melitopol) removed"}


@pytest.mark.parametrize("word", ["--output=x", "--help", "-x", "--all", "--git-dir"])
def test_no_name_is_ever_an_option(rules, word):
    for read in (
        lambda: find_book(word, rules),
        lambda: side_of(word, rules),
        lambda: sides_of((f"{word}...HEAD",), rules),
        lambda: sides_of((f"HEAD...{word}",), rules),
        lambda: Repository.around(rules, word).parted(word, word),
    ):
        with pytest.raises(NoSuchRevisionError):
            read()
    assert not (rules / "x").exists()


def test_what_a_person_has_set_for_git_log_changes_no_history(rules):
    first = load_book(rules)[0]
    without_melitopol(rules)
    commit(rules)
    git(rules, "config", "log.showSignature", "true")
    git(rules, "config", "log.diffMerges", "on")
    second = load_book(rules)[0]
    wanted = frozenset({first.digest, second.digest})
    assert {book.digest for book in former_books(rules, wanted)} == wanted


def test_a_book_with_errors_is_told_by_its_revision_with_the_line(rules):
    path = rules / "undesirable-organization.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("then: interstitial", "then: nothing"), "utf-8")
    commit(rules)
    for read in (find_book, side_of):
        with pytest.raises(Exception, match="R0") as caught:
            read("HEAD", rules)
        finding = caught.value.findings[0]
        assert finding.mark.file == f"HEAD:desk/rules/{path.name}"
        assert "then: nothing" in finding.source_line


class TestFoldersWithNamesOfRevisions:
    @pytest.fixture
    def committed(self, rules, monkeypatch):
        """The digest at the last commit; the folder of rules has since changed."""
        said = load_book(rules)[0].digest
        without_melitopol(rules)
        monkeypatch.chdir(rules.parent)
        return said

    def test_the_implied_last_commit_is_never_a_folder(self, rules, committed):
        shutil.copytree(rules, "HEAD")
        assert sides_of((), rules)[0].book.digest == committed

    @pytest.mark.parametrize("named", ["main..HEAD", "main...HEAD", "main.."])
    def test_two_revisions_are_never_a_folder(self, rules, committed, named):
        commit(rules)
        git(rules, "branch", "later")
        git(rules, "reset", "--quiet", "--hard", "HEAD~1")
        git(rules, "checkout", "--quiet", "-b", "side", "later")
        for folder in (named, "main", "HEAD", git(rules, "rev-parse", "main")):
            shutil.copytree(rules, folder)
        old, new = sides_of((named,), rules)
        assert old.book.digest == committed
        assert new.book.digest == load_book(rules)[0].digest != committed

    @pytest.mark.parametrize("read", [find_book, side_of])
    @pytest.mark.parametrize("named", ["HEAD", "main", "v1", "1" * 40])
    def test_what_is_both_is_refused(self, rules, committed, read, named):
        git(rules, "tag", "v1")
        shutil.copytree(rules, named)
        with pytest.raises(FolderOrRevisionError) as caught:
            read(named, rules)
        assert f"./{named}" in caught.value.hint
        assert read(f"./{named}", rules).book.digest != committed

    def test_what_is_no_revision_is_a_folder(self, rules, committed):
        shutil.copytree(rules, "before")
        assert find_book("before", rules).book.digest != committed

    @pytest.mark.usefixtures("committed")
    @pytest.mark.parametrize("named", ["./HEAD", "../HEAD", "/none/HEAD", "./a..b"])
    def test_a_path_is_a_folder_even_if_it_is_not_there(self, rules, named):
        with pytest.raises(FindingsError):
            find_book(named, rules)
        with pytest.raises(FindingsError):
            sides_of((named,), rules)


class TestHiddenRepositories:
    @pytest.mark.parametrize("extra", [(), ("core.bare=false", "core.worktree=.")])
    def test_a_repository_that_a_commit_brought_along_is_refused(
        self, rules, tmp_path, extra
    ):
        """Its files lie in the folder of rules: HEAD, config, objects, refs."""
        git(tmp_path, "clone", "--quiet", "--bare", str(rules.parent.parent), "bare")
        for setting in extra:
            git(tmp_path / "bare", "config", *setting.split("="))
        shutil.copytree(tmp_path / "bare", rules, dirs_exist_ok=True)
        for read in (
            lambda: find_book("HEAD", rules),
            lambda: sides_of((), rules),
            lambda: list(former_books(rules, frozenset({"none"}))),
        ):
            with pytest.raises(GitFailedError):
                read()

    def test_a_folder_of_rules_may_be_the_top_of_its_repository(self, rules, tmp_path):
        folder = tmp_path / "own"
        shutil.copytree(rules, folder)
        git(folder, "init", "--quiet")
        commit(folder)
        assert find_book("HEAD", folder).book.digest == load_book(rules)[0].digest


class TestNamesOfSeveralThings:
    @pytest.fixture
    def twice(self, rules):
        """A tag that is called as a branch of a remote."""
        first = git(rules, "rev-parse", "HEAD")
        without_melitopol(rules)
        commit(rules)
        git(rules, "update-ref", "refs/remotes/origin/main", first)
        git(rules, "tag", "origin/main", "HEAD")
        return rules

    @pytest.mark.parametrize("named", ["origin/main", "origin/main~0", "origin/main^0"])
    def test_a_tag_with_the_name_of_a_branch_is_refused(self, twice, named):
        for read in (find_book, side_of):
            with pytest.raises(AmbiguousRevisionError) as caught:
                read(named, twice)
            assert caught.value.known == (
                "refs/tags/origin/main",
                "refs/remotes/origin/main",
            )
        with pytest.raises(AmbiguousRevisionError):
            sides_of((f"{named}...HEAD",), twice)

    def test_the_full_name_means_one(self, twice):
        branch = find_book("refs/remotes/origin/main", twice).book.digest
        tag = find_book("refs/tags/origin/main", twice).book.digest
        assert branch != tag == load_book(twice)[0].digest
        with pytest.raises(NoSuchRevisionError):
            find_book("refs/heads/origin/main", twice)

    def test_a_tag_with_a_full_name_takes_no_ones_place(self, rules):
        git(rules, "tag", "refs/heads/gone")
        with pytest.raises(NoSuchRevisionError, match="git knows no"):
            find_book("refs/heads/gone", rules)

    def test_a_tag_with_the_beginning_of_an_id_is_refused(self, twice):
        first = git(twice, "rev-parse", "HEAD~1")
        git(twice, "tag", first[:12], "HEAD")
        with pytest.raises(AmbiguousRevisionError):
            find_book(first[:12], twice)
        named = "refs/remotes/origin/main...HEAD"  # of which it is the merge base
        old, _ = sides_of((named,), twice)
        assert old.book.digest == find_book(first, twice).book.digest
        assert old.source.startswith(f"{first[:12]} (")

    def test_a_tag_called_head_takes_nothings_place(self, rules):
        said = load_book(rules)[0].digest
        git(rules, "tag", "HEAD")
        without_melitopol(rules)
        commit(rules)
        assert find_book("HEAD", rules).book.digest != said


def test_what_git_does_not_know_is_told_apart_from_a_revision_without_rules(rules):
    git(rules, "branch", "-m", "main", "trunk")
    with pytest.raises(NoSuchRevisionError, match='git knows no "main"'):
        sides_of(("main",), rules)
    with pytest.raises(NoSuchRevisionError, match='git knows no "main"'):
        sides_of(("main...HEAD",), rules)
    with pytest.raises(NoSuchRevisionError, match='has no rules at "trunk:none"'):
        sides_of(("trunk:none",), rules)


@pytest.mark.parametrize(
    "path", ["{}/out.yaml", "../out.yaml", "a//b.yaml", "./a.yaml"]
)
def test_a_path_that_leads_elsewhere_is_an_error(rules, tmp_path, path):
    name = path.format(tmp_path)
    blob = git(rules, "hash-object", "-w", "--stdin", said=b"format: rules/1\n")
    entry = f"100644 {name}\0".encode() + bytes.fromhex(blob)
    words = "hash-object", "-w", "--stdin", "--literally", "-t", "tree"
    tree = git(rules, *words, said=entry)
    top = git(rules, "mktree", said=f"040000 tree {tree}\trules\n".encode())
    made = git(rules, "commit-tree", "-m", "said", top)
    with pytest.raises(GitFailedError, match="is no path of a file"):
        find_book(f"{made}:rules", rules)
    assert not (tmp_path / "out.yaml").exists()


def test_a_file_that_is_a_folder_as_well_is_an_error(rules):
    blob = git(rules, "hash-object", "-w", "--stdin", said=b"format: rules/1\n")
    sub = git(rules, "mktree", said=f"100644 blob {blob}\tb.yaml\n".encode())
    entries = (b"100644 a.yaml\0", blob), (b"40000 a.yaml\0", sub)
    said = b"".join(head + bytes.fromhex(own) for head, own in entries)
    words = "hash-object", "-w", "--stdin", "--literally", "-t", "tree"
    tree = git(rules, *words, said=said)
    with pytest.raises(GitFailedError, match="cannot be written"):
        find_book(f"{tree}:", rules)


def test_a_hook_of_another_repository_does_not_lead_astray(rules, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, ".git")
    assert side_of("HEAD", rules).book.rules
