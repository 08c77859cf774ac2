"""Applications on the gate's own server, with its settings.

    python tests/bench/bench_doors_apps.py NAME PORT CONFIG [DATABASE]

`article` is a site of one article; `gated` the same with the gate in process. The
others answer checks: `bare` says 200 and nothing else, `constant` says what the gate
says to a reader who passes, `raw` looks the reader's country up first.
"""

from __future__ import annotations

import sys
from pathlib import Path

import maxminddb

from gate.config import load_config
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.workbench.running.serve import settings
from gate.workbench.running.server import Server

WARNED = "RU"
PARAGRAPHS = 46  # with the frame an article of about 20 kB
LINE = "An owl is easier to hear than to see, and easier to miss than either. " * 6
TEXT = "".join(f"<p>{number}. {LINE}</p>\n" for number in range(PARAGRAPHS))
ARTICLE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Owls</title>'
    f"</head>\n<body><main><h1>Owls</h1>\n{TEXT}</main></body></html>"
).encode()
PAGE = [("Content-Type", "text/html"), ("Content-Length", str(len(ARTICLE)))]
NOTHING = [("Content-Length", "0")]
ALLOWED = [
    ("X-Gate-Action", "pass"),
    ("X-Gate-Allows", "comment, contact, donate, like, read, save, share"),
    ("X-Gate-Banner", "none"),
    ("X-Gate-Cache", "private"),
    ("Cache-Control", "no-store"),
    ("Content-Length", "0"),
]


def article(_config, _database):
    """Make a site of one article."""

    def app(_environ, start_response):
        start_response("200 OK", PAGE)
        return [ARTICLE]

    return app


def gated(config, database):
    """Make the same site behind the gate, in one process."""
    return GateMiddleware(article(config, database), Gate.load(config))


def saying(fields):
    """Make an application that always says 200."""

    def app(_environ, start_response):
        start_response("200 OK", fields)
        return []

    return app


def raw(_config, database):
    """Make the usual check: the bare database reader, and an `if`."""
    get = maxminddb.open_database(database).get

    def app(environ, start_response):
        record = get(environ["HTTP_X_REAL_IP"]) or {}
        warned = record.get("country", {}).get("iso_code") == WARNED
        start_response("401 Unauthorized" if warned else "200 OK", ALLOWED)
        return []

    return app


APPS = {
    "article": article,
    "gated": gated,
    "bare": lambda _config, _database: saying(NOTHING),
    "constant": lambda _config, _database: saying(ALLOWED),
    "raw": raw,
}


def main():
    """Serve one of the applications until a signal comes."""
    name, port, config, *database = sys.argv[1:]
    app = APPS[name](Path(config), *(database or [None]))
    chosen = settings(load_config(Path(config), {}), f"127.0.0.1:{port}")
    Server(lambda: app, chosen).run()


if __name__ == "__main__":
    main()
