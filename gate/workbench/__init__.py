"""Whole tasks over the engine, each behind one command.

`starter` writes what one begins with, `checking` finds what is wrong, `explain` says
why, `serve` and `server` run the gate, `demo` is a site to try it on, `status` asks
running workers, `doctor` looks at a whole deployment, `recipe` writes files for other
servers, `pack` makes a compact database, `schemas` and `glossary` are help.
"""

from __future__ import annotations
