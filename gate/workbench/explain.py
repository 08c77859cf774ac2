"""Why a visitor meets what they meet: every step, by the evaluator that serves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from gate.decision import (
    Patterns,
    decide,
    examine,
    globs_of,
    memberships_at,
    stricter,
)
from gate.model import Activity, Unknown
from gate.request.edge import TOR
from gate.workbench.changes import changes
from gate.workbench.reasons import reasons

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.decision import Examination
    from gate.model import Decision, LocationClass, Membership, Place, RuleBook
    from gate.workbench.changes import Change

DAY = 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who asks for what, when.

    Attributes:
        address: The address, if one was given.
        place: What a database says of it, or what was described.
        found: The place as the index classes it: memberships and evidence in the
            order of `RuleBook.area_versions`.
        second: The second opinion on an address: by geoip2 and without the index;
            None without an address, or if geoip2 cannot read the database.
        path: Canonical path.
        now: Unix seconds.
        activities: Activities that are asked about.
        also: A reason that holds beside the place: the database is too old.
        hidden_by: Names of the files that say that the network hides its visitors.
        told: What each database says that knows the address, by its file name.
        edge: What an edge says, as `said_by` returns it; None if it was not asked.
    """

    address: str | None
    place: Place
    found: LocationClass
    second: LocationClass | None
    path: str
    now: int
    activities: tuple[Activity, ...] = tuple(Activity)
    also: Unknown | None = None
    hidden_by: tuple[str, ...] = ()
    told: Mapping[str, Place] = field(default_factory=dict)
    edge: str | None = None

    @property
    def hidden_at_edge(self) -> Unknown | None:
        """What an edge says that knows the visitor for hidden."""
        return Unknown.ANONYMOUS_NETWORK if self.edge == TOR else None

    @property
    def doubts(self) -> tuple[Unknown, ...]:
        """Reasons that hold beside the place."""
        found = (self.also, self.found.doubt, self.hidden_at_edge)
        return tuple(reason for reason in found if reason is not None)

    def deciding(self, evidence: Sequence[str]) -> Place:
        """Return the place by the database that decided on an area."""
        other = any(text.startswith("primary:") for text in evidence)
        return [*self.told.values()][-1] if other and self.told else self.place

    @property
    def is_disputed(self) -> bool:
        """The index and geoip2 do not agree on whether the place is known."""
        return self.second is not None and self.second.unknown != self.found.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """Whether the place lies in an area.

    Attributes:
        area: Id of the area.
        membership: By the index, or by the description.
        evidence: What says so.
        second: Second opinion; None if there is none.
        reasons: The evidence in sentences, with the people who were weighed.
    """

    area: str
    membership: Membership
    evidence: tuple[str, ...]
    second: Membership | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """What follows for one activity.

    Attributes:
        activity: The activity.
        examination: Every rule and exemption against the case.
        decision: What a reader meets; the stricter one if a second reason holds.
        changes: What would change it.
    """

    activity: Activity
    examination: Examination
    decision: Decision
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that there is to say about one case."""

    subject: Subject
    areas: tuple[AreaView, ...]
    activities: tuple[ActivityView, ...]
    digests: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """Return what `gate explain --json` prints."""
        return {
            "address": self.subject.address,
            "place": asdict(self.subject.place),
            "memberships": {
                view.area: {"is": str(view.membership), "evidence": list(view.evidence)}
                for view in self.areas
            },
            "decision": {
                str(view.activity): _decision_json(view.decision)
                for view in self.activities
            },
            "digests": dict(self.digests),
            **self._beside(),
        }

    def _beside(self) -> dict[str, object]:
        """Return what only some have: a second database, an edge."""
        subject = self.subject
        found: dict[str, object] = {}
        if len(subject.told) > 1:
            found["databases"] = {n: asdict(p) for n, p in subject.told.items()}
        if subject.edge is not None:
            found["edge"] = subject.edge
        return found


def explain(
    book: RuleBook, subject: Subject, digests: Mapping[str, str]
) -> Explanation:
    """Explain one case.

    Args:
        book: The rule book.
        subject: Who asks for what, when.
        digests: SHA-256 of book, areas, database and config.
    """
    return Explanation(
        subject=subject,
        areas=tuple(_areas(book, subject)),
        activities=tuple(_activity(book, subject, a) for a in subject.activities),
        digests=digests,
    )


def _areas(book: RuleBook, subject: Subject) -> list[AreaView]:
    first = memberships_at(book, subject.found, subject.now)
    second: Mapping[str, Membership] = {}
    if subject.second is not None:
        second = memberships_at(book, subject.second, subject.now)
    evidence: dict[str, tuple[str, ...]] = {}
    told: dict[str, tuple[str, ...]] = {}
    rows = zip(book.area_versions, subject.found.evidence, strict=False)
    for (area, version), texts in rows:
        if version.since <= subject.now:
            evidence[area] = texts
            told[area] = reasons(version, subject.deciding(texts), texts)
    return [
        AreaView(
            area=area,
            membership=membership,
            evidence=evidence.get(area, ()),
            second=second.get(area),
            reasons=told.get(area, ()),
        )
        for area, membership in first.items()
    ]


def _activity(book: RuleBook, subject: Subject, activity: Activity) -> ActivityView:
    examination, decision = decided(book, subject, activity)
    matched = matched_patterns(book, subject.path)
    return ActivityView(
        activity=activity,
        examination=examination,
        decision=decision,
        changes=changes(book, subject.found, matched, activity, subject.now),
    )


def decided(
    book: RuleBook, subject: Subject, activity: Activity
) -> tuple[Examination, Decision]:
    """Return how each rule and exemption fares, and what a reader meets.

    Args:
        book: The rule book.
        subject: Who asks for what, when.
        activity: What the request does.

    Returns:
        The examination of the place, and the decision: the stricter one if a second
        reason holds.
    """
    matched = matched_patterns(book, subject.path)
    examination = examine(
        book,
        memberships=memberships_at(book, subject.found, subject.now),
        matched=matched,
        activity=activity,
        now=subject.now,
        unknown=subject.found.unknown,
    )
    decision = examination.decision
    for reason in subject.doubts:
        beside = decide(
            book,
            memberships={},
            matched=matched,
            activity=activity,
            now=subject.now,
            unknown=reason,
        )
        decision = stricter(decision, beside)
    return examination, decision


def matched_patterns(book: RuleBook, path: str) -> frozenset[str]:
    """Return the patterns of rules and exemptions that match a canonical path."""
    return Patterns(globs_of(book.whens)).matched(path)


def too_old(book: RuleBook, build_epoch: int, now: int) -> Unknown | None:
    """Return the reason that holds beside every place when a database is too old."""
    limit = build_epoch + book.unknown.max_age_days * DAY
    return Unknown.DATABASE_UNUSABLE if now >= limit else None


def _decision_json(decision: Decision) -> dict[str, object]:
    return {
        "action": str(decision.action),
        "notices": list(decision.notices),
        "rules": list(decision.rules),
    }
