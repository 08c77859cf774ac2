"""What runs the gate by its recipes: gunicorn, systemd, containers.

gunicorn is started for real. What systemd would do is asked of systemd-analyze, and
some of what it would forbid is forbidden here. No container runs: its file is read.
"""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest
import yaml
from machine import free_port, listens, missing

from gate.config import load_config
from gate.errors import RecipeLacksError
from gate.workbench.recipe import render, write
from gate.workbench.recipe_values import Settings
from gate.workbench.running.server import HARDENED

SECRET = "a-secret-for-tests-" + "7" * 32
PROXIES = {"trusted_proxies": ["127.0.0.1/32"], "header": "X-Forwarded-For"}
CHECK = {"when_down": "refuse"}
MOSCOW, BERLIN = "77.88.8.8", "91.64.0.1"
WAIT = 30  # seconds for a server to begin

SITE = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [repr(sorted(k for k in environ if k.startswith("HTTP_"))).encode()]
"""


@pytest.fixture
def files(make_config, tmp_path):
    """Render a recipe for a configuration with changes."""

    def files(name, *, listen=None, folder=None, **changes):
        config = load_config(make_config(visitor=PROXIES, **changes), {})
        settings = Settings(
            config=config, secret=SECRET, folder=folder or str(tmp_path), listen=listen
        )
        return {file.path: file for file in render(name, settings)}

    return files


def ask(port, path="/a/1", *lines, reader=BERLIN):
    text = "\r\n".join(
        [
            f"GET {path} HTTP/1.1",
            "Host: localhost",
            "Accept: text/html",
            f"X-Forwarded-For: {reader}",
            "Connection: close",
            *lines,
            "",
            "",
        ]
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(text.encode())
        received = b""
        while piece := peer.recv(65536):
            received += piece
    return received


@contextlib.contextmanager
def started(command, port, log, **options):
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, **options)
    try:
        deadline = time.monotonic() + WAIT
        while process.poll() is None and not listens(port):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.terminate()
        process.wait(40)


# gunicorn


@pytest.fixture
def gunicorn(files, tmp_path):
    """A gunicorn that runs on the files of the recipe, around a small application."""
    port = free_port()
    made = files(
        "gunicorn", listen=f"127.0.0.1:{port}", server={"workers": 1, "threads": 2}
    )
    write(made.values(), tmp_path)
    (tmp_path / "yoursite").mkdir()
    (tmp_path / "yoursite" / "wsgi.py").write_text(SITE)
    log = tmp_path / "log.txt"
    command = (sys.executable, "-m", "gunicorn", "-c", tmp_path / "gunicorn.conf.py")
    application = ("--chdir", tmp_path, "gate_app:application")
    with started((*command, *application), port, log):
        yield port, log


def test_gunicorn_serves_an_application_with_the_gate_before_it(gunicorn):
    port, log = gunicorn
    assert ask(port).startswith(b"HTTP/1.1 200 ")
    assert ask(port, reader=MOSCOW).startswith(b"HTTP/1.1 403 ")
    assert ask(port, "/about/undesirable/..%2f..%2fa/1", reader=MOSCOW)[9:12] != b"200"
    assert b"HTTP_X_GATE" not in ask(
        port, "/a/1", "X_Gate_Action: x", "X-Gate-Action: y"
    )
    assert ask(port, "/a/1", "SCRIPT_NAME: /a", reader=MOSCOW)[9:12] == b"403"
    for size in (8_200, 20_000):
        assert ask(port, "/a/1", f"Cookie: a={'b' * size}")[9:12] == b"431"
    ask(port, "/a/1", "Broken")
    told = log.read_text()
    for word in (MOSCOW, BERLIN, "127.0.0.1:", "/a/1", "Broken"):
        assert word not in told.replace(f"127.0.0.1:{port}", "")


def test_the_gunicorn_recipe_has_every_setting_of_the_gates_own_server(files):
    """Less what needs the gate's own process around it."""
    said = {}
    exec(files("gunicorn")["gunicorn.conf.py"].text, said)  # noqa: S102  # our own file
    own = {"worker_class", "proc_name", "pre_request"}
    assert {k: said[k] for k in HARDENED if k not in own} == {
        k: v for k, v in HARDENED.items() if k not in own
    }


# systemd


@pytest.fixture(scope="session")
def analyze():
    path = shutil.which("systemd-analyze")
    if path is None:
        missing("systemd-analyze")
    return path


UNITS = {
    "asked by servers": {"check": CHECK},
    "before a site": {"server": {"upstream": "http://127.0.0.1:8000"}},
    "on a unix socket": {
        "check": CHECK,
        "server": {"listen": "unix:/run/gate/gate.sock"},
    },
    "on a low port": {"check": CHECK, "server": {"listen": "0.0.0.0:80"}},
    "with a folder of its own": {"check": CHECK, "state": "/srv/gate/state"},
    "with metrics": {"check": CHECK, "server": {"operations": "10.0.0.1:9464"}},
    "with a name full of signs": {
        "check": CHECK,
        "site": {"name": "100% News & \"Views\" $HOME ; 'x'"},
    },
}


@pytest.mark.parametrize("changes", UNITS.values(), ids=UNITS)
def test_systemd_finds_nothing_wrong_with_the_unit(files, analyze, tmp_path, changes):
    changes = {"state": "/var/lib/gate", **changes}
    made = files("systemd", **changes)
    write(made.values(), tmp_path)
    done = subprocess.run(
        (analyze, "verify", "--man=no", tmp_path / "gate.service"),
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "gate.service" in line]
    assert (done.returncode, told) == (0, [])


def test_the_service_is_exposed_as_little_as_systemd_can_measure(
    files, analyze, tmp_path
):
    made = files("systemd", check=CHECK, state="/var/lib/gate")
    write(made.values(), tmp_path)
    done = subprocess.run(
        (analyze, "security", "--offline=true", tmp_path / "gate.service"),
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(
        r"Overall exposure level for gate\.service: ([0-9.]+)", done.stdout
    )
    assert level is not None, done.stderr
    assert float(level[1]) <= 1.2  # of 10


GEO = {
    "databases": ["/var/lib/gate-databases/GeoLite2-City.mmdb"],
    "update": {"source": "maxmind", "folder": "/var/lib/100% old"},
}


@pytest.mark.parametrize("geo", [{}, GEO], ids=["no database", "MaxMind"])
def test_systemd_finds_nothing_wrong_with_the_timer_of_databases(
    files, analyze, tmp_path, geo
):
    made = files("systemd", check=CHECK, state="/var/lib/gate", geo=geo)
    write(made.values(), tmp_path)
    for name in ("gate-geo-update.service", "gate-geo-update.timer"):
        done = subprocess.run(
            (analyze, "verify", "--man=no", tmp_path / name),
            capture_output=True,
            text=True,
            check=False,
        )
        told = [line for line in done.stderr.splitlines() if "gate-geo" in line]
        assert (done.returncode, told) == (0, [])


def test_the_updater_of_databases_writes_to_their_folders_and_nowhere_else(
    files, analyze, tmp_path
):
    made = files("systemd", check=CHECK, state="/var/lib/gate", geo=GEO)
    write(made.values(), tmp_path)
    unit = made["gate-geo-update.service"].text
    assert re.findall(
        r"^(?:ReadWritePaths|StateDirectory)=(.*)$", unit, re.MULTILINE
    ) == [
        '"/var/lib/gate-databases"',
        '"/var/lib/100%% old"',
    ]
    assert "User=gate\n" in unit
    assert "IPAddressDeny" not in unit
    timer = made["gate-geo-update.timer"].text
    assert re.search(r"^RandomizedDelaySec=\d+h$", timer, re.MULTILINE)
    done = subprocess.run(
        (analyze, "security", "--offline=true", tmp_path / "gate-geo-update.service"),
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert level is not None, done.stderr
    assert float(level[1]) <= 1.5  # of 10


APART = {"seal": "apart", "folder": "/var/lib/gate-audit"}


def test_systemd_finds_nothing_wrong_with_a_sealer_of_its_own(files, analyze, tmp_path):
    made = files("systemd", check=CHECK, state="/var/lib/gate", audit=APART)
    assert {"gate-seal.service", "gate-seal.timer", "gate.service"} <= {*made}
    write(made.values(), tmp_path)
    done = subprocess.run(
        (analyze, "verify", "--man=no", tmp_path / "gate-seal.timer"),
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "gate-seal" in line]
    assert (done.returncode, told) == (0, [])
    done = subprocess.run(
        (analyze, "security", "--offline=true", tmp_path / "gate-seal.service"),
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"gate-seal\.service: ([0-9.]+)", done.stdout)
    assert level is not None, done.stderr
    assert float(level[1]) <= 1.2  # of 10


def test_a_sealer_of_its_own_is_another_user_with_the_folders_that_it_needs(files):
    made = files("systemd", check=CHECK, state="/var/lib/gate", audit=APART)
    unit = made["gate-seal.service"].text
    assert "\nUser=gate-seal\nGroup=gate\n" in unit
    assert "install -d -m 0700 -o gate-seal -g gate /var/lib/gate-audit/key\n" in unit
    for name in ("gate.service", "gate-seal.service"):
        assert '\nReadWritePaths="/var/lib/gate-audit"\n' in made[name].text


def test_a_sealer_of_its_own_needs_a_folder_that_it_can_reach(files):
    with pytest.raises(RecipeLacksError) as caught:
        files("systemd", check=CHECK, audit={"seal": "apart"})
    assert "audit.folder" in caught.value.lacks


def test_without_one_there_is_nothing_beside_the_gate(files):
    assert sorted(files("systemd", check=CHECK)) == [
        "gate-geo-update.service",
        "gate-geo-update.timer",
        "gate.service",
    ]


def test_systemd_needs_to_know_what_the_gate_is_to_do(files):
    with pytest.raises(RecipeLacksError):
        files("systemd")


def test_the_gate_reports_when_it_is_ready_and_runs_without_writable_code(
    files, make_config, tmp_path
):
    """Type=notify and MemoryDenyWriteExecute, as systemd would do them."""
    unit = files("systemd", check=CHECK, state=str(tmp_path / "state"))[
        "gate.service"
    ].text
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert ' -m gate serve --check --config="' in line
    config = make_config(
        visitor=PROXIES,
        check=CHECK,
        server={"workers": 1},
        state=str(tmp_path / "state"),
    )
    port, place = free_port(), tmp_path / "notify"
    command = (sys.executable, "-m", "gate", "serve", "--check", f"--config={config}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(place))
        systemd.settimeout(60)
        with started(
            (*command, f"--listen=127.0.0.1:{port}"),
            port,
            tmp_path / "log.txt",
            env={**os.environ, "NOTIFY_SOCKET": str(place)},
            preexec_fn=deny_writable_code,  # one thread here
        ):
            assert systemd.recv(4096).startswith(b"READY=1")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            with contextlib.closing(connection):
                connection.request("GET", "/-/leave", headers={"Host": "localhost"})
                assert connection.getresponse().status == 303


def deny_writable_code():
    """Refuse memory that is or was writable and is to be run, for good."""
    set_mdwe, refuse_exec_gain = 65, 1  # linux/prctl.h, from Linux 6.3 on
    ctypes.CDLL(None).prctl(set_mdwe, refuse_exec_gain, 0, 0, 0)


# Containers


@pytest.fixture
def compose(files):
    made = files(
        "compose", folder="/srv/gate", check=CHECK, site={"name": "A $HOME ${x}"}
    )
    return made, yaml.safe_load(made["compose.yaml"].text)


def test_every_container_is_read_only_and_without_rights(compose):
    services = compose[1]["services"]
    for name in ("gate", "nginx"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
        assert services[name]["ulimits"]["core"] == 0
    assert services["gate"]["user"] == "10001:10001"
    assert "cap_add" not in services["gate"]
    binds = [v for v in services["gate"]["volumes"] if isinstance(v, dict)]
    assert all(bind["read_only"] for bind in binds)


def test_nobody_outside_reaches_the_gate(compose):
    services, networks = compose[1]["services"], compose[1]["networks"]
    assert "ports" not in services["gate"]
    assert "ports" not in services["site"]
    assert list(services["gate"]["networks"]) == ["inside"]
    assert networks["inside"]["internal"] is True
    address = services["nginx"]["networks"]["inside"]["ipv4_address"]
    trusted = services["gate"]["environment"]["GATE_VISITOR__TRUSTED_PROXIES"]
    assert f"{address}/32" in trusted.split(",")


def test_the_secret_is_a_secret_of_compose(compose):
    made, document = compose
    assert {f.path: f.mode for f in made.values() if f.secret} == {
        "check-secret": 0o600
    }
    assert document["secrets"]["check-secret"]["file"] == "./check-secret"
    (secret,) = document["services"]["gate"]["secrets"]
    assert secret["source"] == "check-secret"


def test_containers_begin_when_the_gate_is_ready(compose):
    services = compose[1]["services"]
    assert "/-/ready" in services["gate"]["healthcheck"]["test"][-1]
    assert services["nginx"]["depends_on"]["gate"]["condition"] == "service_healthy"
    compile(services["gate"]["healthcheck"]["test"][-1], "healthcheck", "exec")


def test_images_are_named_with_a_tag(compose):
    made, document = compose
    images = [service["image"] for service in document["services"].values()]
    images += re.findall(r"^FROM (\S+)$", made["Dockerfile"].text, re.MULTILINE)
    assert len(images) == 4
    for image in images:
        assert re.fullmatch(r"[a-z-]+:[0-9][A-Za-z0-9.-]*", image)


def test_the_image_installs_what_lies_beside_it(compose):
    text = compose[0]["Dockerfile"].text
    assert "pip install --no-cache-dir --no-compile /tmp/wheels/*.whl" in text
    assert "USER 10001:10001" in text


def test_a_dollar_in_the_configuration_stays_one(compose):
    text = "\n".join(
        line for line in compose[0]["compose.yaml"].text.splitlines() if "#" not in line
    )
    assert "$" not in text.replace("$$", "")


def test_nginx_in_its_container_keeps_no_reader(compose):
    text = compose[0]["nginx.conf"].text
    assert "access_log off;" in text
    assert "/srv/gate/nginx/gate.conf" in text
