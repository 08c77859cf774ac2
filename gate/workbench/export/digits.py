"""Numbers below a bound as a regular expression, for servers that cannot compare."""

from __future__ import annotations


def below(bound: int) -> str:
    """Return an expression that fits exactly the numbers with as many digits below.

    A shorter number does not fit: a clock that stands in 1970 proves nothing.

    Args:
        bound: First number that does not fit; positive.

    >>> below(1764)
    '(?:0[0-9]{3}|1[0-6][0-9]{2}|17[0-5][0-9]{1}|176[0-3])'
    """
    text = str(bound)
    parts = [
        f"{text[:place]}{_lower(int(digit))}{_any(len(text) - place - 1)}"
        for place, digit in enumerate(text)
        if digit != "0"
    ]
    return f"(?:{'|'.join(parts)})"


def _lower(digit: int) -> str:
    return "0" if digit == 1 else f"[0-{digit - 1}]"


def _any(count: int) -> str:
    return f"[0-9]{{{count}}}" if count else ""
