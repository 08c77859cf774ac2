"""The manual is run: its commands, its Python, its YAML."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gate.cli import main
from gate.config import load_config
from gate.doors.wsgi import GateMiddleware
from gate.places.areas import membership
from gate.rules import load_book
from gate.rules.testing.trial import run_tests
from gate.workbench.starter import write_starter

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [
    command
    for language, block in BLOCKS
    if language == "bash"
    for line in re.sub(r"\\\n\s*", " ", block).splitlines()
    for command in line.split(" && ")
    if command.startswith("gate ")
]


def blocks(language, having=""):
    return [text for name, text in BLOCKS if name == language and having in text]


@pytest.fixture
def starter(tmp_path, monkeypatch):
    write_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("command", dict.fromkeys(COMMANDS))
def test_a_command_of_the_manual_does_what_it_says(command):
    words = shlex.split(command)[1:]
    if words[0] == "serve":  # it would not end: its words must be understood
        serve = main.get_command(main.make_context("gate", [*words]), "serve")
        words = [word for word in words[1:] if word != "/var/www/html"]
        serve.make_parser(serve.context_class(serve)).parse_args(
            [*words, "."] if "--site" in words else words
        )
        return
    told = CliRunner().invoke(main, words, catch_exceptions=False)
    assert told.exit_code == 0, told.output


@pytest.mark.usefixtures("starter")
def test_the_auditor_gets_on_with_the_commands_of_the_manual():
    learn, seal = blocks("sh", "gate audit sample"), blocks("sh", "gate audit seal")
    lines = [line for block in (*learn, *seal) for line in block.splitlines()]
    told = {
        line: CliRunner().invoke(main, shlex.split(line)[1:], catch_exceptions=False)
        for line in lines
    }
    # The sample holds a violation, and a report on it says so.
    expected = [1 if "report" in line else 0 for line in lines]
    assert [found.exit_code for found in told.values()] == expected, told
    assert Path("report.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_two_commands_of_the_set_up_are_in_the_manual():
    first, second = [b for b in blocks("bash") if b.startswith("python3 -m venv")]
    assert first.endswith("gate serve --demo\n")
    assert second.endswith(".venv/bin/pytest\n")


@pytest.mark.usefixtures("starter")
def test_the_gate_goes_around_a_wsgi_application():
    (example,) = blocks("python", "GateMiddleware")
    names = {"application": lambda *_: []}
    exec(example, names)  # noqa: S102 - the manual's own words
    assert isinstance(names["application"], GateMiddleware)


@pytest.mark.usefixtures("starter")
def test_the_extension_goes_into_a_flask_application():
    (example,) = blocks("python", "FlaskGate")
    names = {"__name__": "manual"}
    exec(example, names)  # noqa: S102 - likewise
    assert "gate" in names["app"].extensions


def test_the_proxy_is_named_as_the_manual_says(starter):
    (example, asked) = blocks("yaml", "trusted_proxies")
    assert yaml.safe_load(example)["visitor"] == yaml.safe_load(asked)["visitor"]
    path = starter / "config.yaml"
    config = yaml.safe_load(path.read_text("utf-8")) | yaml.safe_load(example)
    path.write_text(yaml.safe_dump(config), "utf-8")
    assert load_config(path, {}).visitor.header == "x-forwarded-for"
    path.write_text(yaml.safe_dump(config | yaml.safe_load(asked)), "utf-8")
    assert load_config(path, {}).check.when_down == "refuse"


def test_the_rule_of_the_manual_is_a_rule(starter):
    (example,) = blocks("yaml", "id: warn-reading")
    path = starter / "rules" / "undesirable-organization.yaml"
    # As the gate reads: otherwise NO, Norway, would be False.
    book = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - own file
    (rule,) = yaml.load(example, yaml.BaseLoader)["rules"]  # noqa: S506
    rules = [rule if r["id"] == rule["id"] else r for r in book["rules"]]
    path.write_text(yaml.safe_dump(book | {"rules": rules}), "utf-8")
    made, findings = load_book(starter / "rules")
    assert made is not None, findings


def test_the_exemption_of_the_manual_does_what_its_test_says(starter):
    (example,) = blocks("yaml", "press-pages")
    path = starter / "rules" / "undesirable-organization.yaml"
    book = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - own file
    added = yaml.load(example, yaml.BaseLoader)  # noqa: S506 - own file
    for part in ("exemptions", "tests"):
        book[part] += added[part]
    path.write_text(yaml.safe_dump(book, allow_unicode=True), "utf-8")
    made, findings = load_book(starter / "rules")
    assert made is not None, findings
    result = next(r for r in run_tests(made, membership) if "press" in r.name)
    assert result.ok, result.failures
