"""What says where visitors are: databases, lists of hidden networks, an edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.places.anonymous import AnonymousFiles
from gate.places.facts import digest_of, joint_digest

if TYPE_CHECKING:
    from pathlib import Path

PRIMARY = "primary"
"""`Sources.disagreement` if the second database only fills the gaps of the first."""

STRICTEST = "strictest"
"""`Sources.disagreement` if of each area the higher of the two levels holds."""

MOST_ANSWERS = 2
"""Databases for one address version: a third opinion settles nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that an index is built from, areas aside.

    Attributes:
        databases: At least one. Of two that answer for the same addresses the first
            is the primary, the other the second.
        anonymous: Files that name networks whose visitors are hidden.
        disagreement: Who holds where both databases know a place: `STRICTEST` or
            `PRIMARY`.
        edge: Whether an edge in front of the gate also says where visitors are.
    """

    databases: tuple[Path, ...]
    anonymous: AnonymousFiles = field(default_factory=AnonymousFiles)
    disagreement: str = STRICTEST
    edge: bool = False

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that is named."""
        return (*self.databases, *self.anonymous.files)

    @property
    def terms(self) -> tuple[str, ...]:
        """What else than files decides how the index comes out, in words."""
        asked = len(self.databases) > 1 and self.disagreement != STRICTEST
        return (
            *((f"disagreement:{self.disagreement}",) if asked else ()),
            *(("edge",) if self.edge else ()),
        )

    def digest(self) -> str:
        """Return the digest of the files and the terms; see `joint_digest`.

        Raises:
            OSError: A file cannot be read, or is no plain file of bearable size.
        """
        digest = digest_of(self.files)
        return joint_digest([digest, *self.terms])
