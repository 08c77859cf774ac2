"""Whether a place lies in an area, from the text of areas/1; no code of the gate."""

from __future__ import annotations

import ipaddress
import json
import math
from itertools import pairwise

from second_grammar import second

NO, POSSIBLE, YES = range(3)
LEVELS = ["no", "possible", "yes"]
KM = 111.2


def membership(book, area, place, now):
    """Return the membership of a place in an area (6.2, 22), without a gazetteer."""
    begun = [v for v in book.areas[area] if second(v["since"]) <= now]
    if not begun:
        return "no"
    shapes = begun[-1].get("shapes", [])
    polygons = [p for shape in shapes for p in rings(book, area, shape)]
    return LEVELS[max(_evidence(begun[-1], polygons, place), default=NO)]


def _evidence(version, polygons, place):
    part = place.get("subdivision")
    country = place.get("country") or (part or "").partition("-")[0]
    point = [float(n) for n in place["point"]] if "point" in place else None
    within = country in version.get("within", [])
    found = list(_by_network(version.get("networks", []), place.get("network")))
    found += [YES for code in (part, country) if code in version.get("whole", [])]
    found += [YES] * (place.get("settlement") in version.get("settlements", []))
    found += [YES for polygon in polygons if point and inside(polygon, point)]
    usual = version.get("weigh", {}).get("radius_km", 50)
    reach = float(place.get("accuracy_km", usual))
    coarse = not (point or part or "settlement" in place)
    near = _is_near(polygons, point, reach) if point else coarse
    if part in version.get("partly", []) or (within and near):
        found.append(POSSIBLE)
    if within and place.get("registered") in version.get("registered_in", []):
        agrees = max(found, default=NO) == POSSIBLE and _is_near(polygons, point, 20)
        found.append(YES if agrees else POSSIBLE)
    return found


def _is_near(polygons, point, km):
    return point is not None and any(distance(p, point) <= km for p in polygons)


def _by_network(listed, written):
    own = ipaddress.ip_network(written or "0.0.0.0/32")
    for network in map(ipaddress.ip_network, listed):
        if holds(network, own):
            yield YES
        elif holds(own, network):
            yield POSSIBLE


def holds(outer, inner):
    return outer.version == inner.version and inner.subnet_of(outer)


def rings(book, area, shape):
    """Yield the polygons of a shape, each a list of rings.

    Raises:
        ValueError, KeyError, OSError, TypeError: It is none (21.4).
    """
    path = (book.files[book.homes[area]].parent / shape).resolve()
    if book.folder.resolve() not in path.parents or path.suffix != ".geojson":
        raise ValueError(shape)
    data = json.loads(path.read_text("utf-8-sig"))
    for feature in data.get("features", [data]):
        geometry = feature.get("geometry", feature)
        kinds = {"Polygon": lambda whole: [whole], "MultiPolygon": list}
        for polygon in kinds[geometry["type"]](geometry["coordinates"]):
            if any(_is_bad(ring) for ring in polygon):
                raise ValueError(shape)
            yield polygon


def _is_bad(ring):
    outside = [c for c in ring if abs(c[0]) > 180 or abs(c[1]) > 90]
    return outside or len(ring) < 4 or ring[0] != ring[-1]


def _edges(polygon):
    for ring in polygon:
        for (x1, y1, *_), (x2, y2, *_) in pairwise(ring):
            yield x1, y1, x2, y2


def inside(polygon, point):
    """Say whether a point (latitude, longitude) lies inside, and not on the outline."""
    y, x = point
    odd = False
    for x1, y1, x2, y2 in _edges(polygon):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd and _from_outline(polygon, point) > 0


def distance(polygon, point):
    """Return how far a point is from a polygon, with 111.2 km for a degree (22.8)."""
    return 0.0 if inside(polygon, point) else _from_outline(polygon, point)


def _from_outline(polygon, point):
    y, x = point
    found = []
    for x1, y1, x2, y2 in _edges(polygon):
        length = (x2 - x1) ** 2 + (y2 - y1) ** 2
        along = (x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)
        t = min(1, max(0, along / length)) if length else 0
        found.append(math.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1)))
    return min(found) * KM
