"""What refuses a book beside keys and types (9 and 21); no code of the gate."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import permutations

from second_grammar import second
from second_places import holds, rings

ACTIONS = ["pass", "banner", "interstitial", "block"]
REASONS = [
    *("not_in_database", "database_unusable", "private_address", "bad_address"),
    "anonymous_network",
]
UNPACKED = ["::ffff:0:0/96", "64:ff9b::/96", "2002::/16", "2001::/32"]
LISTS = ("within", "whole", "partly", "settlements", "outside", "registered_in")


def wrong_book(book):
    """Yield the code of everything that one item alone does not show."""
    if len(book.unknown) != 1:
        yield "R036"
    yield from _wrong_names(book)
    items = [*book.rules, *book.exemptions]
    for span in (*(i.get("effective", {}) for i in items), *book.promises):
        if {"from", "until"} <= span.keys():
            yield from _if("R021", second(span["until"]) <= second(span["from"]))
    for rule in book.rules:
        yield from _wrong_rule(rule)
    for promise in book.promises:
        yield from _wrong_promise(promise)
    for test in book.tests:
        yield from _wrong_test(book, test)
    for area, versions in book.areas.items():
        yield from _wrong_versions(versions)
        yield from _if("R019", _has_bad_shape(book, area))


def _if(code, wrong):
    return [code] if wrong else []


def _wrong_names(book):
    whens = [item["when"] for item in (*book.rules, *book.exemptions)]
    for when in (*whens, *(promise["for"] for promise in book.promises)):
        named = {*when.get("areas", []), *when.get("outside_areas", [])}
        yield from _if("R011", named - {*book.areas})
    for exemption in book.exemptions:
        unknown = {*exemption["relaxes"]} - {rule["id"] for rule in book.rules}
        yield from _if("R033", unknown)
        yield from _if("R024", "until" not in exemption.get("effective", {}))


def _wrong_rule(rule):
    then, weaker = rule["then"], rule.get("if_possible")
    sure = rule.get("certainty", "certain" if then == "block" else "possible")
    yield from _if("R003", "notice" not in rule and then != "pass")
    if weaker:
        stronger = ACTIONS.index(weaker) >= ACTIONS.index(then)
        yield from _if("R029", sure == "certain" or stronger)
    doubtful = sure == "possible" and not weaker and "approved_by" not in rule
    yield from _if("R035", then == "block" and doubtful)


def _wrong_promise(promise):
    low, high = promise.get("at_least"), promise.get("at_most")
    yield from _if("R003", not (low or high))
    if low and high:
        yield from _if("R029", ACTIONS.index(low) > ACTIONS.index(high))


def _wrong_test(book, test):
    rules = {rule["id"] for rule in book.rules}
    ids = rules | {item["id"] for item in book.exemptions} | {"default"}
    ids |= {f"unknown:{reason}" for reason in REASONS}
    for by in test.get("by", {}).values():
        alone = "default" not in by or len(by) == 1
        yield from _if("R050", not ({*by} <= ids and alone))
    for by in test.get("shadow_by", {}).values():
        yield from _if("R050", not {*by} <= rules)
    for key in ("by", "notices", "shadow", "shadow_by"):
        yield from _if("R050", {*test.get(key, {})} - {*test["expect"]})
    yield from _if("R003", ("visitor" in test) == ("visitors" in test))
    for visitor in (*test.get("visitors", []), *[test.get("visitor", SOME)]):
        yield from _wrong_visitor(visitor)


SOME = {"country": "DE"}


def _wrong_visitor(visitor):
    many = "unknown" in visitor and len(visitor) > 1
    yield from _if("R003", not visitor or many)
    part, country = visitor.get("subdivision", ""), visitor.get("country", "")
    stranger = part and country and part.partition("-")[0] != country
    yield from _if("R010", stranger)


def _wrong_versions(versions):
    since = [second(version["since"]) for version in versions]
    yield from _if("R016", since != sorted({*since}))
    for version in versions:
        lists = {key: version.get(key, []) for key in LISTS}
        whole = {*lists["whole"]}
        twice = any(len({*items}) < len(items) for items in lists.values())
        over = any({code, code[:2]} & whole for code in lists["partly"])
        both = {*lists["settlements"]} & {*lists["outside"]}
        yield from _if("R015", twice or over or both)
        networks = [ip_network(text) for text in version.get("networks", [])]
        yield from _if("R014", any(map(_is_bad, networks)))
        yield from _if("R014", any(holds(a, b) for a, b in permutations(networks, 2)))


def _is_bad(network):
    wide = network.prefixlen < {4: 8, 6: 16}[network.version]
    packed = any(holds(ip_network(one), network) for one in UNPACKED)
    return wide or packed or network.is_private


def _has_bad_shape(book, area):
    shapes = [s for version in book.areas[area] for s in version.get("shapes", [])]
    try:
        found = [[*rings(book, area, shape)] for shape in shapes]
    except (KeyError, ValueError, TypeError, OSError):
        return True
    return not all(found)
