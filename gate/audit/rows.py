"""What a sealed row is: its columns, its text, and the bytes that are hashed.

A row is a cell of counts in plain text, ready for any engine that reads Parquet. Every
column is text but `n`; "" says "nothing", "*" says "merged with others, so that no row
stands for fewer than k decisions".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.audit.counting import CountCell

FORMAT: Final = "gate.audit/1"
"""Names the format within every line that is hashed."""

MERGED: Final = "*"
"""Stands in a column whose values were merged."""

UNDECLARED: Final = "undeclared"
"""Activity of a request with a method that no entry of `site.activities` declares."""


class Row(NamedTuple):
    """One count. `COLUMNS` says what each field holds."""

    hour: str
    place: str
    areas: str
    membership: str
    door: str
    activity: str
    section: str
    action: str
    outcome: str
    reason: str
    rules: str
    shadow: str
    shadow_rules: str
    book: str
    areas_digest: str
    database: str
    notices: str
    config: str
    gate: str
    n: int


COLUMNS: Final[Mapping[str, str]] = {
    "site": "Name of the log (audit.name); a folder of the layout.",
    "month": 'Month, "YYYY-MM"; a folder of the layout.',
    "day": 'Day of the period, "YYYY-MM-DD", UTC; a folder of the layout.',
    "segment": "Number of the segment that the row was sealed in, from 0 on.",
    "period": 'Day of the period, "YYYY-MM-DD", UTC.',
    "hour": 'Hour of the day, "00" to "23", UTC, if audit.period is hour; else "".',
    "place": 'What a database says of the address, as far as the areas ask: "RU", '
    '"UA-43", "other", or the reason why it is unknown, such as "private_address".',
    "areas": 'Areas of which the place is or may be a member, such as "russia:yes", '
    "sorted, with commas.",
    "membership": "Strongest membership in any area: no, possible or yes.",
    "door": "How the request came in: wsgi, flask, proxy, nginx, forward, ...",
    "activity": "read, share, like, comment, save, contact, donate, or undeclared.",
    "section": 'Section of the site (site.sections), or "other".',
    "action": "What the rule book asked for: pass, banner, interstitial or block.",
    "outcome": "What became of it: passed, covered (the notice was shown, or had been "
    "shown and acknowledged), exempt, blocked, degraded (decided without a usable "
    "database), refused, gap (not counted in its own row), or served_without_notice "
    "(a violation).",
    "reason": 'Why the outcome is not the plain one: "kind:asset", "mode:observe", '
    '"unknown:bad_address", "undeclared", a code of an error; else "".',
    "rules": "Rules, exemptions and reasons that decided, sorted, with commas; "
    '"default" if none did.',
    "shadow": "Strictest action that rules in shadow mode alone would have asked for.",
    "shadow_rules": "Shadow rules that matched, sorted, with commas.",
    "book": "SHA-256 of the rule book that decided.",
    "areas_digest": "SHA-256 of what its areas say.",
    "database": "SHA-256 of the GeoIP database; empty if none could be used.",
    "notices": "Revision of the notices: ten hexadecimal digits for each.",
    "config": "SHA-256 of the configuration.",
    "gate": "Version of the gate.",
    "n": "How many decisions; at least 10, but for a day with fewer in all.",
    "nonce": "16 random bytes in hexadecimal, so that a hash tells nothing once the "
    "row is gone. Means nothing else.",
}
"""Column -> what it holds, in the order in which people read them."""


def row_of(cell: CountCell, n: int) -> Row:
    """Return the row of a cell.

    Args:
        cell: The cell; its period and site are not in the row but in the segment.
        n: How many decisions.
    """
    return Row(
        hour=cell.hour,
        place=cell.place,
        areas=",".join(cell.areas),
        membership=cell.membership.word,
        door=cell.door,
        activity=str(cell.activity or UNDECLARED),
        section=cell.section,
        action=cell.action.word,
        outcome=str(cell.outcome),
        reason=cell.reason,
        rules=",".join(cell.rules),
        shadow=cell.shadow.word,
        shadow_rules=",".join(cell.shadow_rules),
        book=cell.versions.book,
        areas_digest=cell.versions.areas,
        database=cell.versions.database,
        notices=cell.versions.notices,
        config=cell.versions.config,
        gate=cell.versions.gate,
        n=n,
    )


class Sealed(NamedTuple):
    """A row as it stands in a segment.

    Attributes:
        segment: Number of the segment.
        site: Name of the log.
        period: Day, "YYYY-MM-DD".
        row: The count.
        nonce: 16 bytes in hexadecimal.
    """

    segment: int
    site: str
    period: str
    row: Row
    nonce: str

    def line(self) -> bytes:
        """Return the canonical bytes: the leaf of the tree is their hash."""
        return canonical(
            {
                "format": FORMAT,
                "kind": "row",
                "segment": self.segment,
                "site": self.site,
                "period": self.period,
                **self.row._asdict(),
                "nonce": self.nonce,
            }
        )


def canonical(value: Mapping[str, object]) -> bytes:
    """Return JSON with sorted keys, without spaces, in ASCII; for integers and text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
