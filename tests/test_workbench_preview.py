"""The preview shows what every door does, to its own user alone, and keeps nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from html import unescape

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from machine import program
from previews import NOW, Bench, listening
from werkzeug.test import Client

from gate.cli import main
from gate.documents.moments import stamp
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.errors import NotLoopbackError, PreviewPortError
from gate.model import Action, Activity, Place
from gate.places.embedded import embedded_database
from gate.request import canonical_path
from gate.workbench.preview.choice import Defaults, read_choice
from gate.workbench.preview.choices import place_groups, title_in, written
from gate.workbench.preview.maps import near_maps, point_at
from gate.workbench.preview.server import is_loopback, listen
from gate.workbench.preview.words import SHORT
from gate.workbench.visitor import parse_visitor

DEFAULTS = Defaults(place="RU", path="/a/x", now=NOW, languages=("en", "ru"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory, session_state):
    return Bench(tmp_path_factory.mktemp("bench"), session_state)


@pytest.fixture
def book(bench):
    """The bench, whose rules are as they were when the test has ended."""
    yield bench
    bench.restore()


def verdict_of(response):
    """The action that a page says."""
    return re.search(r'class="verdict (\w+)"', response.text)[1]


def words_of(response):
    """The text of a page, without tags."""
    assert response.status_code == 200
    page = re.sub(r"<(style|script)>.*?</\1>", "", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


CASES = {
    "Moscow reads": {"place": "RU-MOW,settlement=524901,20km"},
    "Kherson, coarse": {"place": "UA-65,50km"},
    "Kherson, coarse, shares": {"place": "UA-65,50km", "activity": "share"},
    "Simferopol gives money": {"place": "UA-43,20km", "activity": "donate"},
    "Kyiv": {"place": "UA-30,settlement=703448,20km"},
    "Berlin, registered in Russia": {"place": "country=DE,registered=RU"},
    "exempt": {"place": "RU", "path": "/help/safety/phone-search"},
    "explainer": {"place": "RU", "path": "/about/undesirable"},
    "before the register": {"place": "RU", "at": "2024-02-19T23:59:59+03:00"},
    "first second of the register": {"place": "RU", "at": "2024-02-20T00:00:00+03:00"},
    "a VPN": {"place": "unknown=anonymous_network"},
    "a bad header, shares": {"place": "unknown=bad_address", "activity": "share"},
    "an address in Moscow": {"other": "95.165.0.1"},
    "an address in Berlin": {"other": "91.64.0.1"},
    "a private address": {"other": "192.168.1.10"},
    "an address that nobody has": {"other": "3000::1"},
    "a database that is too old": {"other": "91.64.0.1", "at": "2031-01-01T00:00:00Z"},
}


def explained(bench, asked):
    """What `gate explain` decides of the same case."""
    address = asked.get("other")
    activity = asked.get("activity", "read")
    told = ["--ip", address] if address else ["--place", asked["place"]]
    told += ["--path", asked.get("path", "/a/some-article"), "--activity", activity]
    told += ["--at", asked.get("at", stamp(NOW)), "--json"]
    command = ["explain", "--config", str(bench.config), *told]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)["decision"][activity]["action"]


@pytest.mark.parametrize("asked", CASES.values(), ids=CASES)
def test_verdict_and_frame_show_what_gate_explain_decides(bench, asked):
    decided = explained(bench, asked)
    assert verdict_of(bench.get(**asked)) == decided
    frame = bench.get("/frame", **asked)
    shown = {
        (200, False): "pass",
        (200, True): "banner",
        (403, False): "interstitial",
        (451, False): "block",
    }
    assert shown[frame.status_code, "gate-banner" in frame.text] == decided


ADDRESSES = ["95.165.0.1", "78.158.208.1", "193.109.128.1", "91.64.0.1", "10.0.0.1"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["ru", "uk"])
def test_the_frame_is_byte_by_byte_what_a_wsgi_door_answers(bench, address, language):
    snapshot = bench.upkeep.look().snapshot
    gate = Gate(snapshot, clock=lambda: NOW)

    def site(_, start):
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b"<!doctype html><body><p>News</body>"]

    door = Client(GateMiddleware(site, gate))
    answer = door.get(
        "/a/some-article",
        base_url="https://localhost",
        environ_base={"REMOTE_ADDR": address},
        headers={"Accept-Language": language, "Accept": "text/html"},
    )
    frame = bench.get("/frame", other=address, lang=language, path="/a/some-article")
    assert frame.status_code == answer.status_code
    if answer.status_code != 200:
        assert frame.data == answer.data
    else:
        assert ("gate-banner" in answer.text) == ("gate-banner" in frame.text)


def test_after_continue_the_reader_sees_the_article(bench):
    assert bench.get("/frame", place="RU", step="continue").status_code == 200
    assert (
        bench.get("/frame", place="RU", step="continue", activity="share").status_code
        == 403
    )


def test_who_only_observes_is_shown_what_would_be(tmp_path, session_state):
    made = Bench(tmp_path, session_state, mode="observe")
    assert made.get("/frame", place="RU").status_code == 403
    assert "mode: observe" in words_of(made.get(place="RU"))


def test_the_page_names_the_rule_that_decides_and_the_evidence(bench):
    told = words_of(bench.get(place="UA-65,50km", path="/a/some-article"))
    assert "Decided by warn-reading" in told
    assert "a part of Khersonska oblast (UA-65) belongs" in told
    assert "70.9 % of the people in Khersonska oblast (UA-65) live in the area" in told


def test_each_place_of_the_list_is_understood_and_can_be_asked_for(bench):
    snapshot = bench.upkeep.look().snapshot
    groups = place_groups(snapshot.book, NOW, ("DE", "RU"))
    assert {group.title for group in groups} >= {
        "In the area: Russia-controlled parts of Ukraine",
        "Around the areas",
        "From the tests of the book",
        "Places that are not known",
        "Countries",
    }
    for value, _ in (option for group in groups for option in group.options):
        choice = read_choice({"place": value}, DEFAULTS)
        assert not choice.problems
        assert choice.spelled == value


def test_a_test_of_many_places_has_a_few_large_ones_under_its_name(bench):
    book = bench.upkeep.look().snapshot.book
    groups = {group.title: group for group in place_groups(book, NOW, ("DE", "RU"))}
    many = "Held towns and villages of Donetsk oblast, taken one by one"
    titles = [option.title for option in groups[f"Test: {many} (3 of 41)"].options]
    assert titles == ["Mariupol", "Bakhmut", "Avdiyivka"]
    alone = [option.title for option in groups["From the tests of the book"].options]
    assert "Kherson city is not held" in alone
    assert many not in alone
    assert max(map(len, (g.options for g in groups.values()))) <= 60


def test_no_two_lines_of_a_group_or_two_groups_read_alike(bench):
    book = bench.upkeep.look().snapshot.book
    ids = iter((703448, 703448, 1))
    places = [
        Place(country="UA", settlement=id_, accuracy_km=n)
        for n, id_ in enumerate(ids, 1)
    ]
    alike = [replace(book.tests[0], name="Places", visitor=place) for place in places]
    groups = place_groups(replace(book, tests=(*book.tests, *alike)), NOW, ("DE",))
    assert len({group.title for group in groups}) == len(groups)
    for group in groups:
        assert len({option.title for option in group.options}) == len(group.options)
    assert [option.title for option in groups[-2].options] == [
        "Kyiv (UA,settlement=703448,1km)",
        "Kyiv (UA,settlement=703448,2km)",
        "settlement 1",
    ]


def test_no_place_is_listed_twice_and_a_country_has_its_own_name(bench):
    book = bench.upkeep.look().snapshot.book
    groups = place_groups(book, NOW, ("DE", "RU"))
    values = [option.value for group in groups for option in group.options]
    assert len(set(values)) == len(values)
    assert title_in(groups, "RU") == "Russia (RU)"


PLACES = st.builds(
    Place,
    country=st.sampled_from(["RU", "UA", "DE"]),
    subdivision=st.sampled_from([None, "UA-65", "RU-MOW"]),
    settlement=st.none() | st.integers(1, 2**31),
    point=st.none() | st.tuples(st.integers(-90, 90), st.integers(-180, 180)),
    accuracy_km=st.none() | st.integers(1, 1000),
    registered=st.sampled_from([None, "RU"]),
)


@given(PLACES.filter(lambda p: (p.subdivision or p.country)[:2] == p.country))
def test_a_place_that_is_written_is_read_as_the_same(place):
    assert parse_visitor(written(place)) == place


@given(
    st.dictionaries(
        st.sampled_from(
            (
                "place",
                "other",
                "at",
                "offset",
                "path",
                "activity",
                "lang",
                "width",
                "step",
            )
        ),
        st.text(max_size=30),
    )
)
def test_whatever_is_asked_for_is_shown_or_told(query):
    choice = read_choice(query, DEFAULTS)
    assert canonical_path(choice.path) == choice.path
    assert 280 <= choice.width <= 1920
    assert choice.activity in Activity
    assert (choice.place is None) != (choice.address == "")


BAD = {
    "other": ("zz", "No town, region or country is known"),
    "at": ("soon", "is not a moment"),
    "path": ("/../etc", "above the root"),
    "activity": ("sing", "is no activity"),
    "lang": ("xx", "No notice is in"),
    "width": ("3", "is no width"),
}


@pytest.mark.parametrize(
    ("field", "value", "said"), [(k, *v) for k, v in BAD.items()], ids=BAD
)
def test_what_is_not_understood_is_told_beside_its_field(bench, field, value, said):
    page = bench.get(**{field: value})
    assert page.status_code == 200
    problem = re.search(rf'id="{field}-problem">(.*?)</p>', page.text)[1]
    assert said in unescape(problem)
    assert f'aria-describedby="{field}-problem"' in page.text


def test_nothing_that_is_asked_for_becomes_markup(bench):
    page = bench.get(other="<b>x</b>", path='/"><script>x</script>', at="<i>")
    assert "<b>x" not in page.text
    assert "<script>x" not in page.text
    assert "<i>" not in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example:8788"}, 421),
        ({"Host": "127.0.0.1:9"}, 421),
        ({"Host": "localhost:8788"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"X-Forwarded-For": "127.0.0.1"}, 421),
    ],
)
def test_strangers_are_refused(bench, headers, status):
    assert bench.get(headers=headers).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent(bench, method):
    answer = bench.client.open(
        "/",
        method=method,
        base_url="http://127.0.0.1:8788",
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert answer.status_code == 405


PAGES = ["/", "/frame", "/areas", "/difference", "/standing", "/static/site.css", "/x"]


@pytest.mark.parametrize("path", PAGES)
def test_no_answer_is_kept_or_leaves_a_cookie(bench, path):
    fields = bench.get(path).headers
    assert fields["Cache-Control"] == "no-store"
    assert fields["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in fields


@pytest.mark.parametrize("path", ["/", "/areas", "/difference"])
def test_own_pages_run_only_their_own_script_and_ask_nobody_else(bench, path):
    answer = bench.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert re.findall(r'(?:src|href)="(?!/|#|\?)([^"]*)"', answer.text) == []


def test_the_readers_page_is_framed_by_nobody_else_and_runs_nothing(bench):
    policy = bench.get("/frame", place="RU").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert policy.endswith("sandbox allow-same-origin")


@pytest.mark.parametrize("path", ["/", "/a/some-article", "/-/leave", "/areas"])
def test_links_of_the_readers_page_lead_nowhere(bench, path):
    answer = bench.get(path, headers={"Sec-Fetch-Dest": "iframe"})
    assert answer.status_code == 404
    assert "Here the preview ends" in answer.text


def test_a_path_that_leads_away_is_told_and_not_followed(bench):
    answer = bench.get("/frame", path="/-/leave")
    assert answer.status_code == 404
    assert "<code>/-/leave</code>" in answer.text
    assert "Location" not in answer.headers


def test_an_error_is_shown_with_its_line_while_the_last_sound_book_stays(book):
    assert book.get(place="RU").status_code == 200
    broken = book.sound.replace("then: interstitial", "then: intersitial", 1)
    book.rules.write_text(broken, "utf-8")
    page = book.get(place="RU")
    told = unescape(page.text)
    assert verdict_of(page) == "interstitial"
    assert "You see the last sound rule book" in told
    assert re.search(r"undesirable-organization\.yaml:\d+:\d+: ", told)
    assert "^^^^" in told
    book.restore()
    assert "You see the last sound" not in book.get(place="RU").text


def test_a_changed_rule_is_shown_by_the_next_request(book):
    before = book.get("/standing").text
    book.rules.write_text(
        book.sound.replace("not_in_database: banner", "not_in_database: interstitial"),
        "utf-8",
    )
    page = book.get(place="unknown=not_in_database")
    # The book's own tests expect the banner: it is refused with them.
    assert "R055" in page.text
    assert book.get("/standing").text != before


def test_without_any_sound_book_the_errors_alone_are_shown(tmp_path, session_state):
    made = Bench(tmp_path, session_state)
    made.rules.write_text("format: rules/1\n", "utf-8")
    page = made.get()
    assert page.status_code == 200
    assert "There is nothing to show" in page.text
    assert made.get("/frame").status_code == 404
    made.restore()
    assert "verdict" in made.get().text


def test_a_database_that_is_gone_is_told(tmp_path, session_state):
    database = tmp_path / "own.mmdb"
    shutil.copyfile(embedded_database(), database)
    geo = {"databases": [str(database)]}
    made = Bench(tmp_path, session_state, geo=geo)
    assert verdict_of(made.get(other="91.64.0.1")) == "pass"
    database.unlink()
    assert "E202" in made.get(place="DE").text
    asked = made.get(other="91.64.0.1")
    assert asked.status_code == 503
    assert "Nothing can be shown yet" in asked.text


def test_shares_of_an_area_are_of_what_the_database_knows(bench):
    told = words_of(bench.get("/areas"))
    assert "in the area 1.2 %" in told
    assert "IPv6 networks of /48" in told


def test_an_area_is_drawn_with_its_points(bench):
    answer = bench.get("/areas/russia-controlled-ukraine.svg")
    assert answer.content_type.startswith("image/svg+xml")
    assert '<circle class="possible"' in answer.text
    assert bench.get("/areas/atlantis.svg").status_code == 404


def test_an_area_that_has_not_begun_is_told(bench):
    told = words_of(bench.get("/areas", at="2010-01-01T00:00"))
    assert "(Russia-controlled parts of Ukraine) has not begun" in told


def test_the_map_says_of_each_settlement_what_a_reader_there_meets(bench):
    page = unescape(bench.get(path="/a/x").text)
    assert 'aria-label="Donetsk: warning page"' in page
    assert 'aria-label="Kherson: banner"' in page
    assert 'aria-label="Kyiv: article"' in page
    assert 'aria-label="Germany: article"' in page


def test_a_point_of_the_map_is_where_the_map_shows_it(bench):
    book = bench.upkeep.look().snapshot.book
    version = book.areas["russia-controlled-ukraine"].version_at(NOW)
    near = near_maps(book, NOW, lambda _: Action.PASS, (48.0, 37.8))[0]
    assert point_at(version, *near.mark) == pytest.approx((48.0, 37.8), abs=0.01)


def test_a_point_of_the_map_is_labelled_as_its_surroundings(bench):
    asked = {"map": "russia-controlled-ukraine", "x": "620", "y": "260", "lang": "uk"}
    answer = bench.get("/point", **asked)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/?place=UA-14%2Cpoint%3D48.")
    assert "lang=uk" in answer.headers["Location"]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00Z"])
def test_a_map_of_a_time_that_no_calendar_has_is_not_found(bench, at):
    assert bench.get("/areas/russia.svg", at=at).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [{}, {"map": "x"}, {"x": "nan"}, {"y": "inf"}, {"x": "1e308"}, {"y": "-1"}],
)
def test_a_point_of_no_map_is_not_found(bench, asked):
    sound = {"map": "russia-controlled-ukraine", "x": "1", "y": "1"}
    sound = {} if not asked else sound
    assert bench.get("/point", **{**sound, **asked}).status_code == 404


def test_without_git_the_difference_is_said_to_be_unknown(bench):
    told = words_of(bench.get("/difference"))
    assert "It cannot be told" in told
    assert "gate diff OLD NEW" in told


def test_the_difference_to_the_last_commit_names_the_line(tmp_path, session_state):
    made = Bench(tmp_path, session_state)
    _commit(tmp_path)
    assert "Nothing changes for any reader" in words_of(made.get("/difference"))
    looser = made.sound.replace('"/help/safety/**"', '"/help/**"')
    made.rules.write_text(
        looser.replace("/help/subscription", "/subscription"), "utf-8"
    )
    told = words_of(made.get("/difference"))
    assert "Readers would be warned less An exemption says so, and" in told
    assert "an exemption says so that nobody has approved as it is now" in told
    assert "exemption safety-pages, when.paths" in told
    text = made.rules.read_text("utf-8")
    made.rules.write_text(text.replace("legal@example", "chief@example"), "utf-8")
    told = words_of(made.get("/difference"))
    assert "Readers would be warned less, as exemptions say" in told
    assert "→ becomes article an exemption says so Where" in told


def test_the_difference_is_of_the_book_that_is_shown_not_of_refused_files(
    tmp_path, session_state
):
    made = Bench(tmp_path, session_state)
    _commit(tmp_path)
    made.get("/difference")
    made.rules.write_text(made.sound.replace("then: block", "then: pass"), "utf-8")
    assert not made.upkeep.look().is_sound
    told = words_of(made.get("/difference"))
    assert "Nothing changes for any reader" in told
    assert "the refused files on the disk are not compared" in told


def test_a_settlement_that_is_taken_out_is_told_by_its_name(tmp_path, session_state):
    made = Bench(tmp_path, session_state)
    _commit(tmp_path)
    for file in made.folder.glob("rules/**/*.yaml"):
        text = file.read_text("utf-8")
        text = re.sub(r"  - name: Bakhmut, by its.*\n(    .*\n)+", "", text)
        file.write_text(re.sub(r"\n.*713174.*", "", text), "utf-8")
    told = words_of(made.get("/difference"))
    assert "Readers would be warned less No exemption says so." in told
    assert "Where Bakhmut; in the database: Donetska oblast (UA-14)" in told


def test_where_something_is_not_understood_no_verdict_is_shown(bench):
    page = bench.get(place="RU", other="Qqqmoscow")
    assert verdict_of(page) == "none"
    told = words_of(page)
    assert "No answer yet" in told
    assert "Did you mean “Moscow”?" in told
    assert "The reader meets" not in told
    assert "<iframe" not in page.text


def test_why_a_place_is_not_known_is_told_in_words(bench):
    told = words_of(bench.get(place="unknown=bad_address"))
    assert "Decided by a header holds no address ( unknown:bad_address )" in told


def test_a_rule_is_told_in_words(bench):
    told = words_of(bench.get(place="UA-65,50km", path="/a/x"))
    assert "decides" in told
    assert "banner perhaps perhaps holds holds holds" in told
    assert "warn-sharing Sharing, reposting and linking does not perhaps" in told


def test_names_on_a_map_cover_neither_each_other_nor_a_dot(bench):
    book = bench.upkeep.look().snapshot.book
    near = near_maps(book, NOW, lambda _: Action.PASS, None)[0]
    boxes = [label.box for label in near.labels]
    boxes += [(d.x - 6, d.y - 6, d.x + 6, d.y + 6) for d in near.dots]
    assert len(near.labels) > 10
    for n, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = other[0] >= right or other[2] <= left
            assert apart or other[1] >= bottom or other[3] <= top


def _commit(folder):
    git = program("git")
    own = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "rules"], [*own, "commit", "-qm", "x"]):
        subprocess.run([git, *command], cwd=folder, check=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org", ""])  # noqa: S104
def test_it_listens_on_loopback_alone(host):
    assert not is_loopback(host)
    with pytest.raises(NotLoopbackError) as caught:
        listen(lambda *_: [], host, 0)
    assert caught.value.code == "E771"
    assert caught.value.exit_code == 2


def test_a_port_that_is_taken_is_told(bench):
    with listening(bench) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(PreviewPortError) as caught:
            listen(bench.site, "127.0.0.1", port)
    assert caught.value.port == port


def test_the_command_says_where_it_is_and_ends_with_ctrl_c(bench):
    command = [sys.executable, "-m", "gate", "preview", "--config", str(bench.config)]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environ
    ) as run:
        said = run.stdout.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
    assert re.search(r"http://127\.0\.0\.1:\d+/ until you press Ctrl\+C", said)


def test_the_words_for_each_action_are_different():
    assert len(set(SHORT.values())) == len(SHORT)
