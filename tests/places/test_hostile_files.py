"""Hostile files: pipes, folders, terabytes, files that change while they are read."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress

import pytest
from click.testing import CliRunner
from hostile import (
    LITE,
    RECORD,
    nodes,
)

from gate.cli import main
from gate.engine import Gate, renewal
from gate.errors import DatabaseError
from gate.places import plain
from gate.places.build import build_index
from gate.places.database import Database
from gate.places.sources import Sources
from gate.workbench.second import geoip2_place


@pytest.fixture
def deployed(make_config):
    """The configuration of a deployer who names a file."""

    def make(path):
        return make_config(geo={"databases": [str(path)]})

    return make


def pipe(folder):
    os.mkfifo(folder / "x.mmdb")


def directory(folder):
    (folder / "x.mmdb").mkdir()


def terabyte(folder):
    with (folder / "x.mmdb").open("wb") as file:
        file.truncate(1 << 40)


def zeros(folder):
    (folder / "x.mmdb").symlink_to("/dev/zero")


def itself(folder):
    (folder / "x.mmdb").symlink_to("x.mmdb")


NO_FILES = {
    "a pipe": pipe,
    "a directory": directory,
    "a file of a terabyte": terabyte,
    "a device that never ends": zeros,
    "a link to itself": itself,
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
@pytest.mark.parametrize(
    "command", [["geo", "status"], ["check"], ["explain", "--ip", "77.88.8.8"]]
)
def test_what_is_no_plain_file_holds_no_command_up(tmp_path, deployed, make, command):
    make(tmp_path)
    said = CliRunner().invoke(
        main, [*command, "--config", str(deployed(tmp_path / "x.mmdb"))]
    )
    assert said.exit_code in {1, 3}, said.exception
    assert "E202" in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_plain_file_is_refused_at_once(tmp_path, judge, make):
    make(tmp_path)
    told = judge(tmp_path / "x.mmdb")
    assert (told["code"], told["signal"]) == ("E202", 0)
    assert told["seconds"] < 3


def test_a_gate_says_database_unusable_where_its_database_is_a_pipe(tmp_path, deployed):
    pipe(tmp_path)
    gate = Gate.load(deployed(tmp_path / "x.mmdb"))
    assert [error.code for error in gate.snapshot.trouble] == ["E202"]


def test_a_file_of_zeros_is_refused_without_being_read(tmp_path, judge):
    path = tmp_path / "sparse.mmdb"
    with path.open("wb") as file:
        file.truncate(plain.MOST_BYTES)
    told = judge(path)
    assert (told["code"], told["signal"]) == ("E203", 0)
    assert told["mebibytes"] < 300


@pytest.mark.parametrize("rest", [0.0, 0.5])
def test_a_file_that_shrinks_while_it_is_open_ends_nothing(tmp_path, sound, rest):
    path = tmp_path / "shrinks.mmdb"
    path.write_bytes(sound)
    database = Database(path)
    os.truncate(path, int(len(sound) * rest))
    assert database.place("1.1.1.1").country == "RU"
    database.close()
    with suppress(DatabaseError):
        geoip2_place([path], "1.1.1.1")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, sound, monkeypatch):
    path = tmp_path / "shrinks.mmdb"
    path.write_bytes(sound)
    real = os.fdopen

    def shrinking(*rest):
        file = real(*rest)
        read = file.read
        file.read = lambda size: os.truncate(path, 100) or read(size)
        return file

    monkeypatch.setattr(plain.os, "fdopen", shrinking)
    with pytest.raises(DatabaseError) as caught:
        Database(path)
    assert caught.value.code == "E202"


def test_an_index_bears_the_digest_of_what_was_read(tmp_path, sound, monkeypatch):
    path = tmp_path / "swapped.mmdb"
    path.write_bytes(sound)
    expected = hashlib.sha256(sound).hexdigest()
    real = build_index.__globals__["take_census"]

    def swapping(*rest, **options):
        path.write_bytes(b"another file by now")
        return real(*rest, **options)

    monkeypatch.setitem(build_index.__globals__, "take_census", swapping)
    assert build_index(Sources(databases=(path,)), ()).database.digest == expected


DAMAGE = {
    "truncated": lambda content: content[: len(content) // 2],
    "a circle": lambda content: nodes((0, 0)) + content[6:],
    "metadata flipped": lambda content: content[:-3] + b"\xff\xff\xff",
    "records overwritten": lambda content: content.replace(b"\x42RU", b"\xff\xff\xff"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_serving_gate_keeps_its_last_good_database(
    deployed, make_database, monkeypatch, damage
):
    monkeypatch.setattr(renewal, "EVERY", 0.05)
    monkeypatch.setattr(renewal, "REST", 0.02)
    path = make_database({"77.0.0.0/8": RECORD, "5.0.0.0/8": LITE}, record_size=24)
    gate = Gate.load(deployed(path))
    before = gate.snapshot
    moscow = before.index.find(4, 77 << 24)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DatabaseError):
        build_index(Sources(databases=(path,)), ())
    gate.tick(at_once=True)
    ends = time.monotonic() + 60
    while gate.reloads["refused"] == 0 and time.monotonic() < ends:
        time.sleep(0.05)
    assert gate.reloads == {"taken": 0, "refused": 1}
    assert gate.snapshot.versions == before.versions
    assert gate.snapshot.index.find(4, 77 << 24) == moscow
    assert gate.snapshot.index.classes[moscow].label == "RU"
