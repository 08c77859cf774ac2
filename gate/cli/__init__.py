"""The commands. Each is loaded when it is called, so that `gate --help` is quick."""

from __future__ import annotations

from typing import NoReturn

import click

from gate import __version__
from gate.cli.console import report
from gate.cli.lazy import LazyGroup
from gate.errors import FileProblemError, GateError

COMMANDS = {
    "init": ("starter:init", "Write a rule book and a configuration to start from."),
    "new": ("new:new", "Add a rule, an exemption, an area, a notice or a test."),
    "check": ("check:check", "Find every problem of configuration and rule book."),
    "test": ("testing:test", "Run the tests that the rule book holds."),
    "diff": ("diff:diff", "Say what two rule books decide differently, and why."),
    "fmt": ("fmt:fmt", "Lay out the files of the rule book; comments stay."),
    "watch": ("watch:watch", "Check again on every save."),
    "explain": ("explain:explain", "Say what a visitor would meet, and why."),
    "upcoming": ("upcoming:upcoming_", "List what starts, ends and needs review."),
    "preview": ("preview:preview", "Show in a browser what readers meet, and why."),
    "serve": ("serve:serve", "Stand in front of a site."),
    "recipe": ("recipe:recipe", "Write the files of nginx, Caddy and others."),
    "export": ("export:export", "Write which addresses an edge need not ask about."),
    "status": ("status:status", "Ask the running gate what it does."),
    "doctor": ("doctor:doctor", "Look at a deployment, and say what to do."),
    "audit": ("audit:audit", "Read, verify and question what was decided."),
    "geo": ("geo:geo", "Look after the GeoIP databases."),
    "area": ("area:area", "Look at areas: what belongs, since when, on a map."),
    "texts": ("texts:texts", "Hand texts to a translator, and take them back."),
    "schema": ("schema:schema", "Write JSON Schemas for editors."),
    "help": ("help:help_", "Explain codes and words."),
}
"""Name -> place of the command in `gate.cli`, and what it does."""


class Commands(LazyGroup):
    """All commands, with messages and exit codes for errors of the gate."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error of the gate becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except GateError as error:
            return _stop(ctx, error)
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads any more
        except OSError as error:
            return _stop(ctx, FileProblemError(error))


def _stop(ctx: click.Context, error: GateError) -> NoReturn:
    report(error)
    ctx.exit(error.exit_code)


@click.group(
    cls=Commands,
    package="gate.cli",
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="gate", message="%(prog)s %(version)s")
def main() -> None:
    """Warn readers, before the article, where reading on is held against them.

    Commands read config.yaml in the current folder unless --config names another.

    Exit codes: 0 sound, 1 problems, 2 usage, 3 could not start, 4 tests of the rule
    book failed, 5 a promise is broken or a change loosens.
    """
