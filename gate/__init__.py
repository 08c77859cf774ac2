"""The gate: warns a reader before the article, where reading on is held against them.

What you may import from here: `Gate` (the whole path of a request), `Action` and
`Decision` (what follows), `GateError` (everything that can go wrong).

Reading order of the parts, from the bottom up:

    model       the nouns, frozen
    errors      everything that can go wrong, as one tree with codes
    request     what arrived            a WSGI environ -> Request            pure
    decision    what follows            book x memberships x request x now   pure
    answer      what is answered        decision x compiled pages -> bytes   pure
    documents   YAML with marks         a file -> values, or all its problems
    config      what the deployer chose
    rules       what the rule book says, and the proof that it holds
    places      where visitors are      a whole database -> one small index
    notices     what the reader sees    texts -> compiled pages
    audit       what was recorded       counts, never who
    engine      the whole path, once
    doors       how requests come in    WSGI, Flask, reverse proxy, forward-auth
    workbench   whole tasks over the engine
    cli         the commands
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.engine import Gate
    from gate.errors import GateError
    from gate.model import Action, Decision

__version__ = "0.1.0"
__all__ = ["Action", "Decision", "Gate", "GateError"]

_HOMES = {
    "Action": "gate.model",
    "Decision": "gate.model",
    "Gate": "gate.engine",
    "GateError": "gate.errors",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that `import gate` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
