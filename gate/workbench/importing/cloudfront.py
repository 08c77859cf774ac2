"""CloudFront standard logs: tables whose heading names the columns."""

from __future__ import annotations

import re
from typing import Final

from gate.workbench.importing.lines import Line, Why
from gate.workbench.importing.moments import any_second

_NEEDED: Final = ("date", "time", "c-ip", "cs-method", "cs-uri-stem")
_HOSTS: Final = ("x-host-header", "cs(Host)")
_TWICE: Final = re.compile(rb"%25(?=[0-9A-Fa-f]{2})")


class CloudFront:
    """Lines with tabs, below a line that begins with "#Fields:".

    CloudFront encodes the percent signs of a path once more; that is undone. The
    address is `c-ip`, the viewer that CloudFront saw; what the viewer itself wrote
    into X-Forwarded-For is not believed. x-host-header is the host that readers ask
    for; the name of the distribution, cs(Host), stands for it where it is absent.

    Source:
        Amazon CloudFront Developer Guide, "Standard logging reference", "Log file
        fields" (times in UTC; values encoded by RFC 3986).
    """

    name = "cloudfront"
    splits = False

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def parse(self, line: bytes) -> Line | Why:
        """Read a line."""
        if line.startswith(b"#"):
            if line.startswith(b"#Fields:"):
                names = line[len(b"#Fields:") :].decode("latin-1").split()
                self._at = {name: number for number, name in enumerate(names)}
            return Why.NO_REQUEST
        values = line.rstrip(b"\r").split(b"\t")
        if not self._at or len(values) != len(self._at):
            return Why.TORN if self._at and len(values) > 1 else Why.NOT_OF_THE_FORMAT
        if not all(name in self._at for name in _NEEDED):
            return Why.FIELD_MISSING
        date, time, address, method, stem = (values[self._at[n]] for n in _NEEDED)
        second = any_second((date + b"T" + time).decode("latin-1"))
        if second is None:
            return Why.BAD_TIME
        return Line(address, second, method, _TWICE.sub(b"%", stem), self._host(values))

    def _host(self, values: list[bytes]) -> str | None:
        at = next((self._at[name] for name in _HOSTS if name in self._at), None)
        found = b"-" if at is None else values[at]
        return None if found == b"-" else found.decode("latin-1")
