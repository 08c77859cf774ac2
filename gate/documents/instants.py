"""What is wrong with a text that is no moment."""

from __future__ import annotations

import re

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9-]{10}[Tt ][0-9:.]+")


def instant_problem(value: str) -> tuple[str, str]:
    """Return what a text lacks to be a moment, and what to write instead.

    Args:
        value: Text that is not of the form of RFC 3339 with an offset.
    """
    example = "2024-02-20T00:00:00+03:00"
    if value.isdigit():
        problem = "is only digits: is it a day, or a count of seconds?"
    elif _DAY.fullmatch(value):
        problem = "is a day without time and offset from UTC."
        example = f"{value}T00:00:00+03:00"
    elif _CLOCK.fullmatch(value):
        problem = "lacks the offset from UTC."
        example = f"{value.replace(' ', 'T').upper()}+03:00"
    else:
        problem = "is not a moment."
    return problem, f'Write it like "{example}".'
