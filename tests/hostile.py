"""Builds hostile databases: small files that claim, point and unfold without end."""

from __future__ import annotations

from gate.places.metadata import MARKER
from gate.workbench.mmdb_writer import DataSection

RECORD = {
    "city": {"geoname_id": 524901, "names": {"en": "Moscow"}},
    "country": {"iso_code": "RU"},
    "location": {"accuracy_radius": 20, "latitude": 55.75, "longitude": 37.61},
}
LITE = {"country": {"iso_code": "UA"}, "subdivisions": [{"names": {"en": "Crimea"}}]}


def crafted(data=b"", *, tree=None, gap=bytes(16), **changes):
    """A database with one node whose children are the first value of the data."""
    tree = (17).to_bytes(3, "big") * 2 if tree is None else tree
    told = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_780_000_000,
        "database_type": "Test-City",
        "description": {"en": "hostile"},
        "ip_version": 4,
        "languages": ["en"],
        "node_count": max(1, len(tree) // 6),
        "record_size": 24,
        **changes,
    }
    section = DataSection()
    section.add_inline({k: v for k, v in told.items() if v is not None})
    return tree + gap + data + MARKER + section.content()


def value(content):
    section = DataSection()
    section.add_inline(content)
    return section.content()


SOUND = value({"country": {"iso_code": "RU"}})


def pointer(offset):
    return bytes((0x38,)) + offset.to_bytes(4, "big")


def laughing(levels, width=29):
    """Lists of pointers to lists of pointers: little to read, no end to unfold."""
    parts, at = [SOUND], 0
    for _ in range(levels):
        parts.append(bytes((width - 1, 4)) + pointer(at) * (width - 1))
        at = sum(map(len, parts[:-1]))
    return parts, at


def laugh():
    parts, at = laughing(8)
    data = b"".join(parts)
    country = b"\xe2" + value("country") + value({"iso_code": "RU"})
    country += value("subdivisions")
    child = 1 + 16 + len(data)
    tree = child.to_bytes(3, "big") * 2
    return crafted(data + country + pointer(at), tree=tree)


def nodes(*pairs):
    return b"".join(a.to_bytes(3, "big") + b.to_bytes(3, "big") for a, b in pairs)


def bytes_of(kind, size):
    """The head of a value that claims a size of 3 bytes."""
    extra = (size - 65_821).to_bytes(3, "big")
    return (bytes((kind << 5 | 31,)) if kind < 8 else bytes((31, kind - 7))) + extra


HUGE = 16_000_000
