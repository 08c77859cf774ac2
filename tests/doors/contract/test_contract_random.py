"""Any request at all, at every door at once: they agree, and no article gets out."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.contract.doors import ASKING, CARRYING
from tests.doors.contract.wire import BERLIN, EDGE, MOSCOW, NOWHERE, Ask
from tests.doors.test_attacks import PIECES

EXAMPLES = 300
DEEP_EXAMPLES = 100_000

SOUND = ["/a/1", "/robots.txt", "/share/1", "/comment/1", "/feed.xml", "/", "/login"]
SOUND += ["/about/undesirable/", "/.well-known/x", "/-/leave", "/-/check/nginx"]
ODD = ["*", "", "a/1", "http://localhost/a/1", "http://evil.example/robots.txt"]
odd_paths = st.lists(
    st.sampled_from([*PIECES.split(" "), ".well-known/", "robots.txt", "a/1", "#"]),
    max_size=10,
).map(lambda pieces: ("/" + "".join(pieces)).encode().decode("latin-1"))
queries = st.sampled_from(["", "", "?x=/robots.txt", "?", "?#/a/1", "?a=%zz", "?/../x"])
targets = st.one_of(
    st.sampled_from(SOUND), st.sampled_from(ODD), odd_paths, odd_paths
).flatmap(lambda path: queries.map(lambda query: path + query))

methods = st.sampled_from(
    ["GET"] * 8
    + ["POST"] * 4
    + ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "TRACE", "PURGE", "G@T"]
)
hosts = st.sampled_from(
    ["localhost"] * 8
    + ["news.example.org", "LOCALHOST.", "localhost:8080", "xn--b1amarcd.example:443"]
    + ["evil.example", "localhost@evil.example", "a\nb", "localhost\nlocalhost", ""]
    + ["[::1]", "localhost/a", None]
)
places = st.sampled_from(
    [MOSCOW] * 6
    + [BERLIN] * 3
    + [NOWHERE, "192.168.1.9", "2a02:6b8::1", "::ffff:77.88.8.8", "unknown", None]
)
DESTINATIONS = ["document"] * 4 + ["image", "empty", "iframe", "script", "Image", ""]
FIELDS = {
    "Sec-Fetch-Dest": DESTINATIONS,
    "Sec-Fetch-Mode": ["navigate", "navigate", "cors", "no-cors"],
    "Sec-Fetch-Site": ["same-origin", "same-origin", "none", "cross-site", "same-site"],
    "Accept": ["text/html", "*/*", "image/png", "application/json", "x", ""],
    "Accept-Language": ["ru", "de", "uk,ru;q=0.5", "*", "x" * 99],
    "Sec-Purpose": ["prefetch", "prefetch;anonymous-client-ip", ""],
    "Cookie": [
        "__Host-n=REVISION",
        "n=REVISION",
        "__Host-n=0000000000",
        "a=b; __Host-n=REVISION; c",
        "__Host-n=REVISION0",
    ],
    "Origin": ["http://localhost", "http://evil.example", "null"],
    "Referer": ["ITSELF", "http://localhost/other", "http://evil.example/", "x"],
    "Gate-Shown": ["REVISION", "0"],
    "Access-Control-Request-Method": ["POST"],
    "Upgrade": ["websocket", "h2c"],
    "Range": ["bytes=0-9"],
    "If-None-Match": ["*", '"x"'],
    "Purpose": ["prefetch", "preview"],
    "X-Forwarded-For": [BERLIN, "10.0.0.1", ","],
    "X-Real-IP": [BERLIN],
    "X-Forwarded-Proto": ["https", "evil"],
    "X-Forwarded-Uri": ["/robots.txt", "/a/1"],
    "X-Forwarded-Method": ["OPTIONS"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Original-URI": ["/robots.txt", "/a/1"],
    "X-Original-Host": ["evil.example"],
    "X-Haproxy-Uri": ["/robots.txt"],
    "X-Gate-Secret": ["x"],
    "X-Gate-Action": ["pass"],
    "X-Gate-Verdict": ["WzIwMCxbXSwiIl0="],
    "X-Gate-Client-Ip": [BERLIN],
    "X_Forwarded_For": [BERLIN],
    "X.Gate.Action": ["pass"],
    "SCRIPT_NAME": ["/a"],
    "Connection": ["X-Original-URI", "close"],
    "Content-Type": ["application/x-www-form-urlencoded", "text/html"],
}
one_field = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda name: st.sampled_from(FIELDS[name]).map(lambda value: f"{name}: {value}")
)
usual = st.sampled_from(
    [
        (),
        ("Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate"),
        (
            "Sec-Fetch-Dest: document",
            "Sec-Fetch-Mode: navigate",
            "Sec-Fetch-Site: same-origin",
        ),
        ("Sec-Fetch-Dest: empty", "Sec-Fetch-Mode: cors"),
    ]
)
lines = st.builds(
    lambda first, more: (*first, *more), usual, st.lists(one_field, max_size=5)
)
asks = st.builds(
    Ask,
    target=targets,
    method=methods,
    lines=lines,
    place=places,
    host=hosts,
    continues=st.booleans(),
    body=st.just(b""),
    peer=st.just(EDGE),
)


def completed(ask):
    """Put in what depends on the rest; only a POST without another body continues.

    Two fields of the same name are joined as each server likes, with a blank or
    without; of the Referer, which is shown, there is therefore only one.
    """
    own = f"http://{ask.host}{ask.target}"
    filled, led = [], False
    for line in ask.lines:
        if not (led and line.startswith("Referer")):
            filled.append(line.replace("ITSELF", own))
        led = led or line.startswith("Referer")
    typed = any(line.startswith("Content-Type") for line in filled)
    return ask._replace(lines=tuple(filled), continues=ask.continues and not typed)


def agree(house, ask):
    """Compare all doors for one request."""
    ask = house.filled(completed(ask))
    wrong = house.compared(ask, [*CARRYING, *ASKING])
    assert not any(wrong.values()), {k: v for k, v in wrong.items() if v}


@settings(max_examples=EXAMPLES, deadline=None)
@given(ask=asks, banner=st.sampled_from(["page", "site"]))
def test_all_doors_say_the_same_to_any_request(houses, ask, banner):
    agree(houses[banner], ask)


@pytest.mark.deep
@settings(
    max_examples=DEEP_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(ask=asks, banner=st.sampled_from(["page", "site"]))
def test_all_doors_say_the_same_to_very_many_requests(houses, ask, banner):
    agree(houses[banner], ask)
