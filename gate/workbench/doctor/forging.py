"""What a reader could do to see the article without the notice: forge and misspell."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gate.config.checks import is_same_address
from gate.config.scalars import NO_HEADER
from gate.model import Membership
from gate.request.host import is_loopback
from gate.request.numbers import parse_address
from gate.request.proxies import Proxies
from gate.workbench.doctor.finding import Finding, error, note, ok, warning
from gate.workbench.doctor.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.config import Config
    from gate.model import LocationClass
    from gate.places.index import Index
    from gate.workbench.doctor.fetching import Got, Site

SPOKEN = (
    *("X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"),
    *("X-Client-IP", "Fastly-Client-IP", "X-Original-Forwarded-For"),
)
"""Headers that are forged, beside the one that is configured."""

_SHOWN = {Verdict.ARTICLE, Verdict.BANNER}


def check_forging(
    site: Site, first: Got, config: Config, index: Index | None
) -> Finding:
    """Claim to be in an area, and outside of all; nothing may follow from it.

    Args:
        site: The site, from outside.
        first: The answer to the first request.
        config: What the deployer chose.
        index: Where addresses are, to find two to claim.
    """
    inside = _example(index, _is_inside) or "95.165.0.1"
    outside = _example(index, _is_outside) or "91.64.0.1"
    met = [
        verdict_of(site.get(fields=_forged(address, config)))
        for address in (inside, outside)
    ]
    before, subject = verdict_of(first), f"{first.url}, with forged addresses"
    told = f"Without them: {before}; claiming an area: {met[0]}; another: {met[1]}."
    if met[0] is not met[1] or (before is Verdict.NOTICE and met[0] in _SHOWN):
        if _speaks_as_proxy(site, config):
            told += " It cannot be told from here: this machine may speak for readers."
            todo = "Ask at the address that readers use, from another machine."
            return note("D124", subject, told, todo)
        return error("D124", subject, told)
    if met[0] in {before, Verdict.REFUSAL}:
        return ok("D124", subject, told)
    todo = "That is right if readers connect directly; else name your proxy."
    return note("D124", subject, f"{told} The header was seen, not believed.", todo)


def _speaks_as_proxy(site: Site, config: Config) -> bool:
    """Whether what the doctor says there comes from an address that is trusted."""
    if is_same_address(site.base, config.server.listen):
        return True
    host = urlsplit(site.base).hostname or ""
    if not is_loopback(f"[{host}]" if ":" in host else host):
        return False
    visitor = config.visitor
    proxies = Proxies.compile(visitor.trusted_proxies, visitor.header)
    here = map(parse_address, ("127.0.0.1", "::1"))
    return any(address is not None and proxies.trusts(address) for address in here)


def check_spelling(site: Site, first: Got, config: Config) -> Finding:
    """Misspell the path in ways that some server resolves.

    Args:
        site: The site, from outside.
        first: The answer to the first request.
        config: What the deployer chose.
    """
    subject = f"{first.url}, spelled oddly"
    if verdict_of(first) is not Verdict.NOTICE:
        told = "Not tried: the notice does not come before it for this machine."
        return note("D125", subject, told, "Ask from where readers are warned.")
    path = urlsplit(first.url).path or "/"
    shown = [odd for odd in _spellings(path, config) if _shows(site.get(odd))]
    if shown:
        return error("D125", subject, f"It reveals the article: {', '.join(shown)}")
    return ok("D125", subject, "No spelling reveals the article.")


def check_methods(site: Site, first: Got) -> list[Finding]:
    """Ask with HEAD, and ahead of the reader.

    Args:
        site: The site, from outside.
        first: The answer to the first request.
    """
    return [_head(site, first), _ahead(site, first), _hidden(site, first)]


def _head(site: Site, first: Got) -> Finding:
    got = site.get(method="HEAD")
    told = f"GET gives {first.status}, HEAD gives {got.status or got.failure}."
    if got.status != first.status or got.body:
        return warning("D126", f"HEAD {got.url}", told)
    return ok("D126", f"HEAD {got.url}", told)


def _ahead(site: Site, first: Got) -> Finding:
    got = site.get(fields={"Sec-Purpose": "prefetch;prerender"})
    subject, verdict = f"{got.url}, fetched ahead", verdict_of(got)
    told = f"It is {verdict}."
    if verdict_of(first) is Verdict.NOTICE and verdict in _SHOWN:
        return error("D127", subject, told)
    if "n=" in got.field("set-cookie"):
        return error("D127", subject, "Fetching it ahead sets the cookie of Continue.")
    return ok("D127", subject, told)


def _hidden(site: Site, first: Got) -> Finding:
    fields = {"Sec-Purpose": "prefetch;anonymous-client-ip"}
    verdict = verdict_of(site.get(fields=fields))
    subject = f"{first.url}, fetched ahead by a proxy that hides readers"
    if verdict in _SHOWN:
        return warning("D127", subject, f"It is {verdict}, wherever the reader is.")
    return ok("D127", subject, f"It is {verdict}.")


def _shows(got: Got) -> bool:
    return verdict_of(got) in _SHOWN and got.is_html


def _spellings(path: str, config: Config) -> list[str]:
    first, rest = path[1:2], path[2:]
    encoded = f"/%{ord(first):02x}{rest}" if first.isascii() and first else "/%2e/"
    return [
        f"/.{path}",
        f"/{path}",
        encoded,
        f"{config.site.own_prefix}leave/..%2f..{path}",
    ]


def _forged(address: str, config: Config) -> dict[str, str]:
    fields = dict.fromkeys(SPOKEN, address)
    fields["Forwarded"] = f"for={address}"
    fields["CloudFront-Viewer-Address"] = f"{address}:443"
    header = config.visitor.header
    if header != NO_HEADER and header not in {name.lower() for name in fields}:
        fields[header] = address
    return fields


def _example(
    index: Index | None, wanted: Callable[[LocationClass], bool]
) -> str | None:
    """Return an IPv4 address of a place that is wanted; None if there is none."""
    if index is None:
        return None
    ids = {number for number, found in enumerate(index.classes) if wanted(found)}
    return next(
        (str(IPv4Address(first)) for first, id_ in index.ranges(4) if id_ in ids), None
    )


def _is_inside(found: LocationClass) -> bool:
    return Membership.YES in found.memberships


def _is_outside(found: LocationClass) -> bool:
    return found.unknown is None and set(found.memberships) <= {Membership.NO}
