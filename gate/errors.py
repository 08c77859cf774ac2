"""Everything that can go wrong, as one tree with codes.

GateError                      E000
├── ConfigError                E1xx  what the deployer chose
├── DatabaseError              E2xx  where visitors are
├── BookError                  E3xx  the rule book as a whole (its findings are R codes)
├── RequestError               E4xx  what arrived
└── ServiceError               E5xx  what stands around the gate

Every class carries a code, an exit code for the command line, and a hint that says
what to do. No message ever holds a visitor's address, path or header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model import Diagnostic


class GateError(Exception):
    """Anything that the gate itself reports."""

    code: ClassVar[str] = "E000"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class FindingsError(GateError):
    """Files have problems; `findings` holds all of them, sorted."""

    code: ClassVar[str] = "E100"

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        self.findings = tuple(sorted(findings, key=lambda d: d.sort_key))
        super().__init__(
            f"{len(self.findings)} problem(s) found.",
            hint="Run gate check to see each one with its place.",
        )


class ConfigError(GateError):
    """The configuration cannot be used."""

    code: ClassVar[str] = "E101"
    exit_code: ClassVar[int] = 3


class DatabaseError(GateError):
    """A GeoIP database cannot be used."""

    code: ClassVar[str] = "E201"
    exit_code: ClassVar[int] = 3


class BookError(GateError):
    """The rule book cannot be used as a whole."""

    code: ClassVar[str] = "E301"


class RequestError(GateError):
    """A request that no decision can be made for; it is refused.

    Attributes:
        status: HTTP status to answer with.
    """

    code: ClassVar[str] = "E401"
    status: ClassVar[int] = 400


class ServiceError(GateError):
    """Something around the gate does not do its part."""

    code: ClassVar[str] = "E501"
