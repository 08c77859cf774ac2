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
    "E117": (
        "The page that explains the situation is itself behind a notice, somewhere.",
        "List its path in except_paths of the rule, and of the rule's promises.",
    ),
    "E118": (
        "rules.pinned names a promise that the rule book does not make.",
        "Use the id of a promise; put the promise back, or unpin it.",
    ),
    "E119": (
        "The gate would stand in front of itself.",
        "Name the address of the site in server.upstream, not that of the gate.",
    ),
    "E120": (
        "What is meant for operators only may be reached by readers.",
        "Let server.operations name a loopback or private address.",
    ),
    "E121": (
        "geo.edge cannot be heard, or does not say which field it writes.",
        "Name the field with the country, and the edge in visitor.trusted_proxies.",
    ),
    "E122": (
        "A database is named twice.",
        "Name another file as the second, or only one.",
    ),
}
