"""Comparing two rule books: E74x."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class DiffingError(GateError):
    """Two rule books cannot be compared."""

    code: ClassVar[str] = "E740"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "gate diff --help shows how books are named."


class NetworksInTheWayError(DiffingError):
    """The folder for the networks holds files already."""

    code: ClassVar[str] = "E742"
    remedy: ClassVar[str] = "Name a folder that is empty, or that does not exist yet."

    def __init__(self, *, folder: str, reason: str = "is not empty") -> None:
        super().__init__(f"{folder} {reason}.", hint=self.remedy)
        self.folder = folder


class TwoSidesNeededError(DiffingError):
    """There is no configuration that would name the other side."""

    code: ClassVar[str] = "E743"
    remedy: ClassVar[str] = (
        "Name both books: gate diff OLD NEW; or go to the folder of config.yaml."
    )

    def __init__(self, *, path: str) -> None:
        super().__init__(
            f"There is no {path} that would name the folder of rules.",
            hint=self.remedy,
        )
        self.path = path


class TrafficUntoldError(DiffingError):
    """Traffic cannot be weighed."""

    code: ClassVar[str] = "E744"
    remedy: ClassVar[str] = (
        "Name the configuration with --config: it says which requests read, share or "
        "comment."
    )

    def __init__(self, *, reason: str, hint: str = "") -> None:
        super().__init__(
            f"The traffic cannot be weighed: {reason}.", hint=hint or self.remedy
        )
        self.reason = reason
