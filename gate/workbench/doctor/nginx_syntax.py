"""The configuration language of nginx: words, blocks, comments, includes.

Source:
    https://nginx.org/en/docs/beginners_guide.html#conf_structure, and nginx 1.22 itself
    for quotes and escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DUMPED = re.compile(r"^# configuration file (.+):\n", re.MULTILINE)
"""What `nginx -T` writes before each file."""

_DEEPEST = 50
"""Blocks within each other, and files that include each other."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>\#[^\n]*)|(?P<mark>[{};])
    |"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<word>(?:\$\{[^}]*\}|\\.|[^\s{};"'\\])(?:\$\{[^}]*\}|\\.|[^\s{};\\])*)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One directive.

    Attributes:
        name: Its first word.
        words: The others.
        place: File and line.
        block: What stands in its braces; empty without.
    """

    name: str
    words: tuple[str, ...]
    place: str
    block: list[Directive] = field(default_factory=list)


class _Token(NamedTuple):
    text: str
    is_mark: bool
    line: int


class _Source(NamedTuple):
    """Where files are found: in an output of `nginx -T`, or else in a folder.

    Attributes:
        texts: Content of the dumped files by their names.
        folder: Where relative includes begin; None for a dump.
        above: The files that are being read, the outermost first.
    """

    texts: dict[str, str]
    folder: Path | None
    above: tuple[str, ...] = ()


def read_nginx(path: Path) -> list[Directive]:
    """Read a configuration with everything that it includes.

    Args:
        path: nginx.conf, a folder that holds it, or the output of `nginx -T`.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no configuration of nginx.
    """
    if path.is_dir():
        path /= "nginx.conf"
    text = path.read_text("utf-8", errors="replace")
    parts = DUMPED.split(text)
    if len(parts) > 1:  # text before the first mark, then name and text in turn
        texts = dict(zip(parts[1::2], parts[2::2], strict=True))
        return _parsed(parts[1], parts[2], _Source(texts, None))
    return _parsed(str(path), text, _Source({}, path.parent))


def _parsed(name: str, text: str, source: _Source) -> list[Directive]:
    if name in source.above or len(source.above) > _DEEPEST:
        raise ValueError("files include each other without end")
    source = source._replace(above=(*source.above, name))
    tokens = list(_tokens(text))
    tokens.reverse()
    directives = list(_block(tokens, name, source, depth=0))
    if tokens:
        raise ValueError("a brace closes what none opened")
    return directives


def _tokens(text: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"line {line} cannot be understood")
        kind = match.lastgroup or ""
        if kind not in {"space", "comment"}:
            yield _Token(match[kind], kind == "mark", line)
        line += match[0].count("\n")
        at = match.end()


def _block(
    tokens: list[_Token], name: str, source: _Source, *, depth: int
) -> Iterator[Directive]:
    """Read directives until the block ends; `tokens` are in reverse order."""
    if depth > _DEEPEST:
        raise ValueError("blocks lie too deep in each other")
    words: list[_Token] = []
    while tokens:
        token = tokens[-1]
        if token.is_mark and token.text == "}":
            if depth:
                tokens.pop()
            return
        tokens.pop()
        if not token.is_mark:
            words.append(token)
            continue
        if words:
            block = token.text == "{"
            inner = _block(tokens, name, source, depth=depth + 1) if block else ()
            yield from _directive(words, name, source, list(inner))
        words = []


def _directive(
    words: list[_Token], name: str, source: _Source, block: list[Directive]
) -> Iterator[Directive]:
    first, *others = words
    if first.text == "include" and others:
        yield from _included(others[0].text, source)
        return
    yield Directive(
        name=first.text,
        words=tuple(word.text for word in others),
        place=f"{name}:{first.line}",
        block=block,
    )


def _included(pattern: str, source: _Source) -> Iterator[Directive]:
    files = (
        _on_disk(pattern, source.folder)
        if source.folder
        else _dumped(pattern, source.texts)
    )
    for name, text in files:
        yield from _parsed(name, text, source)


def _dumped(pattern: str, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    wanted = re.escape(pattern).replace(r"\*", "[^/]*")
    matches = re.compile(wanted if pattern.startswith("/") else f".*/{wanted}")
    for name, text in texts.items():
        if matches.fullmatch(name):
            yield name, text


def _on_disk(pattern: str, folder: Path) -> Iterator[tuple[str, str]]:
    start = type(folder)("/") if pattern.startswith("/") else folder
    for path in sorted(start.glob(pattern.lstrip("/"))):
        if path.is_file():
            yield str(path), path.read_text("utf-8", errors="replace")
