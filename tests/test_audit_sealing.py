"""Sealing what was counted: every day once, nothing lost, nothing doubled."""

from __future__ import annotations

import errno
import multiprocessing
import os
import resource
import shutil
import stat
import struct
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from counted import SITE, cell, count, noon, seal_all, sound

from gate.audit import Outcome, layout, sealing
from gate.audit.alone import alone
from gate.audit.counter import TableCounter
from gate.audit.keys import key_path
from gate.audit.log import Log
from gate.audit.parquet import read_rows
from gate.audit.segments import check_due, due_days
from gate.audit.suppression import UNTOLD
from gate.audit.tables import TABLES
from gate.errors.clock import ClockAheadError, ClockBehindError
from gate.errors.sealing import (
    KeyExposedError,
    KeyMissingError,
    SealingDiskError,
    SealingError,
    StrangersLogError,
)

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def audit(tmp_path):
    """An audit folder with two days of counts and one without."""
    folder = tmp_path / "audit"
    count(
        folder,
        "2026-11-18",
        {cell("2026-11-18"): 30, cell("2026-11-18", place="DE"): 3},
    )
    count(folder, "2026-11-20", {cell(): 25})
    count(folder, "2026-11-20", {cell(): 17})
    return folder


def tables(audit):
    return sorted(path.name for path in (audit / TABLES).glob("*.table"))


def rows_of(audit, header):
    log = Log(audit / "log", SITE)
    return [sealed.row for sealed in read_rows(log.rows_path(header), SITE)]


@pytest.mark.parametrize(
    ("newest", "oldest", "days"),
    [
        pytest.param("", "", [], id="nothing was ever counted"),
        pytest.param("", "2026-11-22", [], id="counting began today"),
        pytest.param(
            "", "2026-11-20", ["2026-11-20", "2026-11-21"], id="the first seal"
        ),
        pytest.param("2026-11-20", "", ["2026-11-21"], id="an empty day"),
        pytest.param("2026-11-21", "2026-11-01", [], id="a late table waits"),
        pytest.param("2026-12-24", "2026-11-01", [], id="the clock went back"),
    ],
)
def test_days_are_due_when_they_are_over(newest, oldest, days):
    assert due_days(newest, oldest, date(2026, 11, 22)) == days


def test_a_clock_that_was_years_behind_makes_no_years_of_segments():
    days = due_days("", "1970-01-01", date(2026, 11, 22))
    assert (len(days), days[-1]) == (366, "2026-11-21")


def test_each_day_that_is_over_is_a_segment_also_an_empty_one(audit):
    done = seal_all(audit)
    headers = sound(audit)
    assert [(h.period, h.total, len(h.tables)) for h in headers] == [
        ("2026-11-18", 33, 1),
        ("2026-11-19", 0, 0),
        ("2026-11-20", 42, 2),
        ("2026-11-21", 0, 0),
    ]
    assert list(done.sealed) == headers
    assert done.new_key.startswith(f"{SITE}/gate-audit+")
    assert tables(audit) == []


def test_a_second_seal_of_the_day_does_nothing(audit):
    seal_all(audit)
    before = (audit / "log" / "sites" / SITE / "checkpoint").read_bytes()
    assert seal_all(audit) == ((), False, 0, "", ())
    assert (audit / "log" / "sites" / SITE / "checkpoint").read_bytes() == before


@pytest.mark.parametrize(
    "name", ["{0}.table.bak", "copy of {0}.table", f"{7:032x}.table"]
)
def test_a_copy_of_a_table_is_moved_aside_and_neither_counted_nor_in_the_way(
    tmp_path, name
):
    folder = tmp_path / "audit"
    count(folder, "2026-11-20", {cell(): 30})
    (table,) = (folder / TABLES).glob("*.table")
    shutil.copy(table, table.with_name(name.format(table.stem)))
    done = seal_all(folder)
    assert [header.total for header in done.sealed] == [30, 0]
    assert len(done.damaged) == 1
    assert [header.total for header in sound(folder)] == [30, 0]


def test_a_pipe_among_the_tables_does_not_hold_up_the_sealer(audit):
    os.mkfifo(audit / TABLES / f"{8:032x}.table")
    assert [header.total for header in seal_all(audit).sealed] == [33, 0, 42, 0]


def test_a_key_that_could_not_be_written_whole_is_not_in_the_way_later(audit):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(SealingDiskError):
            seal_all(audit)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(seal_all(audit).sealed) == 4


def test_nobody_else_may_write_to_the_log_whatever_the_umask_is(tmp_path):
    folder = tmp_path / "audit"
    before = os.umask(0)
    try:
        count(folder, "2026-11-20", {cell(): 30})
        seal_all(folder)
    finally:
        os.umask(before)
    others = stat.S_IWGRP | stat.S_IWOTH
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & others]


def test_what_is_counted_today_stays(audit):
    count(audit, "2026-11-22", {cell("2026-11-22"): 5})
    seal_all(audit)
    assert len(tables(audit)) == 1
    seal_all(audit, "2026-11-23")
    assert sound(audit)[-1].total == 5


def test_nothing_is_made_before_a_day_is_over(tmp_path):
    folder = tmp_path / "audit"
    assert seal_all(folder) == ((), False, 0, "", ())
    count(folder, "2026-11-22", {cell("2026-11-22"): 50})
    assert seal_all(folder) == ((), False, 0, "", ())
    assert not (folder / "log").exists()
    assert not (folder / "key").exists()


def test_a_late_table_is_counted_in_the_next_segment(audit):
    seal_all(audit)
    count(audit, "2026-11-20", {cell(): 12})
    count(audit, "2026-11-22", {cell("2026-11-22"): 30})
    seal_all(audit, "2026-11-23")
    newest = sound(audit)[-1]
    assert (newest.period, newest.total, newest.late) == ("2026-11-22", 42, 12)
    assert [row.n for row in rows_of(audit, newest)] == [42]


@pytest.mark.parametrize(("late", "on_time"), [(3, 30), (30, 3)])
def test_a_few_late_decisions_are_only_some(audit, late, on_time):
    seal_all(audit)
    count(audit, "2026-11-20", {cell(): late})
    count(audit, "2026-11-22", {cell("2026-11-22"): on_time})
    seal_all(audit, "2026-11-23")
    newest = sound(audit)[-1]
    assert (newest.total, newest.late) == (33, UNTOLD)


def test_a_table_of_a_clock_ahead_is_counted_at_once(audit):
    count(audit, "2027-01-01", {cell("2027-01-01"): 50})
    seal_all(audit)
    newest = sound(audit)[-1]
    assert (newest.period, newest.total, newest.late) == ("2026-11-21", 50, 50)


def test_a_table_in_use_is_left_for_the_next_day(audit):
    child = FORK.Process(target=hold, args=(audit, (pipe := FORK.Pipe())[1]))
    child.start()
    pipe[0].recv()
    done = seal_all(audit, wait=0.2)
    assert (done.waiting, len(tables(audit))) == (1, 1)
    assert sound(audit)[2].total == 42
    assert sound(audit)[-1].settings["in_use"] == "1"
    child.terminate()
    child.join()
    seal_all(audit, "2026-11-23")
    assert sound(audit)[-1].total == 11
    assert "in_use" not in sound(audit)[-1].settings


def hold(audit, pipe):
    """Count as a worker that has not heard of the new day."""
    counter = TableCounter(audit / TABLES, site=SITE, clock=lambda: noon("2026-11-20"))
    add = counter.slot(cell())
    for _ in range(11):
        add()
    pipe.send("counted")
    pipe.poll(60)


def test_a_table_that_is_let_go_of_in_time_is_waited_for(audit):
    child = FORK.Process(target=hold, args=(audit, (pipe := FORK.Pipe())[1]))
    child.start()
    pipe[0].recv()
    left = []
    end = FORK.Process(target=kill_soon, args=(child.pid,))
    end.start()
    done = seal_all(audit, wait=30, on_segment=lambda *told: left.append(told[1]))
    child.join()
    end.join()
    assert (done.waiting, left) == (0, [3, 2, 1, 0])
    assert sound(audit)[2].total == 53


def kill_soon(pid):
    import time  # noqa: PLC0415 - in the child

    time.sleep(0.5)
    os.kill(pid, 9)


def test_a_table_that_was_sealed_but_not_removed_is_not_counted_again(audit):
    kept = {path: path.read_bytes() for path in (audit / TABLES).glob("*.table")}
    seal_all(audit)
    for path, data in kept.items():
        path.write_bytes(data)
    assert seal_all(audit).sealed == ()
    assert tables(audit) == []
    for path, data in kept.items():
        path.write_bytes(data)
    seal_all(audit, "2026-11-24")
    assert sum(h.total for h in sound(audit)) == 75


def test_counts_whose_text_is_lost_are_a_gap(audit):
    count(
        audit, "2026-11-19", {cell("2026-11-19"): 30, cell("2026-11-19", door="x"): 40}
    )
    for path in (audit / TABLES).glob("*.table"):
        path.write_bytes(path.read_bytes().replace(b'"door":"x"', b'"door":"y"'))
    seal_all(audit)
    header = sound(audit)[1]
    assert (header.total, header.gaps) == (70, 40)
    found = [(row.outcome, row.reason, row.n) for row in rows_of(audit, header)]
    assert found == [("gap", "unreadable", 40), ("covered", "", 30)]


def test_a_table_that_is_cut_short_is_counted_and_moved_aside(audit):
    for path in (audit / TABLES).glob("*.table"):
        path.write_bytes(path.read_bytes() + b"x")
    done = seal_all(audit)
    assert sum(h.total for h in sound(audit)) == 75
    assert [error.code for error in done.damaged] == ["E520"] * 3
    assert len(list((audit / TABLES / "aside").iterdir())) == 3


def test_what_is_no_table_is_moved_aside_and_told(audit):
    (audit / TABLES / f"{'0' * 32}.table").write_bytes(b"nonsense" * 1000)
    done = seal_all(audit)
    assert [error.code for error in done.damaged] == ["E520"]
    assert len(list((audit / TABLES / "aside").iterdir())) == 1
    assert seal_all(audit, "2026-11-23").damaged == ()
    assert sum(h.total for h in sound(audit)) == 75


def test_gap_cells_and_violations_are_told_in_the_header(audit):
    day = "2026-11-21"
    gap = cell(day, outcome=Outcome.GAP, reason="overflow")
    bad = cell(day, outcome=Outcome.SERVED_WITHOUT_NOTICE)
    count(audit, day, {gap: 12, bad: 3, cell(day): 40})
    seal_all(audit)
    newest = sound(audit)[-1]
    assert (newest.gaps, newest.violations, newest.total) == (12, UNTOLD, 55)


def test_the_key_is_for_the_sealer_alone(audit):
    seal_all(audit)
    path = key_path(audit)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyExposedError):
        seal_all(audit, "2026-11-23")
    path.unlink()
    with pytest.raises(KeyMissingError):
        seal_all(audit, "2026-11-23")
    assert not path.exists()


def test_a_folder_of_another_key_is_not_gone_on_with(audit, tmp_path):
    seal_all(audit)
    other = tmp_path / "other"
    count(other, "2026-11-20", {cell(): 10})
    seal_all(other)
    key_path(audit).write_bytes(key_path(other).read_bytes())
    with pytest.raises(StrangersLogError):
        seal_all(audit, "2026-11-23")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_loses_nothing(audit, monkeypatch, number):
    def refuse(_):
        raise OSError(number, os.strerror(number), "rows")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(SealingDiskError) as caught:
        seal_all(audit)
    assert (caught.value.code, caught.value.errno) == ("E615", number)
    monkeypatch.undo()
    seal_all(audit)
    assert sum(h.total for h in sound(audit)) == 75


def test_a_second_sealer_says_so_and_ends(audit):
    child = FORK.Process(target=stay_alone, args=(audit, (pipe := FORK.Pipe())[1]))
    child.start()
    pipe[0].recv()
    assert seal_all(audit).busy
    child.terminate()
    child.join()
    assert not seal_all(audit).busy
    sound(audit)


def stay_alone(audit, pipe):
    with alone(audit) as is_alone:
        assert is_alone
        pipe.send("alone")
        pipe.poll(60)


@pytest.mark.parametrize("today", ["2026-11-21", "2026-11-20", "2026-08-01"])
def test_a_log_that_a_clock_ahead_has_sealed_is_told_and_not_passed_over(audit, today):
    seal_all(audit)
    before = tables(audit)
    with pytest.raises(ClockBehindError) as caught:
        seal_all(audit, today)
    assert (caught.value.code, caught.value.newest) == ("E618", "2026-11-21")
    assert tables(audit) == before


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_clock_months_ahead_seals_nothing_until_somebody_has_looked(audit, is_begun):
    days = 186
    if is_begun:
        seal_all(audit)
        days -= 4
        count(audit, "2026-11-22", {cell("2026-11-22"): 30})
    before = len(tables(audit))
    with pytest.raises(ClockAheadError) as caught:
        seal_all(audit, "2027-05-23")
    error = caught.value
    assert (error.code, error.due, error.last) == ("E619", days, "2027-05-22")
    assert key_path(audit).exists() is is_begun
    assert len(tables(audit)) == before
    assert len(seal_all(audit, "2027-05-23", is_sure=True).sealed) == days


@pytest.mark.parametrize(
    ("due", "counted", "is_refused"),
    [
        pytest.param(40, (), False, id="forty days"),
        pytest.param(41, (), True, id="forty-one days"),
        pytest.param(120, (0, 39, 80), False, id="months that were only not sealed"),
        pytest.param(120, (0, 1, 2, 119), True, id="a jump between counts"),
    ],
)
def test_days_without_counts_are_sealed_up_to_some(due, counted, is_refused):
    days = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(due)]
    expected = pytest.raises(ClockAheadError) if is_refused else nullcontext()
    with expected:
        check_due(days, {days[n] for n in counted})


def test_the_counts_of_a_sealed_table_are_overwritten(audit):
    kept = [path.open("rb") for path in (audit / TABLES).glob("*.table")]
    seal_all(audit)
    for file in kept:
        with file:
            data = file.read()
        assert len(data) > layout.HEADER
        assert not any(data[layout.HEADER :])


def test_a_sealed_table_whose_counts_are_gone_but_not_its_name_is_no_damage(audit):
    kept = {path: path.read_bytes() for path in (audit / TABLES).glob("*.table")}
    seal_all(audit)
    for path, data in kept.items():
        path.write_bytes(data[: layout.HEADER] + bytes(len(data) - layout.HEADER))
    done = seal_all(audit)
    assert (done.damaged, tables(audit)) == ((), [])


@pytest.mark.parametrize("what", ["file", "link"])
def test_what_stands_where_damaged_tables_go_is_told_and_not_followed(
    audit, tmp_path, what
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    aside = audit / TABLES / "aside"
    aside.write_text("x") if what == "file" else aside.symlink_to(elsewhere)
    (audit / TABLES / f"{'0' * 32}.table").write_bytes(b"nonsense" * 1000)
    with pytest.raises(SealingError, match="aside: not a directory"):
        seal_all(audit)
    assert not [*elsewhere.iterdir()]
    aside.unlink()
    assert len(seal_all(audit).damaged) == 1


@pytest.mark.parametrize("number", [1 << 47, 1 << 49, (1 << 64) - 1])
def test_counts_that_no_gate_makes_do_not_stop_the_sealer(audit, number):
    for path in (audit / TABLES).glob("*.table"):
        data = bytearray(path.read_bytes())
        for at in range(layout.HEADER, len(data), layout.SLOT):
            if any(data[at + layout.WORD : at + layout.TEXT]):
                struct.pack_into("=Q", data, at, number)
        path.write_bytes(data)
    done = seal_all(audit)
    assert [error.code for error in done.damaged] == ["E520"] * 3
    assert sum(h.total for h in sound(audit)) == 0


def test_tables_whose_sum_is_no_number_do_not_stop_the_sealer(audit, monkeypatch):
    monkeypatch.setattr(sealing, "_MOST", 40)
    done = seal_all(audit)
    assert len(done.damaged) == 1
    assert sum(h.total for h in sound(audit)) < 75


def test_a_lock_that_is_a_link_is_not_followed(audit, tmp_path):
    (audit / "seal.lock").symlink_to(tmp_path / "made")
    with pytest.raises(SealingDiskError):
        seal_all(audit)
    assert not (tmp_path / "made").exists()


@pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"),
    reason="only root may become somebody else",
)
@pytest.mark.parametrize("mode", [0o2750, 0o3770])
def test_who_counts_in_a_shared_folder_cannot_move_key_or_log_away(mode):
    group, counts = 54321, 65534
    with TemporaryDirectory() as place:  # pytest's own folders are root's alone
        Path(place).chmod(0o755)
        audit = Path(place) / "audit"
        for folder, own in ((audit, mode), (audit / TABLES, 0o2770)):
            folder.mkdir()
            os.chown(folder, 0, group)
            folder.chmod(own)
        os.chown(audit / TABLES, counts, group)
        (audit / "log").mkdir()
        (audit / "key").mkdir(mode=0o700)
        child = FORK.Process(target=count_as, args=(audit, counts, group))
        child.start()
        child.join()
        assert child.exitcode == 0
        assert [h.total for h in seal_all(audit).sealed] == [12, 0]
        assert tables(audit) == []


def count_as(audit, user, group):
    """Count as somebody else, and try to put the sealer's folders out of the way."""
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    for name in ("key", "log"):
        with pytest.raises(PermissionError):
            (audit / name).rename(audit / f"old-{name}")
    count(audit, "2026-11-20", {cell(): 12})
