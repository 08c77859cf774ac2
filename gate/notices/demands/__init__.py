"""What every page before an article must hold, whoever made its template.

Each module looks at one page and yields what is wrong with a code: `head`,
`attributes`, `styles`, `scripts`, `ways` and `told`; `case` is what they look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.notices.demands.attributes import (
    look_at_attributes,
    look_at_requests,
)
from gate.notices.demands.case import Case, Fault, prepared
from gate.notices.demands.head import look_at_head
from gate.notices.demands.scripts import look_at_scripts
from gate.notices.demands.styles import look_at_styles
from gate.notices.demands.told import look_at_texts
from gate.notices.demands.ways import look_at_continue, look_at_exit

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PROBE", "Case", "Fault", "faults_of", "prepared"]

PROBE: Final = "<gate-probe>"
"""Appended to every text; a template that does not escape makes an element of it."""

_LOOKS = (
    look_at_head,
    look_at_attributes,
    look_at_requests,
    look_at_styles,
    look_at_scripts,
    look_at_exit,
    look_at_continue,
    look_at_texts,
)


def faults_of(case: Case) -> Iterator[Fault]:
    """Yield everything that is wrong with a page."""
    for sentence in case.sheet.problems:
        yield Fault("E731", sentence)
    for look_at in _LOOKS:
        yield from look_at(case)
