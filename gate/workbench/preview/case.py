"""What follows from a choice: the visitor as the gate sees them, and what decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gate.model import Activity, LocationClass, Unknown
from gate.places.columns import Columns, Table
from gate.places.index import Index
from gate.workbench.explain import decided, explain
from gate.workbench.subjects import Question, subject_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.engine.snapshot import Snapshot
    from gate.model import Decision
    from gate.workbench.explain import ActivityView, Explanation, Subject
    from gate.workbench.preview.choice import Choice

PEER = "8.8.8.8"
"""Stands for any public address where a place is described; nothing is sent to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visitor whose page can be asked for.

    Attributes:
        choice: What was asked.
        subject: The visitor as the gate sees them.
        index: An index in which the visitor's place is where `peer` is.
        peer: Address from which the visitor comes.
    """

    choice: Choice
    subject: Subject
    index: Index
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One choice, held against the rule book.

    Attributes:
        choice: What was asked.
        explanation: Why what follows, for the activity that was asked about.
        decisions: What follows for every activity, in the order of the vocabulary.
    """

    choice: Choice
    explanation: Explanation
    decisions: Mapping[Activity, Decision]

    @property
    def view(self) -> ActivityView:
        """What follows for the activity that was asked about."""
        return self.explanation.activities[0]


def visit_of(snapshot: Snapshot, choice: Choice) -> Visit:
    """Describe the visitor of a choice.

    Raises:
        DatabaseError: A database cannot be used.
    """
    question = Question(
        address=choice.address or None,
        place=choice.place,
        path=choice.path,
        now=choice.now,
        activities=(choice.activity,),
    )
    index = snapshot.index
    subject = subject_of(snapshot.config, snapshot.book, question, index)
    if choice.place is not None:
        index = _everywhere(index, subject.found, choice.now)
    peer = choice.address or PEER
    return Visit(choice=choice, subject=subject, index=index, peer=peer)


def case_of(snapshot: Snapshot, choice: Choice) -> Case:
    """Work out what follows from a choice.

    Raises:
        DatabaseError: A database cannot be used.
    """
    book, subject = snapshot.book, visit_of(snapshot, choice).subject
    return Case(
        choice=choice,
        explanation=explain(book, subject, digests_of(snapshot)),
        decisions={one: decided(book, subject, one)[1] for one in Activity},
    )


def digests_of(snapshot: Snapshot) -> dict[str, str]:
    """Return the digests of everything that a decision rests on."""
    versions = snapshot.versions
    return {
        "book": versions.book,
        "areas": versions.areas,
        "database": versions.database,
        "config": versions.config,
    }


def _everywhere(index: Index, found: LocationClass, now: int) -> Index:
    """Return an index in which every address is of one class.

    A place that is described has no database that could be too old.
    """
    one = Table(starts=[0], classes=[0])
    unknown = [LocationClass(label=reason, unknown=reason) for reason in Unknown]
    return Index(
        columns=Columns.of(v4=one, v6=one),
        classes=[found, *unknown],
        databases=[replace(facts, build_epoch=now) for facts in index.databases],
        areas_digest=index.areas_digest,
    )
