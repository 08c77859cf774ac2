"""All doors before one credulous site, with one gate behind them."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import yaml

from gate.audit import Outcome
from gate.doors.fields import decision_fields
from gate.engine import Gate
from gate.errors import RequestError
from gate.model import Action, Passage
from gate.request.read import read_environ
from gate.workbench.starter import write_starter
from tests.doors.contract.agreement import (
    DIFFERENCES,
    TURNED_AWAY,
    Case,
    differs,
    required,
)
from tests.doors.contract.credulous import Listening, Site
from tests.doors.contract.doors import ASKING, HOSTS, all_doors, as_received
from tests.doors.contract.rows import READERS
from tests.doors.contract.wire import MOSCOW, environ_of, written

TRUSTED = ["10.0.0.0/8", "127.0.0.1/32"]


class Seen(NamedTuple):
    """What happened at one door."""

    outcome: object
    heard: object
    articles: int
    others: int
    claims: list
    said: object

    @property
    def reached(self):
        return self.articles + self.others


class House:
    """The doors, the site and the gate."""

    def __init__(self, gate, doors, sites, *, tells):
        self.gate = gate
        self.doors = doors
        self.site, self.behind = sites
        self.tells = tells

    @property
    def revision(self):
        return self.gate.snapshot.pages.revision

    def filled(self, ask):
        """Put the present revision where a row has left room for it."""
        lines = [line.replace("REVISION", self.revision) for line in ask.lines]
        return ask._replace(lines=tuple(lines))

    def knock(self, name, ask):
        """Ask at one door."""
        door = self.doors[name]
        site = self.behind if name == "proxy" else self.site
        site.clear()
        heard = door.ask(ask)
        said = getattr(door, "said", None)
        return Seen(
            door.spy.outcome, heard, site.articles, site.others, site.claims, said
        )

    def case(self, ask, outcome):
        """Describe a request, with what follows from it at the WSGI door."""
        plain = ask._replace(continues=False)
        request = self._request(ask)
        activities = self.gate.snapshot.activities
        return Case(
            ask=ask,
            request=request,
            activity=request and activities.of(request.method, request.path),
            outcome=outcome,
            pages=self.gate.snapshot.pages,
            unpressed=lambda: self.knock("wsgi", plain).outcome,
            received=lambda: self._received(ask),
            as_page=lambda: self._as_page(ask),
            by_accept=request is not None
            and request.kind is not self._request(ask, carries=True).kind,
            tells=self.tells,
        )

    def _received(self, ask):
        ask = as_received(ask)
        if ask is None:
            return TURNED_AWAY
        return self.case(ask, self.knock("wsgi", ask).outcome or TURNED_AWAY)

    def _as_page(self, ask):
        lines = (*ask.without("accept"), "Accept: text/html")
        ask = ask._replace(lines=lines)
        return self.case(ask, self.knock("wsgi", ask).outcome)

    def _request(self, ask, *, carries=False):
        """Read a request as a door does that sees bodies, or none."""
        lines = [*(f"Host: {host}" for host in ask.hosts), *ask.lines]
        environ = environ_of(written(ask.method, ask.target, lines))
        reading = self.gate.snapshot.reading
        try:
            return environ and read_environ(
                environ, reading, door="nginx", carries=carries
            )
        except RequestError:
            return None

    def disagreement(self, name, ask):
        """Compare a door with the WSGI door; None if they agree."""
        return self.compared(ask, [name])[name]

    def compared(self, ask, names, differences=DIFFERENCES):
        """Compare doors with the WSGI door; says for each what is wrong, or None."""
        measure = self.knock("wsgi", ask)
        case = self.case(ask, measure.outcome)
        return {name: self._compared(name, ask, case, differences) for name in names}

    def _compared(self, name, ask, case, differences):
        seen = self.knock(name, ask)
        if case.outcome is None:
            sound = seen.reached == 0 and 400 <= seen.heard.status < 500
            return None if sound else f"{seen.heard.status}, must be refused"
        due = required(case, name, differences)
        wrong = differs(due, seen.outcome, seen.heard, method=ask.method)
        if wrong is None and isinstance(seen.outcome, Passage):
            return self._misled(name, seen) or self._tricked(ask, seen)
        return wrong or (f"the site was asked: {seen}" if seen.reached else None)

    @staticmethod
    def _tricked(ask, seen):
        """Say whether a path that is free for everybody is an article to any site."""
        free = seen.outcome.action is Action.PASS and ask.place == MOSCOW
        return "an article in what is exempt" if free and seen.articles else None

    def _misled(self, name, seen):
        """Say what is wrong with what the site was told."""
        expected = {}
        if name in ASKING:
            expected = {
                "HTTP_" + field.upper().replace("-", "_"): value
                for field, value in seen.said.headers
                if field.startswith("X-Gate-")
            }
        if name == "proxy" and seen.claims:
            expected = {
                field.upper().replace("-", "_"): value
                for field, value in decision_fields(seen.outcome)
            }
        if any(claims != expected for claims in seen.claims):
            return f"the site was told {seen.claims}, must be {expected}"
        return None


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder as the site: the article of the rows, and what is exempt."""
    root = tmp_path_factory.mktemp("folder")
    for name in ("a/1", "robots.txt", "about/undesirable/index.html"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ARTICLE" if name == "a/1" else "other", "utf-8")
    return root


@pytest.fixture(scope="session")
def configure(tmp_path_factory, session_state):
    """Write a configuration over the shipped rule book; return its path."""

    def write(**check):
        home = tmp_path_factory.mktemp("contract") / "home"
        write_starter(home)
        path = home / "config.yaml"
        config = yaml.safe_load(path.read_text("utf-8"))
        config["site"]["hosts"] = HOSTS
        config["visitor"] = {"trusted_proxies": TRUSTED, "header": "X-Forwarded-For"}
        config["state"] = str(session_state)
        config["check"] = {"when_down": "refuse", **check}
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def houses(configure, folder):
    """Every door before the same site, by what check.banner says."""
    site, behind = Site(), Site()
    with Listening(behind) as listening:
        made = {}
        for banner in ("page", "site"):
            gate = Gate.load(configure(banner=banner))
            doors = all_doors(gate, site, listening, folder)
            made[banner] = House(gate, doors, (site, behind), tells=banner == "site")
        yield made
        for house in made.values():
            house.knock("wsgi", house.filled(READERS[0].ask))  # a worker may ask none
            counts = house.gate.counter.counts()
            assert counts
            unwarned = [c for c in counts if c.outcome is Outcome.SERVED_WITHOUT_NOTICE]
            assert unwarned == [], "an article went out without its notice"
            assert all(c.outcome is not Outcome.GAP for c in counts)


@pytest.fixture
def house(houses):
    return houses["page"]
