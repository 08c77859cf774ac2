"""What `geo` must not say although each value of it is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.config.found import Found
from gate.request.edge import COUNTRIES, EdgeFields
from gate.request.proxies import FORWARDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.config.geo import Edge
    from gate.config.schema import Written

_HERE = ("geo", "edge")
_MEANT_OTHERWISE = FORWARDING | {
    *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_AUTHORIZATION", "HTTP_COOKIE"),
    *("HTTP_HOST", "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_USER_AGENT"),
    *("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
}
"""Fields that browsers or proxies write for another purpose."""


def check_geo(written: Written) -> Iterator[Found]:
    """Find what does not fit together in `geo`."""
    yield from _databases(written)
    edge = written.geo.edge
    if edge is None:
        return
    if edge.vendor == "generic" and edge.country is None:
        message = "A generic edge needs the name of the field with the country."
        hint = "Write country: x-country-code, or what your edge calls it."
        yield Found("E121", (*_HERE, "vendor"), message, hint)
        return
    if not written.visitor.trusted_proxies:
        message = "Nobody is trusted, so no edge is ever heard."
        hint = "Name its networks, or your own proxy, in visitor.trusted_proxies."
        yield Found("E121", _HERE, message, hint)
    if written.site.cache == "edge":
        message = (
            "Copies for everybody may be kept, and an edge is heard of each reader."
        )
        hint = "An exported table cannot hear it: let site.cache be private."
        yield Found("E121", ("site", "cache"), message, hint)
    yield from _fields(edge)
    yield from _words(edge)


def _databases(written: Written) -> Iterator[Found]:
    files = written.geo.databases
    for number, path in enumerate(files):
        if path in files[:number]:
            message = f"{path} stands twice: a file is no second opinion on itself."
            yield Found("E122", ("geo", "databases", number), message, "Name another.")


def _fields(edge: Edge) -> Iterator[Found]:
    read = EdgeFields.compile(**edge.model_dump())
    if read.country == read.subdivision:
        message = "Country and subdivision cannot stand in one field."
        yield Found("E121", (*_HERE, "subdivision"), message, "Leave one of them out.")
    for name, key in (("country", read.country), ("subdivision", read.subdivision)):
        if key in _MEANT_OTHERWISE or key.startswith("HTTP_X_GATE"):
            message = f"The field {getattr(edge, name)} says something else."
            hint = "Name the field in which your edge writes the place."
            yield Found("E121", (*_HERE, name), message, hint)


def _words(edge: Edge) -> Iterator[Found]:
    for name in ("unknown", "tor", "reserved"):
        for number, word in enumerate(getattr(edge, name)):
            if word.strip().upper() in COUNTRIES:
                message = f"{word} is the code of a country; it would never be heard."
                hint = "List words only that are no country."
                yield Found("E121", (*_HERE, name, number), message, hint)
