"""What caches keep, with the gate behind them, before them, and with the table in them.

    python tests/bench/bench_doors_cache.py --database GeoLite2-City.mmdb

The same readers ask for the same articles in four set-ups of real servers. A cache in
front of the gate keeps nothing, because what the gate lets through is for one reader
only; a cache behind it keeps everything but spares the gate nothing; an edge with the
exported table keeps copies for all readers whom the table lists.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from bench_doors_readers import Readers
from bench_doors_sites import FREE, GATE, PATH, Stage

from gate.engine import Gate
from gate.model import Action

ARTICLES = 50
REQUESTS = 3000
ELSEWHERE = 0.9  # share of readers who are certainly outside every area
CACHE = """
proxy_cache_path {work}/kept keys_zone=kept:1m;
proxy_http_version 1.1;
server {
    listen 127.0.0.1:{port};
    access_log {work}/access.log no_reader;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Forwarded-For;
    location / {
        %(free)s
        proxy_pass %(url)s;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header Connection "";
        %(keep)s
    }
    location @free {
        proxy_pass %(site)s;
        proxy_set_header Connection "";
        proxy_cache kept;
        add_header X-Kept $upstream_cache_status;
    }
}
"""
KEEP = "proxy_cache kept; add_header X-Kept $upstream_cache_status always;"
PUBLIC = 'add_header Cache-Control "public, max-age=600";'


def url_of(port):
    """Return where a server of this machine listens."""
    return f"http://127.0.0.1:{port}"


def visits(readers):
    """Yield readers' addresses and articles, the same each time."""
    chance = random.Random(1)  # noqa: S311  # not a secret
    passing = itertools.cycle(readers.passing(500, 1))
    mixed = itertools.cycle(readers.mixed(500, 1))
    weights = [1 / (rank + 1) for rank in range(ARTICLES)]
    for _ in range(REQUESTS):
        reader = next(passing if chance.random() < ELSEWHERE else mixed)
        (number,) = chance.choices(range(ARTICLES), weights)
        yield reader, f"/a/{number}"


def ask_all(url, readers):
    """Return how many answers were copies, and how many readers got the wrong page."""
    kept = wrong = 0
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    with contextlib.closing(connection):
        for reader, path in visits(readers):
            sent = {"Host": "localhost", "X-Forwarded-For": reader}
            sent |= {"Accept": "text/html", "Sec-Fetch-Dest": "document"}
            connection.request("GET", path, headers=sent)
            answer = connection.getresponse()
            answer.read()
            kept += answer.headers["X-Kept"] == "HIT"
            wrong += (answer.status == http.HTTPStatus.FORBIDDEN) != (
                readers.action(reader) is Action.INTERSTITIAL
            )
    return kept, wrong


def lines(stage, *names):
    """Return how many requests servers have answered."""
    paths = [stage.folder / name / "access.log" for name in names]
    return sum(path.read_bytes().count(b"\n") for path in paths)


def decided(stage):
    """Return how many requests the gates have decided about."""
    command = [GATE, "status", "--json", "--config", str(stage.config)]
    told = subprocess.run(command, capture_output=True, check=True).stdout
    return sum(worker["total"] for worker in json.loads(told))


def build(stage):
    """Start everything; return the address to ask, by what it is."""
    for number in range(ARTICLES):
        path = stage.folder / "root" / "a" / str(number)
        path.write_bytes((stage.folder / "root" / PATH[1:]).read_bytes())
    site = url_of(stage.static("site", check=PUBLIC)[0])
    gate = url_of(stage.gate("gate", "--upstream", site)[0])

    def cache(name, url, keep, free="", before=""):
        told = {"url": url, "keep": keep, "free": free, "site": site}
        return url_of(stage.nginx(name, before + CACHE % told)[0])

    inner = cache("inner", site, KEEP)
    behind = url_of(stage.gate("behind", "--upstream", inner)[0])
    table = f"include {stage.export()};\n"
    return {
        "a cache, no gate": cache("none", site, KEEP),
        "a cache in front of the gate": cache("front", gate, KEEP),
        "the gate, a cache behind it": behind,
        "an edge with the exported table": cache("edge", gate, "", FREE, table),
    }


def main():
    """Print where requests end in each set-up; exit 1 if a reader got a wrong page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", type=Path, required=True)
    database = parser.parse_args().database.resolve()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bench-doors-") as name:
        stage = Stage(Path(name), database)
        with contextlib.closing(stage):
            readers = Readers(Gate.load(stage.config).snapshot, database, PATH)
            head = f"{'copies':>8}{'gate asked':>12}{'site asked':>12}{'wrong':>7}"
            sys.stdout.write(f"{f'of {REQUESTS} requests':34}{head}\n")
            for what, url in build(stage).items():
                before, so_far = lines(stage, "site"), decided(stage)
                kept, wrong = ask_all(url, readers)
                asked = lines(stage, "site") - before
                row = f"{kept:8}{decided(stage) - so_far:12}{asked:12}{wrong:7}"
                sys.stdout.write(f"{what:34}{row}\n")
                failed += wrong if "no gate" not in what else 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
