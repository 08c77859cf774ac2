"""What a vendor offers, and what is taken and kept of it."""

from __future__ import annotations

import gzip
import stat
from dataclasses import replace

import pytest
import updates
from updater import GOOD, names, outcome, run
from updates import BEFORE, BUILT, DAY, KEY, digest, packed, sends, world

from gate.errors import (
    UpdateAnswerError,
    UpdateChecksumError,
    UpdateDeniedError,
)


def test_the_file_of_the_month_is_taken_and_the_last_one_kept(task, server, served):
    old, new = served.read_bytes(), world(extra=2)
    server.db_ip(new)
    report = run(task)
    assert (report.outcome, served.read_bytes()) == ("new", new)
    (kept,) = report.kept
    assert (kept.name, kept.read_bytes()) == ("city-2026-11-03.mmdb", old)
    assert report.after.attribution.startswith("IP Geolocation by DB-IP")
    assert {check.error for check in report.checks} == {None}
    assert not [n for n in names(served.parent) if "new-" in n]


def test_in_the_first_days_the_file_of_the_month_before_is_taken(task, server):
    server.db_ip(world(), BEFORE)
    assert outcome(task) == "new"
    assert [path[-15:-8] for path in server.paths] == ["2026-11", "2026-10"]


def test_the_first_database_is_held_against_the_one_that_ships(task, server, served):
    served.unlink()
    server.db_ip(world())
    report = run(task)
    assert (report.outcome, report.before, report.kept) == ("new", None, ())
    assert stat.S_IMODE(served.stat().st_mode) == 0o644


def test_a_served_file_that_is_broken_is_replaced(task, server, served):
    served.write_bytes(b"x" * 1000)
    server.db_ip(world())
    assert outcome(task) == "new"


def test_who_may_read_the_file_stays(task, server, served):
    served.chmod(0o640)
    server.db_ip(world())
    run(task)
    assert stat.S_IMODE(served.stat().st_mode) == 0o640


def test_what_is_served_already_is_not_fetched_again(task, server):
    server.db_ip(world(), ETag='"one"', Last_Modified="Fri, 13 Nov 2026 00:00:00 GMT")
    assert outcome(task) == "new"
    server.answers = {path: sends(b"", status=304) for path in server.answers}
    assert outcome(task) == "current"
    asked = server.asked[-1][1]
    assert asked["If-None-Match"] == '"one"'
    assert asked["If-Modified-Since"] == "Fri, 13 Nov 2026 00:00:00 GMT"
    assert asked["User-Agent"].startswith("gate/")


def test_another_file_at_the_place_is_asked_for_anew(task, server, served):
    server.db_ip(world(), ETag='"one"')
    run(task)
    served.write_bytes(world(built=BUILT - DAY))
    assert outcome(task) == "new"
    assert "If-None-Match" not in server.asked[-1][1]


def test_the_same_file_again_is_no_new_one(task, server, served):
    server.db_ip(served.read_bytes())
    assert outcome(task) == "current"
    assert list(run(task).kept) == []


def test_a_trial_replaces_nothing(task, server, served):
    old = served.read_bytes()
    server.db_ip(world())
    before = names(served.parent)
    assert outcome(task, is_trial=True) == "would be new"
    assert served.read_bytes() == old
    assert set(names(served.parent)) - set(before) == {".city.mmdb.lock"}


def test_only_so_many_are_kept_and_nothing_else_is_removed(task, server, served):
    mine = served.with_name("city-of-mine.mmdb")
    mine.touch()
    for days in (8, 6, 4, 2):
        server.db_ip(world(built=BUILT - days * DAY))
        assert outcome(task) == "new"
    assert [p.name for p in run(task).kept] == [
        "city-2026-11-09.mmdb",
        "city-2026-11-07.mmdb",
    ]
    assert mine.exists()


def test_a_folder_for_the_kept_ones_is_made(task, server, tmp_path):
    server.db_ip(world())
    report = run(replace(task, folder=tmp_path / "old" / "ones"))
    assert [p.parent.name for p in report.kept] == ["ones"]


# MaxMind's protocol


def test_maxmind_gives_the_archive_of_the_day_that_it_tells(maxmind, server, served):
    new = world(kind="GeoLite2-City")
    server.maxmind(new)
    assert outcome(maxmind) == "new"
    assert served.read_bytes() == new
    assert [path.partition("?")[0] for path in server.paths] == [
        "/geoip/updates/metadata",
        *2 * ["/geoip/databases/GeoLite2-City/download"],
    ]
    assert outcome(maxmind) == "current"
    assert len(server.paths) == 4  # its MD5 was enough


def test_an_older_mirror_compares_digests(maxmind, server, served):
    new = world(kind="GeoLite2-City")
    path = "/geoip/databases/GeoLite2-City/update"

    def answer(handler, query):
        if query["db_md5"] == [digest(new)]:
            return sends(b"", status=304)(handler, query)
        fields = {"X_Database_MD5": digest(new)}
        return sends(gzip.compress(new), **fields)(handler, query)

    server.answers[path] = updates.allowed(answer)
    assert outcome(maxmind) == "new"
    assert served.read_bytes() == new
    assert outcome(maxmind) == "current"


def test_where_a_redirect_leads_no_account_is_shown(maxmind, server):
    """MaxMind leads to addresses of a store that are keys in themselves."""
    archive = packed(GOOD)
    server.maxmind(GOOD, archive=archive)
    path = "/geoip/databases/GeoLite2-City/download"
    own = server.answers[path]
    with updates.vendor() as store:
        store.answers["/signed"] = sends(archive)

        def answer(handler, query):
            is_archive = query["suffix"] == ["tar.gz"]
            led = updates.leads(f"{store.url}/signed?key=1")
            (led if is_archive else own)(handler, query)

        server.answers[path] = answer
        assert outcome(maxmind) == "new"
        ((_, fields),) = store.asked
    assert "authorization" not in {name.lower() for name in fields}
    assert "authorization" in {name.lower() for name in server.asked[0][1]}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param({"md5": "0" * 32}, UpdateChecksumError, id="another md5"),
        pytest.param({"md5": ""}, UpdateAnswerError, id="no md5"),
        pytest.param({"edition_id": "x"}, UpdateAnswerError, id="another edition"),
        pytest.param({"date": "../../x"}, UpdateAnswerError, id="no day"),
    ],
)
def test_what_the_description_says_must_hold(maxmind, server, served, said, error):
    old = served.read_bytes()
    server.maxmind(world(kind="GeoLite2-City"), **said)
    with pytest.raises(error):
        run(maxmind)
    assert served.read_bytes() == old


def test_a_wrong_sha256_is_told(maxmind, server, served):
    old = served.read_bytes()
    content = world(kind="GeoLite2-City")
    server.maxmind(content)
    path = "/geoip/databases/GeoLite2-City/download"
    archive = packed(content)

    def answer(handler, query):
        wrong = query["suffix"] == ["tar.gz.sha256"]
        sends(f"{'0' * 64}  x".encode() if wrong else archive)(handler, query)

    server.answers[path] = answer
    with pytest.raises(UpdateChecksumError, match="SHA256"):
        run(maxmind)
    assert served.read_bytes() == old


@pytest.mark.parametrize("status", [401, 402, 403])
def test_an_account_that_is_refused_is_told_without_its_key(maxmind, server, status):
    server.answers["/geoip/updates/metadata"] = sends(KEY.encode(), status=status)
    with pytest.raises(UpdateDeniedError) as found:
        run(maxmind)
    assert f"answered {status}" in str(found.value)
    assert KEY not in f"{found.value!r} {found.value.hint} {maxmind!r}"
