"""Legal information that nobody has looked at for too long."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from gate.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Notice, Regime

_MONTHS = 12  # of a year


def aged(notices: Mapping[str, Notice], now: int) -> list[Diagnostic]:
    """Find the regimes whose information is old.

    Args:
        notices: All notices of the site by id.
        now: Unix seconds.

    Returns:
        A warning (R071) for each, sorted by place.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    regimes = {notice.regime.id: notice.regime for notice in notices.values()}
    old = [r for r in regimes.values() if _months(r.as_of, today) >= r.review_months]
    found = [_finding(regime, today) for regime in old]
    return sorted(found, key=lambda finding: finding.sort_key)


def _finding(regime: Regime, today: date) -> Diagnostic:
    return Diagnostic(
        code="R071",
        message=f'What is known of "{regime.id}" is of {regime.as_of}, '
        f"{_months(regime.as_of, today)} months old.",
        mark=regime.mark,
        hint="Have a lawyer look at it again; then set as_of, or review_months.",
        severity=Severity.WARNING,
    )


def _months(day: str, today: date) -> int:
    """Return how many whole months lie between a day and today."""
    then = date.fromisoformat(day)
    months = (today.year - then.year) * _MONTHS + today.month - then.month
    return months - (today.day < then.day)
