"""What a check came to, whatever it is told in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.model import Severity

if TYPE_CHECKING:
    from gate.model import Diagnostic
    from gate.workbench.suppressing import Suppressed

RANK = {word: rank for rank, word in enumerate(Severity)}  # the worst first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check came to.

    Attributes:
        sound: Nothing stands against it.
        findings: What was found.
        suppressed: What comments ask to leave out.
        summary: The whole in one sentence.
    """

    sound: bool
    findings: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    summary: str

    @property
    def ranked(self) -> list[Diagnostic]:
        """The findings, the most severe first."""
        return sorted(self.findings, key=lambda f: (RANK[f.severity], f.sort_key))
