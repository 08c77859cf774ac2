"""What follows from a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gate.model.words import Action

if TYPE_CHECKING:
    from gate.model.words import Activity


class Shown(NamedTuple):
    """What a reader notices of a decision.

    Attributes:
        action: What comes before the article.
        notices: Notices on the page, sorted; empty for pass.
    """

    action: Action
    notices: tuple[str, ...]

    def __str__(self) -> str:
        notices = f" ({', '.join(self.notices)})" if self.notices else ""
        return f"{self.action}{notices}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What must come before the article, and because of what.

    Attributes:
        action: The strictest action of all that applies.
        notices: Notices to show, sorted by id, each once; empty for pass.
        rules: Ids of the rules that decide, sorted.
        exemptions: Ids of the exemptions that loosened a deciding rule, sorted.
        reasons: Why a place is unknown, where that decides ("unknown:bad_address").
        shadow: Strictest action of the shadow rules alone.
        shadow_rules: Ids of the shadow rules that matched, sorted.
    """

    action: Action = Action.PASS
    notices: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    exemptions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    shadow: Action = Action.PASS
    shadow_rules: tuple[str, ...] = ()

    @property
    def shown(self) -> Shown:
        """What a reader notices of it."""
        return Shown(self.action, self.notices)

    @property
    def by(self) -> tuple[str, ...]:
        """Everything that decided, sorted; ("default",) if nothing did."""
        return tuple(sorted({*self.rules, *self.exemptions, *self.reasons})) or (
            "default",
        )


class Printed(NamedTuple):
    """Which page an answer has for a body, so that another process can print it too.

    Attributes:
        notices: Notices on it, sorted; empty for a page that refuses a request.
        language: BCP-47 tag.
        way: How it lets the reader go on.
        back: Where it leads back to, a path; "" where it does not.
    """

    notices: tuple[str, ...] = ()
    language: str = ""
    way: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished answer of the gate's own.

    Attributes:
        status: HTTP status code.
        headers: Header fields in order, without Content-Length.
        body: Body; empty for HEAD, 204 and 304.
        length: Content-Length to announce; differs from the body for HEAD.
        printed: What the body is, if it is one of the gate's pages.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    length: int = 0
    printed: Printed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What a door does with the site's own answer that it lets through.

    Attributes:
        private: Whether the answer must leave as `private, no-cache`, and as
            `private, no-store` where `action` is stricter than pass.
        private_html: Whether it must unless it can only be a part of a page or a
            feed, whatever was asked for.
        top: HTML to put right after `<body>`; empty for none.
        bottom: HTML to put right before `</body>`; empty for none.
        otherwise: Answer to give instead of any answer of the site that could be
            an article: status 2xx or 300, and not a part of a page, a feed, JSON or
            plain text, unless `top` was put into it. None to give every answer.
        mark: Short text that changes whenever `top` or `bottom` does; part of
            the entity tag.
        as_get: The request is to reach the site as GET without a body (a reader
            whose browser keeps no cookies continues).
        form: Body to hand to the site instead of the one that was sent (the gate's
            own fields taken out); None to leave it.
        allowed: Activities that this reader may be offered.
        action: Action of the decision, for templates and upstream sites.
    """

    private: bool = False
    private_html: bool = False
    top: bytes = b""
    bottom: bytes = b""
    otherwise: Answer | None = None
    mark: str = ""
    as_get: bool = False
    form: bytes | None = None
    allowed: frozenset[Activity] = frozenset()
    action: Action = Action.PASS
