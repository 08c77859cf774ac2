"""The exported CSV and MMDB, read back: the same answers as the gate's own."""

from __future__ import annotations

import csv
import ipaddress
import time
from bisect import bisect_right

import maxminddb
import pytest
from machine import program

from gate.model import Membership

SIZES = [
    pytest.param(None, 20_000, id="embedded"),
    pytest.param("GeoLite2-City.mmdb", 100_000, id="GeoLite2"),
]


def rows_of(path):
    lines = [x for x in path.read_text("utf-8").splitlines() if x[0] != "#"]
    return list(csv.DictReader(lines))


def until_of(path):
    head = next(x for x in path.read_text("utf-8").splitlines() if "(Unix" in x)
    return int(head.rpartition(" ")[2].rstrip(")"))


@pytest.mark.parametrize(("database", "count"), SIZES)
def test_the_rows_hold_every_address_once_with_the_answer_of_the_gate(
    exported, database, count
):
    tables = exported(database)
    rows = rows_of(tables.file("csv"))
    spans = [
        (ipaddress.ip_address(r["first"]), ipaddress.ip_address(r["last"]))
        for r in rows
    ]
    for version, top in ((4, 1 << 32), (6, 1 << 128)):
        own = [(int(a), int(b)) for a, b in spans if a.version == version]
        assert own[0][0] == 0
        assert [b + 1 for _, b in own] == [*(a for a, _ in own[1:]), top]
    keys = [(a.version, int(a)) for a, _ in spans]
    addresses, expected = tables.drawn(count)
    parsed = map(ipaddress.ip_address, addresses)
    # An IPv4-mapped address is looked up as IPv4 by everybody who can meet one.
    found = [
        rows[bisect_right(keys, (a.version, int(a))) - 1]["answer"]
        for a in (getattr(a, "ipv4_mapped", None) or a for a in parsed)
    ]
    assert found == [{"1": "free", "0": "gate"}[letter] for letter in expected]


def test_every_free_row_says_when_it_ends(exported):
    path = exported().file("csv")
    ends = {(row["answer"], row["until"]) for row in rows_of(path)}
    assert ends == {("gate", ""), ("free", str(until_of(path)))}


@pytest.mark.parametrize(("database", "count"), SIZES)
def test_the_database_answers_like_the_gate_and_tells_the_areas(
    exported, database, count
):
    tables = exported(database)
    judge, now = tables.judge, time.time()
    addresses, expected = tables.drawn(count)
    with maxminddb.open_database(tables.file("mmdb")) as reader:
        for address, letter in zip(addresses, expected, strict=True):
            ip = ipaddress.ip_address(address)
            ip = getattr(ip, "ipv4_mapped", None) or ip
            if ip.version == 6 and int(ip) < 1 << 32:
                continue  # where the format keeps IPv4
            record = reader.get(ip)
            place = judge.index.classes[judge.index.find(ip.version, int(ip))]
            if place.unknown is not None:
                assert record is None
                continue
            told = record["gate"]
            assert (told["free"], told["until"] > now) == (letter == "1",) * 2
            areas = ("russia", "russia-controlled-ukraine")
            # Of the shipped areas the first has one version, the second's last holds.
            levels = [Membership(place.memberships[at]).word for at in (0, -1)]
            assert [told["areas"][area] for area in areas] == levels


def test_the_database_says_what_it_rests_on(exported):
    tables = exported()
    told = tables.judge.index.database
    with maxminddb.open_database(tables.file("mmdb")) as reader:
        metadata = reader.metadata()
    said = metadata.description["en"]
    assert metadata.build_epoch == told.build_epoch
    assert told.digest in said
    assert f"Unix time {until_of(tables.file('csv'))}" in said
    assert "DB-IP" in said


def test_nginx_reads_the_database(exported, run, free, answers, tmp_path):
    tables = exported()
    addresses, expected = tables.drawn(5_000)
    port, path = free(), tmp_path / "nginx.conf"
    module = "/usr/lib/nginx/modules/ngx_http_geoip2_module.so"
    path.write_text(
        f"""load_module {module}; daemon off; pid {tmp_path}/pid; error_log stderr;
        events {{}} http {{ access_log off; keepalive_requests 1000000;
        set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
        geoip2 {tables.file("mmdb")} {{ $gate_row default=0 gate free; }}
        server {{ listen 127.0.0.1:{port}; return 200 $gate_row; }} }}""",
        "utf-8",
    )
    command = map(str, (program("nginx"), "-p", tmp_path, "-c", path))
    with run(*command, port=port, log=tmp_path / "log") as server:
        found = answers(server.port, addresses)
    wrong = [
        address
        for address, got, want in zip(addresses, found, expected, strict=True)
        if got != want and not address.startswith("::")
    ]
    assert wrong == []
