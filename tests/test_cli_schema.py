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
from gate.documents import load
from gate.rules import load_book
from gate.workbench.schemas import MODELS, json_schema
from gate.workbench.schemas.writing import with_modeline
from gate.workbench.starter import write_starter

HERE = Path(__file__).parent.parent
BOOK = "rules/undesirable-organization.yaml"
LINE = "# yaml-language-server: $schema="
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
    if path.name.endswith("_test.yaml"):
        return "tests"
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


@pytest.fixture(name="book")
def _book(tmp_path):
    """Write a book of an area, a rule and a notice; return the folder."""
    write_starter(tmp_path)
    return tmp_path


def written(folder, *options):
    done = CliRunner().invoke(main, ["schema", "--config", str(folder), *options])
    assert done.exit_code == 0, done.output
    return {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in (folder / "rules/.schema").glob("*.json")
    }


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def property_of(schema, model, key):
    return schema["definitions"][model]["properties"][key]


def test_with_a_book_editors_offer_its_own_ids(book):
    made = written(book, "--write")
    ids = [rule["id"] for rule in load(book / BOOK).data["rules"]]
    relaxes = property_of(made["rules"], "ExemptionText", "relaxes")["items"]["anyOf"]
    assert [one["const"] for one in relaxes] == sorted(ids)
    areas = property_of(made["rules"], "WhenText", "areas")["items"]["anyOf"]
    assert areas[0] == {"const": "russia", "description": "Russia"}
    assert "undesirable-organization" in str(
        property_of(made["rules"], "RuleText", "notice")["enum"]
    )


def test_written_schemas_are_draft_7_and_hold_for_the_files(book):
    made = written(book, "--write")
    assert made.keys() == MODELS.keys()
    one_of_each = {kind_of(path): path for path in contents(book)}
    del one_of_each["tests"]  # a thousand places, each a second time
    for what, path in one_of_each.items():
        jsonschema.Draft7Validator(made[what]).validate(as_read(path))


def test_a_wrong_id_is_refused_by_the_schema(book):
    text = as_read(book / BOOK)
    text["rules"][0]["when"]["areas"] = ["rusia"]
    text["tests"][0]["by"] = {"read": ["warn-readin"]}
    validator = jsonschema.Draft7Validator(written(book, "--write")["rules"])
    assert len(list(validator.iter_errors(text))) == 2


def test_schemas_are_no_part_of_the_book(book):
    before, _ = load_book(book / "rules")
    written(book, "--write")
    after, _ = load_book(book / "rules")
    assert after.digest == before.digest


def test_schemas_are_small_enough_for_an_editor(book):
    written(book, "--write")
    sizes = [path.stat().st_size for path in (book / "rules/.schema").iterdir()]
    assert max(sizes) < 500_000


def test_a_book_that_is_broken_still_gives_its_ids(book):
    path = book / BOOK
    path.write_text(path.read_text("utf-8").replace("then:", "than:", 1), "utf-8")
    made = written(book, "--write")
    areas = property_of(made["rules"], "WhenText", "areas")["items"]["anyOf"]
    assert [one["const"] for one in areas] == ["russia", "russia-controlled-ukraine"]


def test_a_modeline_is_one_comment_more_and_comes_once(book):
    before = contents(book)
    written(book, "--modeline")
    after = contents(book)
    for path, content in after.items():
        line, _, rest = content.partition(b"\n")
        assert rest == before[path]
        named = (path.parent / line.decode().partition("$schema=")[2]).resolve()
        assert named == book / f"rules/.schema/{kind_of(path)}.json"
    written(book, "--modeline")
    assert contents(book) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a: b\n", f"{LINE}s\na: b\n", id="none yet"),
        pytest.param(f"# x\n{LINE}t\na: b\n", f"# x\n{LINE}s\na: b\n", id="another"),
        pytest.param("a: b\r\n", f"{LINE}s\r\na: b\r\n", id="lines of Windows"),
        pytest.param(f"{LINE}t\r\na: b\r\n", f"{LINE}s\r\na: b\r\n", id="both"),
        pytest.param("\ufeffa: b\n", f"\ufeff{LINE}s\na: b\n", id="byte order mark"),
    ],
)
def test_where_a_modeline_goes(before, after):
    assert with_modeline(before, "s") == after
    assert with_modeline(after, "s") == after


def test_settings_for_vs_code_name_schemas_that_are_there(book):
    done = CliRunner().invoke(
        main, ["schema", "--write", "--vscode", "--config", str(book)]
    )
    settings = json.loads(done.output.partition("\n")[2])["yaml.schemas"]
    assert all((book / name).is_file() for name in settings)
    patterns = [p for of in settings.values() for p in ([of] if str(of) == of else of)]
    meant = [pattern for pattern in patterns if not pattern.startswith("!")]
    assert all(list(book.glob(pattern)) for pattern in meant)


@pytest.mark.parametrize("what", ["rules", "tests", "areas", "notices"])
def test_every_key_and_every_word_has_its_meaning(what):
    silent = [*silent_parts(json_schema(what))]
    assert silent == []


def silent_parts(node, at=""):
    """Yield keys without description and words without meaning."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from silent_parts(item, f"{at}/{number}")
    if not isinstance(node, dict):
        return
    if "enum" in node and len(node.get("markdownEnumDescriptions", ())) == 0:
        yield f"{at}: {node['enum']}"
    for key, inner in node.get("properties", {}).items():
        if isinstance(inner, dict) and not inner.get("description"):
            yield f"{at}/{key}"
    for key, inner in node.items():
        yield from silent_parts(inner, f"{at}/{key}")


def test_without_a_folder_of_rules_nothing_can_be_written(tmp_path):
    (tmp_path / "config.yaml").write_text("mode: enforce\n", "utf-8")
    done = CliRunner().invoke(main, ["schema", "--write", "--config", str(tmp_path)])
    assert (done.exit_code, "E752" in done.output) == (1, True)


def test_without_a_kind_of_file_a_hint_is_given():
    done = CliRunner().invoke(main, ["schema"])
    assert (done.exit_code, "--write" in done.output) == (2, True)


def test_an_unknown_kind_of_file_is_a_usage_error():
    assert CliRunner().invoke(main, ["schema", "nonsense"]).exit_code == 2


def test_without_a_book_that_can_be_read_any_id_is_taken(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        (tmp_path / "config.yaml").write_text("mode: x\n", "utf-8")
        printed = CliRunner().invoke(main, ["schema", "rules", "--config", str(folder)])
        assert json.loads(printed.output) == json_schema("rules")
