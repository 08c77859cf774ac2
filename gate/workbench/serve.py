"""`gate serve`: the gate as a server of its own, in front of a site or the demo."""

from __future__ import annotations

import os
import socket
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from gate.config import load_config
from gate.doors.proxy import Proxy
from gate.doors.static import Folder
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.engine.status import StatusSocket
from gate.errors import PortTakenError, SiteMissingError
from gate.model import Unknown
from gate.request.proxies import NO_HEADER, Proxies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication

    from gate.config import Config

UNIX = "unix:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the gate stands in front of; with nothing set, `server.upstream`.

    Attributes:
        demo: The demo site.
        folder: A folder of files.
        upstream: Address of a site, such as "http://127.0.0.1:8000".
    """

    demo: bool = False
    folder: Path | None = None
    upstream: str | None = None


class Stand:
    """The application that is served, and the gate in it; built anew on every HUP."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._source = source
        self._gate: Gate | None = None

    def build(self) -> WSGIApplication:
        """Make the WSGI application, from a configuration that is read anew.

        Where to listen, and how many workers and threads there are, stays as it was
        when the server began.

        Raises:
            SiteMissingError: There is nothing to stand in front of.
            GateError: The configuration or the rule book cannot be used.
        """
        source, config = self._source, load_config(self._path, os.environ)
        if source.demo:
            from gate.workbench.demo import create_demo  # noqa: PLC0415  # brings Flask

            self._gate = load(config)
            return create_demo(self._gate)
        site: WSGIApplication
        if source.folder is not None:
            site, door = Folder(source.folder), "static"
        else:
            site, door = _proxy(config, source), "proxy"
        self._gate = load(config)
        return GateMiddleware(site, self._gate, door=door)

    def open_status(self) -> None:
        """Let `gate status` ask this worker; without it the worker serves as well."""
        if self._gate is None:
            return
        try:
            StatusSocket(self._gate, self._gate.snapshot.config.state).open()
        except OSError as error:
            sys.stderr.write(f"gate status cannot ask this worker: {error.strerror}\n")


def serve(
    config: Config,
    source: Source,
    *,
    listen: str | None = None,
    pidfile: Path | None = None,
    console: Console | None = None,
) -> None:
    """Serve until a signal ends it: TERM and INT stop, HUP reads everything anew.

    Where it listens, its workers and threads, and `timeouts.stop` change only with a
    new start.

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
    from gate.workbench.server import Server  # noqa: PLC0415  # POSIX only

    address = listen or config.server.listen
    check_free(address)
    stand = Stand(config.path, source)
    server = Server(
        stand.build, settings(config, address, pidfile), on_start=stand.open_status
    )
    announce(config, source, address, console or Console())
    server.run()


def load(config: Config) -> Gate:
    """Load the gate, and say on standard error what it has to do without.

    Raises:
        GateError: The configuration or the rule book cannot be used.
    """
    gate = Gate.load(config.path)
    unusable = gate.snapshot.book.unknown.actions[Unknown.DATABASE_UNUSABLE]
    for error in gate.snapshot.trouble:
        sys.stderr.write(
            f"{error.code} {error} {error.hint}\n"
            f"Until then no place is known, and everybody meets: {unusable}.\n"
        )
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


def check_free(address: str) -> None:
    """Find out whether one can listen at an address.

    Args:
        address: "host:port" or "unix:/path".

    Raises:
        PortTakenError: One cannot.
    """
    if address.startswith(UNIX):
        _check_socket(address)
        return
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise PortTakenError(address=address, reason=_reason(error)) from None


def announce(config: Config, source: Source, address: str, console: Console) -> None:
    """Say where to look."""
    host, _, port = address.rpartition(":")
    shown = "localhost" if host in {"0.0.0.0", "[::]", "127.0.0.1"} else host  # noqa: S104
    place = address if address.startswith(UNIX) else f"http://{shown}:{port}/"
    behind = "the demo site" if source.demo else "the site"
    console.print(f"[bold]{config.site.name}[/bold]: the gate stands before {behind}.")
    console.print(f"Open [bold cyan]{place}[/bold cyan] (Ctrl+C stops)")
    if source.demo:
        console.print(
            "You begin as a reader in Moscow: a warning page in Russian. "
            "The bar at the bottom lets you visit from elsewhere."
        )


def _proxy(config: Config, source: Source) -> Proxy:
    upstream = source.upstream or config.server.upstream
    if not upstream:
        raise SiteMissingError(
            "There is no site to stand in front of.",
            hint="Give --upstream URL, --site DIR or --demo, or set server.upstream.",
        )
    timeouts = config.server.timeouts
    return Proxy(
        upstream,
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
        connections=config.server.threads,
        proxies=Proxies.compile(
            config.visitor.trusted_proxies, config.visitor.header or NO_HEADER
        ),
    )


def _check_socket(address: str) -> None:
    path = Path(address.removeprefix(UNIX))
    if not path.exists():
        if not path.parent.is_dir():
            reason = f"there is no folder {path.parent}"
            raise PortTakenError(address=address, reason=reason)
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise PortTakenError(address=address, reason="the file is not a socket")
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise PortTakenError(address=address, reason="it is in use")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
