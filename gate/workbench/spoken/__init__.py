"""Rules, exemptions and promises in plain words, in English and in Russian.

Reading order: `relations` what speaks of what, `reading` moments and patterns as people
read them, `tongue` what a language has to say, `english` and `russian`, `telling` whole
items.
"""

from __future__ import annotations

from gate.workbench.spoken.relations import find_item, relations
from gate.workbench.spoken.telling import LANGUAGES, rule_in_words

__all__ = ["LANGUAGES", "find_item", "relations", "rule_in_words"]
