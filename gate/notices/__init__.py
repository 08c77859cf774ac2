"""What the reader sees: texts in YAML, compiled to pages.

Reading order: `schema` what a file may say; `lint`, `tongues`, `claims` what a schema
cannot see: places, languages, and whether the data hold what a text claims; `load`
folder to values; `age` whether the law wants another look; `markup` stars and tildes;
`placeholders` places in a text; `revision` what an acknowledgement names; `printing`
texts to HTML; `compile` everything to `gate.answer.Pages`.

`look`, `colours` and `logo` are a site's own look; `own` tries an own template on the
pages that it will make, `parsing` turns one into `elements` and `demands` judges it.
"""

from __future__ import annotations

from gate.notices.age import aged
from gate.notices.codes import CODES
from gate.notices.compile import compile_pages
from gate.notices.load import load_notices
from gate.notices.look import Look
from gate.notices.revision import site_revision, texts_digest

__all__ = [
    "CODES",
    "Look",
    "aged",
    "compile_pages",
    "load_notices",
    "site_revision",
    "texts_digest",
]
