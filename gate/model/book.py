"""What a rule book says, parsed: areas, rules, exemptions, promises and tests.

All times are Unix seconds (UTC); `since`/`from` are inclusive, `until` is exclusive.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from gate.model.words import Action, Membership, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model.diagnostic import Mark
    from gate.model.place import Place
    from gate.model.words import Activity, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An outline on the map.

    Attributes:
        name: File name within the rule book, such as "shapes/crimea.geojson".
        geojson: Text of the file; a Polygon or MultiPolygon, or features of these.
    """

    name: str
    geojson: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh:
    """How the people whom a coarse record may mean are weighed.

    Attributes:
        certain: Share of them, from 0 to 1, from which on the record belongs.
        unlikely: Share up to which it does not.
        radius_km: Radius of a record whose database gives none. The default is that
            within which MaxMind's own lies for four in five Ukrainian addresses with
            a city (GeoLite2-City of 2026-09-18).
        near_km: Distance from a settlement that belongs up to which nothing in a
            subdivision of `partly` is ruled out. The default is how far from active
            fighting Ukraine reckons with more of it (its Cabinet's resolution No 120 of
            2026-01-28); a front took over a year for as much (Avdiivka to Pokrovsk).
    """

    certain: float = 0.9
    unlikely: float = 0.1
    radius_km: int = 50
    near_km: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Somebody has looked at a version of an area again, and left it as it is.

    Attributes:
        date: Day of the review, "YYYY-MM-DD".
        by: Who has looked.
        note: What was looked at; may be empty.
    """

    date: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaVersion:
    """What belongs to an area from one moment on.

    Attributes:
        since: First second in force.
        as_of: Day of the knowledge, "YYYY-MM-DD"; None if not dated.
        within: Countries whose coarse records may hide members, and are weighed.
        weigh: How they are weighed.
        whole: ISO 3166 codes that belong to the area as a whole.
        partly: ISO 3166-2 codes of which only a part belongs.
        settlements: GeoNames ids that belong.
        outside: GeoNames ids of settlements that certainly do not, however near.
        shapes: Outlines; a point inside belongs.
        registered_in: Countries whose registration raises the membership.
        networks: Networks in CIDR form that belong, whatever a database says.
        sources: Where the knowledge comes from.
        reviews: Who has looked at it again since, and found nothing to change.
    """

    since: int
    mark: Mark
    as_of: str | None = None
    within: tuple[str, ...] = ()
    weigh: Weigh = Weigh()
    whole: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    settlements: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    shapes: tuple[Shape, ...] = ()
    registered_in: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()

    def known_on(self, today: str) -> str | None:
        """Return the last day on which the version was known to be right.

        That of the knowledge, or of a later review. A day that is still to come
        counts for nothing: nobody has looked yet.

        Args:
            today: "YYYY-MM-DD".
        """
        days = [self.as_of or "", *(review.date for review in self.reviews)]
        return max((day for day in days if day and day <= today), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A named part of the world, with dated versions in ascending order."""

    id: str
    title: str
    versions: tuple[AreaVersion, ...]
    mark: Mark

    def version_at(self, moment: int) -> AreaVersion | None:
        """Return the version in force at a moment (Unix seconds), if there is one."""
        begun = [version for version in self.versions if version.since <= moment]
        return begun[-1] if begun else None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The conditions of a rule: keys are AND, items of a list are OR.

    Attributes:
        areas: Areas of which the place must be a member; None asks nothing.
        outside_areas: Only in promises: areas of which the place is certainly
            not a member.
        unknown: Only in promises: reasons why the place is unknown.
        activities: Activities to which it applies; never empty.
        paths: Patterns of which one must match; never empty.
        except_paths: Patterns of which none may match.
    """

    activities: tuple[Activity, ...]
    areas: tuple[str, ...] | None = None
    outside_areas: tuple[str, ...] | None = None
    unknown: tuple[Unknown, ...] | None = None
    paths: tuple[str, ...] = ("/**",)
    except_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """A span of time; None is open."""

    since: int | None = None
    until: int | None = None

    def holds(self, now: int) -> bool:
        """Say whether `now` (Unix seconds) lies in the span."""
        return (self.since is None or self.since <= now) and (
            self.until is None or now < self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What follows for whom.

    Attributes:
        certainty: Least membership at which the rule holds, `POSSIBLE` or `YES`.
        if_possible: Weaker action while the membership is only possible.
        then: Action of the rule.
        notice: Id of the notice; None only if the action shows none (pass).
        notice_mark: Where the id of the notice stands, if it is known.
    """

    id: str
    title: str
    because: str
    when: When
    then: Action
    mark: Mark
    certainty: Membership = Membership.POSSIBLE
    if_possible: Action | None = None
    notice: str | None = None
    effective: Effective = Effective()
    mode: Mode = Mode.ENFORCE
    notice_mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """What loosens the rules that it names, until a date."""

    id: str
    relaxes: tuple[str, ...]
    to: Action
    when: When
    because: str
    approved_by: str
    effective: Effective
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An invariant: within `scope`, no decision is looser or stricter than this."""

    id: str
    scope: When
    mark: Mark
    at_least: Action | None = None
    at_most: Action | None = None
    effective: Effective = Effective()

    @property
    def terms(self) -> str:
        """Whom, what and when it is about, as 12 hexadecimal digits of a SHA-256.

        The order of list items means nothing here either; what an area consists of is
        not among the terms, since lines move.
        """
        told = {key: _sorted(value) for key, value in asdict(self.scope).items()}
        span = [self.effective.since, self.effective.until]
        text = json.dumps([told, span], sort_keys=True)
        return sha256(text.encode()).hexdigest()[:12]


def _sorted(items: Sequence[str] | None) -> list[str] | None:
    return None if items is None else sorted({str(item) for item in items})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What a configuration demands of a promise, whoever writes the book.

    Attributes:
        least: Least action that the promise must demand.
        terms: What `Promise.terms` must be; None leaves to the book what the promise
            is about.
    """

    least: Action
    terms: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPlaces:
    """What follows when a place is not known: every reason has its written action.

    Attributes:
        notice: Id of the notice that is shown.
        actions: One action for each reason.
        max_age_days: Age of the database from which `database_unusable` holds
            as well, in days.
        notice_mark: Where the id of the notice stands, if it is known.
    """

    notice: str
    actions: Mapping[Unknown, Action]
    max_age_days: int
    mark: Mark
    notice_mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTest:
    """A test in the rule book: a place, a path and a clock, and what must follow.

    Attributes:
        now: Pinned clock.
        visitor: The place.
        path: Canonical path.
        expect: Action for each activity that is tested.
        by: For an activity the ids that decide, sorted; "default" if none does.
        notices: For an activity the notices that are shown, sorted.
        shadow: For an activity what the shadow rules alone would do.
        shadow_by: For an activity the shadow rules that hold, sorted.
    """

    name: str
    now: int
    visitor: Place
    path: str
    expect: Mapping[Activity, Action]
    by: Mapping[Activity, tuple[str, ...]]
    mark: Mark
    notices: Mapping[Activity, tuple[str, ...]] = field(default_factory=dict)
    shadow: Mapping[Activity, Action] = field(default_factory=dict)
    shadow_by: Mapping[Activity, tuple[str, ...]] = field(default_factory=dict)

    @property
    def asked(self) -> tuple[Activity, ...]:
        """Every activity of which the test says something."""
        said = (self.expect, self.by, self.notices, self.shadow, self.shadow_by)
        return tuple(dict.fromkeys(activity for one in said for activity in one))


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """Everything under `rules/` but the notices.

    Attributes:
        digest: SHA-256 of all files, in hexadecimal.
        areas_digest: SHA-256 of what the areas say, in hexadecimal; a change
            of rules alone leaves it as it is.
        owners: The `owner` of each file of rules, sorted, each once.
    """

    areas: Mapping[str, Area]
    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...]
    promises: tuple[Promise, ...]
    tests: tuple[BookTest, ...]
    unknown: UnknownPlaces
    digest: str
    areas_digest: str
    owners: tuple[str, ...] = ()

    @cached_property
    def area_versions(self) -> tuple[tuple[str, AreaVersion], ...]:
        """Every area version with its area id, in the order of `LocationClass`."""
        return tuple(
            (area.id, version)
            for area in sorted(self.areas.values(), key=lambda a: a.id)
            for version in area.versions
        )

    @cached_property
    def whens(self) -> tuple[When, ...]:
        """The conditions of all that decides: of the rules, then of the exemptions."""
        exempted = (exemption.when for exemption in self.exemptions)
        return (*(rule.when for rule in self.rules), *exempted)

    @cached_property
    def whens_and_scopes(self) -> tuple[When, ...]:
        """The conditions of all that decides, then the scopes of the promises."""
        return (*self.whens, *(promise.scope for promise in self.promises))
