"""Words and signs of the preview: for people who have never seen a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from math import floor, log10
from typing import TYPE_CHECKING, Final

from gate.model import Action, Activity, Membership, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

MEETS: Final[Mapping[Action, str]] = {
    Action.PASS: "the article, without a notice",
    Action.BANNER: "the article, under a banner",
    Action.INTERSTITIAL: "a warning page before the article",
    Action.BLOCK: "a page instead of the article",
}
"""What a reader meets, to stand behind "The reader meets"."""

SHORT: Final[Mapping[Action, str]] = {
    Action.PASS: "article",
    Action.BANNER: "banner",
    Action.INTERSTITIAL: "warning page",
    Action.BLOCK: "blocked",
}
"""The same on a map or in a table."""

SHORT_OF: Final[Mapping[str, str]] = {a.word: told for a, told in SHORT.items()}
"""The same by the word of the action."""

LIES: Final[Mapping[Membership, str]] = {
    Membership.YES: "certainly in the area",
    Membership.POSSIBLE: "possibly in the area",
    Membership.NO: "not in the area",
}
"""Whether a place lies in an area."""

DOES: Final[Mapping[Activity, str]] = {
    Activity.READ: "reads",
    Activity.SHARE: "shares",
    Activity.LIKE: "likes",
    Activity.COMMENT: "comments",
    Activity.SAVE: "saves for later",
    Activity.CONTACT: "writes to the newsroom",
    Activity.DONATE: "gives money",
}
"""What a reader does, to stand behind "The reader"."""

REASONS: Final[Mapping[Unknown, str]] = {
    Unknown.NOT_IN_DATABASE: "the database does not know the address",
    Unknown.DATABASE_UNUSABLE: "no database can be used, or it is too old",
    Unknown.PRIVATE_ADDRESS: "the address is a private one",
    Unknown.BAD_ADDRESS: "a header holds no address",
    Unknown.ANONYMOUS_NETWORK: "a VPN, Tor or the like",
}
"""Why a place is not known."""


_LEAST_TOLD: Final = 0.0001  # per cent


def day(moment: int) -> str:
    """Return a moment (Unix seconds) as its day in UTC: "2026-09-10"."""
    return _utc(moment).strftime("%Y-%m-%d")


def minute(moment: int) -> str:
    """Return a moment (Unix seconds) to the minute, in UTC: "2026-09-10 12:00"."""
    return _utc(moment).strftime("%Y-%m-%d %H:%M")


def moment_text(moment: int) -> str:
    """Return a moment (Unix seconds) for people, in UTC.

    >>> moment_text(0)
    '1 January 1970, 00:00 UTC'
    """
    at = _utc(moment)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def stamp(moment: int) -> str:
    """Return a moment (Unix seconds) as a rule book writes it, in UTC.

    >>> stamp(0)
    '1970-01-01T00:00:00Z'
    """
    return _utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def per_cent(part: int, whole: int) -> str:
    """Return a share that never says all or nothing where it is not.

    >>> per_cent(1, 3), per_cent(0, 5), per_cent(5, 5)
    ('33.3 %', '0 %', '100 %')
    >>> per_cent(1, 12_000), per_cent(11_999, 12_000), per_cent(1, 10**9)
    ('0.008 %', '99.992 %', 'under 0.0001 %')
    """
    if not part or part == whole:
        return "100 %" if part else "0 %"
    share, rest = 100 * part / whole, 100 * (whole - part) / whole
    if min(share, rest) < _LEAST_TOLD:
        return "under 0.0001 %" if share < rest else "over 99.9999 %"
    digits = max(1, -floor(log10(min(share, rest))))
    return f"{share:.{digits}f} %"


def _utc(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)
