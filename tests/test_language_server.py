"""What an editor shows, by a real yaml-language-server over the written schemas."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from language_server import Editor, language_server

from gate.cli import main
from gate.workbench.starter import write_starter

HERE = Path(__file__).parent.parent
RULES, AREAS = "rules/undesirable-organization.yaml", "rules/areas/russia.yaml"
HEAD = "format: rules/1\nowner: a\n"
RULE = f"{HEAD}rules:\n  - id: a\n    title: b\n    because: c\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The shipped book in a folder of its own, each file naming its schema."""
    server = language_server()
    folder = tmp_path_factory.mktemp("book")
    shutil.copytree(HERE / "rules", folder / "rules")
    shutil.copy(HERE / "config.yaml", folder)
    done = CliRunner().invoke(main, ["schema", "--modeline", "--config", str(folder)])
    assert done.exit_code == 0, done.output
    editor = Editor(server, folder)
    yield editor, folder
    editor.close()


@pytest.fixture(scope="module")
def marks(book):
    """Open every file of the book, and keep its error marks."""
    editor, folder = book
    files = [folder / "config.yaml", *sorted((folder / "rules").rglob("*.yaml"))]
    return {path.relative_to(folder).as_posix(): editor.open(path) for path in files}


NUMBERS = itertools.count()


@pytest.fixture
def typed(book):
    """Type a text with a | in it: what is offered there, and what is marked."""
    editor, folder = book

    def type_(text, schema="rules"):
        line = f"# yaml-language-server: $schema=.schema/{schema}.json\n"
        before, after = (line + text).split("|")
        path = folder / f"rules/typed-{next(NUMBERS)}.yaml"
        told = [mark["message"] for mark in editor.open(path, before + after)]
        at = before.count("\n"), len(before.rpartition("\n")[2])
        return editor.offers(path, *at), told

    return type_


@pytest.fixture
def over(book, marks):
    """Point at a word of a file: what is shown."""
    editor, folder = book

    def hover(file, word):
        assert file in marks
        lines = (folder / file).read_text("utf-8").split("\n")
        found = ((n, line) for n, line in enumerate(lines) if not is_comment(line))
        number, line = next((n, line) for n, line in found if word in line)
        column = line.index(word) + len(word) - 1
        return editor.hover(folder / file, number, column)

    return hover


def test_nothing_is_marked_either_with_the_settings_of_vs_code(tmp_path):
    server = language_server()
    write_starter(tmp_path)
    done = CliRunner().invoke(
        main, ["schema", "--write", "--vscode", "--config", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    settings = json.loads(done.output.partition("\n")[2])["yaml.schemas"]
    tests = tmp_path / "rules/areas/russia_test.yaml"
    areas = tmp_path / "rules/areas/russia.yaml"
    editor = Editor(server, tmp_path, {"schemas": settings})
    try:
        assert editor.open(tests) == []
        assert editor.open(areas) == []
        wrong = tests.with_name("x_test.yaml")
        (mark,) = editor.open(wrong, "format: rules/1\nowner: a\ntests: 1\n")
        assert "array" in mark["message"]
        (mark,) = editor.open(areas.with_name("x.yaml"), "format: areas/1\nareas: 1\n")
        assert "object" in mark["message"]
    finally:
        editor.close()


def is_comment(line):
    return line.lstrip().startswith("#")


def test_nothing_is_marked_in_the_shipped_book(marks):
    assert {file: found for file, found in marks.items() if found} == {}
    assert {"config.yaml", RULES, AREAS, "rules/notices/page.yaml"} <= marks.keys()


@pytest.mark.parametrize(
    ("file", "word", "told"),
    [
        pytest.param(AREAS, "UA-43", "Crimea", id="a part of a country"),
        pytest.param(AREAS, "[UA", "Ukraine", id="a country"),
        pytest.param(AREAS, "- 701822", "Mariupol: Donetsk", id="a settlement"),
        pytest.param(AREAS, "near_km", "kilometres", id="a key of an area"),
        pytest.param(RULES, "country: RU", "Russia", id="a country of a test"),
        pytest.param(RULES, "RU-MOW", "Moskva, Russia", id="a region of a test"),
        pytest.param(RULES, "524901", "Moscow", id="a settlement of a test"),
        pytest.param(RULES, "certainty", "How sure the place must be", id="a key"),
        pytest.param(RULES, "possible", "cannot be ruled out", id="a word"),
        pytest.param(RULES, "[read", "Open a page of the site", id="an activity"),
        pytest.param(RULES, "[russia", "Russia", id="an area of the book"),
        pytest.param(
            RULES, "[warn-reading", "contact with us", id="a rule of the book"
        ),
        pytest.param(RULES, "notice: undes", "Before you read", id="a notice"),
        pytest.param(RULES, "bad_address", "does not", id="a reason"),
        pytest.param("config.yaml", "on_failure", "503", id="a key of config.yaml"),
    ],
)
def test_pointing_at(over, file, word, told):
    assert told in over(file, word)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            f"{RULE}    when:\n      areas:\n        - |\n",
            {"russia", "russia-controlled-ukraine"},
            id="areas of the book",
        ),
        pytest.param(
            f"{RULE}    when:\n      activities: [|]\n",
            {"read", "share", "donate"},
            id="activities",
        ),
        pytest.param(
            f"{RULE}    notice: |\n",
            {"undesirable-organization", "undesirable-organization-donate"},
            id="notices of the book",
        ),
        pytest.param(
            f"{HEAD}exemptions:\n  - id: a\n    relaxes: [|]\n",
            {"warn-reading", "warn-donating"},
            id="rules of the book",
        ),
        pytest.param(
            f"{HEAD}tests:\n  - name: a\n    by:\n      read: [|]\n",
            {"warn-reading", "safety-pages", "default", "unknown:bad_address"},
            id="whatever decides",
        ),
        pytest.param(f"{RULE}    |\n", {"when", "then", "certainty"}, id="keys"),
        pytest.param(f"{RULE}    then: |\n", {"pass", "block"}, id="actions"),
    ],
)
def test_what_is_offered(typed, text, wanted):
    offered, _ = typed(text)
    assert wanted <= offered.keys()


def test_codes_are_offered_with_their_names(typed):
    version = '    title: A\n    versions:\n      - since: "2022-09-30T00:00:00Z"\n'
    text = f"format: areas/1\nareas:\n  a:\n{version}        whole: [U|]\n"
    offered, _ = typed(text, "areas")
    assert "Crimea" in offered["UA-43"]["documentation"]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        pytest.param("    whn: {}|\n", "Property whn is not allowed", id="a key"),
        pytest.param("    then: warn|\n", "Value is not accepted", id="a word"),
        pytest.param("    notice: undesirable|\n", "not accepted", id="a notice"),
        pytest.param("    when: {areas: [rusia|]}\n", '"russia" |', id="an area"),
        pytest.param("    when: {paths: []}|\n", "too few items", id="an empty list"),
    ],
)
def test_what_is_marked_as_wrong(typed, text, mark):
    _, told = typed(RULE + text)
    assert [message for message in told if mark in message]
