"""Answers that are kept, so that most of a line costs one look into a table.

Each table computes what it does not hold yet, and forgets everything when it is full:
memory is bounded whatever a log holds. Nothing of them is ever written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC, datetime
from socket import AF_INET, inet_pton
from struct import Struct
from typing import TYPE_CHECKING, Final

from gate.model import Unknown
from gate.request.address import hops_of
from gate.request.numbers import reachable
from gate.workbench.importing.moments import clf_second
from gate.workbench.importing.verdicts import Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.engine import Snapshot
    from gate.errors import RequestError
    from gate.model import Request
    from gate.request import Proxies
    from gate.workbench.importing.asking import Asked, Asking

MOST: Final = 1 << 16
"""Entries of a table."""

_LONGEST: Final = 256  # characters of a path, address or host that is kept
_REQUEST: Final = 16  # bits below a request: the class
_MOMENT: Final = 40  # bits below a moment: request and class
_MOST_HOPS: Final = 64
_number_of = Struct("!I").unpack
_HEAD: Final = re.compile(
    rb"[^ ]+ (?:.*? )??"
    rb"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] ",
    re.DOTALL,
).fullmatch
_SECOND: Final = re.compile(rb":[0-5][0-9]").fullmatch
_MINUTE, _ZONE = -len(":03 +0000] "), -len(" +0000] ")
_VERSIONS: Final = frozenset(
    b"HTTP/" + number for number in (b"1.0", b"1.1", b"2.0", b"2", b"3.0", b"3")
)


class Places(dict[bytes, int]):
    """Address -> class id; addresses that cannot be read have classes of their own.

    A chain is read as the gate reads X-Forwarded-For: from the right, past our own
    proxies, to the first address that is not ours.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._index = snapshot.index
        self._proxies: Proxies = snapshot.reading.proxies
        self._plain = not self._proxies.bounds[4]

    def __missing__(self, address: bytes) -> int:
        try:
            number = _number_of(inet_pton(AF_INET, address.decode("ascii")))[0]
        except (OSError, ValueError):
            number = 0
        plain = number and self._plain
        found = self._index.find(4, number) if plain else self._careful(address)
        if len(address) <= _LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[address] = found
        return found

    def _careful(self, address: bytes) -> int:
        hops = hops_of(address.decode("latin-1"), "x-forwarded-for")
        for count, hop in enumerate(hops, start=1):
            seen = None if hop is None or count > _MOST_HOPS else reachable(hop)
            if hop is None or seen is None:
                return self._index.unknown(Unknown.BAD_ADDRESS)
            if not self._proxies.trusts(hop):
                return self._index.find(*seen)
        return self._index.unknown(Unknown.PRIVATE_ADDRESS)


class Seconds(dict[int, int]):
    """Unix second -> number of its moment, shifted to its place in a key.

    Attributes:
        moments: The moments; a number is a position here.
    """

    def __init__(self, edges: Sequence[int], *, hourly: bool) -> None:
        super().__init__()
        self._edges = edges
        self._hourly = hourly
        self._numbers: dict[Moment, int] = {}
        self.moments: list[Moment] = []

    def __missing__(self, second: int) -> int:
        when = datetime.fromtimestamp(second, UTC)
        moment = Moment(
            when.date().isoformat(),
            f"{when.hour:02}" if self._hourly else "",
            bisect_right(self._edges, second),
        )
        number = self._numbers.setdefault(moment, len(self.moments))
        if number == len(self.moments):
            self.moments.append(moment)
        if len(self) >= MOST:
            self.clear()
        self[second] = number << _MOMENT
        return number << _MOMENT


class Heads(dict[bytes, int]):
    """What stands between address and request in CLF -> moment.

    Such as b"- - [17/May/2015:10:05:03 +0000] ". Raises KeyError for anything else.
    """

    def __init__(self, seconds: Seconds) -> None:
        super().__init__()
        self._seconds = seconds
        self._minutes: dict[bytes, int] = {}

    def __missing__(self, text: bytes) -> int:
        minute, second = text[:_MINUTE] + text[_ZONE:], text[_MINUTE:_ZONE]
        found = self._minutes.get(minute)
        if found is None or not _SECOND(second):
            found = self._careful(text, minute)
        if len(text) <= _LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = found
        return found

    def _careful(self, text: bytes, minute: bytes) -> int:
        match = _HEAD(text)
        second = clf_second(match[1]) if match else None
        if second is None:
            raise KeyError
        begin = second - second % 60
        found = self._seconds[second]
        if self._seconds[begin] == self._seconds[begin + 59] and len(text) <= _LONGEST:
            if len(self._minutes) >= MOST:
                self._minutes.clear()
            self._minutes[minute] = found
        return found


class RequestTexts(dict[bytes, int]):
    """A request line without anything escaped, b"GET /a HTTP/1.1" -> its number.

    Raises KeyError for one that must be read with care.
    """

    def __init__(self, requests: Requests) -> None:
        super().__init__()
        self._requests = requests

    def __missing__(self, text: bytes) -> int:
        method, _, rest = text.partition(b" ")
        target, _, version = rest.rpartition(b" ")
        if b"\\" in text or not target or version not in _VERSIONS:
            raise KeyError
        path, query, _ = target.partition(b"?")
        if query and path:  # a query changes nothing, and there are too many
            return self[b"%b %b %b" % (method, path, version)]
        found = self._requests[method, target, None]
        if len(text) <= _LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = found
        return found


class Requests(dict[tuple[bytes, bytes, str | None], int]):
    """Method, target and host -> number of the request, shifted to its place.

    Attributes:
        asked: What the numbers stand for, with one request for each.
    """

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._asking = asking
        self._numbers: dict[Asked, int] = {}
        self.asked: list[tuple[Asked, Request | RequestError]] = []

    def __missing__(self, key: tuple[bytes, bytes, str | None]) -> int:
        asked, request = self._asking.of(*key)
        number = self._numbers.setdefault(asked, len(self.asked))
        if number == len(self.asked):
            self.asked.append((asked, request))
        found = number << _REQUEST
        if len(key[1]) <= _LONGEST and len(key[2] or "") <= _LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[key] = found
        return found


def parts_of_key(key: int) -> tuple[int, int, int]:
    """Split a key into the numbers of moment, request and class."""
    below = key & (1 << _MOMENT) - 1
    return key >> _MOMENT, below >> _REQUEST, below & (1 << _REQUEST) - 1
