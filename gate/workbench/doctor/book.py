"""Whether configuration, rule book and notices are fit to be served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Severity
from gate.notices import load_notices
from gate.workbench.doctor.codes import CODES
from gate.workbench.doctor.finding import Finding, error, judged, note, ok, warning

if TYPE_CHECKING:
    from gate.config import Config
    from gate.model import Diagnostic
    from gate.workbench.checking import CheckReport

DRAFT = "draft"


def check_book(config: Config, report: CheckReport) -> list[Finding]:
    """Look at what `gate check` found, at drafts, the mode, and when it is down."""
    return [
        _soundness(config, report),
        _drafts(config),
        _mode(config),
        *_when_down(config),
    ]


def _soundness(config: Config, report: CheckReport) -> Finding:
    subject = str(config.rules.folder)
    errors = [f for f in report.findings if f.severity is Severity.ERROR]
    warnings = [f for f in report.findings if f.severity is Severity.WARNING]
    if errors:
        return error("D030", subject, _told(errors))
    if warnings:
        return warning("D030", subject, _told(warnings))
    digest = report.book.digest[:16] if report.book else "none"
    return ok("D030", subject, f"Sound; digest {digest}…")


def _told(found: list[Diagnostic]) -> str:
    first = found[0]
    told = f"{first.mark}: {first.code} {first.message}"
    return told if len(found) == 1 else f"{told} And {len(found) - 1} more."


def _drafts(config: Config) -> Finding:
    notices, _ = load_notices(config.rules.folder / "notices")
    texts = [text for notice in notices.values() for text in notice.texts.values()]
    drafts = sum(text.status == DRAFT for text in texts)
    return judged(
        drafts > 0,
        "D031",
        str(config.rules.folder / "notices"),
        (
            f"{drafts} of {len(texts)} texts are drafts.",
            f"All {len(texts)} texts are signed.",
        ),
    )


def _mode(config: Config) -> Finding:
    return judged(
        config.mode == "observe",
        "D035",
        "mode",
        ("The mode is observe: nobody is warned.", "Decisions are applied."),
    )


def _when_down(config: Config) -> list[Finding]:
    if config.check is None or config.check.when_down != "open":
        return []
    told = "It is open: while the gate is down every reader passes unwarned."
    return [note("D036", "check.when_down", told, CODES["D036"][1])]
