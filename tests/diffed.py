"""Rule books and places in memory, for tests of their differences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from gate.model import LocationClass, Membership, Unknown
from gate.places.index import Columns, Index, Table
from gate.places.nowhere import unusable_index
from gate.rules.book import book_of
from gate.rules.sheets import Folder
from gate.workbench.diffing import Side

MOSCOW = "+03:00"
UNKNOWN = {
    "notice": "plain",
    "not_in_database": "banner",
    "database_unusable": "banner",
    "max_age_days": 400,
    "private_address": "banner",
    "bad_address": "interstitial",
    "anonymous_network": "pass",
}


def day(number, hour="00:00:00"):
    """A moment of September 2026."""
    return f"2026-09-{number:02}T{hour}Z"


def rule(name="warn", **changed):
    """A rule, as it is written."""
    own = {
        "id": name,
        "title": "Readers",
        "because": "A memo",
        "when": {"areas": ["north"], "activities": ["read"], "paths": ["/**"]},
        "certainty": "possible",
        "then": "interstitial",
        "notice": "plain",
    }
    return {**own, **changed}


def exemption(name="open", **changed):
    """An exemption, as it is written."""
    own = {
        "id": name,
        "relaxes": ["warn"],
        "to": "pass",
        "when": {"paths": ["/help/**"]},
        "because": "A memo",
        "approved_by": "legal@example.org",
        "effective": {"until": day(28)},
    }
    return {**own, **changed}


def version(number=1, **lists):
    """A version of an area, as it is written."""
    return {"since": day(number), **(lists or {"whole": ["RU"]})}


def side(*, files=None, areas=None, unknown=None, folder="rules", **sections):
    """A side whose book is written here; JSON is YAML, too."""
    rules = {
        "format": "rules/1",
        "owner": "legal@example.org",
        "unknown": {**UNKNOWN, **(unknown or {})},
        **sections,
    }
    named = areas or {"north": [version()], "south": [version(whole=["BY"])]}
    drawn = {
        "format": "areas/1",
        "areas": {
            name: {"title": name, "versions": versions}
            for name, versions in named.items()
        },
    }
    texts = {"rules.yaml": rules, "areas.yaml": drawn, **(files or {})}
    return written(
        {name: json.dumps(text, indent=1) for name, text in texts.items()}, folder
    )


def written(texts, folder="rules"):
    """A side of files with these texts."""
    files = Folder(Path(folder), {name: text.encode() for name, text in texts.items()})
    book, findings = book_of(files)
    assert book is not None, [str(f.mark) + f.message for f in findings]
    return Side(book=book, notices={}, folder=files, source=folder)


def place(*levels, label="XX", unknown=None, doubt=None):
    """A kind of place with a level for each area version."""
    return LocationClass(
        label=unknown.value if unknown else label,
        unknown=unknown,
        doubt=doubt,
        memberships=tuple(Membership(level) for level in levels),
        evidence=((),) * len(levels),
    )


def index(  # noqa: PLR0913 - one for each part of an index
    places, starts, ids, *, built=0, digest="one", labels=None, heard=()
):
    """An index of ranges that begin at `starts`, each with the place of an id.

    Reasons for an unknown place come after the places, then those that an edge makes.
    """
    count = len(places[0].memberships)
    nowhere = [place(*[0] * count, unknown=reason) for reason in Unknown]
    facts = replace(
        unusable_index().database,
        digest=digest,
        build_epoch=built,
        name=f"{digest}.mmdb",
    )
    return Index(
        columns=Columns.of(
            v4=Table(starts=list(starts), classes=list(ids)),
            v6=Table(starts=[0], classes=[len(places)]),
        ),
        classes=[*places, *nowhere, *heard],
        databases=[facts],
        labels=labels,
    )
