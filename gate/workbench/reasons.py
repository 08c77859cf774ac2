"""What the evidence for a membership means, in words a person understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.places.areas import extent_of
from gate.places.gazetteer import settlements
from gate.rules.iso3166 import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model import AreaVersion, Place
    from gate.places.people import Share

SETTLED_BY = "settlements of 500 inhabitants or more, GeoNames"
"""Whose numbers are weighed."""

# Evidence that decides whatever the people around a point are.
_STRONG = ("network:", "whole:", "settlement:", "edge:")
_WEIGHED = ("disc", "region")


def reasons(
    version: AreaVersion, place: Place, evidence: Sequence[str]
) -> tuple[str, ...]:
    """Say in sentences why a place is, may be or is not in an area.

    Args:
        version: The version of the area.
        place: The place; its people are weighed anew, so that the numbers are exact.
        evidence: Codes of the findings that decided.

    Returns:
        A sentence for each finding, then for the people whom the record may mean.
    """
    told = list(_findings(version, evidence))
    if not any(text.startswith(_STRONG) for text in evidence):
        share = extent_of(version).share(place)
        if share is not None:
            told.append(weighing(share))
            told.append(_thresholds(version))
    return tuple(told)


def weighing(share: Share) -> str:
    """Say how many of the people whom a record may mean live in the area.

    >>> from gate.places.people import Share
    >>> weighing(Share(1500, 100_000, "UA", 500, is_assumed=False))
    'disc: 1.5 % of the people within 500 km, in Ukraine (UA), live in the area: \
1,500 of 100,000 (settlements of 500 inhabitants or more, GeoNames).'
    """
    where = f"in {_named(share.region)}"
    kind = "region"
    if share.radius_km is not None:
        kind = "disc"
        told = " (assumed: the database gives none)" if share.is_assumed else ""
        where = f"within {share.radius_km} km{told}, {where},"
    return (
        f"{kind}: {_exact(share.part)} % of the people {where} live in the area: "
        f"{share.inside:,} of {share.people:,} ({SETTLED_BY})."
    )


def _exact(part: float) -> str:
    return f"{100 * part:.1f}" if 0 < part < 1 else f"{100 * part:.0f}"


def _thresholds(version: AreaVersion) -> str:
    unlikely, certain = version.weigh.unlikely, version.weigh.certain
    return f"Up to {100 * unlikely:g} % is no, {100 * certain:g} % or more is yes."


def _findings(version: AreaVersion, evidence: Sequence[str]) -> Iterator[str]:
    for text in evidence:
        kind, _, what = text.partition(":")
        if kind not in _WEIGHED:
            yield f"{kind}: {_sentence(version, kind, what)}"


def _sentence(version: AreaVersion, kind: str, what: str) -> str:
    if kind == "settlement":
        return f"{_settlement(what)} is listed."
    if kind == "near":
        reach = f"within {version.weigh.near_km} km"
        return f"{_settlement(what)}, which belongs, is {reach}; the line moves."
    code = _named(what) if kind in _OF_CODES else ""
    return _SENTENCES.get(kind, "{0}.").format(what, code)


def _settlement(id_: str) -> str:
    found = settlements().get(int(id_))
    return f"{found.name if found else 'the settlement'} ({id_})"


_OF_CODES = frozenset({"whole", "partly", "within", "registered", "edge"})
_SENTENCES = {
    "network": "{0} is listed.",
    "whole": "all of {1} belongs.",
    "partly": "a part of {1} belongs.",
    "shape": "the point lies in {0}.",
    "within": "it may mean any part of {1}.",
    "registered": "the network is registered in {1}.",
    "edge": "the edge in front of the gate says {1}.",
    "databases": "they say {0}; an edge can only make a place possible.",
    "primary": "the first database says {0}; the stricter of the two holds.",
    "second": "the second database says {0}, and does not hold.",
}


def _named(code: str) -> str:
    return f"{name_of(code)} ({code})"
