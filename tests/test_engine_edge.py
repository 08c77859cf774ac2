"""What an edge says beside the databases: who is heard, what changes, what counts."""

from __future__ import annotations

import json
import logging
from io import BytesIO

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.config.load import read_config
from gate.doors.hops import upstream_fields
from gate.engine import Gate
from gate.engine.alarms import BLIND, UNTOLD, WINDOW
from gate.engine.meters import EDGE, Board, Meter
from gate.model import Membership, Passage, Unknown
from gate.places.edges import ELSEWHERE, label_for, verdict
from gate.places.index import Index
from gate.request.edge import EdgeFields
from tests.places.conftest import written

MOSCOW, BERLIN, NOWHERE = "77.88.8.8", "91.64.0.1", "198.18.0.1"
OURS, STRANGER = "127.0.0.1", "91.64.0.9"
TRUST = {"trusted_proxies": [f"{OURS}/32"], "header": "X-Forwarded-For"}
CLOUDFLARE = {"edge": {"vendor": "cloudflare"}}


def with_edge(**more):
    return {"geo": {"edge": {"vendor": "cloudflare", **more}}, "visitor": TRUST}


def environ(reader, said=None, part=None, *, peer=OURS, **more):
    fields = {"HTTP_CF_IPCOUNTRY": said, "HTTP_CF_REGION_CODE": part}
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/a/1",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "REMOTE_ADDR": peer,
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "text/html",
        "HTTP_SEC_FETCH_DEST": "document",
        "HTTP_SEC_FETCH_MODE": "navigate",
        "HTTP_SEC_FETCH_SITE": "none",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **({"HTTP_X_FORWARDED_FOR": reader} if peer == OURS else {}),
        **{key: value for key, value in fields.items() if value is not None},
        **more,
    }


@pytest.fixture
def board():
    return Board(2)


@pytest.fixture
def gate(make_config, board):
    meter = Meter(board)
    meter.sit(board.seat(set()))
    return Gate.load(make_config(visitor=TRUST, geo=CLOUDFLARE), meter=meter)


def met(gate, *args, **more):
    """Return the status, or the action of what passes."""
    reply = gate.handle(environ(*args, **more), door="wsgi")
    return str(reply.action) if isinstance(reply, Passage) else reply.status


@pytest.mark.parametrize(
    ("reader", "said", "part", "expected"),
    [
        (BERLIN, "DE", "BE", "pass"),
        (BERLIN, "US", "NY", "pass"),
        (BERLIN, "RU", "MOW", "banner"),
        (BERLIN, "UA", "43", "banner"),
        (BERLIN, "UA", "30", "pass"),
        (BERLIN, None, None, "pass"),
        (BERLIN, "XX", None, "pass"),
        (BERLIN, "T1", None, "banner"),
        (BERLIN, "R,U", None, "pass"),
        (MOSCOW, "DE", "BE", 403),  # an edge takes nothing away
        (MOSCOW, "RU", "MOW", 403),
        (MOSCOW, "T1", None, 403),
        (MOSCOW, None, None, 403),
    ],
)
def test_an_edge_makes_a_decision_stricter_never_laxer(
    gate, reader, said, part, expected
):
    assert met(gate, reader, said, part) == expected


def test_a_place_that_no_database_knows_is_where_the_edge_says(gate):
    index = gate.snapshot.index
    unknown = index.unknown(Unknown.NOT_IN_DATABASE)
    assert index.classes[label_for(index.labels, "RU").instead[unknown]].label == "RU"
    elsewhere = label_for(index.labels, "BR").instead[unknown]
    assert index.classes[elsewhere].label == "other"
    assert not any(index.classes[elsewhere].memberships)


def test_no_edge_removes_a_reason_of_its_own(gate):
    for reason in set(Unknown) - {Unknown.NOT_IN_DATABASE}:
        for label in gate.snapshot.index.labels.values():
            assert gate.snapshot.index.unknown(reason) not in label.instead


@pytest.mark.parametrize("said", ["RU", "DE", "T1", "XX"])
@pytest.mark.parametrize("reader", [MOSCOW, BERLIN])
def test_a_stranger_is_not_heard(make_config, reader, said):
    gate = Gate.load(make_config(visitor=TRUST, geo=CLOUDFLARE))
    bare = Gate.load(make_config(visitor=TRUST, name="bare.yaml"))
    asked = environ(reader, said, peer=reader)
    assert gate.handle(asked, door="wsgi") == bare.handle(
        environ(reader, said, peer=reader), door="wsgi"
    )


def test_without_an_edge_in_the_configuration_nothing_is_heard(make_config):
    gate = Gate.load(make_config(visitor=TRUST))
    assert met(gate, BERLIN, "RU") == "pass"
    assert gate.snapshot.index.labels == {}


def test_an_edge_is_weaker_than_a_record(gate):
    """Alone it makes no place certain, and of every class it takes nothing away."""
    index = gate.snapshot.index
    for said, label in index.labels.items():
        alone = index.classes[label.alone]
        assert max(alone.memberships) <= Membership.POSSIBLE
        for own, instead in label.instead.items():
            before, after = index.classes[own], index.classes[instead]
            if before.unknown is None:
                assert before.label == after.label
                pairs = zip(before.memberships, after.memberships, strict=True)
                assert all(mine <= theirs for mine, theirs in pairs)
                assert f"edge:{said}" in str(after.evidence)
                assert "databases:no" in str(after.evidence)


def test_a_country_says_nothing_new_of_a_place_in_it(gate):
    """A coarse label must not make every reader in Kyiv a possible one."""
    index = gate.snapshot.index
    country = label_for(index.labels, "UA")
    assert any(index.classes[country.alone].memberships)
    for id_, found in enumerate(index.classes):
        if found.label.startswith("UA"):
            assert country.instead.get(id_, id_) == id_


def test_an_unknown_subdivision_is_its_country(gate):
    labels = gate.snapshot.index.labels
    assert label_for(labels, "UA-CA") is label_for(labels, "UA")
    assert label_for(labels, "RU-MOW") is label_for(labels, "RU")
    assert label_for(labels, "FR-75") is labels[ELSEWHERE]


def test_the_index_keeps_what_labels_mean(gate, tmp_path):
    index = gate.snapshot.index
    index.save(tmp_path / "index.bin")
    again = Index.load(tmp_path / "index.bin", database_digest=index.database.digest)
    assert (again.labels, again.terms) == (index.labels, ("edge",))


def test_agreement_is_counted_and_never_which_of_them_said_no(gate, board):
    for _ in range(10):
        met(gate, BERLIN, "DE")
        met(gate, BERLIN, "RU")  # the edge is stricter
        met(gate, MOSCOW, "DE")  # the databases are
        met(gate, BERLIN)
        met(gate, BERLIN, "XX")
        met(gate, BERLIN, "T1")
        met(gate, BERLIN, "??!")
        met(gate, "10.0.0.9", "RU")
    told = {word: board.sums()[f"edge:{word}"] for word in EDGE}
    assert told == {
        "agrees": 10,
        "differs": 20,
        "fills": 0,
        "apart": 10,
        "silent": 10,
        "unknown": 10,
        "tor": 10,
        "reserved": 0,
        "unreadable": 10,
    }


def test_every_verdict_is_met(gate):
    index = gate.snapshot.index
    found = {
        verdict(index.classes, own, label)
        for own in range(len(index.classes))
        for label in index.labels.values()
    }
    assert found == {"agrees", "raises", "fills", "overruled", "apart"}


def test_an_edge_that_falls_silent_is_an_alarm(gate, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(WINDOW):
            met(gate, BERLIN)
    assert UNTOLD in caplog.text
    for _ in range(WINDOW):
        met(gate, BERLIN, "DE")
    assert UNTOLD not in gate.alarms


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"geo": {"edge": {"vendor": "generic"}}, "visitor": TRUST}, "needs the name"),
        ({"geo": CLOUDFLARE}, "Nobody is trusted"),
        (with_edge(tor=["ru"]), "is the code of a country"),
        (with_edge(unknown=["N/A", "UA"]), "is the code of a country"),
        (with_edge(country="Cookie"), "says something else"),
        (with_edge(country="x-forwarded-for"), "says something else"),
        (with_edge(subdivision="X-Gate-Action"), "says something else"),
        (with_edge(subdivision="CF-IPCountry"), "in one field"),
        (
            {"geo": CLOUDFLARE, "visitor": TRUST, "site": {"cache": "edge"}},
            "Copies for everybody",
        ),
    ],
)
def test_an_edge_that_cannot_be_heard_is_an_error(make_config, changes, problem):
    config, findings = read_config(make_config(**changes), {})
    assert config is None
    (finding,) = findings
    assert finding.code == "E121"
    assert problem in finding.message


def explained(make_config, *arguments, **changes):
    path = make_config(visitor=TRUST, **changes)
    told = CliRunner().invoke(main, ["explain", "--config", str(path), *arguments])
    return told.exit_code, told.output


def test_explain_says_what_an_edge_would_change(make_config):
    asked = ("--ip", BERLIN, "--path", "/a/1", "--edge", "RU")
    code, output = explained(make_config, *asked, geo=CLOUDFLARE)
    assert code == 0
    assert "the edge in front of the gate says" in output
    assert "an edge can only make a place possible" in output
    assert "read: banner" in output
    code, output = explained(make_config, *asked, "--json", geo=CLOUDFLARE)
    told = json.loads(output)
    assert told["edge"] == "RU"
    assert told["memberships"]["russia"]["is"] == "possible"
    assert told["memberships"]["russia"]["evidence"] == ["edge:RU", "databases:no"]
    assert explained(make_config, *asked)[0] == 2
    code, output = explained(make_config, *asked[:-1], "t1", geo=CLOUDFLARE)
    assert code == 0
    assert "read: banner" in output


def test_an_index_from_before_the_edge_decides_without_it(make_config, gate):
    """As when the edge comes and the database breaks in the same save."""
    index = gate.snapshot.index
    assert label_for({}, "RU") is None
    before = Gate.load(make_config(visitor=TRUST, name="before.yaml"))
    object.__setattr__(gate.snapshot, "index", before.snapshot.index)
    for said in ("RU", "DE", "UA", None, "T1"):
        assert met(gate, MOSCOW, said) == 403
    assert met(gate, BERLIN, "RU") == "pass"
    object.__setattr__(gate.snapshot, "index", index)


@pytest.mark.parametrize("said", ["RU", "UA", "DE", None])
def test_a_gate_without_any_database_warns_everybody(make_config, tmp_path, said):
    (tmp_path / "broken.mmdb").write_bytes(b"rubbish")
    config = make_config(
        visitor=TRUST,
        geo={**CLOUDFLARE, "databases": [str(tmp_path / "broken.mmdb")]},
        state=str(tmp_path / "state"),
    )
    gate = Gate.load(config)
    assert [error.code for error in gate.snapshot.trouble] == ["E210"]
    assert met(gate, MOSCOW, said) == "banner"
    assert met(gate, BERLIN, said) == "banner"


def test_a_blind_database_is_an_alarm_though_an_edge_fills_its_gaps(
    make_config, tmp_path, monkeypatch
):
    monkeypatch.setattr("gate.engine.alarms.LOOK", 0.0)
    path = tmp_path / "nothing.mmdb"
    path.write_bytes(written({"203.0.113.0/24": {"country": {"iso_code": "DE"}}}))
    config = make_config(
        visitor=TRUST,
        geo={**CLOUDFLARE, "databases": [str(path)]},
        state=str(tmp_path / "state"),
    )
    gate = Gate.load(config)
    for _ in range(1_500):
        met(gate, BERLIN, "DE")
    gate.tick()
    assert BLIND in gate.alarms
    assert met(gate, MOSCOW, "RU") == "banner"


def test_a_site_behind_the_proxy_is_not_told_where_readers_are():
    keys = EdgeFields.compile("generic", country="x-land", subdivision="x-part").keys
    asked = environ(BERLIN, "RU", "MOW", HTTP_X_LAND="RU", HTTP_X_PART="MOW")
    asked |= {"HTTP_CLIENT_GEO_COUNTRY": "RU", "HTTP_CF_POSTAL_CODE": "101000"}
    told = upstream_fields(asked, scheme="https", withheld=keys, forward_address=False)
    assert not {"RU", "MOW", "101000"} & {*told.values()}
