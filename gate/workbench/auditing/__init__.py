"""Whole tasks over the sealed log.

Report: `report` asks everything and holds it together; `headers`, `verification` and
`verdict` say whether anything is wrong, `advice` what to do, `words` how it is said.
`page` is the HTML, drawn by `plots`, `lanes`, `worldmap` and `claimed`. `sql` answers
queries, `sample` writes a log to learn on.

Replay: `alike` reads rows that another book cannot tell apart, `ground` is what they
are held against, `placing`, `paths` and `possible` what a row leaves open,
`answering` what follows, `replaying` the sum. `promises` holds rows against promises.

`reconciling` compares with totals of others. `signing` makes and changes the key.
"""

from __future__ import annotations
