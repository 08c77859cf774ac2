"""Variables of nginx that are made from others: by map, set and geo.

Source:
    https://nginx.org/en/docs/http/ngx_http_map_module.html, and the modules geo and
    rewrite. Names of variables are read without regard to case, as nginx does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.workbench.doctor.nginx_syntax import Directive

_VARIABLE = re.compile(r"\$\{?(\w+)", re.ASCII)
_GROUP = re.compile(r"\(\?P?[<'](\w+)[>']", re.ASCII)
_PAIR = 2
"""Words of `map SOURCE $NAME`, `set $NAME VALUE` and `geo $SOURCE $NAME`."""


class Made(NamedTuple):
    """What a variable is made from.

    Attributes:
        name: The variable.
        holds: Variables whose value it can hold, whole or in part.
        sorts: Variables by which one of several fixed values is chosen.
    """

    name: str
    holds: frozenset[str]
    sorts: frozenset[str] = frozenset()


class Origins(NamedTuple):
    """Where values come from, by the variables that have them.

    Attributes:
        holds: The variable of a reader that another one holds.
        sorts: The same, and the one by which the value of another one is chosen.
    """

    holds: Mapping[str, str]
    sorts: Mapping[str, str]


def variables_of(text: str) -> set[str]:
    """Return the names of the variables in a text."""
    return {name.lower() for name in _VARIABLE.findall(text)}


def origins_of(directives: Iterable[Directive], readers: Iterable[str]) -> Origins:
    """Follow variables back to what tells readers apart.

    Args:
        directives: All directives, those within blocks as well.
        readers: Variables that tell readers apart by themselves.
    """
    made = [one for directive in directives for one in _made(directive)]
    holds = {name: name for name in readers}
    _spread(holds, [(one.name, one.holds) for one in made])
    sorts = dict(holds)
    _spread(sorts, [(one.name, one.holds | one.sorts) for one in made])
    return Origins(holds, sorts)


def _spread(origins: dict[str, str], made: list[tuple[str, frozenset[str]]]) -> None:
    """Give each variable the origin of what it is made from, until nothing is new."""
    count = -1
    while count != len(origins):
        count = len(origins)
        for name, sources in made:
            for source in sorted(sources & origins.keys()):
                origins.setdefault(name, origins[source])


def _made(directive: Directive) -> Iterator[Made]:
    words = directive.words
    if directive.name == "set" and len(words) == _PAIR:
        yield Made(_name(words[0]), frozenset(variables_of(words[1])))
    elif directive.name == "map" and len(words) == _PAIR:
        yield from _mapped(directive)
    elif directive.name == "geo" and words:
        source = words[0] if len(words) == _PAIR else "$remote_addr"
        yield Made(_name(words[-1]), frozenset(), frozenset(variables_of(source)))


def _mapped(directive: Directive) -> Iterator[Made]:
    """Follow a map; what an expression in it captures is a part of its source."""
    source = frozenset(variables_of(directive.words[0]))
    captured = {
        name.lower() for row in directive.block for name in _GROUP.findall(row.name)
    }
    for name in sorted(captured):
        yield Made(name, source)
    held = {
        name
        for row in directive.block
        for word in row.words
        for name in variables_of(word)
    }
    if any(name.isdigit() for name in held):
        held |= source
    yield Made(_name(directive.words[1]), frozenset(held), source)


def _name(word: str) -> str:
    return word.lstrip("$").strip("{}").lower()
