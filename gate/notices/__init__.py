"""What the reader sees: texts in YAML, compiled to pages.

Reading order: `schema` what a file may say, `lint` what a schema cannot see, `load`
folder to values, `revision` what an acknowledgement names, `placeholders` places in a
text, `printing` texts to HTML, `compile` everything to `gate.answer.Pages`.
"""

from __future__ import annotations

from gate.notices.codes import CODES
from gate.notices.compile import compile_pages
from gate.notices.load import load_notices
from gate.notices.look import Look
from gate.notices.revision import site_revision, texts_digest

__all__ = [
    "CODES",
    "Look",
    "compile_pages",
    "load_notices",
    "site_revision",
    "texts_digest",
]
