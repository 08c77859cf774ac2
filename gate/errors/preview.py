"""What keeps `gate preview` from starting, or from showing something: E770 to E772."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class PreviewError(GateError):
    """The preview cannot do what it is asked for."""

    code: ClassVar[str] = "E770"
    remedy: ClassVar[str] = "Run gate preview without options."


class NotLoopbackError(PreviewError):
    """The preview was told to listen where others could reach it.

    Attributes:
        host: The address.
    """

    code: ClassVar[str] = "E771"
    exit_code: ClassVar[int] = 2
    remedy: ClassVar[str] = (
        "The preview shows an unpublished rule book, and asks for no password. Use "
        "127.0.0.1 or ::1; to look from elsewhere, forward the port over ssh."
    )

    def __init__(self, *, host: str) -> None:
        super().__init__(
            f"{host} is no loopback address of this machine.", hint=self.remedy
        )
        self.host = host


class PreviewPortError(PreviewError):
    """The port of the preview is in use or may not be used.

    Attributes:
        port: The port.
    """

    code: ClassVar[str] = "E772"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Leave --port out: any free port will do."

    def __init__(self, *, port: int, reason: str) -> None:
        super().__init__(f"Cannot listen on port {port}: {reason}.", hint=self.remedy)
        self.port = port
