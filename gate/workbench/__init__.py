"""Whole tasks over the engine, each behind one command.

`starter` writes what one begins with, `checking` finds what is wrong, `explain` says
why, `running` is the gate as a server, `demo` a site to try it on, `status` asks its
workers, `doctor` looks at a whole deployment, `recipe` writes files for other servers,
`export` tables for them, `pack` makes a compact database, `drafting` adds items to a
rule book, `spoken` says them in words, `upcoming` reminds of their dates, `schemas` and
`glossary` are help.
"""

from __future__ import annotations
