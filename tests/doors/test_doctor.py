"""gate doctor against real servers: the gate, nginx well and badly set up, a site.

Each front is one nginx server between the doctor and the gate. The doctor cannot say
where it is, so each front says it for all: "moscow" means that readers come from there.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from string import Template

import pytest
from click.testing import CliRunner
from machine import program

from gate.cli import main
from gate.workbench.doctor.finding import Level
from gate.workbench.doctor.logs import check_logs
from gate.workbench.doctor.nginx import check_nginx
from gate.workbench.starter import write_starter
from gate.workbench.status import collect

GATE = str(Path(sys.executable).with_name("gate"))
MOSCOW, BERLIN, CLOUDFLARE = "77.88.8.8", "91.64.0.1", "104.16.0.5"
ARTICLE = "/a/owls.html"
PAGE = """<!doctype html><html><head><title>Owls</title>
<script src="https://www.googletagmanager.com/gtag/js"></script></head>
<body><p>An owl is easier to hear</p>
<a href="https://t.me/share/url?url=x">share</a>
<form method="post" action="/vote/owls"></form></body></html>
"""
BENEATH = (
    *("site", "gate"),
    *("moscow", "berlin", "believing", "caching", "leaky", "open", "hostless"),
    *("loosening", "ungated", "http", "schemeless", "telling", "logging"),
)
CONFIG = Template(
    """
$user
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log stderr emerg;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    types { text/html html; text/css css; application/rss+xml xml; }
    proxy_cache_path $work/kept keys_zone=kept:1m;
    proxy_http_version 1.1;
    log_format quiet '$$request_method $$status';
    merge_slashes off;
    ssl_certificate $work/localhost.pem;
    ssl_certificate_key $work/localhost.key;
    proxy_set_header Host $$http_host;
    proxy_set_header X-Forwarded-For $moscow_reader;
    proxy_set_header X-Forwarded-Proto $$scheme;
    upstream the_gate { server 127.0.0.1:$gate; }
    upstream the_site { server 127.0.0.1:$site; }
    map $$http_x_forwarded_for $$claimed {
        "" $moscow_reader;
        default $$http_x_forwarded_for;
    }
    map $$http_x_forwarded_for $$loosened {
        "" $moscow_reader;
        default $berlin_reader;
    }
    map "$$request_method $$http_sec_purpose $$request_uri" $$leaking {
        "~^GET  /(?:a|-)/[a-z.]+$$" the_gate;
        "~^POST" the_gate;
        default the_site;
    }
    server { # the site
        listen 127.0.0.1:$site;
        root $folder;
    }
    server { # as it ought to be
        listen 127.0.0.1:$moscow ssl;
        add_header Strict-Transport-Security "max-age=31536000" always;
        location / { proxy_pass http://the_gate; }
        location ~ ^/-/(check|relay|live|ready) { return 404; }
    }
    server {
        listen 127.0.0.1:$berlin ssl;
        add_header Strict-Transport-Security "max-age=31536000" always;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host $$http_host;
            proxy_set_header X-Forwarded-For $berlin_reader;
            proxy_set_header X-Forwarded-Proto $$scheme;
        }
        location ~ ^/-/(check|relay|live|ready) { return 404; }
    }
    server { # passes on what readers claim
        listen 127.0.0.1:$believing ssl;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host localhost;
            proxy_set_header X-Forwarded-For $$claimed;
            proxy_set_header X-Forwarded-Proto $$scheme;
        }
    }
    server { # takes whoever forwards for a proxy in Berlin
        listen 127.0.0.1:$loosening ssl;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host localhost;
            proxy_set_header X-Forwarded-For $$loosened;
            proxy_set_header X-Forwarded-Proto $$scheme;
        }
    }
    server { # keeps whatever it can
        listen 127.0.0.1:$caching ssl;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host $$http_host;
            proxy_set_header X-Forwarded-For $berlin_reader;
            proxy_set_header X-Forwarded-Proto $$scheme;
            proxy_cache kept;
            proxy_cache_valid any 1h;
            proxy_ignore_headers Cache-Control Expires Vary Set-Cookie;
            proxy_hide_header Cache-Control;
            add_header Cache-Control "public, max-age=60";
            add_header X-Cache-Status $$upstream_cache_status;
        }
    }
    server { # asks the gate only about what it understands
        listen 127.0.0.1:$leaky ssl;
        location / { proxy_pass http://$$leaking$$request_uri; }
    }
    server { # everybody may ask the check doors, and with the secret
        listen 127.0.0.1:$open ssl;
        location / { proxy_pass http://the_gate; }
        location = /-/check/nginx {
            proxy_pass http://the_gate;
            proxy_set_header X-Gate-Secret $secret;
            proxy_set_header X-Original-Method GET;
            proxy_set_header X-Original-URI /a/owls.html;
            proxy_set_header X-Original-Host localhost;
            proxy_set_header X-Original-Proto https;
            proxy_set_header X-Real-IP $berlin_reader;
        }
    }
    server { # tells the gate that all is for one host
        listen 127.0.0.1:$hostless ssl;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host localhost;
            proxy_set_header X-Forwarded-For $berlin_reader;
            proxy_set_header X-Forwarded-Proto $$scheme;
        }
    }
    server { # has forgotten the gate
        listen 127.0.0.1:$ungated ssl;
        location / { proxy_pass http://the_site; }
    }
    server { # 0.0.0.0 is reached here too, and is not this machine by its name
        listen 127.0.0.1:$http;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host news.example;
            proxy_set_header X-Forwarded-For $moscow_reader;
            proxy_set_header X-Forwarded-Proto http;
        }
    }
    server { # has forgotten to say that it speaks TLS
        listen 127.0.0.1:$schemeless ssl;
        location / {
            proxy_pass http://the_gate;
            proxy_set_header Host news.example;
            proxy_set_header X-Forwarded-For $moscow_reader;
        }
    }
    server { # says too much of itself, and loses Continue
        listen 127.0.0.1:$telling ssl;
        location / {
            limit_except GET { deny all; }
            proxy_pass http://the_gate;
        }
        location = /-/ready { return 200 '{"status": "degraded", "reasons": ["x"]}'; }
        location = /-/leave { return 404; }
    }
    server { # where leaving leads to
        listen $away ssl;
        location / { return 200 "weather"; }
        location /back { return 302 https://localhost/; }
        location /gone { return 404; }
    }
    server { # writes down who reads
        listen 127.0.0.1:$logging;
        set_real_ip_from 127.0.0.1;
        real_ip_header X-Test-Reader;
        access_log $work/loud.log combined;
        location /quiet { access_log $work/quiet.log quiet; return 200 ok; }
        location / { return 200 ok; }
    }
}
"""
)


@pytest.fixture(scope="module")
def numbers(free):
    """A free port for each server."""
    return {name: free() for name in (*BENEATH, "away")}


@pytest.fixture(scope="module")
def away(numbers):
    """Where leaving leads to: an address that is not the site's."""
    return f"127.0.0.2:{numbers['away']}"


@pytest.fixture(scope="module")
def home(tmp_path_factory, away):
    folder = tmp_path_factory.mktemp("doctor") / "home"
    write_starter(folder)
    path = folder / "config.yaml"
    text = path.read_text("utf-8").replace("www.wikipedia.org", away)
    text = text.replace("uk.wikipedia.org/", f"{away}/gone")
    path.write_text(text.replace("ru.wikipedia.org/", f"{away}/back"), "utf-8")
    for name in ("a", "about/undesirable"):
        (folder / "html" / name).mkdir(parents=True)
    (folder / "html" / ARTICLE.lstrip("/")).write_text(PAGE, "utf-8")
    (folder / "html/about/undesirable/index.html").write_text(PAGE, "utf-8")
    with (folder / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("check: {when_down: refuse, secret_file: secret}\n")
    (folder / "secret").write_text("s" * 43, "ascii")
    (folder / "secret").chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def certificate(home):
    """A certificate that no authority has signed but these tests."""
    paths = home / "localhost.pem", home / "localhost.key"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.2,IP:0.0.0.0"
    command = [
        *(program("openssl"), "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"),
        *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"),
        *("-addext", names, "-out", str(paths[0]), "-keyout", str(paths[1])),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return paths[0]


SETTINGS = {
    "GATE_VISITOR__TRUSTED_PROXIES": "127.0.0.1/32",
    "GATE_VISITOR__HEADER": "X-Forwarded-For",
    "GATE_SERVER__WORKERS": "1",
    "GATE_SITE__HOSTS": "localhost,127.0.0.1,news.example",
}


@contextlib.contextmanager
def serving(run, home, port, *, state, **settings):
    """Run `gate serve` before a folder of files."""
    environ = {**SETTINGS, "GATE_STATE": str(state), **settings}
    command = ["env", *(f"{name}={value}" for name, value in environ.items())]
    command += [GATE, "serve", f"--config={home / 'config.yaml'}"]
    command += [f"--listen=127.0.0.1:{port}", f"--site={home / 'html'}"]
    with run(*command, port=port, log=home / f"{port}.log") as gate:
        yield gate


@pytest.fixture(scope="module")
def ports(home, numbers, certificate, run, session_state):
    """Start everything; ports by the names in CONFIG."""
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    readers = {"moscow_reader": MOSCOW, "berlin_reader": BERLIN, "secret": "s" * 43}
    values = {**numbers, **readers, "work": home, "user": user, "folder": home / "html"}
    values["away"] = f"127.0.0.2:{numbers['away']}"
    path = home / "nginx.conf"
    path.write_text(CONFIG.substitute(values), "utf-8")
    assert certificate.parent == home
    command = (program("nginx"), "-p", str(home), "-c", str(path), "-e", "stderr")
    with (
        run(*command, port=numbers["moscow"], log=home / "nginx.log"),
        serving(run, home, numbers["gate"], state=session_state),
    ):
        yield numbers


@pytest.fixture
def doctor(home, certificate, session_state, monkeypatch):
    """Run the doctor with the settings of the gate; return findings and exit code."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name, value in {**SETTINGS, "GATE_STATE": str(session_state)}.items():
        monkeypatch.setenv(name, value)
    quiet = home / "quiet.conf"
    quiet.write_text("http { access_log off; error_log /x emerg; }\n", "utf-8")

    def run(*options):
        command = ["doctor", "--json", f"--config={home}", f"--nginx-config={quiet}"]
        shown = CliRunner().invoke(main, [*command, *map(str, options)])
        return json.loads(shown.stdout)["findings"], shown.exit_code

    return run


@pytest.fixture(scope="module")
def probed(ports):
    """Probe each front once, and keep what was found."""
    found = {}

    def probe(doctor, name, *options, host="localhost", scheme="https"):
        key = (name, host, *options)
        if key not in found:
            url = f"{scheme}://{host}:{ports[name]}{ARTICLE}"
            found[key] = doctor("--probe", url, *options)[0]
        return found[key]

    return probe


def level(findings, code, having=""):
    """The worst level of a code among findings whose subject or text has a word."""
    order = ["ok", "note", "warning", "error"]
    rows = [f for f in findings if f["code"] == code]
    rows = [f for f in rows if having in f["subject"] + f["found"]]
    return max((f["level"] for f in rows), key=order.index, default=None)


OUTSIDE = (
    *("D050", "D051", "D090", "D093", "D120", "D121", "D122", "D123", "D124"),
    *("D125", "D126", "D127", "D128", "D129", "D102", "D092"),
)


class TestProbe:
    """The live site from outside, well set up and badly."""

    def test_all_is_well_before_readers_in_moscow(self, doctor, probed):
        found = probed(doctor, "moscow", "--from-area=russia")
        assert {code: level(found, code) for code in OUTSIDE} == dict.fromkeys(
            OUTSIDE, "ok"
        )

    def test_the_page_behind_the_notice_is_not_taken_for_the_notice(
        self, doctor, probed
    ):
        found = probed(doctor, "moscow", "--from-area=russia")
        assert level(found, "D080") is None
        assert "no page of the site's own" in " ".join(f["found"] for f in found)

    def test_a_page_that_passes_is_searched_for_others(self, doctor, probed):
        found = probed(doctor, "berlin")
        assert level(found, "D080", "Google Tag Manager") == "warning"
        assert level(found, "D072") == "warning"
        assert level(found, "D070", "POST /vote/owls") == "warning"

    def test_pages_that_leaving_leads_to_are_asked(self, doctor, probed, away):
        found = probed(doctor, "berlin")
        assert level(found, "D100", f"{away}/It answers 200") == "ok"
        assert level(found, "D100", f"https://{away}/gone") == "warning"
        assert level(found, "D101", f"https://{away}/back") == "error"

    def test_they_are_asked_without_a_probe_where_that_is_allowed(self, doctor, ports):
        assert ports
        assert level(doctor()[0], "D101") is None
        found, _ = doctor("--online")
        assert level(found, "D101") == "error"
        assert level(found, "D102") == "error"  # nothing is at port 443 here

    def test_a_reader_elsewhere_meets_no_notice(self, doctor, probed):
        found = probed(doctor, "berlin")
        for code in ("D050", "D051", "D121", "D122", "D124", "D126", "D127"):
            assert level(found, code) == "ok"
        assert level(found, "D125") == "note"
        assert level(found, "D129") is None

    def test_an_area_that_is_not_warned_is_an_error(self, doctor, ports):
        url = f"https://localhost:{ports['berlin']}{ARTICLE}"
        found, code = doctor("--probe", url, "--from-area=russia")
        assert level(found, "D128") == "error"
        assert code == 1

    def test_a_forged_address_that_is_believed_is_found(self, doctor, probed):
        for name in ("believing", "loosening"):
            # 0.0.0.0 is reached here too, and is not this machine by its name
            found = probed(doctor, name, host="0.0.0.0")  # noqa: S104
            assert level(found, "D124") == "error"

    def test_what_a_trusted_machine_says_is_no_forgery(self, doctor, probed):
        found = probed(doctor, "believing")
        assert level(found, "D124", "cannot be told from here") == "note"

    def test_the_gates_own_door_believes_this_machine_and_that_is_no_hole(
        self, doctor, ports, monkeypatch
    ):
        url = f"http://127.0.0.1:{ports['gate']}{ARTICLE}"
        assert level(doctor("--probe", url)[0], "D124") == "note"
        monkeypatch.setenv("GATE_VISITOR__TRUSTED_PROXIES", "10.0.0.1/32")
        assert level(doctor("--probe", url)[0], "D124") == "error"
        monkeypatch.setenv("GATE_SERVER__LISTEN", f"127.0.0.1:{ports['gate']}")
        assert level(doctor("--probe", url)[0], "D124") == "note"

    def test_a_cache_that_all_share_is_found(self, doctor, probed):
        found = probed(doctor, "caching")
        assert level(found, "D050") == "error"
        assert level(found, "D051", "x-cache-status is HIT") == "error"

    def test_ways_around_the_gate_are_found(self, doctor, probed):
        found = probed(doctor, "leaky")
        assert level(found, "D125") == "error"
        assert level(found, "D126") == "warning"
        assert level(found, "D127") == "error"
        (odd,) = (f["found"] for f in found if f["code"] == "D125")
        assert f"/{ARTICLE}" in odd
        assert "/%61/owls.html" in odd

    def test_check_doors_that_are_open_are_found(self, doctor, probed):
        found = probed(doctor, "open")
        assert level(found, "D123", "/-/check/nginx") == "error"
        assert level(found, "D123", "/-/relay/nginx") == "warning"
        assert level(found, "D123", "/-/live") == "note"

    def test_a_host_that_is_not_the_sites_is_found(self, doctor, probed):
        assert level(probed(doctor, "hostless"), "D122") == "error"

    def test_a_front_without_the_gate_is_found(self, doctor, probed):
        found = probed(doctor, "ungated")
        assert level(found, "D121", "/-/leave") == "error"
        assert level(found, "D121", "without a mark") == "error"
        assert level(found, "D050") == "error"

    def test_plain_http_is_found(self, doctor, probed):
        found = probed(doctor, "http", host="0.0.0.0", scheme="http")  # noqa: S104
        assert level(found, "D090") == "error"
        assert level(found, "D092") == "warning"

    def test_plain_http_on_this_machine_is_a_note(self, doctor, ports):
        found, _ = doctor("--probe", f"http://127.0.0.1:{ports['gate']}{ARTICLE}")
        assert level(found, "D090") == "note"

    def test_a_proxy_that_hides_the_scheme_is_found_by_the_cookie(self, doctor, probed):
        found = probed(doctor, "schemeless")
        assert level(found, "D092", "named n.") == "warning"
        assert level(found, "D093") == "warning"

    def test_a_front_that_tells_and_breaks_is_found(self, doctor, probed):
        found = probed(doctor, "telling")
        assert level(found, "D123", "/-/ready") == "error"
        assert level(found, "D121", "/-/leave") == "error"
        assert level(found, "D129") == "warning"

    def test_a_certificate_that_nobody_signed_is_told(
        self, doctor, ports, monkeypatch, tmp_path
    ):
        nobody = tmp_path / "none.pem"
        nobody.touch()
        monkeypatch.setenv("SSL_CERT_FILE", str(nobody))
        found, code = doctor("--probe", f"https://localhost:{ports['moscow']}/")
        assert level(found, "D120", "Its certificate or TLS") == "error"
        assert code == 1

    def test_nobody_there_is_told(self, doctor, free):
        found, _ = doctor("--probe", f"http://127.0.0.1:{free()}/")
        assert level(found, "D120", "It cannot be reached.") == "error"


def ask(port, count, **fields):
    """Ask the gate for parts of a page, as browsers do between pages."""
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    sent = {"Host": "localhost", "Accept": "image/*", **fields}
    for _ in range(count):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/a/x.png")
        for name, value in sent.items():
            request.add_header(name, value)
        with contextlib.suppress(OSError):
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


def awaited(state, count):
    """Wait until so many workers answer."""
    deadline = time.monotonic() + 10
    while len(collect(state)) < count and time.monotonic() < deadline:
        time.sleep(0.1)


class TestRunning:
    """What a running gate says of itself."""

    @pytest.fixture
    def state(self, tmp_path, session_state):
        """Return a folder as a gate leaves it: with the index and the proof."""
        folder = tmp_path / "s"
        folder.mkdir(mode=0o700)
        for made in (*session_state.glob("index-*"), *session_state.glob("proof-*")):
            shutil.copy2(made, folder)
        return folder

    @pytest.fixture
    def inside(self, doctor, state, monkeypatch):
        monkeypatch.setenv("GATE_STATE", str(state))
        return lambda *options: doctor(*options)[0]

    @pytest.fixture
    def gate(self, run, home, free, state):
        """Start another gate with the state folder of this test."""
        with contextlib.ExitStack() as stack:

            def start(**settings):
                port = free()
                made = serving(run, home, port, state=state, **settings)
                server = stack.enter_context(made)
                awaited(state, 1)
                return server

            yield start

    def test_a_gate_without_trouble_is_well(self, gate, inside):
        server = gate()
        ask(server.port, 30, X_Forwarded_For=BERLIN)
        found = inside()
        for code in ("D002", "D003", "D004", "D005", "D032", "D033", "D034"):
            assert level(found, code) == "ok", code
        assert level(found, "D006") is None

    def test_no_gate_is_an_error_where_others_ask_it(self, inside, free, monkeypatch):
        monkeypatch.setenv("GATE_SERVER__LISTEN", f"127.0.0.1:{free()}")
        assert level(inside(), "D006", "nothing answers") == "error"

    @pytest.mark.parametrize(
        ("code", "trusted", "header", "fields"),
        [
            ("D002", "", "none", {}),
            ("D003", None, None, {"X_Forwarded_For": CLOUDFLARE}),
            ("D004", "10.0.0.1/32", None, {"X_Forwarded_For": BERLIN}),
            ("D005", None, None, {}),
        ],
        ids=["private", "a CDN", "a stranger that forwards", "a silent proxy"],
    )
    def test_addresses_where_no_reader_is_are_found(
        self, gate, inside, code, trusted, header, fields
    ):
        settings = {}
        if trusted is not None:
            settings["GATE_VISITOR__TRUSTED_PROXIES"] = trusted
        if header is not None:
            settings["GATE_VISITOR__HEADER"] = header
        server = gate(**settings)
        ask(server.port, 30, **fields)
        found = inside()
        assert level(found, code) == "warning"
        assert level(found, code, "100% of requests since the start") == "warning"
        if code in {"D004", "D005"}:
            assert level(found, "D032") == "warning"

    def test_workers_that_differ_are_found(self, gate, inside, state):
        gate()
        gate(GATE_SITE__NAME="Another Herald")
        awaited(state, 2)
        found = inside()
        assert level(found, "D033", "config") == "warning"

    def test_a_gate_that_rests_on_other_files_is_found(self, gate, inside):
        gate(GATE_SITE__NAME="Another Herald")
        found = inside()
        assert level(found, "D034", "config") == "warning"

    def test_with_files_that_are_not_sound_there_is_nothing_to_compare(
        self, gate, inside, tmp_path, home, monkeypatch
    ):
        gate()
        folder = tmp_path / "rules"
        shutil.copytree(home / "rules", folder)
        (folder / "undesirable-organization.yaml").write_text("nonsense\n", "utf-8")
        monkeypatch.setenv("GATE_RULES__FOLDER", str(folder))
        found = inside()
        assert level(found, "D034", "not sound") == "note"
        assert level(found, "D030") == "error"


class TestLogs:
    """What the doctor says of logs is what nginx does."""

    def test_nginx_writes_readers_where_the_doctor_says_so(self, home, ports):
        request = f"http://127.0.0.1:{ports['logging']}"
        for path in ("/loud", "/quiet"):
            asked = urllib.request.Request(request + path)  # noqa: S310
            asked.add_header("X-Test-Reader", MOSCOW)
            urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310
        loud, quiet = check_logs([home / "loud.log", home / "quiet.log"])
        assert loud.level is Level.ERROR
        assert quiet.level is Level.OK
        assert MOSCOW not in loud.found

    def test_the_configuration_is_found_to_write_them(self, home, ports):
        assert ports
        (found,) = check_nginx(home / "nginx.conf", Level.ERROR)
        line = int(found.subject.rpartition(":")[2])
        text = (home / "nginx.conf").read_text("utf-8").splitlines()[line - 1]
        assert "loud.log combined" in text

    def test_the_output_of_nginx_is_read_as_well(self, home, ports, tmp_path):
        assert ports
        command = [
            program("nginx"),
            "-T",
            "-p",
            str(home),
            "-c",
            str(home / "nginx.conf"),
        ]
        dump = subprocess.run(command, capture_output=True, check=True).stdout
        (tmp_path / "dump").write_bytes(dump)
        (found,) = check_nginx(tmp_path / "dump", Level.WARNING)
        assert (found.code, found.level) == ("D040", Level.WARNING)
