"""What a reader's acknowledgement says, and what the counts name the texts by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from gate.model.revision import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model import Notice


def site_revision(notices: Mapping[str, Notice]) -> str:
    """Return the value of the acknowledgement: the same for every reader.

    Args:
        notices: All notices of the site by id.

    Returns:
        Lower-case hexadecimal digits for ids and revisions alone, so that a corrected
        comma asks nobody again.
    """
    return spelled({notice.id: notice.revision for notice in notices.values()})


def texts_digest(notices: Mapping[str, Notice]) -> str:
    """Return the SHA-256 over every text of the notices, in hexadecimal."""
    told = [
        {
            "id": notice.id,
            "revision": notice.revision,
            "as_of": notice.as_of,
            "texts": {tag: asdict(text) for tag, text in notice.texts.items()},
            "area_languages": dict(notice.area_languages),
            "facts": dict(notice.facts),
        }
        for notice in _sorted(notices)
    ]
    # Not sorted by key: the order of languages is what the reader meets.
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _sorted(notices: Mapping[str, Notice]) -> list[Notice]:
    return sorted(notices.values(), key=lambda notice: notice.id)
