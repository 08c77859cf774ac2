"""The map of an area as SVG: self-contained, for light and dark screens."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from importlib import resources
from math import floor, sqrt
from typing import TYPE_CHECKING

from gate.workbench.areas.atlas import point_of
from gate.workbench.areas.ground import SHOWN, ground_of
from gate.workbench.areas.labels import Wanted, placed
from gate.workbench.areas.legend import LEVELS, legend
from gate.workbench.areas.projection import fitted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model import Membership
    from gate.places.gazetteer import Settlement
    from gate.workbench.areas.atlas import Atlas, Ring
    from gate.workbench.areas.labels import Label
    from gate.workbench.areas.views import AreaView

WIDTH = 1200
"""Pixels."""

HATCH = (
    '<pattern id="hatched" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="hatch" d="M1 0v7"/></pattern>'
)
"""How ground is filled that is possibly in the area."""

_HEAD, _FOOT, _MARGIN = 108, 214, 28  # pixels
_LARGEST, _SMALLEST = 30.0, 1.4  # radius of a point in pixels
_AROUND = 60.0  # pixels around the area in its close-up
_MOST_NAMES = 24  # settlements of a kind that are named on the map
_STEPS = (1, 2, 5, 10, 20, 30)  # degrees between lines of the grid
_LINES = 12  # of them from west to east


class Drawing:
    """A map of an area.

    Args:
        view: The version that is drawn.
        atlas: What is on the map.
    """

    def __init__(self, view: AreaView, atlas: Atlas) -> None:
        self.view, self.atlas = view, atlas
        self._map, height = fitted(atlas.extremes(), WIDTH, _MARGIN)
        self._bottom = _HEAD + height
        self._rect = f'y="{_HEAD}" width="{WIDTH}" height="{height:.0f}"'
        self.height = round(self._bottom + _FOOT)

    def svg(self) -> str:
        """Return the whole drawing."""
        title = f"{self.view.area.title}, since {self.view.since}"
        size = (
            f'viewBox="0 0 {WIDTH} {self.height}" '
            f'width="{WIDTH}" height="{self.height}"'
        )
        style = resources.files("gate.workbench.areas").joinpath("data/map.css")
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
                f"<title>{escape(title)}</title>",
                f"<style>{style.read_text(encoding='utf-8')}</style>",
                f'<rect class="paper" width="{WIDTH}" height="{self.height}"/>',
                *self._heading(),
                *self._ground(),
                *self._towns(),
                *self._points(),
                *self._names(),
                *legend(self.view, self.atlas, left=_MARGIN, top=self._bottom),
                "</svg>\n",
            )
        )

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        x, y = self._map.place(point)
        return round(x, 1), round(y + _HEAD, 1)

    def _heading(self) -> Iterator[str]:
        view = self.view
        known = f" · knowledge of {view.version.as_of}" if view.version.as_of else ""
        if view.age_days is not None:
            known += f", looked at {view.age_days} days ago"
        title = escape(view.area.title)
        since = f"in force since {view.since}{known}"
        yield f'<text class="title" x="{_MARGIN}" y="52">{title}</text>'
        yield f'<text class="sub" x="{_MARGIN}" y="80">{since}</text>'

    def _ground(self) -> Iterator[str]:
        yield f'<clipPath id="c"><rect {self._rect}/></clipPath>'
        yield HATCH
        yield f'<rect class="sea" {self._rect}/>'
        yield '<g clip-path="url(#c)">'
        yield f'<path class="land" d="{self._outline(self.atlas.borders)}"/>'
        ground = ground_of(self.view.version)
        for level in SHOWN:
            yield f'<path class="ground {level}" d="{self._outline(ground[level])}"/>'
        yield f'<path class="grid" d="{self._grid()}"/>'
        yield f'<path class="area" d="{self._outline(self.atlas.shapes)}"/>'
        yield "</g>"

    def _outline(self, rings: Iterable[Ring]) -> str:
        return "".join(
            "M" + "L".join(f"{x} {y}" for x, y in map(self._at, ring)) + "Z"
            for ring in rings
        )

    def close_up(self) -> str:
        """Return the part of the drawing that shows the area, as a view of an SVG."""
        found = [*self.atlas.inside, *self.atlas.deciding]
        places = [self._at(point_of(one)) for one in found] or [(0, _HEAD)]
        left, right = (pick(x for x, _ in places) for pick in (min, max))
        top, bottom = (pick(y for _, y in places) for pick in (min, max))
        x, y = max(0.0, left - _AROUND), max(float(_HEAD), top - _AROUND)
        width = min(WIDTH - x, right - x + _AROUND)
        height = min(self._bottom - y, bottom - y + _AROUND)
        return f"svgView(viewBox({x:.0f},{y:.0f},{width:.0f},{height:.0f}))"

    def _grid(self) -> str:
        points = self.atlas.extremes()
        middle = self._map.longitude
        half = max(abs((lon - middle + 180) % 360 - 180) for _, lon in points)
        step = next((s for s in _STEPS if 2 * half / s <= _LINES), _STEPS[-1])
        south = floor(min(latitude for latitude, _ in points) / step) * step - step
        north = max(latitude for latitude, _ in points) + step
        west = floor((middle - half) / step - 1) * step
        east = middle + half + step
        across = [west + step * n / 4 for n in range(int(4 * (east - west) / step) + 1)]
        upwards = [south + step * n / 4 for n in range(int(4 * (north - south) / step))]
        upwards = [max(-90.0, min(90.0, latitude)) for latitude in upwards]
        lines = [
            [(latitude, meridian) for latitude in upwards] for meridian in across[::4]
        ]
        lines += [[(parallel, one) for one in across] for parallel in upwards[::4]]
        return "".join(
            "M" + "L".join(f"{x} {y}" for x, y in map(self._at, line)) for line in lines
        )

    def _towns(self) -> Iterator[str]:
        for kind in ("outside", "partly", "inside"):
            found: Sequence[Settlement] = getattr(self.atlas, kind)
            dots = "".join("M{} {}h0".format(*self._at(point_of(one))) for one in found)
            yield f'<path class="town {kind}" d="{dots}"/>'

    def _points(self) -> Iterator[str]:
        if self.atlas.spots is None:
            return
        yield '<g clip-path="url(#c)">'
        weights = self._by_pixel()
        most = max(weights.values(), default=1)
        for (level, x, y), count in sorted(
            weights.items(), key=lambda item: (LEVELS.index(item[0][0]), -item[1])
        ):
            radius = max(_SMALLEST, _LARGEST * sqrt(count / most))
            yield f'<circle class="{level}" cx="{x}" cy="{y}" r="{radius:.1f}"/>'
        yield "</g>"

    def _by_pixel(self) -> dict[tuple[Membership, int, int], int]:
        weights: dict[tuple[Membership, int, int], int] = defaultdict(int)
        if self.atlas.spots is not None:
            for (point, level), count in self.atlas.spots.ipv4.items():
                x, y = self._at(point)
                if 0 <= x <= WIDTH and _HEAD <= y <= self._bottom:
                    weights[level, round(x), round(y)] += count
        return weights

    def _names(self) -> Iterator[str]:
        atlas = self.atlas
        named = frozenset(atlas.named[:_MOST_NAMES])
        others = [(one, "deciding") for one in atlas.named[:_MOST_NAMES]]
        others += [(one, "held") for one in atlas.held[:_MOST_NAMES]]
        others += [(one, "city") for one in atlas.cities[:_MOST_NAMES]]
        wanted = [Wanted(o.name, self._at(point_of(o)), k, 12) for o, k in others]
        frame = (4.0, _HEAD + 4.0, WIDTH - 4.0, self._bottom - 4)
        for one in atlas.deciding:
            x, y = self._at(point_of(one))
            radius = 3 if one in named else 1.7
            yield f'<circle class="ring" cx="{x}" cy="{y}" r="{radius}"/>'
        for label in placed(wanted, frame):
            yield from _label(label)


def _label(label: Label) -> Iterator[str]:
    if label.is_far:
        left, _, right, _ = label.box
        x, y = label.anchor
        end = min(max(x, left), right), label.y - label.size * 0.35
        yield f'<path class="lead" d="M{x} {y}L{end[0]:.1f} {end[1]:.1f}"/>'
    yield (
        f'<text class="{label.kind}" x="{label.x:.1f}" y="{label.y:.1f}">'
        f"{escape(label.text)}</text>"
    )
