"""Any bytes: every line is accounted for, and nothing of it comes out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import import_lines as made
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from import_lines import MAKERS

from gate.cli import main
from gate.engine import load_snapshot
from gate.workbench.importing import pieces
from gate.workbench.importing.clf import Clf
from gate.workbench.importing.formats import NAMES, Settings, format_of
from gate.workbench.importing.judge import Judge, Tally
from gate.workbench.importing.lines import LONGEST, TOO_LONG, Line, Why
from gate.workbench.importing.pieces import BrokenError, unpacked, whole_lines

ROOT = Path(__file__).parent.parent
PRIVATE = "203.0.113.77-SeCrEt"


@pytest.fixture(scope="module")
def snapshot(session_state):
    return load_snapshot(ROOT / "config.yaml", {"GATE_STATE": str(session_state)})


broken = st.binary(max_size=80) | st.text(
    alphabet='0129 .:-[]"\\/?#%{}\t\r\0xnGETHP+é', max_size=120
).map(lambda text: text.encode())


@st.composite
def damaged(draw):
    """A line of some format, with a part replaced by anything."""
    name = draw(st.sampled_from(list(MAKERS)))
    target = draw(st.text(max_size=20).filter(lambda t: "\n" not in t))
    line = MAKERS[name](target="/" + target).encode("utf-8", "surrogatepass")
    begin = draw(st.integers(0, len(line)))
    end = draw(st.integers(begin, len(line)))
    return line[:begin] + draw(broken) + line[end:]


anything = st.lists(broken | damaged(), max_size=12).map(b"\n".join)


@pytest.mark.parametrize("name", NAMES[1:])
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=anything)
@example(content=b"\0" * 9)
@example(content=b'{"a":' * 5000)
@example(content=b"a\n\n\r\nb")
def test_every_line_of_anything_is_accounted_for(snapshot, name, content):
    judge, tally = Judge(snapshot), Tally()
    lines = format_of(Settings(name=name), (), "log")
    judge.take(whole_lines(iter([content])), lines, tally)
    cells, own = judge.cells()
    newlines = content.count(b"\n")
    assert tally.lines == newlines + (not content.endswith(b"\n") and content != b"")
    assert tally.lines == cells.total() + own + tally.why.total()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(line=damaged() | broken)
@example(line=made.combined(address="1.2.3.4 x", target='/"').encode())
@example(line=made.combined(target="/a?b c").encode())
@example(line=made.combined(target="/a HTTP/1.1").encode())
@example(line=made.combined(target="").encode())
@example(line=made.combined(address="1.2.3").encode())
@example(line=made.combined().replace("GET ", "GET?x ").encode())
@example(line=made.combined().replace("] ", "]  ").encode())
@example(line=made.combined().replace(" - - ", " - ").encode())
@example(line=made.combined().replace(":20 ", ":60 ").encode())
@example(line=made.combined().replace("+0000", "+9999").encode())
def test_the_quick_way_reads_a_line_as_the_careful_one_does(snapshot, line):
    line = line.replace(b"\n", b" ")
    quick, careful = Judge(snapshot), Judge(snapshot)
    first, second = Tally(), Tally()
    quick.take([line, line], Clf("combined"), first)
    for number in (0, 1):
        careful._take_one(number, line, Clf("combined"), second)  # noqa: SLF001
    assert quick.cells() == careful.cells()
    assert (first.why, first.named) == (second.why, second.named)


@given(content=st.binary(max_size=400), sizes=st.lists(st.integers(1, 50), min_size=1))
@example(content=b"a\nb", sizes=[1])
def test_wherever_pieces_end_the_lines_are_the_same(content, sizes):
    cut, at = [], 0
    while at < len(content):
        size = sizes[len(cut) % len(sizes)]
        cut.append(content[at : at + size])
        at += size
    lines = b"\n".join(whole_lines(iter(cut)))
    assert lines == content.removesuffix(b"\n")


@pytest.mark.parametrize("size", [LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST])
@pytest.mark.parametrize("piece", [1000, LONGEST - 3, LONGEST])
@pytest.mark.parametrize("end", [b"\n", b"", b"\nx"])
def test_what_is_too_long_depends_on_the_line_alone(size, piece, end):
    content = b"ab\n" + b"y" * size + end
    cut = (content[at : at + piece] for at in range(0, len(content), piece))
    lines = b"\n".join(whole_lines(cut)).split(b"\n")
    assert lines[1] == (TOO_LONG if size > LONGEST else b"y" * size)
    assert lines[2:] == ([b"x"] if end == b"\nx" else [])


@given(packed=st.binary(max_size=200), cut=st.integers(0, 60))
def test_anything_that_claims_to_be_gzip_is_read_or_broken(
    tmp_path_factory, packed, cut
):
    path = tmp_path_factory.getbasetemp() / "any.gz"
    path.write_bytes((gzip.compress(b"line\n" * 9) + packed)[: max(cut, 2)])
    with path.open("rb") as file:
        try:
            text = b"".join(unpacked(file, "gzip", "any.gz"))
        except BrokenError as error:
            text = str(error).encode()
    whole = text.startswith(b"line\n" * 9)
    assert whole or text in {b"is damaged", b"breaks off"}


def test_what_unpacks_to_whole_pieces_does_not_seem_to_break_off(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 64)
    path = tmp_path / "a.gz"
    for size in range(60, 200):
        path.write_bytes(gzip.compress(b"\n" * size))
        with path.open("rb") as file:
            assert b"".join(unpacked(file, "gzip", "a")) == b"\n" * size


HOSTILE = {
    "address": made.combined(address=PRIVATE),
    "path": made.combined(target=f"/a/{PRIVATE}"),
    "refused path": made.combined(target=f"/a/%00{PRIVATE}"),
    "method": made.combined(method=PRIVATE),
    "month": made.combined().replace("Sep", PRIVATE),
    "torn": f'1.2.3.4 - {PRIVATE} [21/Sep/2026:14:13:20 +0000] "GET /{PRIVATE}',
    "garbage": PRIVATE * 9,
    "json": json.dumps({"remote_addr": PRIVATE, "msec": PRIVATE, "request": PRIVATE}),
    "host": made.nginx_json(host=PRIVATE),
    "user agent": made.combined().replace("Mozilla", PRIVATE),
}


@pytest.mark.parametrize("name", ["auto", *MAKERS])
def test_nothing_of_a_line_is_in_any_output(tmp_path, make_config, name):
    log, out, named = tmp_path / "a.log", tmp_path / "out", tmp_path / "named.csv"
    log.write_text("\n".join([*HOSTILE.values()] * 20))
    command = ["audit", "import", str(log), f"--config={make_config()}", f"--to={out}"]
    command += [f"--format={name}", "--tolerate=100", f"--unreadable={named}"]
    result = CliRunner().invoke(main, [*command, "--json"])
    told = result.output + result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != log:
            told += path.read_bytes().decode("latin-1")
    assert "SeCrEt" not in told
    assert "203.0.113" not in told
    if out.exists():
        assert {path.name for path in (out / "rows").iterdir()} <= {"site=localhost"}


def test_lines_and_reasons_do_not_show_what_they_hold():
    assert set(map(str, Why)).isdisjoint({"", PRIVATE})
    assert isinstance(Clf("combined").parse(made.combined().encode()), Line)
