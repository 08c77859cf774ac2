"""A site that does not answer: told once, then counted, never once for each reader."""

from __future__ import annotations

import logging
from threading import Lock, Timer
from typing import TYPE_CHECKING, Final

from gate.answer.fields import page_fields
from gate.errors import SiteSilentError
from gate.model import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.answer import Pages

PAUSE: Final = 60.0
"""Seconds from one message to the next."""

_log = logging.getLogger("gate")


def sorry(pages: Pages, status: int) -> Answer:
    """Return the page for a reader whom the site itself does not answer.

    The door puts banner and footer into it as into any page of the site, so its policy
    allows their styles.

    Args:
        pages: The gate's own pages.
        status: 502 or 504.
    """
    body = pages.refusals[503]
    policy = f"{pages.policy}; style-src-attr 'unsafe-inline'"
    return Answer(
        status=status, headers=page_fields("", policy), body=body, length=len(body)
    )


class Outage:
    """Reports failures of a site: the first at once, then a count for each pause.

    Args:
        note: Called with the status for every failure; nobody if None.
        pause: Seconds from one message to the next.
    """

    def __init__(
        self, note: Callable[[int], None] | None = None, *, pause: float = PAUSE
    ) -> None:
        self._note = note
        self._pause = pause
        self._lock = Lock()
        self._count = 0
        self._status = 0
        self._timer: Timer | None = None

    def failed(self, status: int) -> None:
        """Take notice of one failure.

        Args:
            status: What the reader is answered, 502 or 504.
        """
        if self._note is not None:
            self._note(status)
        with self._lock:
            self._count += 1
            self._status = status
            if self._timer is None:
                self._tell()

    def _tell(self) -> None:
        """Report what has been counted, and look again after a pause."""
        error = SiteSilentError(count=self._count, status=self._status)
        _log.error("%s %s", error, error.hint, extra={"code": error.code})
        self._count = 0
        self._timer = Timer(self._pause, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._lock:
            self._timer = None
            if self._count:
                self._tell()
