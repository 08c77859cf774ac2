"""Every question, asked of small logs by DuckDB."""

from __future__ import annotations

import duckdb
import ibis
import pytest
from asked_logs import PLAIN, RUSSIA, SERVED, SITE, row
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.audit import Outcome
from gate.audit.questions import MERGEABLE, QUESTIONS, within
from gate.audit.rows import COLUMNS, MERGED, Row
from gate.audit.sums import PARTS
from gate.model import Unknown
from gate.workbench.auditing import words as report_words

TWO = PLAIN._replace(
    place="UA-14",
    areas="donbas:possible,russia:yes",
    rules="a,b",
    outcome="covered",
    action="banner",
)


SCHEMA = {n: "int64" if n in {"n", "segment"} else "string" for n in COLUMNS}
COUNTS = ibis.table(SCHEMA, name="counts")


def asked(question, **days):
    """Answer an expression over the rows of days."""
    kinds = ", ".join(
        f'"{name}" {"BIGINT" if kind == "int64" else "VARCHAR"}'
        for name, kind in SCHEMA.items()
    )
    marks = ", ".join("?" * len(SCHEMA))
    insert = f"INSERT INTO counts VALUES ({marks})"  # noqa: S608
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE counts ({kinds})")
        for day, rows in days.items():
            for one in rows:
                own = {"site": SITE, "month": day[:7], "day": day, "segment": 0}
                told = {**own, "period": day, "nonce": "", **one._asdict()}
                values = [told[name] for name in SCHEMA]
                connection.execute(insert, values)
        found = connection.execute(ibis.to_sql(question, dialect="duckdb"))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def ask(name, *rows, **days):
    """Ask a question of one day, or of several days."""
    told = days or {"2026-11-01": list(rows)}
    return asked(QUESTIONS[name].ask(COUNTS), **told)


def parts_of(found):
    return {name: found[name] for name in PARTS if found[name]}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_log_without_rows_gives_an_empty_answer_and_no_error(name):
    answer = ask(name)
    if name in {"total", "merged"}:
        assert [v for v in answer[0].values() if v] == []
    else:
        assert answer == []


@pytest.mark.parametrize("outcome", [*map(str, Outcome), MERGED, "of tomorrow"])
@pytest.mark.parametrize("reason", ["", MERGED, "mode:observe", "kind:asset"])
def test_every_outcome_is_exactly_one_part_of_the_total(outcome, reason):
    found = ask("total", row(outcome=outcome, reason=reason, n=17))[0]
    assert list(parts_of(found).values()) == [17]
    assert found["total"] == 17


def test_passing_while_only_watching_is_told_apart_from_passing_for_a_reason():
    found = ask(
        "total",
        row(n=11),
        row(reason="mode:observe", n=12),
        row(reason="kind:asset", n=13),
    )[0]
    assert parts_of(found) == {"passed": 11, "observed": 12, "passed_because": 13}


def test_a_decision_in_two_areas_stands_with_both():
    found = {(one["area"], one["certainty"]): one["total"] for one in ask("areas", TWO)}
    assert found == {("donbas", "possible"): 10, ("russia", "yes"): 10}


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        pytest.param("", ("", ""), id="in no area"),
        pytest.param("*", ("*", "*"), id="merged"),
    ],
)
def test_no_area_and_merged_areas_are_groups_of_their_own(areas, expected):
    found = ask("areas", row(areas=areas))
    assert [(one["area"], one["certainty"]) for one in found] == [expected]


@pytest.mark.parametrize("place", [*map(str, Unknown), "", MERGED])
def test_a_place_that_is_not_known_is_never_told_as_in_no_area(place):
    found = ask("areas", row(n=11), row(place=place, n=12))
    told = {report_words.of_area(one): one["total"] for one in found}
    assert told.pop("in no area, reading") == 11
    ((name, n),) = told.items()
    assert n == 12
    assert name.startswith(("place unknown", "place not recorded", "no area named"))


@pytest.mark.parametrize(
    ("activity", "doing"),
    [
        ("read", "reading"),
        ("share", "acting"),
        ("donate", "acting"),
        ("undeclared", "undeclared"),
        ("*", "*"),
    ],
)
def test_reading_and_acting_are_told_apart(activity, doing):
    assert ask("areas", row(activity=activity))[0]["doing"] == doing


def test_a_decision_of_two_rules_stands_with_both():
    assert [one["rule"] for one in ask("rules", TWO)] == ["a", "b"]


def test_violations_are_named_with_day_and_place():
    found = ask("violations", SERVED._replace(n=14), RUSSIA)
    assert [(one["day"], one["place"], one["n"]) for one in found] == [
        ("2026-11-01", "RU", 14)
    ]


def test_violations_say_which_gate_and_why():
    found = ask("violations", SERVED._replace(reason="E505", gate="0.2.0"))
    assert [(one["reason"], one["gate"]) for one in found] == [("E505", "0.2.0")]


def test_a_label_in_different_areas_stands_once_for_each():
    both = RUSSIA._replace(areas="held:yes,russia:yes", n=12)
    found = ask("located", RUSSIA, both)
    assert [(one["place"], one["areas"], one["total"]) for one in found] == [
        ("RU", "held:yes,russia:yes", 12),
        ("RU", "russia:yes", 10),
    ]


def test_unknown_places_are_told_by_their_reason():
    found = ask("unknown", row(place="private_address"), row(place="RU"), RUSSIA)
    assert [one["place"] for one in found] == ["private_address"]


def test_each_day_has_its_sums():
    found = ask("days", **{"2026-11-01": [PLAIN], "2026-11-03": [RUSSIA]})
    assert [(one["day"], one["covered"]) for one in found] == [
        ("2026-11-01", 0),
        ("2026-11-03", 10),
    ]


def test_each_version_has_its_first_and_last_day():
    found = ask(
        "versions",
        **{
            "2026-11-01": [PLAIN],
            "2026-11-02": [PLAIN, row(book="e" * 64, database="")],
            "2026-11-04": [row(book="e" * 64, database="")],
        },
    )
    told = {(one["what"], one["version"][:1]): one for one in found}
    assert (told["book", "b"]["first"], told["book", "b"]["last"]) == (
        "2026-11-01",
        "2026-11-02",
    )
    assert (told["book", "e"]["last"], told["book", "e"]["n"]) == ("2026-11-04", 20)
    assert told["database", ""]["n"] == 20


@pytest.mark.parametrize(
    ("action", "shadow", "change"),
    [
        ("pass", "banner", "stricter"),
        ("banner", "block", "stricter"),
        ("interstitial", "interstitial", "same"),
        ("block", "pass", "weaker"),
        ("*", "block", "*"),
        ("pass", "*", "*"),
    ],
)
def test_shadow_rules_say_what_they_would_change(action, shadow, change):
    found = ask("shadows", row(action=action, shadow=shadow, shadow_rules="s"), PLAIN)
    assert [(one["change"], one["n"]) for one in found] == [(change, 10)]


def test_refusals_and_gaps_are_told_with_their_reason():
    found = ask(
        "lost",
        row(outcome="refused", reason="E403"),
        row(outcome="gap", reason="overflow", n=12),
        PLAIN,
    )
    assert [(one["outcome"], one["reason"], one["n"]) for one in found] == [
        ("gap", "overflow", 12),
        ("refused", "E403", 10),
    ]


def test_merged_columns_are_counted_each_and_together():
    found = ask("merged", row(section="*", n=10), row(section="*", door="*", n=30))[0]
    assert (found["section"], found["door"], found["any"], found["rows"]) == (
        40,
        30,
        40,
        2,
    )
    assert found["place"] == 0


@pytest.mark.parametrize(
    ("since", "until", "total"),
    [
        ("", "", 30),
        ("2026-11-02", "", 20),
        ("", "2026-11-02", 20),
        ("2026-11-02", "2026-11-02", 10),
    ],
)
def test_days_at_both_ends_are_included(since, until, total):
    days = {f"2026-11-0{day}": [PLAIN] for day in (1, 2, 3)}
    question = QUESTIONS["total"].ask(within(COUNTS, since, until))
    assert asked(question, **days)[0]["total"] == total


words = st.sampled_from(["", "*", "a", "russia:yes", "x,y", "covered", "block", "read"])
rows = st.lists(
    st.builds(Row, *[words] * (len(Row._fields) - 1), st.integers(1, 2**40)),
    max_size=6,
)


@settings(deadline=None, max_examples=8)
@given(rows)
def test_whatever_rows_hold_the_parts_add_up_to_the_total(found):
    for name in ("total", "areas", "rules", "days"):
        for told in ask(name, *found):
            assert sum(told[part] for part in PARTS) == (told["total"] or 0)


def test_the_mergeable_columns_are_those_of_a_row_that_are_text():
    assert set(MERGEABLE) == set(Row._fields) - {"n"}


@pytest.mark.parametrize("dialect", ["pyspark", "clickhouse", "trino", "bigquery"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_can_be_said_in_other_dialects(name, dialect):
    sql = ibis.to_sql(QUESTIONS[name].ask(COUNTS), dialect=dialect)
    assert "ASOF" not in str(sql).upper()
    assert "counts" in str(sql)
