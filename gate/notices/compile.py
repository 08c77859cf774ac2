"""Everything compiled once: notices and look to `gate.answer.Pages`."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from gate.answer import Pages
from gate.answer.fields import policy
from gate.answer.insertion import ascii_html
from gate.answer.pieces import padded, piece_of
from gate.notices.own import JudgedPress
from gate.notices.printing import TemplatePress
from gate.notices.revision import site_revision, texts_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.model import Notice
    from gate.notices.look import Look

# Status of a refusal -> which words of `page.yaml` say why.
_REFUSALS = {
    400: "refused_request",
    403: "refused_frame",
    421: "refused_host",
    503: "refused_now",
}


def compile_pages(
    notices: Mapping[str, Notice],
    look: Look,
    *,
    together: Iterable[tuple[str, ...]] = (),
) -> Pages:
    """Compile every page of a site.

    Args:
        notices: All notices of the site by id; at least one.
        look: What the site says of itself.
        together: Sets of notices, ids sorted, that decisions of the rule book show
            on one page; printed ahead. Others are printed when first met. Where the
            site's own template does not hold what it must, the gate's is taken.

    Returns:
        The pages; reading ones are the same bytes for every reader of a language.
    """
    revision = site_revision(notices)
    press = TemplatePress(notices, look, revision)
    judged = JudgedPress(notices, look) if look.template else None
    styles = (press.style, *(judged.styles if judged else ()))
    pages = Pages(
        revision=revision,
        digest=texts_digest(notices),
        footer=piece_of(press.footer()),
        notices=notices,
        press=judged or press,
        policy=policy(tuple(dict.fromkeys(styles)), press.script),
        refusals={s: padded(press.refusal(key)) for s, key in _REFUSALS.items()},
        explainer_url=_ascii(look.explainer_url),
        exit_script=press.exit_script().encode(),
        exit_tag=piece_of(ascii_html(press.exit_tag()) if look.offers_exit else b""),
        appearance=sha256(repr(look).encode()).hexdigest(),
    )
    pages.prepare({(name,) for name in notices} | set(together))
    return pages


def _ascii(url: str) -> str:
    """Encode what may not stand in a header field."""
    return quote(url, safe="%!$&'()*+,-./:;=?@_~[]#")
