"""What the shipped notices say, as the gate reads them, for tests that press."""

from __future__ import annotations

from pages_site import NOTICES

from gate.notices import load_notices

READ, ACTS, DONATE = (
    "undesirable-organization",
    "undesirable-organization-acts",
    "undesirable-organization-donate",
)
SHIPPED = load_notices(NOTICES)[0]
LANGUAGES = tuple(dict.fromkeys(tag for n in SHIPPED.values() for tag in n.texts))


def told(language, key, notice=READ):
    """Return what a notice says in a language, by the key of its strings."""
    return SHIPPED[notice].texts[language].strings[key]


def continue_label(language, notice=READ):
    """Return what the button to the article is called."""
    strings = SHIPPED[notice].texts[language].strings
    return strings.get("continue") or strings["page.continue"]
