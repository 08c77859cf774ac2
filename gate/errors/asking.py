"""A question to the sealed log cannot be answered: E640 and on."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class AskingError(GateError):
    """A question to the sealed log cannot be answered."""

    code: ClassVar[str] = "E640"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Read the message; gate audit COMMAND --help says more."
