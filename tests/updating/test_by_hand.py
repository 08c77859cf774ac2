"""Going back, a file from elsewhere, and the program geoipupdate."""

from __future__ import annotations

import gzip
import sys
from dataclasses import replace

import pytest
from updater import GOOD, outcome, run
from updates import BUILT, DAY, KEY, packed, world

from gate.errors import (
    NothingKeptError,
    UpdateAnswerError,
    UpdateArchiveError,
    UpdateDateError,
    UpdateSettingsError,
    UpdateUnfitError,
)
from gate.workbench.updating.settings import Credentials
from gate.workbench.updating.update import roll_back


def test_going_back_serves_the_one_before_and_holds_the_other(task, server, served):
    old, bad, good = served.read_bytes(), world(), world(built=BUILT + DAY)
    server.db_ip(bad)
    run(task)
    report = roll_back(task)
    assert (report.outcome, served.read_bytes()) == ("taken back", old)
    assert outcome(task) == "held"
    assert served.read_bytes() == old
    server.db_ip(good)
    assert outcome(task) == "new"
    assert served.read_bytes() == good


def test_what_was_taken_back_is_not_even_fetched_from_maxmind(maxmind, server, served):
    old = served.read_bytes()
    server.maxmind(GOOD)
    run(maxmind)
    roll_back(maxmind)
    before = len(server.asked)
    assert outcome(maxmind) == "held"
    assert len(server.asked) == before + 1
    assert served.read_bytes() == old


def test_what_was_taken_back_can_be_taken_by_hand(task, server, tmp_path):
    server.db_ip(world())
    run(task)
    roll_back(task)
    file = tmp_path / "other.mmdb"
    file.write_bytes(world())
    assert outcome(task, file=file) == "new"


def test_without_a_kept_one_there_is_no_way_back(task, served):
    old = served.read_bytes()
    with pytest.raises(NothingKeptError):
        roll_back(task)
    served.with_name("city-2026-01-01.mmdb").write_bytes(b"x")
    with pytest.raises(NothingKeptError):
        roll_back(task)
    assert served.read_bytes() == old


# A file, and the program geoipupdate


@pytest.mark.parametrize("pack", [bytes, gzip.compress, packed], ids=["", "gz", "tar"])
def test_a_file_goes_through_the_same_checks(task, served, tmp_path, pack):
    file = tmp_path / "file"
    file.write_bytes(pack(world()))
    assert outcome(task, file=file) == "new"
    file.write_bytes(pack(world(kind="GeoLite2-ASN")))
    assert outcome(task, file=file) is UpdateUnfitError
    assert served.read_bytes() == world()


@pytest.mark.parametrize("pack", [gzip.compress, packed], ids=["gz", "tar"])
def test_the_checksum_at_the_end_of_an_archive_is_read(task, tmp_path, pack):
    file = tmp_path / "file"
    content = pack(world())
    file.write_bytes(content[:-8] + bytes([content[-8] ^ 1]) + content[-7:])
    with pytest.raises(UpdateArchiveError):
        run(task, file=file)


PROGRAM = """#!{python}
import os, pathlib, sys
conf = dict(line.split(None, 1) for line in open(sys.argv[2]))
assert conf["LicenseKey"].strip() == "{key}" and conf["AccountID"].strip() == "1"
assert not os.stat(sys.argv[2]).st_mode & 0o77
folder = pathlib.Path(conf["DatabaseDirectory"].strip())
edition = conf["EditionIDs"].strip()
new = pathlib.Path({new!r}).read_bytes()
(folder / (edition + ".mmdb")).write_bytes(new)
print(conf)
sys.exit({code})
"""


@pytest.fixture(name="program")
def _program(tmp_path, monkeypatch):
    """A geoipupdate that leaves a file, and then ends with a code."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def make(content, code=0):
        new = tmp_path / "new.mmdb"
        new.write_bytes(content)
        path = tmp_path / "bin" / "geoipupdate"
        path.parent.mkdir(exist_ok=True)
        text = PROGRAM.format(python=sys.executable, key=KEY, new=str(new), code=code)
        path.write_text(text)
        path.chmod(0o755)

    return make


def test_geoipupdate_fetches_and_the_gate_checks(maxmind, program, served, capfd):
    account = Credentials(account="1", key=KEY)
    task = replace(maxmind, source="geoipupdate", credentials=account)
    with pytest.raises(UpdateSettingsError, match="not on PATH"):
        run(task)
    program(GOOD)
    assert outcome(task) == "new"
    assert served.read_bytes() == GOOD
    assert outcome(task) == "current"
    program(world(kind="GeoLite2-City", built=BUILT - DAY))
    assert outcome(task) is UpdateDateError
    program(GOOD, code=1)
    with pytest.raises(UpdateAnswerError, match="ended with 1"):
        run(task)
    assert KEY not in "".join(capfd.readouterr())
    assert served.read_bytes() == GOOD
