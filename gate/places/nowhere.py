"""The index of no database: every address is unknown, for a written reason."""

from __future__ import annotations

from gate.model import LocationClass, Unknown
from gate.places.facts import DatabaseFacts
from gate.places.index import Columns, Index, Table


def unusable_index() -> Index:
    """Return the index that stands in where no database can be used.

    It says `database_unusable` of every address. The rule book has a written action
    for that, and the gate says loudly that it applies.
    """
    classes = [LocationClass(label=reason, unknown=reason) for reason in Unknown]
    nowhere = list(Unknown).index(Unknown.DATABASE_UNUSABLE)
    everything = Table(starts=[0], classes=[nowhere])
    nothing = DatabaseFacts(
        name="none",
        type="none",
        build_epoch=0,
        digest="",
        node_count=0,
        ip_version=6,
        layout="none",
        tells=(),
        attribution="",
    )
    columns = Columns.of(v4=everything, v6=everything)
    return Index(columns=columns, classes=classes, databases=[nothing])
