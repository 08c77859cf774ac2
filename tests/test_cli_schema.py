"""gate schema: what editors complete and check with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from gate.cli import main
from gate.rules import load_book
from gate.workbench.schemas import MODELS, json_schema

HERE = Path(__file__).parent.parent
FILES = sorted([HERE / "config.yaml", *(HERE / "rules").rglob("*.yaml")])


class Editor(yaml.SafeLoader):
    """Reads as editors do, by YAML 1.2: NO is Norway."""


Editor.yaml_implicit_resolvers = {
    letter: [(tag, rule) for tag, rule in rules if "bool" not in tag]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Editor.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("true|false"), list("tf")
)


def as_read(path):
    return yaml.load(path.read_text("utf-8"), Editor)  # noqa: S506 (a SafeLoader)


def kind_of(path):
    """Which schema a shipped file is to meet."""
    if path.name == "config.yaml":
        return "config"
    return path.read_text("utf-8").partition("format: ")[2].partition("/")[0]


@pytest.mark.parametrize("what", sorted(MODELS))
def test_every_schema_is_sound_draft_7(what):
    printed = CliRunner().invoke(main, ["schema", what])
    assert printed.exit_code == 0
    schema = json.loads(printed.output)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema)
    assert "$defs" not in printed.output
    assert "prefixItems" not in printed.output


@pytest.mark.parametrize("path", FILES, ids=[str(f.relative_to(HERE)) for f in FILES])
def test_every_shipped_file_meets_its_schema(path):
    schema = json_schema(kind_of(path))
    jsonschema.Draft7Validator(schema).validate(as_read(path))


def test_the_schema_refuses_what_gate_check_refuses():
    text = as_read(HERE / "config.yaml")
    text["audit"]["on_failure"] = "maybe"
    text["sits"] = {}
    validator = jsonschema.Draft7Validator(json_schema("config"))
    assert len(list(validator.iter_errors(text))) == 2


def test_with_a_book_editors_offer_its_own_ids():
    book, _ = load_book(HERE / "rules")
    printed = CliRunner().invoke(main, ["schema", "rules", "--config", str(HERE)])
    schema = json.loads(printed.output)
    jsonschema.Draft7Validator.check_schema(schema)
    relaxes = schema["definitions"]["ExemptionText"]["properties"]["relaxes"]
    assert relaxes["items"]["enum"] == sorted(rule.id for rule in book.rules)
    assert "russia" in json.dumps(schema["definitions"]["WhenText"])


def test_an_unknown_kind_of_file_is_a_usage_error():
    assert CliRunner().invoke(main, ["schema", "nonsense"]).exit_code == 2


def test_without_a_book_that_can_be_read_any_id_is_taken(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        (tmp_path / "config.yaml").write_text("mode: x\n", "utf-8")
        printed = CliRunner().invoke(main, ["schema", "rules", "--config", str(folder)])
        assert json.loads(printed.output) == json_schema("rules")
