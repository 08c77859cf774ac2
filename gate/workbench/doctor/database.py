"""How good the knowledge of places is: type, age, and what it can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.doors.health import OLD_DAYS
from gate.engine.preparation import sources_of
from gate.errors import DatabaseError
from gate.places.anonymous import read_hidden
from gate.places.database import Database
from gate.workbench.doctor.finding import Finding, error, ok, warning
from gate.workbench.telling import fields

OLD_LIST_DAYS = 7
"""Exits of Tor come and go within days."""

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.config import Config
    from gate.model import RuleBook
    from gate.places.anonymous import AnonymousFiles
    from gate.places.facts import DatabaseFacts


def check_databases(config: Config, book: RuleBook | None, now: int) -> list[Finding]:
    """Look at each database.

    Args:
        config: What the deployer chose.
        book: The rule book; None if it cannot be read.
        now: Unix seconds.
    """
    found = [*_embedded(config)]
    sources = sources_of(config)
    for path in sources.databases:
        found += _one(path, book, now)
    found += _hidden(sources.anonymous, now)
    return found


def _hidden(files: AnonymousFiles, now: int) -> Iterator[Finding]:
    try:
        known = read_hidden(files)
    except DatabaseError as problem:
        yield error("D020", "geo", str(problem), problem.hint)
        return
    for one in known:
        yield _aged(one.facts, None, now)
    if files.tor_exits is not None:
        days = max(0, int(now - files.tor_exits.stat().st_mtime)) // 86_400
        if days > OLD_LIST_DAYS:
            told = f"The list of Tor exits was written {days} days ago."
            yield warning("D021", files.tor_exits.name, told, "Fetch it each day.")


def _embedded(config: Config) -> Iterator[Finding]:
    if not config.geo.databases:
        told = (
            "geo.databases is empty: the small database in the package decides. It is "
            "as old as this version of the gate."
        )
        yield warning("D022", "geo.databases", told)


def _one(path: Path, book: RuleBook | None, now: int) -> Iterator[Finding]:
    try:
        database = Database(path)
    except DatabaseError as problem:
        yield error("D020", str(path), str(problem), problem.hint)
        return
    database.close()
    yield _aged(database.facts, book, now)
    yield from _telling(database.facts, book)


def _aged(facts: DatabaseFacts, book: RuleBook | None, now: int) -> Finding:
    days = facts.age_days(now)
    told = f"{facts.type}, {days} days old."
    most = book.unknown.max_age_days if book else None
    if most is not None and days >= most:
        told += f" The rule book allows {most}: every reader meets more than pass."
        return error("D021", facts.name, told)
    if days >= OLD_DAYS:
        return warning("D021", facts.name, told)
    return ok("D021", facts.name, told)


def _telling(facts: DatabaseFacts, book: RuleBook | None) -> Iterator[Finding]:
    missing = sorted(_asked(book) - _told(facts))
    if missing:
        told = f"It tells {fields(facts.tells)}; areas ask for {', '.join(missing)}."
        yield warning("D023", facts.name, told)
    else:
        yield ok("D023", facts.name, f"It tells {fields(facts.tells)}.")


def _asked(book: RuleBook | None) -> set[str]:
    """Return what the areas ask of a place."""
    asked = set()
    for _, version in book.area_versions if book else ():
        if version.partly or any("-" in code for code in version.whole):
            asked.add("regions")
        if version.settlements or version.shapes:
            asked.add("points or settlements")
    return asked


def _told(facts: DatabaseFacts) -> set[str]:
    tells = set(facts.tells)
    told = set()
    if tells & {"subdivision", "subdivision_name"}:
        told.add("regions")
    if tells & {"point", "settlement"}:
        told.add("points or settlements")
    return told
