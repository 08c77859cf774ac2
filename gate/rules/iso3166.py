"""The codes of ISO 3166-1 alpha-2 and ISO 3166-2 with their names.

The table is kept as one text and searched: a dict of it would stay in every serving
worker for the sake of a check that runs once per load.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from gate.documents import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

# What people write -> the code. EL and UK are reserved for these very mix-ups.
_MEANT = {"UK": "GB", "EL": "GR", "EN": "GB", "SU": "RU", "YU": "RS"}
_WITHDRAWN = frozenset({"AN", "BU", "CS", "DD", "FX", "SU", "TP", "YD", "YU", "ZR"})
_EXAMPLES = 3


@lru_cache(maxsize=1)
def _table() -> str:
    table = files("gate.rules").joinpath("iso3166.tsv").read_text(encoding="utf-8")
    return f"\n{table}"


def name_of(code: str) -> str:
    """Return the name of a code; "" if there is no such code.

    Args:
        code: ISO 3166-1 alpha-2 or ISO 3166-2 code, upper case.

    Source:
        ISO 3166-1 and ISO 3166-2 as of 2025, and the user-assigned XK for Kosovo,
        which GeoIP databases use.
    """
    start = _table().find(f"\n{code}\t")
    if start < 0:
        return ""
    begin = start + len(code) + 2
    return _table()[begin : _table().index("\n", begin)]


def all_names() -> dict[str, str]:
    """Return the name of every country and part of one by its code, sorted."""
    return dict(sorted(row.split("\t", 1) for row in _rows()))


def country_named(name: str) -> str:
    """Return the code of the country with this very name; "" if there is none."""
    return _code_named(name, _countries())


def _code_named(name: str, rows: Iterable[str]) -> str:
    pairs = (row.partition("\t") for row in rows)
    wanted = name.strip().casefold()
    found = [code for code, _, title in pairs if title.casefold() == wanted]
    return found[0] if len(found) == 1 else ""


def hint_for(code: str) -> str:
    """Return what somebody may have meant with a code that does not exist."""
    if code in _MEANT:
        meant = _MEANT[code]
        word = " The code was withdrawn." if code in _WITHDRAWN else ""
        return f'Did you mean "{meant}" ({name_of(meant)})?{word}'
    if code in _WITHDRAWN:
        return "The code was withdrawn; use the codes of the countries of today."
    country = code.partition("-")[0]
    return _siblings(country) if "-" in code else _near_country(code)


def _near_country(code: str) -> str:
    flipped = code[::-1]
    near = flipped if name_of(flipped) else ""
    return f'Did you mean "{near}" ({name_of(near)})?' if near else ""


def _siblings(country: str) -> str:
    """Name some codes of a country, so that its own list is looked at."""
    if not name_of(country):
        return _near_country(country)
    rows = [row for row in _rows() if row.startswith(f"{country}-")]
    if not rows:
        return f"{name_of(country)} has no codes of its parts."
    shown = [f"{row.replace(chr(9), ' (')})" for row in rows[:_EXAMPLES]]
    return f"{name_of(country)} has {len(rows)} codes, such as {', '.join(shown)}."


def hint_for_name(text: str) -> str:
    """Return the code for what looks like a name instead of a code; "" if none."""
    code = country_named(text) or _code_named(text, _rows())
    if not code and text:
        titles = [row.partition("\t")[2] for row in _countries()]
        code = country_named(nearest(text, titles))
    return f'Did you mean "{code}" ({name_of(code)})?' if code else ""


def _countries() -> list[str]:
    return [row for row in _rows() if row[2] == "\t"]


def _rows() -> list[str]:
    return _table().strip("\n").split("\n")
