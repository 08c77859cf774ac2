"""CPU time of a whole request through Flask: plain, the usual recipe, and the gate.

    python tests/bench/bench_request.py --database GeoLite2-City.mmdb

All variants take turns within one run, so that a busy machine disturbs them alike; the
ratios are what counts. Each request comes from an address of its own that meets no page
(as in a newsroom: nearly everybody passes). `recipe` and `raw` only look the country up
and compare it; they have no rules, no counting and no footer.
"""

from __future__ import annotations

import argparse
import ipaddress
import random
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import click
import maxminddb
from flask import Flask, abort, render_template, request
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from jinja2 import DictLoader
from markupsafe import Markup

from gate.doors.flask import FlaskGate
from gate.engine import Gate
from gate.workbench.starter import write_starter

WARNED = "RU"
PARAGRAPHS = 46  # together with the frame an article of about 20 kB
TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><main><h1>{{ title }}</h1>
{{ text }}
<p>{{ title }}</p></main></body></html>"""


def site():
    """Make the site that all variants share."""
    app = Flask("site")
    app.jinja_loader = DictLoader({"article.html": TEMPLATE})
    text = "An owl is easier to hear than to see, and easier to miss than either. " * 6
    text = Markup("".join(f"<p>{n}. {text}</p>\n" for n in range(PARAGRAPHS)))  # noqa: S704

    @app.get("/a/<slug>")
    def article(slug):
        return render_template("article.html", title=slug, text=text)

    return app


def plain(_database, _folder):
    """Flask alone."""
    return site()


def recipe(database, _folder):
    """What most sites have: geoip2 and an `if`."""
    app, reader = site(), Reader(database)

    @app.before_request
    def check():
        try:
            if reader.city(request.remote_addr).country.iso_code == WARNED:
                abort(403)
        except AddressNotFoundError:
            return

    return app


def raw(database, _folder):
    """The same with the bare database reader."""
    app, reader = site(), maxminddb.open_database(database)

    @app.before_request
    def check():
        record = reader.get(request.remote_addr) or {}
        if record.get("country", {}).get("iso_code") == WARNED:
            abort(403)

    return app


def gated(database, folder, *, footer):
    """The gate: rules, decision, counting, header fields, and the footer."""
    home = Path(folder) / f"footer-{footer}"
    write_starter(home)
    config = home / "config.yaml"
    text = config.read_text().replace("databases: []", f"databases: [{database}]")
    if not footer:
        text = text.replace("  # footer: true", "  footer: false")
    config.write_text(text.replace("# state: .state", "state: ../state"))
    app = site()
    FlaskGate().init_app(app, gate=Gate.load(config))
    return app


VARIANTS = {
    "plain": plain,
    "recipe": recipe,
    "raw": raw,
    "gate": partial(gated, footer=True),
    "gate-no-footer": partial(gated, footer=False),
}


def addresses(database, count, seed):
    """Choose addresses of the database that meet no page anywhere."""
    chance = random.Random(seed)  # noqa: S311  # not a secret
    reader, found = maxminddb.open_database(database), []
    while len(found) < count:
        address = str(ipaddress.IPv4Address(chance.getrandbits(32)))
        record = reader.get(address) or {}
        if record.get("country", {}).get("iso_code") not in {None, WARNED, "UA"}:
            found.append(address)
    return found


def environ_of(address):
    """Make the request of a current browser."""
    environ = {
        "REMOTE_ADDR": address,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a/some-article",
        "RAW_URI": "/a/some-article",
        "QUERY_STRING": "",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
        "HTTP_ACCEPT_LANGUAGE": "de-DE,de;q=0.9",
        "HTTP_COOKIE": "theme=dark; seen=1",
        "HTTP_SEC_FETCH_DEST": "document",
        "HTTP_SEC_FETCH_MODE": "navigate",
        "HTTP_SEC_FETCH_SITE": "none",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
    }
    setup_testing_defaults(environ)
    return environ


def ask(app, environ):
    """Send one request; return its status and the length of the body."""
    got = []
    result = app(environ, lambda status, _headers, _exc_info=None: got.append(status))
    length = sum(map(len, result))
    if hasattr(result, "close"):
        result.close()
    return got[-1], length


def measure(app, environs):
    """Return the CPU time of one request in microseconds."""
    fresh = [dict(environ) for environ in environs]
    begin = time.process_time()
    for environ in fresh:
        ask(app, environ)
    return (time.process_time() - begin) / len(fresh) * 1e6


def compare(apps, environs, rounds):
    """Return for each app the times of all rounds; the apps take turns."""
    times = {name: [] for name in apps}
    for number in range(rounds + 1):
        names = list(apps)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            spent = measure(apps[name], environs)
            if number:  # the first round warms up
                times[name].append(spent)
    return times


def report(times):
    """Print medians, and the ratio to plain Flask round by round."""
    click.echo(
        f"{'variant':16}{'us/request':>12}{'added':>8}{'ratio':>8}  [min .. max]"
    )
    for name, spent in times.items():
        pairs = list(zip(spent, times["plain"], strict=True))
        ratios = sorted(own / base for own, base in pairs)
        added = statistics.median(own - base for own, base in pairs)
        middle = statistics.median(ratios)
        click.echo(
            f"{name:16}{statistics.median(spent):12.1f}{added:8.1f}{middle:8.3f}"
            f"   [{ratios[0]:.3f} .. {ratios[-1]:.3f}]"
        )


def main():
    """Compare the variants that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=2000, help="per round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS))
    options = parser.parse_args()
    database = options.database.resolve()
    chosen = addresses(database, options.requests, options.seed)
    environs = [environ_of(address) for address in chosen]
    with tempfile.TemporaryDirectory() as folder:
        names = ["plain", *(n for n in options.variants if n != "plain")]
        apps = {name: VARIANTS[name](database, folder) for name in names}
        for name, app in apps.items():
            click.echo(f"{name}: {ask(app, dict(environs[0]))[0]}")
        report(compare(apps, environs, options.rounds))


if __name__ == "__main__":
    main()
