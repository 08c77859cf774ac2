"""Synthetic lines of access logs in every format; no real reader is in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

MOSCOW, BERLIN, NOWHERE = "77.88.8.8", "91.64.0.1", "192.0.2.1"
MOSCOW6 = "2a02:6b8::1"
SECOND = 1_790_000_000  # 2026-09-21
AGENT = "Mozilla/5.0 (Secret-Agent-Of-A-Reader)"


def clf(second):
    return datetime.fromtimestamp(second, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def iso(second):
    return datetime.fromtimestamp(second, UTC).isoformat()


def combined(address=MOSCOW, target="/a/1", method="GET", second=SECOND):
    return (
        f'{address} - - [{clf(second)}] "{method} {target} HTTP/1.1" 200 123 '
        f'"https://referrer.example/" "{AGENT}"'
    )


def common(address=MOSCOW, target="/a/1", method="GET", second=SECOND):
    return f'{address} - - [{clf(second)}] "{method} {target} HTTP/1.1" 200 -'


def nginx_json(address=MOSCOW, target="/a/1", method="GET", second=SECOND, **more):
    found = {
        "time_iso8601": iso(second),
        "remote_addr": address,
        "request_method": method,
        "request_uri": target,
        "status": "200",
        "host": "localhost",
    }
    return json.dumps(found | more)


def caddy(address=MOSCOW, target="/a/1", method="GET", second=SECOND):
    request = {
        "remote_ip": "10.0.0.1",
        "remote_port": "5000",
        "client_ip": address,
        "proto": "HTTP/2.0",
        "method": method,
        "host": "localhost:443",
        "uri": target,
        "headers": {"User-Agent": [AGENT]},
    }
    return json.dumps(
        {
            "level": "info",
            "ts": second + 0.25,
            "logger": "http.log.access.log0",
            "msg": "handled request",
            "request": request,
            "status": 200,
        }
    )


CLOUDFRONT_HEAD = (
    "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method "
    "cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query "
    "x-host-header"
)


def cloudfront(address=MOSCOW, target="/a/1", method="GET", second=SECOND):
    when = datetime.fromtimestamp(second, UTC)
    stem, _, query = target.partition("?")
    values = (
        when.date().isoformat(),
        when.time().isoformat(),
        "FRA2",
        "2390",
        address,
        method,
        "d111111abcdef8.cloudfront.net",
        quote(stem),
        "200",
        "-",
        quote(AGENT),
        query or "-",
        "localhost",
    )
    return "\t".join(values)


def cloudflare(address=MOSCOW, target="/a/1", method="GET", second=SECOND, when=None):
    return json.dumps(
        {
            "ClientIP": address,
            "ClientRequestHost": "localhost",
            "ClientRequestMethod": method,
            "ClientRequestURI": target,
            "EdgeStartTimestamp": when or iso(second).replace("+00:00", "Z"),
            "ClientRequestUserAgent": AGENT,
        }
    )


def haproxy(address=MOSCOW, target="/a/1", method="GET", second=SECOND):
    when = clf(second).partition(" ")[0]
    return (
        f"Sep 21 13:33:20 lb haproxy[14389]: {address}:33317 [{when}.655] http-in "
        f"static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "
        f'{{1wt.eu}} {{}} "{method} {target} HTTP/1.1"'
    )


MAKERS = {
    "combined": combined,
    "common": common,
    "nginx-json": nginx_json,
    "caddy": caddy,
    "cloudfront": cloudfront,
    "cloudflare": cloudflare,
    "haproxy": haproxy,
}


def text_of(name, lines):
    head = [CLOUDFRONT_HEAD] if name == "cloudfront" else []
    return ("\n".join([*head, *lines]) + "\n").encode("utf-8", "surrogateescape")
