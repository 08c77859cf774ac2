"""What a change must not do unseen: R090, R091 and R092."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.model import Diagnostic, Mark, Severity
from gate.workbench.diffing.telling import AS_BEFORE, part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.workbench.diffing.beside import Beside
    from gate.workbench.diffing.groups import Cause, Group
    from gate.workbench.diffing.traffic import Traffic

LOOSENS: Final = "R090"
MOVES: Final = "R091"
REFORMATS: Final = "R092"

_HINT: Final = (
    "If readers are to be warned less, write an exemption that names the rule, a "
    "reason, who approved it, and an end."
)
_HINTS: Final = {
    "database": "Every new database moves some addresses. Look at those that moved "
    "(--networks DIR) before it is served.",
    "area": "If the area has become smaller, name the sources and have it reviewed: "
    "readers there will be warned less.",
}


_UNAPPROVED: Final = (
    "Have it approved as it is now, and write that down in the same change: another "
    "approved_by, because or until."
)


def findings_of(groups: Sequence[Group], beside: Beside) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a change, whatever the traffic is."""
    found = [*_loosened(groups), *_reformatted(groups, beside)]
    return tuple(sorted(found, key=lambda finding: finding.sort_key))


def moved(traffic: Traffic, percent: float) -> tuple[Diagnostic, ...]:
    """Return a finding (R091) if a change moves more of the traffic than it may.

    Args:
        traffic: What was weighed.
        percent: Share that may move.
    """
    share = traffic.moved
    if not share.of or share.most * 100 <= percent * share.of:
        return ()
    return (
        Diagnostic(
            code=MOVES,
            message=f"The change moves {part(share)} of the traffic; the limit is "
            f"{percent:g} %.",
            hint="Look at each group; raise the limit (--limit) if that is meant.",
            mark=Mark(file=traffic.source),
            severity=Severity.WARNING,
        ),
    )


def _loosened(groups: Sequence[Group]) -> Iterator[Diagnostic]:
    """Yield one finding for each line that loosens something."""
    steps: dict[Cause, dict[str, None]] = {}
    wider: set[str] = set()
    for group in groups:
        for cause in group.causes if group.loosens else ():
            step = f"{group.was.action} becomes {group.becomes.action}"
            steps.setdefault(cause, {})[step] = None
            wider.update(group.unapproved)
    for cause, told in steps.items():
        is_wider = cause.kind == "exemption" and cause.id in wider
        why = AS_BEFORE if is_wider else "no exemption says so."
        yield Diagnostic(
            code=LOOSENS,
            message=f"{_sentence(cause.sentence)}: {', '.join(told)}, and {why}",
            hint=_UNAPPROVED if is_wider else _HINTS.get(cause.kind, _HINT),
            mark=cause.mark,
            subject=cause.id,
        )


def _reformatted(groups: Sequence[Group], beside: Beside) -> Iterator[Diagnostic]:
    if not groups:
        return
    for name, (old, new) in beside.formats.items():
        yield Diagnostic(
            code=REFORMATS,
            message=f"The format changes from {old} to {new}, and decisions differ.",
            hint="Change the format alone, so that gate diff finds no difference; "
            "then change the rules.",
            mark=Mark(file=name, line=1),
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
