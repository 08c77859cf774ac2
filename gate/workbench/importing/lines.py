"""What a line of an access log is: a request, nothing of interest, or unreadable."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Line(NamedTuple):
    """A request as a log tells it. Never leaves memory.

    Attributes:
        address: Who asked: an address, or a chain of them as in X-Forwarded-For.
        second: When, Unix seconds.
        method: Method, as it stands there.
        target: Path and query as on the request line; bytes.
        host: Host that was asked for; None where the log does not say.
    """

    address: bytes
    second: int
    method: bytes
    target: bytes
    host: str | None = None


class Why(StrEnum):
    """Why a line is not decided. The words stand in outputs; they hold no content.

    `BLANK` and `NO_REQUEST` are not faults; all others make a line unreadable.
    """

    BLANK = "blank"
    NO_REQUEST = "no_request"
    NOT_OF_THE_FORMAT = "not_of_the_format"
    TORN = "torn"
    BAD_TIME = "bad_time"
    BAD_JSON = "bad_json"
    FIELD_MISSING = "field_missing"
    TOO_LONG = "too_long"


MEANINGS = {
    Why.BLANK: "nothing but space",
    Why.NO_REQUEST: "no request was made, or a heading of the file",
    Why.NOT_OF_THE_FORMAT: "does not look like the format",
    Why.TORN: "ends before the request does",
    Why.BAD_TIME: "has no time that can be read",
    Why.BAD_JSON: "is not JSON",
    Why.FIELD_MISSING: "lacks the address, time, method or path",
    Why.TOO_LONG: "is longer than 1 MiB",
}

LONGEST = 1 << 20
"""Bytes of a line that is looked at."""

TOO_LONG = b"\0too long\0"
"""Stands for a line that is longer; such a line is no request either."""


class Format(Protocol):
    """How lines of one format are read.

    Attributes:
        name: Its name on the command line.
        splits: Whether a line can be read without those before it.
    """

    name: str
    splits: bool

    def parse(self, line: bytes) -> Line | Why:
        """Read a line without its newline; never raises."""


def request_of(text: bytes, make: Callable[[bytes, bytes], Line]) -> Line | Why:
    """Read a request line such as "GET /a HTTP/1.1".

    A line that is not HTTP (the first bytes of TLS, say) is a request that the gate
    would refuse, so that it is decided, too.

    Args:
        text: The request line, unescaped.
        make: Makes the line from method and target.
    """
    method, _, rest = text.partition(b" ")
    target, space, version = rest.rpartition(b" ")
    if not (space and version.startswith(b"HTTP/")):
        target = rest
    return Why.NO_REQUEST if text in _NOTHING else make(method, target)


_NOTHING = {b"", b"-", b"<BADREQ>"}
