"""The live site from outside, as a reader meets it: at most twenty requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gate.decision import Table
from gate.errors import RequestError
from gate.model import Activity
from gate.request import canonical_raw
from gate.workbench.doctor.caches import check_caches
from gate.workbench.doctor.exits import explainer_url, judge_explainer
from gate.workbench.doctor.fetching import Site, fetch
from gate.workbench.doctor.finding import Finding, error, ok, warning
from gate.workbench.doctor.forging import (
    check_forging,
    check_methods,
    check_spelling,
)
from gate.workbench.doctor.outside import (
    check_endpoints,
    check_gate,
    check_unknown_host,
)
from gate.workbench.doctor.transport import check_transport, judge_cookie
from gate.workbench.doctor.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.config import Config
    from gate.workbench.checking import CheckReport
    from gate.workbench.doctor.fetching import Got

_REVISION = re.compile(rb'name="n" value="([0-9a-f.-]+)"')
_FORM = re.compile(rb"<form\b[^>]*>", re.IGNORECASE)
_ENCTYPE = re.compile(rb"\benctype=[\"']?text/plain\b", re.IGNORECASE)
_SEE_OTHER = 303


def probe(
    url: str, config: Config, report: CheckReport, *, area: str, now: int
) -> tuple[list[Finding], Got]:
    """Ask the live site.

    Args:
        url: Address of an article, as readers use it.
        config: What the deployer chose.
        report: What `gate check` finds.
        area: Area that this machine is in; empty if it is in none.
        now: Unix seconds.

    Returns:
        The findings, and the answer to the first request.
    """
    site = Site(url)
    try:
        first = site.get()
        stopped = _stopped(first)
        if stopped is not None:
            return [stopped], first
        return list(_asked(site, first, config, report, area=area, now=now)), first
    finally:
        site.close()


def _stopped(first: Got) -> Finding | None:
    """Say why there is no sense in asking more; None if there is."""
    told, verdict = f"It answers {first.status}", verdict_of(first)
    if verdict is Verdict.NOTHING:
        return error("D120", first.url, first.complaint)
    if verdict is Verdict.REDIRECT:
        told += f" and leads to {first.field('location') or 'nowhere'}."
        return warning("D120", first.url, told, "Give --probe that address.")
    if verdict is Verdict.REFUSAL:
        todo = "Give --probe the address of an article, under a host of site.hosts."
        return error("D120", first.url, f"{told}.", todo)
    return None


def _asked(
    site: Site,
    first: Got,
    config: Config,
    report: CheckReport,
    *,
    area: str,
    now: int,
) -> Iterator[Finding]:
    gated = is_gated(urlsplit(first.url).path or "/", report, now)
    yield ok("D120", first.url, f"It answers {first.status}: {verdict_of(first)}.")
    yield from _warned(first, area)
    yield from check_gate(site, first, config, gated=gated)
    yield from check_caches(first, site.get(), config, gated=gated)
    yield from check_transport(first)
    yield check_unknown_host(site, config)
    yield from check_endpoints(site, config)
    yield check_forging(site, first, config, report.index)
    yield check_spelling(site, first, config)
    yield from check_methods(site, first)
    yield from _continued(site, first)
    yield judge_explainer(_explainer(site, config))


def is_gated(path: str, report: CheckReport, now: int) -> bool:
    """Whether a rule can put something before reading a path; if unsure, it can.

    Args:
        path: Path as it was asked for.
        report: With the rule book and the places.
        now: Unix seconds.
    """
    if report.book is None or report.index is None:
        return True
    try:
        canonical = canonical_raw(path)
    except RequestError:
        return True
    table = Table.build(report.book, report.index.classes, now=now)
    return table.look_up(0, canonical, Activity.READ).gated


def _warned(first: Got, area: str) -> Iterator[Finding]:
    if not area:
        return
    told = f"Asked from {area}, it is {verdict_of(first)}."
    if verdict_of(first) is Verdict.NOTICE:
        yield ok("D128", first.url, told)
    else:
        yield error("D128", first.url, told)


def _continued(site: Site, first: Got) -> Iterator[Finding]:
    """Press Continue, if there is one: it leads to the same address, with a cookie."""
    match = _REVISION.search(first.body)
    if verdict_of(first) is not Verdict.NOTICE or match is None:
        return
    kind, end = _encoding(first.body[: match.start()])
    fields = {
        "Content-Type": kind,
        "Sec-Fetch-Site": "same-origin",
        "Origin": site.base,
        "Referer": first.url,
    }
    body = f"n={match[1].decode()}{end}"
    got = site.get(method="POST", body=body, fields=fields)
    cookie = got.field("set-cookie").partition("=")[0]
    if got.status == _SEE_OTHER and cookie:
        yield ok("D129", first.url, "Continue leads to the article.")
        yield judge_cookie(cookie, first.url)
    else:
        told = f"Continue is answered with {got.status or got.failure}."
        yield warning("D129", first.url, told)


def _encoding(before: bytes) -> tuple[str, str]:
    """Return how a form is sent, as browsers do: its type, and what ends a field.

    Args:
        before: The page up to a field of the form.
    """
    forms = _FORM.findall(before)
    if forms and _ENCTYPE.search(forms[-1]):
        return "text/plain", "\r\n"
    return "application/x-www-form-urlencoded", ""


def _explainer(site: Site, config: Config) -> Got:
    url = explainer_url(config, site.base)
    if url.startswith(f"{site.base}/"):
        return site.get(url.removeprefix(site.base))
    return fetch(url)
