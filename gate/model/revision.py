"""What an acknowledgement says: which notices were shown, and in which revision.

Ten hexadecimal digits for each notice of the site: six that name it, four for its
revision. All readers have the same value. Revisions are ordered, so that replicas of
one site may hold different ones for a while: whoever has seen the newer text need not
see the older one.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_REVISION: Final = 0xFFFF
"""Largest revision of a notice."""

_NAME: Final = 6
_DIGITS: Final = 10
_LONGEST: Final = 64 * _DIGITS
_FORM: Final = re.compile(f"(?:[0-9a-f]{{{_DIGITS}}})+")


def spelled(revisions: Mapping[str, int]) -> str:
    """Return the acknowledgement of notices, each by its id with its revision."""
    return "".join(
        f"{name_of(notice)}{revision:04x}"
        for notice, revision in sorted(revisions.items())
    )


def name_of(notice: str) -> str:
    """Return the digits that stand for a notice; two notices must not share them."""
    return hashlib.sha256(notice.encode()).hexdigest()[:_NAME]


def is_revision(value: str) -> bool:
    """Say whether a value could be an acknowledgement, of whatever revision."""
    return len(value) <= _LONGEST and _FORM.fullmatch(value) is not None


def covers(shown: str, needed: str) -> bool:
    """Say whether whoever was shown one revision has no need to see the other.

    Args:
        shown: What an acknowledgement says; anything at all.
        needed: Revision of the site's notices; empty covers nothing.

    Returns:
        True if every notice of `needed` was shown, in that revision or a later one.
    """
    if shown == needed or not needed or not is_revision(shown):
        return bool(needed) and shown == needed
    seen = _parts(shown)
    return all(seen.get(name, -1) >= own for name, own in _parts(needed).items())


def _parts(value: str) -> dict[str, int]:
    starts = range(0, len(value), _DIGITS)
    return {
        value[at : at + _NAME]: int(value[at + _NAME : at + _DIGITS], 16)
        for at in starts
    }
