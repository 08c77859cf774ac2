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
    "E720": (
        "Two colours of site.look are too much alike for everybody to read.",
        "Make one lighter or darker: text needs 4.5:1, everything else 3:1.",
    ),
    "E721": (
        "The logo is not an SVG of plain shapes.",
        "Save it as plain SVG, without style, class, id, link, script and text.",
    ),
    "E722": (
        "The own template cannot be read or rendered.",
        "gate help and the README name what a template gets.",
    ),
    "E723": (
        "A page of the own template would ask for something, or leads elsewhere.",
        "Put pictures in as data:, leave fonts and links to other sites out.",
    ),
    "E724": (
        "The exit is missing, or is not the first thing to reach by keyboard.",
        "Begin the body with {{ gate.bar(page) }}; put {{ gate.going(page) }} below.",
    ),
    "E725": (
        "Continue is missing or does not work on a page of the own template.",
        "Use {{ gate.going(page) }}, or repeat what it writes.",
    ),
    "E726": (
        "A script on the page is not the gate's, or the gate's cannot work.",
        "End the body with <script>{{ script }}</script>; have no other script.",
    ),
    "E727": (
        "A page of the own template acts by itself.",
        "Leave autofocus and refresh out: the reader decides when something happens.",
    ),
    "E728": (
        "A page of the own template is not whole: language, title, heading, viewport.",
        "Begin as gate/page.html does: lang, dir, {{ gate.head(page) }}, one h1.",
    ),
    "E729": (
        "A page of the own template does not tell all that it must.",
        "Show every text of {{ gate.story(page, true) }} and {{ gate.going(page) }}.",
    ),
    "E730": (
        "A page of the own template would store something before Continue.",
        "Leave it out: nothing is stored before the reader has chosen.",
    ),
    "E731": (
        "A page of the own template holds what a browser mends or nobody can judge.",
        "Close what you open; use the elements and attributes of gate/page.html.",
    ),
    "E732": (
        "Styles of the own template would not apply, or differ between pages.",
        "Write rules in <style>, the same on every page, and no style attributes.",
    ),
    "E733": (
        "The own template shows a text as if it were HTML.",
        "Leave out the filter safe and autoescape false.",
    ),
    "E734": (
        "A page of the own template is not the same each time, or far too long.",
        "Every reader of a language must get the same bytes.",
    ),
}
