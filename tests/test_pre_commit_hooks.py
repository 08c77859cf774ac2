"""The hooks of pre-commit: each is a command that runs on a fresh rule book."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from machine import program

from gate.cli import main
from gate.workbench.starter import write_starter

HERE = Path(__file__).parent.parent
HOOKS = yaml.safe_load((HERE / ".pre-commit-hooks.yaml").read_text("utf-8"))
BOOK = "rules/undesirable-organization.yaml"
SOURCES = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "config.yaml")


@pytest.fixture(name="rules")
def _rules(tmp_path, monkeypatch, session_state):
    """Write a repository of rules, and go there."""
    folder = tmp_path / "rules-repository"
    write_starter(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GATE_STATE", str(session_state))
    return folder


def test_the_three_hooks_are_there():
    assert [hook["id"] for hook in HOOKS] == ["gate-fmt", "gate-check", "gate-test"]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_each_hook_runs_on_a_fresh_book_and_leaves_it_alone(hook):
    name, *arguments = hook["entry"].split()
    done = CliRunner().invoke(main, arguments)
    assert (name, done.exit_code) == ("gate", 0), done.output
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_each_hook_runs_when_a_file_of_the_book_has_changed(hook, rules):
    files = [path.relative_to(rules).as_posix() for path in rules.rglob("*.*")]
    told = [name for name in files if re.search(hook["files"], name)]
    assert {"config.yaml", BOOK, "rules/areas/shapes/crimea.geojson"} <= {*told}
    assert not re.search(hook["files"], "README.md")


def git(folder, *arguments):
    names = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run([program("git"), *names, *arguments], cwd=folder, check=True)


@pytest.mark.deep
def test_pre_commit_itself_runs_them(tmp_path, rules):
    """Install the hooks from a repository of this gate, as others would."""
    gate = tmp_path / "gate"
    shutil.copytree(HERE / "gate", gate / "gate")
    shutil.copytree(HERE / "rules", gate / "rules")
    for name in SOURCES:
        shutil.copy(HERE / name, gate)
    for folder in (gate, rules):
        git(folder, "init", "-q")
        git(folder, "add", "-A")
    git(gate, "commit", "-qm", "gate")
    hooks = [{"id": hook["id"]} for hook in HOOKS]
    asked = {"repos": [{"repo": gate.as_uri(), "rev": "HEAD", "hooks": hooks}]}
    (rules / ".pre-commit-config.yaml").write_text(yaml.safe_dump(asked), "utf-8")
    run = [program("pre-commit"), "run", "--all-files"]
    done = subprocess.run(run, cwd=rules, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("Passed")) == (0, 3), done.stdout
    text = (rules / BOOK).read_text("utf-8").replace("then: ", "then:  ", 1)
    (rules / BOOK).write_text(text, "utf-8")
    done = subprocess.run(run, cwd=rules, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
