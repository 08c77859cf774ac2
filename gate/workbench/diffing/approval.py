"""Which exemptions are others than somebody has approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.workbench.diffing.fields import content

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model import Exemption


def unapproved(old: Iterable[Exemption], new: Iterable[Exemption]) -> frozenset[str]:
    """Return the ids of exemptions that have changed while their approval has not.

    Who decides anew says so: by another name, another reason or another end. An
    exemption that is new is approved as it stands.

    Args:
        old: Exemptions of the old book.
        new: Exemptions of the new book, under the names of the old one.
    """
    before = {item.id: item for item in old}
    return frozenset(
        item.id
        for item in new
        if item.id in before
        and content(item) != content(before[item.id])
        and _approval(item) == _approval(before[item.id])
    )


def _approval(item: Exemption) -> tuple[object, ...]:
    # Lines of a reason that are broken elsewhere are no new reason.
    because = tuple(item.because.split())
    return item.approved_by, because, item.effective.until
