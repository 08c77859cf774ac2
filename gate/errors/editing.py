"""Files laid out, and files that editors read: E75x."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class EditingError(GateError):
    """What helps an editor of YAML cannot be done."""

    code: ClassVar[str] = "E750"
    remedy: ClassVar[str] = "Read the message; it names the file."


class UnformattableError(EditingError):
    """A file is written in a way that cannot be laid out without changing it."""

    code: ClassVar[str] = "E751"
    remedy: ClassVar[str] = (
        "Write the part that is named more plainly: a key and its value on one line."
    )

    def __init__(self, *, file: str, line: int = 0) -> None:
        at = f"{file}:{line}" if line else file
        self.reason = "The file cannot be laid out without changing what it says."
        if line:
            self.reason = "A key behind a question mark cannot be laid out."
        super().__init__(f"{at}: {self.reason}", hint=self.remedy)
        self.file = file
        self.line = line


class NoBookFolderError(EditingError):
    """The folder of the rule book is not there, or the configuration names none."""

    code: ClassVar[str] = "E752"
    remedy: ClassVar[str] = "Name it in config.yaml as rules.folder; see gate check."

    def __init__(self, *, path: object) -> None:
        super().__init__(
            f"The folder of the rule book that {path} names cannot be found.",
            hint=self.remedy,
        )
        self.path = path
