"""From an address to its location class: a look into a table, or one bisection.

This is all that a serving worker loads: no numpy, no shapely, no database reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import IndexStaleError
from gate.places.atomic import write_atomically
from gate.places.columns import Columns, Table
from gate.places.facts import joint_facts
from gate.places.stored import FORMAT, Content, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.model import LocationClass, Unknown
    from gate.places.edges import Label
    from gate.places.facts import DatabaseFacts

__all__ = ["Columns", "Index", "Table", "cache_name"]


class Index:
    """The compiled table from address ranges to location classes.

    Args:
        columns: The ranges.
        classes: The location classes; one for each reason why a place is unknown.
        databases: The databases that it is built from; at least one.
        areas_digest: Digest of the areas that it is built for.
        terms: As in `Sources.terms`.
        labels: What the labels of an edge mean; empty where none is configured.

    Attributes:
        classes: The location classes; a class id is a position here.
        databases: The databases that it was built from.
        database: The same as one.
        areas_digest: Digest of the areas that it was built for; may be empty.
        terms: What else than files it rests on.
        labels: What the labels of an edge mean.
    """

    def __init__(
        self,
        *,
        columns: Columns,
        classes: Sequence[LocationClass],
        databases: Sequence[DatabaseFacts],
        areas_digest: str = "",
        terms: Sequence[str] = (),
        labels: Mapping[str, Label] | None = None,
    ) -> None:
        self.classes = tuple(classes)
        self.databases = tuple(databases)
        self.terms = tuple(terms)
        self.labels = labels or {}
        self.database = joint_facts(self.databases, self.terms)
        self.areas_digest = areas_digest
        self._columns = columns
        self._find4, self._find6 = columns.find4, columns.find6
        self._unknown = {
            found.unknown: id_
            for id_, found in enumerate(self.classes)
            if found.unknown is not None
        }

    def find(self, version: int, number: int) -> int:
        """Return the class id of an address.

        Args:
            version: 4 or 6. An IPv4-mapped IPv6 number gives the class of the IPv4
                address in it.
            number: The address as an integer.
        """
        if version == 4:  # noqa: PLR2004 - the version of an address
            return self._find4(number)
        return self._find6(number)

    def unknown(self, reason: Unknown) -> int:
        """Return the class id of a reason why a place is unknown."""
        return self._unknown[reason]

    def ranges(self, version: int) -> Iterator[tuple[int, int]]:
        """Yield the first address and the class id of each range, ascending.

        Args:
            version: 4 or 6.
        """
        return self._columns.ranges(version)

    def save(self, path: Path) -> None:
        """Write the index so that a reader sees the old file or the whole new one.

        Raises:
            OSError: The folder cannot be written.
        """
        content = Content(
            columns=self._columns,
            classes=self.classes,
            databases=self.databases,
            areas_digest=self.areas_digest,
            terms=self.terms,
            labels=self.labels,
        )
        write_atomically(path, packed(content))

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        database_digest: str | None = None,
        areas_digest: str | None = None,
    ) -> Index:
        """Read an index and check all of it.

        Args:
            path: The file.
            database_digest: What it must have been built from; None asks nothing.
            areas_digest: What it must have been built for; None asks nothing.

        Raises:
            IndexDamagedError: The file is missing, cut off, changed, or of another
                format.
            IndexStaleError: It was built from another database or other areas.
        """
        index = cls(**unpacked(path)._asdict())
        for expected, found in (
            (database_digest, index.database.digest),
            (areas_digest, index.areas_digest),
        ):
            if expected is not None and expected != found:
                raise IndexStaleError(
                    f"{path.name} was built from another database or other areas.",
                    hint=IndexStaleError.remedy,
                )
        return index


def cache_name(database_digest: str, areas_digest: str) -> str:
    """Return the file name of the index of these databases and areas."""
    return f"index-{FORMAT}-{database_digest[:16]}-{areas_digest[:16]}.bin"
