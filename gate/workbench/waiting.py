"""Waiting until every worker of the running gate serves what lies on the disk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gate.workbench.status import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gate.workbench.status import Report

PAUSE: Final = 0.1
"""Seconds between two questions to the workers."""

LONG: Final = 120.0
"""Seconds that are waited: longer than the index of a large database takes."""

PATIENT: Final = 15.0
"""Seconds after which a gate that does not run is not just about to begin."""

_DATABASE: Final = "E2"  # codes of databases; rules need not wait for those


class Verdict(StrEnum):
    """What has become of what lies on the disk."""

    SERVED = "served"
    REFUSED = "refused"
    UNDER_WAY = "under way"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """How a wait has ended.

    Attributes:
        verdict: What has become of what lies on the disk.
        seconds: How long that took.
        answers: What the workers have said last; `SILENT` for one that did not answer.
    """

    verdict: Verdict
    seconds: float
    answers: tuple[Report, ...]

    @property
    def reports(self) -> list[Report]:
        """What those workers have said that answered."""
        return [answer for answer in self.answers if answer != SILENT]


def judged(answers: Sequence[Report], digest: str = "") -> Verdict:
    """Say what the answers of all workers come to.

    Args:
        answers: What they say; `SILENT` for one that did not answer.
        digest: Beginning of the digest of the book that is to be served; "" for
            whatever lies on the disk.
    """
    if not answers:
        return Verdict.NOBODY
    if SILENT in answers or len(answers) < max(a["workers"] for a in answers):
        return Verdict.UNDER_WAY
    if digest and all(_book(answer).startswith(digest) for answer in answers):
        return Verdict.SERVED
    if not all(answer["settled"] for answer in answers):
        return Verdict.UNDER_WAY
    if any(_is_refused(answer, digest) for answer in answers):
        return Verdict.REFUSED
    differ = len({_book(answer) for answer in answers}) > 1
    return Verdict.UNDER_WAY if differ or digest else Verdict.SERVED


def wait(
    ask: Callable[[], Sequence[Report]],
    *,
    digest: str = "",
    seconds: float = LONG,
    pause: float = PAUSE,
) -> Waited:
    """Ask until everything is served or refused, or time is over.

    Args:
        ask: Asks all workers.
        digest: See `judged`.
        seconds: For how long at most.
        pause: Seconds between two questions.
    """
    begun = time.monotonic()
    while True:
        answers = tuple(ask())
        verdict, took = judged(answers, digest), time.monotonic() - begun
        most = min(seconds, PATIENT) if verdict is Verdict.NOBODY else seconds
        if verdict in {Verdict.SERVED, Verdict.REFUSED} or took >= most:
            return Waited(verdict=verdict, seconds=took, answers=answers)
        time.sleep(pause)


def _book(answer: Report) -> str:
    return str(answer["versions"]["book"])


def _is_refused(answer: Report, digest: str) -> bool:
    """Say whether a worker refuses the book, or whatever else keeps it from serving."""
    refusal = answer["refusal"]
    if refusal is None or not refusal["book"].startswith(digest):
        return False
    served = refusal["book"] == _book(answer)
    return not (served and refusal["code"].startswith(_DATABASE))
