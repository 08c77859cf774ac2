"""Draw gate/workbench/auditing/world.json from Natural Earth; run by hand.

    npm pack world-atlas && tar xf world-atlas-2.0.2.tgz
    python tests/audit_data/draw_world.py package/countries-110m.json

Natural Earth (public domain) draws Crimea as Russia from its de facto point of view.
The areas of the rule book are about who punishes readers, not about borders: here
Crimea is Ukraine, as in resolution 68/262 of the UN General Assembly.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

from shapely import Polygon, box, make_valid, transform
from shapely.affinity import translate
from shapely.ops import unary_union

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "gate/workbench/auditing/world.json"
CRIMEA = box(32.0, 44.0, 36.58, 46.25)  # degrees; what of Russia lies in it
NAMED = {"Kosovo": "XK", "Somaliland": "SO", "N. Cyprus": "CY"}
WIDTH = 960  # units of the world map
INSET = (24.5, 43.6, 42.5, 53.0)  # degrees: Ukraine and what is around it
INSET_WIDTH = 480
# Where the label of a region stands: longitude, latitude of about its middle.
REGIONS = {
    "UA-43": (34.4, 45.4),
    "UA-40": (33.55, 44.62),
    "UA-65": (33.6, 46.6),
    "UA-23": (35.7, 47.35),
    "UA-14": (37.7, 48.0),
    "UA-09": (39.1, 48.95),
}


def arcs_of(atlas):
    """Decode delta-encoded arcs into degrees."""
    (kx, ky), (dx, dy) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    for arc in atlas["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * kx + dx, y * ky + dy))
        yield points


def ring(numbers, arcs):
    """Join arcs into one ring."""
    points = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def country(geometry, arcs):
    """Return the polygons of a country."""
    parts = geometry["arcs"]
    if geometry["type"] == "Polygon":
        parts = [parts]
    rings = ([unwrapped(ring(one, arcs)) for one in part] for part in parts)
    polygons = [make_valid(Polygon(outer, holes)) for outer, *holes in rings]
    return unary_union([wrapped(polygon) for polygon in polygons])


def unwrapped(points):
    """Let a ring go on beyond 180 degrees where it crosses that line."""
    found = [points[0]]
    for x, y in points[1:]:
        turns = round((found[-1][0] - x) / 360)
        found.append((x + 360 * turns, y))
    return found


def wrapped(polygon):
    """Cut at 180 degrees, and bring what is beyond back to the other side."""
    parts = [
        translate(polygon.intersection(box(west, -90, west + 360, 90)), -180 - west)
        for west in (-540, -180, 180)
    ]
    return unary_union(parts)


def code_of(geometry):
    """Return the ISO 3166-1 code of a country."""
    if "id" not in geometry:
        return NAMED[geometry["properties"]["name"]]
    import pycountry  # noqa: PLC0415 - only for drawing

    found = pycountry.countries.get(numeric=geometry["id"].zfill(3))
    return found.alpha_2


def equal_earth(lon, lat):
    """Project by Equal Earth. Source: Savric, Patterson and Jenny, 2018."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    t2 = theta * theta
    t6 = t2**3
    slope = 9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(theta) / (3 * slope)
    y = theta * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1)
    return x, y


EDGE = equal_earth(180, 0)[0]
TOP = equal_earth(0, 84)[1]


def on_world(lon, lat):
    """Return units of the world map, which begins at 84 degrees north."""
    x, y = equal_earth(lon, lat)
    scale = WIDTH / 2 / EDGE
    return (x + EDGE) * scale, (TOP - y) * scale


def on_inset(lon, lat):
    """Return units of the inset, by longitude and latitude true at its middle."""
    west, south, east, north = INSET
    scale = INSET_WIDTH / (east - west)
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    return (lon - west) * scale, (north - lat) * scale * stretch


def projected(geometry, project):
    """Return a geometry in units of a map."""
    return transform(geometry, lambda points: [project(x, y) for x, y in points])


def path_of(geometry, tolerance, least):
    """Return the SVG path of a geometry, without what is too small to be seen."""
    plain = make_valid(geometry.simplify(tolerance))
    parts = getattr(plain, "geoms", [plain])
    rings = []
    for part in parts:
        if part.geom_type == "MultiPolygon":
            rings += [p.exterior for p in part.geoms if p.area >= least]
        elif part.geom_type == "Polygon" and part.area >= least:
            rings.append(part.exterior)
    return "".join(_closed(r.coords) for r in rings)


def _closed(points):
    told = [f"{x:.1f},{y:.1f}".replace(".0", "") for x, y in points[:-1]]
    return "M" + "L".join(told) + "Z"


def main():
    atlas = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = list(arcs_of(atlas))
    lands = {}
    for geometry in atlas["objects"]["countries"]["geometries"]:
        code = code_of(geometry)
        found = country(geometry, arcs)
        lands[code] = unary_union([lands[code], found]) if code in lands else found
    del lands["AQ"]
    crimea = lands["RU"].intersection(CRIMEA)
    lands["RU"] = lands["RU"].difference(CRIMEA)
    lands["UA"] = unary_union([lands["UA"], crimea.buffer(0.01)])
    frame = box(*INSET)
    near = {c: g.intersection(frame) for c, g in lands.items() if g.intersects(frame)}
    height = on_world(0, -57)[1]
    drawn = {
        "source": "Natural Earth 1:110m, public domain (naturalearthdata.com); "
        "Crimea is drawn as Ukraine. Made by tests/audit_data/draw_world.py.",
        "world": {
            "width": WIDTH,
            "height": round(height),
            "paths": {
                c: p
                for c, g in sorted(lands.items())
                if (p := path_of(projected(g, on_world), 0.7, 1.5))
            },
            "at": {
                c: [round(v) for v in on_world(*g.representative_point().coords[0])]
                for c, g in sorted(lands.items())
            },
        },
        "ukraine": {
            "width": INSET_WIDTH,
            "height": round(on_inset(INSET[0], INSET[1])[1]),
            "paths": {
                c: path_of(projected(g, on_inset), 0.4, 2.0)
                for c, g in sorted(near.items())
            },
            "regions": {
                c: [round(v) for v in on_inset(*p)] for c, p in REGIONS.items()
            },
        },
    }
    text = json.dumps(drawn, separators=(",", ":"))
    TARGET.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
