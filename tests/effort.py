"""How much work something is, in calls of functions: the same on any machine."""

from __future__ import annotations

import sys


def effort(act):
    """Return how many functions are called, those of Python itself included."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return calls
