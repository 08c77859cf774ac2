"""What can be chosen: places, paths, moments, languages; from the book itself."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gate.decision import globs_of
from gate.errors import NoSuchPlaceError
from gate.model import Activity, Place, Unknown
from gate.rules.iso3166 import name_of
from gate.workbench.areas.ground import place_of
from gate.workbench.demo.places import demo_places
from gate.workbench.preview.choice import Defaults
from gate.workbench.preview.tested import named_in_tests
from gate.workbench.preview.towns import titles_of, towns_of, versions_at
from gate.workbench.preview.words import REASONS
from gate.workbench.visitor import parse_visitor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.engine.snapshot import Snapshot
    from gate.model import Effective, Notice, RuleBook
    from gate.places.gazetteer import Settlement

_MOST_PATHS = 60
_COARSE_KM = 50


class Option(NamedTuple):
    """One line of a list: what is sent, and what is read."""

    value: str
    title: str


class Group(NamedTuple):
    """Some lines of a list under a heading."""

    title: str
    options: tuple[Option, ...]


class Edge(NamedTuple):
    """A moment at which something begins or ends, in Unix seconds."""

    at: int
    what: str


def defaults_of(snapshot: Snapshot, now: int) -> Defaults:
    """Return what is shown first: the first place and path of the book."""
    book = snapshot.book
    groups = place_groups(book, now, ())
    test = next(iter(book.tests), None)
    return Defaults(
        place=groups[0].options[0].value,
        path=test.path if test else "/",
        now=now,
        languages=tuple(languages_of(snapshot.pages.notices)),
    )


def place_groups(book: RuleBook, now: int, codes: tuple[str, ...]) -> list[Group]:
    """Return the places that can be chosen; the first group is never empty.

    Args:
        book: The rule book.
        now: Unix seconds; areas as they are then.
        codes: ISO 3166-1 codes of all countries.
    """
    found = [
        *_towns(book, now),
        Group("Records without a town", tuple(_coarse(book, now))),
        Group("Addresses of real networks", tuple(_addresses())),
        Group(
            "Places that are not known",
            tuple(Option(f"unknown={r.value}", REASONS[r]) for r in Unknown),
        ),
    ]
    countries = Group("Countries", _countries(codes))
    found += _tests(book, [*found, countries])
    return [group for group in (*found, countries) if group.options]


def _towns(book: RuleBook, now: int) -> Iterator[Group]:
    around: dict[Settlement, None] = {}
    inside: set[Settlement] = set()
    for name, version in versions_at(book, now):
        towns = towns_of(version)
        inside.update(towns.inside)
        around.update(dict.fromkeys((*towns.disputed, *towns.outside)))
        yield Group(f"In the area: {book.areas[name].title}", _listed(towns.inside))
    rest = sorted((o for o in around if o not in inside), key=lambda o: -o.population)
    yield Group("Around the areas", _listed(rest))


def _listed(found: Sequence[Settlement]) -> tuple[Option, ...]:
    titles = titles_of(found)
    return _told_apart(
        [
            Option(written(place_of(one)), title)
            for one, title in zip(found, titles, strict=True)
        ]
    )


def _coarse(book: RuleBook, now: int) -> Iterator[Option]:
    """Yield the regions that areas mention, as records that name no town."""
    codes: dict[str, None] = {}
    for _, version in versions_at(book, now):
        codes |= dict.fromkeys((*version.whole, *version.partly))
    for code in (code for code in codes if "-" in code):
        title = f"{name_of(code)} ({code}), within {_COARSE_KM} km"
        yield Option(f"{code},{_COARSE_KM}km", title)


def _tests(book: RuleBook, listed: Iterable[Group]) -> Iterator[Group]:
    """Yield the places of tests that are not listed under a better name."""
    values = {option.value for group in listed for option in group.options}
    for title, places in named_in_tests(book):
        spelled = {written(p): n for p, n in places.items() if _is_spellable(p)}
        own = [Option(v, name) for v, name in spelled.items() if v not in values]
        yield Group(title, _told_apart(own))


def _told_apart(options: Sequence[Option]) -> tuple[Option, ...]:
    """Add to titles that are alike what is sent."""
    titles = Counter(option.title for option in options)
    return tuple(
        Option(value, title if titles[title] == 1 else f"{title} ({value})")
        for value, title in options
    )


def _addresses() -> Iterator[Option]:
    for place in demo_places():
        yield Option(place.address, f"{place.title}, {place.address}")


@lru_cache(maxsize=4)
def _countries(codes: tuple[str, ...]) -> tuple[Option, ...]:
    titles = sorted((name_of(code), code) for code in codes)
    return tuple(Option(code, f"{title} ({code})") for title, code in titles)


def title_in(groups: Iterable[Group], value: str) -> str:
    """Return what a place is called in the list; as it is spelled if it is not there.

    Args:
        groups: The list.
        value: The place, spelled.
    """
    every = (option for group in groups for option in group.options)
    return next((one.title for one in every if one.value == value), value)


def written(place: Place) -> str:
    """Return a place as `gate explain --place` takes it.

    >>> written(Place(country="UA", subdivision="UA-65", accuracy_km=50))
    'UA-65,50km'
    """
    if place.unknown is not None:
        return f"unknown={place.unknown.value}"
    told = [place.subdivision or place.country or ""]
    if place.subdivision and not place.subdivision.startswith(f"{place.country}-"):
        told = [f"country={place.country}", f"subdivision={place.subdivision}"]
    for key in ("subdivision_name", "settlement", "settlement_name"):
        value = getattr(place, key)
        told.append("" if value is None else f"{key}={value}")
    if place.point is not None:
        told.append(f"point={place.point[0]}/{place.point[1]}")
    told.append("" if place.accuracy_km is None else f"{place.accuracy_km}km")
    told.append(f"registered={place.registered}" if place.registered else "")
    told.append(f"network={place.network}" if place.network else "")
    return ",".join(part for part in told if part)


@lru_cache(maxsize=1024)
def _is_spellable(place: Place) -> bool:
    """Say whether a place survives being written: a name may hold a comma."""
    try:
        return parse_visitor(written(place)) == place
    except NoSuchPlaceError:
        return False


def paths_of(book: RuleBook) -> list[str]:
    """Return paths worth asking about: those of the tests, and one for each pattern."""
    found = dict.fromkeys(test.path for test in book.tests)
    found |= dict.fromkeys(map(_sample, globs_of(book.whens)))
    return list(found)[:_MOST_PATHS]


def _sample(glob: str) -> str:
    """Return a path that a pattern matches."""
    return glob.replace("**", "any").replace("*", "any")


def languages_of(notices: Mapping[str, Notice]) -> dict[str, str]:
    """Return the languages of the notices with their own names."""
    return {
        tag: text.name
        for notice in notices.values()
        for tag, text in notice.texts.items()
    }


def edges_of(book: RuleBook) -> list[Edge]:
    """Return every moment at which something begins or ends, ascending."""
    found: list[Edge] = []
    for rule in book.rules:
        found += _ends(rule.id, rule.effective)
    for exemption in book.exemptions:
        found += _ends(f"the exemption {exemption.id}", exemption.effective)
    found += [
        Edge(version.since, f"a version of {area} begins")
        for area, version in book.area_versions
    ]
    return _together(found)


def _ends(name: str, effective: Effective) -> Iterator[Edge]:
    if effective.since is not None:
        yield Edge(effective.since, f"{name} begins")
    if effective.until is not None:
        yield Edge(effective.until, f"{name} ends")


def _together(found: Iterable[Edge]) -> list[Edge]:
    """Put what happens at one moment into one line."""
    by_moment: dict[int, list[str]] = {}
    for edge in sorted(found, key=lambda edge: edge.at):
        by_moment.setdefault(edge.at, []).append(edge.what)
    return [Edge(at, _short(whats)) for at, whats in by_moment.items()]


def _short(whats: Sequence[str]) -> str:
    more = len(whats) - 1
    return f"{whats[0]}, and {more} more" if more else whats[0]


def activities_declared(snapshot: Snapshot, path: str) -> Activity:
    """Return what the configuration takes a GET of a path for."""
    return snapshot.activities.of("GET", path) or Activity.READ
