"""The whole path of a request, over the shipped book and the embedded database."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from machine import program

from gate.audit import MemoryCounter, Outcome
from gate.engine import Gate, load_snapshot
from gate.engine.alarms import SILENT, UNNAMED, WINDOW
from gate.engine.preparation import MOST_RESULTS, ensure_folder
from gate.engine.status import report
from gate.errors import CountingError, FindingsError, StateFolderError
from gate.model import Action, Activity, Membership, Passage
from gate.places.embedded import embedded_database

ROOT = Path(__file__).parent.parent
MOSCOW = "77.88.8.8"
ELSEWHERE = "8.8.8.8"
ARTICLE = "/a/the-night-ferry"
NAVIGATION = {
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "HTTP_SEC_FETCH_SITE": "none",
    "HTTP_ACCEPT": "text/html",
}
FROM_THE_PAGE = {**NAVIGATION, "HTTP_SEC_FETCH_SITE": "same-origin"}
PROXIED = {"trusted_proxies": ["127.0.0.1/32"], "header": "X-Forwarded-For"}
SCRIPT = {
    "HTTP_SEC_FETCH_DEST": "empty",
    "HTTP_SEC_FETCH_MODE": "cors",
    "HTTP_SEC_FETCH_SITE": "same-origin",
}


def environ(address=MOSCOW, path=ARTICLE, method="GET", body=b"", **more):
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "REMOTE_ADDR": address,
        "HTTP_HOST": "localhost:8080",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
        **(NAVIGATION | more),
    }


@pytest.fixture
def gate(make_config):
    return Gate.load(make_config())


@pytest.fixture
def ask(gate):
    def ask(*args, **kwargs):
        return gate.handle(environ(*args, **kwargs), door="wsgi")

    return ask


def post(gate, *fields, **more):
    body = "&".join(fields).encode()
    return gate.handle(
        environ(method="POST", body=body, **(FROM_THE_PAGE | more)), door="wsgi"
    )


def outcomes(gate):
    return {(cell.outcome, cell.reason) for cell in gate.counter.counts()}


def test_a_reader_in_moscow_meets_the_page_at_the_articles_own_address(ask):
    answer = ask(HTTP_ACCEPT_LANGUAGE="ru-RU,ru;q=0.9")
    assert (answer.status, dict(answer.headers)["Content-Language"]) == (403, "ru")
    assert "Прежде чем".encode() in answer.body


def test_a_reader_elsewhere_passes_with_the_footer_and_privately(ask):
    passage = ask(ELSEWHERE)
    assert (passage.action, passage.private) == (Action.PASS, True)
    assert passage.bottom
    assert not passage.top
    assert passage.allowed == set(Activity)


def test_a_private_address_gets_a_banner_or_else_the_page(ask):
    passage = ask("10.0.0.1")
    assert passage.action is Action.BANNER
    assert passage.top
    assert passage.otherwise.status == 403


def test_continue_leads_back_to_the_same_address_with_the_acknowledgement(gate):
    revision = gate.snapshot.pages.revision
    answer = post(gate, f"n={revision}", QUERY_STRING="page=2")
    fields = dict(answer.headers)
    assert (answer.status, fields["Location"]) == (303, f"{ARTICLE}?page=2")
    assert fields["Set-Cookie"].startswith(f"__Host-n={revision};")


def test_the_acknowledgement_opens_articles_but_no_other_activity(ask, gate):
    cookie = {"HTTP_COOKIE": f"__Host-n={gate.snapshot.pages.revision}"}
    passage = ask(**cookie)
    assert isinstance(passage, Passage)
    assert passage.allowed == frozenset()
    assert ask(path="/share/x", **cookie).status == 403
    assert ask(path="/comment/x", method="POST", **cookie).status == 403


def test_an_acknowledgement_of_another_revision_opens_nothing(ask):
    assert ask(HTTP_COOKIE="__Host-n=000000000000").status == 403


def test_the_second_button_brings_the_article_without_a_cookie(gate):
    passage = post(gate, f"n={gate.snapshot.pages.revision}", "direct=1")
    assert passage.as_get


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        pytest.param("n=0000000000", {}, 403, id="a stale revision"),
        pytest.param(
            "REVISION",
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            403,
            id="another site's form",
        ),
    ],
)
def test_what_is_not_continue_never_acknowledges(gate, body, more, status):
    body = body.replace("REVISION", f"n={gate.snapshot.pages.revision}")
    reply = post(gate, body, **more)
    assert getattr(reply, "status", None) == status
    assert "Set-Cookie" not in dict(getattr(reply, "headers", ()))


def test_a_site_own_post_to_an_article_passes_and_is_counted_as_undeclared(gate):
    passage = post(gate, "vote=yes")
    assert isinstance(passage, Passage)
    assert (Outcome.PASSED, "undeclared") in outcomes(gate)


class TestWhereNoBodyIsSeen:
    """What another server asks about: method, path and fields, never a body."""

    @pytest.fixture
    def sent(self, make_config):
        gate = Gate.load(make_config(visitor=PROXIED))

        def send(address, path="/login", **more):
            page = {"HTTP_REFERER": f"http://localhost{path}"}
            asked = environ(
                "127.0.0.1", path, "POST", **(FROM_THE_PAGE | page | more)
            ) | {"HTTP_X_FORWARDED_FOR": address}
            return gate, gate.handle(asked, door="forward", carries=False)

        return send

    def test_the_button_of_its_page_is_continue(self, sent):
        _, answer = sent(MOSCOW, CONTENT_TYPE="text/plain")
        assert (answer.status, "Set-Cookie" in dict(answer.headers)) == (303, True)

    def test_a_form_that_sends_to_its_own_address_is_not(self, sent):
        _, answer = sent(MOSCOW)
        assert (answer.status, "Set-Cookie" in dict(answer.headers)) == (403, False)

    def test_the_form_of_a_reader_elsewhere_goes_to_the_site(self, sent):
        gate, passage = sent(ELSEWHERE)
        assert isinstance(passage, Passage)
        assert outcomes(gate) == {(Outcome.PASSED, "undeclared")}

    def test_the_form_of_a_reader_who_went_on_goes_to_the_site(self, sent):
        gate, _ = sent(ELSEWHERE)
        cookie = f"__Host-n={gate.snapshot.pages.revision}"
        assert isinstance(sent(MOSCOW, HTTP_COOKIE=cookie)[1], Passage)


def test_a_comment_meets_its_own_page_which_offers_the_same_form_again(gate):
    reply = gate.handle(
        environ(path="/comment/x", method="POST", body=b"text=hello", **FROM_THE_PAGE),
        door="wsgi",
    )
    assert reply.status == 403
    assert b'name="text" value="hello"' in reply.body


def test_a_comment_sent_again_from_the_page_reaches_the_site_as_it_was(gate):
    body = f"text=hello&n={gate.snapshot.pages.revision}".encode()
    passage = gate.handle(
        environ(path="/comment/x", method="POST", body=body, **FROM_THE_PAGE),
        door="wsgi",
    )
    assert passage.form == b"text=hello"


def test_a_get_activity_goes_on_without_a_cookie(gate):
    body = f"n={gate.snapshot.pages.revision}&direct=1".encode()
    passage = gate.handle(
        environ(path="/donate/", method="POST", body=body, **FROM_THE_PAGE),
        door="wsgi",
    )
    assert isinstance(passage, Passage)


def test_a_script_gets_problem_details_and_may_repeat_after_showing_them(ask, gate):
    like = {"path": "/like/x", "method": "POST", **SCRIPT}
    answer = ask(**like)
    assert dict(answer.headers)["Content-Type"] == "application/problem+json"
    shown = ask(**like, HTTP_GATE_SHOWN=gate.snapshot.pages.revision)
    assert isinstance(shown, Passage)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"HTTP_SEC_FETCH_DEST": "image"}, None, id="an image passes"),
        pytest.param({"HTTP_SEC_FETCH_DEST": "iframe"}, 403, id="a frame is refused"),
        pytest.param(SCRIPT, 403, id="a script never gets the article"),
        pytest.param(
            {"HTTP_SEC_PURPOSE": "prefetch"}, 403, id="a prefetch meets the page"
        ),
        pytest.param(
            {"HTTP_ACCEPT": "application/rss+xml", "HTTP_SEC_FETCH_DEST": ""},
            403,
            id="an empty destination is none of the known ones",
        ),
    ],
)
def test_kinds_of_request(ask, fields, status):
    assert getattr(ask(**fields), "status", None) == status


def test_a_feed_passes_unless_it_turns_out_to_be_a_page(ask):
    passage = ask(path="/feed.xml")
    assert isinstance(passage, Passage)
    assert passage.otherwise.status == 403
    assert ask(ELSEWHERE, path="/feed.xml").otherwise is None


def test_an_article_that_comes_in_the_name_of_a_picture_is_held(ask, gate):
    picture = {"HTTP_SEC_FETCH_DEST": "image"}
    assert ask(**picture).otherwise.status == 403
    cookie = f"__Host-n={gate.snapshot.pages.revision}"
    assert ask(**picture, HTTP_COOKIE=cookie).otherwise is None


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "PROPFIND"])
def test_an_article_that_answers_an_undeclared_method_is_held(ask, method):
    assert ask(method=method).otherwise.status == 403
    assert ask(ELSEWHERE, method=method).otherwise is None


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "POST", "DELETE"])
def test_no_other_request_takes_continue_away(gate, method):
    gate.handle(environ(method=method), door="wsgi")
    assert post(gate, f"n={gate.snapshot.pages.revision}").status == 303


def test_a_frame_on_a_strangers_page_is_refused_where_a_banner_is_due(ask):
    frame = {"HTTP_SEC_FETCH_DEST": "iframe", "HTTP_SEC_FETCH_SITE": "cross-site"}
    assert ask("10.0.0.1", **frame).status == 403
    assert ask("10.0.0.1", **(frame | {"HTTP_SEC_FETCH_SITE": "same-origin"})).top


def test_counts_do_not_tell_going_on_from_being_shown(gate, ask):
    ask()
    before = set(gate.counter.counts())
    post(gate, f"n={gate.snapshot.pages.revision}")
    assert set(gate.counter.counts()) == before


@pytest.mark.parametrize("first", ["/feeds/", "/feeds", "/-/leave/", "/-/leave", "/x/"])
@pytest.mark.parametrize("address", [MOSCOW, ELSEWHERE])
def test_what_was_asked_before_changes_no_answer(make_config, first, address):
    config = make_config(site={"feeds": ["/feeds/*", "/*/atom.xml"]})
    fresh, warm = Gate.load(config), Gate.load(config)
    asked = ["/zzz/x", "/", "/-/leave", "/-/leave/", "/feeds/a", "/a/atom.xml", first]
    warm.handle(environ(address, path=first, HTTP_HOST="localhost"), door="wsgi")
    for path in asked:
        question = environ(address, path=path, HTTP_HOST="localhost")
        expected = Gate(fresh.snapshot).handle(question, door="wsgi")
        assert warm.handle(question, door="wsgi") == expected


def test_leave_leads_away_by_area_and_clears_for_who_typed_it(ask):
    fields = dict(ask(path="/-/leave").headers)
    assert fields["Location"] == "https://ru.wikipedia.org/"
    assert fields["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert dict(ask(ELSEWHERE, path="/-/leave").headers)["Location"] == (
        "https://www.wikipedia.org/"
    )
    crossed = ask(path="/-/leave", HTTP_SEC_FETCH_SITE="cross-site")
    assert "Clear-Site-Data" not in dict(crossed.headers)


def test_a_forwarding_header_from_a_stranger_never_loosens(ask):
    passage = ask(ELSEWHERE, HTTP_X_FORWARDED_FOR="8.8.4.4")
    assert passage.action is Action.BANNER
    assert ask(MOSCOW, HTTP_X_FORWARDED_FOR="8.8.4.4").status == 403


def test_bad_requests_are_answered_and_counted_with_their_code(gate, ask):
    assert ask(HTTP_HOST="evil.example").status == 421
    assert ask(path="/a/\x00").status == 400
    refused = [c for c in gate.counter.counts() if c.outcome is Outcome.REFUSED]
    assert {cell.reason[0] for cell in refused} == {"E"}


def test_in_observe_mode_everybody_passes_and_is_counted(make_config):
    gate = Gate.load(make_config(mode="observe"))
    assert isinstance(gate.handle(environ(), door="wsgi"), Passage)
    (cell,) = gate.counter.counts()
    assert (cell.action, cell.outcome) == (Action.INTERSTITIAL, Outcome.PASSED)
    assert cell.reason == "mode:observe"


def test_a_count_names_everything_that_the_decision_rests_on(gate, ask):
    ask()
    ((cell, count),) = gate.counter.counts().items()
    assert count == 1
    assert (cell.place, cell.membership) == ("RU", Membership.YES)
    assert (cell.section, cell.rules) == ("articles", ("warn-reading",))
    assert cell.versions.book == gate.snapshot.book.digest
    assert cell.versions.database == gate.snapshot.index.database.digest


@pytest.mark.parametrize("content", [b"not a database", None])
def test_without_a_usable_database_the_written_action_holds(
    make_config, tmp_path, content
):
    broken = tmp_path / "broken.mmdb"
    if content is not None:
        broken.write_bytes(content)
    state = str(tmp_path / "own")
    gate = Gate.load(make_config(geo={"databases": [str(broken)]}, state=state))
    assert [error.code[:2] for error in gate.snapshot.trouble] == ["E2"]
    assert gate.handle(environ(ELSEWHERE), door="wsgi").action is Action.BANNER
    assert gate.handle(environ(MOSCOW), door="wsgi").action is Action.BANNER


def test_a_database_that_breaks_leaves_its_last_index_at_work(make_config, tmp_path):
    own = tmp_path / "own.mmdb"
    shutil.copy(embedded_database(), own)
    config = make_config(geo={"databases": [str(own)]}, state=str(tmp_path / "own"))
    assert not Gate.load(config).snapshot.trouble
    own.write_bytes(own.read_bytes()[:100_000])
    gate = Gate.load(config)
    assert gate.snapshot.trouble
    assert gate.handle(environ(MOSCOW), door="wsgi").status == 403
    assert gate.handle(environ(ELSEWHERE), door="wsgi").action is Action.PASS


def test_an_old_database_still_decides_but_never_below_its_written_action(make_config):
    snapshot = load_snapshot(make_config())
    old = snapshot.index.database.build_epoch + 401 * 86_400
    gate = Gate(snapshot, clock=lambda: old)
    assert gate.handle(environ(ELSEWHERE), door="wsgi").action is Action.BANNER
    assert gate.handle(environ(MOSCOW), door="wsgi").status == 403


def test_time_moves_the_gate_on_at_every_date_of_the_book(make_config):
    now = [1708376399]  # one second before the rules begin
    gate = Gate(load_snapshot(make_config()), clock=lambda: now[0])
    assert isinstance(gate.handle(environ(), door="wsgi"), Passage)
    now[0] += 1
    assert gate.handle(environ(), door="wsgi").status == 403


def test_counts_change_their_day_at_midnight_utc(make_config):
    now = [1793318399]
    gate = Gate(load_snapshot(make_config()), clock=lambda: now[0])
    gate.handle(environ(), door="wsgi")
    now[0] += 1
    gate.handle(environ(), door="wsgi")
    periods = sorted(cell.period for cell in gate.counter.counts())
    assert periods == ["2026-10-29", "2026-10-30"]


def test_a_pinned_promise_that_the_book_does_not_make_stops_the_gate(make_config):
    config = make_config(rules={"pinned": {"nobody-reads-unwarned": "interstitial"}})
    with pytest.raises(FindingsError) as caught:
        Gate.load(config)
    assert [finding.code for finding in caught.value.findings] == ["E118"]


def test_a_state_folder_that_cannot_be_made_is_a_clear_error(make_config, tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StateFolderError):
        Gate.load(make_config(state=str(file / "state")))


def test_git_leaves_out_a_state_folder_that_the_gate_has_made(tmp_path):
    subprocess.run([program("git"), "init", "-q"], cwd=tmp_path, check=True)
    made, found = tmp_path / "made", tmp_path / "found"
    found.mkdir(mode=0o700)
    for folder in (made, found):
        ensure_folder(folder)
        (folder / "index-of-somebody.bin").touch()
    command = [program("git"), "status", "--porcelain", "--untracked-files=all"]
    told = subprocess.run(
        command, cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert "made/" not in told
    assert "found/index" in told  # a folder of somebody else's is left as it is


def test_a_state_folder_that_others_may_write_to_is_refused(make_config, tmp_path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(StateFolderError):
        Gate.load(make_config(state=str(folder)))


def test_a_book_that_was_never_proved_is_not_served(make_config, tmp_path):
    config = make_config(state=str(tmp_path / "own"))
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    file = rules / "undesirable-organization.yaml"
    book = file.read_text("utf-8")
    areas = "areas: [russia, russia-controlled-ukraine]\n      activities: [read]"
    assert areas in book
    file.write_text(book.replace(areas, areas.replace("russia, ", "")), "utf-8")
    config.write_text(
        config.read_text("utf-8").replace(str(ROOT / "rules"), str(rules))
    )
    with pytest.raises(FindingsError) as caught:
        Gate.load(config)
    assert {"R043", "R055"} <= {finding.code for finding in caught.value.findings}


def test_old_results_are_dropped_from_the_state_folder(make_config, tmp_path):
    state = tmp_path / "own"
    state.mkdir(mode=0o700)
    for number in range(MOST_RESULTS + 5):
        (state / f"proof-{number}").touch()
    Gate.load(make_config(state=str(state)))
    assert len(list(state.glob("proof-*"))) == MOST_RESULTS


def test_two_gates_in_one_process_count_apart(make_config):
    one, two = Gate.load(make_config()), Gate.load(make_config())
    one.handle(environ(), door="wsgi")
    assert (len(one.counter.counts()), len(two.counter.counts())) == (1, 0)


def test_status_tells_totals_and_hides_small_cells(gate, ask):
    for _ in range(12):
        ask()
    ask(ELSEWHERE)
    told = report(gate)
    assert (told["total"], told["small"]) == (10, 0)  # of 13
    assert [row[-1] for row in told["cells"]] == [10]
    assert MOSCOW not in str(told)


def test_nothing_of_the_visitor_is_in_a_count(gate, ask):
    ask(path="/a/secret-path", HTTP_USER_AGENT="Peculiar/1.0")
    text = str(gate.counter.counts())
    for trace in (MOSCOW, "secret-path", "Peculiar"):
        assert trace not in text


class BrokenCounter(MemoryCounter):
    """Counts nothing: every slot fails when it is used."""

    def slot(self, cell):
        del cell

        def add():
            raise CountingError("The disk is full.")

        return add


class ClosedCounter(MemoryCounter):
    """Counts nothing: there are no slots to be had."""

    def slot(self, cell):
        raise CountingError(f"The table is full; no place for {cell.place}.")


@pytest.mark.parametrize("counter", [BrokenCounter, ClosedCounter])
@pytest.mark.parametrize(
    ("choice", "moscow", "elsewhere"),
    [
        pytest.param("serve", 403, None, id="readers come first"),
        pytest.param("refuse", 503, 503, id="records come first"),
    ],
)
def test_what_follows_a_failed_count_is_the_deployers_choice(
    make_config, counter, choice, moscow, elsewhere
):
    gate = Gate.load(make_config(audit={"on_failure": choice}), counter=counter())
    for _ in range(3):  # the second time comes from what is known already
        for address, status in [(MOSCOW, moscow), (ELSEWHERE, elsewhere)]:
            reply = gate.handle(environ(address, HTTP_HOST="localhost"), door="wsgi")
            assert getattr(reply, "status", None) == status
    assert gate.handle(environ(HTTP_HOST="evil"), door="wsgi").status == 421


@pytest.mark.parametrize(
    ("visitor", "more", "said"),
    [
        pytest.param(
            {"trusted_proxies": ["10.0.0.0/8"], "header": "X-Forwarded-For"},
            {},
            SILENT,
            id="a trusted proxy is silent",
        ),
        pytest.param(
            {}, {"HTTP_X_FORWARDED_FOR": "8.8.4.4"}, UNNAMED, id="a proxy is not named"
        ),
    ],
)
def test_a_missing_proxy_is_an_alarm_that_speaks_once(
    make_config, caplog, visitor, more, said
):
    gate = Gate.load(make_config(visitor=visitor))
    for _ in range(2 * WINDOW):
        gate.handle(environ("10.0.0.1", **more), door="wsgi")
    assert gate.trouble == (said,)
    assert caplog.messages == [said]
    for _ in range(WINDOW):
        gate.handle(environ(ELSEWHERE), door="wsgi")
    assert gate.trouble == ()


def test_servers_that_are_refused_all_the_time_are_an_alarm(gate):
    for _ in range(20):
        gate.refuse_caller("E451")
    assert any("E451" in sentence for sentence in gate.trouble)


def test_a_host_that_nobody_named_is_an_alarm_when_most_requests_are_for_it(gate, ask):
    for _ in range(20):
        assert ask(HTTP_HOST="www.example.org").status == 421
    assert any("site.hosts" in sentence for sentence in gate.trouble)
