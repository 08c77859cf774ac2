"""Listening on loopback, and nowhere else, until somebody presses Ctrl+C."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from gate.errors import NotLoopbackError, PreviewPortError
from gate.workbench.preview.guard import Guard

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from werkzeug.serving import BaseWSGIServer


class QuietHandler(WSGIRequestHandler):
    """Writes no log: an address may hold what somebody typed."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Write nothing."""

    def version_string(self) -> str:
        return "gate-preview"


def listen(app: WSGIApplication, host: str, port: int) -> BaseWSGIServer:
    """Listen for the own user; `serve_forever` of what is returned answers.

    Args:
        app: The preview.
        host: A loopback address.
        port: A port; 0 for any that is free.

    Raises:
        NotLoopbackError: Others could reach the address.
        PreviewPortError: The port is taken or may not be used.
    """
    if not is_loopback(host):
        raise NotLoopbackError(host=host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise PreviewPortError(port=port, reason=reason) from error
    with opened:  # the server keeps a socket of its own
        return make_server(
            host,
            port,
            Guard(app),
            threaded=True,
            request_handler=QuietHandler,
            fd=opened.fileno(),
        )


def is_loopback(host: str) -> bool:
    """Say whether an address is this machine's own, and nobody else can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def url_of(server: BaseWSGIServer) -> str:
    """Return the address to open in a browser."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"http://{host}:{server.port}/"
