"""The proof of one row: whoever has the public key can check it, and nothing forged."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from audit_log import NAME, change_key, day, make_log, prune
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.audit import keys
from gate.audit.lines import READ, RowReader
from gate.audit.notes import Signer
from gate.audit.parquet import read_rows, write_rows
from gate.audit.proof import check_proof, find_row, make_proof, parse_proof
from gate.audit.rows import Row, Sealed
from gate.errors.sealing import NoSuchRowError, NoteError, ProofError


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return make_log(tmp_path_factory.mktemp("log"), days=3)


@pytest.fixture(scope="module")
def proof(log):
    return make_proof(log.log, 1, 2, log.vkeys)


def test_every_row_of_a_log_can_be_proved(log):
    for segment in range(3):
        for row, sealed in enumerate(read_rows(log.rows(segment), NAME)):
            made = make_proof(log.log, segment, row, log.vkeys)
            proved = check_proof(parse_proof(made.text().encode()), log.vkeys)
            assert made.line == sealed.line()
            assert proved.row == json.loads(sealed.line())
            assert proved.signers == tuple(log.vkeys)


def test_a_proof_is_written_as_the_specification_says(proof):
    lines = proof.text().split("\n")
    blank = lines.index("")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1] == f"extra {b64encode(proof.line).decode()}"
    assert lines[2] == f"index {proof.index}"
    assert len(lines[3:blank]) == len(proof.path)
    assert "\n".join(lines[blank + 1 :]) == proof.note


def test_a_proof_outlives_the_log_and_a_change_of_the_key(tmp_path):
    made = make_log(tmp_path, days=2)
    kept = make_proof(made.log, 0, 0, made.vkeys).text().encode()
    prune(made, [0], day(1), keys.load(tmp_path, NAME))
    change_key(made)
    assert check_proof(parse_proof(kept), made.vkeys[:1])
    assert make_proof(made.log, 1, 0, made.vkeys)
    with pytest.raises(NoSuchRowError, match="dropped"):
        make_proof(made.log, 0, 0, made.vkeys)


def test_another_key_proves_nothing(proof):
    wrong = Signer(name=f"{NAME}/gate-audit", seed=bytes(32)).verifier
    with pytest.raises(NoteError):
        check_proof(proof, [wrong])


@pytest.mark.parametrize(
    "change",
    [
        lambda p: {"line": p.line.replace(b'"n":', b'"n":1')},
        lambda p: {"index": p.index + 1},
        lambda p: {"path": p.path[1:]},
        lambda p: {"path": (*p.path, bytes(32))},
        lambda p: {"path": (bytes(32), *p.path[1:])},
    ],
    ids=["the row", "its place", "a shorter path", "a longer path", "another path"],
)
def test_a_proof_that_was_changed_proves_nothing(log, proof, change):
    with pytest.raises(ProofError):
        check_proof(replace(proof, **change(proof)), log.vkeys)


def test_no_bit_of_a_proof_changes_unseen(log, proof):
    raw = proof.text().encode()
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1 << place % 8
        with pytest.raises((ProofError, NoteError)):
            check_proof(parse_proof(bytes(changed)), log.vkeys)


def test_a_header_is_no_row(log):
    header = log.log.header(1)
    size = log.log.checkpoint().size
    made = replace(
        make_proof(log.log, 1, 0, log.vkeys),
        line=header.line(),
        index=header.first,
        path=tuple(log.log.tiles.inclusion(header.first, size)),
    )
    with pytest.raises(ProofError, match="not a row"):
        check_proof(made, log.vkeys)


def test_a_row_that_is_not_the_sealed_one_gets_no_proof(tmp_path):
    made = make_log(tmp_path, days=1)
    path = made.rows(0)
    first, *rest = read_rows(path, NAME)
    path.unlink()
    write_rows(path, [first._replace(row=first.row._replace(n=99)), *rest])
    with pytest.raises(ProofError):
        make_proof(made.log, 0, 0, made.vkeys)


@pytest.mark.parametrize(
    ("segment", "row"), [(9, 0), (-1, 0), (0, 10_000), (0, -1), (10**12, 0)]
)
def test_a_row_that_is_not_there_is_named(log, segment, row):
    with pytest.raises(NoSuchRowError):
        make_proof(log.log, segment, row, log.vkeys)


def test_a_row_is_found_by_what_it_holds(log):
    wanted = {"day": day(1), "section": "section-2"}
    segment, row = find_row(log.log, wanted)
    found = list(read_rows(log.rows(segment), NAME))[row]
    assert (found.period, found.row.section) == (day(1), "section-2")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"section": "section-2"}, "3 rows fit"),
        ({"section": "nowhere"}, "No row fits"),
        ({"day": "1999-01-01"}, "No row fits"),
        ({"address": "x"}, "no column 'address'"),
    ],
)
def test_conditions_that_do_not_name_one_row_are_refused(log, wanted, told):
    with pytest.raises(NoSuchRowError, match=told):
        find_row(log.log, wanted)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_proof_or_crash_it(raw):
    with pytest.raises(ProofError):
        parse_proof(raw)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.builds(
            Sealed,
            segment=st.integers(0, 2**60),
            site=st.just(NAME),
            period=TEXT,
            row=st.builds(
                Row,
                **dict.fromkeys(Row._fields[:-1], TEXT),
                n=st.integers(-(2**63), 2**63 - 1),
            ),
            nonce=TEXT,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_quick_way_to_write_lines_is_the_one_way(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    write_rows(path, rows)
    with RowReader(NAME) as reader:
        batches = list(reader.read(path))
    assert [line for batch in batches for line in batch.lines] == [
        row.line() for row in rows
    ]
    assert batches[0].columns[READ.index("n")] == tuple(row.row.n for row in rows)
