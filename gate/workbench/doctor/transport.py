"""Whether nobody on the way can read along: HTTPS, and what holds browsers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gate.request.host import is_loopback
from gate.workbench.doctor.fetching import fetch
from gate.workbench.doctor.finding import Finding, Level, error, judged, note, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.workbench.doctor.fetching import Got

HTTPS = "https"
_USUAL = {None, 443}
_MOVED = range(300, 400)


def check_transport(first: Got) -> list[Finding]:
    """Look at the scheme, at what plain http does, and at HSTS.

    Args:
        first: The answer to the first request.
    """
    parts = urlsplit(first.url)
    if parts.scheme != HTTPS:
        return [_plain(first.url, parts.hostname or "")]
    return [
        ok("D090", first.url, "It is reached over HTTPS."),
        *_redirected(first.url),
        _held(first),
    ]


def _plain(url: str, host: str) -> Finding:
    named = f"[{host}]" if ":" in host else host
    if is_loopback(named):
        told = "It is plain http on this machine, which tells nothing of the real site."
        return note("D090", url, told, "Give the address that readers use.")
    return error("D090", url, "It is plain http.")


def _redirected(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    plain = f"http://{parts.hostname}{parts.path or '/'}"
    if parts.port not in _USUAL:
        told = f"Not tried: HTTPS is at port {parts.port}, http may be at any."
        yield note("D091", url, told)
        return
    got = fetch(plain)
    if not got.status:
        yield ok("D091", plain, f"Nothing answers there: {got.failure}.")
        return
    yield judge_redirect(got)


def judge_redirect(got: Got) -> Finding:
    """Judge the answer to a request over plain http."""
    leads = got.field("location").lower().startswith("https://")
    moved = got.status in _MOVED and leads
    told = f"It answers {got.status} without leading to https."
    said = (told, f"It answers {got.status} and leads to https.")
    return judged(not moved, "D091", got.url, said, Level.ERROR)


def _held(got: Got) -> Finding:
    policy = got.field("strict-transport-security").lower()
    held = "max-age=" in policy and "max-age=0" not in policy.replace('"', "")
    told = f"Strict-Transport-Security is {policy or 'missing'}."
    return judged(not held, "D093", got.url, (told, told))


def judge_cookie(name: str, url: str) -> Finding:
    """Judge the name of the cookie that Continue sets.

    Args:
        name: The name.
        url: Where it was set.
    """
    told = f"The cookie is named {name}."
    return judged(not name.startswith("__Host-"), "D092", url, (told, told))
