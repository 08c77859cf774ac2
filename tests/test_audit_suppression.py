"""What is merged before it is sealed: nothing small can be told apart afterwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.audit.rows import MERGED, Row
from gate.audit.suppression import LADDER, UNTOLD, suppress, told

PLAIN = Row(
    hour="",
    place="RU",
    areas="russia:yes",
    membership="yes",
    door="wsgi",
    activity="read",
    section="news",
    action="interstitial",
    outcome="covered",
    reason="",
    rules="warn",
    shadow="pass",
    shadow_rules="",
    book="b1",
    areas_digest="a1",
    database="d1",
    notices="n1",
    config="c1",
    gate="g1",
    n=0,
)
VIOLATION, GAP = "served_without_notice", "gap"


def cell(n, **changed):
    return PLAIN._replace(n=n, **changed)


def shown(found, *columns):
    return [(*(getattr(row, name) for name in columns), row.n) for row in found.rows]


cells = st.builds(
    cell,
    n=st.one_of(st.integers(1, 12), st.sampled_from([1, 1, 9, 9, 10, 11, 500])),
    hour=st.sampled_from(["00", "01"]),
    activity=st.sampled_from(["read", "like"]),
    section=st.sampled_from(["news", "other"]),
    place=st.sampled_from(["RU", "UA-43", "other"]),
    reason=st.sampled_from(["", "kind:asset"]),
    book=st.sampled_from(["b1", "b2"]),
    outcome=st.sampled_from(["covered", "passed", VIOLATION, GAP]),
)
tables = st.lists(cells, max_size=40)
leasts = st.sampled_from([3, 4, 10])


def test_the_ladder_names_every_column_once():
    names = [name for step in LADDER for name in step]
    assert sorted([*names, "n"]) == sorted(Row._fields)


@pytest.mark.parametrize(
    ("counts", "columns", "rows"),
    [
        pytest.param([], ("place",), [], id="an empty period has no row"),
        pytest.param(
            [cell(10), cell(25, place="DE")],
            ("place",),
            [("DE", 25), ("RU", 10)],
            id="what holds k stays as it is",
        ),
        pytest.param(
            [cell(40), cell(5, hour="01"), cell(7, hour="02")],
            ("hour",),
            [("", 40), (MERGED, 12)],
            id="hours go first",
        ),
        pytest.param(
            [cell(40), cell(5, activity="like"), cell(7, activity="save")],
            ("activity", "section"),
            [(MERGED, "news", 12), ("read", "news", 40)],
            id="then activities, and the section stays",
        ),
        pytest.param(
            [cell(40), cell(5, section="a"), cell(7, section="b")],
            ("section", "place"),
            [(MERGED, "RU", 12), ("news", "RU", 40)],
            id="then sections, and the place stays",
        ),
        pytest.param(
            [cell(40), cell(5, place="UA-43"), cell(7, place="UA-09")],
            ("place", "areas", "book"),
            [(MERGED, "russia:yes", "b1", 12), ("RU", "russia:yes", "b1", 40)],
            id="then places, and an area that all share stays",
        ),
        pytest.param(
            [cell(40), cell(50, place="DE"), cell(3, place="other")],
            ("place",),
            [(MERGED, 53), ("RU", 40)],
            id="what is left over joins the row most like it, whatever its size",
        ),
        pytest.param(
            [cell(1, place=f"{n}") for n in range(10)] + [cell(30)],
            ("place",),
            [(MERGED, 40)],
            id="ten cells of one are not a row of ten",
        ),
        pytest.param(
            [cell(9, place="A"), cell(9, place="B"), cell(30), cell(40, book="b2")],
            ("place",),
            [(MERGED, 48), ("RU", 40)],
            id="two cells of nine are not a row of eighteen",
        ),
        pytest.param(
            [cell(5), cell(4, place="DE")],
            Row._fields[:-1],
            [(*[MERGED] * 19, 9)],
            id="a period with fewer than k tells its total alone",
        ),
        pytest.param(
            [cell(5), cell(6, place="DE")],
            Row._fields[:-1],
            [(*[MERGED] * 19, 11)],
            id="and so does a period with one merged row",
        ),
        pytest.param(
            [cell(10), cell(1, place="DE")],
            Row._fields[:-1],
            [(*[MERGED] * 19, 11)],
            id="also if it holds a cell of k, from which the other would follow",
        ),
        pytest.param(
            [cell(900), cell(1, place="DE")],
            ("place", "activity"),
            [(MERGED, "read", 901)],
            id="a large cell keeps what its left-overs share",
        ),
        pytest.param(
            [cell(5), cell(6), cell(0, place="DE")],
            ("place",),
            [("RU", 11)],
            id="equal cells are added up, and nothing is nothing",
        ),
    ],
)
def test_small_cells_are_merged_step_by_step(counts, columns, rows):
    assert shown(suppress(counts, 10), *columns) == rows


def test_violations_are_merged_among_themselves():
    found = suppress(
        [
            cell(50),
            cell(60, section="a"),
            cell(3, outcome=VIOLATION, section="a"),
            cell(4, outcome=VIOLATION, section="b"),
            cell(5, outcome=VIOLATION, section="c"),
            cell(4, section="b"),
        ],
        10,
    )
    assert found.violations == 12
    assert shown(found, "outcome", "section") == [
        ("covered", MERGED, 64),
        (VIOLATION, MERGED, 12),
        ("covered", "news", 50),
    ]


@pytest.mark.parametrize(
    ("counts", "violations", "gaps"),
    [
        pytest.param([cell(50)], 0, 0, id="none"),
        pytest.param([cell(50), cell(1, outcome=VIOLATION)], UNTOLD, 0, id="one"),
        pytest.param([cell(50), cell(12, outcome=GAP)], 0, 12, id="a row of gaps"),
        pytest.param([cell(12, outcome=GAP)], 0, 12, id="gaps alone"),
        pytest.param(
            [cell(5), cell(50, outcome=VIOLATION)],
            UNTOLD,
            0,
            id="the few that remain would follow from the total",
        ),
        pytest.param(
            [cell(5), cell(50, outcome=VIOLATION), cell(20, outcome=GAP)],
            50,
            UNTOLD,
            id="then the smaller class joins them",
        ),
        pytest.param(
            [cell(50), *(cell(1, outcome=GAP, place=f"{n}") for n in range(10))],
            0,
            UNTOLD,
            id="ten gaps of one each",
        ),
    ],
)
def test_gaps_and_violations_are_told_where_nothing_follows_from_them(
    counts, violations, gaps
):
    found = suppress(counts, 10)
    assert (found.violations, found.gaps) == (violations, gaps)


@pytest.mark.parametrize(
    ("part", "total", "said"),
    [
        (0, 0, 0),
        (0, 50, 0),
        (3, 50, UNTOLD),
        (45, 50, UNTOLD),
        (10, 20, 10),
        (7, 7, -1),
    ],
)
def test_a_part_is_told_if_it_and_what_is_left_are_large(part, total, said):
    assert told(part, total, 10) == said


@pytest.mark.parametrize("large", [10, 11, 15])
def test_no_small_cell_follows_from_the_size_of_the_row_that_took_it_in(large):
    """By trying all counts of three places that sum up to the same total."""
    base = [cell(0, place=name) for name in "ABC"]
    worlds = defaultdict(list)
    total = 2 * large + 9
    for a in range(total + 1):
        for b in range(total + 1 - a):
            counts = a, b, total - a - b
            rows = [one._replace(n=n) for one, n in zip(base, counts, strict=True)]
            worlds[suppress(rows, 10)].append(counts)
    for alike in worlds.values():
        for one in zip(*alike, strict=True):
            assert len({*one}) > 1 or not 0 < one[0] < 10


@given(tables, leasts)
def test_no_row_is_small_unless_it_is_the_only_one(counts, least):
    found = suppress(counts, least)
    small = [row for row in found.rows if row.n < least]
    assert not small or found.rows == (Row._make((*[MERGED] * 19, found.total)),)


@given(tables, leasts)
def test_totals_are_exact(counts, least):
    found = suppress(counts, least)
    total = sum(row.n for row in counts)
    merged = [row for row in found.rows if MERGED in row[:-1]]
    assert found.total == sum(row.n for row in found.rows) == total
    assert found.merged_decisions == sum(row.n for row in merged)


@given(tables, leasts, st.randoms(use_true_random=False))
def test_the_order_of_cells_means_nothing(counts, least, random):
    before = suppress(counts, least)
    random.shuffle(counts)
    assert suppress(counts, least) == before


@given(tables, leasts)
def test_texts_of_rows_are_different_and_sorted(counts, least):
    rows = suppress(counts, least).rows
    assert list(rows) == sorted(rows)
    assert len({row[:-1] for row in rows}) == len(rows)


@given(tables, leasts)
def test_every_number_beside_the_rows_is_a_sum_of_whole_rows(counts, least):
    """So no difference of published numbers is anything but a sum of whole rows."""
    found = suppress(counts, least)
    for outcome, number in ((VIOLATION, found.violations), (GAP, found.gaps)):
        true = sum(row.n for row in counts if row.outcome == outcome)
        seen = [row.n for row in found.rows if row.outcome == outcome]
        assert number in (true, UNTOLD)
        assert (number == 0) == (true == 0)
        if number != UNTOLD:
            assert number == sum(seen)
            left = found.total - number
            assert number == 0 or (number >= least and (left == 0 or left >= least))


@given(tables, leasts)
def test_the_rows_are_made_of_whole_cells(counts, least):
    """Each cell can be found in a row that it fits, with all rows filled exactly."""
    found = suppress(counts, least)
    own = Counter()
    for row in counts:
        own[row[:-1]] += row.n
    exact = {row[:-1]: row.n for row in found.rows if MERGED not in row[:-1]}
    for texts, n in exact.items():
        assert own[texts] == n >= least
    for texts in own.keys() - exact.keys():
        fitting = [row for row in found.rows if fits(texts, row)]
        assert fitting


def fits(texts, row):
    return all(b in (a, MERGED) for a, b in zip(texts, row[:-1], strict=True))


def possible(n, cells, least):
    """All counts of one cell that a reader must hold possible for a merged row."""
    others = range(1, least)
    return {
        one
        for one in range(1, least)
        if any(one + sum(rest) == n for rest in product(others, repeat=cells - 1))
    }


@pytest.mark.parametrize("least", [3, 4, 5])
def test_the_test_of_a_row_is_that_no_count_follows(least):
    """By trying all counts of up to five small cells."""
    for cells in range(2, 6):
        for n in range(cells, cells * (least - 1) + 1):
            small = [n // cells + (at < n % cells) for at in range(cells)]
            assert sum(small) == n
            assert max(small) < least
            counts = [cell(one, place=f"{at}") for at, one in enumerate(small)]
            found = suppress([*counts, cell(900), cell(950, door="x")], least)
            alone = any(row.n == n for row in found.rows)
            assert alone == (n >= least and len(possible(n, cells, least)) > 1)


@given(tables, leasts)
def test_how_many_cells_were_merged_is_told_unless_one_row_is_all(counts, least):
    found = suppress(counts, least)
    rest = [row for row in found.rows if row.outcome not in (VIOLATION, GAP)]
    if found.merged_cells == UNTOLD:
        assert found.merged_decisions
        assert len(rest) <= 1 or UNTOLD in (found.violations, found.gaps)
        assert all(row[:-1] == (MERGED,) * 19 for row in rest if row.n < 2 * least)
    elif found.merged_cells:
        assert 1 < found.merged_cells < found.merged_decisions
    else:
        assert found.merged_decisions == 0
