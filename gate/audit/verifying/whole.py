"""One site's log from its signature down to its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.audit.hashing import EMPTY_ROOT
from gate.audit.lines import RowReader
from gate.audit.notes import open_note
from gate.audit.parquet import rows_path
from gate.audit.verifying.days import check_days
from gate.audit.verifying.files import segment_number
from gate.audit.verifying.hashes import (
    check_kept_tiles,
    check_partial_tiles,
    check_tiles,
)
from gate.audit.verifying.keychain import (
    check_keys,
    check_named_keys,
    check_signatures,
    key_chain,
)
from gate.audit.verifying.segments import Walk
from gate.audit.verifying.spans import spans
from gate.errors.sealing import NoteError, TileDamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from gate.audit.findings import Findings
    from gate.audit.notes import Verifier
    from gate.audit.verifying.site import Site
    from gate.audit.verifying.spans import Span


def verify_site(
    site: Site,
    keys: Sequence[Verifier],
    *,
    today: date,
    done: Callable[[int], None],
) -> Walk:
    """Verify the log of one site.

    Args:
        site: Read from its folder.
        keys: That the auditor trusts.
        today: Day that it is (UTC).
        done: Told how many leaves were looked at, twice for each.

    Returns:
        What was found of rows and roots; findings are the site's.
    """
    chain = key_chain(site, keys)
    check_keys(site, chain, keys)
    signed = check_signatures(site, chain)
    check_named_keys(site, chain)
    size, root = head_of(site)
    tiles_root = check_tiles(site, size, done)
    are_whole = check_partial_tiles(site, size)
    check_kept_tiles(site, size)
    has_tiles = are_whole and root is not None and tiles_root == root
    with RowReader(site.name) as reader:
        walk = Walk(site, reader, size=size, has_tiles=has_tiles, done=done)
        found = list(spans(site, signed, size))
        for span in found:
            walk.check(span)
        _check_end(site, walk, found, size, root)
        walk.finish(first_unsealed=len(found))
    _check_archive(site, found, size)
    check_days(site, today)
    return walk


def head_of(site: Site) -> tuple[int, bytes | None]:
    """Return size and root of the tree; without a checkpoint, of the last archived."""
    if site.newest:
        return site.newest.claim.size, site.newest.claim.root
    claims = [note.claim for note in site.archived.values()]
    if claims:
        largest = max(claims, key=lambda claim: claim.size)
        return largest.size, largest.root
    return max((header.end for header in site.headers.values()), default=0), None


def _check_end(
    site: Site, walk: Walk, found: Sequence[Span], size: int, root: bytes | None
) -> None:
    """Note whether everything leads to the signed root, and nothing is left over."""
    place = site.newest.path if site.newest else site.home
    if walk.roots.get(size, b"" if size else EMPTY_ROOT) != root and root is not None:
        site.findings.error("A005", place)
    if found and found[-1].end not in (size, None):
        told = f"Segments from {len(found)} on are not there."
        site.findings.error("A010", site.home, told)
    if not found and size:
        site.findings.error("A010", site.home, "No segment is there.")


def _check_archive(site: Site, found: Sequence[Span], size: int) -> None:
    """Note checkpoints that are missing, and files of segments that are not sealed."""
    for span in found:
        path = site.archive_path(span.number)
        if path not in site.files.paths:
            site.findings.error("A040", path)
    for number, note in site.archived.items():
        if number >= len(found):
            code = "A045" if note.claim.size > size else "A050"
            site.findings.error(code, note.path)
    for number in site.numbers("segments"):
        path = site.header_path(number)
        if number == len(found):
            site.findings.warning("A053", path)
        elif number > len(found):
            site.findings.error("A050", path)


def check_since(
    logs: Sequence[tuple[Site, Walk]],
    since: bytes,
    keys: Sequence[Verifier],
    findings: Findings,
) -> None:
    """Hold the logs against a checkpoint that the auditor kept.

    Args:
        logs: Each site with what was found of it.
        since: The checkpoint.
        keys: That the auditor trusts.
        findings: Where what is wrong goes.
    """
    chains = (key_chain(site, keys).keys for site, _ in logs)
    known = [*keys, *(key for chain in chains for key in chain)]
    try:
        kept = open_note(since, known).checkpoint
    except NoteError as error:
        findings.error("A046", "the checkpoint that was kept", str(error))
        return
    log = next((log for log in logs if log[0].origin == kept.origin), None)
    if log is None:
        findings.error("A044", kept.origin, "There is no log of this origin.")
        return
    size, _ = head_of(log[0])
    place = f"the first {kept.size:,} leaves of {log[0].name}"
    if kept.size > size:
        findings.error("A044", place, f"The log has only {size:,} leaves.")
    elif _root_at(*log, kept.size, size) != kept.root:
        findings.error("A043", place)


def _root_at(site: Site, walk: Walk, at: int, size: int) -> bytes | None:
    """Return the root of the first leaves; None if nothing tells it."""
    if at in walk.roots:
        return walk.roots[at]
    try:
        tiles = site.tiles
        return tiles.root(at) if tiles.root(size) == walk.roots.get(size) else None
    except TileDamagedError:
        return None


def belongs(site: Site, path: str) -> bool:
    """Say whether a file is part of a site's log, or was looked at as if it were.

    Args:
        site: The site.
        path: Relative to the log.
    """
    name = path.rpartition("/")[2]
    number = segment_number(name)
    rows = "rows/" + rows_path(site.name, "", 0).partition("/")[0]
    if path.startswith(f"{site.home}/tile/"):
        return True
    if path in (f"{site.home}/checkpoint", f"{site.home}/key.vkey"):
        return True
    if number is None:
        return False
    if path.startswith(f"{rows}/"):
        return name.endswith(".parquet")
    return path in (site.header_path(number), site.archive_path(number))
