"""What may differ between doors, as data with the reason; all else must be the same.

The WSGI door is the measure: it sees bodies, and what the site answers. A difference
says for which requests another door may decide otherwise, and what it must then say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gate.answer.press import Way
from gate.engine.meeting import LET_THROUGH
from gate.model import Activity, Answer, Kind, Passage, Printed
from gate.model.revision import is_revision
from gate.request import acknowledged, cookie_name, shown
from gate.request.numbers import parse_hop
from tests.doors.contract.doors import ASKING, CLOSED, OWN_PAGE
from tests.doors.contract.wire import EDGE, Ask

if TYPE_CHECKING:
    from collections.abc import Callable

ANY = Passage(mark="any")
"""Stands for: it passes, however."""

PROBLEM = Answer(status=403, headers=(("Content-Type", "application/problem+json"),))
"""Stands for problem details about the notice."""


class Case(NamedTuple):
    """One request at two doors.

    Attributes:
        request: The request as the door of interest reads it; None if it cannot.
        activity: What the request does; None for an undeclared unsafe method.
        outcome: What follows at the WSGI door.
        unpressed: Asks that door as if the reader had not pressed Continue.
        received: Describes the request as a server has read it.
        as_page: Describes the same request of somebody who wants a page.
        by_accept: Whether only its Accept makes the request one for a part of a page.
        tells: Whether banners are told to the site (check.banner: site).
    """

    ask: Ask
    request: object
    activity: Activity | None
    outcome: Answer | Passage
    pages: object
    unpressed: Callable[[], Answer | Passage]
    received: Callable[[], Case | Answer]
    as_page: Callable[[], Case]
    by_accept: bool = False
    tells: bool = False

    @property
    def was_shown(self):
        """Whether the reader or a script of the site says that the notice was shown."""
        if self.request is None:
            return False
        says = acknowledged if self.activity in {None, Activity.READ} else shown
        return says(self.request, self.pages.revision)

    @property
    def comes_from_itself(self):
        """Whether a person went from this very address to itself."""
        if self.request is None or self.request.kind is not Kind.DOCUMENT:
            return False
        said = self.request.headers.get
        site, origin = said("sec-fetch-site"), said("origin")
        here = f"http://{self.ask.host}"
        known = site == "same-origin" if site is not None else origin in {None, here}
        navigates = said("sec-fetch-mode") in {None, "navigate"}
        navigates = navigates and said("sec-fetch-dest") in {None, "document"}
        own = said("referer") == here + self.ask.target
        return own and known and navigates and self.ask.method in {"GET", "HEAD"}


class Difference(NamedTuple):
    """Where doors differ.

    Attributes:
        doors: The doors that differ.
        reason: Why they cannot do as the WSGI door does.
        when: Says whether a case is one of these.
        then: What follows at these doors.
    """

    doors: tuple[str, ...]
    reason: str
    when: Callable[[Case], bool]
    then: Callable[[Case], Answer | Passage | Case]


def _way(outcome):
    printed = outcome.printed if isinstance(outcome, Answer) else None
    return printed.way if printed else ""


def _otherwise(case):
    return isinstance(case.outcome, Passage) and case.outcome.otherwise is not None


def _as_asking(case):
    """Return the page that a door without a body shows instead of the same page."""
    answer = case.outcome
    way = {Way.READ: Way.READ_COOKIE, Way.ACT: Way.ACT_LOST}.get(_way(answer))
    if way is Way.ACT_LOST and case.ask.method in {"GET", "HEAD"}:
        way = Way.ACT_AGAIN
    if way is None:
        return answer
    printed = answer.printed._replace(way=way)
    return case.pages.again(printed, answer.status, method=case.ask.method)


def _is_script(case):
    return (
        isinstance(case.outcome, Passage)
        and case.outcome.otherwise is None
        and bool(case.outcome.top)
    )


REFUSED = Answer(status=400, headers=())
"""Stands for: the server is told that it asks in a wrong way."""

FORBIDDEN = Answer(status=403, headers=())
"""Stands for: whoever asks may not."""

TURNED_AWAY = Answer(status=421, headers=())
"""Stands for a refusal because of the host."""

CLOSED_ALWAYS = Answer(status=404, headers=())
"""Stands for: there is nothing to see."""

STANDING_FOR = {
    CLOSED_ALWAYS: {400, 404},
    REFUSED: {400},
    FORBIDDEN: {403},
    TURNED_AWAY: {400, 421},
}

DIFFERENCES = (
    Difference(
        ASKING,
        "A server takes the host from a whole URL, and tells the gate of one host and "
        "a path; a door that stands alone sees two hosts.",
        lambda case: case.ask.target[:4].lower() == "http",
        lambda case: case.received(),
    ),
    Difference(
        ASKING,
        "What Accept alone calls a part of a page is a page: nobody would notice an "
        "article in the answer.",
        lambda case: case.by_accept,
        lambda case: case.as_page(),
    ),
    Difference(
        ASKING,
        "What servers ask, and what watchers ask, is closed to readers where a server "
        "stands before the gate; a door that stands alone has no such pages.",
        lambda case: CLOSED.match(case.ask.target) is not None,
        lambda _case: CLOSED_ALWAYS,
    ),
    Difference(
        ASKING,
        "A server that does not say who the reader is asks in a wrong way (E452); a "
        "door that stands alone takes the reader for somebody in an unknown place.",
        lambda case: case.ask.place is None or parse_hop(case.ask.place) is None,
        lambda _case: REFUSED,
    ),
    Difference(
        ASKING,
        "Only our own servers may ask (E451); a door that stands alone takes anybody "
        "else for a reader, and doubts what they claim.",
        lambda case: case.ask.peer != EDGE,
        lambda _case: FORBIDDEN,
    ),
    Difference(
        ASKING,
        "An act with a form cannot be repeated by who does not see the form: the page "
        "says so and leads back.",
        lambda case: (
            case.ask.continues
            and isinstance(case.outcome, Passage)
            and (case.outcome.form is not None or case.outcome.as_get)
        ),
        lambda case: case.unpressed(),
    ),
    Difference(
        ASKING,
        "A form of the gate's page that comes from elsewhere cannot be told from one "
        "of the site's own.",
        lambda case: (
            case.ask.continues
            and isinstance(case.outcome, Answer)
            and case.outcome.status not in {204, 303}
        ),
        lambda case: case.unpressed() or case.outcome,
    ),
    Difference(
        ASKING,
        "A link that acts, or goes on after another replica's Continue, goes on from "
        "its own page, because a form would become a POST.",
        lambda case: (
            case.comes_from_itself
            and isinstance(case.outcome, Answer)
            and (
                _way(case.outcome) == Way.ACT
                or (_way(case.outcome) == Way.READ and _holds_any(case))
            )
        ),
        lambda _case: ANY,
    ),
    Difference(
        ASKING,
        "What Sec-Fetch-Dest names a part of a page, a feed by its path, and a "
        "preflight pass: the answer of the site cannot be looked at.",
        lambda case: (
            _otherwise(case)
            and case.request is not None
            and case.request.kind in LET_THROUGH
        ),
        lambda case: replace(case.outcome, otherwise=None),
    ),
    Difference(
        ASKING,
        "The site shows the banner that it is told; nobody sees whether it does.",
        lambda case: _otherwise(case) and bool(case.outcome.top) and case.tells,
        lambda case: replace(case.outcome, otherwise=None),
    ),
    Difference(
        ASKING,
        "No banner can be put in and no answer held back: the page comes at once, "
        "also before the site's own POST.",
        _otherwise,
        lambda case: case.outcome.otherwise,
    ),
    Difference(
        ASKING,
        "A script's answer cannot get a banner: it gets the problem instead, until it "
        "says that the notice was shown.",
        lambda case: _is_script(case) and not case.tells and not case.was_shown,
        lambda _case: PROBLEM,
    ),
    Difference(
        ASKING,
        "Who has seen the notices gets no banner in pages that nobody can change.",
        lambda case: _is_script(case) and not case.tells,
        lambda case: replace(case.outcome, top=b""),
    ),
    Difference(
        ASKING,
        "The second button would have to be answered with the article, and a form to "
        "be repeated: the page says that this cannot be done here.",
        lambda case: isinstance(case.outcome, Answer),
        _as_asking,
    ),
    Difference(
        ("forward", "haproxy", "envoy"),
        "2xx means leave to pass, so an empty answer is a refusal.",
        lambda case: isinstance(case.outcome, Answer) and case.outcome.status == 204,
        lambda case: Answer(status=403, headers=case.outcome.headers),
    ),
)


def _holds_any(case):
    cookies = (case.request.headers.get("cookie") or "").split(";")
    values = (part.strip().partition("=") for part in cookies)
    own = cookie_name(case.request)
    return any(name == own and is_revision(value) for name, _, value in values)


def required(case, door, differences=DIFFERENCES):
    """Return what must follow at a door.

    The gate's own page is fetched from it directly, so that nothing differs.
    """
    for difference in differences:
        if OWN_PAGE.fullmatch(case.ask.target):
            break
        if door in difference.doors and difference.when(case):
            due = difference.then(case)
            if due is ANY or (isinstance(due, Answer) and due in STANDING_FOR):
                return due
            case = due if isinstance(due, Case) else case._replace(outcome=due)
    return case.outcome


def differs(due, got, heard, *, method):
    """Say what is wrong with what followed and what was heard; None if nothing.

    Args:
        due: What must follow.
        got: What the gate said; None if the server before it refused the request.
        heard: What the reader got.
        method: Of the request; a server drops the body for HEAD.
    """
    if due in STANDING_FOR:
        sound = heard.status in STANDING_FOR[due]
        return None if sound else f"{heard.status}, must be in {STANDING_FOR[due]}"
    if isinstance(due, Answer):
        body = b"" if method == "HEAD" else due.body
        return _differs_from_answer(replace(due, body=body), got, heard)
    if not isinstance(got, Passage):
        return f"must pass, but {got and got.status}"
    for name in ("action", "allowed", "private", "private_html", "top", "otherwise"):
        if due is not ANY and getattr(due, name) != getattr(got, name):
            return f"{name}: {getattr(got, name)!r}, must be {getattr(due, name)!r}"
    return None


def _differs_from_answer(due, got, heard):
    if got is None:
        sound = is_refusal(due) and 400 <= heard.status < 500
        return None if sound else f"refused by the server, must be {due.status}"
    if not isinstance(got, Answer):
        return f"passes, must be {due.status}"
    if due == PROBLEM:
        kind = heard.field("content-type")
        return None if (heard.status, kind) == (403, PROBLEM.headers[0][1]) else kind
    if heard.status != due.status:
        return f"{heard.status}, must be {due.status}"
    if _compared(heard.headers) != _compared(due.headers):
        return f"{heard.headers}, must be {due.headers}"
    return None if heard.body == due.body else "another body"


def is_refusal(answer):
    """Say whether a request was refused for what it is, whoever sent it."""
    if not isinstance(answer, Answer):
        return False
    if answer.status == 403:
        return answer.printed == Printed()
    return answer.status in {400, 414, 421, 503}


def _compared(headers):
    left_out = ("content-length", "x-gate-", "date", "server", "connection")
    return [(n.lower(), v) for n, v in headers if not n.lower().startswith(left_out)]
