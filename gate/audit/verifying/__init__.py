"""Verify a sealed log: offline, by anyone, with the public key alone.

Everything in the folder is taken for the work of somebody who could write to it; only
what leads to the signature of a given key is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.audit.findings import Finding, Findings
from gate.audit.folders import log_folder
from gate.audit.verifying.files import LogFiles, is_begun
from gate.audit.verifying.site import read_site
from gate.audit.verifying.whole import belongs, check_since, head_of, verify_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from gate.audit.notes import Verifier
    from gate.audit.verifying.site import Site

__all__ = ["Verified", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of verifying.

    Attributes:
        findings: Everything that is wrong, and what an auditor should know.
        sound: Whether nothing is wrong.
        sites: Names of the logs.
        segments: Segments that were looked at.
        rows: Rows that are as they were sealed.
        decisions: Decisions in them.
        first_day: First sealed day, "YYYY-MM-DD"; "" if there is none.
        last_day: Last sealed day.
    """

    findings: tuple[Finding, ...]
    sound: bool
    sites: tuple[str, ...]
    segments: int
    rows: int
    decisions: int
    first_day: str
    last_day: str


def verify(
    folder: Path,
    keys: Sequence[Verifier],
    *,
    today: date,
    since: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verified:
    """Verify every log in a folder.

    Args:
        folder: With `rows` and `sites` in it, or `log` that has them.
        keys: That the auditor trusts.
        today: Day that it is (UTC).
        since: A checkpoint that the auditor kept; None if there is none.
        progress: Told how many leaves of how many were looked at.

    Raises:
        NoLogError: The folder is no log.
    """
    findings = Findings()
    files = LogFiles(log_folder(folder), findings)
    sites = [read_site(name, files, findings) for name in files.names()]
    done = _counting(progress, sum(2 * head_of(site)[0] for site in sites))
    walks = [verify_site(site, keys, today=today, done=done) for site in sites]
    if since is not None:
        check_since(list(zip(sites, walks, strict=True)), since, keys, findings)
    _name_strangers(files, sites, findings)
    headers = [header for site in sites for header in site.headers.values()]
    days = [header.period for header in headers if header.period]
    return Verified(
        findings=tuple(findings),
        sound=findings.sound,
        sites=tuple(site.name for site in sites),
        segments=len(headers),
        rows=sum(walk.rows for walk in walks),
        decisions=sum(walk.decisions for walk in walks),
        first_day=min(days, default=""),
        last_day=max(days, default=""),
    )


def _counting(
    progress: Callable[[int, int], None] | None, total: int
) -> Callable[[int], None]:
    done = 0

    def add(leaves: int) -> None:
        nonlocal done
        done += leaves
        if progress is not None:
            progress(min(done, total), total)

    return add


def _name_strangers(files: LogFiles, sites: Sequence[Site], findings: Findings) -> None:
    if not sites:
        findings.error("A001", "sites", "There is no log of any site.")
    for path in sorted(files.paths):
        if is_begun(path):
            findings.warning("A053", path)
        elif not any(belongs(site, path) for site in sites):
            findings.error("A050", path)
