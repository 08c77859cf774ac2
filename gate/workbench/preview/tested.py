"""The places of the tests of a book, so that a newsroom finds them in a list.

A test that names hundreds of villages is for a machine; for a meeting its largest ones
stand for it, under its name. The others can be typed, or picked on the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.places.gazetteer import settlements
from gate.rules.mutating.vantage import label_of, visitors_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model import Place, RuleBook

_EXAMPLES = 3  # places of a test that names several
_MOST_ALONE = 60  # tests that name one place
_MOST_TESTS = 20  # tests that name several


class Named(NamedTuple):
    """Places of one test, or of all tests that name one place.

    Attributes:
        title: Heading.
        places: Names of places.
    """

    title: str
    places: dict[Place, str]


def named_in_tests(book: RuleBook) -> Iterator[Named]:
    """Yield the places that tests name, each place once; unknown ones are left out."""
    names = visitors_of(book, _called)
    left = {place for place in names if place.unknown is None}
    alone: dict[Place, str] = {}
    several: list[Named] = []
    for test, places in _by_test(book).items():
        own = [place for place in places if place in left]
        left.difference_update(own)
        if len(places) == 1:
            alone |= {place: names[place] for place in own}
        elif own:
            largest = sorted(own, key=_people, reverse=True)[:_EXAMPLES]
            shown = {place: names[place] for place in largest}
            several.append(Named(_heading(test, len(shown), len(places)), shown))
    yield Named("From the tests of the book", dict([*alone.items()][:_MOST_ALONE]))
    yield from several[:_MOST_TESTS]


def _by_test(book: RuleBook) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for test in book.tests:
        found.setdefault(test.name, []).append(test.visitor)
    return found


def _heading(test: str, shown: int, every: int) -> str:
    return f"Test: {test}" + (f" ({shown} of {every})" if shown < every else "")


def _people(place: Place) -> int:
    known = settlements().get(place.settlement or 0)
    return known.population if known else 0


def _called(place: Place) -> str:
    """Return the name of a settlement; else the finest that a place says of itself."""
    known = settlements().get(place.settlement or 0)
    return known.name if known else label_of(place)
