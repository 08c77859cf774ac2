"""The keys, types and slips of the format, from its text; no code of the gate."""

from __future__ import annotations

import ipaddress
import itertools
import re
import unicodedata
from datetime import date, datetime

import yaml


def tables(text):
    """Return the rows of each table by its number: key, type, default, meaning."""
    found, number = {}, ""
    for line in text.splitlines():
        head = re.match(r"\*\*([0-9]+\.[0-9]+)\*\*", line)
        number = head[1] if head else number
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0] not in {"key", "type"} and "---" not in line:
            found.setdefault(number, []).append([c.replace("\\|", "|") for c in cells])
    return found


class Grammar:
    """What the tables say of keys and types."""

    def __init__(self, *texts):
        self.tables = {n: t for text in texts for n, t in tables(text).items()}
        self.types = {
            name: (expression.strip("`"), code)
            for name, _, expression, code in self.tables.pop("3.1")
        }

    def check(self, kind, value):
        """Yield the code of everything that is wrong with a value (3.1, 2.5)."""
        kind, *rest = kind.split(", ")
        if found := re.fullmatch("mapping(?: of (.*) to (.*))?", kind):
            yield from self.mapping(found.groups(), rest, value)
        elif found := re.fullmatch("list of (.*)", kind):
            yield from self.items(found[1], rest, value)
        elif not isinstance(value, str):
            yield "R003"
        elif kind[0] == "`":
            yield from () if value == kind.strip("`") else ("R005",)
        else:
            yield from self.scalar(kind, rest, value)

    def items(self, of, rest, value):
        short = "at least one" in rest and not value
        two = rest[:1] and rest[0].startswith("two")
        if not isinstance(value, list) or short or (two and len(value) != 2):
            yield "R003"
            return
        inner = [f"mapping, {rest[0]}" if of == "mappings" else of] * len(value)
        if two:
            inner = [f"{of}, {bounds}" for bounds in rest]
        for kind, item in zip(inner, value, strict=True):
            yield from self.check(kind, item)

    def mapping(self, pair, rest, value):
        if not isinstance(value, dict) or ("not empty" in rest and not value):
            yield "R003"
        elif pair[0]:
            inner = [word for word in rest if word != "not empty"]
            of = ", ".join([pair[1], *inner])
            for key, item in value.items():
                yield from itertools.chain(
                    self.check(pair[0], key), self.check(of, item)
                )
        else:
            yield from self.keys(rest[0], value)

    def keys(self, number, value):
        rows = {key: (kind, left) for key, kind, left, _ in self.tables[number]}
        for key, (kind, left) in rows.items():
            if key in value:
                yield from self.check(kind, value[key])
            elif left == "required":
                yield "R003"
        if not value.keys() <= rows.keys():
            yield "R003"

    def scalar(self, kind, rest, value):
        expression, code = self.types[kind]
        latin = kind in {"id", "code", "country", "part"} and not value.isascii()
        if latin or (kind in {"path", "pattern"} and is_mixed(value)):
            yield "R006"
        elif not (re.fullmatch(expression, value) and SOUND.get(kind, bool)(value)):
            yield code
        elif rest and not within(rest[0], float(value)):
            yield "R003"


def within(bounds, number):
    """Say whether a number lies within bounds such as "1 to 3650"."""
    low, high = re.findall(r"-?[0-9]+(?:\.[0-9]+)?", bounds)
    above = number > float(low) if "more than" in bounds else number >= float(low)
    return above and number <= float(high)


FARTHEST = 14 * 3600


def second(moment):
    """Return the count of seconds of a moment (3.2).

    Raises:
        ValueError: It is not on the clock.
    """
    found = datetime.fromisoformat(moment)
    if abs(found.utcoffset().total_seconds()) > FARTHEST:
        raise ValueError(moment)
    return int(found.timestamp())


def makes_sense(parse):
    def ask(value):
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return ask


def is_pattern(text):
    """Say whether a pattern is sound (5.4)."""
    inner = text.rstrip("/").split("/")[1:]
    odd = re.search(r"%[0-9A-Fa-f]{2}|[?#\\\x00-\x1f\x7f]", text)
    stars = any("**" in part and part != "**" for part in inner)
    return not (odd or stars or len(text) > 512 or {"", ".", ".."} & {*inner}) and (
        not text.endswith("//")
    )


SOUND = {
    "id": lambda text: len(text) <= LONGEST_ID,
    "moment": makes_sense(second),
    "day": makes_sense(date.fromisoformat),
    "network": makes_sense(ipaddress.ip_network),
    "pattern": is_pattern,
    "path": lambda text: is_pattern(text.replace("*", "x")),
    "country": lambda text: text not in NO_COUNTRIES,
    "code": lambda text: text not in NO_COUNTRIES,
}
LONGEST_ID = 64
NO_COUNTRIES = {"UK", "SU", "XX"}  # a list of those that there are is not in the text
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DEEPEST = 32


def slips(text):
    """Yield codes of what YAML lets through and the format does not (2.1 to 2.6).

    Raises:
        yaml.YAMLError: It is no YAML.
    """
    if HIDDEN.search(text):
        yield "R006"
    depth = 0
    for event in yaml.parse(text, yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or CONTROL.search(getattr(event, "value", "")):
            yield "R001"
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            yield "R004"
    for keys in _mappings(yaml.compose(text, yaml.BaseLoader)):
        plain = [key.value for key in keys if isinstance(key, yaml.ScalarNode)]
        yield from ["R002"] if len({*plain}) < len(plain) else []
        yield from ["R004"] if "<<" in plain or len(plain) < len(keys) else []


def _mappings(node):
    """Yield the keys of each mapping."""
    inner = [*node.value] if isinstance(node, yaml.SequenceNode) else []
    if isinstance(node, yaml.MappingNode):
        yield [key for key, _ in node.value]
        inner = [value for _, value in node.value]
    for value in inner:
        yield from _mappings(value)


def empty(data):
    """Yield R003 for each empty text (2.5)."""
    for value in data.values() if isinstance(data, dict) else data:
        if value == "":
            yield "R003"
        elif isinstance(value, dict | list):
            yield from empty(value)


def is_mixed(text):
    """Say whether a word mixes scripts that look alike (2.6)."""
    return any(
        len({unicodedata.name(a).split()[0] for a in word} & {"LATIN", "CYRILLIC"}) > 1
        for word in re.findall(r"[^\W\d_]+", text)
    )
