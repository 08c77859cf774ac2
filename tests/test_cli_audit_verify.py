"""gate audit verify, proof and key, as an auditor and a deployer call them."""

from __future__ import annotations

import json

import pytest
from audit_log import NAME, make_log
from click.testing import CliRunner

from gate.audit import keys
from gate.audit.parquet import read_rows, write_rows
from gate.cli import main

WRONG = "news.example/gate-audit+00000000+AQ=="


@pytest.fixture
def run():
    def called(*arguments):
        return CliRunner().invoke(main, ["audit", *map(str, arguments)])

    return called


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_log(tmp_path_factory.mktemp("log"), days=2)


def test_a_sound_log_is_said_to_be_sound(run, made):
    done = run("verify", made.folder / "log", "--key", made.vkeys[0].vkey)
    assert done.exit_code == 0, done.output
    assert f"Sound: {NAME}: 2 segments" in done.output


def test_an_old_log_is_a_problem_only_if_asked_for(run, made):
    arguments = ("verify", made.folder, "--key", made.vkeys[0].vkey)
    assert "A032" in run(*arguments).output
    assert run(*arguments).exit_code == 0
    assert run(*arguments, "--strict").exit_code == 1


def test_what_is_wrong_is_named_with_code_place_and_remedy(run, tmp_path):
    made = make_log(tmp_path)
    path = made.rows(0)
    _, *rest = read_rows(path, NAME)
    path.unlink()
    write_rows(path, rest)
    done = run("verify", tmp_path / "log", "--key", made.vkeys[0].vkey)
    assert done.exit_code == 1
    assert "error A023 rows/site=news.example" in done.output
    assert "Not sound: news.example: 1 problem." in done.output
    told = json.loads(
        run("verify", tmp_path / "log", "--key", made.vkeys[0].vkey, "--json").output
    )
    assert told["sound"] is False
    assert {one["code"] for one in told["findings"]} >= {"A023"}


def test_a_checkpoint_that_was_kept_is_compared(run, made, tmp_path):
    kept = tmp_path / "kept"
    kept.write_bytes(made.log.archive_path(0).read_bytes())
    arguments = ("verify", made.folder, "--key", made.vkeys[0].vkey, "--since", kept)
    assert run(*arguments).exit_code == 0
    kept.write_bytes(b"")
    assert "A046" in run(*arguments).output


def test_what_is_no_key_is_wrong_usage(run, made):
    done = run("verify", made.folder, "--key", WRONG)
    assert done.exit_code == 2
    assert "E622" in done.output


def test_a_folder_without_a_log_is_named(run, tmp_path, made):
    done = run("verify", tmp_path, "--key", made.vkeys[0].vkey)
    assert done.exit_code not in (0, 1)


def test_a_proof_is_written_and_checked_without_the_log(run, made, tmp_path):
    out, key = tmp_path / "row.tlog-proof", ("--key", made.vkeys[0].vkey)
    where = ("--where", "day=2026-11-02", "--where", "section=section-1")
    done = run("proof", made.folder, *key, *where, "--out", out)
    assert done.exit_code == 0, done.output
    checked = run("proof", "--check", out, *key)
    assert checked.exit_code == 0
    assert "Proved" in checked.output
    told = json.loads(run("proof", "--check", out, *key, "--json").output)
    assert told["row"]["section"] == "section-1"
    out.write_bytes(out.read_bytes().replace(b"index ", b"index 1"))
    assert run("proof", "--check", out, *key).exit_code == 1


def test_a_row_is_named_by_segment_and_place(run, made, tmp_path):
    arguments = ("proof", made.folder, "--key", made.vkeys[0].vkey)
    place = ("--segment", 1, "--row", 0, "--out", tmp_path / "out")
    assert run(*arguments, *place).exit_code == 0
    assert run(*arguments, "--out", tmp_path / "out").exit_code == 2
    assert run(*arguments).exit_code == 2


def test_the_key_is_shown_changed_and_replaced(run, make_config, tmp_path):
    folder = tmp_path / "audit"
    made = make_log(folder)
    config = make_config(audit={"name": NAME, "folder": str(folder)})
    options = ("--config", config, "--json")
    (first,) = (key.vkey for key in made.vkeys)
    assert json.loads(run("key", "show", *options).output) == {"key": first}

    changed = run("key", "change", *options)
    assert changed.exit_code == 0, changed.output
    second = json.loads(changed.output)["key"]
    assert json.loads(changed.output)["old_key"] == first != second
    assert keys.load(folder, NAME).verifier.vkey == second
    assert run("verify", folder, "--key", first).exit_code == 0

    assert run("key", "lost", *options, "--because", "fire").exit_code == 3
    keys.key_path(folder).unlink()
    assert run("key", "show", *options).exit_code == 3
    lost = run("key", "lost", *options, "--because", "fire")
    assert lost.exit_code == 0, lost.output
    third = json.loads(lost.output)["key"]
    assert "A061" in run("verify", folder, "--key", first).output
    both = run("verify", folder, "--key", first, "--key", third)
    assert both.exit_code == 0
    assert "fire" in both.output
    assert made.log.header(2).details["old_key"] == second


def test_a_stolen_key_vouches_for_nothing(run, make_config, tmp_path):
    folder = tmp_path / "audit"
    made = make_log(folder)
    config = make_config(audit={"name": NAME, "folder": str(folder)})
    options = ("--config", config, "--json", "--because", "seized")
    refused = run("key", "lost", *options)
    assert (refused.exit_code, "--stolen" in refused.output) == (3, True)
    done = run("key", "lost", *options, "--stolen")
    assert done.exit_code == 0, done.output
    new = json.loads(done.output)["key"]
    assert keys.load(folder, NAME).verifier.vkey == new
    (old,) = (key.vkey for key in made.vkeys)
    assert "A061" in run("verify", folder, "--key", old).output
    assert run("verify", folder, "--key", new).exit_code == 0
    assert old not in (folder / "log" / "sites" / NAME / "checkpoint").read_text()


def test_a_key_is_made_ahead_once_and_never_beside_a_log(run, make_config, tmp_path):
    folder = tmp_path / "audit"
    config = make_config(audit={"name": NAME, "folder": str(folder)})
    made = run("key", "make", "--config", config)
    assert made.exit_code == 0, made.output
    shown = run("key", "show", "--config", config, "--json")
    assert json.loads(shown.output)["key"] in made.output
    assert "E62" in run("key", "make", "--config", config).output
    keys.key_path(folder).unlink()
    make_log(tmp_path / "other")
    (tmp_path / "other" / "log").rename(folder / "log")
    refused = run("key", "make", "--config", config)
    assert refused.exit_code == 3
    assert not keys.key_path(folder).exists()
