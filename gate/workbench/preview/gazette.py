"""Finding a place by its name: a town, a region, a country, or one of the list.

Names of settlements are known in one spelling, that of Ukraine's own English. What is
typed in Ukrainian, in Russian or in another transliteration is brought to the same
sounds first; for large cities the consonants are enough ("Kharkov", "Киев").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from gate.documents import nearest
from gate.places.gazetteer import settlements
from gate.request.numbers import parse_address
from gate.rules.iso3166 import all_names, name_of
from gate.workbench.areas.ground import place_of
from gate.workbench.preview.choice import Named, Problem
from gate.workbench.preview.choices import place_groups, written
from gate.workbench.visitor import parse_visitor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gate.model import RuleBook
    from gate.places.gazetteer import Settlement
    from gate.workbench.preview.choice import Find

_CYRILLIC = str.maketrans(
    dict(zip("абвгґдеёзиіїйклмнопрстуфыэ", "abvhgdeeziiiiklmnoprstufie", strict=True))
    | {"є": "ie", "ж": "zh", "\u0445": "kh", "ц": "ts", "ч": "ch", "ш": "sh"}
    | {"щ": "shch", "ю": "iu", "я": "ia"}
    | dict.fromkeys("ьъ", "")
)
"""Ukrainian and Russian letters, as near to each other as they sound."""

_ALIKE = (("y", "i"), ("j", "i"), ("w", "v"), ("ck", "k"), ("g", "h"), ("x", "ks"))
_SOFT_C = re.compile(r"c(?!h)")
_REPEATED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"(?<!^)[aeiou]")
_NARROWED = re.compile(r"(.+?),\s*([A-Za-z]{2}(?:-[A-Za-z0-9]{1,3})?)")
_LARGE = 100_000  # inhabitants from which consonants are enough
_TOWN = 5_000  # inhabitants from which a name is proposed
_FEWEST = 2  # consonants that still mean something


def finder(book: RuleBook, now: int, codes: tuple[str, ...]) -> Find:
    """Return what finds places by name.

    Args:
        book: The rule book, whose places of the list are found as well.
        now: Unix seconds; areas as they are then.
        codes: ISO 3166-1 codes of all countries.
    """

    def find(text: str) -> Named | Problem:
        found = _town(text) or _region(text)
        return found or _listed(text, book, now, codes) or _city(text) or _none(text)

    return find


def _town(text: str) -> Named | None:
    narrowed = _NARROWED.fullmatch(text)
    name, code = narrowed.groups() if narrowed else (text, "")
    towns = [
        one
        for one in _by_sound().get(sound(name), ())
        if code.upper() in {"", one.country, one.subdivision}
    ]
    if not towns:
        return None
    told = _taken(towns[0])
    if len(towns) > 1:
        example = f"{towns[1].name}, {towns[1].subdivision or towns[1].country}"
        told = (
            f"{len(towns)} settlements bear this name; this is the most populous, in "
            f"{_where(towns[0])}. For another one add its region, as in “{example}”."
        )
    return _named(towns[0], told)


def _region(text: str) -> Named | None:
    code = _codes().get(sound(text))
    if code is None:
        return None
    title = f"{name_of(code)} ({code})"
    told = f"Taken for {title}, without a town."
    return Named(code, parse_visitor(code), title, told)


def _listed(
    text: str, book: RuleBook, now: int, codes: tuple[str, ...]
) -> Named | None:
    groups = place_groups(book, now, codes)
    for value, title in (option for group in groups for option in group.options):
        if title.casefold() == text.casefold() and parse_address(value) is None:
            return Named(value, parse_visitor(value), title)
    return None


def _city(text: str) -> Named | None:
    """Return the large city with the same consonants."""
    bare = consonants(text)
    found = _by_consonants().get(bare) if len(bare) >= _FEWEST else None
    return None if found is None else _named(found, _taken(found))


def _none(text: str) -> Problem:
    names = {sound(name): name for name in all_names().values()}
    names |= {key: ones[0].name for key, ones in _by_sound().items() if _is_town(ones)}
    meant = names.get(nearest(sound(text), names), "")
    hint = f"Did you mean “{meant}”? " if meant else ""
    message = f"No town, region or country is known here as “{text}”."
    example = "Write a town (Donetsk), a code (UA-65) or an address (95.165.0.1)."
    return Problem(message=message, hint=f"{hint}{example}")


def _is_town(ones: Sequence[Settlement]) -> bool:
    return ones[0].population >= _TOWN


def _named(one: Settlement, told: str) -> Named:
    place = place_of(one)
    return Named(written(place), place, f"{one.name}, {_where(one)}", told)


def _taken(one: Settlement) -> str:
    return f"Taken for {one.name}, {_where(one)}."


def _where(one: Settlement) -> str:
    code = one.subdivision or one.country
    name = name_of(code)
    return code if name == one.name else f"{name} ({code})"


def sound(text: str) -> str:
    """Return a name as it sounds, roughly, in Latin letters.

    >>> sound("Луганськ") == sound("Lugansk") == sound("Luhansk")
    True
    """
    bare = normalize("NFC", text).casefold().translate(_CYRILLIC)
    bare = "".join(one for one in normalize("NFKD", bare) if not combining(one))
    bare = "".join(one for one in bare if one.isalnum())
    for typed, heard in _ALIKE:
        bare = bare.replace(typed, heard)
    return _REPEATED.sub(r"\1", _SOFT_C.sub("k", bare))


def consonants(text: str) -> str:
    """Return what of a name most languages share.

    >>> consonants("Kharkov") == consonants("Харків"), consonants("Киев")
    (True, 'kv')
    """
    return _REPEATED.sub(r"\1", _VOWELS.sub("", sound(text)))


@lru_cache(maxsize=1)
def _by_sound() -> Mapping[str, Sequence[Settlement]]:
    found: dict[str, list[Settlement]] = {}
    for one in sorted(settlements().values(), key=lambda one: -one.population):
        found.setdefault(sound(one.name), []).append(one)
    return found


@lru_cache(maxsize=1)
def _by_consonants() -> Mapping[str, Settlement]:
    found: dict[str, Settlement] = {}
    for one in sorted(settlements().values(), key=lambda one: -one.population):
        if one.population >= _LARGE:
            found.setdefault(consonants(one.name), one)
    return found


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    """Return ISO 3166 codes by the sound of their names, countries first."""
    rows: Iterable[tuple[str, str]] = all_names().items()
    found: dict[str, str] = {}
    for code, name in sorted(rows, key=lambda row: ("-" in row[0], row[0])):
        found.setdefault(sound(name), code)
    return found
