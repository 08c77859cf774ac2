"""`gate serve`: the gate as a server of its own, in front of a site or the demo."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from gate.config import load_config
from gate.doors.check import CheckDoor
from gate.doors.front import Front
from gate.doors.health import own_pages
from gate.doors.outage import Outage, sorry
from gate.doors.proxy import Proxy
from gate.doors.sending import refuse
from gate.doors.static import Folder
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.engine.snapshot import edge_of
from gate.engine.status import StatusSocket
from gate.errors import SiteMissingError
from gate.model import Answer, Unknown
from gate.request.proxies import NO_HEADER, Proxies
from gate.workbench.running.logs import set_up
from gate.workbench.running.ports import UNIX, check_apart, check_free
from gate.workbench.secret import load_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIApplication

    from gate.config import Config
    from gate.engine.meters import Meter
    from gate.engine.snapshot import Snapshot
    from gate.workbench.running.crew import GateCrew

_log = logging.getLogger("gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the gate stands in front of; with nothing set, `server.upstream`.

    Attributes:
        check: Nothing; other servers ask, and only the gate's own pages are there.
        demo: The demo site.
        folder: A folder of files.
        upstream: Address of a site, such as "http://127.0.0.1:8000".
    """

    check: bool = False
    demo: bool = False
    folder: Path | None = None
    upstream: str | None = None


class Stand:
    """The application that is served, and the gate in it.

    What stands around the gate is made anew when the configuration changes it.

    Args:
        path: The configuration.
        source: What the gate stands in front of.
        crew: What goes on beside the answering.
        workers: How many workers the server begins.
    """

    def __init__(
        self, path: Path, source: Source, crew: GateCrew, workers: int = 1
    ) -> None:
        self._path = path
        self._workers = workers
        self._source = source
        self._crew = crew
        self._gate: Gate | None = None
        self._rests_on: tuple[object, ...] = ()
        self._application: WSGIApplication = _nothing

    def build(self) -> WSGIApplication:
        """Make the WSGI application.

        Raises:
            SiteMissingError: There is nothing to stand in front of.
            GateError: The configuration or the rule book cannot be used.
        """
        config = load_config(self._path, os.environ)
        if not self._source.demo:
            self._site(config)  # what is missing is told before the work begins
        gate = load(config, self._crew.meter)
        self._gate = self._crew.gate = gate
        self._fit(gate.snapshot)
        gate.follow(self._fit)
        return self._answer

    def _answer(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        return self._application(environ, start_response)

    def _fit(self, snapshot: Snapshot) -> None:
        """Make what stands around the gate, if it has to be another.

        Raises:
            GateError: It cannot be made; what there was stays.
        """
        config = snapshot.config
        secrets = load_secrets(config)
        server, own = config.server, (config.site.own_prefix, config.check, secrets)
        rests_on = (config.visitor, server.upstream, server.timeouts, *own)
        if rests_on != self._rests_on:
            self._application = self._around(config, secrets)
            self._rests_on = rests_on

    def _around(self, config: Config, secrets: Sequence[str]) -> WSGIApplication:
        gate = self._gate
        if gate is None:
            return _nothing
        if self._source.demo:
            from gate.workbench.demo import create_demo  # noqa: PLC0415  # brings Flask

            site = create_demo(gate)
        else:
            behind, door = self._site(config)
            site = GateMiddleware(behind, gate, door=door)
        own = self._own_pages(config, gate, secrets)
        return Front(site, prefix=config.site.own_prefix, own=own)

    def _site(self, config: Config) -> tuple[WSGIApplication, str]:
        """Return what stands behind the gate, and the name of its door."""
        source, meter = self._source, self._crew.meter
        if source.check:
            if config.check is None:
                raise SiteMissingError(
                    "Nobody can ask the gate: config.yaml has no section check.",
                    hint="Write the section check; config.yaml explains its keys.",
                )
            return _nothing, "check"
        if source.folder is not None:
            return Folder(source.folder), "static"
        outage = Outage(None if meter is None else meter.failed)
        return _proxy(config, source, outage, self._sorry), "proxy"

    def _own_pages(
        self, config: Config, gate: Gate, secrets: Sequence[str]
    ) -> dict[str, WSGIApplication]:
        """Return the gate's own pages but "leave", by their first segment."""
        own = dict(own_pages(gate))
        if config.check is None:
            return own
        prefix = config.site.own_prefix
        door = CheckDoor(gate, secrets=secrets, prefix=prefix, note=gate.refuse_caller)
        return {**own, "check": door, "relay": door}

    def _sorry(self, status: int) -> Answer:
        """Make the page for a reader whom the site behind the proxy does not answer."""
        if self._gate is None:
            return Answer(status=status, headers=())
        return sorry(self._gate.snapshot.pages, status)

    def open_status(self) -> None:
        """Let `gate status` ask this worker; without it the worker serves as well."""
        if self._gate is None:
            return
        try:
            state = self._gate.snapshot.config.state
            StatusSocket(self._gate, state, self._workers).open()
        except OSError as error:
            _log.warning("gate status cannot ask this worker: %s", error.strerror)


def serve(
    config: Config,
    source: Source,
    *,
    listen: str | None = None,
    pidfile: Path | None = None,
    console: Console | None = None,
) -> None:
    """Serve until a signal ends it: TERM and INT stop; files that change are taken.

    Where it listens, its workers and threads, `timeouts.stop` and whether it begins a
    sealer change only with a new start. HUP makes every worker look at once whether
    files have changed.

    Args:
        config: What the deployer chose.
        source: What the gate stands in front of.
        listen: "host:port" or "unix:/path"; default: `server.listen`.
        pidfile: File for the number of the process.
        console: Where to say where to look.

    Raises:
        SiteMissingError: There is nothing to stand in front of.
        PortTakenError: The address to listen at is not free.
        GateError: The configuration or the rule book cannot be used.
    """
    from gate.workbench.running.crew import GateCrew  # noqa: PLC0415  # a server's alone
    from gate.workbench.running.server import Server  # noqa: PLC0415  # POSIX only

    address, operations = listen or config.server.listen, config.server.operations
    if operations:
        check_apart(operations, address)
        check_free(operations, "server.operations")
    check_free(address)
    set_up(config.server.log)
    seals = config.path if config.audit.seal == "serve" else None
    crew = GateCrew(operations, seals)
    stand = Stand(config.path, source, crew, config.server.workers)
    crew.on_begin = stand.open_status
    server = Server(stand.build, settings(config, address, pidfile), crew)
    crew.open()
    if config.server.log == "text":  # logs of containers hold standard output as well
        announce(config, source, address, console or Console())
    _log.info("The gate begins at %s.", address, extra={"code": "started"})
    server.run()


def load(config: Config, meter: Meter | None = None) -> Gate:
    """Load the gate, and say what follows if it cannot know any place.

    Args:
        config: What the deployer chose.
        meter: Where the operation is measured.

    Raises:
        GateError: The configuration or the rule book cannot be used.
    """
    gate = Gate.load(config.path, meter=meter)
    if not gate.snapshot.versions.database:
        unusable = gate.snapshot.book.unknown.actions[Unknown.DATABASE_UNUSABLE]
        _log.error("Until then no place is known, and everybody meets: %s.", unusable)
    return gate


def settings(
    config: Config, address: str, pidfile: Path | None = None
) -> Mapping[str, Any]:
    """Translate the configuration into gunicorn's settings."""
    server = config.server
    shared_memory = Path("/dev/shm")  # noqa: S108  # for heartbeats, not for data
    return {
        "bind": address,
        "workers": server.workers,
        "threads": server.threads,
        "graceful_timeout": server.timeouts.stop,
        "pidfile": str(pidfile) if pidfile else None,
        "worker_tmp_dir": str(shared_memory) if shared_memory.is_dir() else None,
        "loglevel": "warning",
    }


def announce(config: Config, source: Source, address: str, console: Console) -> None:
    """Say where to look."""
    host, _, port = address.rpartition(":")
    shown = "localhost" if host in {"0.0.0.0", "[::]", "127.0.0.1"} else host  # noqa: S104
    place = address if address.startswith(UNIX) else f"http://{shown}:{port}/"
    if source.check:
        asked = f"{place}{config.site.own_prefix.lstrip('/')}check/"
        console.print(f"[bold]{config.site.name}[/bold]: servers ask the gate below")
        console.print(f"[bold cyan]{asked}[/bold cyan] (Ctrl+C stops)")
        return
    behind = "the demo site" if source.demo else "the site"
    console.print(f"[bold]{config.site.name}[/bold]: the gate stands before {behind}.")
    console.print(f"Open [bold cyan]{place}[/bold cyan] (Ctrl+C stops)")
    if source.demo:
        console.print(
            "You begin as a reader in Moscow: a warning page in Russian. "
            "The bar at the bottom lets you visit from elsewhere."
        )


def _nothing(
    _environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    return refuse(404, start_response)


def _proxy(
    config: Config,
    source: Source,
    outage: Outage,
    sorry: Callable[[int], Answer],
) -> Proxy:
    upstream = source.upstream or config.server.upstream
    if not upstream:
        raise SiteMissingError(
            "There is no site to stand in front of.",
            hint="Give --upstream URL, --site DIR or --demo, or set server.upstream.",
        )
    timeouts = config.server.timeouts
    edge = edge_of(config)
    return Proxy(
        upstream,
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
        connections=config.server.threads,
        proxies=Proxies.compile(
            config.visitor.trusted_proxies, config.visitor.header or NO_HEADER
        ),
        withheld=frozenset() if edge is None else edge.keys,
        outage=outage,
        sorry=sorry,
    )
