"""Everything that `gate doctor` looks at, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate.config import load_config
from gate.errors import GateError
from gate.workbench.checking import CheckReport, check_everything
from gate.workbench.doctor.activities import check_activities
from gate.workbench.doctor.banner import asks_for_banners, check_banner
from gate.workbench.doctor.book import check_book
from gate.workbench.doctor.caddy import check_caddy
from gate.workbench.doctor.database import check_databases
from gate.workbench.doctor.exits import check_exits, explainer_url, judge_explainer
from gate.workbench.doctor.exported import check_exported
from gate.workbench.doctor.fetching import Site, fetch
from gate.workbench.doctor.files import check_files
from gate.workbench.doctor.finding import Finding, Level, error, note, ranked
from gate.workbench.doctor.gunicorn import check_gunicorn
from gate.workbench.doctor.logs import check_logs
from gate.workbench.doctor.nginx import check_nginx
from gate.workbench.doctor.others import check_others
from gate.workbench.doctor.page import read_page
from gate.workbench.doctor.probe import probe
from gate.workbench.doctor.running import check_running
from gate.workbench.doctor.sealed import check_sealed
from gate.workbench.doctor.sighting import see
from gate.workbench.doctor.trust import check_trust
from gate.workbench.doctor.verdict import is_notice
from gate.workbench.status import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gate.config import Config
    from gate.workbench.doctor.fetching import Got

USUAL: Mapping[str, tuple[str, ...]] = {
    "nginx": ("/etc/nginx/nginx.conf",),
    "gunicorn": ("gunicorn.conf.py",),
    "caddy": ("/etc/caddy/Caddyfile",),
}
"""Where other servers keep their configuration, if nobody names a file."""

_CHECKS: Mapping[str, Callable[[Path, Level], list[Finding]]] = {
    "nginx": check_nginx,
    "gunicorn": check_gunicorn,
    "caddy": check_caddy,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to look at beside configuration, rule book and running workers.

    Attributes:
        peer: Address that a request comes from; empty for none.
        fields: Header fields of that request.
        logs: Log files.
        servers: Configurations of other servers, by "nginx", "gunicorn", "caddy";
            where none is named, the usual places are looked at.
        exported: Tables that `gate export` wrote.
        url: Address of an article of the live site; empty for none.
        area: Area that this machine is in; empty for none.
        online: Ask for the pages that readers are led to.
        path: Path of a page of the site behind the gate.
    """

    peer: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    logs: tuple[Path, ...] = ()
    servers: Mapping[str, tuple[Path, ...]]
    exported: tuple[Path, ...] = ()
    url: str = ""
    area: str = ""
    online: bool = False
    path: str = "/"


def examine(
    path: Path, environ: Mapping[str, str], order: Order, now: int
) -> list[Finding]:
    """Look at everything.

    Args:
        path: config.yaml.
        environ: Environment variables.
        order: What to look at beside it.
        now: Unix seconds.

    Returns:
        Findings, the worst first.

    Raises:
        ConfigMissingError: There is no configuration.
        FindingsError: The configuration has an error.
    """
    config = load_config(path, environ)
    report, found = _checked(path, environ, config, now)
    found += check_trust(config)
    found += check_databases(config, report.book, now)
    found += check_book(config, report)
    found += check_files(config)
    found += check_sealed(config, now)
    found += check_exported(config, order.exported, report, now)
    found += check_running(collect(config.state), config, report)
    if order.peer:
        found += see(order.peer, order.fields, config, report.book)
    found += check_logs(order.logs)
    found += _servers(order)
    found += _pages(order, config, report, now)
    return ranked(found)


def _checked(
    path: Path, environ: Mapping[str, str], config: Config, now: int
) -> tuple[CheckReport, list[Finding]]:
    """Run `gate check`; what stops it is a finding."""
    try:
        return check_everything(path, environ, now), []
    except GateError as problem:
        stopped = error("D030", str(path), f"{problem.code}: {problem}", problem.hint)
        return CheckReport(findings=(), config=config), [stopped]


def _servers(order: Order) -> Iterator[Finding]:
    if any(order.servers.values()):
        for kind, paths in order.servers.items():
            for path in paths:
                yield from _CHECKS[kind](path, Level.ERROR)
        return
    for kind, names in USUAL.items():
        for path in map(Path, names):
            if path.exists():
                yield from _CHECKS[kind](path, Level.WARNING)


def _pages(
    order: Order, config: Config, report: CheckReport, now: int
) -> Iterator[Finding]:
    """Look at the live site if it is named, and at a page of the site behind."""
    got = None
    if order.url:
        found, got = probe(order.url, config, report, area=order.area, now=now)
        yield from found
    yield from _behind(order, config, got)
    if order.url or order.online:
        yield from check_exits(config)
    if order.online and not order.url:
        url = explainer_url(config, f"https://{config.site.hosts[0]}")
        yield judge_explainer(fetch(url))


def _behind(order: Order, config: Config, seen: Got | None) -> Iterator[Finding]:
    """Read a page of the site; the gate's own pages tell nothing of it."""
    upstream = config.server.upstream
    if upstream and not upstream.startswith("unix:"):
        site = Site(upstream, host=config.site.hosts[0])
        try:
            if asks_for_banners(config):
                yield check_banner(site, order.path)
            if seen is None or is_notice(seen):
                seen = site.get(order.path)
        finally:
            site.close()
    elif asks_for_banners(config):
        yield note("D060", "server.upstream", "Not tried: it names no site to ask.")
    yield from _page(seen, config)


def _page(got: Got | None, config: Config) -> Iterator[Finding]:
    if got is None:
        told = "No page was looked at."
        yield note("D084", "the site", told, "Name server.upstream, or give --probe.")
    elif not got.status:
        yield error("D120", got.url, got.complaint)
    elif is_notice(got) or not got.is_html:
        told = f"Status {got.status}: it is no page of the site's own."
        yield note("D084", got.url, told, "Name an article with --path.")
    else:
        page = read_page(got.text, got.url)
        hosts = [*config.site.hosts, *_host_of(got)]
        yield from check_others(page, got, hosts)
        yield from check_activities(page, got.url, config)


def _host_of(got: Got) -> list[str]:
    return [got.url.split("/")[2].rpartition("@")[2].partition(":")[0]]
