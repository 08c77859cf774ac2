"""What is known of one site's log while it is verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.audit.header import parse
from gate.audit.keys import origin_of
from gate.audit.notes import Checkpoint, read_note
from gate.audit.tree import Tiles
from gate.audit.verifying.files import segment_number
from gate.errors.sealing import HeaderDamagedError, NoteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gate.audit.findings import Findings
    from gate.audit.header import Header
    from gate.audit.verifying.files import LogFiles

    Kind = Literal["segments", "checkpoints"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A signed head as it lies in the log.

    Attributes:
        path: Its file, relative to the log.
        raw: Its bytes.
        claim: What it says, whoever signed it.
    """

    path: str
    raw: bytes
    claim: Checkpoint


@dataclass(slots=True, kw_only=True)
class Site:
    """The log of one site, read but for its rows.

    Attributes:
        name: Of the log.
        files: Of the whole folder.
        findings: Where everything that is wrong goes.
        newest: The newest checkpoint; None if it is not there or no checkpoint.
        archived: The checkpoint after each segment that has one.
        headers: Of each segment that has one in its exact form.
        begun: Headers of segments that no checkpoint covers.
    """

    name: str
    files: LogFiles
    findings: Findings
    newest: Note | None = None
    archived: dict[int, Note] = field(default_factory=dict)
    headers: dict[int, Header] = field(default_factory=dict)
    begun: dict[int, Header] = field(default_factory=dict)

    @property
    def home(self) -> str:
        """The folder of the site, relative to the log."""
        return f"sites/{self.name}"

    @property
    def origin(self) -> str:
        """What its checkpoints and keys are named."""
        return origin_of(self.name)

    @property
    def tiles(self) -> Tiles:
        """Its hash tree."""
        return Tiles(self.files.folder / self.home / "tile")

    def header_path(self, number: int) -> str:
        """Return where a header lies, relative to the log."""
        return f"{self.home}/segments/{number:06}.json"

    def archive_path(self, number: int) -> str:
        """Return where a checkpoint lies, relative to the log."""
        return f"{self.home}/checkpoints/{number:06}"

    def numbers(self, kind: Kind) -> list[int]:
        """Return the numbers of the files in a folder, sorted."""
        found = map(segment_number, self.files.below(f"{self.home}/{kind}"))
        return sorted(number for number in found if number is not None)


def read_site(name: str, files: LogFiles, findings: Findings) -> Site:
    """Read headers and checkpoints of a site, and note which cannot be understood."""
    site = Site(name=name, files=files, findings=findings)
    path = f"{site.home}/checkpoint"
    if path not in files.paths:
        findings.error("A001", path)
    site.newest = _note(site, path, "A002")
    for number in site.numbers("checkpoints"):
        found = _note(site, site.archive_path(number), "A041")
        if found:
            site.archived[number] = found
    size = site.newest.claim.size if site.newest else None
    for number, header in _headers(site):
        begun = size is not None and header.first >= size
        is_sealed = number in site.archived or not begun
        (site.headers if is_sealed else site.begun)[number] = header
    return site


def _note(site: Site, path: str, code: str) -> Note | None:
    try:
        raw = site.files.read(path)
        if raw is None:
            return None
        claim = Checkpoint.parse(read_note(raw)[0])
    except (NoteError, OSError) as error:
        site.findings.error(code, path, str(error))
        return None
    if claim.origin != site.origin:
        site.findings.error("A004", path, f"It is of {claim.origin[:100]!r}.")
    return Note(path=path, raw=raw, claim=claim)


def _headers(site: Site) -> Iterator[tuple[int, Header]]:
    for number in site.numbers("segments"):
        path = site.header_path(number)
        try:
            line = site.files.read(path)
            if line is not None:
                yield number, parse(line, path)
        except HeaderDamagedError as error:
            site.findings.error("A011", path, f"{error}")
        except OSError as error:
            site.findings.error("A011", path, f"It cannot be read: {error}.")
