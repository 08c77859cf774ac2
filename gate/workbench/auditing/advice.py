"""What to do about readers who were served without the notice that was owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gate.audit.rows import MERGED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.audit.header import Header

MOST: Final = 3
"""Days that are named one by one."""


def advice(days: Sequence[Header], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what to do, in one sentence; "" if nobody was served without notice.

    Args:
        days: Headers of the sealed days that are asked about.
        rows: Answer to the question `violations`.
    """
    wrong = [header for header in days if header.violations]
    if not (wrong or rows):
        return ""
    when = sorted({h.period for h in wrong} | {row["day"] for row in rows})
    gates = {row["gate"] for row in rows} or {header.gate for header in wrong}
    where = [_several("day", when), _several("gate", _known(gates))]
    where += [_several("door", _known({row["door"] for row in rows}))]
    rest = "run gate audit proof for these rows" if rows else _NO_ROWS
    return (
        "What to do: report it as a fault of the gate "
        f"({', '.join(filter(None, where))}), keep the log, and {rest}."
    )


_NO_ROWS: Final = "name the day alone, since the rows were merged with others"


def _known(found: set[str]) -> list[str]:
    return sorted(found - {"", MERGED})


def _several(word: str, found: Sequence[str]) -> str:
    """Return the word with what it stands before; "" for nothing."""
    if not found:
        return ""
    if len(found) > MOST:
        return f"{len(found):,} {word}s, from {found[0]} to {found[-1]}"
    return f"{word if len(found) == 1 else word + 's'} {' and '.join(found)}"
