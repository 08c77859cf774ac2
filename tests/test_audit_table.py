"""The file of a table: its bytes, what is read of a damaged one, who may read it."""

from __future__ import annotations

import os
import stat
import struct
import subprocess
import sys
import zlib

import pytest
from audit_cells import NOON, VERSIONS, cell, reads, summed
from hypothesis import given
from hypothesis import strategies as st

from gate.audit import Outcome, layout, table, tables
from gate.audit.rows import canonical
from gate.audit.sharing import open_folder
from gate.audit.table import Table
from gate.audit.tables import ASIDE, closed_tables
from gate.model import Action

DAY = "2026-11-22"


@pytest.fixture
def folder(tmp_path):
    return open_folder(tmp_path / "audit" / "tables")


def written(folder, counts):
    """Write a table as a process does that ends; return its path."""
    made = Table.create(folder, day=DAY, site="news.example.org")
    for one, count in counts.items():
        made.words[made.place(one)] += count
    made.close()
    return made.path


def slots_of(path):
    """Return where the slots begin whose count is not 0."""
    data = path.read_bytes()
    places = range(layout.HEADER, len(data), layout.SLOT)
    return [at for at in places if struct.unpack_from("=Q", data, at)[0]]


def changed(path, at, piece):
    data = bytearray(path.read_bytes())
    data[at : at + len(piece)] = piece
    path.write_bytes(data)


def slot(text, count, crc=None):
    crc = zlib.crc32(text) if crc is None else crc
    return struct.pack("=QII", count, len(text), crc) + text


def test_what_was_counted_is_read_again(folder):
    counts = {cell(): 3, cell(place="UA-43"): 10**9, cell(activity=None): 1}
    path = written(folder, counts)
    (read,) = reads(folder)
    assert read.cells == counts
    assert (read.id, read.day, read.unreadable) == (path.stem, DAY, 0)
    assert read.damage is None
    assert len(path.stem) == 32


def test_a_table_has_its_full_size_on_the_disk_from_the_beginning(folder, monkeypatch):
    monkeypatch.setattr(table, "SLOTS", 512)
    made = Table.create(folder, day=DAY, site="")
    found = made.path.stat()
    assert found.st_size == layout.HEADER + 512 * layout.SLOT
    assert found.st_blocks * 512 >= found.st_size
    made.close()


def test_a_table_in_which_nothing_was_counted_goes_away(folder):
    made = Table.create(folder, day=DAY, site="")
    assert made.path.exists()
    made.close()
    assert list(folder.iterdir()) == []


def test_where_nothing_can_be_reserved_zeros_are_written(folder, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    path = written(folder, {cell(): 1})
    assert path.stat().st_blocks * 512 >= path.stat().st_size
    assert summed(folder) == {cell(): 1}


def test_a_full_table_counts_on_by_action_and_outcome(folder, monkeypatch):
    monkeypatch.setattr(table, "SLOTS", 40)
    counts = {cell(section=f"s{number}"): 1 for number in range(100)}
    counts[cell(section="last", outcome=Outcome.BLOCKED, action=Action.BLOCK)] = 5
    written(folder, counts)
    (read,) = reads(folder)
    over = {one: n for one, n in read.cells.items() if one.reason == "overflow"}
    assert sum(read.cells.values()) == 105
    assert {(one.action, one.outcome, n) for one, n in over.items()} == {
        (Action.INTERSTITIAL, Outcome.COVERED, 100 - (len(read.cells) - 2)),
        (Action.BLOCK, Outcome.BLOCKED, 5),
    }
    assert {(one.period, one.site, one.place) for one in over} == {
        (DAY, "news.example.org", "")
    }


@pytest.mark.parametrize(
    "long",
    [
        pytest.param({"rules": tuple(f"{'r' * 60}{n}" for n in range(20))}, id="rules"),
        pytest.param({"versions": VERSIONS._replace(notices="d" * 2000)}, id="notices"),
    ],
)
def test_what_does_not_fit_into_a_slot_is_counted_as_overflow(folder, long):
    written(folder, {cell(**long): 2})
    ((found, count),) = summed(folder).items()
    assert (found.reason, found.outcome, count) == ("overflow", Outcome.COVERED, 2)


@pytest.mark.parametrize("cut", [0, 1, 100, layout.HEADER, layout.HEADER + 1500])
def test_a_table_that_was_cut_off_is_told_and_read_as_far_as_it_goes(folder, cut):
    path = written(folder, {cell(section=f"s{n}"): 2 for n in range(20)})
    os.truncate(path, cut)
    (read,) = reads(folder)
    assert read.damage.what == "truncated"
    assert str(path) in str(read.damage)
    assert sum(read.cells.values()) + read.unreadable <= 40


def test_half_a_table_gives_half_of_its_cells(folder):
    path = written(folder, {cell(section=f"s{n}"): 2 for n in range(100)})
    os.truncate(path, path.stat().st_size // 2)
    (read,) = reads(folder)
    assert read.damage.what == "truncated"
    assert 40 < sum(read.cells.values()) + read.unreadable < 160


def test_a_count_whose_text_did_not_survive_is_a_count_all_the_same(folder):
    path = written(folder, {cell(): 7})
    (at,) = slots_of(path)
    changed(path, at + layout.TEXT, bytes(layout.LONGEST))
    (read,) = reads(folder)
    assert (read.cells, read.unreadable, read.damage) == ({}, 7, None)


def test_a_beginning_that_did_not_survive_costs_the_day_only(folder):
    path = written(folder, {cell(): 7})
    changed(path, 0, bytes(layout.HEADER))
    (read,) = reads(folder)
    assert (read.cells, read.day, read.damage.what) == ({cell(): 7}, "", "header")


def test_a_table_of_another_format_is_left_unread(folder):
    path = written(folder, {cell(): 7})
    header = layout.Header(layout.VERSION + 1, table.SLOTS, path.stem, DAY)
    changed(path, 0, header.pack())
    (read,) = reads(folder)
    assert (read.cells, read.unreadable, read.damage.what) == ({}, 0, "version")


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"address": "192.0.2.1"}, id="a field too many"),
        pytest.param({"place": "192.0.2.1"}, id="an address for a place"),
        pytest.param({"section": "/a/secret"}, id="a path for a section"),
        pytest.param({"outcome": "vanished"}, id="an unknown word"),
        pytest.param({"areas": None}, id="a wrong type"),
        pytest.param({"versions": "0" * 16}, id="versions that are not there"),
    ],
)
def test_a_text_with_something_else_in_it_is_no_cell(folder, told):
    path = written(folder, {cell(): 7})
    reference = layout.reference(layout.versions_text(VERSIONS))
    strange = {**cell()._asdict(), "membership": "yes", "action": "interstitial"}
    strange |= {"shadow": "pass", "versions": reference}
    (at,) = slots_of(path)
    changed(path, at, slot(canonical(strange), 7))
    assert reads(folder)[0].cells == {cell(): 7}  # the text itself is as it was
    changed(path, at, slot(canonical(strange | told), 7))
    (read,) = reads(folder)
    assert (read.cells, read.unreadable, read.damage.what) == ({}, 7, "texts")


def test_a_number_that_nobody_can_have_counted_is_no_count(folder):
    path = written(folder, {cell(): 7, cell(place="UA"): 1})
    changed(path, slots_of(path)[0], b"\xff" * 8)
    (read,) = reads(folder)
    assert sum(read.cells.values()) in {1, 7}
    assert (read.unreadable, read.damage.what) == (0, "texts")


@given(junk=st.binary(max_size=3 * layout.SLOT), at=st.integers(0, 16 * layout.SLOT))
def test_whatever_lies_there_reading_never_fails(tmp_path_factory, junk, at):
    folder = open_folder(tmp_path_factory.mktemp("any") / "audit" / "tables")
    path = written(folder, {cell(section=f"s{n}"): 1 for n in range(200)})
    changed(path, at, junk)
    (folder / "notes.txt").write_bytes(junk)
    found = {read.path.name: read for read in reads(folder)}
    assert found["notes.txt"].damage.what == "foreign"
    assert found["notes.txt"].cells == {}
    assert all(n > 0 for n in found[path.name].cells.values())


def test_texts_that_hold_no_json_do_not_stop_the_reading(folder):
    path = written(folder, {cell(section=f"s{n}"): 1 for n in range(4)})
    texts = [b"[" * 1000, b'{"versions":{', b'"\xff"', b"3"]
    for at, text in zip(slots_of(path), texts, strict=True):
        changed(path, at, slot(text, 1))
    (read,) = reads(folder)
    assert (read.cells, read.unreadable, read.damage.what) == ({}, 4, "texts")


def test_a_link_or_folder_among_the_tables_is_told_and_never_followed(folder, tmp_path):
    secret = tmp_path / "elsewhere"
    secret.write_text("x")
    (folder / f"{'0' * 32}.table").symlink_to(secret)
    (folder / "inner").mkdir()
    assert [read.damage.what for read in reads(folder)] == ["truncated", "foreign"]
    for closed in closed_tables(folder):
        with closed:
            assert closed.day == ""
            closed.set_aside()
    assert secret.read_text() == "x"
    assert {path.name for path in folder.iterdir()} == {ASIDE}


def test_what_is_set_aside_is_kept_and_never_read_again(folder):
    for _ in range(2):
        path = folder / "junk"
        path.write_bytes(b"junk")
        (closed,) = closed_tables(folder)
        with closed:
            kept = closed.set_aside()
        assert kept.read_bytes() == b"junk"
        assert reads(folder) == []
    assert len(list((folder / ASIDE).iterdir())) == 2


def test_a_table_goes_away_with_remove_only(folder):
    path = written(folder, {cell(): 1})
    for closed in closed_tables(folder):
        with closed:
            closed.read()
    assert path.exists()
    (closed,) = closed_tables(folder)
    with closed:
        closed.remove()
    assert list(closed_tables(folder)) == []


def test_nobody_reads_a_table_that_a_process_counts_into(folder):
    made = Table.create(folder, day=DAY, site="")
    made.words[made.place(cell())] += 1
    assert list(closed_tables(folder)) == []
    assert asked_elsewhere(folder) == "0"
    made.close()
    assert asked_elsewhere(folder) == "1"


def test_two_sealers_never_have_the_same_table(folder):
    written(folder, {cell(): 1})
    (closed,) = closed_tables(folder)
    with closed:
        assert asked_elsewhere(folder) == "0"
    assert asked_elsewhere(folder) == "1"


def asked_elsewhere(folder):
    """Let another process say how many tables are closed."""
    program = (
        "import sys; from pathlib import Path;"
        "from gate.audit.tables import closed_tables;"
        "print(sum(1 for _ in closed_tables(Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout[0]


def test_what_was_begun_and_never_counted_in_is_cleared_away(folder, monkeypatch):
    begun = folder / f"{'0' * 32}{table.BEGUN}"
    begun.write_bytes(bytes(100))
    assert reads(folder) == []
    assert begun.exists()  # somebody may be about to lock it
    monkeypatch.setattr(tables, "YOUNG", -1.0)
    assert reads(folder) == []
    assert not begun.exists()


def test_no_folder_means_no_tables(tmp_path):
    assert list(closed_tables(tmp_path / "nothing")) == []


class TestFolder:
    """Who may use the folder of tables."""

    def test_is_the_owners_alone(self, tmp_path):
        folder = open_folder(tmp_path / "audit" / "tables")
        path = written(folder, {cell(): 1})
        modes = [stat.S_IMODE(p.stat().st_mode) for p in (folder.parent, folder, path)]
        assert modes == [0o700, 0o700, 0o600]

    @pytest.mark.parametrize("mode", [0o2770, 0o3770])
    def test_is_shared_with_a_group_where_the_deployer_says_so(self, tmp_path, mode):
        audit = tmp_path / "audit"
        audit.mkdir()
        audit.chmod(mode)
        folder = open_folder(audit / "tables")
        path = written(folder, {cell(): 1})
        modes = [stat.S_IMODE(p.stat().st_mode) for p in (folder, path)]
        assert modes == [0o2770, 0o660]

    def test_is_not_shared_because_a_folder_above_has_a_group(self, tmp_path):
        audit = tmp_path / "audit"
        audit.mkdir()
        audit.chmod(0o2755)
        folder = open_folder(audit / "tables")
        path = written(folder, {cell(): 1})
        assert not folder.stat().st_mode & 0o077
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("mode", [0o777, 0o2777, 0o770, 0o1777])
    def test_is_refused_if_too_many_may_write_there(self, tmp_path, mode):
        audit = tmp_path / "audit"
        audit.mkdir()
        audit.chmod(mode)
        with pytest.raises(PermissionError):
            open_folder(audit / "tables")


def test_times_of_a_table_are_those_of_the_days_beginning(folder):
    path = written(folder, {cell(): 1})
    midnight = NOON - NOON % 86_400
    assert (path.stat().st_mtime, path.stat().st_atime) == (midnight, midnight)


def test_a_file_that_may_not_be_opened_waits(folder, monkeypatch, caplog):
    path = written(folder, {cell(): 1})

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(tables.os, "open", refuse)
        assert reads(folder) == []
    assert "waits" in caplog.text
    assert summed(folder) == {cell(): 1}
