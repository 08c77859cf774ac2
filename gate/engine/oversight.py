"""A second look at every reply: did a reader get the article without the notice? Pure.

This asks nothing of `meeting` or `plans`, which make the replies: it reads what the
decision asks for, what the request says, and what is about to go out. What it finds is
counted as `served_without_notice`, so that a mistake made there shows in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.model import Action, Kind, Passage
from gate.request import acknowledged, continues, repeats, shown

if TYPE_CHECKING:
    from gate.model import Activity, Answer, Decision, Request

PARTS: Final = frozenset({Kind.ASSET, Kind.FEED, Kind.PREFLIGHT})
"""Kinds that are no page: written down here once more, on purpose."""


def goes_out_unasked(
    decision: Decision,
    kind: Kind,
    activity: Activity | None,
    reply: Answer | Passage,
) -> bool:
    """Say whether the site's answer goes out as it is though a page must come first.

    Parts of pages, feeds, and the site's own forms that nobody declared are not asked
    to wait for one.

    Args:
        decision: What must come before the article.
        kind: What the request is for.
        activity: What it does; None for an undeclared unsafe method.
        reply: What is about to go out.
    """
    return (
        decision.action >= Action.INTERSTITIAL
        and kind not in PARTS
        and activity is not None
        and isinstance(reply, Passage)
        and reply.otherwise is None
    )


def says_shown(decision: Decision, request: Request, revision: str) -> bool:
    """Say whether anything in a request says that the notice was shown before.

    Args:
        decision: What must come before the article; nothing opens a block.
        request: What arrived.
        revision: Revision of the site's notices.
    """
    return decision.action < Action.BLOCK and (
        acknowledged(request, revision)
        or shown(request, revision)
        or repeats(request)
        or continues(request, revision).way in {"yes", "direct"}
    )
