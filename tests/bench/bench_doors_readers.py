"""Readers' addresses, and what the rule book says of each, beside the gate."""

from __future__ import annotations

import ipaddress
import random
import time
from functools import cache

import maxminddb

from gate.decision import Patterns, decide, globs_of, memberships_at
from gate.model import Action, Activity

WARNED = "RU"
AT_HOME = 0.02  # share of addresses that are nobody's
MIXED_V6 = 0.25


class Readers:
    """Addresses, and what they must meet.

    Args:
        snapshot: What the gate rests on.
        database: The same database, for whoever only looks the country up.
        path: Path of the article.
    """

    def __init__(self, snapshot, database, path):
        self._index, book = snapshot.index, snapshot.book
        self._country = maxminddb.open_database(database)
        matched = Patterns(globs_of(r.when for r in book.rules)).matched(path)

        @cache
        def action(class_id):
            place, now = self._index.classes[class_id], int(time.time())
            return decide(
                book,
                memberships=memberships_at(book, place, now),
                matched=matched,
                activity=Activity.READ,
                now=now,
                unknown=place.unknown,
            ).action

        self._action = action

    def action(self, text):
        """Return what comes before the article for a reader at an address."""
        address = ipaddress.ip_address(text)
        return self._action(self._index.find(address.version, int(address)))

    def country(self, text):
        """Return the country that the database gives."""
        return (self._country.get(text) or {}).get("country", {}).get("iso_code")

    def passing(self, count, seed):
        """Choose public IPv4 addresses that meet nothing anywhere."""
        chance, found = random.Random(seed), []  # noqa: S311  # no secret
        while len(found) < count:
            text = str(ipaddress.IPv4Address(chance.getrandbits(32)))
            elsewhere = self.country(text) not in {None, WARNED, "UA"}
            if elsewhere and self.action(text) is Action.PASS:
                found.append(text)
        return found

    def mixed(self, count, seed):
        """Choose addresses of all kinds: IPv4, IPv6, in areas, unknown, private."""
        chance = random.Random(seed)  # noqa: S311  # no secret
        starts = [start for start, _ in self._index.ranges(6)]
        found = []
        for _ in range(count):
            kind = chance.random()
            if kind < AT_HOME:
                address = ipaddress.IPv4Address((10 << 24) | chance.getrandbits(24))
            elif kind < MIXED_V6:
                start = chance.choice(starts) | chance.getrandbits(64)
                address = ipaddress.IPv6Address(start | (2 << 124))
            else:
                address = ipaddress.IPv4Address(chance.randrange(1 << 24, 223 << 24))
            found.append(str(address))
        return found
