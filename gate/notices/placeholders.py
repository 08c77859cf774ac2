"""Places in a text that are filled in: {outlet}, {site}, {date}, and facts by key."""

from __future__ import annotations

import re
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COMMON = frozenset({"outlet", "site", "date", "continue"})
OF_A_PAGE = frozenset({"continue", "leave", "tab", "date"})
OF_A_DATE = frozenset({"day", "month", "year"})

# Other words for what is known here under one.
MEANT = {
    "organisation": "outlet",
    "organization": "outlet",
    "publisher": "outlet",
    "newspaper": "outlet",
    "website": "site",
    "day": "date",
    "today": "date",
    "button": "continue",
}

_BRACES = re.compile(r"\{([a-z0-9_-]+)\}|[{}]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def names(text: str) -> Iterator[str]:
    """Yield the name in each pair of braces; "" for a brace that stands alone."""
    for match in _BRACES.finditer(text):
        yield match[1] or ""


def find(text: str, number: int) -> tuple[int, str] | None:
    """Return where pair of braces (or lone brace) `number`, from 0, is, and itself."""
    match = next(islice(_BRACES.finditer(text), number, None), None)
    return (match.start(), match[0]) if match else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each placeholder replaced; unknown ones stay as they are.

    What is put in is never looked through again, so a value may hold braces.
    """
    return _BRACES.sub(lambda found: values.get(found[1] or "", found[0]), text)


def written_day(day: str, strings: Mapping[str, str | tuple[str, ...]]) -> str:
    """Write a day out in a language.

    Args:
        day: "YYYY-MM-DD".
        strings: Texts of the language, with "page.date" and "page.months".
    """
    when = date.fromisoformat(day)
    month = strings["page.months"][when.month - 1]
    parts = {"day": str(when.day), "month": month, "year": str(when.year)}
    return fill(str(strings["page.date"]), parts)


def is_day(value: str) -> bool:
    """Say whether a fact is a day alone, "YYYY-MM-DD"."""
    try:
        return bool(_DAY.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def listed(items: Sequence[str], strings: Mapping[str, str | tuple[str, ...]]) -> str:
    """Return items as they stand in a sentence, such as "a, b or c".

    Args:
        items: At least one.
        strings: Texts of the language, with "page.list_comma" and "page.list_or".
    """
    *first, last = items
    if not first:
        return last
    before = f"{strings['page.list_comma']} ".join(first)
    return f"{before} {strings['page.list_or']} {last}"
