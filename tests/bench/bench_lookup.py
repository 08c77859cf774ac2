"""What a look-up costs: the index against maxminddb and geoip2, in one run.

    python tests/bench/bench_lookup.py [DATABASE.mmdb]

Every reader gets the same addresses as text, all of which have a record. Rounds are
interleaved, CPU time is counted, and medians are printed.
"""

from __future__ import annotations

import ipaddress
import random
import statistics
import sys
import time
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton

import geoip2.database
import maxminddb

from gate.places.build import build_index
from gate.places.embedded import embedded_database
from gate.places.sources import Sources
from gate.rules import load_book

ROUNDS = 9
ADDRESSES = 20_000
ROOT = Path(__file__).parent.parent.parent


def addresses(index, version, rng):
    """Random addresses: of all IPv4, and within random ranges of IPv6."""
    if version == 4:
        return [
            str(ipaddress.IPv4Address(rng.getrandbits(32))) for _ in range(ADDRESSES)
        ]
    starts = [s for s, id_ in index.ranges(version) if not index.classes[id_].unknown]
    chosen = (rng.choice(starts) for _ in range(ADDRESSES))
    return [str(ipaddress.IPv6Address(s + rng.getrandbits(60))) for s in chosen]


def of_index(index, version):
    """Look up text as the gate does: parse, then find."""
    find, number = index.find, int.from_bytes
    family = AF_INET if version == 4 else AF_INET6
    return lambda text: find(version, number(inet_pton(family, text), "big"))


def cost(look_up, texts):
    """CPU time of one look-up in nanoseconds."""
    started = time.process_time_ns()
    for text in texts:
        look_up(text)
    return (time.process_time_ns() - started) / len(texts)


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else embedded_database()
    book, _ = load_book(ROOT / "rules")
    index = build_index(Sources(databases=(path,)), book.area_versions)
    rng = random.Random(1)  # noqa: S311 - the same addresses in every run
    with (
        maxminddb.open_database(path) as plain,
        geoip2.database.Reader(path) as model,
    ):
        for version in (4, 6):
            texts = [
                text
                for text in addresses(index, version, rng)
                if plain.get(text) is not None
            ]
            readers = {
                "index": of_index(index, version),
                "maxminddb.get": plain.get,
                "geoip2 city": model.city,
            }
            told = {name: [] for name in readers}
            for _ in range(ROUNDS):
                for name, look_up in readers.items():
                    told[name].append(cost(look_up, texts))
            show(path.name, version, {n: statistics.median(t) for n, t in told.items()})


def show(name, version, medians):
    print(f"{name}, IPv{version}")  # noqa: T201
    for reader, median in medians.items():
        times = median / medians["index"]
        print(f"  {reader:<14} {median:8,.0f} ns  {times:5.1f} x")  # noqa: T201


if __name__ == "__main__":
    main()
