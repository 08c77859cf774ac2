"""Areas of a rule book, looked at: what belongs, on a map, and what has changed.

Reading order: `views` (what belongs to a version, and its age), `spots` (the points of
a database), `projection`, `atlas` (what is on the map), `ground` (how its land is drawn
where regions have no outline), `labels`, `legend`, `drawing` (the map as SVG),
`picture` (as PNG), `differences`.
"""

from __future__ import annotations
