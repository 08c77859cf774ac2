"""Words and signs of the preview: for people who have never seen a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.model import Action, Membership, Unknown
from gate.workbench.spoken.english import ACTS

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

DOES: Final = ACTS
"""What a reader does, to stand behind "The reader"."""

REASONS: Final[Mapping[Unknown, str]] = {
    Unknown.NOT_IN_DATABASE: "the database does not know the address",
    Unknown.DATABASE_UNUSABLE: "no database can be used, or it is too old",
    Unknown.PRIVATE_ADDRESS: "the address is a private one",
    Unknown.BAD_ADDRESS: "a header holds no address",
    Unknown.ANONYMOUS_NETWORK: "a VPN, Tor or the like",
}
"""Why a place is not known."""

BECAUSE: Final[Mapping[str, str]] = {
    f"unknown:{reason}": told for reason, told in REASONS.items()
}
"""The same by what a decision says it follows from."""

_LARGE: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def big(number: int) -> str:
    """Return a number as people say it.

    >>> big(17_592_186_044_416), big(4_290_000), big(12_345)
    ('17.6 trillion', '4.3 million', '12,345')
    """
    for size, name in _LARGE:
        if number >= size:
            return f"{number / size:.1f} {name}"
    return f"{number:,}"
