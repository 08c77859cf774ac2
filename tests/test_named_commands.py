"""Every command that a text of the package names can be run, with its options."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import click
import pytest

import gate
from gate.cli import COMMANDS, main

PACKAGE = Path(gate.__file__).parent
TOLD = (".py", ".md", ".yaml")
"""Texts in which "gate" and a word, without an article, is meant as a command."""

LAID = (".html", ".j2")
"""Texts in which it may be something else, such as the name of a service."""

_NAMED = re.compile(r"(?:(\w+)\s+)?(?<![-\w./])gate\s+([a-z][a-z-]*)")
_NOUN = {"the", "a", "no", "this", "older", "running", "serving"}
_VERB = {"the"}  # to gate the ...
_END = re.compile(r"[.;:,)`'\"](?=\s|$)|[`|&<>(]|\bgate\s")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


class Named(NamedTuple):
    """A command that a text names."""

    words: tuple[str, ...]
    options: tuple[str, ...]


def texts(path):
    """Every text of a file: of Python its strings, as far as they are one."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            parts = (
                v.value if isinstance(v, ast.Constant) else "X" for v in node.values
            )
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def named_in(text, *, certain=True):
    """Every command that a text names, with what it says to it."""
    for found in _NAMED.finditer(text):
        before, word = (found[1] or "").lower(), found[2]
        if word not in COMMANDS and (not certain or before in _NOUN or word in _VERB):
            continue
        rest = text[found.end() :]
        end = _END.search(rest)
        said = rest[: end.start() if end else None]
        words = tuple(re.match(r"(?:\s+[a-z][a-z-]*)*", said)[0].split())
        yield Named((word, *words), tuple(_OPTION.findall(said)))


def problem(named):
    """Say what no command of the tree has; "" if all is well."""
    command, words = main, list(named.words)
    while isinstance(command, click.Group) and words:
        below = command.get_command(click.Context(command), words[0])
        if below is None:
            return f"{command.name} has no {words[0]}"
        command = below
        words.pop(0)
    known = {"--help"}
    for parameter in command.params:
        known.update((*parameter.opts, *parameter.secondary_opts))
    unknown = [option for option in named.options if option not in known]
    return f"{command.name} has no {', '.join(unknown)}" if unknown else ""


def every():
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {*TOLD, *LAID}:
            for text in texts(path):
                for named in named_in(text, certain=path.suffix in TOLD):
                    yield path.relative_to(PACKAGE), named


def test_every_command_that_the_package_names_is_there():
    found = list(every())
    assert {named.words[0] for _, named in found} == set(COMMANDS)
    assert [
        (str(path), *named, problem(named)) for path, named in found if problem(named)
    ] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Run gate test --at that day.", "test has no --at"),
        ("Run gate chek.", "main has no chek"),
        ("See `gate geo update --form FILE`.", "update has no --form"),
        ("Run gate\ncheck --at that day, so that --it stays.", ""),
        ("The gate serves; a gate --must not.", ""),
        ("Look at it with gate area paint.", "area has no paint"),
        ("gate check; then gate diff --since", "diff has no --since"),
    ],
)
def test_a_command_that_is_not_there_is_found(text, wrong):
    problems = [problem(named) for named in named_in(text)]
    assert [p for p in problems if p] == ([wrong] if wrong else [])
