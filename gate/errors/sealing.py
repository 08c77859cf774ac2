"""The log of counts cannot be sealed, signed or shortened: E610 and on."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class SealingError(GateError):
    """The log of counts cannot be sealed, signed or shortened."""

    code: ClassVar[str] = "E610"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Read the message; gate audit COMMAND --help says more."
