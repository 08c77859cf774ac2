"""Lines are decided as the gate decides requests, and every one is accounted for."""

from __future__ import annotations

import gzip
import io
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import import_lines as made
import pytest
from import_lines import BERLIN, MAKERS, MOSCOW, MOSCOW6, NOWHERE, SECOND

from gate.audit import MemoryCounter, Outcome
from gate.engine import Gate, load_snapshot
from gate.errors import (
    LogBrokenError,
    LogChangedError,
    LogUnreadableError,
    TooManyUnreadableError,
)
from gate.model import Action, Membership
from gate.request import Proxies
from gate.workbench.importing import Settings, sources, take_in
from gate.workbench.importing.lines import Why

ROOT = Path(__file__).parent.parent
SHARED = ROOT / "../shared/logs/elastic_apache_logs.log"
BEFORE = 1_500_000_000  # 2017: before the rules hold


@pytest.fixture(scope="module")
def snapshot(session_state):
    return load_snapshot(ROOT / "config.yaml", {"GATE_STATE": str(session_state)})


@pytest.fixture
def take(snapshot, tmp_path):
    """Decide what is given as bytes."""

    def take(content, name="auto", jobs=1, known=snapshot, **settings):
        path = tmp_path / "a.log"
        path.write_bytes(content)
        return take_in(known, [str(path)], Settings(name=name, **settings), jobs=jobs)

    return take


def short(cells):
    """What the rule book says, without the reason why it was asked."""
    found = Counter()
    for cell, n in cells.items():
        found[
            cell.period,
            cell.place,
            cell.areas,
            cell.activity,
            cell.section,
            cell.action,
            cell.rules,
            cell.reason if cell.outcome is Outcome.REFUSED else "",
        ] += n
    return found


TARGETS = (
    *("/", "/a/1", "/a/2?x=1", "/about/undesirable/", "/about/x", "/feed.xml"),
    *("/share/1", "/contact/", "/a/%2e%2e/b", "/a//b", "//a/1", "/a/../..", "/%ff"),
    *(
        "/a/%00",
        "/a/%252e",
        "/a/b%5Cc",
        "/a/./1",
        "/A/1",
        "/a/1/",
        "/a%2F1",
        "/-/leave",
    ),
    *("/%C3%A9", "/a;b=c/1", "/a/1#part", "http://localhost/a/1", "*"),
    *("http://other.example/a/1", "/help/safety/x", "/a/b/../../share/1"),
)
UNSET = "0.0.0.0"  # noqa: S104 - nobody binds to it
ADDRESSES = (
    MOSCOW,
    BERLIN,
    NOWHERE,
    MOSCOW6,
    "10.0.0.1",
    UNSET,
    "2002:4d58:808::1",
)
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "BREW", "get", "PUT")


def asked_of_the_gate(snapshot, cases):
    """Ask the real gate for each case, with its clock at the time of the line."""
    counter = MemoryCounter()
    for second in sorted({case[3] for case in cases}):
        gate = Gate(snapshot, counter=counter, clock=lambda second=second: second)
        for address, target, method, when in cases:
            if when == second:
                gate.handle(environ(address, target, method), door="import")
    return counter.counts()


def environ(address, target, method):
    whole = target.partition("?")[0].partition("#")[0]
    whole = whole.removeprefix("http://localhost")
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(whole).decode("latin-1"),
        "SCRIPT_NAME": "",
        "QUERY_STRING": target.partition("?")[2],
        "RAW_URI": target,
        "REMOTE_ADDR": address,
        "HTTP_HOST": "localhost",
        "HTTP_SEC_FETCH_DEST": "document",
        "HTTP_SEC_FETCH_MODE": "navigate",
        "HTTP_SEC_FETCH_SITE": "none",
        "HTTP_ACCEPT": "text/html",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
    }


def test_imported_counts_are_those_of_the_gate(snapshot, take):
    times = (SECOND, SECOND + 86_400)
    cases = [
        (address, target, method, second)
        for address in ADDRESSES
        for target in TARGETS
        for method in METHODS
        for second in times
        if "other.example" not in target  # the gate knows the host from elsewhere
    ]
    lines = [
        made.combined(address=a, target=t, method=m, second=s) for a, t, m, s in cases
    ]
    intake = take(made.text_of("combined", lines))
    theirs = asked_of_the_gate(snapshot, cases)
    assert short(intake.cells) == short(theirs)
    assert intake.sums["unreadable"] == 0
    assert {cell.action for cell in intake.cells} > {Action.PASS}


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_gives_the_same_counts(name, take):
    rng = random.Random(name)  # noqa: S311 - lines, not secrets
    cases = [
        (rng.choice(ADDRESSES[:5]), rng.choice(TARGETS[:8]), SECOND + rng.randrange(9))
        for _ in range(200)
    ]
    lines = [MAKERS[name](address=a, target=t, second=s) for a, t, s in cases]
    plain = [made.combined(address=a, target=t, second=s) for a, t, s in cases]
    found = take(made.text_of(name, lines))
    assert found.files[0].format == name
    assert found.cells == take(made.text_of("combined", plain)).cells


def test_the_rules_of_a_line_are_those_of_its_time(take):
    lines = [made.combined(second=second) for second in (BEFORE, SECOND)]
    actions = {
        cell.period[:4]: cell.action
        for cell in take(made.text_of("combined", lines)).cells
    }
    assert actions == {"2017": Action.PASS, "2026": Action.INTERSTITIAL}


def test_a_rule_that_begins_within_a_minute_splits_the_minute(snapshot, take):
    edge = SECOND + 7
    rules = tuple(
        replace(rule, effective=replace(rule.effective, since=edge))
        for rule in snapshot.book.rules
    )
    known = replace(snapshot, book=replace(snapshot.book, rules=rules))
    lines = [made.combined(second=SECOND + n) for n in range(14)]
    found = Counter()
    for cell, n in take(made.text_of("combined", lines), known=known).cells.items():
        found[cell.action] += n
    assert found == {Action.PASS: 7, Action.INTERSTITIAL: 7}


def test_rows_can_never_be_taken_for_the_audit_log(take):
    (cell,) = take(made.text_of("combined", [made.combined()])).cells
    assert (cell.door, cell.reason, cell.outcome) == ("import", "import", "passed")
    assert cell.membership is Membership.YES


def test_unreadable_addresses_are_unknown_with_their_reason(take):
    addresses = ("a-host.example", "1.2.3", "01.2.3.4", "192.168.1.1", "1.2.3.4.5")
    lines = [made.combined(address=address) for address in addresses]
    places = Counter()
    for cell, n in take(made.text_of("combined", lines)).cells.items():
        places[cell.place] += n
    assert places == {"bad_address": 4, "private_address": 1}


@pytest.mark.parametrize("address", [MOSCOW, MOSCOW6])
def test_a_chain_is_read_past_our_own_proxies(snapshot, take, address):
    proxies = Proxies.compile(["10.0.0.0/8", "91.64.0.0/16"], "x-forwarded-for")
    known = replace(snapshot, reading=replace(snapshot.reading, proxies=proxies))
    chains = (f"1.1.1.1, {address}, 10.0.0.1", address, f"{address},91.64.0.1")
    lines = [made.nginx_json(address=chain) for chain in chains]
    cells = take(made.text_of("nginx-json", lines), known=known).cells
    assert {cell.membership for cell in cells} == {Membership.YES}
    quick = [made.combined(address=own) for own in ("10.0.0.1", "91.64.0.1")]
    cells = take(made.text_of("combined", quick), known=known).cells
    assert {cell.place for cell in cells} == {"private_address"}


def test_lines_for_other_hosts_are_refused(take):
    lines = [made.nginx_json(host=host) for host in ("localhost", "other.example", "!")]
    reasons = Counter()
    for cell, n in take(made.text_of("nginx-json", lines)).cells.items():
        reasons[cell.reason] += n
    assert reasons == {"import": 1, "E421": 1, "E412": 1}


def test_bytes_of_tls_are_refused_as_the_gate_would(take):
    line = made.combined().replace("GET /a/1 HTTP/1.1", r"\x16\x03\x01\x02\x00\x01")
    (cell,) = take(made.text_of("combined", [line])).cells
    assert (cell.outcome, cell.reason) == ("refused", "E413")


def test_the_door_out_is_not_counted_by_itself(take):
    lines = [
        made.combined(target="/-/leave"),
        made.combined().replace("GET /a/1 HTTP/1.1", "-"),
    ]
    intake = take(made.text_of("combined", lines))
    assert (intake.sums["apart"], intake.sums["decided"]) == (2, 0)


UNREADABLE = ("\0\0\0", "x", made.combined()[:40])


def mixed(count, seed=1):
    """Lines of all kinds, and what must come of them."""
    rng = random.Random(seed)  # noqa: S311 - lines, not secrets
    kinds = {
        "decided": lambda: made.combined(
            rng.choice(ADDRESSES), rng.choice(TARGETS[:7])
        ),
        "refused": lambda: made.combined(target="/a/../.."),
        "apart": lambda: made.combined().replace("GET /a/1 HTTP/1.1", "-"),
        "blank": lambda: rng.choice(("", " ", "\r", "\t")),
        "unreadable": lambda: rng.choice(UNREADABLE),
    }
    names = rng.choices(list(kinds), (90, 2, 2, 3, 3), k=count)
    return [kinds[name]() for name in names], Counter(names)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("part", [97, 1000, 1 << 20])
def test_no_line_is_lost_or_doubled_wherever_a_part_ends(take, monkeypatch, jobs, part):
    monkeypatch.setattr(sources, "PART", part)
    lines, expected = mixed(300)
    content = made.text_of("combined", lines)
    intake = take(content, "combined", jobs)
    sums = intake.sums
    assert sums.pop("lines") == 300
    assert sums == expected
    assert [one.line for one in intake.listed] == [
        number for number, line in enumerate(lines, 1) if line in UNREADABLE
    ]
    assert intake.cells == take(content, "combined").cells


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n"])
def test_the_last_line_counts_with_or_without_its_newline(take, end):
    content = made.combined().encode() + b"\r\n" + made.combined().encode() + end
    sums = take(content).sums
    assert (sums["decided"], sums["blank"]) == (2, end == b"\n\n")


def test_lines_of_any_length_are_read_and_too_long_ones_named(take):
    long = made.combined(target="/a/" + "x" * 100_000)
    agent = made.combined()[:-1] + "y" * 100_000 + '"'
    endless = made.combined()[:-1] + "z" * (5 << 20)
    lines = [made.combined(), long, agent, endless, made.combined()]
    intake = take(made.text_of("combined", lines))
    assert intake.sums["decided"] == 3
    assert intake.sums["refused"] == 1
    assert [(one.line, one.why) for one in intake.listed] == [(4, Why.TOO_LONG)]


def test_an_empty_log_is_nothing(take):
    assert set(take(b"").sums.values()) == {0}


def test_a_gzip_of_several_members_is_one_log(snapshot, tmp_path):
    path = tmp_path / "a.log.gz"
    lines = [made.text_of("combined", [made.combined()] * n) for n in (3, 4)]
    path.write_bytes(gzip.compress(lines[0]) + gzip.compress(lines[1]) + b"\0" * 512)
    assert take_in(snapshot, [str(path)], Settings()).sums["decided"] == 7


def test_a_zstd_of_several_frames_is_one_log(snapshot, tmp_path):
    zstandard = pytest.importorskip("zstandard")
    path = tmp_path / "a.log.zst"
    lines = made.text_of("combined", [made.combined()] * 3)
    pack = zstandard.ZstdCompressor().compress
    path.write_bytes(pack(lines) + pack(lines))
    assert take_in(snapshot, [str(path)], Settings()).sums["decided"] == 6
    path.write_bytes(pack(lines * 500)[:-20])
    with pytest.raises(LogBrokenError):
        take_in(snapshot, [str(path)], Settings())


def test_a_gzip_that_breaks_off_says_how_far_it_could_be_read(snapshot, tmp_path):
    path = tmp_path / "a.log.gz"
    rng = random.Random(5)  # noqa: S311 - lines, not secrets
    lines = [made.combined(target=f"/a/{rng.random()}") for _ in range(9000)]
    path.write_bytes(gzip.compress(made.text_of("combined", lines))[:-2000])
    with pytest.raises(LogBrokenError) as caught:
        take_in(snapshot, [str(path)], Settings())
    assert 1000 < caught.value.lines < 9000
    assert "breaks off" in str(caught.value)


def test_a_damaged_gzip_is_an_error(snapshot, tmp_path):
    path = tmp_path / "a.log.gz"
    packed = bytearray(gzip.compress(made.text_of("combined", [made.combined()] * 99)))
    packed[-6] ^= 1  # its checksum
    path.write_bytes(packed)
    with pytest.raises(LogBrokenError, match="damaged"):
        take_in(snapshot, [str(path)], Settings())


def test_what_is_no_log_is_an_error(snapshot, tmp_path):
    for name in (str(tmp_path), str(tmp_path / "absent")):
        with pytest.raises(LogUnreadableError):
            take_in(snapshot, [name], Settings())


def test_a_log_named_twice_would_count_twice(snapshot, tmp_path):
    path = tmp_path / "a.log"
    path.write_text(made.combined())
    with pytest.raises(LogUnreadableError, match="twice"):
        take_in(snapshot, [str(path), str(tmp_path / "." / "a.log")], Settings())


@pytest.mark.parametrize("how", ["cut", "replaced"])
def test_a_log_that_is_rotated_while_it_is_read_is_an_error(
    snapshot, tmp_path, monkeypatch, how
):
    path = tmp_path / "a.log"
    path.write_bytes(made.text_of("combined", [made.combined()] * 50))
    whole = sources.parts_of

    def rotated(*given):
        found = list(whole(*given))
        if how == "cut":
            path.write_bytes(b"")
        else:
            path.rename(tmp_path / "a.log.1")
            path.write_bytes(made.text_of("combined", [made.combined()] * 60))
        return iter(found)

    monkeypatch.setattr("gate.workbench.importing.intake.parts_of", rotated)
    with pytest.raises(LogChangedError):
        take_in(snapshot, [str(path)], Settings())


def test_a_line_that_is_being_written_is_read_to_its_end(
    snapshot, tmp_path, monkeypatch
):
    path = tmp_path / "a.log"
    text = made.text_of("combined", [made.combined()] * 3)
    path.write_bytes(text[:-90])
    whole = sources.parts_of

    def grown(*given):
        path.write_bytes(text * 2)
        return whole(*given)

    monkeypatch.setattr("gate.workbench.importing.intake.parts_of", grown)
    assert take_in(snapshot, [str(path)], Settings()).sums["decided"] == 3


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_standard_input_is_a_log(snapshot, monkeypatch, pack):
    content = made.text_of("combined", [made.combined()] * 5)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(content))))
    intake = take_in(snapshot, ["-"], Settings())
    assert (intake.files[0].format, intake.sums["decided"]) == ("combined", 5)


def test_too_much_that_is_unreadable_is_an_error(take):
    lines = [made.combined()] * 98 + ["x", ""]
    intake = take(made.text_of("combined", lines))
    intake.check(2)
    with pytest.raises(TooManyUnreadableError) as caught:
        intake.check(1)
    assert (caught.value.unreadable, caught.value.lines) == (1, 99)
    assert "a.log:99 (not_of_the_format)" in str(caught.value)


def test_a_real_log_is_accounted_for_to_the_last_line(snapshot):
    if not SHARED.is_file():
        pytest.skip(f"needs {SHARED.resolve()}, a log that may not be copied")
    sums = take_in(snapshot, [str(SHARED)], Settings(), jobs=2).sums
    assert sums["lines"] == 10_000
    assert sums["decided"] + sums["refused"] == 10_000  # line 8899 has no end
