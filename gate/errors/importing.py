"""Access logs or totals of others cannot be taken in: E660 and on."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class ImportingError(GateError):
    """Access logs or totals of others cannot be taken in."""

    code: ClassVar[str] = "E660"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = "Read the message; gate audit COMMAND --help says more."
