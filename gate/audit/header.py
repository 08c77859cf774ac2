"""The header of a segment: its first leaf, which says what follows and why.

A header stands on disk as the one line that was hashed. Whatever is not exactly in
that form is refused, an unknown field as well: nothing can be hidden in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from gate.audit.rows import FORMAT, canonical
from gate.audit.suppression import UNTOLD
from gate.errors.sealing import HeaderDamagedError

if TYPE_CHECKING:
    from collections.abc import Mapping

What = Literal["period", "key_change", "key_lost", "prune"]
Detail = str | list[int]

SETTINGS: Final = ("cache", "in_use", "mode", "on_failure", "period")
"""What the configuration said when the segment was sealed. And `in_use`: how many
tables of days that were over were still counted into; they come with a later day."""

DETAILS: Final[Mapping[str, frozenset[str]]] = {
    "period": frozenset(),
    "key_change": frozenset({"old_key", "new_key", "reason"}),
    "key_lost": frozenset({"old_key", "new_key", "reason"}),
    "prune": frozenset({"before", "segments"}),
}
"""What an event may tell."""

_MARKS: Final = {"format": FORMAT, "kind": "header"}
_TOLD: Final = ("merged_cells", "gaps", "violations", "late")
_NUMBERS: Final = (
    *("segment", "first", "rows", "total", "least", "merged_decisions"),
    *_TOLD,
)
_HEX: Final[Mapping[str, re.Pattern[str]]] = {
    "previous": re.compile(r"[0-9a-f]{64}", re.ASCII),
    "nonce": re.compile(r"[0-9a-f]{32}", re.ASCII),
}
_TABLE: Final = re.compile(r"[0-9a-f]{8,64}", re.ASCII)
_LONGEST: Final = 1_000  # characters of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a segment says of itself.

    Attributes:
        segment: Number, from 0 on.
        site: Name of the log.
        what: "period" for a day; else an event, which has no rows.
        period: The day that is sealed, "YYYY-MM-DD" (UTC); "" for an event.
        first: Place of this leaf in the tree, from 0 on.
        rows: How many rows follow.
        total: Decisions in all rows, exact.
        least: Fewest decisions that a row may stand for.
        merged_cells: Cells that are no row of their own; -1 if that is not told.
        merged_decisions: Decisions in merged rows, exact.
        gaps: Decisions that could not be counted in their own cells; -1: some, but
            they, or all others, are fewer than `least`.
        violations: Decisions that were served without notice; likewise.
        late: Decisions of other days, whose tables were not there in time, or whose
            clock was ahead; likewise.
        tables: Ids of the tables that were counted in, sorted.
        settings: What the configuration said (`SETTINGS`); empty for events.
        gate: Version of the gate that sealed.
        details: What an event tells (`DETAILS`).
        previous: Root of the tree before this segment, in hexadecimal.
        nonce: 16 random bytes in hexadecimal.
    """

    segment: int
    site: str
    what: What = "period"
    period: str = ""
    first: int
    rows: int = 0
    total: int = 0
    least: int = 0
    merged_cells: int = 0
    merged_decisions: int = 0
    gaps: int = 0
    violations: int = 0
    late: int = 0
    tables: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    gate: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    previous: str
    nonce: str

    def line(self) -> bytes:
        """Return the canonical bytes: the leaf of the tree is their hash."""
        return canonical({**_MARKS, **asdict(self), "tables": list(self.tables)})

    @property
    def end(self) -> int:
        """Size of the tree with this segment."""
        return self.first + 1 + self.rows


def parse(line: bytes, path: str = "a header") -> Header:
    """Read a header.

    Args:
        line: The line, as `Header.line` wrote it.
        path: Where it comes from, for messages.

    Raises:
        HeaderDamagedError: It is not a header in its one exact form.
    """
    try:
        told = json.loads(line.decode("ascii"))
        why = _complaint(told)
        made = None if why else _made(told)
    except (ValueError, TypeError, RecursionError) as error:
        raise HeaderDamagedError(path=path, why="it is not a header") from error
    if made is None or made.line() != line:
        raise HeaderDamagedError(path=path, why=why or "it is not in its exact form")
    return made


def _made(told: dict[str, Any]) -> Header:
    own = {name: value for name, value in told.items() if name not in _MARKS}
    return Header(**{**own, "tables": tuple(own["tables"])})


def _complaint(told: object) -> str:
    """Say what is wrong with a header; "" if nothing is."""
    names = {*_MARKS, *(one.name for one in fields(Header))}
    if not isinstance(told, dict) or any(told.get(k) != v for k, v in _MARKS.items()):
        return f"it is no header of {FORMAT}"
    if unknown := sorted(told.keys() - names):
        return f"it has an unknown field, {unknown[0][:40]!a}"
    if missing := sorted(names - told.keys()):
        return f"it has no field {missing[0]}"
    for name, value in told.items():
        if not _fits(name, value, told):
            return f"its field {name} holds what cannot be there"
    return ""


def _fits(name: str, value: object, told: Mapping[str, Any]) -> bool:
    if name in _NUMBERS:
        lowest = UNTOLD if name in _TOLD else 0
        return type(value) is int and lowest <= value < 1 << 63
    if name == "tables":
        return _is_list(value, str) and all(_TABLE.fullmatch(v) for v in told[name])
    if name == "settings":
        return _is_settings(value)
    if name == "details":
        allowed = DETAILS.get(str(told["what"]), frozenset())
        return _is_mapping(value, lists=True) and told[name].keys() <= allowed
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    return _is_text(name, value, told)


def _is_text(name: str, value: str, told: Mapping[str, Any]) -> bool:
    if name in _HEX:
        return _HEX[name].fullmatch(value) is not None
    if name == "what":
        return value in get_args(What)
    if name == "period":
        return is_day(value) if told["what"] == "period" else not value
    return value.isprintable()  # also no bidi controls: it is shown to auditors


def is_day(text: str) -> bool:
    """Say whether a text is a day as "YYYY-MM-DD"."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_settings(value: object) -> bool:
    return (
        _is_mapping(value)
        and isinstance(value, dict)
        and value.keys() <= {*SETTINGS}
        and all(text.isprintable() for text in value.values())
    )


def _is_list(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(type(one) is kind for one in value)


def _is_mapping(value: object, *, lists: bool = False) -> bool:
    if not isinstance(value, dict):
        return False
    return all(
        (isinstance(one, str) and len(one) <= _LONGEST)
        or (lists and _is_list(one, int))
        for one in value.values()
    )
