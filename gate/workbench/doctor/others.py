"""Which servers of others a page makes a reader's browser call, and what they learn."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from gate.workbench.doctor.finding import Finding, note, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.workbench.doctor.fetching import Got
    from gate.workbench.doctor.page import Page

_DEFAULT_POLICY = "strict-origin-when-cross-origin"
"""What browsers do when a page says nothing (Referrer Policy, section 3)."""

_CLOSED = {"no-referrer", "same-origin"}
_NAMES_ARTICLE = {"unsafe-url", "no-referrer-when-downgrade"}
_ACTING = {"script", "frame"}
_LEARNS = {
    "script": "Its script can read the page, its address, and what the reader does.",
    "frame": "It learns the reader's address and browser, and may recognise them.",
    "form": "It gets what the reader sends.",
    "hint": "The browser connects to it ahead, and shows the reader's address.",
    "text of a script": "A script of the page names it and may call it.",
}
_USUAL = "It learns the reader's address and browser."
_MOST_NAMED = 8


class Known(NamedTuple):
    """A host that is known, from `trackers.yaml`."""

    host: str
    kind: str
    name: str


@lru_cache(maxsize=1)
def _listed() -> dict[str, Any]:
    text = files("gate.workbench.doctor").joinpath("trackers.yaml").read_text("utf-8")
    listed: dict[str, Any] = yaml.safe_load(text)
    return listed


def known(host: str) -> Known | None:
    """Return what is known of a host, or of the nearest one above it."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        above = ".".join(labels[start:])
        for kind, hosts in _listed()["hosts"].items():
            if above in hosts:
                return Known(above, kind, hosts[above])
    return None


def is_own(host: str, hosts: Sequence[str]) -> bool:
    """Whether a host is one of the site's, or lies below one of them."""
    host = host.rstrip(".")
    for own in hosts:
        bare = own.strip("[]").removeprefix("www.")
        if host in {own.strip("[]"), bare} or host.endswith(f".{bare}"):
            return True
    return False


def check_others(page: Page, got: Got, hosts: Sequence[str]) -> list[Finding]:
    """Look at what a page calls, at share links, and at what it forbids.

    Args:
        page: What the page refers to.
        got: The answer that it came in.
        hosts: Hosts of the site.
    """
    policy = _referrer_policy(page, got)
    found = [*_called(page, got.url, hosts, policy), *_shared(page, got.url)]
    return [*found, _referrer(policy, got.url), _content_policy(page, got)]


def _called(
    page: Page, url: str, hosts: Sequence[str], policy: str
) -> Iterator[Finding]:
    kinds: dict[str, dict[str, None]] = {}
    for reference in page.references:
        host = urlsplit(reference.url).hostname or ""
        if not is_own(host, hosts):
            kinds.setdefault(host, {})[reference.kind] = None
    for host in sorted(kinds):
        yield _described(host, list(kinds[host]), url, policy)
    if not kinds:
        yield ok("D081", url, "The page calls no server of others.")


def _described(host: str, kinds: list[str], url: str, policy: str) -> Finding:
    about = known(host)
    name = f", {about.name} ({about.kind})" if about else ""
    learns = _LEARNS.get(next((k for k in kinds if k in _LEARNS), ""), _USUAL)
    told = f"{host}{name}, as {' and '.join(kinds)}. {learns} {_told_page(policy)}"
    if about is not None:
        return warning("D080", url, told)
    if _ACTING & set(kinds):
        return warning("D081", url, told)
    return note("D081", url, told, "Serve it yourself, if you can.")


def _told_page(policy: str) -> str:
    if policy in _CLOSED:
        return "It is not told the page that the reader came from."
    what = "article" if policy in _NAMES_ARTICLE else "site"
    return f"It is told the {what} that the reader came from."


def _shared(page: Page, url: str) -> Iterator[Finding]:
    starts = tuple(_listed()["sharing"])
    links = [link for link in page.links if link.startswith(starts)]
    hosts = sorted({urlsplit(link).hostname or "" for link in links})
    if hosts:
        told = f"{len(links)} links lead to {', '.join(hosts[:_MOST_NAMED])}."
        yield warning("D072", url, told)
    else:
        yield ok("D072", url, "No link leads straight to a social network's sharing.")


def _referrer_policy(page: Page, got: Got) -> str:
    """Return the policy that holds; the last one that browsers know counts."""
    said = page.metas.get("referrer") or got.field("referrer-policy")
    words = [word.strip().lower() for word in said.split(",") if word.strip()]
    return words[-1] if words else _DEFAULT_POLICY


def _referrer(policy: str, url: str) -> Finding:
    told = f"The Referrer-Policy that holds is {policy}."
    if policy in _CLOSED:
        return ok("D082", url, told)
    if policy in _NAMES_ARTICLE:
        return warning("D082", url, f"{told} It names the article to other sites.")
    todo = "Send Referrer-Policy: same-origin, so that not even the site is named."
    return note("D082", url, told, todo)


def _content_policy(page: Page, got: Got) -> Finding:
    policy = got.field("content-security-policy")
    policy = policy or page.metas.get("content-security-policy", "")
    sources = {
        part.split()[0].lower(): part.split()[1:]
        for part in policy.split(";")
        if part.strip()
    }
    scripts = sources.get("script-src", sources.get("default-src"))
    if scripts is None:
        return note("D083", got.url, "There is none for scripts.", _REMEDY)
    if {"*", "http:", "https:"} & set(scripts):
        return note("D083", got.url, "Scripts may come from anywhere.", _REMEDY)
    return ok("D083", got.url, f"Scripts come from {' '.join(scripts)}.")


_REMEDY = "Send a Content-Security-Policy that names only your own servers."
