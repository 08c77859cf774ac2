"""The page for readers while nobody can ask the gate: static, the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.engine.looks import site_look
from gate.engine.preparation import load_texts
from gate.notices.printing import TemplatePress
from gate.notices.revision import site_revision

if TYPE_CHECKING:
    from gate.config import Config


def standby_page(config: Config) -> str:
    """Return a whole HTML page that another server keeps beside its configuration.

    It says that the site cannot answer now, and what readers of unknown place are
    warned of, in every language. It has no form, asks nobody else for anything, and
    holds nothing about a reader.

    Args:
        config: What the deployer chose.

    Raises:
        FindingsError: The rule book or the notices have errors.
    """
    book, notices = load_texts(config)
    look = site_look(config)
    press = TemplatePress(notices, look, site_revision(notices))
    return press.standby([book.unknown.notice])
