"""Shares in words: a sentence never says all or nothing where it is not."""

from __future__ import annotations

from math import floor, log10
from typing import Final

_LEAST_TOLD: Final = 0.0001  # per cent


def per_cent(part: int, whole: int) -> str:
    """Return a share with one digit, or with as many as tell it from all and nothing.

    >>> per_cent(2, 5), per_cent(0, 5), per_cent(5, 5), per_cent(0, 0)
    ('40.0 %', '0.0 %', '100.0 %', '0.0 %')
    >>> per_cent(1, 12_000), per_cent(11_999, 12_000), per_cent(1, 10**9)
    ('0.008 %', '99.992 %', 'under 0.0001 %')

    Args:
        part: From 0 to `whole`.
        whole: Of which it is a part; of nothing, everything is nothing.
    """
    rest = whole - part
    if not part or not rest:
        return "100.0 %" if part else "0.0 %"
    least = 100 * min(part, rest) / whole
    if least < _LEAST_TOLD:
        return "under 0.0001 %" if part < rest else "over 99.9999 %"
    digits = max(1, -floor(log10(least)))
    return f"{100 * part / whole:.{digits}f} %"
