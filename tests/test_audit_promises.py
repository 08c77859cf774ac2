"""Promises of a book, held against rows."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console
from test_audit_replay import (
    ACTS,
    BANNERS,
    EAST,
    MARK,
    ROW,
    SECTIONS,
    START,
    book_of,
    rule,
)

from gate.audit.rows import MERGED
from gate.model import Action, Activity, Area, Effective, Promise, Unknown, When
from gate.workbench.auditing.alike import add_up
from gate.workbench.auditing.ground import DAY, Ground
from gate.workbench.auditing.promises import kept, promises_table

READ = (Activity.READ,)
WARNED = ROW._replace(book="now", action="interstitial")
WARN = rule(then=Action.INTERSTITIAL)
AREA = Area(id="east", title="", versions=(EAST,), mark=MARK)


def promise(name="warned", **changes):
    fields = {
        "scope": When(activities=READ, areas=("east",)),
        "mark": MARK,
        "at_least": Action.INTERSTITIAL,
    }
    return Promise(id=name, **(fields | changes))


def ask(*rows, promises=None, areas=(AREA,)):
    """Return how promises fared over rows that other books may have decided."""
    book = book_of("now", areas, [WARN], (), BANNERS, promises or (promise(),))
    ground = Ground(
        book=book,
        formers={},
        sections=SECTIONS,
        acts=ACTS,
        config="config",
        builds={"database": START},
    )
    dated = [
        row._replace(
            areas_digest=row.areas_digest or book.areas_digest, database="database"
        )
        for row in rows
    ]
    return kept(ground, add_up([("2026-03-02", row) for row in dated], ground.edges))


def numbers(one):
    return {
        name: n
        for name, n in [
            ("kept", one.kept),
            ("broken", one.broken),
            ("perhaps", one.perhaps),
            ("doubtful", one.doubtful),
            *one.excused,
        ]
        if n
    }


EARLIER = WARNED._replace(book="earlier", action="banner")
PASSED = {"outcome": "passed"}

ROWS = [
    pytest.param(WARNED, {"kept": 20}, id="the notice was shown"),
    pytest.param(EARLIER, {"broken": 20}, id="an earlier book asked for less"),
    pytest.param(
        WARNED._replace(**PASSED), {"broken": 20}, id="it asked, and let through"
    ),
    pytest.param(
        WARNED._replace(outcome="served_without_notice", reason="E999"),
        {"broken": 20},
        id="a violation",
    ),
    *(
        pytest.param(
            WARNED._replace(reason=why, activity=act, **PASSED), {why: 20}, id=why
        )
        for why, act in [
            ("kind:asset", "read"),
            ("mode:observe", "read"),
            ("undeclared", "undeclared"),
        ]
    ),
    pytest.param(
        EARLIER._replace(reason="kind:asset", **PASSED),
        {"broken": 20},
        id="no excuse for a book that asked for less",
    ),
    pytest.param(
        EARLIER._replace(activity="share", section="other"), {}, id="another activity"
    ),
    pytest.param(
        EARLIER._replace(areas="", place="other", rules="default"),
        {},
        id="a place outside",
    ),
    pytest.param(WARNED._replace(areas="east:possible"), {}, id="only possible"),
    pytest.param(
        EARLIER._replace(place="not_in_database", areas=""), {}, id="an unknown place"
    ),
    pytest.param(
        WARNED._replace(reason=MERGED, rules=MERGED), {"perhaps": 20}, id="merged"
    ),
    pytest.param(
        EARLIER._replace(place=MERGED, areas=MERGED, membership=MERGED),
        {"perhaps": 20, "doubtful": 20},
        id="merged places, and less",
    ),
    pytest.param(
        WARNED._replace(action=MERGED), {"perhaps": 20, "doubtful": 20}, id="action"
    ),
    pytest.param(
        WARNED._replace(outcome="gap"), {"perhaps": 20, "doubtful": 20}, id="a gap"
    ),
    pytest.param(WARNED._replace(outcome="refused", reason="E421"), {}, id="refused"),
]


@pytest.mark.parametrize(("row", "expected"), ROWS)
def test_a_row_keeps_or_breaks_a_promise_or_cannot_tell(row, expected):
    (one,) = ask(row)
    assert numbers(one) == expected


HELP = When(activities=READ, areas=("east",), except_paths=("/a/b/help/**",))

SCOPES = [
    pytest.param({"scope": HELP}, WARNED, {"perhaps": 20}, id="a part of the section"),
    pytest.param(
        {"scope": HELP}, WARNED._replace(section="other"), {"kept": 20}, id="elsewhere"
    ),
    pytest.param(
        {"effective": Effective(since=START + DAY + 60)},
        WARNED,
        {"perhaps": 20},
        id="from a minute after midnight",
    ),
    pytest.param(
        {"effective": Effective(since=START + 2 * DAY)}, WARNED, {}, id="from tomorrow"
    ),
    pytest.param(
        {"scope": When(activities=READ, outside_areas=("east",)), "at_least": None}
        | {"at_most": Action.PASS},
        ROW._replace(
            book="earlier", place="other", areas="", action="banner", rules="x"
        ),
        {"broken": 20},
        id="too strict outside",
    ),
    pytest.param(
        {"scope": When(activities=READ, outside_areas=("east",)), "at_least": None}
        | {"at_most": Action.PASS},
        ROW._replace(
            book="earlier", place="bad_address", areas="", rules="unknown:bad_address"
        ),
        {},
        id="an unknown place is not outside",
    ),
    pytest.param(
        {"scope": When(activities=READ, unknown=(Unknown.BAD_ADDRESS,))}
        | {"at_least": Action.BANNER},
        ROW._replace(
            book="now", place="bad_address", areas="", rules="unknown:bad_address"
        ),
        {"kept": 20},
        id="an unknown place",
    ),
]


@pytest.mark.parametrize(("changes", "row", "expected"), SCOPES)
def test_what_a_promise_speaks_of_is_seen_in_rows(changes, row, expected):
    (one,) = ask(row, promises=[promise(**changes)])
    assert numbers(one) == expected


def test_areas_of_another_book_are_not_taken_for_those_of_this_one():
    (one,) = ask(EARLIER._replace(areas_digest="others", place="AA-1"))
    assert numbers(one) == {"broken": 20}  # all of AA belongs, however it was drawn
    (one,) = ask(EARLIER._replace(areas_digest="others", place="other"))
    assert numbers(one) == {"perhaps": 20, "doubtful": 20}


def test_broken_promises_come_first_with_what_broke_them():
    fared = ask(
        WARNED,
        EARLIER._replace(n=30, section="help"),
        promises=[promise("at-most", at_least=None, at_most=Action.BLOCK), promise()],
    )
    assert [one.promise for one in fared] == ["warned", "at-most"]
    (breach,) = fared[0].breaches
    assert (breach.section, breach.action, breach.n) == ("help", "banner", 30)
    assert fared[0].asked == "at least interstitial"


def test_the_table_hides_small_numbers_and_so_does_json():
    fared = ask(WARNED, EARLIER._replace(n=7))
    console = Console(width=100, record=True, file=StringIO())
    console.print(promises_table(fared))
    text = console.export_text()
    assert "<10" in text
    assert "20" in text
    plain = fared[0].plain()
    assert (plain["broken"], plain["breaches"][0]["n"]) == ("<10", "<10")
