"""Whether the pages answer that readers are led to: leaving, and the explainer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from gate.workbench.doctor.codes import CODES
from gate.workbench.doctor.fetching import fetch
from gate.workbench.doctor.finding import Finding, error, note, ok, warning
from gate.workbench.doctor.others import is_own
from gate.workbench.doctor.page import read_page
from gate.workbench.doctor.verdict import is_notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.config import Config
    from gate.workbench.doctor.fetching import Got

MOST_EXITS = 5
"""Pages that leaving leads to which are asked; one request each."""

MOST_HOPS = 3
"""Redirects that are followed from one of them."""

_REDIRECTS = {301, 302, 303, 307, 308}
_WELL = range(200, 400)
_SHY = {401, 403, 405, 429}
"""Answers of sites that turn programs away and let readers in."""


def check_exits(config: Config) -> list[Finding]:
    """Ask each page that leaving leads to, and where it leads on to."""
    exits = config.site.exit_url
    urls = list(dict.fromkeys([exits.default, *exits.areas.values()]))
    found: list[Finding] = []
    for url in urls[:MOST_EXITS]:
        route = follow(fetch(url), fetch)
        found += [judge_exit(route[0], config)]
        if route[0].status in _WELL:
            found += judge_route(route, config)
    return found


def follow(first: Got, ask: Callable[[str], Got]) -> list[Got]:
    """Return the answers on the way from a page that leaving leads to, itself first.

    Args:
        first: Its answer.
        ask: Asks for an address.
    """
    route = [first]
    while len(route) <= MOST_HOPS and (to := _leads_to(route[-1])):
        route.append(ask(to))
    return route


def judge_route(route: Sequence[Got], config: Config) -> Iterator[Finding]:
    """Judge what a reader who leaves meets: redirects, cookies, and other servers."""
    first, last = route[0], route[-1]
    yield _redirects(route, config)
    cookies = sum(name == "set-cookie" for answer in route for name, _ in answer.fields)
    if cookies:
        told = f"It sets {cookies} cookie(s) in the reader's browser."
        yield note("D133", first.url, told, CODES["D133"][1])
    else:
        yield ok("D133", first.url, "It sets no cookie.")
    if last.is_html and last.status in _WELL:
        yield _impersonal(first.url, last, config)


def _redirects(route: Sequence[Got], config: Config) -> Finding:
    first, hops = route[0], route[1:]
    if not hops:
        return ok("D132", first.url, "It leads nowhere else.")
    hosts = [urlsplit(hop.url).hostname or "" for hop in hops]
    if any(is_own(host, config.site.hosts) for host in hosts):
        return error("D132", first.url, "It leads back to the site, by a detour.")
    if any(urlsplit(hop.url).scheme != urlsplit(first.url).scheme for hop in hops):
        return error("D132", first.url, "It leads on to an address without https.")
    told = f"It leads on to {hops[-1].url}."
    own = urlsplit(first.url).hostname
    if len(hops) > 1 or hosts[-1] != own:
        return warning("D132", first.url, told)
    return note("D132", first.url, told, "Name that address itself.")


def _impersonal(url: str, last: Got, config: Config) -> Finding:
    own = urlsplit(last.url).hostname
    called = {
        urlsplit(ref.url).hostname for ref in read_page(last.text, last.url).references
    }
    others = sorted(host for host in called if host and host != own)
    if config.site.name.lower() in last.text.lower():
        return warning("D134", url, f'The page says "{config.site.name}".')
    if others:
        told = f"The page calls other servers: {', '.join(others[:3])}"
        return note("D134", url, f"{told}{', ...' if others[3:] else '.'}")
    return ok("D134", url, "The page calls nobody else and does not name the site.")


def _leads_to(got: Got) -> str:
    location = got.field("location") if got.status in _REDIRECTS else ""
    return urljoin(got.url, location) if location else ""


def judge_exit(got: Got, config: Config) -> Finding:
    """Judge the answer of a page that leaving leads to."""
    if not got.status:
        return warning("D100", got.url, got.complaint)
    leads = urlsplit(urljoin(got.url, got.field("location"))).hostname or ""
    if is_own(leads, config.site.hosts):
        return error("D101", got.url, f"It leads to {leads}, which is the site.")
    if got.status in _WELL:
        return ok("D100", got.url, f"It answers {got.status}.")
    if got.status in _SHY:
        told = f"It answers {got.status}, perhaps to programs only."
        return note("D100", got.url, told, "Open it in a browser.")
    return warning("D100", got.url, f"It answers {got.status}.")


def explainer_url(config: Config, base: str) -> str:
    """Return the address of the page that explains the situation.

    Args:
        config: What the deployer chose.
        base: Address that a path belongs to.
    """
    return urljoin(base, config.site.explainer_url)


def judge_explainer(got: Got) -> Finding:
    """Judge the answer of the page that explains the situation."""
    if not got.status:
        return error("D102", got.url, got.complaint)
    if is_notice(got):
        told = "The notice stands before it, and sends readers there in a circle."
        return error("D102", got.url, told, "List its path in except_paths.")
    if got.status in _WELL or got.status in _SHY:
        return ok("D102", got.url, f"It answers {got.status}.")
    return error("D102", got.url, f"It answers {got.status}.")
