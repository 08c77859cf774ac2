"""The clock of this machine is not to be trusted with a seal: E618 and E619."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.sealing import SealingError


class ClockBehindError(SealingError):
    """The newest sealed day is not over by the clock of this machine.

    Attributes:
        newest: That day.
    """

    code: ClassVar[str] = "E618"
    remedy: ClassVar[str] = (
        "Correct the clock of this machine. If it is right and was ahead when that day "
        "was sealed, begin another log (audit.name): nothing that was counted is lost."
    )

    def __init__(self, *, newest: str) -> None:
        super().__init__(
            f"The log has come to {newest}, which is not over by this machine's clock.",
            hint=self.remedy,
        )
        self.newest = newest


class ClockAheadError(SealingError):
    """More days in a row are to be sealed without a count than a clock is trusted for.

    Attributes:
        due: How many days are to be sealed.
        first: The first of them.
        last: The last of them.
        empty: How many of them in a row have no table.
    """

    code: ClassVar[str] = "E619"
    remedy: ClassVar[str] = (
        "What is sealed stays sealed, so see first that the clock of this machine is "
        "right. If it is, and nothing was counted for so long: gate audit seal --all."
    )

    def __init__(self, *, due: int, first: str, last: str, empty: int) -> None:
        super().__init__(
            f"{due} days are to be sealed, {first} to {last}, and {empty} of them in a "
            "row have no counts: the clock may be wrong.",
            hint=self.remedy,
        )
        self.due, self.first, self.last, self.empty = due, first, last, empty
