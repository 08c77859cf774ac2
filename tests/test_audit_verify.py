"""Verifying a log: whatever is changed in any file is found, and named."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import date
from itertools import chain, pairwise

import pytest
from audit_log import (
    NAME,
    Made,
    cell,
    change_key,
    day,
    lose_key,
    make_eventful_log,
    make_log,
    prune,
    rows_file,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.audit import keys
from gate.audit.findings import CODES, MOST
from gate.audit.hashing import leaf_hash
from gate.audit.header import parse
from gate.audit.log import Log
from gate.audit.notes import Checkpoint, Signer, sign
from gate.audit.parquet import read_rows, write_rows
from gate.audit.rows import Row, canonical
from gate.audit.segments import append_day, append_event
from gate.audit.tree import Tiles
from gate.audit.verifying import pruned, verify
from gate.model import Severity

TODAY = date(2026, 11, 8)
SITE = f"sites/{NAME}"
NUMBERS = range(9)  # segments of the eventful log
NO_FOLDERS = "hive_partitioning=false"
WITH_ROWS = (3, 5, 8)  # segments of it with rows, but for the large one


@pytest.fixture(scope="module", autouse=True)
def _rows_may_go_at_once():
    """Let small logs drop rows: with a month of days each mutant would take long.

    tests/test_audit_verify_pruned.py holds what may be dropped against the real limit.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pruned, "LEAST_KEPT", 0)
        yield


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    made = make_eventful_log(tmp_path_factory.mktemp("log") / "audit")
    made.log.recover(made.vkeys)
    return made


@pytest.fixture(scope="module")
def bare(original, tmp_path_factory):
    """The same log, all of whose rows were dropped."""
    folder = tmp_path_factory.mktemp("bare") / "audit"
    shutil.copytree(original.folder, folder)
    made = Made(folder, Log(folder / "log", NAME), original.vkeys)
    prune(made, [2, 3, 5, 7, 8], day(7), keys.load(folder, NAME))
    made.log.recover(made.vkeys)
    return made


@pytest.fixture
def copy(original, tmp_path):
    """Copy the log, so that a test may change it."""
    return copied(original, tmp_path / "copy")


def copied(made, folder):
    shutil.copytree(made.folder / "log", folder)
    return Made(folder, Log(folder, NAME), made.vkeys)


class Mutants:
    """Changes one thing at a time, and puts it back."""

    def __init__(self, made):
        self.made, self.missed, self.count = made, [], 0
        self.spare = made.folder.with_name("spare")
        shutil.copytree(made.folder, self.spare)

    def expect(self, what, expected, *paths):
        """Verify what was changed, note if it was not found, and put paths back."""
        self.count += 1
        found = codes(self.made)
        if not set(expected) & found:
            self.missed.append((what, sorted(found)))
        for path in paths:
            self.put_back(path)

    def put_back(self, path):
        path.unlink(missing_ok=True)
        source = self.spare / path.relative_to(self.made.folder)
        if source.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, path)


@pytest.fixture
def bare_copy(bare, tmp_path):
    """Copy the log without rows."""
    return copied(bare, tmp_path / "copy")


@pytest.fixture
def mutants(copy, request):
    yield from counted(Mutants(copy), request)


@pytest.fixture
def bare_mutants(bare_copy, request):
    yield from counted(Mutants(bare_copy), request)


def counted(found, request):
    yield found
    print(f"{request.node.name}: {found.count} mutants, {len(found.missed)} missed")  # noqa: T201
    assert found.count > 0
    assert found.missed == []
    assert codes(found.made) == set()


def verified(made, *vkeys, today=TODAY, since=None):
    return verify(made.folder, vkeys or made.vkeys, today=today, since=since)


def codes(made, *vkeys, severity=Severity.ERROR, **options):
    found = verified(made, *vkeys, **options)
    assert found.sound == all(f.severity is not Severity.ERROR for f in found.findings)
    return {one.code for one in found.findings if one.severity is severity}


def rewrite(path, rows):
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_rows(path, rows)


def remake(path, question):
    """Let another program write a file of rows."""
    import duckdb  # noqa: PLC0415 - heavy

    made, rows = path.with_name("made"), f"read_parquet('{path}', {NO_FOLDERS})"
    duckdb.sql(f"COPY ({question.format(rows=rows)}) TO '{made}' (FORMAT parquet)")
    made.replace(path)


def other(value):
    return value + 1 if isinstance(value, int) else f"{value}x"


def test_a_log_as_it_was_sealed_is_sound(original):
    found = verified(original)
    assert [one.code for one in found.findings] == ["A036"]
    assert found.sound
    assert found.sites == (NAME,)
    assert found.segments == len(NUMBERS)
    assert (found.first_day, found.last_day) == (day(0), day(6))
    headers = [original.log.header(number) for number in NUMBERS]
    kept = [header for header in headers if header.segment not in (0, 1)]
    assert found.rows == sum(header.rows for header in kept)
    assert found.decisions == sum(header.total for header in kept)


def test_the_audit_folder_may_be_named_instead_of_the_log(original):
    assert verify(original.folder, original.vkeys, today=TODAY).sound


def test_every_column_of_a_row_is_found_when_changed(copy, mutants):
    change_columns(copy, mutants, lambda place, column, rows: place == column % rows)


@pytest.mark.deep
def test_every_column_of_every_row_is_found_when_changed(copy, mutants):
    change_columns(copy, mutants, lambda *_: True)


def change_columns(copy, mutants, is_chosen):
    for number in WITH_ROWS:
        path = copy.rows(number)
        rows = list(read_rows(path, NAME))
        for place, sealed in enumerate(rows):
            for column, (name, changed) in enumerate(every_column_changed(sealed)):
                if is_chosen(place, column, len(rows)):
                    rewrite(path, [*rows[:place], changed, *rows[place + 1 :]])
                    code = "A027" if name in ("segment", "period") else "A022"
                    mutants.expect((number, place, name), {code})
        mutants.put_back(path)


def every_column_changed(sealed):
    for name in Row._fields:
        row = sealed.row._replace(**{name: other(getattr(sealed.row, name))})
        yield name, sealed._replace(row=row)
    for name in ("segment", "period", "nonce"):
        yield name, sealed._replace(**{name: other(getattr(sealed, name))})


def test_a_row_that_is_dropped_doubled_or_swapped_is_named_so(copy, mutants):
    for number in WITH_ROWS:
        path = copy.rows(number)
        rows = list(read_rows(path, NAME))
        for place, row in enumerate(rows):
            rest = [*rows[:place], *rows[place + 1 :]]
            rewrite(path, rest)
            mutants.expect((number, place, "dropped"), {"A023"})
            rewrite(path, [*rows[:place], row, *rows[place:]])
            mutants.expect((number, place, "doubled"), {"A024"})
            if rest:
                swapped = [*rest[: place - 1], row, *rest[place - 1 :]]
                rewrite(path, swapped if place else [*rest, row])
                mutants.expect((number, place, "swapped"), {"A025"})
            rewrite(path, [*rows, row._replace(nonce="0" * 32)])
            mutants.expect((number, place, "added"), {"A028"})
        rewrite(path, [])
        mutants.expect((number, "emptied"), {"A023"}, path)


def test_a_row_of_another_day_is_named_so(copy, mutants):
    for here, there in ((3, 5), (5, 3), (8, 3), (2, 8), (7, 8)):
        path = copy.rows(here)
        rows = list(read_rows(path, NAME))
        for stranger in read_rows(copy.rows(there), NAME):
            rewrite(path, [*rows, stranger])
            mutants.expect((here, there), {"A026"})
        mutants.put_back(path)


def test_a_row_may_be_both_moved_and_taken_away(copy):
    path, target = copy.rows(3), copy.rows(5)
    first, *rest = read_rows(path, NAME)
    rewrite(target, [*read_rows(target, NAME), first])
    rewrite(path, rest)
    assert codes(copy) == {"A023", "A026"}


def test_a_back_dated_row_is_named_so(copy):
    path = copy.rows(5)
    rows = list(read_rows(path, NAME))
    rewrite(path, [rows[0]._replace(period=day(3)), *rows[1:]])
    assert codes(copy) == {"A027"}


def test_rows_written_anew_by_any_program_are_the_same_rows(copy):
    path = copy.rows(7)
    before = path.read_bytes()
    remake(path, "SELECT * FROM {rows}")
    assert path.read_bytes() != before
    assert [one.code for one in verified(copy).findings] == ["A036"]


def test_every_field_of_every_header_is_found_when_changed(bare_copy, bare_mutants):
    for number in NUMBERS:
        path = bare_copy.log.header_path(number)
        told = json.loads(path.read_bytes())
        for name, value in told.items():
            for changed in ({**told, name: changed_value(value)}, without(told, name)):
                path.write_bytes(canonical(changed))
                bare_mutants.expect((number, name), {"A011", "A012"})
        for line in (canonical({**told, "more": 1}), path.read_bytes() + b"\n"):
            path.write_bytes(line)
            bare_mutants.expect((number, line), {"A011"})
        bare_mutants.put_back(path)


def changed_value(value):
    if isinstance(value, list):
        return [*value, "ffffffff"]
    if isinstance(value, dict):
        return {**value, "before": "2026-01-01"} if value else {"mode": "observe"}
    return other(value)


def without(told, name):
    return {key: value for key, value in told.items() if key != name}


def test_every_line_of_every_checkpoint_is_found_when_changed(bare_copy, bare_mutants):
    archived = [bare_copy.log.archive_path(number) for number in NUMBERS]
    for path in (*archived, bare_copy.log.checkpoint_path):
        newest = path == bare_copy.log.checkpoint_path
        expected = {"A002"} if newest else {"A041", "A060"}
        lines = path.read_text("utf-8").splitlines(keepends=True)
        for place, line in enumerate(lines):
            rest = (lines[:place], lines[place + 1 :])
            for changed in (
                [*rest[0], *rest[1]],
                [*rest[0], line, line, *rest[1]],
                [*rest[0], changed_line(line), *rest[1]],
            ):
                path.write_text("".join(changed), "utf-8")
                bare_mutants.expect((path.name, place), expected | {"A003", "A004"})
        bare_mutants.put_back(path)


def changed_line(line):
    if line == "\n":
        return "x\n"
    if line.startswith("—"):
        _, name, raw = line.split()
        wrong = bytearray(b64decode(raw))
        wrong[-1] ^= 1
        return f"— {name} {b64encode(wrong).decode()}\n"
    return f"1{line}"


def test_every_region_of_every_small_file_is_found_when_changed(
    bare_copy, bare_mutants
):
    for path in small_files(bare_copy):
        raw = path.read_bytes()
        expected = expected_for(path)
        for at in (0, len(raw) // 3, len(raw) * 2 // 3, len(raw) - 1):
            changed = bytearray(raw)
            changed[at] ^= 1 << at % 8
            path.write_bytes(changed)
            bare_mutants.expect((path, at), expected)
        for changed in (raw[:-1], b"", raw + raw):
            path.write_bytes(changed)
            bare_mutants.expect((path, len(changed)), expected)
        bare_mutants.put_back(path)


@pytest.mark.deep
def test_every_bit_of_every_small_file_is_found_when_changed(bare_copy, bare_mutants):
    for path in small_files(bare_copy):
        raw = path.read_bytes()
        for at in range(len(raw)):
            changed = bytearray(raw)
            changed[at] ^= 1 << at % 8
            path.write_bytes(changed)
            bare_mutants.expect((path, at), expected_for(path))
        bare_mutants.put_back(path)


def all_files(made):
    return sorted(path for path in made.folder.rglob("*") if path.is_file())


def small_files(made):
    return [path for path in all_files(made) if path.suffix != ".parquet"]


def expected_for(path):
    if path.name == "checkpoint":
        return {"A002", "A003"}
    if path.name == "key.vkey":
        return {"A007"}
    if path.parent.name == "checkpoints":
        return {"A041", "A060"}
    return {"A011", "A012"} if path.suffix == ".json" else {"A006"}


def test_every_file_is_missed_when_it_is_not_there(copy, mutants):
    gone = {
        "checkpoint": "A001",
        "key.vkey": "A007",
        "segments": "A010",
        "checkpoints": "A040",
    }
    for path in all_files(copy):
        kind = "A020" if path.suffix == ".parquet" else "A006"
        kind = gone.get(path.name) or gone.get(path.parent.name) or kind
        path.unlink()
        mutants.expect((path, "deleted"), {kind}, path)


def test_every_file_is_missed_when_it_has_another_name(copy, mutants):
    for path in all_files(copy):
        for name in (f"000099{path.suffix}", "seg-000099.parquet"):
            renamed = path.with_name(name)
            path.rename(renamed)
            mutants.expect((path, name), {"A050", "A006", "A045"}, renamed, path)


def test_every_file_that_is_there_twice_is_named(copy, mutants):
    for path in all_files(copy):
        double = path.with_name(f"copy-of-{path.name}")
        shutil.copy(path, double)
        mutants.expect((path, "doubled"), {"A050"}, double)


def test_files_of_one_kind_cannot_change_places(copy, mutants):
    folder = copy.folder / SITE
    kinds = [
        sorted((folder / "segments").iterdir()),
        sorted((folder / "checkpoints").iterdir()),
        sorted(copy.folder.rglob("*.parquet")),
        sorted(path for path in (folder / "tile").rglob("*") if path.is_file()),
    ]
    for one, two in chain.from_iterable(map(pairwise, kinds)):
        swap(one, two)
        expected = {"A006", "A012", "A022", "A023", "A026", "A041", "A042"}
        mutants.expect((one, two), expected, one, two)


def swap(one, two):
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(kept)


def test_a_file_of_rows_under_another_day_is_named_so(copy):
    path = copy.rows(3)
    moved = rows_file(copy.folder, 9, 3)
    moved.parent.mkdir(parents=True)
    path.rename(moved)
    assert codes(copy) == {"A026"}
    path.parent.mkdir(exist_ok=True)
    shutil.copy(moved, path)
    assert codes(copy) == {"A026"}


def test_whole_segments_cannot_be_taken_out_of_the_middle(copy):
    for path in (
        copy.rows(5),
        copy.log.header_path(5),
        copy.log.archive_path(5),
    ):
        path.unlink()
    assert {"A010", "A040"} <= codes(copy)


def test_who_changes_row_header_and_hashes_alike_meets_the_signature(copy):
    path = copy.rows(8)
    (row,) = read_rows(path, NAME)
    forged = row._replace(row=row.row._replace(n=2))
    rewrite(path, [forged])
    header = replace(copy.log.header(8), total=2, merged_decisions=2)
    copy.log.header_path(8).write_bytes(header.line())
    lines = [leaf_hash(header.line()), leaf_hash(forged.line())]
    root = Tiles(copy.folder / SITE / "tile").append(header.first, lines)
    assert codes(copy) == {"A005"}
    forger = Signer(name=f"{NAME}/gate-audit", seed=bytes(32))
    head = Checkpoint(origin=forger.name, size=header.end, root=root)
    for note in (copy.log.checkpoint_path, copy.log.archive_path(8)):
        note.write_text(sign(head, [forger]), "utf-8")
    assert {"A002", "A041"} <= codes(copy)


def test_where_the_tiles_are_lost_rows_and_signatures_still_decide(tmp_path):
    made = make_log(tmp_path, days=3)
    shutil.rmtree(tmp_path / "log" / SITE / "tile")
    assert codes(made, today=date(2026, 11, 4)) == {"A006"}
    path = made.rows(1)
    rows = list(read_rows(path, NAME))
    rewrite(path, rows[1:])
    assert {"A005", "A006"} <= codes(made, today=date(2026, 11, 4))


def test_a_tile_that_was_changed_accuses_no_row(copy):
    tile = next(
        path for path in (copy.folder / SITE / "tile/0").rglob("*") if path.is_file()
    )
    raw = bytearray(tile.read_bytes())
    raw[40] ^= 1
    tile.write_bytes(raw)
    assert "A006" in codes(copy)
    assert not {"A022", "A023", "A012"} & codes(copy)


# Keys.


def test_a_wrong_key_is_named_so(original):
    wrong = Signer(name=f"{NAME}/gate-audit", seed=bytes(32)).verifier
    assert codes(original, wrong) == {"A003"}
    assert codes(original, *original.vkeys, wrong) == {"A063"}


def test_keys_of_other_logs_beside_the_right_one_do_no_harm(original):
    elsewhere = Signer(name="other.example/gate-audit", seed=bytes(32)).verifier
    assert codes(original, *original.vkeys, elsewhere) == set()


def test_either_key_verifies_a_log_with_a_signed_change(original):
    for key in original.vkeys:
        assert [one.code for one in verified(original, key).findings] == ["A036"]


def test_a_change_that_the_old_key_did_not_sign_is_named(copy):
    for path in (copy.log.archive_path(6),):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if line != lines[4]), "utf-8")
    assert "A060" in codes(copy)
    assert {"A060", "A003"} <= codes(copy, copy.vkeys[0])


def test_an_old_key_signs_nothing_any_more(tmp_path):
    made = make_log(tmp_path, days=1)
    old = keys.load(tmp_path, NAME)
    change_key(made)
    append_day(made.log, day(1), {}, keys.load(tmp_path, NAME))
    claim = made.log.checkpoint()
    for path in (made.log.checkpoint_path, made.log.archive_path(2)):
        path.write_text(sign(claim, [old]), "utf-8")
    assert "A062" in codes(made, today=date(2026, 11, 3))


def test_a_declared_loss_is_a_finding_until_the_new_key_is_given(tmp_path):
    made = make_log(tmp_path, days=1)
    lose_key(made)
    append_day(made.log, day(1), {}, keys.load(tmp_path, NAME))
    today = date(2026, 11, 3)
    old, new = made.vkeys
    (finding,) = verified(made, old, today=today).findings
    assert finding.code == "A061"
    assert "the disk broke" in finding.message
    assert new.vkey in finding.message
    for given_keys in ((old, new), (new,)):
        found = verified(made, *given_keys, today=today)
        assert found.sound
        assert [one.code for one in found.findings] == ["A064"]


def test_a_loss_that_an_attacker_declares_is_a_finding(copy):
    forger = Signer(name=f"{NAME}/gate-audit", seed=bytes(32))
    details = {"new_key": forger.verifier.vkey, "reason": "trust me"}
    append_event(copy.log, "key_lost", details, [forger])
    assert codes(copy) == {"A061"}


# Days.


def test_a_day_that_was_never_sealed_is_named(tmp_path):
    made = make_log(tmp_path, days=2)
    append_day(made.log, day(4), {}, keys.load(tmp_path, NAME))
    (finding,) = verified(made, today=date(2026, 11, 6)).findings
    assert finding.code == "A030"
    assert finding.place == f"{day(2)} to {day(3)} of {NAME}"


@pytest.mark.parametrize(
    ("number", "code"), [(1, "A031"), (0, "A033")], ids=["twice", "after a later one"]
)
def test_a_day_that_is_sealed_again_is_named(tmp_path, number, code):
    made = make_log(tmp_path, days=2)
    seal_wrongly(made, period=day(number))
    assert codes(made, today=date(2026, 11, 3)) == {code}


def test_a_log_that_stopped_growing_is_a_warning(original):
    options = {"severity": Severity.WARNING}
    assert codes(original, today=date(2026, 11, 9), **options) == set()
    assert codes(original, today=date(2026, 11, 10), **options) == {"A032"}
    assert codes(original, today=date(2026, 11, 7), **options) == {"A035"}


def test_rows_that_were_dropped_too_early_are_named(tmp_path):
    made = make_log(tmp_path, days=3)
    prune(made, [0, 2], day(1), keys.load(tmp_path, NAME))
    assert codes(made, today=date(2026, 11, 4)) == {"A034"}


def test_dropped_rows_that_are_still_there_are_a_warning(tmp_path):
    made = make_log(tmp_path, days=2)
    signer = keys.load(made.folder, NAME)
    append_event(made.log, "prune", {"before": day(1), "segments": [0]}, [signer])
    warned = codes(made, today=date(2026, 11, 4), severity=Severity.WARNING)
    assert warned == {"A052"}
    assert codes(made, today=date(2026, 11, 4)) == set()


# A sealer that errs: everything is signed, and still found.


def seal_wrongly(made, *, rows=(), **fields):
    """Seal a segment whose header says what the sealer never would."""
    signer = keys.load(made.folder, NAME)
    head = made.log.head(made.vkeys)
    sums = {"rows": len(rows), "total": sum(row.n for row in rows), "least": 10}
    draft = made.log.draft(head, **sums | {"period": day(head.segments)} | fields)
    made.log.append(draft, rows, [signer])


def plain_rows(made, *counts):
    rows = [sealed.row for sealed in read_rows(made.rows(0), NAME)]
    plain = next(row for row in rows if "*" not in row and row.outcome == "covered")
    return [plain._replace(section=f"s{n}", n=count) for n, count in enumerate(counts)]


def test_what_a_sealer_says_rightly_is_sound(tmp_path):
    made = make_log(tmp_path, days=1)
    seal_wrongly(made, rows=plain_rows(made, 10, 11))
    assert codes(made, today=date(2026, 11, 3)) == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"total": 22},
        {"merged_decisions": 10},
        {"merged_cells": 2},
        {"gaps": 10},
        {"violations": 11},
        {"late": 22},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_header_that_sums_wrongly_is_named(tmp_path, fields):
    made = make_log(tmp_path, days=1)
    seal_wrongly(made, rows=plain_rows(made, 10, 11), **fields)
    assert codes(made, today=date(2026, 11, 3)) == {"A014"}


@pytest.mark.parametrize(("counts", "is_sound"), [((9, 10), False), ((9,), True)])
def test_a_small_row_stands_alone_or_not_at_all(tmp_path, counts, is_sound):
    made = make_log(tmp_path, days=1)
    seal_wrongly(made, rows=plain_rows(made, *counts))
    assert codes(made, today=date(2026, 11, 3)) == (set() if is_sound else {"A029"})


@pytest.mark.parametrize("field", ["segment", "first", "previous"])
def test_a_header_that_stands_elsewhere_than_it_says_is_named(tmp_path, field):
    made = make_log(tmp_path, days=2)
    path = made.log.header_path(1)
    told = json.loads(path.read_bytes())
    wrong = {"segment": 7, "first": 3, "previous": "0" * 64}[field]
    forge_header(made, canonical({**told, field: wrong}))
    assert "A013" in codes(made, today=date(2026, 11, 3))


def forge_header(made, line):
    """Let the sealer itself sign another header of the last segment."""
    header = made.log.header(1)
    rows = [leaf_hash(row.line()) for row in read_rows(made.rows(1), NAME)]
    made.log.header_path(1).write_bytes(line)
    root = made.log.tiles.append(header.first, [leaf_hash(line), *rows])
    signer = keys.load(made.folder, NAME)
    note = sign(Checkpoint(origin=signer.name, size=header.end, root=root), [signer])
    for path in (made.log.checkpoint_path, made.log.archive_path(1)):
        path.write_text(note, "utf-8")


# An older checkpoint that the auditor kept.


def test_every_older_checkpoint_of_a_log_fits_it(original):
    for number in NUMBERS:
        kept = original.log.archive_path(number).read_bytes()
        for given_keys in ([], original.vkeys[:1], original.vkeys[1:]):
            assert codes(original, *given_keys, since=kept) == set()


def test_a_log_that_was_rewritten_by_the_holder_of_the_key_is_found_out(tmp_path):
    made = make_log(tmp_path, days=2)
    kept = made.log.checkpoint_path.read_bytes()
    signer = keys.load(tmp_path, NAME)
    shutil.rmtree(tmp_path / "log")
    for number in range(3):
        append_day(made.log, day(number), {cell(day(number)): 50}, signer)
    today = date(2026, 11, 4)
    assert codes(made, today=today) == set()
    assert codes(made, today=today, since=kept) & {"A043", "A044"}


def test_a_log_that_was_rewritten_to_the_same_size_is_found_out(tmp_path):
    made = make_log(tmp_path, days=2)
    kept = made.log.checkpoint_path.read_bytes()
    signer = keys.load(tmp_path, NAME)
    shutil.rmtree(tmp_path / "log")
    for number in range(2):
        append_day(made.log, day(number), {cell(day(number)): 50}, signer)
    for number in range(2, 9):
        append_day(made.log, day(number), {cell(day(number)): 60}, signer)
    assert codes(made, today=date(2026, 11, 10), since=kept) == {"A043"}


def test_a_log_that_was_cut_is_found_out_by_the_checkpoint_that_was_kept(copy):
    kept = copy.log.checkpoint_path.read_bytes()
    copy.rows(8).unlink()
    copy.log.header_path(8).unlink()
    copy.log.archive_path(8).unlink()
    shutil.copy(copy.log.archive_path(7), copy.log.checkpoint_path)
    copy.log.tiles.tidy(copy.log.checkpoint().size)
    assert codes(copy) == set()
    assert codes(copy, since=kept) == {"A044"}


def test_an_older_checkpoint_in_place_of_the_newest_is_found_out(copy):
    shutil.copy(copy.log.archive_path(7), copy.log.checkpoint_path)
    assert codes(copy) == {"A045"}


@pytest.mark.parametrize("kept", [b"", b"\xff", b"a\n1\n\n"])
def test_what_was_kept_must_be_signed_by_a_key_of_the_log(original, kept):
    assert codes(original, since=kept) == {"A046"}
    forger = Signer(name=f"{NAME}/gate-audit", seed=bytes(32))
    note = sign(original.log.checkpoint(), [forger])
    assert codes(original, since=note.encode()) == {"A046"}


def test_what_was_kept_of_another_log_is_no_proof_of_this_one(original):
    stranger = Signer(name="other.example/gate-audit", seed=bytes(32))
    claim = replace(original.log.checkpoint(), origin=stranger.name)
    note = sign(claim, [stranger]).encode()
    given_keys = [*original.vkeys, stranger.verifier]
    assert codes(original, *given_keys, since=note) == {"A044"}


# Hostile files.

KEYS = ("old_key", "new_key")


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/more",
        f"{SITE}/segments/000003",
        f"{SITE}/segments/0000003.json",
        f"{SITE}/tile/0/00x",
        "rows/site=news.example/month=2026-11/day=2026-11-04/more.parquet",
        "rows/site=news.example/month=2026-11/day=2026-11-04/seg-000099.parquet",
        "README",
        "rows/..%2F/x",
        "sites/a b/checkpoint",
    ],
)
def test_files_that_do_not_belong_there_are_named(copy, path):
    target = copy.folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"x")
    assert "A050" in codes(copy)


def test_rows_of_a_site_without_a_seal_are_named(copy):
    path = rows_file(copy.folder, 3, 0)
    stranger = copy.folder / str(path.relative_to(copy.folder)).replace("news", "other")
    stranger.parent.mkdir(parents=True)
    shutil.copy(copy.rows(3), stranger)
    assert "A001" in codes(copy)


def test_what_a_crash_leaves_is_a_warning(copy):
    (copy.folder / SITE / "segments" / ".begun-7-000009.json").write_bytes(b"x")
    head = copy.log.head(copy.vkeys)
    draft = copy.log.draft(head, what="key_change", details=dict.fromkeys(KEYS, "x"))
    copy.log.header_path(9).write_bytes(draft.line())
    found = verified(copy)
    assert found.sound
    assert {one.code for one in found.findings} == {"A036", "A053"}


def test_links_and_pipes_are_named_and_never_followed(copy):
    path = copy.log.header_path(3)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")
    os.mkfifo(copy.folder / "pipe")
    (copy.folder / "rows" / "loop").symlink_to(copy.folder)
    found = codes(copy)
    assert {"A051", "A010"} <= found


def test_a_name_that_is_no_text_is_named(copy):
    os.mkfifo(os.fsencode(copy.folder) + b"/\xff")
    assert codes(copy) == {"A051"}


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"format":"gate.audit/1","kind":"header","rows":' + b"9" * 10_000 + b"}",
        b"null",
        b"\xff",
        b"x" * 5_000_000,
    ],
    ids=["deep", "huge number", "null", "bytes", "long"],
)
def test_a_hostile_header_is_a_finding(copy, line):
    copy.log.header_path(3).write_bytes(line)
    assert "A011" in codes(copy)


@pytest.mark.parametrize("size", [10**17, 10**6, 1, 0])
def test_a_hostile_size_ends_soon(copy, size):
    forger = Signer(name=f"{NAME}/gate-audit", seed=bytes(32))
    head = Checkpoint(origin=forger.name, size=size, root=bytes(32))
    copy.log.checkpoint_path.write_text(sign(head, [forger]), "utf-8")
    assert codes(copy)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS n",
        "SELECT *, 1 AS more FROM {rows}",
        "SELECT * EXCLUDE (n) FROM {rows}",
    ],
)
def test_rows_with_other_columns_are_named(copy, sql):
    remake(copy.rows(3), sql)
    assert codes(copy) == {"A021"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * REPLACE (n::DOUBLE AS n) FROM {rows}",
        "SELECT * REPLACE (NULL::BIGINT AS n) FROM {rows}",
        "SELECT * REPLACE ([place] AS place) FROM {rows}",
        "SELECT * REPLACE ({{'a': {{'b': place}}}} AS place) FROM {rows}",
        "SELECT * REPLACE (n::VARCHAR AS n) FROM {rows}",
        "SELECT * REPLACE (nonce::BLOB AS nonce) FROM {rows}",
        "SELECT * REPLACE (NULL::VARCHAR AS nonce) FROM {rows}",
        "SELECT * REPLACE (9999999999999999999999::HUGEINT AS n) FROM {rows}",
    ],
)
def test_rows_of_other_types_are_changed_rows(copy, sql):
    remake(copy.rows(3), sql)
    assert codes(copy) & {"A021", "A022"}


def test_a_file_with_far_more_rows_than_were_sealed_is_not_read_to_its_end(copy):
    remake(copy.rows(3), "SELECT t.* FROM {rows} t, range(20000)")
    assert {"A024", "A028"} <= codes(copy)
    told = [one for one in verified(copy).findings if one.code == "A024"]
    assert len(told) == MOST + 1


FILES = st.integers(0, 10**6)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(which=FILES, raw=st.binary(max_size=400), data=st.data())
def test_no_bytes_in_any_file_crash_it_or_pass(copy, original, which, raw, data):
    files = all_files(copy)
    path = files[which % len(files)]
    old = path.read_bytes()
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(old)))
        raw = old[:at] + raw + old[at + len(raw) :]
    path.write_bytes(raw)
    try:
        found = codes(copy)
        assert found or raw == old or same_rows(copy, original, path)
    finally:
        path.write_bytes(old)


def same_rows(made, original, path):
    """Bytes of Parquet may change; what is verified are the rows."""
    if path.suffix != ".parquet":
        return False
    before = original.folder / "log" / path.relative_to(made.folder)
    return list(read_rows(path, NAME)) == list(read_rows(before, NAME))


def test_every_finding_has_a_meaning_and_a_remedy():
    for code, (meaning, remedy) in CODES.items():
        assert code[0] == "A"
        assert meaning.endswith(".")
        assert remedy


def test_the_header_is_read_as_the_sealer_wrote_it(original):
    for number in NUMBERS:
        line = original.log.header_path(number).read_bytes()
        assert parse(line).line() == line
