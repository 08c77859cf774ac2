"""Waiting for a running gate: E79x."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.service import ServiceError


class NoGateRunsError(ServiceError):
    """No worker answers over the state folder."""

    code: ClassVar[str] = "E790"
    exit_code: ClassVar[int] = 3  # 1 would say that the files are refused
    remedy: ClassVar[str] = (
        "Start the gate; or name its own config.yaml with --config, as its own user."
    )

    def __init__(self, *, state: object) -> None:
        super().__init__(
            f"No gate is running with the state folder {state}.", hint=self.remedy
        )
        self.state = state


class NotServedYetError(ServiceError):
    """Time is over, and not every worker serves what lies on the disk."""

    code: ClassVar[str] = "E791"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = (
        "gate status shows what each worker serves. A new database or area takes "
        "longer: give more --seconds."
    )

    def __init__(self, *, seconds: float, reason: str) -> None:
        super().__init__(
            f"After {seconds:.0f} seconds the gate does not serve it: {reason}.",
            hint=self.remedy,
        )
        self.seconds = seconds
