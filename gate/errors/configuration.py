"""What the deployer chose, and what a command was asked: E1xx."""

from __future__ import annotations

from typing import ClassVar

from gate.errors.base import GateError


class ConfigError(GateError):
    """The configuration cannot be used."""

    code: ClassVar[str] = "E101"
    remedy: ClassVar[str] = "Correct config.yaml; gate check says where."
    exit_code: ClassVar[int] = 3


class ConfigMissingError(ConfigError):
    """There is no configuration file."""

    code: ClassVar[str] = "E102"

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is not there.",
            hint="Go to the folder of config.yaml, name it with --config, "
            "or make one with gate init DIR.",
        )
        self.path = path


class StarterInTheWayError(ConfigError):
    """A folder already holds what gate init would write."""

    code: ClassVar[str] = "E103"
    exit_code: ClassVar[int] = 1

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is there already; nothing was written.",
            hint="Name a new folder: gate init DIR never overwrites anything.",
        )
        self.path = path


class NoSuchPlaceError(GateError):
    """A place that somebody described on the command line cannot be understood."""

    code: ClassVar[str] = "E104"
    exit_code: ClassVar[int] = 2
