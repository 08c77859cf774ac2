"""What stands below a map: what its signs mean, and where it comes from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from gate.documents.moments import day
from gate.model import Membership
from gate.rules.iso3166 import name_of
from gate.workbench.areas.ground import ground_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.workbench.areas.atlas import Atlas, Ring
    from gate.workbench.areas.spots import Spotted
    from gate.workbench.areas.views import AreaView

LEVELS = (Membership.NO, Membership.POSSIBLE, Membership.YES)
"""In the order in which they are drawn: the most important last."""

_SAID = {
    Membership.YES: "in the area",
    Membership.POSSIBLE: "possibly in it",
    Membership.NO: "not in it",
}
_TOWNS = (
    ("inside", "settlement of the area", 190),
    ("partly", "of a region that belongs in part", 250),
    ("outside", "other settlement", 150),
)
GROUND = (
    "Regions have no outline here: the ground is drawn as its nearest settlement is "
    "judged, so its edge is no border."
)
"""What the ground of a map means, and what it does not."""

_MOST_CODES = 8  # that fit into one line


def legend(view: AreaView, atlas: Atlas, *, left: float, top: float) -> Iterator[str]:
    """Yield the lines below the map.

    Args:
        view: The version that is drawn.
        atlas: What is on the map.
        left: Where the text begins, in pixels.
        top: Lower edge of the map, in pixels.
    """
    line = top + 34
    if atlas.spots is not None:
        yield from _points(atlas.spots, left + 8, line)
        line += 28
    ground = ground_of(view.version)
    yield from _signs(atlas, ground, left + 8, line)
    for number, text in enumerate(_small_print(view, atlas)):
        y = line + 28 + 17 * number
        yield f'<text class="small" x="{left}" y="{y:.0f}">{escape(text)}</text>'


def _points(spots: Spotted, left: float, y: float) -> Iterator[str]:
    for number, level in enumerate(reversed(LEVELS)):
        x = left + 300 * number
        count = f'<tspan class="n">{spots.totals[level]:,}</tspan>'
        yield f'<circle class="{level}" cx="{x}" cy="{y - 5:.0f}" r="7"/>'
        yield _key(x + 16, y, f"{_SAID[level]}: {count} IPv4 addresses")


def _signs(
    atlas: Atlas, ground: Mapping[Membership, Sequence[Ring]], x: float, y: float
) -> Iterator[str]:
    for kind, said, width in _TOWNS:
        if getattr(atlas, kind):
            yield f'<path class="town key-town {kind}" d="M{x} {y - 4:.0f}h0"/>'
            yield _key(x + 12, y, said)
            x += width
    if atlas.deciding:
        yield f'<circle class="ring" cx="{x}" cy="{y - 4:.0f}" r="3.2"/>'
        yield _key(x + 12, y, "listed by itself")
        x += 140
    if atlas.shapes:
        box = f'x="{x - 4}" y="{y - 11:.0f}" width="18" height="12"'
        yield f'<rect class="area" {box}/>'
        yield _key(x + 22, y, "outline")
        x += 110
    if any(ground.values()):
        box = f'y="{y - 11:.0f}" width="18" height="12"'
        yield f'<rect class="ground yes" x="{x - 4}" {box}/>'
        yield f'<rect class="ground possible" x="{x + 20}" {box}/>'
        yield _key(x + 46, y, "ground: in the area, possibly in it")


def _key(x: float, y: float, said: str) -> str:
    return f'<text class="key" x="{x}" y="{y:.0f}">{said}</text>'


def _small_print(view: AreaView, atlas: Atlas) -> Iterator[str]:
    version = view.version
    for word, codes in (("Whole", version.whole), ("Partly", version.partly)):
        if codes:
            yield f"{word}: {_named(codes)}."
    if atlas.spots is not None:
        yield "A circle is a point of the database, as large as its addresses."
        for one in atlas.spots.surveys:
            built = f" of {day(one.built)}" if one.built else ""
            yield f"{one.name}{built}. {one.attribution}".rstrip()
    if any(ground_of(version).values()):
        yield GROUND
    border = "Border: Natural Earth, public domain. " if atlas.borders else ""
    yield (
        f"{border}Settlements: GeoNames, CC BY 4.0. The sources of the area "
        f"({len(version.sources)}) stand in the rule book."
    )


def _named(codes: Sequence[str]) -> str:
    told = ", ".join(f"{code} {name_of(code)}" for code in codes[:_MOST_CODES])
    more = len(codes) - _MOST_CODES
    return f"{told} and {more} more" if more > 0 else told
