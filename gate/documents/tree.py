"""A YAML text as nodes that remember where they stand.

The nodes are built straight from the parser's events, without recursion: depth and
size are bounded while the text is read, and nothing is ever composed from aliases.
Every scalar stays text, so that NO is Norway.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from gate.documents.letters import mixed_sentence, mixed_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_EVENTS = 400_000
MAX_DEPTH = 32
# Resolves nothing: every scalar stays text. The C one is missing without libyaml.
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Span(NamedTuple):
    """Where something stands; lines and columns from 1, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Node:
    """A scalar, list or mapping with its place.

    Attributes:
        value: Text, or list of nodes, or nodes by key with the key's own place.
        span: Its place; of a block mapping only the first key.
        spoiled: A finding has been issued for it already.
        torn: A mapping with a key that is not what it seems, so that another key
            may only seem to be missing.
    """

    __slots__ = ("span", "spoiled", "torn", "value")

    def __init__(
        self, value: str | list[Node] | dict[str, tuple[Span, Node]], span: Span
    ) -> None:
        self.value = value
        self.span = span
        self.spoiled = False
        self.torn = False

    def plain(self) -> object:
        """Return the node as text, lists and dicts."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return {key: node.plain() for key, (_, node) in self.value.items()}

    def texts(self) -> Iterator[tuple[Span, str, Node]]:
        """Yield every key and scalar with its place and node (a key's: its value)."""
        if isinstance(self.value, str):
            yield self.span, self.value, self
            return
        if isinstance(self.value, dict):
            for key, (span, node) in self.value.items():
                yield span, key, node
            nodes = [node for _, node in self.value.values()]
        else:
            nodes = self.value
        for node in nodes:
            yield from node.texts()

    def child(self, step: str | int) -> tuple[Span, Node] | None:
        """Return the place of the key (or item) and the node at `step`, if any."""
        if isinstance(self.value, dict):
            return self.value.get(step) if isinstance(step, str) else None
        if isinstance(self.value, list) and isinstance(step, int):
            node = self.value[step] if 0 <= step < len(self.value) else None
            return (node.span, node) if node else None
        return None


class Unbuildable(Exception):  # noqa: N818
    """The rest of the text cannot be read; its finding has been issued."""


@dataclass(slots=True)
class _Frame:
    node: Node
    flow: bool
    key: tuple[str, Span] | None = None
    repeated: bool = False
    deceptive: bool = False


def span_of(event: yaml.Event) -> Span:
    """Return the place of an event; the parser marks every one."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return Span(1, 1, 1, 2)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


@dataclass(slots=True)
class Builder:
    """Builds nodes from events and reports what is not allowed.

    Attributes:
        report: Takes code, message, place and hint of a finding.
        root: The finished tree; None until the document has ended well.
    """

    report: Callable[[str, str, Span, str], None]
    root: Node | None = None
    _stack: list[_Frame] = field(default_factory=list)
    _documents: int = 0

    def feed(self, events: Iterable[yaml.Event]) -> None:
        """Build `root` from all events.

        Raises:
            Unbuildable: The text is too large, too deep or not one document.
        """
        for number, event in enumerate(events):
            if number >= MAX_EVENTS:
                self._fail("R001", "The file has too many entries.", span_of(event))
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._document(event)

    def _fail(self, code: str, message: str, span: Span, hint: str = "") -> None:
        self.report(code, message, span, hint)
        raise Unbuildable

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._fail(
                "R001",
                "A second document begins here; a file holds one.",
                span_of(event),
                "Remove the line with ---, or make two files.",
            )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._refuse_extras(event)
        span = span_of(event)
        if self._expects_key():
            self._take_key(event.value, span, plain=not event.style)
            return
        node = Node(event.value, span)
        if event.value == "" and not event.style and event.tag is None:
            self._empty(node)
        self._put(node)

    def _expects_key(self) -> bool:
        frame = self._stack[-1] if self._stack else None
        return (
            frame is not None and isinstance(frame.node.value, dict) and not frame.key
        )

    def _take_key(self, key: str, span: Span, *, plain: bool) -> None:
        frame = self._stack[-1]
        assert isinstance(frame.node.value, dict)  # noqa: S101
        frame.key = (key, span)
        if not frame.node.value and not frame.flow:
            frame.node.span = span
        first = frame.node.value.get(key)
        frame.repeated = first is not None
        if first:
            place = f'"{key[:60]}" stands here twice; first in line {first[0].line}.'
            self.report("R002", place, span, "Keep one of the two.")
        frame.deceptive = self._deceives(key, span, plain=plain)
        frame.node.torn |= frame.deceptive

    def _deceives(self, key: str, span: Span, *, plain: bool) -> bool:
        if key == "<<" and plain:
            hint = "Write the keys out; a reader then sees them all."
            self.report("R004", "Merge keys (<<) are not allowed.", span, hint)
            return True
        word = mixed_word(key)
        if word:
            self.report("R006", mixed_sentence(word), span, "Type the key again.")
        return bool(word)

    def _empty(self, node: Node) -> None:
        node.spoiled = True
        frame = self._stack[-1] if self._stack else None
        if frame is None:
            return
        if frame.key is None:
            self.report("R003", "This item is empty.", node.span, "Remove the dash.")
            return
        key, span = frame.key
        self.report(
            "R003", f'"{key[:60]}" has no value.', span, "Give one, or remove it."
        )

    def _put(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
        elif isinstance(frame.node.value, dict) and frame.key:
            if not frame.repeated:
                frame.node.value[frame.key[0]] = (frame.key[1], node)
            node.spoiled |= frame.deceptive
            frame.key = None

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        span = span_of(event)
        if self._expects_key():
            self._fail("R004", "A key must be plain text.", span, "Quote { and [.")
        if len(self._stack) >= MAX_DEPTH:
            self._fail("R001", f"Nested more than {MAX_DEPTH} levels deep.", span)
        self._refuse_extras(event)
        mapping = isinstance(event, yaml.MappingStartEvent)
        one = Span(span.line, span.column, span.line, span.column + 1)
        self._stack.append(
            _Frame(Node({} if mapping else [], one), bool(event.flow_style))
        )

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        frame = self._stack.pop()
        if frame.flow:
            start, end = frame.node.span, span_of(event)
            frame.node.span = Span(*start[:2], *end[2:])
        self._put(frame.node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        span = span_of(event)
        name = str(event.anchor)[:60]
        hint = f'Quote patterns that begin with *: "*{name}". Else copy the text.'
        message = f"Aliases (*{name}) are not allowed."
        if self._expects_key():
            self._fail("R004", message, span, hint)
        self.report("R004", message, span, hint)
        node = Node("", span)
        node.spoiled = True
        self._put(node)

    def _refuse_extras(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if event.anchor is not None:
            hint = (
                "Write the text out where it is needed; quote text that begins with &."
            )
            name = str(event.anchor)[:60]
            message = f"Anchors (&{name}) are not allowed."
            self.report("R004", message, self._head(event, name), hint)
        if tag is not None:
            hint = "Every value is read as text; quote text that begins with !."
            message = f"Tags ({tag[:60]}) are not allowed."
            self.report("R004", message, self._head(event, tag), hint)

    @staticmethod
    def _head(event: yaml.NodeEvent, name: str) -> Span:
        span = span_of(event)
        return Span(span.line, span.column, span.line, span.column + 1 + len(name))
