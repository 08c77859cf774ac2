"""Groups whose commands are imported when they are called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called.

    Args:
        package: Where the modules of the commands are.
        commands: Name -> "module:function" in the package, and what it does.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # click's
        package: str,
        commands: Mapping[str, tuple[str, str]],
        **kwargs: Any,  # noqa: ANN401  # click's
    ) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._commands = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a new user needs them."""
        del ctx
        return list(self._commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None if there is no such command."""
        del ctx
        if cmd_name not in self._commands:
            return None
        module, name = self._commands[cmd_name][0].split(":")
        found = import_module(f"{self._package}.{module}")
        command: click.Command = getattr(found, name)
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of commands without importing any."""
        del ctx
        told = [(name, about) for name, (_, about) in self._commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(told)
