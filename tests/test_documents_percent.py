"""A share in words never says all or nothing where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.documents.percent import per_cent

SHARES = {
    "a part": (2, 5, "40.0 %"),
    "nothing": (0, 5, "0.0 %"),
    "all": (5, 5, "100.0 %"),
    "nothing of nothing": (0, 0, "0.0 %"),
    "less than a digit tells": (1, 12_000, "0.008 %"),
    "all but less than a digit tells": (11_999, 12_000, "99.992 %"),
    "less than is told": (1, 10**9, "under 0.0001 %"),
    "all but less than is told": (10**9 - 1, 10**9, "over 99.9999 %"),
    "a round number of many digits": (3, 1_000, "0.3 %"),
}


@pytest.mark.parametrize(("part", "whole", "told"), SHARES.values(), ids=SHARES)
def test_a_share_has_one_digit_or_as_many_as_it_needs(part, whole, told):
    assert per_cent(part, whole) == told


@given(st.integers(0, 2**64), st.integers(1, 2**64))
def test_a_part_is_never_told_as_nothing_or_as_all(part, more):
    told = per_cent(part, part + more)
    assert float(told.split()[-2]) < 100
    assert (float(told.split()[-2]) == 0) == (part == 0)
