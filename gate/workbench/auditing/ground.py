"""What a replay rests on: books by their digests, the site's parts, the databases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from gate.decision import segments
from gate.places.database import Database
from gate.places.embedded import embedded_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.config import Config
    from gate.model import Activity, RuleBook

DAY: Final = 86_400
"""Seconds."""

NO_DATABASE: Final = {"": 0}
"""The gate takes the database that it does not have for one built in 1970."""


class Assumption(StrEnum):
    """What rows do not prove, and somebody may know all the same.

    `SECTIONS`: sections and activities of the site were always those of the
    configuration at hand. `DOUBTS`: where no row tells of one, there was no doubt
    about the place: no forwarding header of a stranger, no database too old.
    """

    SECTIONS = "sections"
    DOUBTS = "doubts"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What is known beside the rows.

    Attributes:
        book: The book that is asked.
        formers: Books that rows may name, by digest.
        sections: Names with their patterns; the first that covers a path wins.
        acts: For each declared activity the patterns of its paths.
        config: Digest of the configuration that declares these; "" if there is none.
        builds: Digest of a database -> when it was built, Unix seconds.
        assumed: What is taken for granted.
    """

    book: RuleBook
    formers: Mapping[str, RuleBook]
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    acts: Mapping[Activity, tuple[str, ...]]
    config: str = ""
    builds: Mapping[str, int]
    assumed: frozenset[Assumption] = frozenset()

    def former(self, digest: str) -> RuleBook | None:
        """Return the book that a row names, if it is at hand."""
        return self.book if digest == self.book.digest else self.formers.get(digest)

    def drawn(self, areas_digest: str) -> RuleBook | None:
        """Return a book with the areas that a row names, if one is at hand."""
        return self._by_areas.get(areas_digest)

    def knows_parts(self, config: str) -> bool:
        """Say whether the site's sections are those that a configuration counted by."""
        return config == self.config or Assumption.SECTIONS in self.assumed

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Every second in which something may begin or end, ascending."""
        return tuple(sorted(set(self._edges())))

    @cached_property
    def _by_areas(self) -> dict[str, RuleBook]:
        books = (*self.formers.values(), self.book)
        return {book.areas_digest: book for book in books if book.areas_digest}

    def _edges(self) -> Iterator[int]:
        for book in (self.book, *self.formers.values()):
            spans = [promise.effective for promise in book.promises]
            also = [instant for span in spans for instant in (span.since, span.until)]
            for segment in segments(book, also=also):
                if segment.since is not None:
                    yield segment.since
            for built in self.builds.values():
                yield built + book.unknown.max_age_days * DAY


def ground_of(
    book: RuleBook,
    config: Config | None,
    *,
    formers: Iterable[RuleBook] = (),
    assumed: Iterable[Assumption] = (),
) -> Ground:
    """Gather what is known beside the rows.

    Args:
        book: The book that is asked.
        config: The configuration at hand, if there is one.
        formers: Books that rows may name.
        assumed: What is taken for granted.

    Raises:
        DatabaseError: A configured database cannot be read.
    """
    site = config.site if config else None
    return Ground(
        book=book,
        formers={former.digest: former for former in formers},
        sections=tuple((s.name, s.paths) for s in site.sections) if site else (),
        acts=_acts(config),
        config=config.digest if config else "",
        builds={**NO_DATABASE, **_builds(config)},
        assumed=frozenset(assumed),
    )


def _acts(config: Config | None) -> dict[Activity, tuple[str, ...]]:
    found: dict[Activity, tuple[str, ...]] = {}
    for declared in config.site.activities if config else ():
        found[declared.word] = (*found.get(declared.word, ()), *declared.paths)
    return found


def _builds(config: Config | None) -> dict[str, int]:
    """Return when the databases at hand were built; also the one that ships."""
    found = {}
    for paths in {(embedded_database(),), config.geo.databases if config else ()}:
        if paths:
            database = Database(*paths)
            found[database.facts.digest] = database.facts.build_epoch
            database.close()
    return found
