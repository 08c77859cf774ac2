"""What troubles a gate, since when; every new trouble is told once, and its end.

The workers of a server meet the same trouble at the same time. The first one tells;
a small file in the state folder lets the others know that it is told.
"""

from __future__ import annotations

import json
import logging
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from gate.documents.moments import second
from gate.engine.errand import alone
from gate.places.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.errors import GateError

TOLD = "told"
"""Name in the state folder of the file that says what was told last."""

ECHO = 30.0
"""Seconds in which other workers do not tell the same again."""

GOES_ON = "The gate goes on as before."

OVER = "The gate is out of trouble: it serves what lies on the disk."

_OVER_KEY = sha256(OVER.encode()).hexdigest()

_log = logging.getLogger("gate")


class Troubles:
    """What troubles one gate.

    Args:
        state: The state folder.

    Attributes:
        told: All of it, one sentence each, with the time it began.
    """

    def __init__(self, state: Path) -> None:
        self.told: tuple[str, ...] = ()
        self._state = state
        self._since: dict[str, float] = {}
        self._has_begun = False  # whoever begins, tells

    def update(
        self, errors: Sequence[GateError], *, refused: GateError | None = None
    ) -> None:
        """Say what is new on standard error.

        Args:
            errors: Everything that troubles the gate now.
            refused: That one among them which keeps changed files from being served.
        """
        now = time.time()
        known = self._since
        self._since = {}
        for error in errors:
            text = f"{error.code}: {error}"
            self._since[text] = known.get(text, now)
            if text not in known:
                more = (error.hint, GOES_ON if error is refused else "")
                self.say(" ".join(filter(None, (text, *more))), code=error.code)
        if known and not self._since:
            self.say(OVER, code="trouble-over")
        self._has_begun = True
        self.told = tuple(
            f"{text} Since {second(since)}." for text, since in self._since.items()
        )

    def say(self, text: str, *, code: str, level: int = logging.WARNING) -> None:
        """Log a line, unless another worker just did.

        Args:
            text: The line.
            code: What a program knows it by.
            level: As `logging` has it.
        """
        try:
            with alone(self._state):
                first = self._is_first(text)
        except OSError:  # told twice is better than not at all
            first = True
        if first:
            _log.log(level, text, extra={"code": code})

    def _is_first(self, text: str) -> bool:
        """Say whether nobody told this lately, and note that it is told now."""
        path = self._state / TOLD
        now, own = time.time(), sha256(text.encode()).hexdigest()
        lately = {key: at for key, at in _read(path).items() if now - at < ECHO}
        if own in lately and self._has_begun:
            return False
        if text == OVER:  # what troubles it again is news
            lately = {}
        lately.pop(_OVER_KEY, None)
        write_atomically(path, json.dumps({**lately, own: now}).encode())
        return True


def _read(path: Path) -> dict[str, float]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):  # nobody has told anything yet
        return {}
    return told if isinstance(told, dict) else {}
