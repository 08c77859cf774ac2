"""Moments and days as options of commands take them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import click
from pydantic_core import PydanticCustomError

from gate.documents.scalars import parse_instant


def moment(_: click.Context, __: click.Parameter, value: str | None) -> int:
    """Return a moment as `parse_moment` does; without a value it is now."""
    return int(time.time()) if value is None else parse_moment(value)


def moment_if_any(
    _: click.Context, __: click.Parameter, value: str | None
) -> int | None:
    """Return a moment as `parse_moment` does; None without a value."""
    return None if value is None else parse_moment(value)


def parse_moment(value: str) -> int:
    """Return a moment in Unix seconds: a day means its beginning in UTC.

    Raises:
        click.BadParameter: It is neither a day nor a moment with an offset.
    """
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _instant(value)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _instant(value: str) -> int:
    try:
        return parse_instant(value)
    except PydanticCustomError as error:
        hint = (error.context or {}).get("hint", "")
        told = f"{error.message()} {hint}".strip()
        raise click.BadParameter(f"{told} A day (2026-03-01) will do.") from None
