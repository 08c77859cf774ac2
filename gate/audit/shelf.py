"""Where everything of one log lies, and reading what needs no proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.audit.header import Header, parse
from gate.audit.notes import Verifier
from gate.audit.parquet import rows_path
from gate.errors.sealing import LogDamagedError, VerifierKeyError

if TYPE_CHECKING:
    from pathlib import Path


class Shelf:
    """The places of one log.

    Args:
        folder: The folder with rows/ and sites/.
        site: Name of the log (`audit.name`).
    """

    def __init__(self, folder: Path, site: str) -> None:
        self.folder, self.site = folder, site
        self.home = folder / "sites" / site

    @property
    def checkpoint_path(self) -> Path:
        """Where the newest signed head is."""
        return self.home / "checkpoint"

    def header_path(self, segment: int) -> Path:
        """Return where the header of a segment is."""
        return self.home / "segments" / f"{segment:06}.json"

    def archive_path(self, segment: int) -> Path:
        """Return where the signed head after a segment is."""
        return self.home / "checkpoints" / f"{segment:06}"

    def rows_path(self, header: Header) -> Path:
        """Return where the rows of a segment are, or were."""
        return (
            self.folder / "rows" / rows_path(self.site, header.period, header.segment)
        )

    def named_keys(self) -> tuple[Verifier, ...]:
        """Return the keys that the log names, oldest first."""
        try:
            lines = (self.home / "key.vkey").read_text("utf-8").split()
            return tuple(map(Verifier.parse, lines))
        except (FileNotFoundError, UnicodeError, VerifierKeyError):
            return ()

    def header(self, segment: int) -> Header:
        """Return the header of a segment.

        Raises:
            HeaderDamagedError: It is not a header in its one exact form.
            LogDamagedError: It is not there, or of another segment.
        """
        path = self.header_path(segment)
        try:
            found = parse(path.read_bytes(), str(path))
        except FileNotFoundError as error:
            raise LogDamagedError(path=str(path), why="it is missing") from error
        if (found.site, found.segment) != (self.site, segment):
            raise LogDamagedError(path=str(path), why="it is of another segment")
        return found

    def rows_folder(self) -> Path:
        """Return where the rows of all segments are."""
        site = rows_path(self.site, "", 0).partition("/")[0]
        return self.folder / "rows" / site

    def numbers(self, folder: str, ending: str = "") -> list[int]:
        """Return the numbers that the names of files in a folder are."""
        names = (path.name for path in (self.home / folder).glob(f"*{ending}"))
        stems = (name.removesuffix(ending) for name in names)
        return sorted(int(stem) for stem in stems if stem.isdecimal())
