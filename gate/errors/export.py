"""Tables for the edge: E53x."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.service import ServiceError


class TablePlaceError(ServiceError):
    """The table for the edge cannot be written where it is wanted."""

    code: ClassVar[str] = "E531"
    exit_code: ClassVar[int] = 3

    def __init__(self, *, path: object, reason: str) -> None:
        super().__init__(
            f"{path} cannot be written: {reason}.",
            hint="Name a file, or a folder that is there and may be written: "
            "gate export ... --to PATH.",
        )
        self.path = path


class ReloadCommandError(ServiceError):
    """The command that makes the edge read its table anew did not succeed."""

    code: ClassVar[str] = "E532"

    def __init__(self, *, command: str, reason: str) -> None:
        super().__init__(
            f"The command {command} failed: {reason}.",
            hint="The new table stays in its place. The edge goes on with the one "
            "before until that ends; run the command by hand to see what it says.",
        )
        self.command = command


class NothingFreeError(ServiceError):
    """No address passes everywhere; the table sends everybody to the gate."""

    code: ClassVar[str] = "E533"

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            f"Nobody is free: {reason}.",
            hint="The table was written and sends every reader to the gate. If a rule "
            "names no areas, give it areas, or do without a table.",
        )


class EdgeUnheardError(ServiceError):
    """A table of addresses cannot know what geo.edge says of a reader."""

    code: ClassVar[str] = "E534"
    exit_code: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__(
            "geo.edge is heard, and a table of addresses cannot know what it says.",
            hint="Some readers would pass whom the gate warns. Ask the gate about "
            "every request, or leave geo.edge out.",
        )
