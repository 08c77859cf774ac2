"""HAProxy's own HTTP log, with or without what syslog writes before it."""

from __future__ import annotations

import re
from typing import Final

from gate.workbench.importing.clf import Clf
from gate.workbench.importing.lines import Line, Why, request_of
from gate.workbench.importing.moments import clf_second

_LINE: Final = re.compile(
    rb"(?:.*? )??([^ \[]+):(\d+) \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] "
    rb'[^"]*"([^"]*)(")?',
    re.DOTALL,
)
_SYSLOG: Final = re.compile(rb"(?:.*? )??haproxy\[\d+\]: ", re.DOTALL)
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


class HaProxy:
    """Lines of `option httplog`, also with `clf`.

    Its times have no zone: they are the machine's own.

    Args:
        offset: Seconds east of UTC of the machine that wrote the log.

    Source:
        HAProxy Configuration Manual, sections 8.2.3 (HTTP log format), 8.2.4
        (date) and 8.6 (non-printing characters, quotes and "#" as "#" and two
        hexadecimal digits).
    """

    name = "haproxy"
    splits = True

    def __init__(self, offset: int = 0) -> None:
        self._offset = offset
        self._clf = Clf("haproxy")

    def parse(self, line: bytes) -> Line | Why:
        """Read a line."""
        match = _LINE.match(line)
        if match is None:
            prefix = _SYSLOG.match(line)
            return self._clf.parse(line[prefix.end() :] if prefix else line)
        address, _, when, request, end = match.groups()
        if end is None:
            return Why.TORN
        second = clf_second(when, self._offset)
        if second is None:
            return Why.BAD_TIME
        plain = _ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode("ascii")), request)
        return request_of(
            plain, lambda method, path: Line(address, second, method, path)
        )
