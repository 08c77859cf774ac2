"""gate doctor: each check fires where it must, and is silent where all is well."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import os
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.cli import main
from gate.config import load_config
from gate.engine.cdn import NETWORKS, cdn_of
from gate.engine.shares import WINDOW, Shares, signs_of
from gate.model import Client, Unknown
from gate.request.numbers import parse_address
from gate.rules import load_book
from gate.workbench import doctor
from gate.workbench.checking import CheckReport, check_everything
from gate.workbench.doctor.activities import check_activities
from gate.workbench.doctor.banner import check_banner
from gate.workbench.doctor.book import check_book
from gate.workbench.doctor.caches import check_caches
from gate.workbench.doctor.codes import CODES
from gate.workbench.doctor.database import check_databases
from gate.workbench.doctor.examination import Order, examine
from gate.workbench.doctor.exits import (
    explainer_url,
    follow,
    judge_exit,
    judge_explainer,
    judge_route,
)
from gate.workbench.doctor.exported import check_exported
from gate.workbench.doctor.fetching import MOST_REQUESTS, Got, Site, fetch
from gate.workbench.doctor.files import check_files
from gate.workbench.doctor.finding import Level, note, ok, ranked, warning
from gate.workbench.doctor.forging import check_forging
from gate.workbench.doctor.others import check_others, is_own, known
from gate.workbench.doctor.page import read_page
from gate.workbench.doctor.running import check_running
from gate.workbench.doctor.sighting import see
from gate.workbench.doctor.transport import (
    check_transport,
    judge_cookie,
    judge_redirect,
)
from gate.workbench.doctor.trust import check_trust

PACKAGE = Path(doctor.__file__).parent
RULES = Path(__file__).parent.parent / "rules"
DAY = 86_400
OK, NOTE, WARNING, ERROR = Level


def levels(findings):
    """The codes that were found, each with its worst level."""
    worst = {}
    for finding in findings:
        worst[finding.code] = max(worst.get(finding.code, OK), finding.level)
    return worst


def told(findings, code):
    return "\n".join(f.found for f in findings if f.code == code)


@pytest.fixture(name="config")
def _config(make_config):
    def load(**changes):
        return load_config(make_config(**changes), {})

    return load


@pytest.fixture(scope="module", name="book")
def _book():
    book, _ = load_book(RULES)
    return book


class Handler(BaseHTTPRequestHandler):
    """Answers what the test has put on the server."""

    def do_GET(self):
        target = self.requestline.split(" ")[1]  # self.path has lost double slashes
        self.server.asked.append((target, dict(self.headers.items())))
        answer = self.server.pages.get(self.path.partition("?")[0])
        status, fields, body = answer(self) if callable(answer) else answer or MISSING
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_POST = do_GET  # noqa: N815 - the library's own names

    def log_message(self, *_):
        """Keep quiet."""


MISSING = (404, {"Content-Type": "text/plain"}, b"nothing")
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(name="site")
def _site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.pages, server.asked = {}, []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class TestFindings:
    """Codes, order, JSON."""

    def test_every_code_is_issued_somewhere_and_every_issued_code_is_explained(self):
        modules = [p for p in PACKAGE.glob("*.py") if p.name != "codes.py"]
        text = "\n".join(path.read_text("utf-8") for path in modules)
        assert set(re.findall(r'"(D[0-9]{3})"', text)) == set(CODES)

    def test_meanings_are_sentences_with_a_remedy(self):
        for meaning, remedy in CODES.values():
            assert re.fullmatch(r"[A-Za-z].*\.", meaning), meaning
            assert re.fullmatch(r"[A-Z].*\.|chmod .*\.", remedy), remedy

    def test_the_worst_comes_first(self):
        found = [ok("D001", "a", ""), warning("D020", "b", ""), note("D002", "c", "")]
        assert [f.code for f in ranked(found)] == ["D020", "D002", "D001"]

    def test_a_warning_without_advice_takes_the_advice_of_its_code(self):
        assert warning("D031", "x", "").todo == CODES["D031"][1]
        assert ok("D031", "x", "").todo == ""

    def test_help_explains_a_finding(self):
        shown = CliRunner().invoke(main, ["help", "d003"])
        assert shown.exit_code == 0
        assert shown.output.startswith("D003: Requests seem to come from a content")


TRUST = {
    "nobody, directly": ([], "none", {"D010": OK}),
    "nobody, with a header": ([], "x-forwarded-for", {"D010": ERROR}),
    "somebody, without a header": (["10.0.0.5/32"], "none", {"D012": ERROR}),
    "one proxy": (["10.0.0.5/32"], "x-forwarded-for", {"D010": OK}),
    "one network": (["10.1.0.0/24", "unix"], "x-forwarded-for", {"D010": OK}),
    "half of the internet": (["0.0.0.0/1"], "x-forwarded-for", {"D011": ERROR}),
    "a whole private range": (["10.0.0.0/8"], "x-forwarded-for", {"D011": WARNING}),
    "all of them": (["172.16.0.0/12"], "x-forwarded-for", {"D011": WARNING}),
    "IPv6, private": (["fd00::/8"], "x-forwarded-for", {"D011": WARNING}),
    "IPv6, absurd": (["2000::/3"], "x-forwarded-for", {"D011": ERROR}),
    "a cloud": (["34.64.0.0/10"], "x-forwarded-for", {"D013": WARNING}),
    "a public proxy": (["34.64.1.5/32"], "x-forwarded-for", {"D010": OK}),
    "Cloudflare by X-Forwarded-For": (
        ["104.16.0.0/13"],
        "x-forwarded-for",
        {"D013": WARNING},
    ),
    "Cloudflare by its own header": (
        ["104.16.0.0/13"],
        "cf-connecting-ip",
        {"D013": NOTE},
    ),
    "Fastly by Cloudflare's header": (
        ["151.101.0.0/16"],
        "cf-connecting-ip",
        {"D013": WARNING},
    ),
}


@pytest.mark.parametrize("case", TRUST)
def test_the_trust_list_is_neither_empty_nor_wide(config, case):
    trusted, header, expected = TRUST[case]
    visitor = {"trusted_proxies": trusted, "header": header}
    assert levels(check_trust(config(visitor=visitor))) == expected


class TestCdn:
    """Networks of CDNs are recognised, and nothing else is."""

    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("104.16.0.0", "Cloudflare"),
            ("104.27.255.255", "Cloudflare"),
            ("151.101.1.1", "Fastly"),
            ("13.32.5.5", "CloudFront"),
            ("2606:4700::1", "Cloudflare"),
            ("104.15.255.255", None),
            ("1.1.1.1", None),
            ("95.165.1.1", None),
            ("2a02::1", None),
            ("0.0.0.0", None),  # noqa: S104 - an address like any other
        ],
    )
    def test_by_its_network(self, address, name):
        assert cdn_of(*parse_address(address)) == name

    def test_what_has_no_address_is_in_none(self):
        assert cdn_of(0, 0) is None

    def test_every_network_is_found_again(self):
        for name, networks in NETWORKS.items():
            for text in networks:
                assert cdn_of(*parse_address(text.partition("/")[0])) == name


class TestShares:
    """Counts of where no reader is."""

    @pytest.mark.parametrize(
        ("client", "sign"),
        [
            (Client(4, 0x0A000001), "private"),
            (Client(0, 0, Unknown.PRIVATE_ADDRESS), "private"),
            (Client(0, 0, Unknown.BAD_ADDRESS), "unreadable"),
            (Client(4, 0x5FA50101, None, Unknown.BAD_ADDRESS), "forwarded"),
            (Client(4, 0x68100001), "cdn"),
        ],
    )
    def test_each_sign_is_seen(self, client, sign):
        assert signs_of(client) == ("looked_at", sign)

    def test_a_reader_gives_no_sign(self):
        assert signs_of(Client(4, 0x5FA50101)) == ("looked_at",)

    def test_a_cdn_that_is_not_trusted_gives_two(self):
        found = signs_of(Client(4, 0x68100001, None, Unknown.BAD_ADDRESS))
        assert set(found) == {"looked_at", "forwarded", "cdn"}

    def test_counts_are_told_in_tens_and_windows_follow_each_other(self):
        shares = Shares()
        for _ in range(WINDOW + 19):
            shares.watch(Client(4, 0x0A000001))
        told = shares.told()
        assert told["since_start"]["private"] == WINDOW + 10
        assert told["last_window"] == {
            "looked_at": WINDOW,
            "private": WINDOW,
            "unreadable": 0,
            "forwarded": 0,
            "cdn": 0,
        }


def test_what_is_new_counts_as_much_as_what_is_old(config):
    shares = Shares()
    for client in (Client(4, 0x5FA50101), Client(4, 0x68100001)):
        for _ in range(WINDOW * (20 if client.number == 0x5FA50101 else 1)):
            shares.watch(client)
    report = {
        "pid": 1,
        "trouble": [],
        "versions": {},
        "total": 21 * WINDOW,
        "cells": [["RU", "read", "pass", "passed", "", 21 * WINDOW]],
        "shares": shares.told(),
    }
    found = check_running([report], config(), CheckReport(findings=()))
    assert levels(found)["D003"] is WARNING
    assert "5% of requests since the start" in told(found, "D003")
    assert "100% of the last 1,000" in told(found, "D003")
    assert levels(found)["D002"] is OK
    few = {**report, "total": 0, "shares": {}, "cells": []}
    assert (
        levels(check_running([few], config(), CheckReport(findings=())))["D002"] is NOTE
    )


PROXIED = {"trusted_proxies": ["10.0.0.0/24", "unix"], "header": "x-forwarded-for"}
FORWARDED = {"trusted_proxies": ["10.0.0.0/24"], "header": "forwarded"}
FOR = "X-Forwarded-For"
SIGHTINGS = {
    "a reader, directly": ("95.165.1.1", [], OK, "is in RU"),
    "a reader behind one proxy": ("10.0.0.5", [(FOR, "95.165.1.1")], OK, "is in RU"),
    "a reader behind two": (
        "10.0.0.5",
        [(FOR, "1.2.3.4, 95.165.1.1, 10.0.0.1")],
        OK,
        "95.165.1.1: hop 2 from the right, not ours: the reader.",
    ),
    "two lines": (
        "10.0.0.5",
        [(FOR, "1.2.3.4"), (FOR, "95.165.1.1")],
        OK,
        "95.165.1.1: hop 1 from the right",
    ),
    "over a unix socket": ("unix", [(FOR, "95.165.1.1")], OK, "The unix socket: one"),
    "a proxy that says nothing": ("10.0.0.5", [], ERROR, "not sent"),
    "a hop that cannot be read": (
        "10.0.0.5",
        [(FOR, "95.165.1.1, unknown")],
        ERROR,
        "Hop 1 from the right cannot be read; none is skipped.",
    ),
    "only proxies": ("10.0.0.5", [(FOR, "10.0.0.1")], ERROR, "private_address"),
    "a proxy that is not named": (
        "95.165.1.1",
        [(FOR, "1.2.3.4")],
        WARNING,
        "X-Forwarded-For: not believed from there",
    ),
    "a private peer": ("192.168.1.1", [], WARNING, "private_address"),
    "an underscore": ("10.0.0.5", [("X_Forwarded_For", "1.2.3.4")], ERROR, "dropped"),
}


class TestSighting:
    """Which address the gate sees, and why."""

    @pytest.mark.parametrize("case", SIGHTINGS)
    def test_each_hop_is_told(self, config, book, case):
        peer, fields, level, said = SIGHTINGS[case]
        (found,) = see(peer, fields, config(visitor=PROXIED), book)
        assert (found.code, found.level) == ("D001", level)
        assert said in found.found

    def test_what_such_a_reader_meets_is_told(self, config, book):
        (found,) = see("10.0.0.5", [], config(visitor=PROXIED), book)
        assert "Such readers meet: banner." in found.found

    def test_without_a_rule_book_the_place_is_still_told(self, config):
        (found,) = see("10.0.0.5", [], config(visitor=PROXIED), None)
        assert found.found.endswith("The place is unknown: bad_address.")

    def test_the_header_forwarded_is_read_too(self, config, book):
        fields = [("Forwarded", 'for=1.2.3.4, for="95.165.1.1:443"')]
        (found,) = see("10.0.0.5", fields, config(visitor=FORWARDED), book)
        assert "95.165.1.1 is in RU" in found.found

    def test_an_address_of_a_cdn_is_recognised(self, config, book):
        fields = [(FOR, "95.165.1.1, 104.16.0.5")]
        found = see("10.0.0.5", fields, config(visitor=PROXIED), book)
        assert levels(found)["D003"] is WARNING
        assert "Cloudflare's" in told(found, "D003")

    def test_without_a_database_that_is_said(self, config, book, tmp_path):
        bad = tmp_path / "bad.mmdb"
        bad.write_bytes(b"no database")
        made = config(geo={"databases": [str(bad)]})
        (found,) = see("95.165.1.1", [], made, book)
        assert found.level is WARNING
        assert "see D020" in found.found


class TestDatabase:
    """Age, kind, and what it can tell."""

    def test_a_current_one_is_well(self, config, book, databases):
        made = config(geo={"databases": [str(databases("GeoLite2-City.mmdb"))]})
        now = built(made) + 10 * DAY
        found = check_databases(made, book, now)
        assert levels(found) == {"D021": OK, "D023": OK}
        assert "10 days old" in told(found, "D021")

    @pytest.mark.parametrize(
        ("days", "level"), [(44, OK), (45, WARNING), (399, WARNING), (400, ERROR)]
    )
    def test_age_is_measured_against_45_days_and_the_book(
        self, config, book, days, level
    ):
        made = config()
        found = check_databases(made, book, built(made) + days * DAY)
        assert levels(found)["D021"] is level

    def test_the_embedded_one_is_for_a_start(self, config, book):
        assert levels(check_databases(config(), book, 0))["D022"] is WARNING

    @pytest.mark.parametrize(("days", "level"), [(1, None), (9, WARNING)])
    def test_a_list_of_tor_exits_is_fetched_each_day(
        self, config, book, tmp_path, days, level
    ):
        exits = tmp_path / "exits.txt"
        exits.write_text("192.42.116.16\n", "utf-8")
        made = config(geo={"tor_exits": str(exits)})
        now = int(exits.stat().st_mtime) + days * DAY
        found = check_databases(made, book, now)
        told = [f.level for f in found if f.subject == "exits.txt"]
        assert told == [OK, *([level] if level else [])]

    def test_a_list_that_is_none_is_an_error(self, config, book, tmp_path):
        (tmp_path / "exits.txt").write_text("<html>", "utf-8")
        made = config(geo={"tor_exits": str(tmp_path / "exits.txt")})
        assert levels(check_databases(made, book, 0))["D020"] is ERROR

    def test_one_that_cannot_be_read_is_an_error(self, config, book, tmp_path):
        bad = tmp_path / "bad.mmdb"
        bad.write_bytes(b"no database")
        found = check_databases(config(geo={"databases": [str(bad)]}), book, 0)
        assert levels(found) == {"D020": ERROR}

    def test_one_without_regions_cannot_tell_what_the_areas_ask(
        self, config, book, tmp_path
    ):
        path = tmp_path / "countries.mmdb"
        write_countries(path)
        found = check_databases(config(geo={"databases": [str(path)]}), book, 0)
        assert levels(found)["D023"] is WARNING
        assert "points or settlements, regions" in told(found, "D023")


def built(config):
    from gate.engine.preparation import sources_of  # noqa: PLC0415
    from gate.places.database import Database  # noqa: PLC0415

    return Database(*sources_of(config).databases).facts.build_epoch


def write_countries(path):
    """Write a database that knows countries only."""
    import numpy as np  # noqa: PLC0415

    from gate.workbench.mmdb_writer import Layered, database_bytes  # noqa: PLC0415

    halves = Layered(
        np.array([0, 0], np.uint64), np.array([0, 1 << 31], np.uint64), np.array([0, 1])
    )
    records = [{"country": {"iso_code": "DE"}}, {"country": {"iso_code": "RU"}}]
    metadata = {
        "database_type": "X-Country",
        "ip_version": 6,
        "languages": ["en"],
        "description": {"en": "x"},
    }
    path.write_bytes(database_bytes(halves, records, metadata, build_epoch=1))


@pytest.fixture(name="starter")
def _starter(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    CliRunner().invoke(main, ["init", str(folder)])
    path = folder / "config.yaml"  # tests ask nobody else
    text = path.read_text("utf-8").replace("wikipedia.org", "exit.invalid")
    path.write_text(text, "utf-8")
    monkeypatch.chdir(folder)
    return folder


class TestBook:
    """Soundness, drafts, mode."""

    def check(self, folder):
        path = folder / "config.yaml"
        report = check_everything(path, {}, int(time.time()))
        return check_book(load_config(path, {}), report)

    def test_the_shipped_book_is_sound_and_its_texts_are_drafts(self, starter):
        found = levels(self.check(starter))
        assert found == {"D030": OK, "D031": WARNING, "D035": OK}

    def test_signed_texts_are_no_drafts(self, starter):
        for path in (starter / "rules/notices").glob("*.yaml"):
            text = path.read_text("utf-8")
            signed = re.sub(
                r"^(\s*)status: draft.*$",
                r"\1status: reviewed" + "\n" + r"\1reviewed_by: A. Lawyer",
                text,
                flags=re.MULTILINE,
            )
            path.write_text(signed, "utf-8")
        assert levels(self.check(starter))["D031"] is OK

    def test_a_broken_book_is_an_error_that_is_named(self, starter):
        path = starter / "rules/undesirable-organization.yaml"
        text = path.read_text("utf-8")
        path.write_text(text.replace("then: interstitial", "then: nothing"), "utf-8")
        found = self.check(starter)
        assert levels(found)["D030"] is ERROR
        assert "undesirable-organization.yaml:" in told(found, "D030")

    def test_observing_warns_nobody(self, starter):
        path = starter / "config.yaml"
        text = path.read_text("utf-8").replace("mode: enforce", "mode: observe")
        path.write_text(text, "utf-8")
        assert levels(self.check(starter))["D035"] is WARNING


class TestMissing:
    """No gate that runs is worse where something depends on it."""

    def found(self, config, listen, **changes):
        made = config(server={"listen": listen, **changes.pop("server", {})}, **changes)
        (found,) = check_running([], made, None)
        assert found.code == "D006"
        return found

    @pytest.fixture(name="closed")
    def _closed(self):
        with socket.socket() as bound:  # bound, but nobody listens
            bound.bind(("127.0.0.1", 0))
            yield f"127.0.0.1:{bound.getsockname()[1]}"

    @pytest.mark.parametrize(
        "changes",
        [
            {"check": {"when_down": "refuse"}},
            {"server": {"upstream": "http://127.0.0.1:9"}},
        ],
        ids=["asked by others", "before a site"],
    )
    def test_it_is_an_error_if_nothing_answers(self, config, closed, tmp_path, changes):
        for listen in (closed, f"unix:{tmp_path}/none"):
            found = self.found(config, listen, **changes)
            assert found.level is ERROR
            assert found.todo.startswith("Start gate serve")

    def test_it_is_a_note_if_nothing_depends_on_it(self, config, closed):
        assert self.found(config, closed).level is NOTE

    def test_it_is_a_note_if_something_answers(self, config, site, tmp_path):
        check = {"when_down": "refuse"}
        listen = site.url.removeprefix("http://")
        assert self.found(config, listen, check=check).level is NOTE
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(tmp_path / "s"))
            listening.listen()
            found = self.found(config, f"unix:{tmp_path}/s", check=check)
        assert found.level is NOTE

    @pytest.mark.parametrize("way", ["open", "warn", "refuse"])
    def test_readers_who_pass_while_it_is_down_are_told(self, config, way):
        made = config(check={"when_down": way})
        found = levels(check_book(made, CheckReport(findings=(), config=made)))
        assert found.get("D036") is (NOTE if way == "open" else None)


class TestForging:
    """From a trusted address nobody can tell whether forgers are believed."""

    @pytest.mark.parametrize(
        ("trusted", "level"),
        [(["127.0.0.1/32"], NOTE), (["::1/128"], NOTE), (["10.0.0.0/8"], ERROR)],
    )
    def test_what_this_machine_may_say_is_no_hole(self, config, site, trusted, level):
        site.pages["/a"] = answers_by_turns(page("<body>a"), (403, NOTICE, b""))
        made = config(visitor={"trusted_proxies": trusted, "header": "X-Forwarded-For"})
        first = Got(f"{site.url}/a", 200, (("content-type", "text/html"),))
        found = check_forging(Site(f"{site.url}/a"), first, made, None)
        assert (found.code, found.level) == ("D124", level)
        assert ("cannot be told from here" in found.found) is (level is NOTE)


def answers_by_turns(*answers):
    turns = itertools.cycle(answers)
    return lambda _: next(turns)


class TestFiles:
    """The secret, the operations listener, the state folder."""

    def found(self, config, tmp_path, secret="x" * 43, mode=0o600, **server):
        state = tmp_path / "state"
        state.mkdir(mode=0o700, exist_ok=True)
        path = tmp_path / "secret"
        if secret is not None:
            path.write_text(secret, "ascii")
            path.chmod(mode)
        check = {"when_down": "refuse", "secret_file": str(path)}
        return check_files(config(check=check, state=str(state), server=server))

    def test_a_sound_secret_is_well(self, config, tmp_path):
        found = levels(self.found(config, tmp_path))
        assert found == {"D110": OK, "D111": OK, "D112": OK, "D113": OK}

    @pytest.mark.parametrize(
        ("mode", "level"),
        [(0o600, OK), (0o640, OK), (0o644, ERROR), (0o660, ERROR), (0o604, ERROR)],
    )
    def test_nobody_else_may_read_it(self, config, tmp_path, mode, level):
        assert levels(self.found(config, tmp_path, mode=mode))["D110"] is level

    @pytest.mark.parametrize("secret", ["", "x" * 31, "x" * 40 + "\nshort"])
    def test_none_may_be_short(self, config, tmp_path, secret):
        assert levels(self.found(config, tmp_path, secret=secret))["D111"] is ERROR

    def test_one_that_is_not_there_yet_is_a_note(self, config, tmp_path):
        assert levels(self.found(config, tmp_path, secret=None))["D110"] is NOTE

    def test_one_that_is_no_text_is_an_error(self, config, tmp_path):
        path = tmp_path / "secret"
        path.write_bytes(b"\xff" * 40)
        check = {"when_down": "refuse", "secret_file": str(path)}
        assert levels(check_files(config(check=check)))["D110"] is ERROR

    def test_without_check_doors_there_is_none(self, config):
        assert "D110" not in levels(check_files(config()))

    @pytest.mark.parametrize(
        ("listen", "level"),
        [
            ("127.0.0.1:9464", OK),
            ("localhost:9464", OK),
            ("[::1]:9464", OK),
            ("10.0.0.5:9464", OK),
            ("unix:/run/gate/operations.sock", OK),
            ("0.0.0.0:9464", ERROR),
            ("[::]:9464", ERROR),
            ("93.184.216.34:9464", ERROR),
            ("metrics.example.org:9464", ERROR),
        ],
    )
    def test_the_operations_listener_is_not_public(
        self, config, tmp_path, listen, level
    ):
        found = self.found(config, tmp_path, operations=listen)
        assert levels(found)["D112"] is level

    @pytest.mark.parametrize(
        ("mode", "level"), [(0o700, OK), (0o755, WARNING), (0o777, ERROR)]
    )
    def test_nobody_else_may_look_into_the_state(self, config, tmp_path, mode, level):
        state = tmp_path / "own"
        state.mkdir()
        state.chmod(mode)
        found = levels(check_files(config(state=str(state))))
        assert found["D113"] is level
        assert check_files(config(state=str(tmp_path / "none")))[-1].level is NOTE


URL = "https://news.example/a/owls"
HOSTS = ["news.example"]
CLOSED = {
    "referrer-policy": "same-origin",
    "content-security-policy": "default-src 'self'",
}


def others(html, **fields):
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    got = Got(URL, 200, tuple((CLOSED | fields).items()))
    return check_others(read_page(html, URL), got, HOSTS)


CALLS = {
    "script": '<script src="https://{}/x.js"></script>',
    "protocol-relative": '<script src="//{}/x.js"></script>',
    "iframe": '<iframe src="https://{}/e"></iframe>',
    "image": '<img src="https://{}/p.gif">',
    "image set": '<img srcset="/a.png 1x, https://{}/p.png 2x">',
    "style": '<link rel="stylesheet" href="https://{}/s.css">',
    "preconnect": '<link rel="preconnect" href="https://{}">',
    "import": '<style>@import "https://{}/s.css";</style>',
    "background": "<p style=\"background:url('https://{}/b.png')\">",
    "form": '<form action="https://{}/s"></form>',
    "formaction": '<form><button formaction="https://{}/s"></button></form>',
    "text of a script": '<script>load("https://{}/t.js")</script>',
    "escaped": '<script>load("https:\\/\\/{}\\/t.js")</script>',
    "object": '<object data="https://{}/o"></object>',
    "video": '<video src="https://{}/v.mp4"></video>',
    "ping": '<a href="/x" ping="https://{}/p">x</a>',
    "base": '<base href="https://{}/"><img src="p.gif">',
}


class TestOthers:
    """Servers of others, and what they learn."""

    @pytest.mark.parametrize("way", CALLS)
    def test_a_tracker_is_found_however_it_is_called(self, way):
        found = others(CALLS[way].format("mc.yandex.ru"))
        assert levels(found)["D080"] is WARNING
        assert "Yandex Metrica" in told(found, "D080")

    def test_a_page_of_its_own_calls_nobody(self):
        html = """<base href="/"><script src="/x.js"></script><img src="pic.png">
            <img src="https://static.news.example/p.png"><a href="https://b.example">b</a>
            <link rel="canonical" href="https://b.example/"><img src="data:image/gif,x">
            <script>var a = "/x//y"; // https://b.example
            </script>"""
        assert levels(others(html)) == {"D081": OK, "D072": OK, "D082": OK, "D083": OK}

    def test_an_unknown_script_is_worse_than_an_unknown_picture(self):
        assert (
            levels(others('<script src="https://b.example/x.js">'))["D081"] is WARNING
        )
        assert levels(others('<img src="https://b.example/x.png">'))["D081"] is NOTE

    def test_a_font_of_others_is_named(self):
        found = others('<link rel=stylesheet href="https://fonts.googleapis.com/css">')
        assert "Google Fonts (fonts)" in told(found, "D080")

    def test_what_is_told_depends_on_the_policy(self):
        html = '<img src="https://b.example/x.png">'
        assert "not told the page" in told(others(html), "D081")
        found = others(html, referrer_policy="unsafe-url")
        assert "told the article" in told(found, "D081")
        assert levels(found)["D082"] is WARNING
        found = others(html, referrer_policy="")
        assert "told the site" in told(found, "D081")
        assert levels(found)["D082"] is NOTE

    def test_the_page_itself_may_say_the_policy(self):
        html = '<meta name="referrer" content="no-referrer">'
        assert levels(others(html, referrer_policy=""))["D082"] is OK

    def test_the_last_policy_holds(self):
        policy = "no-referrer, strict-origin-when-cross-origin"
        assert levels(others("", referrer_policy=policy))["D082"] is NOTE

    @pytest.mark.parametrize(
        ("policy", "level"),
        [
            ("default-src 'self'", OK),
            ("script-src 'self' cdn.example; img-src *", OK),
            ("", NOTE),
            ("img-src 'self'", NOTE),
            ("default-src *", NOTE),
            ("script-src https:", NOTE),
        ],
    )
    def test_a_content_policy_keeps_scripts_of_others_out(self, policy, level):
        found = others("", content_security_policy=policy)
        assert levels(found)["D083"] is level

    @pytest.mark.parametrize(
        "link", ["https://t.me/share/url?url=x", "https://vk.com/share.php?url=x"]
    )
    def test_share_links_to_networks_are_found(self, link):
        found = others(f'<a href="{link}">share</a>')
        assert levels(found)["D072"] is WARNING
        assert levels(others('<a href="https://t.me/thechannel">x</a>'))["D072"] is OK

    def test_the_nearest_known_host_counts(self):
        assert known("www.googletagmanager.com").name == "Google Tag Manager"
        assert known("mc.yandex.ru").kind == "tracker"
        assert known("www.yandex.ru").kind == "widget"
        assert known("notyandex.ru") is None
        assert known("localhost") is None

    @pytest.mark.parametrize(
        ("host", "own"),
        [
            ("news.example", True),
            ("static.news.example", True),
            ("news.example.", True),
            ("evilnews.example", False),
            ("news.example.evil", False),
            ("", False),
        ],
    )
    def test_what_lies_below_a_host_of_the_site_is_its_own(self, host, own):
        assert is_own(host, ["www.news.example"]) is own

    def test_every_host_of_the_list_is_in_lower_case_and_named(self):
        listed = yaml.safe_load((PACKAGE / "trackers.yaml").read_text("utf-8"))
        for hosts in listed["hosts"].values():
            for host, name in hosts.items():
                assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]+", host)
                assert name


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<script>",
                    "</script>",
                    "<form ",
                    "action=",
                    "method=post",
                    ">",
                    "<",
                ),
                *('"', "'", "//", "http://[", "https://b.example", "<style>", "url("),
                *('fetch("/x", {method: "POST"})', "<a href=", "<base href=", "<!--"),
                *(
                    "<meta name=referrer content=",
                    "srcset=",
                    "&#x110000;",
                    "\x00",
                    "]]",
                ),
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_no_page_however_broken_stops_the_doctor(html):
    others(html)


@pytest.mark.parametrize(
    "place", ['<base href="{}">', '<form action="{}">', "<a href={}>"]
)
def test_an_address_that_is_none_stops_nobody(place):
    assert levels(others(place.format("http://[")))["D081"] is OK


SENDS = {
    "a form": '<form method="post" action="/vote/1"></form>',
    "a form to itself": '<form method="POST"></form>',
    "a button": '<button formaction="/vote/1" formmethod="post">x</button>',
    "fetch": '<script>fetch("/vote/1", {body: x, method: "POST"})</script>',
    "XMLHttpRequest": '<script>r.open("PUT", "/vote/1")</script>',
    "axios": '<script>axios.delete("/vote/1")</script>',
    "jQuery": "<script>$.post('/vote/1', x)</script>",
    "a beacon": '<script>navigator.sendBeacon("/vote/1")</script>',
    "an attribute": "<p onclick=\"fetch('/vote/1', {method:'POST'})\">",
}


class TestActivities:
    """What pages send is declared."""

    def found(self, config, html):
        return check_activities(read_page(html, URL), URL, config())

    @pytest.mark.parametrize("way", SENDS)
    def test_what_is_not_declared_is_listed(self, config, way):
        assert levels(self.found(config, SENDS[way]))["D070"] is WARNING

    def test_what_it_looks_like_is_said(self, config):
        found = self.found(config, '<form method=post action="/api/comments/1"></form>')
        assert "POST /api/comments/1 (looks like comments)" in told(found, "D070")

    @pytest.mark.parametrize(
        "html",
        [
            '<form method="post" action="/comment/owls"></form>',
            '<form method="get" action="/search"></form>',
            '<form method="post" action="https://elsewhere.example/x"></form>',
            '<script>fetch("/data.json")</script>',
            "",
        ],
    )
    def test_what_is_declared_reads_or_leaves_is_not(self, config, html):
        assert levels(self.found(config, html)) == {"D070": OK, "D071": OK}

    def test_links_that_look_like_sharing_are_listed(self, config):
        html = '<a href="/repost?id=1">x</a> <a href="/share/1">declared</a>'
        found = self.found(config, html)
        assert levels(found)["D071"] is NOTE
        assert told(found, "D071") == "Taken for reading:\n/repost"
        assert levels(self.found(config, '<a href="/shared-grief">x</a>'))["D071"] is OK


PRIVATE = {"cache-control": "private, no-cache", "cdn-cache-control": "no-store"}
CACHES = {
    "as the gate says": (PRIVATE, {}, {"D050": OK, "D051": OK}),
    "not stored": ({"cache-control": "no-store"}, {}, {"D050": OK, "D051": OK}),
    "nothing said": ({}, {}, {"D050": ERROR, "D051": OK}),
    "public": ({"cache-control": "public, max-age=60"}, {}, {"D050": ERROR}),
    "for shared caches": ({"cache-control": "s-maxage=60"}, {}, {"D050": ERROR}),
    "said to the CDN alone": (
        PRIVATE | {"cdn-cache-control": "max-age=60"},
        {},
        {"D050": ERROR},
    ),
    "said to the surrogate": (
        PRIVATE | {"surrogate-control": "max-age=60"},
        {},
        {"D050": ERROR},
    ),
    "with an age": (PRIVATE, {"age": "12"}, {"D051": ERROR}),
    "just now": (PRIVATE, {"age": "0"}, {"D051": OK}),
    "a hit": (PRIVATE, {"x-cache": "Hit from cloudfront"}, {"D051": ERROR}),
    "a miss": (PRIVATE, {"x-cache": "Miss from cloudfront"}, {"D051": OK}),
    "Cloudflare's hit": (PRIVATE, {"cf-cache-status": "HIT"}, {"D051": ERROR}),
    "Cloudflare's dynamic": (PRIVATE, {"cf-cache-status": "DYNAMIC"}, {"D051": OK}),
    "Varnish's hit": (PRIVATE, {"x-varnish": "32770 32768"}, {"D051": ERROR}),
    "Varnish's miss": (PRIVATE, {"x-varnish": "32770"}, {"D051": OK}),
}


class TestCaches:
    """No cache keeps gated pages."""

    @pytest.mark.parametrize("case", CACHES)
    def test_fields_tell(self, config, case):
        first, more, expected = CACHES[case]
        got = Got(URL, 200, tuple(first.items()))
        again = Got(URL, 200, tuple({**first, **more}.items()))
        found = levels(check_caches(got, again, config(), gated=True))
        assert expected.items() <= found.items()

    def test_what_nobody_is_warned_of_may_be_kept(self, config):
        got = Got(URL, 200, (("cache-control", "public"), ("age", "9")))
        assert levels(check_caches(got, got, config(), gated=False)) == {"D050": NOTE}

    def test_an_edge_that_decides_may_keep(self, config):
        got = Got(URL, 200, (("cache-control", "public"), ("age", "9")))
        made = config(site={"cache": "edge"})
        found = levels(check_caches(got, got, made, gated=True))
        assert found == {"D050": NOTE, "D051": NOTE}


class TestExported:
    """The table of the edge is fresh."""

    @pytest.fixture(name="table")
    def _table(self, starter):
        done = CliRunner().invoke(main, ["export", "csv", "--to", "edge.csv"])
        assert done.exit_code == 0, done.output
        return starter / "edge.csv"

    def found(self, table, now=None, **site):
        path = table.parent / "config.yaml"
        environ = {f"GATE_SITE__{n.upper()}": value for n, value in site.items()}
        now = now or int(time.time())
        report = check_everything(path, environ, now)
        return check_exported(load_config(path, environ), [table], report, now)

    def test_a_fresh_one_is_well(self, table):
        (found,) = self.found(table)
        assert found.level is OK
        assert "site.cache is private, as it must be beside a recipe" in found.found

    def test_a_past_one_sends_all_to_the_gate(self, table):
        (found,) = self.found(table, now=int(time.time()) + 8 * DAY)
        assert found.level is ERROR
        assert "which is past" in found.found

    def test_one_of_another_configuration_is_stale(self, table):
        (found,) = self.found(table, cache="edge")
        assert (found.level, found.found) == (ERROR, "It rests on another config.")

    def test_one_of_another_book_is_stale(self, table):
        rules = table.parent / "rules/undesirable-organization.yaml"
        rules.write_text(rules.read_text("utf-8") + "\n# changed\n", "utf-8")
        (found,) = self.found(table)
        assert "another book" in found.found

    def test_an_edge_that_decides_by_a_fresh_one_is_well(self, starter, monkeypatch):
        monkeypatch.setenv("GATE_SITE__CACHE", "edge")
        for kind, name in (("csv", "edge.csv"), ("mmdb", "edge.mmdb")):
            CliRunner().invoke(main, ["export", kind, "--to", name])
            (found,) = self.found(starter / name, cache="edge")
            assert found.level is OK

    def test_an_edge_without_a_table_is_an_error(self, config):
        made = config(site={"cache": "edge"})
        assert levels(check_exported(made, [], None, 0)) == {"D052": ERROR}
        assert levels(check_exported(config(), [], None, 0)) == {"D052": OK}

    def test_another_file_is_no_table(self, config, tmp_path):
        path = tmp_path / "x.csv"
        path.write_text("first,last\n", "utf-8")
        found = check_exported(config(), [path, tmp_path / "none"], None, 0)
        assert [f.level for f in found] == [ERROR, ERROR]


def page(body):
    return 200, HTML, f"<!doctype html><html>{body}</html>".encode()


def shown(handler):
    return base64.b64decode(handler.headers.get("X-Gate-Banner", "")).decode()


BANNERS = {
    "right after the body": (lambda h: page(f"<body id=x>\n{shown(h)}<p>n</p>"), OK),
    "later": (lambda h: page(f"<body><p>n</p>{shown(h)}</body>"), WARNING),
    "not at all": (lambda _: page("<body><p>n</p></body>"), ERROR),
    "still encoded": (
        lambda h: page(f"<body>{h.headers['X-Gate-Banner']}</body>"),
        ERROR,
    ),
    "as text": (
        lambda h: page(f"<body>{shown(h).replace('<', '&lt;')}</body>"),
        ERROR,
    ),
    "on no page": (lambda _: MISSING, NOTE),
}


@pytest.mark.parametrize("way", BANNERS)
def test_the_site_shows_the_banner_that_it_gets(site, way):
    site.pages["/a"], level = BANNERS[way]
    found = check_banner(Site(site.url), "/a")
    assert (found.code, found.level) == ("D060", level)


class TestFetching:
    """Few requests, in our own name, to the host that was named."""

    def test_the_name_is_our_own_and_the_path_goes_as_it_is(self, site):
        asking = Site(site.url, host="news.example")
        for target in ("//a/../b", "/%61/./c?x=%zz"):
            asking.get(target)
        assert [path for path, _ in site.asked] == ["//a/../b", "/%61/./c?x=%25zz"]
        fields = site.asked[0][1]
        assert fields["User-Agent"].startswith("gate-doctor/")
        assert fields["Host"] == "news.example"

    def test_redirects_are_not_followed(self, site):
        site.pages["/"] = 302, {"Location": f"{site.url}/x"}, b""
        assert fetch(f"{site.url}/").status == 302
        assert len(site.asked) == 1

    def test_there_is_an_end(self, site):
        asking = Site(site.url)
        answers = [asking.get("/") for _ in range(MOST_REQUESTS + 1)]
        assert answers[-1].failure
        assert len(site.asked) == MOST_REQUESTS

    def test_packed_pages_are_unpacked_and_long_ones_cut(self, site):
        packed = gzip.compress(b"x" * (3 << 20))
        site.pages["/"] = 200, {**HTML, "Content-Encoding": "gzip"}, packed
        assert len(fetch(f"{site.url}/").body) == 1 << 20

    def test_nobody_there_is_told(self):
        assert "reached" in fetch("http://127.0.0.1:1/").failure
        assert "address" in fetch("http://[").failure
        assert "reached" in fetch("http://no-such-host.invalid/").failure


class TestExits:
    """Pages that readers are led to."""

    def judged(self, server, config, answer, **changes):
        server.pages["/"] = answer
        return judge_exit(fetch(f"{server.url}/"), config(**changes))

    def test_a_page_that_answers_is_well(self, site, config):
        found = self.judged(site, config, page(""), site={"hosts": ["news.example"]})
        assert found.level is OK

    @pytest.mark.parametrize(
        ("status", "level"), [(404, WARNING), (500, WARNING), (403, NOTE), (429, NOTE)]
    )
    def test_one_that_refuses_is_not(self, site, config, status, level):
        hosts = {"hosts": ["news.example"]}
        found = self.judged(site, config, (status, {}, b""), site=hosts)
        assert (found.code, found.level) == ("D100", level)

    def test_one_that_leads_back_is_an_error(self, site, config):
        answer = 302, {"Location": "https://www.news.example/"}, b""
        found = self.judged(site, config, answer, site={"hosts": ["news.example"]})
        assert (found.code, found.level) == ("D101", ERROR)

    def test_one_that_does_not_answer_is_told(self, config):
        found = judge_exit(fetch("http://127.0.0.1:1/"), config())
        assert (found.code, found.level) == ("D100", WARNING)

    @pytest.mark.parametrize(
        ("hops", "level"),
        [
            pytest.param({}, OK, id="none"),
            pytest.param({"/": "/wiki"}, NOTE, id="on the same host"),
            pytest.param({"/": "/a", "/a": "/b"}, WARNING, id="a chain"),
            pytest.param({"/": "https://w.example/"}, WARNING, id="another host"),
            pytest.param({"/": "http://exit.example/x"}, ERROR, id="without https"),
            pytest.param({"/": "/a", "/a": "https://a.news.example/"}, ERROR, id="us"),
            pytest.param({"/": "/"}, WARNING, id="a circle"),
        ],
    )
    def test_where_an_exit_leads_on_to_is_followed(self, config, hops, level):
        base = "https://exit.example"
        leads = {base + path: urljoin(base, to) for path, to in hops.items()}

        def ask(url):
            to = leads.get(url)
            return Got(url, 302, (("location", to),)) if to else Got(url, 200)

        made = config(site={"hosts": ["news.example"]})
        found = list(judge_route(follow(ask(f"{base}/"), ask), made))
        assert (found[0].code, found[0].level) == ("D132", level)

    @pytest.mark.parametrize(
        ("fields", "body", "levels"),
        [
            pytest.param((), "", [OK, OK, OK], id="plain"),
            pytest.param((("set-cookie", "a=b"),), "", [OK, NOTE, OK], id="cookie"),
            pytest.param(
                (), "<script src=//t.example>", [OK, OK, NOTE], id="other servers"
            ),
            pytest.param((), "<p>The EXAMPLE Herald", [OK, OK, WARNING], id="names us"),
        ],
    )
    def test_an_exit_should_leave_no_trace(self, config, fields, body, levels):
        html = (*fields, ("content-type", "text/html"))
        got = Got("https://exit.example/", 200, html, body.encode())
        found = list(judge_route([got], config()))
        assert [one.level for one in found] == levels
        assert [one.code for one in found] == ["D132", "D133", "D134"]

    def test_the_explainer_must_be_there_without_a_notice(self, site, config):
        url = explainer_url(config(), site.url)
        assert url == f"{site.url}/about/undesirable/"
        assert judge_explainer(fetch(url)).level is ERROR
        site.pages["/about/undesirable/"] = page("")
        assert judge_explainer(fetch(url)).level is OK
        notice = {
            "Cache-Control": "private, no-store",
            "CDN-Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'",
        }
        site.pages["/about/undesirable/"] = 403, notice, b""
        assert "circle" in judge_explainer(fetch(url)).found
        assert judge_explainer(fetch("http://127.0.0.1:1/")).level is ERROR


class TestTransport:
    """Redirects and cookies; the rest is tried on a real server."""

    @pytest.mark.parametrize(
        ("answer", "level"),
        [
            ((301, {"Location": "https://news.example/"}, b""), OK),
            ((301, {"Location": "http://news.example/x"}, b""), ERROR),
            (page("open"), ERROR),
        ],
    )
    def test_plain_http_leads_to_https(self, site, answer, level):
        site.pages["/"] = answer
        assert judge_redirect(fetch(f"{site.url}/")).level is level

    def test_nothing_at_plain_http_is_well(self):
        url = "https://no-such-host.invalid/a"
        found = levels(check_transport(Got(url, 200)))
        assert found == {"D090": OK, "D091": OK, "D093": WARNING}

    @pytest.mark.parametrize(
        ("policy", "level"),
        [("max-age=31536000", OK), ("max-age=0", WARNING), ("preload", WARNING)],
    )
    def test_browsers_are_held_to_https(self, policy, level):
        fields = (("strict-transport-security", policy),)
        got = Got("https://no-such-host.invalid:8443/", 200, fields)
        found = levels(check_transport(got))
        assert found == {"D090": OK, "D091": NOTE, "D093": level}

    def test_the_cookie_has_the_name_that_browsers_protect(self):
        assert judge_cookie("__Host-n", URL).level is OK
        assert judge_cookie("n", URL).level is WARNING


TRACKED = page(
    '<body><script src="https://mc.yandex.ru/w.js"></script>'
    '<form method="post" action="/vote"></form></body>'
)

NOTICE = {
    **HTML,
    "Cache-Control": "private, no-store",
    "CDN-Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
}


class TestProbe:
    """How the live site is asked; what is found is tried on real servers."""

    def probe(self, site, path="/a/1"):
        shown = CliRunner().invoke(
            main, ["doctor", "--json", "--probe", site.url + path]
        )
        return json.loads(shown.stdout)["findings"]

    @pytest.mark.usefixtures("starter")
    def test_it_is_asked_at_most_twenty_times_and_in_our_name(self, site):
        site.pages["/a/1"] = 403, NOTICE, b'<input name="n" value="abc123">'
        self.probe(site)
        assert 15 <= len(site.asked) <= MOST_REQUESTS
        agents = {fields["User-Agent"] for _, fields in site.asked}
        assert len(agents) == 1
        assert agents.pop().startswith("gate-doctor/")

    @pytest.mark.usefixtures("starter")
    @pytest.mark.parametrize(
        ("form", "kind"),
        [
            ('<form id="go" method="post" enctype="text/plain">', "text/plain"),
            (
                '<form enctype="text/plain"></form><form method="post">',
                "application/x-www-form-urlencoded",
            ),
        ],
    )
    def test_continue_is_sent_as_its_form_says(self, site, form, kind):
        field = '<input type="hidden" name="n" value="abc123">'

        def answer(handler):
            if handler.command != "POST":
                return 403, NOTICE, f"{form}{field}</form>".encode()
            sent = handler.headers
            right = (sent["Content-Type"], sent["Referer"]) == (kind, f"{site.url}/a/1")
            return (
                (303 if right else 400),
                {"Set-Cookie": "n=1", "Location": "/a/1"},
                b"",
            )

        site.pages["/a/1"] = answer
        (found,) = (row for row in self.probe(site) if row["code"] == "D129")
        assert found["level"] == "ok", found

    @pytest.mark.usefixtures("starter")
    @pytest.mark.parametrize(
        ("answer", "level", "said"),
        [
            ((301, {"Location": "/b"}, b""), "warning", "leads to /b"),
            ((404, HTML, b"no"), "error", "It answers 404."),
            ((421, HTML, b"no"), "error", "It answers 421."),
        ],
    )
    def test_what_is_no_article_is_told_and_not_asked_again(
        self, site, answer, level, said
    ):
        site.pages["/a/1"] = answer
        (found,) = (row for row in self.probe(site) if row["code"] == "D120")
        assert found["level"] == level
        assert said in found["found"]
        assert len(site.asked) == 1

    @pytest.mark.usefixtures("starter")
    def test_what_no_rule_gates_need_not_come_through_the_gate(self, site):
        site.pages["/about/undesirable/"] = page("<body>the law</body>")
        rows = self.probe(site, "/about/undesirable/")
        marks = [r["level"] for r in rows if r["code"] == "D121"]
        assert sorted(marks) == ["error", "note"]  # no way out, and no mark to expect


class TestCommand:
    """The command as a whole."""

    def run(self, *options):
        return CliRunner().invoke(main, ["doctor", *map(str, options)])

    @pytest.fixture(name="quiet")
    def _quiet(self, tmp_path):
        """A file that keeps the doctor from looking at this machine's own servers."""
        path = tmp_path / "nginx.conf"
        path.write_text("http { access_log off; error_log /x emerg; }\n", "utf-8")
        return f"--nginx-config={path}"

    def test_a_start_has_warnings_and_no_error(self, starter, quiet):
        shown = self.run(quiet)
        assert shown.exit_code == 0, shown.output
        assert "D022" in shown.output
        assert "To do: " in shown.output
        assert shown.output.splitlines()[-1].startswith("Sound: 0 errors, ")
        assert self.run(quiet, "--strict").exit_code == 1
        assert not list(starter.glob("*.log"))

    @pytest.mark.usefixtures("starter")
    def test_json_holds_every_finding(self, quiet):
        shown = json.loads(self.run(quiet, "--json").output)
        assert shown["sound"] is True
        assert {"code", "level", "subject", "found", "todo"} == set(
            shown["findings"][0]
        )
        levels = [row["level"] for row in shown["findings"]]
        order = ["error", "warning", "note", "ok"]
        assert levels == sorted(levels, key=order.index)

    @pytest.mark.usefixtures("starter")
    def test_an_error_is_in_the_exit_code(self, quiet, tmp_path):
        (tmp_path / "a.log").write_text("95.165.1.1\n", "utf-8")
        shown = self.run(quiet, "--logs", tmp_path / "a.log")
        assert shown.exit_code == 1
        assert "Not sound: 1 error," in shown.output
        assert "95.165" not in shown.output

    @pytest.mark.usefixtures("starter")
    def test_every_kind_of_file_can_be_named(self, quiet, tmp_path):
        (tmp_path / "Caddyfile").write_text(":80\nlog\n", "utf-8")
        (tmp_path / "g.conf.py").write_text("accesslog = '-'\n", "utf-8")
        shown = self.run(
            quiet,
            f"--caddy-config={tmp_path / 'Caddyfile'}",
            f"--gunicorn-config={tmp_path / 'g.conf.py'}",
        )
        assert shown.exit_code == 1
        assert "D043" in shown.output
        assert "D042" in shown.output

    @pytest.mark.usefixtures("starter")
    def test_a_request_is_followed(self, quiet):
        shown = self.run(
            quiet, "--peer", "95.165.1.1", "--header", "X-Real-IP: 1.2.3.4"
        )
        assert "X-Real-Ip: not believed from there" in shown.output

    @pytest.mark.usefixtures("starter")
    @pytest.mark.parametrize(
        "options",
        [
            ("--peer", "nobody"),
            ("--header", "X: 1"),
            ("--peer", "1.2.3.4", "--header", "no colon"),
            ("--probe", "news.example"),
            ("--from-area", "russia"),
            ("--from-area", "nowhere", "--probe", "http://127.0.0.1:1/"),
            ("--path", "a"),
            ("--logs", "missing.log"),
        ],
    )
    def test_misuse_is_told(self, options):
        shown = self.run(*options)
        assert shown.exit_code == 2, shown.output

    def test_a_broken_configuration_is_told_with_its_place(self, starter):
        (starter / "config.yaml").write_text("mode: x\n", "utf-8")
        shown = self.run()
        assert shown.exit_code == 1
        assert "config.yaml:1" in shown.stderr

    @pytest.mark.usefixtures("starter")
    def test_a_page_of_the_site_behind_is_read(self, quiet, site, monkeypatch):
        site.pages["/a/1"] = TRACKED
        monkeypatch.setenv("GATE_SERVER__UPSTREAM", site.url)
        shown = self.run(quiet, "--path", "/a/1")
        assert "Yandex Metrica" in shown.output
        assert "POST /vote" in shown.output
        assert [path for path, _ in site.asked] == ["/a/1"]
        assert site.asked[0][1]["Host"] == "localhost"

    @pytest.fixture(name="showing")
    def _showing(self, starter):
        """Let the site show banners itself."""
        with (starter / "config.yaml").open("a", encoding="utf-8") as file:
            file.write("check: {when_down: refuse, banner: site}\n")

    @pytest.mark.usefixtures("showing")
    def test_a_site_that_shows_no_banner_is_told(self, quiet, site, monkeypatch):
        site.pages["/"] = page("<body>news</body>")
        monkeypatch.setenv("GATE_SERVER__UPSTREAM", site.url)
        shown = self.run(quiet)
        assert shown.exit_code == 1
        assert "D060" in shown.output

    @pytest.mark.usefixtures("showing")
    @pytest.mark.parametrize(
        ("upstream", "code"), [("http://127.0.0.1:1", "D120"), ("unix:/x", "D060")]
    )
    def test_a_site_that_cannot_be_asked_is_told(
        self, quiet, monkeypatch, upstream, code
    ):
        monkeypatch.setenv("GATE_SERVER__UPSTREAM", upstream)
        assert code in self.run(quiet).output

    def test_a_state_folder_that_cannot_be_used_is_a_finding(self, starter, quiet):
        state = starter / ".state"
        state.mkdir(exist_ok=True)
        state.chmod(0o777)
        shown = self.run(quiet)
        assert shown.exit_code == 1
        assert "D113" in shown.output
        assert "D030" in shown.output

    def test_the_usual_places_are_looked_at_where_nothing_is_named(
        self, starter, monkeypatch
    ):
        (starter / "gunicorn.conf.py").write_text("accesslog = '-'\n", "utf-8")
        found = examine(
            starter / "config.yaml", os.environ, Order(servers={}), int(time.time())
        )
        assert levels(found)["D042"] is WARNING
        monkeypatch.chdir(starter.parent)
        found = examine(
            starter / "config.yaml", os.environ, Order(servers={}), int(time.time())
        )
        assert "D042" not in levels(found)

    @pytest.mark.usefixtures("starter")
    def test_nothing_is_asked_of_others_unless_it_is_allowed(
        self, quiet, site, monkeypatch
    ):
        site.pages["/"] = page("")
        monkeypatch.setenv("GATE_SERVER__UPSTREAM", site.url)
        shown = self.run(quiet)
        assert "D100" not in shown.output
        assert "D102" not in shown.output
