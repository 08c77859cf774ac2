"""Every segment: its header at its place, its rows as they were sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.audit.hashing import Growing, leaf_hash
from gate.audit.parquet import rows_path
from gate.audit.verifying.files import segment_number
from gate.audit.verifying.rows import (
    RowsRead,
    differences,
    is_too_small,
    read_rows_of,
    wrong_sums,
)
from gate.errors.sealing import TileDamagedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.audit.lines import RowReader
    from gate.audit.verifying.site import Site
    from gate.audit.verifying.spans import Span

_MORE: Final = 10_000  # rows that are read beyond those that were sealed


class Walk:
    """Goes through the segments of a site in their order.

    The hashes that decide are those of the tiles if they lead to the signed root. If
    not, of lines and tiles those decide that lead to the checkpoint of the segment.

    Args:
        site: The site.
        reader: Of its rows.
        size: Of the tree.
        has_tiles: Whether the tiles lead to the signed root.
        done: Told how many leaves were looked at.

    Attributes:
        roots: Size of the tree after a segment -> its root.
        rows: Rows that were found as they were sealed.
        decisions: Decisions in them.
    """

    def __init__(
        self,
        site: Site,
        reader: RowReader,
        *,
        size: int,
        has_tiles: bool,
        done: Callable[[int], None],
    ) -> None:
        self.roots: dict[int, bytes] = {0: Growing().root()}
        self.rows = self.decisions = 0
        self._site, self._reader, self._done = site, reader, done
        self._size, self._has_tiles = size, has_tiles
        self._tree: Growing | None = Growing()
        self._rows_files = _rows_files(site)
        self._pruned = _pruned(site)

    def check(self, span: Span) -> None:
        """Check one segment."""
        rows = self._read(span)
        own = [leaf_hash(span.header.line())] if span.header else []
        lines = [*own, *rows.hashes] if rows and own else None
        sealed = self._sealed(span, lines)
        self._check_header(span, sealed, own)
        if rows is not None:
            self._check_rows(span, rows, sealed)
        self._grow(span, sealed)
        self._done((span.end or 0) - (span.start or 0))

    def _sealed(self, span: Span, lines: list[bytes] | None) -> list[bytes] | None:
        """Return the hashes of a segment that decide; None if nothing tells them."""
        tiles = self._tile_leaves(span)
        if self._has_tiles:
            return tiles
        for candidate in (lines, tiles):
            if candidate and self._leads_to_signed(span, candidate):
                if candidate is lines and tiles not in (None, lines):
                    place = f"{self._site.home}/tile"
                    told = f"It is not that of the rows of segment {span.number}."
                    self._site.findings.error("A006", place, told)
                return candidate
        return tiles or lines

    def _tile_leaves(self, span: Span) -> list[bytes] | None:
        if span.start is None or span.end is None:
            return None
        try:
            return self._site.tiles.leaves(span.start, span.end, self._size)
        except TileDamagedError:
            return None  # A006 was said

    def _leads_to_signed(self, span: Span, leaves: list[bytes]) -> bool:
        if self._tree is None or span.note is None:
            return False
        if self._tree.size + len(leaves) != span.note.claim.size:
            return False
        tree = self._tree.copy()
        for leaf in leaves:
            tree.add(leaf)
        return tree.root() == span.note.claim.root

    def _grow(self, span: Span, sealed: list[bytes] | None) -> None:
        """Append the leaves of a segment, and hold the root against its checkpoint."""
        root = self._root(span, sealed)
        if root is None or span.end is None:
            return
        self.roots[span.end] = root
        archived = self._site.archived.get(span.number)
        if archived and (archived.claim.size, archived.claim.root) != (span.end, root):
            code = "A042" if self._has_tiles else "A005"
            self._site.findings.error(code, archived.path)

    def _root(self, span: Span, sealed: list[bytes] | None) -> bytes | None:
        """Return the root of the tree with a segment; None if nothing tells it."""
        if self._has_tiles and span.end is not None:
            return self._site.tiles.root(span.end)
        if self._tree is None or sealed is None:
            self._tree = None
            return None
        for leaf in sealed:
            self._tree.add(leaf)
        if self._tree.size != span.end:
            self._tree = None
            return None
        return self._tree.root()

    def _check_header(
        self, span: Span, sealed: list[bytes] | None, own: list[bytes]
    ) -> None:
        site, path = self._site, self._site.header_path(span.number)
        header = span.header
        if header is None:
            if path not in site.files.paths:
                site.findings.error("A010", path)
            return
        if sealed is not None and sealed[:1] != own:
            site.findings.error("A012", path)
            return
        before = self.roots.get(header.first)
        wrong = {
            "segment": header.segment != span.number,
            "site": header.site != site.name,
            "first": span.start not in (None, header.first),
            "rows": span.end not in (None, header.end),
            "previous": before is not None and before.hex() != header.previous,
        }
        for name in (name for name, is_wrong in wrong.items() if is_wrong):
            told = f"Its field {name} is not that of segment {span.number}."
            site.findings.error("A013", path, told)

    def _read(self, span: Span) -> RowsRead | None:
        """Return the rows of a segment; None if they are not there to be read."""
        path = self._rows_path(span)
        header = span.header
        if path is None:
            return None if header is None or header.what == "period" else RowsRead()
        known = span.start is not None and span.end is not None
        expected = (span.end or 0) - (span.start or 0) if known else 0
        try:
            return read_rows_of(
                self._reader,
                self._site.files.folder / path,
                segment=span.number,
                period=header.period if header else "",
                most=expected + _MORE,
            )
        except OSError as error:
            self._site.findings.error("A021", path, f"{error}.")
            return None

    def _rows_path(self, span: Span) -> str | None:
        """Return the file of the rows of a segment, and note where it is not."""
        files = self._rows_files.pop(span.number, [])
        findings = self._site.findings
        own = _own_path(span, self._site.name)
        if span.header and span.header.what != "period":
            for path in files:
                findings.error("A050", path, "The segment is an event, without rows.")
            return None
        for path in files:
            if own not in (None, path):
                findings.error("A026", path, f"Its place is {own}.")
        if own in files or files:
            found = own if own in files else files[0]
            if span.number in self._pruned and found:
                findings.warning("A052", found)
            return found
        if span.number not in self._pruned and self._has_rows(span):
            findings.error("A020", own or f"segment {span.number}")
        return None

    def _has_rows(self, span: Span) -> bool:
        if span.header is not None:
            return True  # an empty day has an empty file
        return span.start is None or span.end is None or span.end - span.start > 1

    def _check_rows(
        self, span: Span, rows: RowsRead, sealed: list[bytes] | None
    ) -> None:
        own = _own_path(span, self._site.name)
        place = own or f"rows of segment {span.number}"
        findings, different = self._site.findings, rows.is_too_long
        if rows.is_too_long:
            findings.error("A028", place, "There are many more rows than were sealed.")
        for code, told in differences(rows, (sealed or [b""])[1:], self._is_of):
            different = True
            findings.error(code, place, told)
        if different or sealed is None or span.header is None:
            return
        self.rows, self.decisions = (
            self.rows + len(rows.hashes),
            self.decisions + rows.total,
        )
        header_path = self._site.header_path(span.number)
        for told in wrong_sums(span.header, rows):
            findings.error("A014", header_path, told)
        if is_too_small(span.header, rows):
            findings.error("A029", place, f"It has a row of {rows.smallest}.")

    def _is_of(self, segment: int, line: bytes) -> bool:
        """Say whether a hash is a leaf of another segment."""
        header = self._site.headers.get(segment)
        if header is None or header.rows < 1 or header.end > self._size:
            return False
        try:
            leaves = self._site.tiles.leaves(header.first, header.end, self._size)
        except TileDamagedError:
            return False
        return line in leaves

    def finish(self, *, first_unsealed: int) -> None:
        """Note files of rows that belong to no segment.

        Args:
            first_unsealed: Number of the segment that comes next.
        """
        for number, files in self._rows_files.items():
            for path in files:
                if number == first_unsealed:
                    self._site.findings.warning("A053", path)
                else:
                    self._site.findings.error("A050", path)


def _own_path(span: Span, site: str) -> str | None:
    if span.header is None or span.header.what != "period":
        return None
    return f"rows/{rows_path(site, span.header.period, span.number)}"


def _rows_files(site: Site) -> dict[int, list[str]]:
    """Return the files of rows of a site by the number in their names."""
    found: dict[int, list[str]] = {}
    folder = "rows/" + rows_path(site.name, "", 0).partition("/")[0]
    for path in sorted(site.files.below(folder)):
        number = segment_number(path.rpartition("/")[2])
        if number is not None and path.endswith(".parquet"):
            found.setdefault(number, []).append(f"{folder}/{path}")
    return found


def _pruned(site: Site) -> set[int]:
    """Return the segments whose rows a later event says were dropped."""
    found: set[int] = set()
    for header in site.headers.values():
        named = header.details.get("segments", [])
        if header.what == "prune" and isinstance(named, list):
            found |= {number for number in named if number < header.segment}
    return found
