"""What a database must be before it may be served: each check, and what it found.

The gate decides about people by such a file, and a damaged or mistaken one fails
without a sound: everybody in Russia could be "not in the database". So it is read from
end to end by our own reader, asked by the common one, and compared with the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from gate.documents.moments import day
from gate.errors import (
    DatabaseError,
    UpdateCanaryError,
    UpdateDamagedError,
    UpdateDateError,
    UpdateRefusedError,
    UpdateShareError,
    UpdateUnfitError,
)
from gate.places.database import Database
from gate.workbench.telling import fields
from gate.workbench.updating.measuring import WATCHED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.model import AreaVersion
    from gate.workbench.updating.measuring import Measured, Share
    from gate.workbench.updating.settings import Task

DAY: Final = 86_400  # seconds
FUTURE_DAYS: Final = 2
"""Days that a build date may lie ahead: clocks and time zones differ."""

NETWORKS: Final = 30
"""Per cent by which the number of networks may differ from that of the last."""

FIRST: Final = 50
"""Per cent by which shares may differ where the last is another product, or the
database that ships with the gate."""

MANY: Final = 10
"""Known addresses from which one may have moved: networks are sold now and then."""

_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "countries": ("country",),
    "regions": ("subdivision", "subdivision_name"),
    "points or settlements": ("settlement", "point"),
    "registration": ("registered",),
}
"""What an area may ask for, and fields of a place that answer it, each alone."""


class Check(NamedTuple):
    """One check.

    Attributes:
        name: What was checked.
        told: What was found, in a sentence.
        error: What follows if it failed; None if it did not.
    """

    name: str
    told: str
    error: type[UpdateRefusedError] | None = None


class Candidate(NamedTuple):
    """A database that may become the served one.

    Attributes:
        path: Its file.
        measured: What it says as a whole.
        last: The same of the served one, or of the one that ships with the gate.
        is_served: Whether `last` is the served one.
    """

    path: Path
    measured: Measured
    last: Measured
    is_served: bool


def examined(
    candidate: Candidate, task: Task, areas: Sequence[AreaVersion], now: int
) -> tuple[Check, ...]:
    """Check a database that could be read from end to end.

    Args:
        candidate: The database, and what it is held against.
        task: What was asked for, and what is believed.
        areas: Area versions of the rule book.
        now: Unix seconds.
    """
    return (
        _type(candidate, task),
        *_dates(candidate, task, now),
        _fields(candidate, areas),
        _canaries(candidate, task.canaries),
        *_shares(candidate, task.tolerance),
        _networks(candidate),
    )


def damaged(problem: DatabaseError) -> Check:
    """Return the one check that there is of what cannot be read."""
    return Check("readable", str(problem), UpdateDamagedError)


def verdict(checks: Sequence[Check]) -> UpdateRefusedError | None:
    """Return why a database is refused; of several failures, all are in the message."""
    failed = [(check, check.error) for check in checks if check.error is not None]
    if not failed:
        return None
    if len(failed) == 1:
        check, error = failed[0]
        return error(f"Not taken ({check.name}): {check.told}", hint=error.remedy)
    told = " ".join(f"{error.code} ({c.name}): {c.told}" for c, error in failed)
    return UpdateRefusedError(
        f"Not taken, {len(failed)} checks failed. {told}", hint=failed[0][1].remedy
    )


def _type(candidate: Candidate, task: Task) -> Check:
    own, last = candidate.measured.type, candidate.last.type
    wanted = task.edition if task.is_chosen or not candidate.is_served else last
    if _bare(own) == _bare(wanted):
        return Check("type", f"It is {own}.")
    return Check("type", f'It is "{own}", not {wanted}.', UpdateUnfitError)


def _bare(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _dates(candidate: Candidate, task: Task, now: int) -> Iterator[Check]:
    built, served = candidate.measured.built, candidate.last.built
    told = f"It was built on {day(built)}"
    if built > now + FUTURE_DAYS * DAY:
        yield Check("date", f"{told}, in the future.", UpdateDateError)
    elif built < now - task.max_age_days * DAY:
        days = (now - built) // DAY
        more = f"{days} days ago; the limit is {task.max_age_days}."
        yield Check("date", f"{told}, {more}", UpdateDateError)
    else:
        yield Check("date", f"{told}.")
    if candidate.is_served:
        older = built < served
        more = f"the served one on {day(served)}."
        yield Check("newer", f"{told}, {more}", UpdateDateError if older else None)


def _fields(candidate: Candidate, areas: Sequence[AreaVersion]) -> Check:
    """Find areas that could no longer be decided, or less well than by the last."""
    asked = {what for version in areas for what in asked_by(version)}
    own = _answered(candidate.measured.tells)
    last = _answered(candidate.last.tells) if _is_same_product(candidate) else own
    lost = (asked & last) - own
    for version in areas:
        wants = asked_by(version)
        if not version.networks and wants.isdisjoint(own):
            lost |= wants
    tells = fields(candidate.measured.tells) or "nothing"
    if lost:
        more = f"areas of the rule book need {', '.join(sorted(lost))}."
        return Check("areas", f"It tells {tells}; {more}", UpdateUnfitError)
    return Check("areas", f"It tells {tells}.")


def asked_by(version: AreaVersion) -> set[str]:
    """Return what the conditions of an area ask of a place."""
    codes = (*version.whole, *version.partly)
    found = {
        "countries": any("-" not in code for code in codes),
        "regions": any("-" in code for code in codes),
        "points or settlements": bool(version.settlements or version.shapes),
        "registration": bool(version.registered_in),
    }
    return {what for what, holds in found.items() if holds}


def _answered(tells: Sequence[str]) -> set[str]:
    return {
        what for what, fields in _ASKED.items() if not set(fields).isdisjoint(tells)
    }


def _canaries(candidate: Candidate, canaries: Mapping[str, str]) -> Check:
    """Ask the common reader for addresses that everybody knows."""
    able = {4: candidate.measured.v4.networks, 6: candidate.measured.v6.networks}
    asked = {a: c for a, c in canaries.items() if able[6 if ":" in a else 4]}
    try:
        database = Database(candidate.path)
        found = {address: database.place(address).country for address in asked}
        database.close()
    except DatabaseError as problem:
        return Check("canaries", str(problem), UpdateDamagedError)
    wrong = [
        f"{address} is in {found[address] or 'no country'}, not {country}"
        for address, country in asked.items()
        if found[address] != country
    ]
    told = f"{len(asked) - len(wrong)} of {len(asked)} known addresses are right"
    told = "; ".join([told, *wrong]) + "."
    fails = len(wrong) > (len(asked) >= MANY) or not asked
    return Check("canaries", told, UpdateCanaryError if fails else None)


def _shares(candidate: Candidate, tolerance: int) -> Iterator[Check]:
    own, last, same = candidate.measured, candidate.last, _is_same_product(candidate)
    bound = tolerance if same else max(FIRST, tolerance)
    pairs = [("IPv4", own.v4, last.v4)]
    if same:  # products count unused IPv6 space in different ways
        pairs.append(("IPv6", own.v6, last.v6))
    for version, ours, theirs in pairs:
        if theirs.networks:
            yield from _share(version, ours, theirs, bound)


def _share(version: str, ours: Share, theirs: Share, bound: int) -> Iterator[Check]:
    for country in WATCHED:
        now, before = ours.of(country), theirs.of(country)
        told = f"{now:.3%} of {version} is {country}, {before:.3%} in the last."
        fails = abs(now - before) > before * bound / 100
        error = UpdateShareError if fails else None
        yield Check(f"share of {country}, {version}", told, error)


def _networks(candidate: Candidate) -> Check:
    own, last = candidate.measured, candidate.last
    told = f"It has {own.networks:,} networks"
    if not _is_same_product(candidate):
        return Check("networks", f"{told}.")
    fails = abs(own.networks - last.networks) > last.networks * NETWORKS / 100
    told = f"{told}, the last {last.networks:,}."
    return Check("networks", told, UpdateShareError if fails else None)


def _is_same_product(candidate: Candidate) -> bool:
    own, last = candidate.measured.type, candidate.last.type
    return candidate.is_served and _bare(own) == _bare(last)
