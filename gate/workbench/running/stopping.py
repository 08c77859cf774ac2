"""How a listener ends without cutting anybody off."""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from typing import Final

_SO_ATTACH_FILTER: Final = 26
"""Linux; Python does not name it."""

# Classic BPF over a TCP header: drop what opens a connection, let the rest pass.
_FLAGS, _SYN = 13, 0x02  # offset in bytes; bit
_PROGRAM: Final = (
    (0x30, 0, 0, _FLAGS),  # load the byte
    (0x45, 0, 1, _SYN),  # if the bit is set
    (0x06, 0, 0, 0),  # keep no byte of the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # else keep all
)


def refuse_newcomers(listening: socket.socket) -> None:
    """Let no new connection begin, while those that have begun can still be taken.

    A socket that listens and is closed resets every connection that nobody has taken,
    with its request. After this, newcomers hear nothing, ask again after a second, and
    find the port closed, before they have sent anything. The file of a Unix socket has
    been removed by then, to the same effect.

    Args:
        listening: The socket; other processes may share it.

    Source:
        socket(7), SO_ATTACH_FILTER; Linux, Documentation/networking/filter.rst.
    """
    is_tcp = listening.family in {socket.AF_INET, socket.AF_INET6}
    if not sys.platform.startswith("linux") or not is_tcp:
        return  # elsewhere the moment between the last take and the end stays
    lines = b"".join(struct.pack("HBBI", *line) for line in _PROGRAM)
    program = ctypes.create_string_buffer(lines)
    address = struct.pack("HL", len(_PROGRAM), ctypes.addressof(program))
    listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, address)
