"""What an edge in front of the gate says of a visitor, beside the databases.

An edge (Cloudflare, CloudFront, Fastly and their like) names a country, at best a
subdivision: no radius, and nobody can check from what. So what it says is weaker than
a record. It can make a place possible that the databases rule out, and it answers for
addresses that are in none of them; it never takes away a place that they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gate.model import Place, Unknown
from gate.places.gazetteer import settlements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.model import AreaVersion, LocationClass
    from gate.places.classes import Classes

    Verdict = Literal["agrees", "raises", "fills", "overruled", "apart"]

ELSEWHERE = ""
"""The label that stands for every country that no area mentions."""


class Label(NamedTuple):
    """What one label of an edge means for visitors of each class.

    Attributes:
        alone: Class id where nothing but the label is known.
        instead: Class ids that hold instead of others; what is not there stays.
    """

    alone: int
    instead: Mapping[int, int]


def labels_of(classes: Classes) -> dict[str, Label]:
    """Return what each label means; adds the classes that are needed to `classes`.

    Args:
        classes: All classes of the databases, complete.
    """
    known = range(len(classes.all()))
    found: dict[str, Label] = {}
    for label in (ELSEWHERE, *_mentioned(classes.versions)):
        country, _, part = label.partition("-")
        place = Place(country=country or None, subdivision=label if part else None)
        alone = classes.of_edge(place, label)
        wider = found.get(country)
        if part and wider is not None and wider.alone == alone:
            continue  # the country says it already
        instead = {id_: classes.with_edge(id_, label, alone) for id_ in known}
        changed = {id_: new for id_, new in instead.items() if new != id_}
        found[label] = Label(alone, changed)
    return found


def label_for(labels: Mapping[str, Label], said: str) -> Label | None:
    """Return what an ISO 3166 code means that an edge said; at least its country.

    Args:
        labels: As `labels_of` returns them.
        said: "RU" or "UA-43".

    Returns:
        The label; None if the index knows of no edge, as one that was made before
        the edge was configured.
    """
    country = said.partition("-")[0]
    return labels.get(said) or labels.get(country) or labels.get(ELSEWHERE)


def verdict(classes: Sequence[LocationClass], own: int, label: Label) -> Verdict:
    """Say how what an edge says stands to what the databases say.

    Args:
        classes: All classes.
        own: Class id by the databases.
        label: What the edge says.

    Returns:
        "fills": the address is in no database, so the edge answers. "raises": a place
        becomes possible that they rule out. "overruled": they hold it for possible
        or certain, the edge does not, and they hold. "apart": the place is unknown
        for a reason that no edge can remove. Else "agrees".
    """
    found = classes[own]
    if found.unknown is not None:
        is_gap = found.unknown is Unknown.NOT_IN_DATABASE
        return "fills" if is_gap else "apart"
    if own in label.instead:
        return "raises"
    lost = any(found.memberships) and not any(classes[label.alone].memberships)
    return "overruled" if lost else "agrees"


def _mentioned(versions: Sequence[AreaVersion]) -> Iterator[str]:
    """Yield the labels about which the areas say something, countries first."""
    codes = {
        code for one in versions for code in (*one.whole, *one.partly, *one.within)
    }
    countries = {code.partition("-")[0] for code in codes}
    partly = {code.partition("-")[0] for code in codes if "-" in code}
    told = (found.subdivision for found in settlements().values())
    codes |= {part for part in told if part and part.partition("-")[0] in partly}
    yield from sorted(countries)
    yield from sorted(code for code in codes if "-" in code)
