"""The gunicorn server as the gate runs it: safe first, silent about readers.

The application is built once before the workers are forked, so that they share its
memory. On SIGHUP every worker is told, and none is replaced.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from gate.errors import GateError
from gate.request.families import TARGETS
from gate.workbench.running.crew import Crew
from gate.workbench.running.logs import dress, where
from gate.workbench.running.stopping import refuse_newcomers
from gate.workbench.running.worker import HELD, PatientWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication


def settle_repeated(_worker: object, request: Any) -> None:  # noqa: ANN401  # gunicorn's
    """Take out repeated fields that the server would join with a comma.

    A path that another server names may hold a comma as well: what a stranger wrote
    would be taken for the path, so all of them go. A comma may be a part of a cookie;
    their fields are joined with a semicolon.

    Source:
        RFC 9113, section 8.2.3 (Cookie in several fields).
    """
    named = [name for name, _ in request.headers if name in TARGETS]
    for name in {*named}:
        if named.count(name) > 1:
            request.headers = [line for line in request.headers if line[0] != name]
    cookies = [value for name, value in request.headers if name == "COOKIE"]
    if len(cookies) > 1:
        request.headers = [line for line in request.headers if line[0] != "COOKIE"]
        request.headers.append(("COOKIE", "; ".join(cookies)))


# Each closes a door that another program's defaults leave open.
HARDENED: Mapping[str, Any] = {
    "worker_class": PatientWorker,  # threads, which slow clients cannot hold
    "preload_app": True,
    "proc_name": "gate",
    "http_parser": "python",  # the one that the tests hold against hostile requests
    "header_map": "drop",  # X_Forwarded_For must not pass for X-Forwarded-For
    "forwarder_headers": "",  # nobody sets SCRIPT_NAME or PATH_INFO by a header
    "forwarded_allow_ips": "",
    "secure_scheme_headers": {},
    "pre_request": settle_repeated,
    "strip_header_spaces": False,
    "permit_obsolete_folding": False,
    "permit_unconventional_http_method": False,
    "permit_unconventional_http_version": False,
    "casefold_http_method": False,
    "proxy_protocol": "off",
    "limit_request_line": 8190,  # bytes, the most that gunicorn allows
    "limit_request_fields": 100,
    "limit_request_field_size": 8190,  # bytes
    "accesslog": None,  # it would be a record of who read what
    "disable_redirect_access_to_syslog": True,
    "capture_output": False,
    "keepalive": 15,  # seconds
    "timeout": 30,  # seconds without a sign of life from a worker
    "control_socket_disable": True,
}


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Keeps addresses, paths and header fields of readers out of the log."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401  # gunicorn has no types
        super().setup(cfg)
        dress(self.error_log)

    def warning(self, msg: str, *args: object, **kwargs: object) -> None:
        if msg.startswith("Invalid request"):
            msg, args = "A malformed request was refused.", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: object) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, GateError):
            self.error("%s %s %s", error.code, error, error.hint)
        elif "request" in str(msg) and error is not None:
            self.error("A request failed: %s", where(error))
        else:
            super().exception(msg, *args, **kwargs)


class Warden(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's arbiter with a crew, and with a stop that cuts nobody off."""

    def handle_hup(self) -> None:
        """Let every worker look whether files have changed; none of them ends."""
        self.kill_workers(signal.SIGHUP)

    def spawn_worker(self) -> Any:  # noqa: ANN401  # gunicorn has no types
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
        try:
            return super().spawn_worker()  # the worker ends in here
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)

    def manage_workers(self) -> None:
        self.app.crew.tend(self._close_inherited)
        super().manage_workers()

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002
        self.app.crew.stop()
        if graceful:
            for listener in self.LISTENERS:
                refuse_newcomers(listener.sock)
        super().stop(graceful)

    def _close_inherited(self) -> None:
        for listener in self.LISTENERS:
            os.close(listener.sock.detach())
        for worker in self.WORKERS.values():
            worker.tmp.close()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn server around one application.

    Args:
        build: Makes the application; raises GateError if it cannot.
        settings: gunicorn settings beside the hardened ones.
        crew: What goes on beside the answering.
    """

    def __init__(
        self,
        build: Callable[[], WSGIApplication],
        settings: Mapping[str, Any],
        crew: Crew | None = None,
    ) -> None:
        self.crew = crew or Crew()
        hooks = {
            "pre_fork": self._seat,
            "post_fork": lambda _arbiter, worker: self.crew.settle(worker.row),
            "post_worker_init": lambda _worker: self.crew.begin(),
            "child_exit": lambda _arbiter, worker: self.crew.vacate(worker.row),
            "on_exit": lambda _arbiter: self.crew.end(),
        }
        own = {"logger_class": QuietLogger, **hooks}
        self._settings = {**HARDENED, **own, **settings}
        super().__init__()
        self.callable = build()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            if name in self.cfg.settings:  # older releases lack some
                self.cfg.set(name, value)

    def run(self) -> None:
        try:
            Warden(self).run()
        except RuntimeError as error:  # the words of gunicorn's own `run`
            sys.stderr.write(f"Error: {error}\n")
            sys.exit(1)

    def _seat(self, arbiter: Warden, worker: PatientWorker) -> None:
        worker.row = self.crew.seat({w.row for w in arbiter.WORKERS.values()})
