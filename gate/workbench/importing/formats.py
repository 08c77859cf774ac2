"""Which format a log has: the one that was asked for, or what its first lines say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gate.errors import BadFieldsError, UnsureFormatError
from gate.workbench.importing.clf import Clf
from gate.workbench.importing.cloudfront import CloudFront
from gate.workbench.importing.haproxy import HaProxy
from gate.workbench.importing.lines import Line, Why
from gate.workbench.importing.objects import CADDY, CLOUDFLARE, FIELDS, NGINX, Objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.workbench.importing.lines import Format

NAMES: Final = (
    *("auto", "combined", "common", "nginx-json", "caddy"),
    *("cloudfront", "cloudflare", "haproxy"),
)
SAMPLE: Final = 200
"""Lines that are looked at to recognise a format."""

_OBJECTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "nginx-json": NGINX,
    "caddy": CADDY,
    "cloudflare": CLOUDFLARE,
}
_ENOUGH: Final = 0.5  # share of the lines
_COMMON: Final = re.compile(rb'[^"]*"(?:[^"\\]|\\.)*" \d{3} (?:\d+|-)\s*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What was said about the logs.

    Attributes:
        name: Name of the format, or "auto".
        fields: Names of fields in JSON, such as {"addr": "client"}.
        offset: Seconds east of UTC for times that do not say.
    """

    name: str = "auto"
    fields: Mapping[str, str] = field(default_factory=dict)
    offset: int = 0


def parse_fields(text: str) -> dict[str, str]:
    """Read "addr=client,uri=path" into a table.

    Raises:
        BadFieldsError: It is not of that form, or names something unknown.
    """
    found: dict[str, str] = {}
    for entry in filter(None, text.split(",")):
        name, equals, value = entry.strip().partition("=")
        if name not in FIELDS or not equals or not value:
            raise BadFieldsError(entry=entry.strip(), known=", ".join(FIELDS))
        found[name] = value
    return found


def format_of(settings: Settings, sample: Sequence[bytes], file: str) -> Format:
    """Return the format of a file.

    Args:
        settings: What was said about it.
        sample: Its first lines.
        file: Its name, for errors.

    Raises:
        UnsureFormatError: The lines are of no known format, or of several.
    """
    if settings.name != "auto":
        return _made(settings, settings.name)
    lines = [line for line in sample if line.strip()][:SAMPLE]
    if not lines:
        return _made(settings, "combined")
    votes = {name: _votes(_made(settings, name), lines) for name in NAMES[2:]}
    best = max(votes, key=lambda name: votes[name])
    if votes[best] < _ENOUGH * len(lines) or _is_tie(votes, best):
        raise UnsureFormatError(file=file, lines=len(lines), votes=votes)
    if best == "common" and not all(map(_COMMON.fullmatch, lines)):
        best = "combined"
    return _made(settings, best)


def _made(settings: Settings, name: str) -> Format:
    offset = settings.offset
    match name:
        case "combined" | "common":
            return Clf(name)
        case "cloudfront":
            return CloudFront()
        case "haproxy":
            return HaProxy(offset)
        case _:
            own = {field: (path,) for field, path in settings.fields.items()}
            return Objects(name, {**_OBJECTS[name], **own}, offset)


def _votes(found: Format, lines: Sequence[bytes]) -> int:
    """Count lines that are readable; CLF lines are not HAProxy's, though it reads them.

    Headings count for nothing, but in a table, which begins with them.
    """
    parsed = [found.parse(line) for line in lines]
    votes = sum(isinstance(one, Line) for one in parsed)
    if found.name == "haproxy":
        clf = Clf("common")
        votes -= sum(isinstance(clf.parse(line), Line) for line in lines)
    if found.name == "cloudfront":
        votes += sum(one is Why.NO_REQUEST for one in parsed)
    return votes


def _is_tie(votes: Mapping[str, int], best: str) -> bool:
    return sum(count == votes[best] for count in votes.values()) > 1
