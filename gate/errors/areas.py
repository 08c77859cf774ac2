"""Looking at the areas of a rule book: E23x."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class AreaError(GateError):
    """An area cannot be shown."""

    code: ClassVar[str] = "E230"
    remedy: ClassVar[str] = "gate area list names the areas and their versions."


class NoSuchAreaError(AreaError):
    """The rule book has no area of that name."""

    code: ClassVar[str] = "E231"

    def __init__(self, *, name: str, known: str) -> None:
        super().__init__(
            f"The rule book has no area {name}.", hint=known or self.remedy
        )
        self.name = name


class AreaNotBegunError(AreaError):
    """No version of the area was in force at that moment."""

    code: ClassVar[str] = "E232"

    def __init__(self, *, name: str, day: str, first: str) -> None:
        super().__init__(
            f"The area {name} did not exist on {day}.",
            hint=f"Its first version begins on {first}.",
        )
        self.name = name


class NoBrowserError(AreaError):
    """A PNG needs a browser that draws it, and none was found or it failed."""

    code: ClassVar[str] = "E233"
    exit_code: ClassVar[int] = 3
    remedy: ClassVar[str] = (
        "Install Chromium or Google Chrome, or write the drawing with --svg: every "
        "browser shows it."
    )

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"The PNG was not drawn: {reason}.", hint=self.remedy)
