"""The configuration and the command of updates; a running gate; a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from http.client import HTTPConnection

import pytest
import updates
from click.testing import CliRunner
from machine import free_port
from updater import run
from updates import DAY, KEY, world

from gate.cli import main
from gate.config import load_config
from gate.errors import (
    FindingsError,
    UpdateDamagedError,
    UpdateError,
    UpdateSettingsError,
)
from gate.workbench.updating.fetching import Limits
from gate.workbench.updating.settings import CANARIES, Credentials, task_of


def config_with(make_config, environ=None, **geo):
    return task_of(load_config(make_config(geo=geo), {}), environ or {})


def test_without_a_section_the_only_database_is_updated_from_db_ip(make_config):
    task = config_with(make_config, databases=["/x/city.mmdb"])
    assert (task.source, task.edition, task.is_chosen) == (
        "dbip",
        "dbip-city-lite",
        False,
    )
    assert task.canaries == CANARIES
    assert str(task.folder) == "/x"


def test_of_several_databases_the_one_of_the_edition_is_updated(make_config):
    both = ["/x/other.mmdb", "/x/GeoLite2-City.mmdb"]
    section = {"source": "maxmind", "account_id": 1}
    task = config_with(
        make_config,
        {"GEOIPUPDATE_LICENSE_KEY": KEY},
        databases=both,
        update=section,
    )
    assert task.target.name == "GeoLite2-City.mmdb"
    assert task.credentials == Credentials(account="1", key=KEY)
    with pytest.raises(UpdateSettingsError):
        config_with(make_config, databases=both)
    with pytest.raises(UpdateSettingsError, match="no files"):
        config_with(make_config, databases=[])


def test_the_key_comes_from_a_file_that_nobody_else_can_read(make_config, tmp_path):
    file = tmp_path / "key"
    section = {"source": "maxmind", "account_id": "1", "licence_key_file": "key"}
    geo = {"databases": ["/x/city.mmdb"], "update": section}
    with pytest.raises(UpdateSettingsError, match="no such file"):
        config_with(make_config, **geo)
    file.write_text(f"{KEY}\n")
    file.chmod(0o640)
    with pytest.raises(UpdateSettingsError, match="0640") as found:
        config_with(make_config, **geo)
    assert KEY not in str(found.value)
    file.chmod(0o600)
    task = config_with(make_config, **geo)
    assert task.credentials.key == KEY
    assert KEY not in repr(task)
    file.write_text("two words\n")
    with pytest.raises(UpdateSettingsError, match="one word"):
        config_with(make_config, **geo)


def test_maxmind_without_an_account_is_an_error(make_config):
    geo = {"databases": ["/x/city.mmdb"], "update": {"source": "maxmind"}}
    with pytest.raises(UpdateSettingsError, match="licence_key_file"):
        config_with(make_config, **geo)
    with pytest.raises(UpdateSettingsError, match="account_id"):
        config_with(make_config, {"GEOIPUPDATE_LICENSE_KEY": KEY}, **geo)
    # Who takes a file, or goes back in an emergency, needs none.
    config = load_config(make_config(geo=geo), {})
    assert task_of(config, {}, fetches=False).credentials is None


@pytest.mark.parametrize(
    "section",
    [
        {"url": "http://mirror.example"},
        {"url": "https://u:p@mirror.example"},
        {"url": "https://mirror.example/?key=x"},
        {"url": "ftp://mirror.example"},
        {"edition": "../x"},
        {"account_id": "12:34"},
        {"canaries": {"nowhere": "US"}},
        {"canaries": {"8.8.8.8": "USA"}},
        {"keep": 0},
        {"source": "elsewhere"},
        {"licence_key": "x"},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(make_config, section):
    with pytest.raises(FindingsError):
        load_config(make_config(geo={"update": section}), {})


# The command


@pytest.fixture(name="command")
def _command(make_config, served, server):
    section = {"source": "dbip", "url": server.url, "max_age_days": 3650}
    path = make_config(geo={"databases": [str(served)], "update": section})
    today = time.strftime("%Y-%m", time.gmtime())

    def run_it(*arguments, content=None):
        if content is not None:
            server.db_ip(content, today)
        words = ["geo", "update", "--config", str(path), *arguments]
        return CliRunner().invoke(main, words)

    run_it.config = path
    return run_it


def now_built(**changes):
    """Return a database that was built yesterday, by the clock of the machine."""
    return world(built=int(time.time()) - DAY, **changes)


def test_the_command_says_what_it_did(command, served):
    new = now_built()
    told = command(content=new)
    assert (told.exit_code, served.read_bytes()) == (0, new), told.output
    assert "A newer database is in place" in told.output
    assert "DB-IP" in told.output
    told = command(content=new)
    assert (told.exit_code, "the newest there is" in told.output) == (0, True)
    told = command("--rollback", "--json")
    assert json.loads(told.output)["outcome"] == "taken back"
    assert served.read_bytes() != new


def test_a_refusal_ends_with_1_and_a_failure_with_3(command, server):
    told = command(content=now_built(kind="GeoLite2-ASN"))
    assert (told.exit_code, "error E223" in told.stderr) == (1, True)
    assert "FAILED" in told.stdout
    assert "hint: " in told.stderr
    server.answers.clear()
    told = command()
    assert (told.exit_code, "error E217" in told.stderr) == (3, True)


def test_json_has_the_checks_and_the_error(command, server):
    told = command("--json", content=now_built(kind="GeoLite2-ASN"))
    said = json.loads(told.stdout)
    assert (told.exit_code, said["outcome"], said["error"]["code"]) == (
        1,
        "refused",
        "E223",
    )
    assert [c["name"] for c in said["checks"] if c["code"]] == ["type"]
    server.answers.clear()
    told = command("--json")
    assert json.loads(told.stdout)["error"]["code"] == "E217"
    assert told.exit_code == 3


def test_check_only_and_from_go_together_and_rollback_with_neither(command, tmp_path):
    file = tmp_path / "file.mmdb"
    file.write_bytes(now_built())
    told = command("--check-only", "--from", str(file), "--json")
    assert json.loads(told.stdout)["outcome"] == "would be new"
    assert command("--rollback", "--check-only").exit_code == 2


def test_every_error_of_an_update_has_a_code_of_its_own():
    found, waiting = [], [UpdateError]
    while waiting:
        kind = waiting.pop()
        found.append(kind.code)
        waiting += kind.__subclasses__()
    assert len(found) == len(set(found))
    assert all("E213" <= code <= "E229" for code in found)


# A running gate


def status_of(port, address):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"X-Forwarded-For": address, "Accept": "text/html"}
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def until(holds, seconds=40):
    ends = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends:
        time.sleep(0.1)
    return holds()


def test_a_running_gate_takes_the_new_file_by_itself(command, served, tmp_path):
    """And the one before, when it is taken back."""
    served.write_bytes(now_built())
    port, berlin = free_port(), "160.45.170.10"
    environ = {
        **os.environ,
        "GATE_VISITOR__TRUSTED_PROXIES": "127.0.0.1/32",
        "GATE_VISITOR__HEADER": "X-Forwarded-For",
        "GATE_STATE": str(tmp_path / "state"),
        "GATE_SERVER__WORKERS": "1",
    }
    line = ["-m", "gate", "serve", "--demo", "--config", str(command.config)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *line, "--listen", f"127.0.0.1:{port}"],
            env=environ,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        assert until(lambda: status_of(port, berlin) == 200)
        # The network moves, as networks do: one known address may.
        moved = [n for n in updates.WORLD["DE"] if n != "160.45.0.0/16"]
        russia = [*updates.WORLD["RU"], "160.45.0.0/16"]
        told = command(content=world(built=int(time.time()), DE=moved, RU=russia))
        assert told.exit_code == 0, told.output
        assert until(lambda: status_of(port, berlin) == 403)
        assert command("--rollback").exit_code == 0
        assert until(lambda: status_of(port, berlin) == 200)
    finally:
        process.terminate()
        process.wait(40)


# Real databases


def test_a_real_database_passes_every_check_and_a_cut_one_none(
    databases, task, served, tmp_path
):
    real = databases("GeoLite2-City.mmdb")
    task = replace(task, edition="GeoLite2-City", canaries=CANARIES)
    served.unlink()
    built = 1_789_706_978  # 2026-09-18
    large = Limits()
    report = run(task, file=real, now=built + 5 * DAY, limits=large)
    assert (report.outcome, report.error) == ("new", None)
    assert report.after.v4.countries["RU"] > 45_000_000
    cut = tmp_path / "cut.mmdb"
    cut.write_bytes(real.read_bytes()[:-100_000])
    report = run(task, file=cut, now=built + 5 * DAY, limits=large)
    assert isinstance(report.error, UpdateDamagedError)
    assert served.stat().st_size == real.stat().st_size
