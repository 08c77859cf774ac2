"""Everything that a site can answer in its own name, compiled.

Pages for reading are the same bytes for every reader of a language, whatever the
address: nothing on them tells which article was asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from gate.answer.fields import UNKEPT, VARY, Fields, page_fields, script_fields
from gate.answer.forms import DIRECT_FIELD, hidden, offered_again, way_back
from gate.answer.negotiation import negotiate
from gate.answer.pieces import NOTHING, Piece, finished, padded, piece_of
from gate.answer.press import BACK_SLOT, FIELDS_SLOT, Way
from gate.model import Action, Activity, Answer, Kind, Printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from gate.answer.press import Press
    from gate.errors import RequestError
    from gate.model import Decision, Notice, Request

_PAGE_KINDS = frozenset({Kind.DOCUMENT, Kind.PREFETCH, Kind.PREVIEW})
_SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """All answers of one site, at one revision of its notices.

    Attributes:
        revision: What the acknowledgement says; lower-case hex.
        digest: SHA-256 over every text of the notices, in hexadecimal.
        footer: Short text for the end of every article; the same for everybody.
        notices: The notices by id.
        press: Prints what has not been printed yet.
        policy: Content-Security-Policy of the pages.
        refusals: Page for each status with which a request is refused.
        explainer_url: Page that explains the law; a path or https.
        exit_script: JavaScript that offers the exit on articles.
        exit_tag: What loads it; empty unless articles are to have it.
        appearance: Digest of how the pages look; changes with colours and templates.
    """

    revision: str
    digest: str
    footer: Piece
    notices: Mapping[str, Notice]
    press: Press
    policy: str
    refusals: Mapping[int, bytes]
    explainer_url: str
    appearance: str = ""
    exit_script: bytes = b""
    exit_tag: Piece = NOTHING
    _printed: dict[tuple[tuple[str, ...], str, str], bytes] = field(
        default_factory=dict
    )
    _pieces: dict[tuple[tuple[str, ...], str], Piece] = field(default_factory=dict)

    def before(
        self,
        request: Request,
        decision: Decision,
        *,
        activity: Activity = Activity.READ,
        areas: Collection[str] = (),
        carries: bool = True,
        own_form: bool = False,
    ) -> Answer:
        """Return what comes instead of the article, for any kind of request.

        Args:
            request: What arrived.
            decision: Its decision; at least an interstitial, or a banner that finds
                no place.
            activity: What the request does.
            areas: Areas of which the reader's place may be a member, in any order.
            carries: Whether the door can answer Continue with the article itself
                and see the body of a form.
            own_form: Whether a person sent the form from a page of this very site.
                Any other is not offered again, because Continue would make it one.

        Returns:
            A page (403, or 451 when blocked) for navigations; a refusal (403) in
            frames; problem details for scripts.
        """
        blocked = decision.action is Action.BLOCK
        if request.kind is Kind.FRAME:
            return self._finish(request, 403, self.refusals[403], Printed())
        if request.kind not in _PAGE_KINDS:
            return self.problem(request, decision, areas=areas)
        if blocked:
            return self.blocked(request, decision.notices, areas=areas)
        return self.interstitial(
            request,
            decision.notices,
            activity=activity,
            areas=areas,
            carries=carries,
            own_form=own_form,
        )

    def interstitial(
        self,
        request: Request,
        notices: tuple[str, ...],
        *,
        activity: Activity = Activity.READ,
        areas: Collection[str] = (),
        carries: bool = True,
        own_form: bool = False,
    ) -> Answer:
        """Return the warning page that the reader clicks through: 403."""
        language = self.language(request, notices, areas)
        if activity is Activity.READ:
            way = Way.READ if carries else Way.READ_COOKIE
            printed = Printed(notices, language, way)
            return self._finish(request, 403, self._print(printed), printed)
        fields = self._repeated(request, own_form=own_form) if carries else None
        way = Way.ACT_LOST if fields is None else Way.ACT
        if not carries and request.method in _SAFE_METHODS:
            way = Way.ACT_AGAIN
        back = way_back(request.headers.get("referer"), request.host)
        printed = Printed(notices, language, way, back)
        return self._finish(request, 403, self._act(printed, fields), printed)

    def blocked(
        self,
        request: Request,
        notices: tuple[str, ...],
        *,
        areas: Collection[str] = (),
    ) -> Answer:
        """Return the page without Continue: 451.

        Source:
            RFC 7725, sections 3 and 4.
        """
        language = self.language(request, notices, areas)
        printed = Printed(notices, language, Way.BLOCKED)
        return self._finish(request, 451, self._print(printed), printed)

    def exit(self, method: str) -> Answer:
        """Return the script that offers the exit; HEAD gets no body.

        Nothing keeps it, so that no cache on the reader's disk tells of a visit.
        """
        return finished(method, 200, script_fields(), self.exit_script)

    def again(self, printed: Printed, status: int, *, method: str) -> Answer | None:
        """Return the answer that another process has decided on.

        Args:
            printed: Its page.
            status: Its status.
            method: Method of the request; HEAD gets no body.

        Returns:
            The same answer, byte by byte where both hold the same notices; None if
            this site has no such page.
        """
        if not printed.notices:
            page = self.refusals.get(status)
        elif not self._knows(printed):
            return None
        elif printed.way in {Way.ACT_AGAIN, Way.ACT_LOST}:
            page = self._act(printed, None)
        else:
            page = self._print(printed)
        return None if page is None else self._made(method, status, page, printed)

    def problem(
        self, request: Request, decision: Decision, *, areas: Collection[str] = ()
    ) -> Answer:
        """Return problem details for a script: 403, or 451 when blocked.

        A script may show them and repeat the request with the header `Gate-Shown`
        set to `revision`, unless it is blocked.

        Source:
            RFC 9457, section 3.1.
        """
        language = self.language(request, decision.notices, areas)
        blocked = decision.action is Action.BLOCK
        status = 451 if blocked else 403
        headline = self.press.headline(decision.notices, language)
        body = json.dumps(
            {
                "type": self.explainer_url or "about:blank",
                "title": headline.title,
                "status": status,
                "detail": headline.short,
                "notice": list(decision.notices),
                "revision": self.revision,
            }
        ).encode()
        fields = (
            ("Content-Type", "application/problem+json"),
            ("Content-Language", language),
            *UNKEPT,
            ("Vary", VARY),
            *(self._blocked_by() if blocked else ()),
        )
        return finished(request.method, status, fields, body)

    def refusal(self, error: RequestError) -> Answer:
        """Return a page that says why a request was refused, in every language.

        Args:
            error: What is wrong with the request; its message is not shown.
        """
        body = self.refusals.get(error.status, self.refusals[400])
        return self._made("", error.status, body, Printed())

    def unsettled(self, method: str) -> Answer:
        """Return the page for a request about which two processes disagree: 503.

        Args:
            method: Method of the request; HEAD gets no body.
        """
        return self._made(method, 503, self.refusals[503], Printed())

    def banner(
        self,
        request: Request,
        notices: tuple[str, ...],
        *,
        areas: Collection[str] = (),
    ) -> Piece:
        """Return the short warning for the top of the site's own page."""
        language = self.language(request, notices, areas)
        piece = self._pieces.get((notices, language))
        if piece is None:
            piece = piece_of(self.press.banner(notices, language))
            self._pieces[notices, language] = piece
        return piece

    def language(
        self, request: Request, notices: Iterable[str], areas: Collection[str]
    ) -> str:
        """Choose the language: the reader's, else their area's, else the first."""
        shown = [self.notices[name] for name in notices]
        offered = tuple(dict.fromkeys(tag for n in shown for tag in n.texts))
        preferred = [
            tag
            for notice in shown
            for area, tags in notice.area_languages.items()
            if area in areas
            for tag in tags
        ]
        return negotiate(request.headers.get("accept-language"), offered, preferred)

    def prepare(self, combinations: Iterable[tuple[str, ...]]) -> None:
        """Print every page and banner of these sets of notices, ahead of requests."""
        for notices in combinations:
            for language in {t for n in notices for t in self.notices[n].texts}:
                for way in Way:
                    self._print(Printed(notices, language, way))
                piece = piece_of(self.press.banner(notices, language))
                self._pieces[notices, language] = piece

    def _print(self, printed: Printed) -> bytes:
        key = printed.notices, printed.language, printed.way
        page = self._printed.get(key)
        if page is None:
            page = padded(self.press.page(*key[:2], Way(printed.way)))
            self._printed[key] = page
        return page

    def _knows(self, printed: Printed) -> bool:
        """Say whether this site can print a page of which another process spoke."""
        return (
            printed.way in {*Way}
            and self.notices.keys() >= set(printed.notices)
            and any(
                printed.language in self.notices[name].texts for name in printed.notices
            )
        )

    def _act(self, printed: Printed, fields: bytes | None) -> bytes:
        page = self._print(printed).rstrip(b" \n")
        page = page.replace(BACK_SLOT, escape(printed.back).encode())
        return padded(page.replace(FIELDS_SLOT, fields or b""))

    def _repeated(self, request: Request, *, own_form: bool) -> bytes | None:
        if request.method in _SAFE_METHODS:
            return hidden(DIRECT_FIELD, "1").encode()
        return offered_again(request.form) if own_form else None

    def _blocked_by(self) -> Fields:
        return (("Link", f'<{self.explainer_url or "/"}>; rel="blocked-by"'),)

    def _finish(
        self, request: Request, status: int, body: bytes, printed: Printed
    ) -> Answer:
        return self._made(request.method, status, body, printed)

    def _made(self, method: str, status: int, body: bytes, printed: Printed) -> Answer:
        fields = page_fields(printed.language, self.policy)
        if printed.way == Way.BLOCKED:
            fields += self._blocked_by()
        return finished(method, status, fields, body, printed)
