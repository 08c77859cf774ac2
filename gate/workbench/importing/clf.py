"""The formats common and combined, as Apache and nginx write them."""

from __future__ import annotations

import re
from typing import Final

from gate.workbench.importing.lines import Line, Why, request_of
from gate.workbench.importing.moments import clf_second

_LINE: Final = re.compile(
    rb"([^ ]+) [^ ]+ (?:.*? )??"
    rb"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"
    rb' "((?:[^"\\]|\\.)*+)(")?',
    re.DOTALL,
)
_ESCAPE: Final = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v"}


class Clf:
    """Lines that begin with address, identity, user, time and request.

    What follows the request is not looked at, so that a line whose user agent is
    torn off is decided all the same.

    Source:
        Apache HTTP Server, mod_log_config, "Custom Log Formats" and its note on
        escapes (backslash with n, t, quote, or xHH); nginx, ngx_http_log_module
        (format combined; quote, backslash, and bytes below 0x20 or above 0x7E as
        backslash xHH since 1.1.6).
    """

    splits = True

    def __init__(self, name: str) -> None:
        self.name = name

    def parse(self, line: bytes) -> Line | Why:
        """Read a line."""
        match = _LINE.match(line)
        if match is None:
            return Why.NOT_OF_THE_FORMAT
        address, when, request, end = match.groups()
        if end is None:
            return Why.TORN
        second = clf_second(when)
        if second is None:
            return Why.BAD_TIME
        return request_of(
            unescaped(request), lambda method, path: Line(address, second, method, path)
        )


def unescaped(text: bytes) -> bytes:
    """Undo what servers write for quotes, backslashes and bytes that do not print."""
    return _ESCAPE.sub(_plain, text) if b"\\" in text else text


def _plain(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes.fromhex(match[1].decode("ascii"))
    return _LETTERS.get(match[2], match[2])
