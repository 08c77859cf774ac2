"""Where the gate listens: whether that is free, and apart from where operators look."""

from __future__ import annotations

import socket
import stat
from pathlib import Path
from typing import Final

from gate.errors import OperationsPublicError, PortTakenError

UNIX: Final = "unix:"
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104


def check_free(address: str, key: str = "server.listen") -> None:
    """Find out whether one can listen at an address.

    Args:
        address: "host:port" or "unix:/path".
        key: Where it stands in the configuration.

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
            reason = _reason(error)
            raise PortTakenError(address=address, reason=reason, key=key) from None


def check_apart(operations: str, listen: str) -> None:
    """Find out whether operators look elsewhere than readers come.

    Args:
        operations: "host:port" or "unix:/path".
        listen: Where readers come, in the same form.

    Raises:
        OperationsPublicError: It is the same place.
    """
    mine, theirs = _split(operations), _split(listen)
    same_host = mine[0] == theirs[0] or not _EVERYWHERE.isdisjoint({mine[0], theirs[0]})
    if mine[1] == theirs[1] and same_host:
        raise OperationsPublicError(address=operations)


def _split(address: str) -> tuple[str, str]:
    if address.startswith(UNIX):
        return "", address
    host, _, port = address.rpartition(":")
    return "127.0.0.1" if host == "localhost" else host.strip("[]"), port


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
