"""gate preview: what a reader meets, where and when, as a page for people.

Reading order: `choice` (what is asked), `towns`, `tested` and `choices` (what can be
asked), `gazette` (places by their names), `upkeep` (the rule book in use), `case` (what
follows), `article` and `frame` (the reader's page itself), `table`, `maps`, `world`,
`shares`, `drawings` and `difference` (what is shown beside it), `words`, `page` and
`app` (the pages), `guard` and `server` (who may see them).
"""

from __future__ import annotations
