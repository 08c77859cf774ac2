"""The sealed log on disk: strict headers, and what may lie beside the newest seal."""

from __future__ import annotations

import json
import shutil

import pytest
from counted import SITE, cell, sound
from hypothesis import given
from hypothesis import strategies as st

from gate.audit.header import Header, parse
from gate.audit.log import Log
from gate.audit.notes import Signer
from gate.audit.parquet import write_rows
from gate.audit.rows import canonical
from gate.audit.segments import append_day, append_event
from gate.errors.sealing import (
    DaySealedError,
    HeaderDamagedError,
    LogDamagedError,
    SealUnsoundError,
    StrangersLogError,
    TileDamagedError,
)

HEADER = Header(
    segment=3,
    site=SITE,
    period="2026-11-20",
    first=17,
    rows=2,
    total=40,
    least=10,
    merged_cells=-1,
    tables=("0" * 32,),
    settings={"mode": "enforce"},
    gate="1.0",
    previous="a" * 64,
    nonce="b" * 32,
)
SIGNER = Signer(name=f"{SITE}/gate-audit", seed=b"1" * 32)
OTHER = Signer(name=f"{SITE}/gate-audit", seed=b"2" * 32)


def changed(**fields):
    return canonical({**json.loads(HEADER.line()), **fields})


@pytest.fixture
def log(tmp_path):
    """A log of two days, one of them without decisions."""
    key = tmp_path / "audit" / "key" / "signing-key"
    key.parent.mkdir(parents=True, mode=0o700)
    key.touch(0o600)
    key.write_text(f"gate-signing-key/1\n{SIGNER.name}\n{SIGNER.seed.hex()}\n")
    log = Log(tmp_path / "audit" / "log", SITE)
    append_day(log, "2026-11-20", {cell(): 40, cell(place="DE"): 11}, SIGNER)
    append_day(log, "2026-11-21", {}, SIGNER)
    return log


def test_a_header_is_what_its_line_says():
    assert parse(HEADER.line()) == HEADER


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(HEADER.line() + b"\n", id="a line feed"),
        pytest.param(b" " + HEADER.line(), id="a space"),
        pytest.param(HEADER.line().replace(b'"rows":2', b'"rows":2.0'), id="a float"),
        pytest.param(
            HEADER.line().replace(b'"rows":2', b'"rows":2,"rows":2'), id="twice"
        ),
        pytest.param(changed(format="gate.audit/2"), id="another format"),
        pytest.param(changed(kind="row"), id="a row"),
        pytest.param(changed(note="x"), id="an unknown field"),
        pytest.param(changed(rows=True), id="a truth value"),
        pytest.param(changed(rows=-1), id="fewer than none"),
        pytest.param(changed(total=-1), id="a total that is not told"),
        pytest.param(changed(gaps=-2), id="less than untold"),
        pytest.param(changed(period="2026-11-31"), id="no such day"),
        pytest.param(changed(period=""), id="a day without its day"),
        pytest.param(changed(what="prune"), id="an event with a day"),
        pytest.param(changed(what="other", period=""), id="another event"),
        pytest.param(changed(tables=["x"]), id="a table with a name"),
        pytest.param(changed(settings={"host": "x"}), id="an unknown setting"),
        pytest.param(changed(settings={"mode": 1}), id="a setting that is no text"),
        pytest.param(changed(details={"reason": "x"}), id="a day with details"),
        pytest.param(changed(previous="A" * 64), id="capitals"),
        pytest.param(changed(nonce="b" * 30), id="a short nonce"),
        pytest.param(changed(gate="x" * 2000), id="a long text"),
    ],
)
def test_what_is_not_exactly_a_header_is_refused(line):
    with pytest.raises(HeaderDamagedError):
        parse(line)


@pytest.mark.parametrize("name", sorted(json.loads(HEADER.line())))
def test_a_header_lacks_no_field(name):
    told = json.loads(HEADER.line())
    del told[name]
    with pytest.raises(HeaderDamagedError):
        parse(canonical(told))


@given(st.integers(0, len(HEADER.line()) - 1), st.integers(0, 255))
def test_no_byte_of_a_header_can_be_another_and_mean_the_same(at, byte):
    line = bytearray(HEADER.line())
    line[at] = byte
    try:
        found = parse(bytes(line))
    except HeaderDamagedError:
        return
    assert (found == HEADER) == (bytes(line) == HEADER.line())


def test_days_follow_each_other_in_one_tree(log):
    headers = sound(log.folder.parent)
    assert [h.period for h in headers] == ["2026-11-20", "2026-11-21"]
    assert [h.total for h in headers] == [51, 0]
    assert headers[1].previous != headers[0].previous


def test_a_day_is_sealed_once_and_in_order(log):
    for day in ("2026-11-20", "2026-11-21", "2026-01-01"):
        with pytest.raises(DaySealedError):
            append_day(log, day, {}, SIGNER)
    sound(log.folder.parent)


def test_an_event_is_a_segment_of_its_own(log):
    details = {"before": "2026-11-21", "segments": [0]}
    header = append_event(log, "prune", details, [SIGNER])
    assert (header.segment, header.details) == (2, details)
    sound(log.folder.parent)


def test_a_changed_key_goes_on_with_the_tree(log):
    old, new = SIGNER.verifier.vkey, OTHER.verifier.vkey
    append_event(log, "key_change", {"old_key": old, "new_key": new}, [SIGNER, OTHER])
    append_day(log, "2026-11-22", {cell(): 10}, OTHER)
    assert log.checkpoint([OTHER.verifier]).size == 7
    assert [key.vkey for key in log.named_keys()] == [old, new]


def test_a_new_key_goes_on_where_the_old_one_is_lost(log):
    append_event(log, "key_lost", {"new_key": OTHER.verifier.vkey}, [OTHER])
    append_day(log, "2026-11-22", {cell(): 10}, OTHER)
    assert log.checkpoint([OTHER.verifier]).size == 7


def test_another_key_cannot_go_on(log):
    with pytest.raises(StrangersLogError):
        append_day(Log(log.folder, SITE), "2026-11-22", {}, OTHER)


def test_a_log_of_another_site_is_not_gone_on_with(log):
    (log.folder / "sites" / SITE).rename(log.folder / "sites" / "other.example")
    with pytest.raises(StrangersLogError):
        Log(log.folder, "other.example").head([SIGNER.verifier])


def remove_checkpoint(log):
    log.checkpoint_path.unlink()


def older_checkpoint(log):
    shutil.copy(log.archive_path(0), log.checkpoint_path)


def remove_header(log):
    log.header_path(0).unlink()


def remove_newest_header(log):
    log.header_path(1).unlink()


def change_header(log):
    path = log.header_path(1)
    path.write_bytes(path.read_bytes().replace(b'"total":0', b'"total":1'))


def remove_tile(log):
    for path in log.tiles.folder.rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        remove_checkpoint,
        older_checkpoint,
        remove_header,
        remove_newest_header,
        change_header,
        remove_tile,
    ],
)
def test_what_no_crash_leaves_is_not_touched(log, damage):
    damage(log)
    before = {p: p.read_bytes() for p in log.folder.rglob("*") if p.is_file()}
    with pytest.raises((LogDamagedError, TileDamagedError)):
        append_day(Log(log.folder, SITE), "2026-11-22", {}, SIGNER)
    after = {p: p.read_bytes() for p in log.folder.rglob("*") if p.is_file()}
    assert after == before


def test_what_a_crash_leaves_is_removed(log, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(log.home, copy)
    append_day(log, "2026-11-22", {cell(): 40}, SIGNER)
    shutil.copy(copy / "checkpoint", log.checkpoint_path)
    log.archive_path(2).unlink()
    (log.home / "segments" / ".begun-1-x").touch()
    append_day(Log(log.folder, SITE), "2026-11-23", {cell(): 12}, SIGNER)
    headers = sound(log.folder.parent)
    assert [h.period for h in headers] == ["2026-11-20", "2026-11-21", "2026-11-23"]


def test_what_reads_otherwise_than_written_is_not_signed(log, monkeypatch):
    before = log.checkpoint_path.read_bytes()
    monkeypatch.setattr(
        "gate.audit.writing.write_rows", lambda path, rows: write_rows(path, rows[:-1])
    )
    with pytest.raises(SealUnsoundError):
        append_day(log, "2026-11-22", {cell(): 40}, SIGNER)
    assert log.checkpoint_path.read_bytes() == before
    monkeypatch.undo()
    append_day(log, "2026-11-22", {cell(): 40}, SIGNER)
    sound(log.folder.parent)
