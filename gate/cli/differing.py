"""A difference of two rule books, as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.cli.console import say, show_findings
from gate.cli.plain import one_line
from gate.workbench.diffing import telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.workbench.diffing import Difference, Group

MOST_PLACES = 8
MOST_CAUSES = 10
"""More of them are in --json."""

_COLOURS = {"looser": "red", "stricter": "yellow", "changed": "cyan"}


def show(found: Difference, files: Mapping[int, str]) -> None:
    """Print a difference.

    Args:
        found: The difference.
        files: File with the networks of each group, by its number.
    """
    say(one_line(telling.compared(found)))
    say(telling.headline(found), bold=True, fg="red" if found.loosens else None)
    said = telling.verdict(found)
    if said:
        say(one_line(said))
    if found.traffic is not None:
        say(f"Traffic: {telling.share(found.traffic.moved)} would change.")
        apart = ", ".join(sorted(found.traffic.apart))
        if apart:
            say(f"Not weighed, since no rule decides them: {apart}.")
    say()
    past = False
    for group in found.groups:
        if group.is_past and not past:
            say("Only in the past (audits see it, readers do not):\n", bold=True)
            past = True
        _show_group(group, files.get(group.number))
    for line in telling.beside(found.beside):
        say(one_line(line))
    weighed = [finding for finding in found.findings if finding.code != "R090"]
    if weighed:
        say()
        show_findings(weighed)


def _show_group(group: Group, file: str | None) -> None:
    exempted = f", approved by {', '.join(group.approved_by)}" if group.exempted else ""
    head = f"{group.number}  {group.direction.upper()}{exempted}  "
    text = one_line(f"{head}{group.was} → {group.becomes}")
    say(text, bold=True, fg=_COLOURS[group.direction])
    _say_lines("readers", [f"{telling.activities(group)}, {telling.span(group)}"])
    _say_lines("paths", list(map(str, group.paths)))
    places = telling.first(telling.places(group), MOST_PLACES, "place")
    _say_lines("places", places)
    if group.traffic is not None:
        _say_lines("traffic", [telling.share(group.traffic)])
    if file is not None:
        _say_lines("written", [file])
    _say_lines("approved", telling.unapproved(group))
    causes = [f"{one.mark} ({one.side}): {one.sentence}" for one in group.causes]
    _say_lines("because", telling.first(causes, MOST_CAUSES, "cause"))
    say()


def _say_lines(word: str, lines: list[str]) -> None:
    for number, line in enumerate(lines):
        say(f"   {'' if number else word:<8} {one_line(line)}")
