"""Every code that a finding about the configuration can carry, and what to do."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "E110": (
        "config.yaml has an unknown key, a missing key, or a value of the wrong kind.",
        "Correct the marked value; gate schema config lists every key.",
    ),
    "E111": (
        "An environment variable names no key of config.yaml.",
        "Write GATE_ and the key's sections in capitals, joined by two underscores.",
    ),
    "E112": (
        "Leaving leads back to the site, or a host is named twice.",
        "Lead away: a page that says nothing of the reader.",
    ),
    "E113": (
        "The trust in proxies is too wide, or does not fit the header.",
        "Name exactly the networks of your own proxies, and the one header they set.",
    ),
    "E114": (
        "An activity or a section is declared twice, or in a way that cannot be meant.",
        "Keep one declaration for each request.",
    ),
    "E115": (
        "The state folder cannot be used.",
        "Name a folder of its own that the gate may write to.",
    ),
    "E116": (
        "site.exit_url names an area that the rule book does not have.",
        "Use the id of an area of the rule book.",
    ),
}
