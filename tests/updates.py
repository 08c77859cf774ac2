"""Databases and servers for the tests of `gate geo update`."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import ssl
import tarfile
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs, urlsplit

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gate.workbench.mmdb_writer import NO_RECORD, Layered, database_bytes

DAY = 86_400
NOW = 1_795_392_000  # 2026-11-23
BUILT = NOW - 10 * DAY
ACCOUNT, KEY = "123456", "secretKey_0123456789"
MONTH, BEFORE = "2026-11", "2026-10"

# Countries in about the shares that real databases have; every canary is in one.
WORLD = {
    "RU": ["77.64.0.0/10", "87.224.0.0/11", "213.180.192.0/18", "194.190.0.0/16"],
    "UA": ["62.149.0.0/16", "194.44.0.0/16", "213.186.112.0/20", "46.211.0.0/16"],
    "DE": ["160.45.0.0/16", "130.133.0.0/16", "91.64.0.0/14"],
    "NL": ["193.0.0.0/20"],
    "GB": ["212.58.224.0/19"],
    "US": ["8.0.0.0/8", "16.0.0.0/5", "64.0.0.0/5", "96.0.0.0/5", "128.0.0.0/6"],
}
WORLD["UA"] += ["37.52.0.0/14", "176.36.0.0/14", "93.72.0.0/13"]
WORLD6 = {
    "RU": ["2a02:6b8::/32"],
    "UA": ["2a02:2378::/32"],
    "NL": ["2001:67c:2e8::/48", "2a00::/24"],
}


def world(*, kind="DBIP-City-Lite", built=BUILT, extra=0, **changes):
    """Return a small database of the world.

    Args:
        kind: Its type.
        built: When it was built.
        extra: How many networks more it has.
        changes: Networks by country, in place of those of `WORLD`.
    """
    places = {**WORLD, **changes}
    networks = {
        net: record(country) for country, nets in places.items() for net in nets
    }
    networks |= {n: record(c) for c, nets in WORLD6.items() for n in nets}
    networks |= {f"203.0.{n}.0/24": record("AU", n) for n in range(extra)}
    return written(networks, kind, built)


def record(country, number=0, **more):
    return {
        "country": {"iso_code": country, "names": {"en": country}},
        "city": {"names": {"en": f"{country} {number}"}},
        "subdivisions": [{"names": {"en": "Somewhere"}, "iso_code": "01"}],
        "location": {"latitude": 50.0 + number / 1000, "longitude": 30.0},
        **more,
    }


def written(networks, kind, built):
    """Return a database of both address versions, IPv4 in its first 32 bits."""
    spans = sorted((*_span(net), number) for number, net in enumerate(networks))
    starts, ids, free = [], [], 0
    for first, last, number in spans:
        if first > free:
            starts.append(free)
            ids.append(NO_RECORD)
        starts.append(first)
        ids.append(number)
        free = last + 1
    starts.append(free)
    ids.append(NO_RECORD)
    ranges = Layered(
        np.array([start >> 64 for start in starts], np.uint64),
        np.array([start & (1 << 64) - 1 for start in starts], np.uint64),
        np.array(ids, np.int64),
    )
    metadata = {
        "database_type": kind,
        "ip_version": 6,
        "languages": ["en"],
        "description": {"en": "for tests"},
    }
    return database_bytes(ranges, list(networks.values()), metadata, build_epoch=built)


def _span(text):
    network = ip_network(text)
    return int(network[0]), int(network[-1])


def packed(content, *, name="GeoLite2-City_20261113/GeoLite2-City.mmdb", members=()):
    """Return a tar.gz as MaxMind packs it, with further members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        files = [("GeoLite2-City_20261113/LICENSE.txt", b"terms"), (name, content)]
        for path, data in files:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def digest(content, kind="md5"):
    return hashlib.new(kind, content, usedforsecurity=False).hexdigest()


class Vendor(ThreadingHTTPServer):
    """A server that answers by path what a test has put there.

    Attributes:
        answers: Path -> function of the handler, which answers.
        asked: What was asked: path with query, and header fields.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = {}
        self.asked = []
        self.ended = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def paths(self):
        return [path for path, _ in self.asked]

    def db_ip(self, content, month=MONTH, **how):
        path = f"/free/dbip-city-lite-{month}.mmdb.gz"
        self.answers[path] = sends(gzip.compress(content, 1), **how)

    def maxmind(self, content, *, edition="GeoLite2-City", archive=None, **said):
        """Speak as MaxMind does to geoipupdate 7, and to browsers of its site."""
        archive = packed(content) if archive is None else archive
        described = {
            "date": "2026-11-13",
            "edition_id": edition,
            "md5": digest(content),
            **said,
        }
        about = json.dumps({"databases": [described]}).encode()
        checksum = f"{digest(archive, 'sha256')}  {edition}.tar.gz\n".encode()

        def download(handler, query):
            if query["date"] != ["20261113"]:
                return sends(b"", status=404)(handler, query)
            body = {"tar.gz": archive, "tar.gz.sha256": checksum}[query["suffix"][0]]
            return sends(body)(handler, query)

        self.answers["/geoip/updates/metadata"] = allowed(sends(about))
        path = f"/geoip/databases/{edition}/download"
        self.answers[path] = allowed(download)


class _Handler(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self):
        parts = urlsplit(self.path)
        self.server.asked.append((self.path, dict(self.headers)))
        answer = self.server.answers.get(parts.path, sends(b"", status=404))
        answer(self, parse_qs(parts.query))

    def log_message(self, *_):
        pass

    def handle(self):
        with suppress(OSError):  # whoever asked has gone
            super().handle()


def sends(body, *, status=200, cut=None, length=None, **fields):
    """Answer with a body, of which only the first `cut` bytes are sent."""

    def answer(handler, _query):
        handler.send_response(status)
        for name, value in fields.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(length or len(body)))
        handler.end_headers()
        handler.wfile.write(body[:cut])
        handler.close_connection = True

    return answer


def allowed(answer):
    """Answer only to the right account."""
    wanted = "Basic " + base64.b64encode(f"{ACCOUNT}:{KEY}".encode()).decode()

    def checked(handler, query):
        right = handler.headers.get("Authorization") == wanted
        (answer if right else sends(b"{}", status=401))(handler, query)

    return checked


def stalls(handler, _query):
    """Begin to answer, and then say no more."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.wfile.write(b"x" * 1000)
    handler.server.ended.wait(20)


def trickles(handler, _query):
    """Answer a byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not handler.server.ended.wait(0.05):
        try:
            handler.wfile.write(b"x")
        except OSError:
            return


def trickles_head(handler, _query):
    """Send a head that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.ended.wait(0.05):
        try:
            handler.wfile.write(b"X")
        except OSError:
            return


def leads(to):
    return sends(b"", status=302, Location=to)


def self_signed(folder):
    """Return the path of a key and a certificate that nobody else signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(*form, plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def vendor(*, certificate=None):
    server = Vendor()
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
