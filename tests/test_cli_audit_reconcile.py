"""gate audit reconcile: sealed totals against somebody else's count."""

from __future__ import annotations

import json
import re
import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import import_lines as made
import pytest
from click.testing import CliRunner
from recipes import fronted, recipes  # noqa: F401 - fixtures

from gate.audit.header import Header
from gate.cli import main
from gate.errors import TotalsUnreadableError
from gate.workbench.auditing.reconciling import Day, Sealed, read_totals

DAY = "2026-11-21"
HEADER = Header(
    segment=0,
    site="news.example",
    what="period",
    period=DAY,
    first=0,
    rows=1,
    total=1000,
    least=10,
    merged_cells=0,
    merged_decisions=0,
    gaps=0,
    violations=0,
    late=0,
    tables=(),
    settings={"mode": "enforce", "period": "day", "cache": "private",
              "on_failure": "serve"},
    gate="0.1.0",
    details={},
    previous="0" * 64,
    nonce="0" * 32,
)  # fmt: skip


def sealed_log(folder, *headers):
    """Write what a log has in its headers; nothing else of it is asked."""
    (folder / "rows").mkdir(parents=True)
    for header in headers:
        own = folder / "sites" / header.site / "segments"
        own.mkdir(parents=True, exist_ok=True)
        (own / f"{header.segment:06}.json").write_bytes(header.line())
    return folder


@pytest.fixture
def run(tmp_path):
    def run(totals, *more, headers=(HEADER,)):
        folder = tmp_path / f"log-{time.monotonic_ns()}"
        sealed_log(folder, *headers)
        path = tmp_path / "totals.csv"
        path.write_text(totals)
        words = ["audit", "reconcile", str(folder), f"--totals={path}", *more]
        return CliRunner().invoke(main, words)

    return run


CASES = {
    "the same": (1000, 0, "agrees", "+0"),
    "a few more": (1009, 0, "agrees", "<10"),
    "a few less": (991, 0, "agrees", "<10"),
    "one per cent more": (1010, 0, "agrees", "+10"),
    "more than that": (1011, 1, "never saw", "+11"),
    "the other side missed some": (900, 1, "missed requests", "-100"),
}


@pytest.mark.parametrize(
    ("other", "code", "verdict", "told"), CASES.values(), ids=CASES
)
def test_a_day_agrees_within_the_tolerance(run, other, code, verdict, told):
    result = run(f"day,requests\n{DAY},{other}\n")
    assert result.exit_code == code
    assert told in result.output
    assert verdict.split()[0] in result.output


def test_days_missing_on_either_side_are_named(run):
    later = replace(HEADER, segment=1, period="2026-11-22")
    result = run(
        "day,requests\n2026-11-20,5\n2026-11-21,1000\n", headers=(HEADER, later)
    )
    assert result.exit_code == 1
    assert re.search(r"2026-11-20 +none +5 .*MISSING", result.output)
    assert re.search(r"2026-11-22 +1,000 +none .*MISSING", result.output)


def test_small_differences_are_not_told_in_json(run):
    (found,) = json.loads(run(f"day,requests\n{DAY},1003\n", "--json").stdout)
    assert (found["difference"], found["percent"]) == ("<10", None)
    assert found["agrees"]


def test_gaps_and_late_counts_are_explained(run):
    header = replace(HEADER, gaps=-1, late=40)
    output = " ".join(
        run(f"day,requests\n{DAY},1000\n", headers=(header,)).output.split()
    )
    assert "a few (<10)" in output
    assert "40 made on another day" in output


def test_logs_of_replicas_are_added_up(run):
    other = replace(HEADER, site="other.example", total=500)
    assert run(f"day,requests\n{DAY},1500\n", headers=(HEADER, other)).exit_code == 0
    one = ("--site=news.example",)
    assert (
        run(f"day,requests\n{DAY},1000\n", *one, headers=(HEADER, other)).exit_code == 0
    )


def test_days_can_be_left_out(run):
    totals = f"day,requests\n2026-11-20,5\n{DAY},1000\n"
    assert run(totals, f"--since={DAY}").exit_code == 0
    assert run(totals, "--until=2026-11-20").exit_code == 1


def test_no_day_at_all_is_not_agreement(run):
    assert run(f"day,requests\n{DAY},1000\n", "--since=2027-01-01").exit_code == 1


def test_an_import_is_another_side(tmp_path, make_config):
    log, out = tmp_path / "a.log", tmp_path / "out"
    log.write_bytes(made.text_of("combined", [made.combined()] * 50))
    words = ["audit", "import", str(log), f"--to={out}", f"--config={make_config()}"]
    assert CliRunner().invoke(main, words).exit_code == 0
    folder = sealed_log(
        tmp_path / "log", replace(HEADER, period="2026-09-21", total=50)
    )
    words = ["audit", "reconcile", str(folder), f"--imported={out}"]
    assert CliRunner().invoke(main, words).exit_code == 0


def test_one_other_side_must_be_named(tmp_path):
    folder = sealed_log(tmp_path / "log", HEADER)
    assert CliRunner().invoke(main, ["audit", "reconcile", str(folder)]).exit_code == 2


FORMS = {
    "csv": f"day,requests\n{DAY},7\n2026-11-22,8\n",
    "csv with other columns": f"Host,Date,Count\nx,{DAY},7\nx,2026-11-22,8\n",
    "csv with times": f"timestamp,total\n{DAY}T01:00:00Z,3\n{DAY}T23:00:00Z,4\n"
    "2026-11-22T00:00:00Z,8\n",
    "json list": json.dumps(
        [{"day": DAY, "requests": 7}, {"day": "2026-11-22", "requests": "8"}]
    ),
    "json object": json.dumps({DAY: 7, "2026-11-22": 8}),
    "graphql": json.dumps(
        {"data": {"viewer": {"zones": [{"httpRequests1dGroups": [
            {"dimensions": {"date": DAY}, "sum": {"requests": 7}},
            {"dimensions": {"date": "2026-11-22"}, "sum": {"requests": 8}},
        ]}]}}}
    ),
    "times": f"{DAY}T10:00:00+00:00\n" * 7 + "2026-11-22T00:00:00+00:00\n" * 8,
    "times of another zone": f"{DAY}T23:59:59-01:00\n" * 8
    + f"{DAY}T02:00:00+03:00\n" * 0 + f"{DAY}T03:00:00+03:00\n" * 7,
    "times in brackets": "[21/Nov/2026:10:00:00 +0000]\n" * 7
    + "[22/Nov/2026:10:00:00 +0000]\n" * 8,
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_totals_are_read_in_every_documented_form(tmp_path, text):
    path = tmp_path / "totals"
    path.write_text(text)
    assert read_totals(path, "auto") == {DAY: 7, "2026-11-22": 8}


WRONG = {
    "nothing": "",
    "no heading": f"{DAY};7\n",
    "no such day": "day,requests\n2026-02-31,7\n",
    "no number": f"day,requests\n{DAY},many\n",
    "negative": f"day,requests\n{DAY},-7\n",
    "JSON without days": '{"a": [1, 2]}',
    "torn JSON": "[{",
    "JSON without counts": json.dumps([{"day": DAY}]),
    "nested without end": "[" * 100_000,
    "nested and whole": "[" * 900 + "]" * 900,
    "a line without end": f"{DAY}T10:00:00Z\n" + " " * 5_000 + f"{DAY}T10:00:00Z\n",
    "a time and no end": f"{DAY}T10:00:00Z" + " " * 50 + "x" * 10_000,
    "not a time": f"{DAY}T10:00:00Z\nfoo\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_totals_that_cannot_be_read_are_an_error(tmp_path, text):
    path = tmp_path / "totals"
    path.write_text(text)
    with pytest.raises(TotalsUnreadableError):
        read_totals(path, "auto")


def test_an_endless_line_is_not_read_into_memory(tmp_path):
    path = tmp_path / "totals"
    with path.open("wb") as file:
        file.write(f"{DAY}T10:00:00Z\n".encode())
        file.truncate(256 << 20)
    tracemalloc.start()
    with pytest.raises(TotalsUnreadableError):
        read_totals(path, "times")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1 << 20


def test_a_share_is_of_the_greater_side_and_of_nothing_is_none():
    assert Day(day=DAY, sealed=Sealed(total=0), other=0).share == 0
    assert Day(day=DAY, sealed=Sealed(total=50), other=100).share == 50
    assert Day(day=DAY, sealed=None, other=1).share is None


FORMAT = 'log_format gate_times "$time_iso8601";'
MAP = "map $request_uri $gate_counts { default 1; ~^/-/ 0; }"
LOG = "access_log FILE gate_times if=$gate_counts;"


def test_times_that_a_real_nginx_writes_reconcile_with_the_gates_own_count(
    fronted,  # noqa: F811
    recipes,  # noqa: F811
    tmp_path,
):
    words = ["audit", "reconcile", "--help"]
    help_text = " ".join(CliRunner().invoke(main, words).output.split())
    file = "/var/log/nginx/gate-times.log"
    for line in (FORMAT, MAP, LOG.replace("FILE", file)):
        assert line in help_text

    def edit(folder):
        path = folder / "gate.conf"
        also = LOG.replace("FILE", f"{folder}/times.txt")
        text = re.sub("access_log [^;]+;", rf"\g<0> {also}", path.read_text())
        assert also in text
        path.write_text(f"{FORMAT}\n{MAP}\n{text}")

    _not_near_midnight()
    front = fronted("nginx", edit=edit, server={"workers": 1})  # its total is exact
    for number in range(200):
        reader = (recipes.MOSCOW, recipes.BERLIN)[number % 2]
        front.ask(path=f"/a/{number}", reader=reader)
    front.ask(path="/-/leave")
    counted = counts_of(front.config)
    deadline = time.monotonic() + 20
    while counted.total() < 200 and time.monotonic() < deadline:
        time.sleep(0.2)  # until the gate has told its newest state
        counted = counts_of(front.config)
    assert counted.total() == 200
    today = datetime.now(UTC).date().isoformat()
    other = read_totals(front.folder / "times.txt", "auto")
    assert other == {today: 200}
    text = (front.folder / "times.txt").read_text()
    assert recipes.MOSCOW not in text
    log = sealed_log(tmp_path / "log", replace(HEADER, period=today, total=200))
    words = ["audit", "reconcile", str(log), f"--totals={front.folder / 'times.txt'}"]
    assert CliRunner().invoke(main, words).exit_code == 0


def _not_near_midnight():
    now = datetime.now(UTC)
    if (now + timedelta(seconds=30)).date() != now.date():
        time.sleep(30)


def counts_of(config):
    """What the running gate says that it has decided, in tens."""
    words = ["status", f"--config={config}", "--json"]
    found = Counter()
    for report in json.loads(CliRunner().invoke(main, words).stdout):
        found[report["pid"]] += report["total"]
    return found
