"""A newsroom behind the whole gate, in this process; and a page elsewhere to leave to.

Where the reader is, `site.reader` says, unless a proxy in front names an address. What
browsers ask for stands in `site.asked`, what the newsroom itself saw in `site.seen`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import re
import ssl
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from wsgiref.simple_server import make_server

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pages_site import QuietHandler, ThreadedServer, serving

from gate.audit import MemoryCounter
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate

ROOT = Path(__file__).parents[1]
MOSCOW, DONETSK, BERLIN = "77.88.8.8", "95.67.192.1", "91.64.0.1"
MARKER = "QUILLON-ARTICLE-MARKER"
ELSEWHERE = "QUILLON-ELSEWHERE"
EXPLAINER = "/about/undesirable/why"
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")
KEPT = [  # what invites every cache there is
    ("Cache-Control", "public, max-age=3600"),
    ("CDN-Cache-Control", "max-age=3600"),
    ("Expires", "Thu, 31 Dec 2099 00:00:00 GMT"),
    ("ETag", '"1"'),
    ("Last-Modified", "Mon, 07 Sep 2026 00:00:00 GMT"),
]
OTHER_KINDS = {
    "png": ("image/png", PICTURE),
    "css": ("text/css", b"p { color: #111 }"),
    "json": ("application/json", b'{"shares": 7}'),
    "xml": ("application/rss+xml", b"<rss version='2.0'/>"),
    "js": ("text/javascript", b"0"),
}


class Asked(NamedTuple):
    """One request as the browser sent it."""

    method: str
    path: str
    fields: dict[str, str]


class Newsroom:
    """A WSGI site: an article at every path, and the other things that sites have."""

    def __init__(self):
        self.seen = []
        self.scripts = {}

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.seen.append((environ["REQUEST_METHOD"], path))
        kind, body = self._found(path)
        fields = [("Content-Type", kind), *KEPT, ("Service-Worker-Allowed", "/")]
        status = "200 OK"
        if environ.get("HTTP_RANGE") == "bytes=0-9":
            fields.append(("Content-Range", f"bytes 0-9/{len(body)}"))
            status, body = "206 Partial Content", body[:10]
        fields.append(("Content-Length", str(len(body))))
        start_response(status, fields)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _found(self, path):
        ending = path.rpartition(".")[2]
        if path in self.scripts:
            return "text/javascript", self.scripts[path].encode()
        if ending in OTHER_KINDS:
            return OTHER_KINDS[ending]
        if path == EXPLAINER:
            return "text/html; charset=utf-8", page("Explained", "<h1>EXPLAINED</h1>")
        return "text/html; charset=utf-8", page(
            "Owls, by ear", f"<main><h1>{MARKER}</h1><p>An owl in {path}.</p></main>"
        )


def page(title, body):
    """Return a page of HTML as bytes."""
    head = f'<title>{title}</title><link rel=icon href="data:,">'
    return f"<!doctype html><html lang=en>{head}<body>{body}</body></html>".encode()


class ProofSite:
    """The gate with the newsroom behind it, as browsers and caches meet it.

    Attributes:
        reader: Address of every reader whom no proxy names.
        asked: Every request, as `Asked`.
        gate: The gate.
        newsroom: The site behind it.
        origin: Where it is served.
        exit: The page elsewhere, an `ExitPage`.
    """

    def __init__(self, config, exit_page):
        self.reader = MOSCOW
        self.asked = []
        self.newsroom = Newsroom()
        self.gate = Gate.load(config, counter=MemoryCounter())
        self.exit = exit_page
        self.origin = ""
        self._app = GateMiddleware(self.newsroom, self.gate)

    @property
    def revision(self):
        """What the acknowledgement says."""
        return self.gate.snapshot.pages.revision

    def __call__(self, environ, start_response):
        names = (name for name in environ if name.startswith("HTTP_"))
        fields = {n[5:].replace("_", "-").lower(): environ[n] for n in names}
        told = Asked(environ["REQUEST_METHOD"], environ["RAW_URI"], fields)
        self.asked.append(told)
        environ.setdefault("HTTP_X_FORWARDED_FOR", self.reader)
        return self._app(environ, start_response)

    def forget(self):
        """Begin anew: a reader in Moscow, and nothing asked for yet."""
        self.reader = MOSCOW
        for noted in (self.asked, self.newsroom.seen, self.exit.asked):
            noted.clear()
        self.newsroom.scripts.clear()

    def ask(self, method="GET", path="/a/owl", body=None, *, port=None, **fields):
        """Ask without a browser; names of fields with underscores."""
        port = port or urlsplit(self.origin).port
        peer = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        with contextlib.closing(peer):
            peer.request(method, path, body, {"Host": "127.0.0.1", **named})
            answer = peer.getresponse()
            return Reply(answer.status, answer.headers, answer.read())

    @staticmethod
    def shown_in(html):
        """Return the revision that a notice page says was shown."""
        return re.search(r'name="n" value="([^"]+)"', html)[1]


class Reply(NamedTuple):
    """An answer without a browser."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def is_article(self):
        return MARKER.encode() in self.body

    @property
    def is_notice(self):
        return b'name="n"' in self.body and not self.is_article


class ExitPage:
    """A page of somebody else's, over https, that remembers what it was told."""

    def __init__(self):
        self.asked = []
        self.origin = ""
        self.url = ""

    def __call__(self, environ, start_response):
        names = (name for name in environ if name.startswith("HTTP_"))
        fields = {n[5:].replace("_", "-").lower(): environ[n] for n in names}
        if environ["PATH_INFO"] == "/weather":
            path = environ["RAW_URI"]
            self.asked.append(Asked(environ["REQUEST_METHOD"], path, fields))
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page("Weather", f"<h1>{ELSEWHERE}</h1>")]


class Stranger:
    """Somebody else's site: pages by their path, over plain http."""

    def __init__(self):
        self.pages = {}
        self.origin = ""

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page("Stranger", self.pages.get(environ["PATH_INFO"], "<p>Hello</p>"))]


def eventually(page, holds, seconds=10):
    """Let a browser go on until something holds of what it does by itself."""
    for _ in range(seconds * 20):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not come about.")


@contextlib.contextmanager
def proving(folder, state):
    """Serve the newsroom behind the gate; yields a `ProofSite`."""
    exit_page = ExitPage()
    with serving_securely(exit_page, folder) as origin:
        exit_page.origin, exit_page.url = origin, f"{origin}/weather"
        site = ProofSite(write_config(folder, state, exit_page.url), exit_page)
        with serving(site) as site.origin:
            yield site


def write_config(folder, state, exit_url, **changes):
    """Write a configuration over the shipped rule book for a site at 127.0.0.1."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    config["rules"]["folder"] = str(ROOT / "rules")
    config["state"] = str(state)
    config["site"].update(hosts=["127.0.0.1"], explainer_url=EXPLAINER)
    config["site"]["exit_url"] = {"default": exit_url}
    config["visitor"] = {
        "trusted_proxies": ["127.0.0.1/32"],
        "header": "X-Forwarded-For",
    }
    config.update(changes)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return path


@contextlib.contextmanager
def serving_securely(app, folder):
    """Serve a WSGI application over https at localhost; yields its origin."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    with make_server("127.0.0.1", 0, app, ThreadedServer, QuietHandler) as server:
        # Hands are shaken in the thread of each connection: browsers open some ahead.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "exit.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
