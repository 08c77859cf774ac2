"""What an answer is: a page of the gate, or something of the site behind it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gate.workbench.doctor.fetching import Got

BANNER: Final = b'class="gate-banner"'
FOOTER: Final = b"gate-footer"

_PAGES: Final = {403, 451}
_ANSWERED: Final = range(200, 300)


class Verdict(StrEnum):
    """What a reader would see."""

    NOTICE = "the notice"
    BANNER = "the article with a banner"
    ARTICLE = "the article"
    REFUSAL = "a refusal"
    REDIRECT = "a redirect"
    NOTHING = "nothing"


def verdict_of(got: Got) -> Verdict:
    """Say what an answer is."""
    if not got.status:
        return Verdict.NOTHING
    if is_notice(got):
        return Verdict.NOTICE
    if got.status in _ANSWERED:
        return Verdict.BANNER if BANNER in got.body else Verdict.ARTICLE
    return Verdict.REFUSAL if got.status >= 400 else Verdict.REDIRECT  # noqa: PLR2004


def is_notice(got: Got) -> bool:
    """Whether an answer is a page that the gate puts before an article."""
    policy = got.field("content-security-policy")
    return (
        got.status in _PAGES
        and "no-store" in got.field("cache-control")
        and "no-store" in got.field("cdn-cache-control")
        and policy.startswith("default-src 'none'")
    )


def is_through_gate(got: Got) -> bool:
    """Whether an answer bears a mark of the gate."""
    kept_private = "private" in got.field("cache-control") and "no-store" in got.field(
        "cdn-cache-control"
    )
    return is_notice(got) or kept_private or FOOTER in got.body or BANNER in got.body
