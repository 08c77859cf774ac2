"""The explanation as rows of a table, in words for people who have seen no rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.model import Exemption, Mode
from gate.workbench.faring import Ending, Sign, fared
from gate.workbench.preview.words import SHORT

if TYPE_CHECKING:
    from gate.workbench.explain import ActivityView
    from gate.workbench.faring import Fared, Signs


class Line(NamedTuple):
    """A rule or an exemption against a case.

    Attributes:
        id: Id.
        title: What it is for.
        kind: "rule", "trial" (in shadow mode) or "exemption".
        signs: How the case meets its conditions.
        outcome: What comes of it, in words; "" for nothing.
        decides: Whether it is one of those that decide.
    """

    id: str
    title: str
    kind: str
    signs: Signs
    outcome: str
    decides: bool


def lines_of(view: ActivityView) -> list[Line]:
    """Return every rule and exemption, those that decide first."""
    order = {Sign.HIT: 0, Sign.MAY: 1, Sign.MISS: 2}
    found = [_line(row) for row in fared(view)]
    return sorted(found, key=lambda line: (not line.decides, order[line.signs.verdict]))


def _line(row: Fared) -> Line:
    item = row.item
    if isinstance(item, Exemption):
        kind, title = "exemption", item.because
    else:
        kind = "trial" if item.mode is Mode.SHADOW else "rule"
        title = item.title
    return Line(item.id, title, kind, row.signs, _outcome(row), row.decides)


def _outcome(row: Fared) -> str:
    if row.ending is Ending.UNCERTAIN:
        return "not certain enough"
    if row.effect is None:
        return ""
    action = SHORT[row.effect]
    if isinstance(row.item, Exemption):
        return f"loosens {', '.join(row.item.relaxes)} to: {action}"
    if row.ending is Ending.LOOSENED and row.before is not None:
        names = ", ".join(row.exemptions)
        return f"{SHORT[row.before]}, loosened to {action} by {names}"
    return action
