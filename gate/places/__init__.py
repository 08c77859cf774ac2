"""Where visitors are: a whole database of networks becomes one small index.

Reading order: `metadata`, `decoder`, `mmdb` (any MaxMind-format file, walked at once),
`layouts` (records to places), `areas`, `coverage`, `shapes`, `gazetteer`, `people`
(membership and its evidence), `classes` (what no rule can tell apart), `sources` and
`build` (everything to an index; with numpy, in a process of its own), `merging` (two
databases), `special`, `anonymous` and `overlay` (private ranges, networks that hide
visitors, listed networks), `edges` (what an edge adds), `columns`, `index`, `stored`
(what a worker loads), `facts` and `database` (what a database is and says; the reader
of record), `embedded`, `nowhere`.
"""

from __future__ import annotations
