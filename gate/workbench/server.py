"""The gunicorn server as the gate runs it: safe first, silent about readers.

The application is built once before the workers are forked, so that they share its
memory; on SIGHUP it is built anew, and a configuration that cannot be used leaves the
one at work in place.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from gate.errors import GateError
from gate.workbench.worker import PatientWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

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


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn server around one application.

    Args:
        build: Makes the application; raises GateError if it cannot.
        settings: gunicorn settings beside the hardened ones.
        on_start: Called in each worker when it begins.
    """

    def __init__(
        self,
        build: Callable[[], WSGIApplication],
        settings: Mapping[str, Any],
        on_start: Callable[[], None] | None = None,
    ) -> None:
        self._build = build
        self._settings = {**HARDENED, "logger_class": QuietLogger, **settings}
        if on_start is not None:
            self._settings["post_worker_init"] = lambda _worker: on_start()
        super().__init__()
        self.callable = build()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            if name in self.cfg.settings:  # older releases lack some
                self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        return self._build()

    def reload(self) -> None:
        super().reload()
        try:
            self.callable = self._build()
        except GateError as error:
            message = f"{error.code} {error} {error.hint} The gate goes on as before.\n"
            sys.stderr.write(message)


def where(error: BaseException) -> str:
    """Name an error by its type and place, without its text, which may quote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
