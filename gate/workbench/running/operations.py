"""Where operators look: readiness with its reasons, and metrics; never for readers.

A process of its own, so that it answers however busy the workers are, and so that they
need no library for it. It is forked before them, ends with the server however that
ends, and is begun again if it dies.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import BaseServer, TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any, Final

from gate.documents.moments import stamp
from gate.doors.health import DEGRADED, READY, STOPPING
from gate.errors import PortTakenError
from gate.workbench.running.beside import Beside, forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gate.engine.meters import Board

DOWN: Final = "down"
"""No worker is alive."""

PATIENCE: Final = 10.0
"""Seconds that whoever asks may take."""

POLL: Final = 0.5
"""Seconds after which the listener sees that the server has ended."""

_UNIX: Final = "unix:"
_IGNORED: Final = (
    "TERM",
    "INT",
    "QUIT",
    "HUP",
    "USR1",
    "USR2",
    "WINCH",
    "TTIN",
    "TTOU",
)
_DAY: Final = 86_400  # seconds


class Operations:
    """The listener, as the server sees it.

    Args:
        board: The shared memory.
        address: "host:port" or "unix:/path".
    """

    def __init__(self, board: Board, address: str) -> None:
        self._board = board
        self._address = address
        self._socket: socket.socket | None = None
        self._process = Beside()

    def open(self) -> None:
        """Listen, so that nobody else can; answers come from `tend` on.

        Raises:
            PortTakenError: The address is not free.
        """
        try:
            self._socket = _listen(self._address)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise PortTakenError(address=self._address, reason=reason) from None

    @property
    def has_begun(self) -> bool:
        """Whether the process was begun before."""
        return self._process.has_begun

    def tend(self, close: Callable[[], None]) -> bool:
        """Begin the process if it does not run; say whether that was so.

        Args:
            close: Closes, in the process, what it inherits and must not hold.
        """
        parent = os.getpid()

        def run() -> None:
            close()
            self._run(parent)

        return self._process.tend(lambda: forked(run))

    def leave(self) -> None:
        """Close in a worker what only the server and the listener need."""
        if self._socket is not None:
            self._socket.close()

    def end(self) -> None:
        """End the process; it says "stopping" to the last."""
        self._process.end()
        self.leave()
        if self._address.startswith(_UNIX):
            Path(self._address.removeprefix(_UNIX)).unlink(missing_ok=True)

    def _run(self, parent: int) -> None:
        signal.set_wakeup_fd(-1)
        for name in _IGNORED:  # the whole group may get them; only the parent counts
            signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if self._socket is not None:
            Listener(self._socket, self._board, parent).serve_forever(POLL)


class Listener(ThreadingMixIn, TCPServer):
    """Answers /live, /ready and /metrics.

    Args:
        listening: A socket that listens already.
        board: The shared memory.
        parent: Process with which this one ends; 0 for none.
    """

    daemon_threads = True

    def __init__(self, listening: socket.socket, board: Board, parent: int = 0) -> None:
        BaseServer.__init__(self, listening.getsockname(), _Handler)
        self.socket = listening
        self.board = board
        self._parent = parent
        self.metrics = _metrics(board)

    def service_actions(self) -> None:
        if self._parent and os.getppid() != self._parent:
            os._exit(0)


def readiness(board: Board, now: float) -> tuple[int, dict[str, Any]]:
    """Say how the gate is, with every reason; none of them is about a reader.

    Args:
        board: The shared memory.
        now: Unix seconds.

    Returns:
        HTTP status, and what to say in JSON.
    """
    voices = board.voices()
    said = [voice.said for voice in voices if voice.said]
    found = _reasons(said)
    if board.stopping:
        status = STOPPING
    elif not said:
        status = DOWN
    else:
        status = DEGRADED if found else READY
    serves = status in {READY, DEGRADED}
    return 200 if serves else 503, {
        "status": status,
        "reasons": found,
        "workers": [{"pid": v.pid, "status": v.said.get("status")} for v in voices],
        "mode": sorted({s["mode"] for s in said if "mode" in s}),
        "versions": _different(s["versions"] for s in said if "versions" in s),
        "databases": _databases(said, now),
    }


def _reasons(said: list[Any]) -> list[dict[str, Any]]:
    found: dict[str, list[float]] = {}
    for one in said:
        for reason in one.get("reasons", ()):
            found.setdefault(reason["what"], []).append(reason["since"])
    return [
        {"what": what, "since": stamp(min(since)), "workers": len(since)}
        for what, since in sorted(found.items())
    ]


def _databases(said: list[Any], now: float) -> list[dict[str, Any]]:
    built = {int(s["database_built"]) for s in said if "database_built" in s}
    return [
        {"built": stamp(moment), "age_days": int((now - moment) // _DAY)}
        for moment in sorted(built)
    ]


def _different(values: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _metrics(board: Board) -> Callable[[str], tuple[bytes, str]]:
    """Return what writes the metrics in the form that is asked for."""
    # Only this process needs the library, and nobody its default registry.
    from prometheus_client import CollectorRegistry  # noqa: PLC0415
    from prometheus_client.exposition import choose_encoder  # noqa: PLC0415

    from gate.workbench.running.metrics import GateCollector  # noqa: PLC0415

    registry = CollectorRegistry(auto_describe=False)
    registry.register(GateCollector(board))

    def metrics(accept: str) -> tuple[bytes, str]:
        encode, kind = choose_encoder(accept)
        return encode(registry), kind

    return metrics


class _Handler(BaseHTTPRequestHandler):
    """One request of an operator or a program of theirs."""

    timeout = PATIENCE
    server: Listener

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            body, kind = self.server.metrics(self.headers.get("Accept", ""))
            self._reply(200, kind, body)
        elif path in {"/ready", "/live"}:
            status, told = readiness(self.server.board, time.time())
            if path == "/live":
                status = 200 if told["workers"] else 503
            body = json.dumps(told, indent=2).encode() + b"\n"
            self._reply(status, "application/json", body)
        else:
            self._reply(404, "text/plain", b"/live, /ready or /metrics\n")

    do_HEAD = do_GET  # noqa: N815

    def _reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "gate"

    def log_message(self, *_: object) -> None:
        """Write nothing: whoever asks every few seconds would fill the log."""


def _listen(address: str) -> socket.socket:
    if address.startswith(_UNIX):
        path = Path(address.removeprefix(_UNIX))
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        path.chmod(0o660)
    else:
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, int(port)))
    listening.listen(64)
    return listening
