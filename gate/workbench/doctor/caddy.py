"""Whether a Caddy configuration makes it write readers' addresses."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.workbench.doctor.finding import Finding, Level, note, ok
from gate.workbench.doctor.recording import recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# A record of Caddy names the reader in each of these; fields below them count as well.
_NAMING = ("request>remote_ip", "request>client_ip", "request>headers")
_TELLING = "the reader's address, and every header"


class _Line(NamedTuple):
    """A line of a Caddyfile with the lines of its block."""

    words: tuple[str, ...]
    number: int
    block: tuple[_Line, ...]


def check_caddy(path: Path, level: Level) -> list[Finding]:
    """Look for access logs that name readers.

    Args:
        path: A Caddyfile, or Caddy's configuration as JSON.
        level: How bad such a log is.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
        is_json = text.lstrip().startswith("{") and path.suffix == ".json"
        found = _of_json(text) if is_json else _of_caddyfile(text)
        logs = [f"{path}:{number}" if number else str(path) for number in found]
    except (OSError, ValueError, AttributeError, RecursionError) as problem:
        told = getattr(problem, "strerror", None) or "it is not what its name says"
        return [note("D045", str(path), f"It cannot be read: {told}.")]
    if not logs:
        return [ok("D043", str(path), "No access log of it names readers.")]
    told = f"Its access log writes {_TELLING}."
    return [recording(level, "D043", place, told) for place in logs]


def _of_caddyfile(text: str) -> Iterator[int]:
    """Yield the line of each `log` that names readers."""
    lines = _lines(iter(enumerate(text.splitlines(), start=1)))
    for line in lines:
        if line.words == ():  # the block of global options
            continue
        own = (line,) if line.words[0] == "log" else line.block
        for inner in own:
            if inner.words[:1] == ("log",) and not _is_silent(inner.block):
                yield inner.number


def _lines(numbered: Iterator[tuple[int, str]]) -> tuple[_Line, ...]:
    found = []
    for number, text in numbered:
        words = _words(text)
        if words == ["}"]:
            break
        if not words:
            continue
        opens = words[-1] == "{"
        block = _lines(numbered) if opens else ()
        words = words[:-1] if opens else words
        found.append(_Line(tuple(words), number, block))
    return tuple(found)


def _words(text: str) -> list[str]:
    text = re.sub(r"(^|\s)#.*$", "", text)
    try:
        return shlex.split(text, posix=True)
    except ValueError:  # a quote that ends on another line
        return text.split()


def _is_silent(block: Iterable[_Line]) -> bool:
    """Say whether a `log` goes nowhere, or leaves out all that names a reader."""
    for line in block:
        if line.words == ("output", "discard"):
            return True
        if line.words[:2] == ("format", "filter"):
            return _leaves_out(_deleted(line.block))
    return False


def _deleted(block: Iterable[_Line]) -> Iterator[str]:
    for line in block:
        if line.words[-1:] == ("delete",):
            yield line.words[0]
        yield from _deleted(line.block)


def _leaves_out(deleted: Iterable[str]) -> bool:
    gone = set(deleted)
    return "request" in gone or gone.issuperset(_NAMING)


def _of_json(text: str) -> list[int]:
    """Return [0] if an access log names readers."""
    config: dict[str, Any] = json.loads(text)
    servers = config.get("apps", {}).get("http", {}).get("servers", {}).values()
    if not any("logs" in server for server in servers):
        return []
    logs = config.get("logging", {}).get("logs", {}).values()
    written = [log for log in logs if not _is_silent_json(log)]
    return [0] if written or not logs else []


def _is_silent_json(log: dict[str, Any]) -> bool:
    if log.get("writer", {}).get("output") == "discard":
        return True
    if "http.log.access" in log.get("exclude", ()):
        return True
    fields = log.get("encoder", {}).get("fields", {})
    return _leaves_out(n for n, f in fields.items() if f.get("filter") == "delete")
