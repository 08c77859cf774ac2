"""gate audit seal and prune, as a deployer calls them."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from counted import SITE, cell, count, seal_all, sound

from gate.audit import pruning
from gate.audit.log import Log
from gate.audit.sealing import Settings, seal
from gate.cli import main
from gate.config import load_config
from gate.workbench.doctor.finding import Level
from gate.workbench.doctor.sealed import check_sealed


def days_ago(number):
    return (datetime.now(UTC) - timedelta(days=number)).date().isoformat()


@pytest.fixture
def audit(tmp_path):
    """Tables of two days, with one between them."""
    folder = tmp_path / "audit"
    count(folder, days_ago(3), {cell(days_ago(3)): 25})
    count(
        folder, days_ago(1), {cell(days_ago(1)): 12, cell(days_ago(1), place="DE"): 3}
    )
    return folder


@pytest.fixture(scope="module")
def forty_days(tmp_path_factory):
    """A log of forty days, made once."""
    folder = tmp_path_factory.mktemp("forty") / "audit"
    count(folder, days_ago(40), {cell(days_ago(40)): 25})
    done = seal_all(folder, days_ago(0))
    return folder, done.new_key


@pytest.fixture
def old(tmp_path, forty_days):
    """A copy of the log of forty days."""
    return shutil.copytree(forty_days[0], tmp_path / "audit")


@pytest.fixture
def config(make_config, tmp_path):
    return make_config(audit={"name": SITE, "folder": str(tmp_path / "audit")})


@pytest.fixture
def run(config):
    def run(*arguments):
        return CliRunner().invoke(main, ["audit", *arguments, f"--config={config}"])

    return run


def test_seal_shows_each_day_and_the_new_key_once(run, audit):
    done = run("seal", "--wait=0")
    assert done.exit_code == 0, done.output
    for word in (days_ago(3), days_ago(2), days_ago(1), "3 days sealed."):
        assert word in done.stdout
    assert f"\n{SITE}/gate-audit+" in done.stdout
    assert len(sound(audit)) == 3
    again = run("seal")
    assert (again.exit_code, again.stdout) == (0, "Every day that is over is sealed.\n")


def test_seal_tells_programs_the_same(run, audit):
    told = json.loads(run("seal", "--json").stdout)
    assert len(told["sealed"]) == 3
    newest = told["sealed"][-1]
    assert (newest["day"], newest["decisions"], newest["gaps"]) == (days_ago(1), 15, 0)
    assert told["new_key"].startswith(f"{SITE}/gate-audit+")
    assert sound(audit)[-1].settings == {
        "cache": "private",
        "mode": "enforce",
        "on_failure": "serve",
        "period": "day",
    }


def test_seal_tells_of_a_damaged_table_and_exits_with_1(run, audit):
    (audit / "tables" / f"{'0' * 32}.table").write_bytes(b"nonsense")
    done = run("seal")
    assert done.exit_code == 1
    assert "error E520: " in done.stderr


def test_seal_tells_of_tables_whose_day_is_sealed_already(run, audit):
    run("seal", "--wait=0")
    count(audit, days_ago(1), {cell(days_ago(1)): 12})
    done = run("seal", "--wait=0")
    assert done.exit_code == 0
    assert "1 table of a day that was sealed already" in done.stderr
    assert "as late" in done.stderr


def test_seal_asks_before_it_seals_months_without_a_count(run, tmp_path):
    count(tmp_path / "audit", days_ago(50), {cell(days_ago(50)): 25})
    refused = run("seal", "--wait=0")
    assert (refused.exit_code, "error E619: 50 days" in refused.stderr) == (3, True)
    assert "gate audit seal --all" in refused.stderr
    done = run("seal", "--wait=0", "--all")
    assert (done.exit_code, "50 days sealed." in done.stdout) == (0, True)


def test_seal_says_what_is_wrong_with_the_key(run, audit):
    run("seal")
    (audit / "key" / "signing-key").chmod(0o644)
    count(audit, days_ago(1), {cell(days_ago(1)): 12})
    done = run("seal")
    assert done.exit_code == 3
    assert "error E624: " in done.stderr


def test_prune_drops_old_rows_and_says_so_in_the_log_first(run, old):
    rehearsed = run("prune", "--older-than=31", "--dry-run")
    assert rehearsed.stdout.startswith("1 row of 9 days before ")
    assert "would be dropped" in rehearsed.stdout
    assert len(list(old.rglob("*.parquet"))) == 40
    done = run("prune", "--older-than=31")
    assert done.exit_code == 0, done.output
    assert len(list(old.rglob("*.parquet"))) == 31
    log = Log(old / "log", SITE)
    newest = next(log.headers())
    assert (newest.what, newest.details["segments"]) == ("prune", [*range(9)])
    assert "There are no rows of days before " in run("prune", "--older-than=31").stdout
    told = json.loads(run("prune", "--json").stdout)
    assert (told["segments"], told["before"]) == ([], days_ago(730))


def test_a_prune_that_is_interrupted_is_finished_by_the_next(run, old, monkeypatch):

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pruning, "_drop", stop)
    run("prune", "--older-than=31")
    assert len(list(old.rglob("*.parquet"))) == 40
    monkeypatch.undo()
    done = run("prune", "--older-than=31")
    assert "9 files of an earlier call removed." in done.stdout
    assert len(list(old.rglob("*.parquet"))) == 31
    assert sum(h.what == "prune" for h in Log(old / "log", SITE).headers()) == 1


def test_the_log_goes_on_after_a_prune(run, old):
    run("prune", "--older-than=31")
    log = Log(old / "log", SITE)
    before = log.head()
    later = time.time() + 20 * 86_400
    # A clock that is ahead makes nothing older than the newest sealed day says.
    assert not pruning.prune(old, Settings(site=SITE), later, keep_days=31).segments
    assert len(seal(old, Settings(site=SITE), later).sealed) == 20
    done = pruning.prune(old, Settings(site=SITE), later, keep_days=31)
    assert len(done.segments) == 20
    assert log.head().segments == before.segments + 21
    assert len(list(old.rglob("*.parquet"))) == 31


def test_the_log_is_verified_before_and_after_a_prune(run, old, forty_days):
    for _ in range(2):
        arguments = ["audit", "verify", str(old / "log"), "--key", forty_days[1]]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        run("prune", "--older-than=31")


def found(config, now=None):
    told = check_sealed(load_config(config, {}), int(now or time.time()))
    return {finding.code: finding for finding in told}


def test_doctor_names_days_that_are_not_sealed(run, config, audit):
    assert audit
    later = time.time() + 86_400
    unsealed = found(config, later)["D131"]
    assert (unsealed.level, days_ago(3) in unsealed.found) == (Level.WARNING, True)
    run("seal")
    assert found(config)["D131"].level is Level.OK
    assert found(config, later + 86_400)["D131"].level is Level.WARNING


def test_doctor_says_who_can_sign(run, config, audit, make_config):
    assert found(config)["D130"].level is Level.OK
    run("seal")
    assert found(config)["D130"].level is Level.NOTE
    own = {"name": SITE, "folder": str(audit), "seal": "apart"}
    apart = found(make_config(name="apart.yaml", audit=own))["D130"]
    assert (apart.level, "apart" in apart.todo) == (Level.WARNING, True)


@pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"),
    reason="only root can give files away",
)
def test_doctor_run_by_root_judges_by_owners(run, audit, make_config):
    run("seal")
    os.chown(audit / "tables", 12345, -1)
    own = {"name": SITE, "folder": str(audit), "seal": "apart"}
    apart = make_config(name="apart.yaml", audit=own)
    assert found(apart)["D130"].level is Level.OK


def test_doctor_names_a_log_that_is_damaged(run, config, audit):
    run("seal")
    (audit / "log" / "sites" / SITE / "checkpoint").unlink()
    assert found(config)["D131"].level is Level.ERROR


def test_doctor_names_a_log_that_a_clock_ahead_has_sealed(run, config, audit):
    assert audit
    assert run("seal").exit_code == 0
    told = found(config, time.time() - 2 * 86_400)["D131"]
    assert (told.level, "E618" in told.found) == (Level.ERROR, True)


@pytest.mark.parametrize(("mode", "is_loose"), [(0o2770, True), (0o3770, False)])
def test_doctor_names_a_shared_folder_whose_key_can_be_moved(
    make_config, audit, mode, is_loose
):
    audit.chmod(mode)
    own = {"name": SITE, "folder": str(audit), "seal": "apart"}
    told = found(make_config(name="apart.yaml", audit=own))["D130"]
    assert ("3770" in told.todo) is is_loose
