"""What a reader meets where something must come before the article. Pure.

Called only when the decision is stricter than pass, or when a request with an
undeclared unsafe method asks for a path that can be gated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gate.answer import proceed, taken_out
from gate.audit import Outcome
from gate.model import Action, Activity, Kind, Passage
from gate.request import (
    acknowledged,
    continues,
    cookie_name,
    is_same_origin_navigation,
    repeats,
    shown,
    went_on,
)

if TYPE_CHECKING:
    from gate.answer import Pages
    from gate.decision import Cell
    from gate.model import Answer, Request

LET_THROUGH = frozenset({Kind.ASSET, Kind.FEED, Kind.PREFLIGHT})
"""Kinds that no page can come before; what the site answers decides the rest."""

WHOLE_PAGES = frozenset({Kind.DOCUMENT, Kind.PREFETCH, Kind.PREVIEW})
"""Kinds whose HTML is a page of its own, with a place for a banner and a footer."""


class Meeting(NamedTuple):
    """One request where something may have to come before the article.

    Attributes:
        request: What arrived.
        activity: What it does; None for an undeclared unsafe method.
        cell: What holds here.
        areas: Areas of which the place may be a member.
        pages: All answers of the site.
        passage: How the request passes when nothing stands in its way.
        tells: Whether the site shows a banner that the door can only tell it of.
    """

    request: Request
    activity: Activity | None
    cell: Cell
    areas: tuple[str, ...]
    pages: Pages
    passage: Passage
    tells: bool = False


class Met(NamedTuple):
    """What follows, and how it is counted."""

    reply: Answer | Passage
    outcome: Outcome
    reason: str = ""


def meet(meeting: Meeting) -> Met:
    """Return what a request meets."""
    if meeting.request.kind in LET_THROUGH:
        return Met(_in_parts(meeting), Outcome.PASSED, f"kind:{meeting.request.kind}")
    if meeting.activity is None:
        return _undeclared(meeting)
    match meeting.cell.decision.action:
        case Action.BLOCK:
            return Met(_page(meeting), Outcome.BLOCKED)
        case Action.BANNER:
            return Met(_bannered(meeting), Outcome.COVERED)
        case Action.INTERSTITIAL:
            return Met(_page_or_passage(meeting), Outcome.COVERED)
        case Action.PASS:
            return Met(meeting.passage, Outcome.PASSED)


def _in_parts(meeting: Meeting) -> Passage:
    """Let parts of a page and feeds pass, but no article that comes in their name."""
    if _was_shown(meeting) is not None or not meeting.request.carries:
        return meeting.passage
    return replace(meeting.passage, otherwise=_page(_as_navigation(meeting)))


def _as_navigation(meeting: Meeting) -> Meeting:
    request = meeting.request._replace(kind=Kind.DOCUMENT)
    return meeting._replace(request=request)


def _undeclared(meeting: Meeting) -> Met:
    """Tell Continue, a POST to the article's own address, from the site's own POST."""
    way, shown_then = continues(meeting.request, meeting.pages.revision)
    if way == "no":
        return Met(_unasked(meeting), Outcome.PASSED, "undeclared")
    if meeting.cell.decision.action is Action.BLOCK:
        return Met(_page(meeting), Outcome.BLOCKED)
    if way == "yes":
        return Met(_proceed(meeting, shown_then), Outcome.COVERED)
    if way == "direct":
        return Met(replace(meeting.passage, as_get=True), Outcome.COVERED)
    if meeting.cell.decision.action is Action.PASS:
        return Met(meeting.passage, Outcome.PASSED, "undeclared")  # there is no page
    return Met(_page(meeting), Outcome.COVERED)


def _unasked(meeting: Meeting) -> Answer | Passage:
    """Let the site's own POST pass; an article that answers it is held.

    A door that cannot hold an answer back shows the page at once.
    """
    decision, kind = meeting.cell.decision, meeting.request.kind
    if decision.action is Action.PASS or kind is Kind.FETCH:
        return meeting.passage
    if _was_shown(meeting) is not None:
        return meeting.passage
    if decision.action is Action.BANNER and _can_banner(meeting):
        return _with_banner(meeting)
    page = _page(meeting)
    return replace(meeting.passage, otherwise=page) if meeting.request.carries else page


def _bannered(meeting: Meeting) -> Answer | Passage:
    """Put the banner on what passes; a frame on a stranger's page is refused."""
    request = meeting.request
    site = request.headers.get("sec-fetch-site")
    if request.kind is Kind.FRAME and site == "cross-site":
        return _page(meeting)
    return _with_banner(meeting) if _can_banner(meeting) else _page_or_passage(meeting)


def _can_banner(meeting: Meeting) -> bool:
    return meeting.request.carries or meeting.tells


def _page_or_passage(meeting: Meeting) -> Answer | Passage:
    passage = _was_shown(meeting)
    return _page(meeting) if passage is None else passage


def _was_shown(meeting: Meeting) -> Passage | None:
    """Return how the request passes if its notices were shown, else None."""
    request, revision = meeting.request, meeting.pages.revision
    if meeting.cell.decision.action is Action.BLOCK:
        return None
    if meeting.activity in {None, Activity.READ}:
        seen = acknowledged(request, revision) or went_on(request)
    elif request.kind is Kind.FETCH:
        seen = shown(request, revision)
    elif request.carries:
        return _repeated(meeting)
    else:
        seen = repeats(request)
    return meeting.passage if seen else None


def _repeated(meeting: Meeting) -> Passage | None:
    """Return how an act passes that the reader sends again from its page."""
    request = meeting.request
    way, shown_then = continues(request, meeting.pages.revision)
    if way == "direct":
        return replace(meeting.passage, as_get=True)
    if way == "yes":
        form = taken_out(request.form or b"", shown_then)
        return replace(meeting.passage, form=form)
    return None


def _with_banner(meeting: Meeting) -> Passage:
    """Put the banner on the passage; a page without a place for it is held.

    What a script asked for may be a part of a page: it gets the banner if it is a
    whole one, and passes if it is not.
    """
    request, seen = meeting.request, _was_shown(meeting)
    passage = meeting.passage if seen is None else seen
    notices = meeting.cell.decision.notices
    banner = meeting.pages.banner(request, notices, areas=meeting.areas)
    holds = request.carries and request.kind is not Kind.FETCH
    holds = holds and seen is None
    return replace(
        passage,
        top=banner.html,
        mark=banner.mark + passage.mark,
        otherwise=_page(meeting) if holds else None,
    )


def _proceed(meeting: Meeting, shown_then: str) -> Answer:
    request = meeting.request
    return proceed(request.target, revision=shown_then, cookie=cookie_name(request))


def _page(meeting: Meeting) -> Answer:
    return meeting.pages.before(
        meeting.request,
        meeting.cell.decision,
        activity=meeting.activity or Activity.READ,
        areas=meeting.areas,
        carries=meeting.request.carries,
        own_form=is_same_origin_navigation(meeting.request),
    )
