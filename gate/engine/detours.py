"""Paths that take a detour: what a site might read in them besides the canonical path.

Some doors hand a path on as it was sent, and not every site resolves it. To one that
looks at how a path begins, /a/1/../../robots.txt is an article.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.errors import BadPathError
from gate.model import Action, Activity

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.decision import Cell
    from gate.engine.activities import Activities
    from gate.model import Request

_WANDERS: Final = re.compile(r"#|/\.\.?(?:/|\Z)")
_HARMLESS: Final = frozenset({Activity.READ, None})


def refuse_detour(
    request: Request,
    activity: Activity | None,
    cell: Cell,
    activities: Activities,
    look_up: Callable[[str, Activity], Cell],
) -> None:
    """Refuse a path that could mean to the site what is gated more strictly.

    Browsers resolve paths before they send them, so that only an encoded slash or a
    doubled one can bring a reader here.

    Args:
        request: What arrived; its `sent` is not empty.
        activity: What it does, by its canonical path.
        cell: What holds for that.
        activities: The declared activities.
        look_up: Returns what holds for the reader at a path for an activity.

    Raises:
        BadPathError: The path, read as it was sent, asks for more.
    """
    act = activities.of(request.method, request.sent)
    other = look_up(request.sent, act or Activity.READ)
    opens = not cell.gated and (other.gated or bool(_WANDERS.search(request.sent)))
    acts = act not in _HARMLESS and act is not activity
    if (
        opens
        or other.decision.action > cell.decision.action
        or (acts and other.decision.action > Action.PASS)
    ):
        raise BadPathError("can be read in two ways")
