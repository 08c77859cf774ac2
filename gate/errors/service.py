"""What stands around the gate: E5xx."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class ServiceError(GateError):
    """Something around the gate does not do its part."""

    code: ClassVar[str] = "E501"
    remedy: ClassVar[str] = (
        "Check what stands around the gate: the site, the ports, the disk."
    )


class CountingError(ServiceError):
    """A count cannot be written; `audit.on_failure` says what follows."""

    code: ClassVar[str] = "E508"


class FileProblemError(ServiceError):
    """The system refuses to open, read or write a file."""

    code: ClassVar[str] = "E507"
    exit_code: ClassVar[int] = 3

    def __init__(self, error: OSError) -> None:
        reason = (error.strerror or type(error).__name__).lower()
        super().__init__(
            f"{error.filename or 'A file'}: {reason}.",
            hint="Check the path, and who may read and write there.",
        )
        self.errno = error.errno


class BrokenCompressionError(ServiceError):
    """The site's own answer is not what its Content-Encoding says."""

    code: ClassVar[str] = "E510"

    def __init__(self) -> None:
        super().__init__(
            "The site sent an answer whose compression is damaged or cut off.",
            hint="Look at the site behind the gate; the reader got a broken page.",
        )


class PortTakenError(ServiceError):
    """The address to listen on is in use or may not be used."""

    code: ClassVar[str] = "E502"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, address: str, reason: str) -> None:
        super().__init__(
            f"Cannot listen on {address}: {reason}.",
            hint="Stop what listens there, or choose another address: "
            "--listen 127.0.0.1:8081, or server.listen in config.yaml.",
        )
        self.address = address


class SiteMissingError(ServiceError):
    """There is no site to stand in front of."""

    code: ClassVar[str] = "E503"
    exit_code: ClassVar[int] = 3


class UpstreamBrokenError(ServiceError):
    """The site stopped in the middle of an answer; the connection is cut."""

    code: ClassVar[str] = "E504"

    def __init__(self) -> None:
        super().__init__(
            "The site ended its answer early.",
            hint="Look at the log of the site behind the gate.",
        )


class UploadBrokenError(ServiceError):
    """The reader's side stopped in the middle of a request body."""

    code: ClassVar[str] = "E505"

    def __init__(self) -> None:
        super().__init__("A request body ended early.")


class UndeclaredActivityError(ServiceError):
    """A view asserts an activity that the configuration does not declare."""

    code: ClassVar[str] = "E506"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, view: str, activity: str, method: str, rule: str) -> None:
        super().__init__(
            f'The view {view} is marked as "{activity}", but the configuration does '
            f"not declare {method} {rule} as that activity.",
            hint="Add the method and path to site.activities in the configuration.",
        )
        self.view, self.activity, self.method, self.rule = view, activity, method, rule
