"""gate upcoming: dates that somebody must know of, also in a calendar."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gate.cli import main
from gate.cli.upcoming import _show as show
from gate.model import Mark
from gate.notices import aged, load_notices
from gate.rules import lint, load_book
from gate.workbench.upcoming.calendar import calendar
from gate.workbench.upcoming.events import Event, Sort, Sources, upcoming

HERE = Path(__file__).parent.parent
DAY = 86_400
BOOK = """\
format: rules/1
owner: desk@example.org
unknown:
  notice: warning
  not_in_database: banner
  database_unusable: banner
  max_age_days: 400
  private_address: banner
  bad_address: banner
  anonymous_network: banner
rules:
  - id: spring
    title: A campaign
    because: A case
    when: {areas: [moving]}
    then: banner
    notice: warning
    effective: {from: "2026-03-01T00:00:00+03:00", until: "2026-04-01T00:00:00+03:00"}
exemptions:
  - id: calm
    relaxes: [spring]
    to: pass
    when: {}
    because: A case
    approved_by: desk@example.org
    effective: {until: "2026-03-20T00:00:00Z"}
promises:
  - id: vow
    for: {}
    at_most: banner
    from: "2026-02-10T00:00:00Z"
    until: "2026-03-10T12:30:00Z"
"""
AREAS = """\
format: areas/1
areas:
  moving:
    title: What moves
    versions:
      - since: "2020-01-01T00:00:00Z"
        as_of: "2025-08-20"
        whole: [GE]
      - since: "2026-03-05T00:00:00Z"
        as_of: "2026-02-01"
        whole: [GE, MD]
"""


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = at("2026-02-01T00:00:00")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    (folder / "rules.yaml").write_text(BOOK, "utf-8")
    (folder / "areas.yaml").write_text(AREAS, "utf-8")
    found, findings = load_book(folder)
    assert found is not None, findings
    return found


@pytest.fixture(scope="module")
def notices():
    return load_notices(HERE / "rules" / "notices")[0]


@pytest.fixture
def sources(book):
    return Sources(book=book, notices={}, databases=(), review_days=180)


def told(events):
    return [(str(e.sort), e.subject, e.name, e.at) for e in events]


def test_all_that_starts_and_ends_is_listed_by_its_date(sources):
    assert told(upcoming(sources, NOW, 90)) == [
        ("starts", "promise", "vow", at("2026-02-10T00:00:00")),
        ("review", "area", "moving", at("2026-02-17T00:00:00")),
        ("starts", "rule", "spring", at("2026-02-28T21:00:00")),
        ("starts", "area", "moving", at("2026-03-05T00:00:00")),
        ("ends", "promise", "vow", at("2026-03-10T12:30:00")),
        ("ends", "exemption", "calm", at("2026-03-20T00:00:00")),
        ("ends", "rule", "spring", at("2026-03-31T21:00:00")),
    ]


def test_the_last_day_is_inside_and_the_next_second_is_not(sources):
    names = [e.name for e in upcoming(sources, at("2026-02-09T00:00:00"), 1)]
    assert names == ["vow"]
    assert upcoming(sources, at("2026-02-08T23:59:59"), 1) == []


def test_what_has_begun_and_ended_is_past(sources):
    later = upcoming(sources, at("2026-04-02T00:00:00"), 100)
    assert told(later) == []


def test_a_review_that_is_overdue_stays_until_somebody_looks(sources):
    found = upcoming(sources, at("2026-03-01T00:00:00"), 0)
    assert told(found) == [("review", "area", "moving", at("2026-02-17T00:00:00"))]


def test_a_review_is_due_on_the_day_on_which_the_check_warns(book, sources):
    due = next(e for e in upcoming(sources, NOW, 90) if e.sort is Sort.REVIEW)
    for moment, expected in ((due.at - 1, False), (due.at, True)):
        found = lint(book, notices={"warning"}, now=moment, review_days=180)
        assert ("R017" in {finding.code for finding in found}) is expected


@pytest.mark.parametrize(
    ("as_of", "months", "due"),
    [
        ("2026-01-27", 12, "2027-01-27"),
        ("2026-01-31", 1, "2026-03-01"),
        ("2026-01-31", 13, "2027-03-01"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-10-31", 1, "2026-12-01"),
    ],
)
def test_a_law_is_due_on_the_day_on_which_the_check_warns(
    as_of, months, due, sources, notices
):
    notice = next(iter(notices.values()))
    regime = replace(notice.regime, as_of=as_of, review_months=months)
    old = {"one": replace(notice, regime=regime)}
    found = upcoming(replace(sources, notices=old), NOW, 3650)
    (event,) = [e for e in found if e.subject == "regime"]
    assert datetime.fromtimestamp(event.at, UTC).date() == date.fromisoformat(due)
    assert (aged(old, event.at - 1), bool(aged(old, event.at))) == ([], True)


def test_a_database_is_told_before_it_is_too_old(sources):
    built = NOW - 390 * DAY
    found = upcoming(replace(sources, databases=(("City.mmdb", built),)), NOW, 10)
    event = next(e for e in found if e.subject == "database")
    assert event.at == built + 400 * DAY
    assert "every reader then meets banner at least" in event.says


def test_a_database_without_a_date_has_none(sources):
    found = upcoming(replace(sources, databases=(("City.mmdb", 0),)), NOW, 3650)
    assert "database" not in {event.subject for event in found}


# Calendars.


def parsed(content):
    """Read an iCalendar file strictly, as RFC 5545 has it."""
    assert content.endswith(b"\r\n")
    raw = content[:-2].split(b"\r\n")
    assert all(
        len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in raw
    )
    lines = []
    for line in raw:
        if line[:1] == b" ":
            lines[-1] += line[1:]
        else:
            lines.append(line)
    rows = []
    for line in lines:
        found = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[A-Z-]+)*):(.*)", line.decode())
        assert found, line
        rows.append(found.groups())
    return rows


def unescaped(text):
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", text)
    assert not re.search(r"(?<!\\)(\\\\)*\\[^\\;,n]", text)
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text)


def events_in(rows):
    names = [name for name, _, _ in rows]
    assert names[:3] == ["BEGIN", "VERSION", "PRODID"]
    assert (rows[0][2], rows[1][2], rows[-1]) == (
        "VCALENDAR",
        "2.0",
        ("END", "", "VCALENDAR"),
    )
    found = []
    for name, parameters, value in rows[3:-1]:
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({})
        elif (name, value) != ("END", "VEVENT"):
            assert name not in found[-1]
            found[-1][name] = parameters, value
    return found


def test_a_calendar_reads_every_event(sources):
    events = upcoming(sources, NOW, 90)
    found = events_in(parsed(calendar(events, NOW)))
    assert len(found) == len(events)
    assert len({event["UID"] for event in found}) == len(events)
    for row, event in zip(found, events, strict=True):
        assert set(row) >= {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION"}
        kind = "%Y%m%d" if event.whole_day else "%Y%m%dT%H%M%SZ"
        start = datetime.strptime(row["DTSTART"][1], kind).replace(tzinfo=UTC)
        assert row["DTSTART"][0] == (";VALUE=DATE" if event.whole_day else "")
        assert start.timestamp() == event.at
        assert unescaped(row["SUMMARY"][1]) == event.says
        assert unescaped(row["DESCRIPTION"][1]) == f"{event.remedy}\n{event.mark}"


def test_a_second_import_is_not_a_second_event(sources):
    events = upcoming(sources, NOW, 90)
    first, second = (
        [row["UID"] for row in events_in(parsed(calendar(events, moment)))]
        for moment in (NOW, NOW + DAY)
    )
    assert first == second


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_any_text_survives_the_calendar(text):
    event = Event(
        at=NOW,
        sort=Sort.ENDS,
        subject="rule",
        name=text,
        says=text,
        remedy="a;b,c\\n",
        mark=Mark(file="rules.yaml"),
    )
    (row,) = events_in(parsed(calendar([event], NOW)))
    assert unescaped(row["SUMMARY"][1]) == text
    assert unescaped(row["DESCRIPTION"][1]) == "a;b,c\\n\nrules.yaml"


# The command, in the shipped book.


def ask(*arguments):
    return CliRunner().invoke(
        main, ["upcoming", "--config", str(HERE), "--at", "2027-06-10", *arguments]
    )


def test_people_read_when_what_where_and_what_to_do():
    done = ask()
    assert done.exit_code == 0, done.output
    assert 'The exemption "safety-pages" ends.' in done.output
    assert "2027-07-01 00:00 UTC+3" in done.output
    assert "in 20 days" in done.output
    assert "days late" in done.output
    assert re.search(r"undesirable-organization\.yaml:\d+:\d+", done.output)
    assert done.output.splitlines()[-1].endswith("in the next 30 days.")
    heads = [line for line in done.output.splitlines()[:-1] if line[:1].isdigit()]
    columns = {re.search(r"in \d+ day|\d+ days? late", line).start() for line in heads}
    assert len(columns) == 1  # days and moments take the same room


def test_no_event_can_forge_a_line(capsys):
    forged = "a\n::stop-commands::x"
    event = Event(
        at=NOW,
        sort=Sort.ENDS,
        subject="rule",
        name="a",
        says=forged,
        remedy=forged,
        mark=Mark(file=forged),
    )
    show([event], NOW, 1)
    told = capsys.readouterr().out
    assert (told.count("a\\n::stop-commands::x"), "\n::" in told) == (3, False)


def test_programs_read_the_same():
    rows = json.loads(ask("--json").output)
    (row,) = [row for row in rows if row["id"] == "safety-pages"]
    assert (row["at"], row["days"]) == ("2027-06-30T21:00:00Z", 20)
    assert (row["what"], row["subject"]) == ("ends", "exemption")
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_calendars_read_the_same():
    done = CliRunner().invoke(
        main, ["upcoming", "--config", str(HERE), "--at", "2027-06-10", "--ics"]
    )
    rows = events_in(parsed(done.stdout_bytes))
    assert 'The exemption "safety-pages" ends.' in {row["SUMMARY"][1] for row in rows}


@pytest.mark.parametrize(
    ("moment", "days", "code"),
    [
        pytest.param("2026-03-01", "30", 0, id="nothing is due"),
        pytest.param("2026-05-30", "30", 0, id="a start needs nobody"),
        pytest.param("2027-06-10", "30", 1, id="an exemption ends"),
    ],
)
def test_a_reminder_fails_where_somebody_must_decide(moment, days, code):
    done = CliRunner().invoke(
        main,
        ["upcoming", "--config", str(HERE), "--at", moment, "--fail-within", days],
    )
    assert done.exit_code == code, done.output
    assert re.search(rf" in the next {days} days?\.$|today\.$", done.output.strip())


def test_two_forms_at_once_are_refused():
    assert ask("--json", "--ics").exit_code == 2
