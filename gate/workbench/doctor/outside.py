"""What a stranger may find at the gate's own addresses, and under other hosts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gate.workbench.doctor.finding import Finding, error, note, ok, warning
from gate.workbench.doctor.verdict import Verdict, is_through_gate, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.config import Config
    from gate.workbench.doctor.fetching import Got, Site

NOBODY = "gate-doctor.invalid"
"""A host that no site has (RFC 2606)."""

_CLOSED = ("check/nginx", "relay/nginx")
_REFUSED = "x-gate-error"
_ALLOWING = {200, 401}
_MISDIRECTED = 421


def check_gate(site: Site, first: Got, config: Config, *, gated: bool) -> list[Finding]:
    """Find out whether the answers come through the gate.

    Args:
        site: The site, from outside.
        first: The answer to the first request.
        config: What the deployer chose.
        gated: Whether a rule can gate the path.
    """
    leave = site.get(f"{config.site.own_prefix}leave")
    exits = {config.site.exit_url.default, *config.site.exit_url.areas.values()}
    found = [
        ok("D121", leave.url, "Leaving leads away, so the gate is there.")
        if leave.field("location") in exits
        else error("D121", leave.url, f"It answers {leave.status}, not the way out.")
    ]
    told = f"It is {verdict_of(first)}"
    if is_through_gate(first):
        found.append(ok("D121", first.url, f"{told}, with the marks of the gate."))
    elif gated and config.site.cache == "private":
        found.append(error("D121", first.url, f"{told}, without a mark of the gate."))
    else:
        found.append(note("D121", first.url, f"{told}; no mark can be expected there."))
    return found


def check_unknown_host(site: Site, config: Config) -> Finding:
    """Ask for a host that is not the site's."""
    got = site.get(fields={"Host": NOBODY})
    subject = f"{got.url}, asked as {NOBODY}"
    verdict = verdict_of(got)
    if got.status == _MISDIRECTED:
        return ok("D122", subject, "It is refused with 421.")
    if verdict in {Verdict.ARTICLE, Verdict.BANNER}:
        return error("D122", subject, f"It is answered with {verdict}.")
    if verdict is Verdict.NOTICE:
        return warning("D122", subject, f"It is answered as {config.site.hosts[0]}.")
    return ok("D122", subject, f"It is not answered: {got.failure or got.status}.")


def check_endpoints(site: Site, config: Config) -> list[Finding]:
    """Ask for what only our own servers may reach."""
    prefix = config.site.own_prefix
    found = [_closed(site.get(f"{prefix}{name}")) for name in _CLOSED]
    return [*found, *_health(site, prefix)]


def _closed(got: Got) -> Finding:
    path = urlsplit(got.url).path
    if got.field("x-gate-verdict") or got.field("x-gate-action"):
        return error("D123", path, f"It decides for strangers: {got.status}.")
    if got.field(_REFUSED):
        told = "The gate refuses strangers there, but they reach it."
        return warning("D123", path, told)
    if got.status in _ALLOWING:
        return warning("D123", path, f"Something answers {got.status} there.")
    return ok("D123", path, f"Closed: {got.failure or got.status}.")


def _health(site: Site, prefix: str) -> Iterator[Finding]:
    for name in ("live", "ready"):
        got = site.get(prefix + name)
        path, said = urlsplit(got.url).path, _said(got)
        if said is None:
            yield ok("D123", path, f"Closed: {got.failure or got.status}.")
        elif set(said) - {"status"}:
            yield error("D123", path, f"It tells strangers {', '.join(sorted(said))}.")
        else:
            todo = "Close it at the proxy; only those who watch over it need it."
            yield note("D123", path, "It can be asked from outside; one word.", todo)


def _said(got: Got) -> dict[str, Any] | None:
    """Return what a page of health says; None if it is none."""
    try:
        said = json.loads(got.body)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "status" in said else None
