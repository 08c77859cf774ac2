"""What each word of a closed vocabulary means, for whoever points at it."""

from __future__ import annotations

from typing import Any

VOCABULARIES: tuple[dict[str, str], ...] = (
    {
        "pass": "Nothing comes before the article.",
        "banner": "A bar above the article; the article can be read at once.",
        "interstitial": "A page before the article, with a button to go on.",
        "block": "A page in place of the article; there is no way on.",
    },
    {
        "read": "Open a page of the site.",
        "share": "Pass an article on: repost, link, send.",
        "like": "Leave a mark of approval.",
        "comment": "Write below an article.",
        "save": "Keep an article for later.",
        "contact": "Write to the newsroom.",
        "donate": "Give money.",
    },
    {
        "not_in_database": "No database has the address.",
        "database_unusable": "The database is missing or cannot be read.",
        "private_address": "An address of a private network; mostly a proxy that is "
        "missing from the trust list.",
        "bad_address": "A header that should hold an address does not.",
        "anonymous_network": "VPN, Tor or hosting, where a database can tell.",
    },
    {
        "possible": "Also when it cannot be ruled out that the reader is there.",
        "certain": "Only when the place certainly lies in the area.",
    },
    {
        "enforce": "The rule is applied.",
        "shadow": "The rule is evaluated and counted, and no reader meets it.",
    },
    {
        "enforce": "Decisions are applied.",
        "observe": "Decisions are evaluated and counted; every reader passes.",
    },
    {
        "not_punished": "Certainly not punished.",
        "unclear": "Warned of, but no case or clause is known.",
        "punished": "There is a penalty for it.",
    },
    {
        "certain": "Read in a named source; texts may say it.",
        "open": "Not confirmed; never used in texts.",
    },
    {
        "draft": "Nobody has signed the text yet.",
        "reviewed": "A native editor and a lawyer have signed it.",
    },
    {
        "error": "The book is refused.",
        "warning": "gate check says so, and --strict refuses it.",
        "note": "gate check mentions it.",
    },
    {"ltr": "From left to right.", "rtl": "From right to left."},
)


def explain_words(node: Any) -> None:  # noqa: ANN401 (any JSON)
    """Write its meaning beside each word of a known vocabulary, at any depth."""
    if isinstance(node, list):
        for item in node:
            explain_words(item)
    if not isinstance(node, dict):
        return
    words = node.get("enum")
    if isinstance(words, list) and "markdownEnumDescriptions" not in node:
        node.update(_explained(words))
    if isinstance(node.get("properties"), dict):
        _explain_keys(node["properties"])
    for inner in node.values():
        explain_words(inner)


def _meanings(words: list[str]) -> dict[str, str]:
    return next((v for v in VOCABULARIES if v.keys() >= set(words)), {})


def _explained(words: list[str]) -> dict[str, list[str]]:
    meanings = _meanings(words)
    if not meanings:
        return {}
    told = [meanings[word] for word in words]
    return {"enumDescriptions": told, "markdownEnumDescriptions": told}


def _explain_keys(properties: dict[str, dict[str, Any]]) -> None:
    """Say of keys that are words of a vocabulary what these mean."""
    meanings = _meanings([*properties]) if properties else {}
    for word, inner in properties.items():
        if word in meanings:
            inner.setdefault("description", meanings[word])
