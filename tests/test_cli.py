"""The command line as a whole: quick, helpful, and honest in its exit codes."""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

import gate
from gate import errors
from gate.cli import COMMANDS, main
from gate.cli.console import working
from gate.config.codes import CODES as CONFIG_CODES
from gate.config.schema import Written
from gate.errors import StateFolderError
from gate.workbench.glossary import WORDS, code_table, error_classes
from gate.workbench.schemas.writing import FOLDER as SCHEMAS

HERE = Path(__file__).parent.parent
README = (HERE / "README.md").read_text("utf-8")
SOURCES = sorted((HERE / "gate").rglob("*.py"))
HEAVY = ("numpy", "shapely", "flask", "pydantic", "yaml", "rich", "geoip2", "jinja2")


def commands(group=main, path=("gate",)):
    """Every command with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands())


def keys(model, above=""):
    """Every key of the sections, such as "site.exit_url.default"."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from keys(kind, f"{above}{name}.")
        else:
            yield above + name


def in_a_process(*arguments, folder=None):
    return subprocess.run(
        [sys.executable, "-m", "gate", *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_help_loads_nothing_heavy_and_little_of_the_gate():
    script = (
        "import sys\n"
        "from gate.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    loaded = re.findall(r"'([\w.]+)", done.stderr)
    assert {name.partition(".")[0] for name in loaded}.isdisjoint(HEAVY)
    parts = {name.split(".")[1] for name in loaded if name.startswith("gate.")}
    assert parts == {"cli", "errors", "model"}
    assert "Exit codes" in done.stdout


def test_importing_the_package_loads_no_framework():
    script = "import sys, gate; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert set(done.stdout.split()).isdisjoint(HEAVY)


def test_help_lists_every_command():
    told = CliRunner().invoke(main, ["--help"])
    assert [name for name in COMMANDS if f"  {name} " not in told.output] == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(PermissionError(13, "Permission denied", "x"), 3, id="refused"),
        pytest.param(OSError("disk on fire"), 3, id="without a reason"),
        pytest.param(errors.BookError("no book"), 1, id="our own, without a hint"),
        pytest.param(BrokenPipeError(32, "Broken pipe"), 1, id="nobody reads"),
    ],
)
def test_an_error_is_one_message_and_the_exit_code_of_its_kind(
    monkeypatch, error, code
):
    def fail(*_):
        raise error

    monkeypatch.setattr("gate.cli.starter.write_starter", fail)
    told = CliRunner().invoke(main, ["init", "x"])
    assert told.exit_code == code
    assert told.stderr.count("error E") == (not isinstance(error, BrokenPipeError))


def test_on_a_terminal_something_moves_while_it_takes_a_while(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with working("Checking"):
        pass


def test_the_version_is_told():
    told = CliRunner().invoke(main, ["--version"])
    assert told.output == f"gate {gate.__version__}\n"


@pytest.mark.parametrize("name", ALL)
def test_every_command_says_what_it_does_and_what_each_option_is(name):
    command = ALL[name]
    assert command.help
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [o.name for o in options if not o.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_the_same_as_each_command(name):
    place, about = COMMANDS[name]
    module, attribute = place.split(":")
    assert isinstance(
        getattr(import_module(f"gate.cli.{module}"), attribute), click.Command
    )
    assert about.endswith(".")


def test_every_command_stands_in_the_manual():
    assert [name for name in ALL if name not in README] == []


def test_every_code_stands_in_the_manual():
    assert [code for code in code_table() if code not in README] == []


def test_every_key_of_the_configuration_stands_in_the_manual():
    assert [key for key in keys(Written) if f"`{key}`" not in README] == []


def test_an_unknown_command_is_a_usage_error_without_traceback():
    done = in_a_process("frobnicate")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_missing_configuration_stops_with_one_message(tmp_path):
    done = in_a_process("check", folder=tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("error E102: ")
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_system_refuses_is_one_message_too(tmp_path):
    (tmp_path / "file").touch()
    done = in_a_process("init", "file/below", folder=tmp_path)
    assert done.returncode in {1, 3}
    assert "Traceback" not in done.stderr


class TestCodes:
    """Every code is explained, and means one thing."""

    def test_no_two_errors_share_a_code(self):
        codes = [error.code for error in error_classes() if _is_ours(error)]
        assert sorted(codes) == sorted(set(codes))
        assert not set(codes) & set(CONFIG_CODES)

    def test_every_error_of_every_module_is_listed(self):
        for found in pkgutil.walk_packages(gate.__path__, "gate."):
            if found.name not in {"gate.__main__", "gate.workbench.running.server"}:
                import_module(found.name)
        listed = in_a_process("help", "codes").stdout
        ours = {error.code for error in error_classes() if _is_ours(error)}
        assert {code for code in ours if f"\n{code} " not in listed} == set()

    def test_every_code_that_is_written_anywhere_is_explained(self):
        written = {
            code
            for path in SOURCES
            for code in re.findall(r'"([ADER][0-9]{3})"', path.read_text("utf-8"))
        }
        assert written <= set(code_table())

    @pytest.mark.parametrize("code", code_table())
    def test_each_code_can_be_asked_for(self, code):
        told = CliRunner().invoke(main, ["help", code.lower()])
        assert told.exit_code == 0
        assert told.output.startswith(f"{code}: ")
        assert "What to do: " in told.output

    def test_all_codes_can_be_listed(self):
        told = CliRunner().invoke(main, ["help", "codes"])
        assert set(re.findall(r"^([ADER][0-9]{3}) ", told.output, re.MULTILINE)) == set(
            code_table()
        )

    def test_an_unknown_code_is_a_usage_error(self):
        assert CliRunner().invoke(main, ["help", "E999"]).exit_code == 2

    def test_an_error_carries_a_hint_of_its_family(self):
        assert all(error.remedy for error in error_classes())

    def test_the_tree_in_the_manual_of_errors_is_complete(self):
        families = inspect.getdoc(errors) or ""
        direct = errors.GateError.__subclasses__()
        assert [
            e.__name__ for e in direct if _is_family(e) and e.__name__ not in families
        ] == []


def _is_ours(error):
    return error.__module__.startswith("gate.")


def _is_family(error):
    return bool(error.__subclasses__()) and _is_ours(error)


def test_words_are_explained():
    told = CliRunner().invoke(main, ["help"])
    assert told.exit_code == 0
    assert all(word in told.output for word in WORDS)


class TestInit:
    """gate init writes a start and overwrites nothing."""

    def test_it_writes_what_the_gate_needs_and_says_what_to_do(self, tmp_path):
        told = CliRunner().invoke(main, ["init", str(tmp_path / "site")])
        assert told.exit_code == 0
        assert "gate serve --demo" in told.output
        assert (tmp_path / "site/config.yaml").read_bytes() == (
            HERE / "config.yaml"
        ).read_bytes()
        names = {p.name for p in (tmp_path / "site/rules").rglob("*") if p.is_file()}
        ours = {p.name for p in (HERE / "rules").rglob("*") if p.is_file()}
        assert names == {name for name in ours if not name.startswith(".")}

    @pytest.mark.parametrize("name", ["config.yaml", "rules"])
    def test_it_writes_nothing_where_something_is(self, tmp_path, name):
        (tmp_path / name).mkdir()
        told = CliRunner().invoke(main, ["init", str(tmp_path)])
        assert told.exit_code == 1
        assert "error E103" in told.stderr
        assert list(tmp_path.iterdir()) == [tmp_path / name]

    def test_it_refuses_a_file(self, tmp_path):
        (tmp_path / "site").touch()
        assert CliRunner().invoke(main, ["init", str(tmp_path / "site")]).exit_code == 1

    def test_a_folder_with_other_things_is_taken(self, tmp_path):
        (tmp_path / "notes.txt").touch()
        assert CliRunner().invoke(main, ["init", str(tmp_path)]).exit_code == 0

    def test_git_leaves_out_what_the_gate_makes_anew(self, tmp_path):
        told = CliRunner().invoke(main, ["init", str(tmp_path)])
        assert ".gitignore" not in told.output
        made = (Written.model_fields["state"].default, Path("rules", SCHEMAS))
        ignored = (tmp_path / ".gitignore").read_text("utf-8").splitlines()
        assert ignored == [f"{folder}/" for folder in made]

    @pytest.mark.parametrize(
        ("there", "told"),
        [
            ("", ".state/  rules/.schema/"),
            ("*.log\n/.state\n", "rules/.schema/"),
            (".state/\nrules/.schema/", ""),
        ],
        ids=["empty", "half of it", "all of it"],
    )
    def test_a_gitignore_that_is_there_is_left_alone(self, tmp_path, there, told):
        (tmp_path / ".gitignore").write_text(there, "utf-8")
        done = CliRunner().invoke(main, ["init", str(tmp_path)])
        assert done.exit_code == 0
        assert (tmp_path / ".gitignore").read_text("utf-8") == there
        line = f"There is a .gitignore already. Add to it: {told}\n"
        assert (line in done.output) == bool(told)
        assert ("Add to it" in done.output) == bool(told)

    def test_from_a_wheel_the_packed_starter_is_written(self, tmp_path, monkeypatch):
        package = tmp_path / "gate"
        (package / "starter/rules").mkdir(parents=True)
        (package / "starter/config.yaml").write_text("x", "utf-8")
        (package / "starter/rules/a.yaml").write_text("y", "utf-8")
        monkeypatch.setattr(gate, "__file__", str(package / "__init__.py"))
        told = CliRunner().invoke(main, ["init", str(tmp_path / "site")])
        assert told.exit_code == 0
        assert (tmp_path / "site/rules/a.yaml").read_text("utf-8") == "y"


def test_json_is_json(tmp_path):
    runner = CliRunner()
    runner.invoke(main, ["init", str(tmp_path)])
    told = runner.invoke(main, ["status", "--config", str(tmp_path), "--json"])
    assert json.loads(told.output) == []


def test_init_says_what_a_deployer_has_to_change(tmp_path):
    told = CliRunner().invoke(main, ["init", str(tmp_path / "site")]).output
    assert "legal@example.org in rules/undesirable-organization.yaml" in told


@pytest.mark.parametrize("folder", ["", "/srv/state"])
def test_the_state_folder_is_named_where_it_is_known(folder):
    error = StateFolderError(reason="permission denied", folder=folder)
    assert folder in str(error)
    assert "  " not in str(error)
