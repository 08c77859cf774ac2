"""The contract: requests as browsers and attackers send them, and what must follow.

T1 to T30 are the holes that other gates had; each name begins with its number. What
the WSGI door must say stands here; that every other door says the same, but for the
written differences, is what the suite finds out.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.doors.contract.wire import BERLIN, MOSCOW, NOWHERE, Ask

DOCUMENT = (
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: none",
    "Accept: text/html",
)
SAME = (*DOCUMENT[:2], "Sec-Fetch-Site: same-origin", DOCUMENT[3])
SCRIPT = (
    "Sec-Fetch-Dest: empty",
    "Sec-Fetch-Mode: cors",
    "Sec-Fetch-Site: same-origin",
)
FORM = (*SAME, "Content-Type: application/x-www-form-urlencoded")
EXEMPT = "/robots.txt"
PAGE, PASSES, REFUSED = "page", "passes", "refused"
CONTINUES, LEAVES, BANNER, HELD = "continues", "leaves", "banner", "held"
PROBLEM, FRAME, EMPTY = "problem", "frame", "empty"
READING, ACTS = "undesirable-organization", "undesirable-organization-acts"
GIVING = "undesirable-organization-donate"


class Row(NamedTuple):
    """One request, and what must follow.

    Attributes:
        name: What it is, in prose, with the number of the hole.
        ask: The request.
        due: What follows at the WSGI door: page, passes (with no more than a footer),
            refused (4xx or 503 for what it is), continues, leaves, banner (in what
            passes), held (passes, but no article in its answer), problem, frame, empty.
        notice: The notice on the page.
        more: What else must be true of the answer: field and value.
    """

    name: str
    ask: Ask
    due: str
    notice: str = READING
    more: tuple[tuple[str, str], ...] = ()


def page(name, target="/a/1", *lines, notice=READING, **ask):
    return Row(name, Ask(target, lines=lines or DOCUMENT, **ask), PAGE, notice)


def passes(name, target="/a/1", *lines, place=BERLIN, **ask):
    return Row(name, Ask(target, lines=lines or DOCUMENT, place=place, **ask), PASSES)


def refused(name, target="/a/1", *lines, **ask):
    return Row(name, Ask(target, lines=lines or DOCUMENT, **ask), REFUSED)


def pressed(name, target="/a/1", *lines, due=CONTINUES, more=(), **ask):
    asked = Ask(target, "POST", lines or SAME, continues=True, **ask)
    return Row(name, asked, due, more=tuple(more))


def plain(name, due, ask, **more):
    return Row(name, ask, due, **more)


READERS = (
    page("a reader in Moscow"),
    passes("a reader in Berlin"),
    plain("a reader nobody knows where", BANNER, Ask(place=NOWHERE, lines=DOCUMENT)),
    page("Moscow by IPv6", place="2a02:6b8::1"),
    page("Moscow by mapped IPv4", place="::ffff:77.88.8.8"),
    page("in Russian", "/a/1", *DOCUMENT, "Accept-Language: ru"),
    page("a language that is not there", "/a/1", *DOCUMENT, "Accept-Language: xx"),
    page("an old browser", "/a/1", "Accept: text/html"),
    page("a program", "/a/1", "Accept: */*"),
    page("nothing said", "/a/1", "User-Agent: x"),
    page("HEAD", method="HEAD"),
    passes("HEAD in Berlin", method="HEAD"),
    passes("what is exempt", EXEMPT, place=MOSCOW),
    passes("the explainer", "/about/undesirable/", place=MOSCOW),
    page("to share", "/share/1", notice=ACTS),
    page("to comment", "/comment/1", *SAME, method="POST", notice=ACTS),
    passes("to comment in Berlin", "/comment/1", *SAME, method="POST"),
    plain("a frame", FRAME, Ask(lines=("Sec-Fetch-Dest: iframe",))),
    plain("a script", PROBLEM, Ask(lines=SCRIPT)),
    plain("JSON by Accept", PROBLEM, Ask(lines=("Accept: application/json",))),
    plain("a script nobody knows where", BANNER, Ask(place=NOWHERE, lines=SCRIPT)),
    plain("an image", HELD, Ask("/a/1.png", lines=("Sec-Fetch-Dest: image",))),
    plain("an image by Accept", HELD, Ask(lines=("Accept: image/png",))),
    plain("a feed", HELD, Ask("/feed.xml", lines=DOCUMENT)),
    plain(
        "a feed by Accept", HELD, Ask("/rss", lines=("Accept: application/rss+xml",))
    ),
    plain(
        "a preflight",
        HELD,
        Ask(method="OPTIONS", lines=("Access-Control-Request-Method: POST",)),
    ),
    plain("OPTIONS", HELD, Ask(method="OPTIONS", lines=("Origin: http://x.example",))),
    plain("the site's own form", HELD, Ask("/login", "POST", FORM)),
    passes("the site's own form in Berlin", "/login", *FORM, method="POST"),
    passes("the site's own script", "/api", *SCRIPT, method="POST", place=MOSCOW),
    page("a link preview", "/a/1", "Purpose: preview", "Accept: text/html"),
    plain("leave", LEAVES, Ask("/-/leave", lines=DOCUMENT)),
    plain("leave, ahead of the reader", EMPTY, Ask("/-/leave", lines=SCRIPT)),
    page("the article, by websocket", "/a/1", *DOCUMENT, "Upgrade: websocket"),
    passes("an image by Accept, in Berlin", "/a/1", "Accept: image/png"),
)

# What is an act, and its notice; a link that acts is one as well as a form.
_ACTING = (
    ("share", "GET", ACTS),
    ("share", "POST", ACTS),
    ("like", "POST", ACTS),
    ("comment", "POST", ACTS),
    ("save", "POST", ACTS),
    ("contact", "GET", ACTS),
    ("contact", "POST", ACTS),
    ("donate", "GET", GIVING),
    ("donate", "POST", GIVING),
)
ACTING = tuple(
    page(
        f"to {act} by {method}{', ' + cookie[0][8:-9] if cookie else ''}",
        f"/{act}/1",
        *(FORM if method == "POST" else SAME),
        *cookie,
        method=method,
        notice=notice,
    )
    for act, method, notice in _ACTING
    for cookie in ((), ("Cookie: __Host-n=REVISION",), ("Cookie: n=REVISION",))
)

CONTINUING = (
    plain(
        "the site's own form in a frame",
        HELD,
        Ask("/login", "POST", ("Sec-Fetch-Dest: iframe", FORM[-1])),
    ),
    plain(
        "Continue to share, nobody knows where",
        BANNER,
        Ask("/share/1", "POST", SAME, NOWHERE, continues=True),
    ),
    pressed(
        "a form from elsewhere, nobody knows where",
        "/a/1",
        *DOCUMENT,
        due=PAGE,
        place=NOWHERE,
    ),
    pressed(
        "a form from elsewhere, in Berlin", "/a/1", *DOCUMENT, due=PASSES, place=BERLIN
    ),
    plain(
        "Continue to comment", PASSES, Ask("/comment/1", "POST", SAME, continues=True)
    ),
    page(
        "a link that acts, from its own page",
        "/share/1",
        *SAME,
        "Referer: http://localhost/share/1",
        notice=ACTS,
    ),
    page(
        "what another replica gave",
        "/a/1",
        *SAME,
        "Referer: http://localhost/a/1",
        "Cookie: __Host-n=0000000000",
    ),
    plain(
        "nobody knows where, afterwards",
        BANNER,
        Ask(place=NOWHERE, lines=(*DOCUMENT, "Cookie: __Host-n=REVISION")),
    ),
    plain(
        "leave on a detour, ahead of the reader", EMPTY, Ask("//-//leave", lines=SCRIPT)
    ),
    pressed("Continue", more=[("location", "/a/1")]),
    pressed(
        "Continue with a query", "/a/1?p=2&q=%20", more=[("location", "/a/1?p=2&q=%20")]
    ),
    pressed(
        "Continue of an old browser",
        "/a/1",
        "Origin: http://localhost",
        "Accept: text/html",
    ),
    pressed(
        "Continue on plain http", host="news.example.org", more=[("location", "/a/1")]
    ),
    pressed("Continue where nothing is to be said", due=CONTINUES, place=NOWHERE),
    passes("Continue in Berlin is the site's own form", "/a/1", *FORM, method="POST"),
    passes(
        "the article afterwards",
        "/a/1",
        *DOCUMENT,
        "Cookie: __Host-n=REVISION",
        place=MOSCOW,
    ),
    page(
        "sharing afterwards",
        "/share/1",
        *DOCUMENT,
        "Cookie: __Host-n=REVISION",
        notice=ACTS,
    ),
    passes(
        "the site's own form afterwards",
        "/login",
        *FORM,
        "Cookie: __Host-n=REVISION",
        method="POST",
        place=MOSCOW,
    ),
    passes(
        "a form that leads to its own page, afterwards",
        "/login",
        *FORM,
        "Cookie: __Host-n=REVISION",
        "Referer: http://localhost/login",
        method="POST",
        place=MOSCOW,
    ),
    passes(
        "the same in Berlin",
        "/login",
        *FORM,
        "Referer: http://localhost/login",
        method="POST",
    ),
    passes(
        "a script that showed the notice",
        "/comment/1",
        *SCRIPT,
        "Gate-Shown: REVISION",
        method="POST",
        place=MOSCOW,
    ),
)

MOVERS = (
    "X-Original-URI",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Forwarded-Uri",
    "X-Forwarded-Path",
    "X-Forwarded-Prefix",
    "X-Replaced-Path",
    "X-Haproxy-Uri",
)
FAMILIES = (
    (
        "X-Original-URI: {}",
        "X-Original-Method: OPTIONS",
        "X-Original-Host: evil.example",
        "X-Real-IP: 91.64.0.1",
    ),
    (
        "X-Forwarded-Uri: {}",
        "X-Forwarded-Method: OPTIONS",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-For: 91.64.0.1",
    ),
    (
        "X-Haproxy-Uri: {}",
        "X-Haproxy-Method: OPTIONS",
        "X-Haproxy-Host: evil.example",
        "X-Haproxy-Address: 91.64.0.1",
    ),
    ("X-Gate-Proto: https", "X-Gate-Client-Ip: 91.64.0.1", "X-Gate-Secret: guessed"),
)
ADDRESSES = (
    "X-Real-IP: 91.64.0.1",
    "X-Forwarded-For: 91.64.0.1",
    "X-Forwarded-For: 91.64.0.1, 10.0.0.9",
    "Forwarded: for=91.64.0.1",
    "CF-Connecting-IP: 91.64.0.1",
    "True-Client-IP: 91.64.0.1",
    "CF-IPCountry: DE",
)
HEADERS = (
    *(
        page(f"T1 {name} of what is exempt", "/a/1", *DOCUMENT, f"{name}: {EXEMPT}")
        for name in MOVERS
    ),
    *(
        passes(
            f"T1 {name} of an article", EXEMPT, *DOCUMENT, f"{name}: /a/1", place=MOSCOW
        )
        for name in MOVERS
    ),
    *(
        page(f"T1 {name}", "/share/1", *DOCUMENT, f"{name}: OPTIONS", notice=ACTS)
        for name in ("X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
    ),
    *(
        page(
            f"T2 family {number} names what is exempt",
            "/a/1",
            *DOCUMENT,
            *(ln.format(EXEMPT) for ln in lines),
        )
        for number, lines in enumerate(FAMILIES)
    ),
    *(
        passes(
            f"T2 family {number} names an article",
            EXEMPT,
            *DOCUMENT,
            *(ln.format("/a/1") for ln in lines),
            place=MOSCOW,
        )
        for number, lines in enumerate(FAMILIES)
    ),
    *(
        page(f"T4 {line}", "/a/1", *DOCUMENT, line)
        for line in (
            *ADDRESSES,
            "X-Forwarded-Port: 443",
            "X-Forwarded-Server: x",
            "X-Forwarded-Host: evil.example",
        )
    ),
    page("T3 a question of a reader's own", "/-/check/nginx"),
    page("T3 an answer of a reader's own", "/-/relay/nginx"),
    page("T3 a stranger who names another reader", place=BERLIN, peer=MOSCOW),
    page("T5 X_Real_IP", "/a/1", *DOCUMENT, "X_Real_IP: 91.64.0.1"),
    page("T5 X_Forwarded_For", "/a/1", *DOCUMENT, "X_Forwarded_For: 91.64.0.1"),
    page("T5 X.Forwarded.For", "/a/1", *DOCUMENT, "X.Forwarded.For: 91.64.0.1"),
    page("T5 X-Gate_Action", "/a/1", *DOCUMENT, "X-Gate_Action: pass"),
    page("T5 X_Original_URI", "/a/1", *DOCUMENT, f"X_Original_URI: {EXEMPT}"),
    page("T6 SCRIPT_NAME", "/a/robots.txt", *DOCUMENT, "SCRIPT_NAME: /a"),
    page("T6 PATH_INFO", "/a/1", *DOCUMENT, f"PATH_INFO: {EXEMPT}"),
    page(
        "T7 X-Middleware-Subrequest",
        "/a/1",
        *DOCUMENT,
        "X-Middleware-Subrequest: middleware",
    ),
    page(
        "T7 a verdict of one's own",
        "/a/1",
        *DOCUMENT,
        "X-Gate-Verdict: WzIwMCxbXSwiIl0=",
    ),
    page(
        "T7 X-Gate-Action",
        "/a/1",
        *DOCUMENT,
        "X-Gate-Action: pass",
        "X-Gate-Cache: open",
    ),
    passes(
        "T8 what a stranger says never reaches the site",
        "/a/1",
        *DOCUMENT,
        "X-Gate-Action: pass",
        "X-Gate-Allows: donate",
        "X-Gate-Banner: x",
        "X_Gate_Allows: donate",
        "X-Gate.Allows: donate",
    ),
    page("T9 a scheme that is none", "/a/1", *DOCUMENT, "X-Forwarded-Proto: evil"),
    page("T9 another scheme", "/a/1", *DOCUMENT, "X-Forwarded-Proto: https"),
    pressed(
        "T9 another scheme does not change the cookie",
        "/a/1",
        *SAME,
        "X-Forwarded-Proto: https",
        host="news.example.org",
    ),
    refused("T9 a host that is not ours", host="evil.example"),
    page(
        "T13 two destinations",
        "/a/1",
        "Sec-Fetch-Dest: document",
        "Sec-Fetch-Dest: image",
    ),
    page(
        "T13 two destinations, the other way",
        "/a/1",
        "Sec-Fetch-Dest: image",
        "Sec-Fetch-Dest: document",
    ),
    refused("T13 two hosts", host="localhost\nevil.example"),
    refused("T13 the same host twice", host="localhost\nlocalhost"),
    *(
        page(f"T25 {line}", "/a/1", *DOCUMENT, line)
        for line in (
            "User-Agent:",
            "User-Agent: kube-probe/1.0",
            "User-Agent: Googlebot",
            "X-Requested-With: XMLHttpRequest",
        )
    ),
)

PATHS = (
    *(
        page(f"T10 {target}", target)
        for target in (
            "/x/../a/1",
            "/%61/1",
            "//a//1",
            "/A/1",
            "/./a/1",
            "/a/1/.",
            "/a/./1",
            "/%2e/a/1",
            "/a/1/",
            "///a/1",
            "/robots.txt/../a/1",
        )
    ),
    *(
        page(f"T11 {target}", target)
        for target in (
            "/robots.txt/..%2fa/1",
            "/.well-known/..%2f%61/1",
            "/.well-known/x/../../a/1",
            "/.well-known/%2e%2e/a/1",
            "/about/undesirable/..%2f..%2fa/1",
        )
    ),
    *(
        refused(f"T11 {target}", target)
        for target in (
            "/.well-known/..%5ca/1",
            "/.well-known\\..\\a/1",
            "/../a/1",
            "/..%2fa/1",
            "/.well-known/..;/a/1",
        )
    ),
    *(
        refused(f"T11 a way back to what is exempt, {target}", target)
        for target in (
            "/a/1/../../robots.txt",
            "/a/1%2f..%2f..%2frobots.txt",
            "/a/%2e%2e/robots.txt",
            "/x/../robots.txt",
            "//robots.txt",
            "//.well-known/a/1",
            "/.well-known/;/../a/1",
            "/share/1%2f..%2f..%2frobots.txt",
        )
    ),
    refused(
        "T11 a way back in Berlin, where a cache may keep it",
        "/a/1%2f..%2f..%2frobots.txt",
        place=BERLIN,
    ),
    refused(
        "T11 sharing on the way to an article",
        "/share/1%2f..%2f..%2fa%2f1",
        *DOCUMENT,
        "Cookie: __Host-n=REVISION",
    ),
    page("T12 an encoded slash", "/a%2f1"),
    *(
        refused(f"T12 {target}", target)
        for target in (
            "/a/1%5c",
            "/a/1%00.png",
            "/robots.txt%00",
            "/a/1%0a.css",
            "/a/1%7f",
            "/%2561/1",
            "/.well-known/%252e%252e/a/1",
        )
    ),
    *(
        page(f"T12 {target}", target)
        for target in (
            "/a/1%3b.css",
            "/a/1%3f/robots.txt",
            "/a/1%23/robots.txt",
            "/robots.txt%20",
        )
    ),
    page("T13 a fragment", "/a/1#/robots.txt"),
    refused("T13 a fragment after what is exempt", "/.well-known/x#/../../a/1"),
    page("T14 a query", "/a/1?x=/robots.txt"),
    page("T14 a query with a fragment", "/a/1?#/robots.txt"),
    page("T14 half an escape", "/a/1%2"),
    *(
        page(f"T15 {target}", target)
        for target in ("/a/%", "/a/%zz", "/a/%D0%B0", "/a/1?" + "x" * 4000)
    ),
    *(
        refused(f"T15 {target[:30]}", target)
        for target in (
            "/.well-known/%c0%ae%c0%ae/a/1",
            "/%ff/1",
            "/a/1\x01",
            "http://evil.example/a/1",
            "http://localhost@evil.example/robots.txt",
            "/" + "a" * 9000,
        )
    ),
    page("T15 a whole URL", "http://localhost/a/1"),
    passes(
        "T15 a whole URL of what is exempt", "http://localhost/robots.txt", place=MOSCOW
    ),
    page("T15 what looks like a host", "//localhost/a/1"),
    *(
        refused(f"T16 {target!r}", target)
        for target in ("a/1", "*", "robots.txt", "?/a/1")
    ),
    refused("T16 OPTIONS *", "*", method="OPTIONS"),
    *(
        page(f"T26 {target}", target)
        for target in (
            "/a/1/x.png",
            "/a/1;.css",
            "/a/1.css",
            "/a/1;/robots.txt",
            "/a/1&/robots.txt",
        )
    ),
    refused("T26 a line feed before an extension", "/a/1%0a.css"),
)

HOSTS = (
    *(
        page(f"T17 {host}", host=host)
        for host in (
            "LOCALHOST",
            "localhost.",
            "localhost:443",
            "NEWS.Example.ORG.:8080",
            "XN--B1AMARCD.example",
        )
    ),
    *(
        refused(f"T17 {host!r}", host=host)
        for host in (
            "localhost.evil.example",
            "localhost, evil.example",
            "localhost@evil.example",
            "localhost/a",
            "localhost:x",
            "localhost..",
            "",
            "новости.example".encode().decode("latin-1"),
        )
    ),
    refused("T17 no host", host=None),
)

ANSWERS = (
    pressed(
        "T19 two slashes", "//evil.example/a", more=[("location", "/evil.example/a")]
    ),
    pressed(
        "T19 three slashes", "///evil.example/a", more=[("location", "/evil.example/a")]
    ),
    pressed("T19 a user", "/;@evil.example/", more=[("location", "/;@evil.example/")]),
    pressed(
        "T19 in the query",
        "/a/1?u=//evil.example",
        more=[("location", "/a/1?u=//evil.example")],
    ),
    pressed("T19 a dot before two slashes", "/.//evil.example/a"),
    pressed(
        "T19 a path of 2 kB",
        "/a/" + "x" * 2000,
        more=[("location", "/a/" + "x" * 2000)],
    ),
    *(
        pressed(f"T19 {target!r}", target, due=REFUSED)
        for target in (
            "/\\evil.example",
            "/%5cevil.example",
            "/%09/evil",
            "/a%0d%0aSet-Cookie:x",
            "javascript:alert(1)",
            "data:x",
            "https:evil",
        )
    ),
    page(
        "T20 nothing is reflected",
        "/a/%3Ci%3Ezqx?zqx",
        *DOCUMENT,
        "Referer: http://evil.example/zqx",
        "User-Agent: zqx",
    ),
    page(
        "T20 the way back is text",
        "/share/1",
        *DOCUMENT,
        'Referer: http://localhost/x"><i>owl',
        notice=ACTS,
    ),
    *(
        page(f"T21 {cookie}", "/a/1", *DOCUMENT, f"Cookie: __Host-n={cookie}")
        for cookie in (
            "REVISION0",
            "",
            "0000000000",
            "%20REVISION",
            '"REVISION"',
            "x" * 3000,
        )
    ),
    page(
        "T21 another name", "/a/1", *DOCUMENT, "Cookie: n=REVISION; x__Host-n=REVISION"
    ),
    page(
        "T22 the name for https on plain http",
        "/a/1",
        *DOCUMENT,
        "Cookie: __Host-n=REVISION",
        host="news.example.org",
    ),
    passes(
        "T22 another site of the same house",
        "/a/1",
        *DOCUMENT,
        "Cookie: n=REVISION",
        host="news.example.org",
        place=MOSCOW,
    ),
    passes(
        "T23 two cookies, the first is old",
        "/a/1",
        *DOCUMENT,
        "Cookie: __Host-n=0000000000; __Host-n=REVISION",
        place=MOSCOW,
    ),
    passes(
        "T23 two cookies, the second is old",
        "/a/1",
        *DOCUMENT,
        "Cookie: __Host-n=REVISION; __Host-n=0000000000",
        place=MOSCOW,
    ),
    passes(
        "T23 two lines",
        "/a/1",
        *DOCUMENT,
        "Cookie: a=b",
        "Cookie: __Host-n=REVISION",
        place=MOSCOW,
    ),
    page("T24 GET acknowledges nothing", "/a/1?n=REVISION", *SAME),
    plain("T24 a prefetch", PAGE, Ask(lines=(*SAME, "Sec-Purpose: prefetch"))),
    *(
        plain(f"T24 a POST {name}", HELD, Ask("/a/1", "POST", lines, continues=True))
        for name, lines in (
            ("by a prefetch", (*SAME, "Sec-Purpose: prefetch")),
            ("by a prerender", (*SAME, "Sec-Purpose: prefetch;prerender")),
        )
    ),
    *(
        plain(f"T24 a POST {name}", PAGE, Ask("/a/1", "POST", lines, continues=True))
        for name, lines in (
            ("from another site", (*DOCUMENT[:2], "Sec-Fetch-Site: cross-site")),
            ("from a sister site", (*DOCUMENT[:2], "Sec-Fetch-Site: same-site")),
            ("typed", DOCUMENT),
            ("of an old browser from elsewhere", ("Origin: http://evil.example",)),
            ("of an old browser that hides", ("Origin: null",)),
        )
    ),
    refused(
        "T24 an anonymous prefetch",
        "/a/1",
        *DOCUMENT,
        "Sec-Purpose: prefetch;anonymous-client-ip",
    ),
    plain("T27 nobody says who the reader is", BANNER, Ask(place=None, lines=DOCUMENT)),
    plain("T27 no address", BANNER, Ask(place="unknown", lines=DOCUMENT)),
    plain("T27 our own machine", BANNER, Ask(place="10.0.0.9", lines=DOCUMENT)),
    page(
        "T30 a page, asked whether it is fresh",
        "/a/1",
        *DOCUMENT,
        "If-None-Match: *",
        "If-Modified-Since: Sun, 22 Nov 2099 00:00:00 GMT",
    ),
    page("T30 a range of a page", "/a/1", *DOCUMENT, "Range: bytes=0-9"),
    page("T30 HEAD of a page", "/a/1", *DOCUMENT, method="HEAD"),
    refused("T30 a refusal", "/%00"),
)

ROWS = (*READERS, *ACTING, *CONTINUING, *HEADERS, *PATHS, *HOSTS, *ANSWERS)
