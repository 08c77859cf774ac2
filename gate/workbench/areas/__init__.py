"""Areas of a rule book, looked at: what belongs, on a map, and what has changed.

Reading order: `views` (what belongs to a version, and its age), `spots` (the points of
a database), `projection`, `atlas` (what is on the map), `labels`, `legend`, `drawing`
(the map as SVG), `picture` (as PNG), `books` (rule books of other days), `differences`.
"""

from __future__ import annotations
