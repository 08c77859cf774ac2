"""Values written as YAML by somebody careless, with comments in odd places."""

from __future__ import annotations

import json
import re
from itertools import pairwise

PLAIN = re.compile(r"[\w./][\w./ -]*(?<! )")


class Careless:
    """Writes values; `choose` takes a list and gives one of its items."""

    def __init__(self, choose):
        self.choose = choose
        self.made = 0

    def comment(self):
        self.made += 1
        return f"#{self.choose(['', ' '])}c{self.made}"

    def spaces(self, least=1):
        return " " * self.choose([least, least, least, least + 1, least + 4])

    def ending(self, *, bare=False):
        """What stands behind the last letter of a line; `bare`: of a key or dash."""
        kind = self.choose(["", "", "", "", " ", " " if bare else "\t", "comment"])
        if kind == "comment":
            behind = self.choose(["", "", "  "])
            return f"{self.spaces()}{self.comment()}{behind}\n"
        return f"{kind}\n"

    def between(self, most=9):
        """Lines between two lines: comments anywhere, empty ones."""
        kinds = ["", "", "", "", "empty", "empties", "comment", "comments"]
        kind = self.choose(kinds)
        if kind in {"empty", "empties"}:
            return "\n" if kind == "empty" else "\n  \n\n"
        rows = {"": 0, "comment": 1, "comments": 2}[kind]
        return "".join(
            " " * self.choose(range(most)) + self.comment() + "\n" for _ in range(rows)
        )

    def document(self, value):
        start = self.choose(["", "", "---\n", "\n\n"])
        text = start + self.between(1) + self.node(value, self.choose([0, 0, 0, 3]))
        text += self.between()
        text = self.choose([text, text, text.removesuffix("\n")])
        text = text.replace("\n", self.choose(["\n", "\n", "\n", "\r\n", "\r"]))
        return self.choose(["", "", "", "\ufeff"]) + text

    def node(self, value, column):
        """Write a mapping or list in lines of its own."""
        if isinstance(value, dict):
            return "".join(
                self.entry(f"{self.key(k)}{self.choose([':', ':', ' :'])}", v, column)
                for k, v in value.items()
            )
        return "".join(self.entry("-", item, column) for item in value)

    def entry(self, head, value, column):
        text = " " * column + head
        is_dash = head == "-"
        if not value or isinstance(value, str) or self.choose([False, False, True]):
            text += self.inline(value, column, is_dash=is_dash)
        elif is_dash and self.choose([True, True, False]):
            gap = self.spaces()
            inner = column + 1 + len(gap)
            text += gap + self.node(value, inner).removeprefix(" " * inner)
        else:
            deeper = self.choose([1, 2, 2, 4])
            bare = isinstance(value, list) and not is_dash
            inner = column + (self.choose([0, deeper]) if bare else deeper)
            text += self.ending(bare=True) + self.between() + self.node(value, inner)
        return text + self.between()

    def inline(self, value, column, *, is_dash):
        if isinstance(value, str):
            return self.scalar(value, column)
        gap = self.spaces()
        if self.choose([False, False, True]) and not is_dash:
            gap = (
                self.ending(bare=True)
                + self.between()
                + " " * (column + self.choose([1, 3]))
            )
        return gap + self.flow(value, column) + self.ending()

    # -- texts

    def key(self, key):
        return self.choose([key, key, f'"{key}"', f"'{key}'"])

    def short(self, text):
        """Write a text on one line, as it may stand within brackets too."""
        ways = [json.dumps(text, ensure_ascii=False)]
        if "\n" not in text:
            ways.append("'" + text.replace("'", "''") + "'")
            if PLAIN.fullmatch(text):
                ways.append(text)
        return self.choose(ways)

    def scalar(self, text, column):
        way = self.choose(["short", "short", "block", "lines", "below"])
        if way == "block" and text.strip():
            return self.spaces() + self.block(text, column)
        if way == "lines" and "\n" not in text and " " in text:
            return self.spaces() + self.lines(text, column)
        if way == "below":
            gap = (
                self.ending(bare=True)
                + self.between()
                + " " * (column + self.choose([1, 4]))
            )
            return gap + self.short(text) + self.ending()
        return self.spaces() + self.short(text) + self.ending()

    def block(self, text, column):
        """Write a text below | or >; of the latter other line breaks are read."""
        indent = self.choose([1, 2, 4])
        body = text.rstrip("\n")
        ended = len(text) - len(body)
        sign = "-" if ended == 0 else "" if ended == 1 else "+"
        given = str(indent) if text[0] in " \n" else self.choose(["", str(indent)])
        pad = " " * (column + indent)
        rows = "\n".join(pad + row if row else "" for row in body.split("\n"))
        head = self.choose("|>") + self.choose([given + sign, sign + given])
        if sign == "+":
            return f"{head}{self.ending()}{rows}" + "\n" * ended
        after = self.choose(["", "", "\n", " \n", "     \n"])
        return f"{head}{self.ending()}{rows}\n" + after

    def lines(self, text, column):
        words = self.short(text).split(" ")
        broken = words[0]
        for before, word in pairwise(words):
            safe = before and word and word[0] not in "-#?:" and before[-1] != ":"
            gap = f"{self.choose(['', ' '])}\n{' ' * (column + self.choose([1, 2, 7]))}"
            broken += (self.choose([" ", gap]) if safe else " ") + word
        return broken + self.ending()

    def flow(self, value, column):
        if isinstance(value, str):
            return self.short(value)
        if isinstance(value, dict):
            items = [
                f"{self.key(key)}{self.choose(['', ' '])}: {self.flow(item, column)}"
                for key, item in value.items()
            ]
            start, end = "{}"
        else:
            items = [self.flow(item, column) for item in value]
            start, end = "[]"
        told = start + self.within(column)
        for number, item in enumerate(items):
            told += item + self.within(column)
            if number < len(items) - 1 or self.choose([False, False, True]):
                told += "," + self.within(column)
        return told + end

    def within(self, column):
        """What may stand between two things in brackets."""
        kind = self.choose(["", "", " ", "  ", "line", "comment"])
        if kind in {"line", "comment"}:
            ending = "\n" if kind == "line" else self.ending()
            middle = self.between() if kind == "comment" else ""
            return ending + middle + " " * (column + self.choose([1, 2, 9]))
        return kind
