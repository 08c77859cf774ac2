"""Replay answers exactly, or says that counts do not tell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gate.audit import Versions
from gate.audit.parquet import rows_path, write_rows
from gate.audit.rows import MERGED, Row, Sealed, row_of
from gate.config import load_config
from gate.decision import Patterns, decide, globs_of, memberships_at, stricter
from gate.engine import Gate
from gate.engine.snapshot import Snapshot, activities_of, look_of, reading_of
from gate.errors import NothingSealedError
from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    Client,
    Effective,
    Exemption,
    Kind,
    Mark,
    Membership,
    Mode,
    Place,
    Request,
    Rule,
    RuleBook,
    Shape,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.notices import compile_pages, load_notices
from gate.places.classes import Classes
from gate.places.index import Columns, Index, Table
from gate.places.nowhere import unusable_index
from gate.rules.book import digest_of_areas
from gate.workbench.auditing.alike import Logs, add_up, books_named, read_alike
from gate.workbench.auditing.answering import Reason, Replayer, excuse_of
from gate.workbench.auditing.ground import DAY, Assumption, Ground
from gate.workbench.auditing.placing import Spot, spots
from gate.workbench.auditing.replaying import replay, told

ROOT = Path(__file__).parent.parent
MARK = Mark(file="book.yaml")
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
DAYS = 3
INSTANTS = [START + DAY, START + DAY + 40_000, START + 2 * DAY + 10]
NOTICES = ("undesirable-organization", "undesirable-organization-acts")
SECTIONS = (("news", ("/a/**",)), ("help", ("/help", "/a/b/help/**")))
DECLARED = [
    {"activity": "share", "methods": ["GET", "POST"], "paths": ["/share/**"]},
    {"activity": "comment", "methods": ["POST"], "paths": ["/a/*/comment"]},
]
ACTS = {Activity.SHARE: ("/share/**",), Activity.COMMENT: ("/a/*/comment",)}
PATHS = ["/", "/a", "/a/x", "/a/x/comment", "/a/b/help/y", "/help", "/share/x", "/b/x"]
GLOBS = ["/**", "/a/**", "/a/x", "/help/**", "/share/**", "/a/*/comment", "/b/*"]
REQUESTS = 300  # of each example
NETWORK = "192.0.2.0/24"


def shape(name, longitude):
    east = longitude + 1
    ring = (
        f"[[{longitude},10],[{east},10],[{east},11],[{longitude},11],[{longitude},10]]"
    )
    return Shape(name=name, geojson=f'{{"type": "Polygon", "coordinates": [{ring}]}}')


SHAPES = (shape("first", 20), shape("second", 22))
POINTS = [None, None, (10.5, 20.5), (10.5, 22.5), (10.5, 19.9), (60.0, 60.0)]
CODES = ["AA", "BB", "AA-1", "AA-2", "BB-1"]


def some(items, most=2, least=0):
    chosen = st.lists(
        st.sampled_from(items), min_size=least, max_size=most, unique=True
    )
    return chosen.map(tuple)


actions = st.sampled_from(Action)


@st.composite
def versions(draw, since):
    return AreaVersion(
        since=since,
        mark=MARK,
        within=draw(some(["AA", "BB"], 1)),
        whole=draw(some(CODES)),
        partly=draw(some(["AA-1", "AA-2", "BB-1"], 1)),
        settlements=draw(some([1, 2], 1)),
        shapes=draw(st.sampled_from([(), (), *((s,) for s in SHAPES)])),
        registered_in=draw(some(["AA", "BB"], 1)),
        networks=draw(st.sampled_from([(), (), (), (NETWORK,)])),
    )


@st.composite
def areas(draw, name):
    begins = draw(st.sampled_from([[0], [0, INSTANTS[1]], [INSTANTS[0]]]))
    found = tuple(draw(versions(since)) for since in begins)
    return Area(id=name, title="", versions=found, mark=MARK)


@st.composite
def whens(draw):
    return When(
        activities=draw(
            st.sampled_from([tuple(Activity), (Activity.READ,), (Activity.SHARE,)])
        ),
        areas=draw(st.sampled_from([None, ("east",), ("west",), ("east", "west")])),
        paths=draw(st.just(("/**",)) | some(GLOBS, least=1)),
        except_paths=draw(st.just(()) | some(GLOBS, 1)),
    )


@st.composite
def spans(draw):
    since = draw(st.none() | st.sampled_from(INSTANTS))
    until = draw(st.none() | st.sampled_from(INSTANTS))
    if since is not None and until is not None and until <= since:
        until = None
    return Effective(since=since, until=until)


@st.composite
def rules(draw, name):
    return Rule(
        id=name,
        title="",
        because="",
        when=draw(whens()),
        then=draw(actions),
        mark=MARK,
        certainty=draw(st.sampled_from([Membership.POSSIBLE, Membership.YES])),
        if_possible=draw(st.none() | actions),
        notice=draw(st.sampled_from(NOTICES)),
        effective=draw(spans()),
        mode=draw(st.sampled_from([Mode.ENFORCE, Mode.ENFORCE, Mode.SHADOW])),
    )


@st.composite
def exemptions(draw, name):
    return Exemption(
        id=name,
        relaxes=draw(some(["r0", "r1", "r2"])),
        to=draw(actions),
        when=draw(whens()),
        because="",
        approved_by="",
        effective=draw(spans()),
        mark=MARK,
    )


@st.composite
def unknowns(draw):
    return UnknownPlaces(
        notice=NOTICES[0],
        actions={reason: draw(actions) for reason in Unknown},
        max_age_days=draw(st.integers(1, 4)),
        mark=MARK,
    )


def book_of(name, areas, rules, exemptions, unknown, promises=()):
    return RuleBook(
        areas={area.id: area for area in areas},
        rules=tuple(rules),
        exemptions=tuple(exemptions),
        promises=tuple(promises),
        tests=(),
        unknown=unknown,
        digest=name,
        areas_digest=digest_of_areas(areas),
    )


@st.composite
def pairs(draw):
    """Two books that share most of what they say, as two revisions of one do."""
    east, west = draw(areas("east")), draw(areas("west"))
    pool = [draw(rules(f"r{number}")) for number in range(4)]
    loose = [draw(exemptions(f"e{number}")) for number in range(2)]
    unknown = draw(unknowns())
    old = book_of("old", [east, west], pool[:3], loose[:1], unknown)
    if draw(st.booleans()):
        east = draw(areas("east"))
    if draw(st.booleans()):
        unknown = draw(unknowns())
    chosen = [rule for rule in pool if draw(st.integers(0, 3))]
    kept = [exemption for exemption in loose if draw(st.booleans())]
    return old, book_of("new", [east, west], chosen, kept, unknown)


@st.composite
def places(draw):
    if draw(st.integers(0, 5)) == 0:
        return Place(
            unknown=draw(
                st.sampled_from([Unknown.NOT_IN_DATABASE, Unknown.ANONYMOUS_NETWORK])
            )
        )
    country = draw(st.sampled_from(["AA", "BB", "CC"]))
    parts = [None, f"{country}-1", f"{country}-2", f"{country}-9"]
    return Place(
        country=country,
        subdivision=draw(st.sampled_from(parts)),
        settlement=draw(st.sampled_from([None, None, 1, 2])),
        point=draw(st.sampled_from(POINTS)),
        registered=draw(st.sampled_from([None, "AA", "BB"])),
    )


readers = st.tuples(places(), st.sampled_from([False, False, False, True]))
"""Where a reader is, and whether the address lies in the network."""


def asked(random):
    """Make up a request: reader, path, method, second, doubt, kind."""
    return (
        random.randrange(6),
        random.choice(PATHS),
        random.choice(["GET", "GET", "GET", "POST"]),
        random.choice([random.randrange(DAYS * DAY), random.choice(INSTANTS) - START]),
        random.choice([None, None, None, Unknown.BAD_ADDRESS]),
        random.choice([Kind.DOCUMENT] * 5 + [Kind.ASSET]),
    )


class Recorder:
    """Remembers in which cell each request was counted."""

    def __init__(self):
        self.last = None

    def slot(self, cell):
        def add():
            self.last = cell

        return add

    def counts(self):
        return {}


class Site:
    """A configuration and pages, made once for all examples."""

    def __init__(self, folder):
        written = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
        written["rules"]["folder"] = str(ROOT / "rules")
        written["state"] = str(folder)
        written["site"]["sections"] = [
            {"name": name, "paths": list(globs)} for name, globs in SECTIONS
        ]
        written["site"]["activities"] = DECLARED
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(written), "utf-8")
        self.config = load_config(path, {})
        notices, _ = load_notices(ROOT / "rules/notices")
        self.pages = compile_pages(notices, look_of(self.config, unusable_index()))

    def gate(self, book, places, built, counter, clock):
        return Gate(self._snapshot(book, places, built), counter=counter, clock=clock)

    def _snapshot(self, book, found, built):
        classes = Classes([version for _, version in book.area_versions])
        ids = [class_id(classes, book, reader) for reader in found]
        table = Table(starts=list(range(len(ids))), classes=ids)
        facts = replace(unusable_index().database, digest="database", build_epoch=built)
        index = Index(
            columns=Columns.of(v4=table, v6=table),
            classes=classes.all(),
            databases=[facts],
        )
        return Snapshot(
            config=self.config,
            book=book,
            index=index,
            pages=self.pages,
            reading=reading_of(self.config),
            asking={},
            activities=activities_of(self.config),
            versions=Versions(
                book.digest, book.areas_digest, "database", "n", self.config.digest, "g"
            ),
        )


def class_id(classes, book, reader):
    place, listed = reader
    id_ = (
        classes.of_place(place)
        if place.unknown is None
        else classes.unknown(place.unknown)
    )
    for number, (_, version) in enumerate(book.area_versions):
        if listed and NETWORK in version.networks:
            id_ = classes.with_network(id_, number, NETWORK)
    return id_


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("site"))


def simulate(site, book, found, built, requests):
    """Serve requests in the order of time; return (cell, request) of each."""
    recorder, now = Recorder(), START
    gate = site.gate(book, found, built, recorder, lambda: now)
    served = []
    for reader, path, method, second, doubt, kind in sorted(
        requests, key=lambda request: request[3]
    ):
        now, recorder.last = START + second, None
        request = Request(
            method=method,
            scheme="https",
            host="localhost",
            path=path,
            kind=kind,
            client=Client(4, reader % len(found), None, doubt),
            headers={},
            target=path,
        )
        gate.answer(request)
        served.append((recorder.last, request, now))
    return served


def places_of(book, found):
    classes = Classes([version for _, version in book.area_versions])
    ids = [class_id(classes, book, reader) for reader in found]
    return [classes.all()[id_] for id_ in ids]


def direct(site, book, places, built, request, now):
    """Decide a request by a book, with no code of the replay."""
    place = places[request.client.number]
    activity = activities_of(site.config).of(request.method, request.path)
    items = (*book.rules, *book.exemptions)
    matched = Patterns(globs_of(item.when for item in items)).matched(request.path)

    def at(memberships, unknown):
        return decide(
            book,
            memberships=memberships,
            matched=matched,
            activity=activity or Activity.READ,
            now=now,
            unknown=unknown,
        )

    decision = at(memberships_at(book, place, now), place.unknown)
    if now >= built + book.unknown.max_age_days * DAY:
        decision = stricter(decision, at({}, Unknown.DATABASE_UNUSABLE))
    if request.client.doubt is not None:
        decision = stricter(decision, at({}, request.client.doubt))
    return decision.action


LADDER = (
    ("hour",),
    ("activity",),
    ("section",),
    ("place", "areas", "membership"),
    ("reason", "rules", "shadow", "shadow_rules", "door"),
    ("book", "areas_digest", "database", "notices", "config", "gate"),
    ("action", "outcome"),
)


def merged(row, steps):
    stars = {name: MERGED for step in LADDER[:steps] for name in step}
    return row._replace(**stars)


def sealed(served, depths):
    """Group what was served as sealing does, to rows with their requests."""
    found = defaultdict(list)
    for number, (cell, request, now) in enumerate(served):
        row = merged(row_of(cell, 1), depths[number % len(depths)])
        found[cell.period, row].append((request, now))
    return [
        (period, row._replace(n=len(requests)), requests)
        for (period, row), requests in found.items()
    ]


@st.composite
def grounds(draw, site, old, new, built):
    same = bool(draw(st.integers(0, 3)))
    return Ground(
        book=new,
        formers={old.digest: old} if draw(st.booleans()) else {},
        sections=SECTIONS if same else (("news", ("/b/**",)),),
        acts=ACTS,
        config=site.config.digest if same else "another",
        builds={"database": built} if draw(st.booleans()) else {},
    )


def check_replay(site, data):
    old, new = data.draw(pairs())
    found = data.draw(st.lists(readers, min_size=1, max_size=6))
    built = START - data.draw(st.integers(-1, 4)) * DAY + 30_000
    random = data.draw(st.randoms(use_true_random=True))
    requests = [asked(random) for _ in range(REQUESTS)]
    served = simulate(site, old, found, built, requests)
    depths = data.draw(
        st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 7]), min_size=1)
    )
    ground = data.draw(grounds(site, old, new, built))
    replayer = Replayer(ground)
    seen, by_new = [], places_of(new, found)
    for period, row, behind in sealed(served, depths):
        (alike,) = add_up([(period, row)], ground.edges)
        if excuse_of(alike):
            continue
        answer = replayer.answer(alike)
        assert answer.reason is not Reason.MISFIT
        seen.append(answer)
        if answer.action is not None:
            truth = {direct(site, new, by_new, built, *one) for one in behind}
            assert truth == {answer.action}
    return seen


READ = (Activity.READ,)
ROW = Row(
    hour="",
    place="AA",
    areas="east:yes",
    membership="yes",
    door="wsgi",
    activity="read",
    section="news",
    action="banner",
    outcome="covered",
    reason="",
    rules="warn",
    shadow="pass",
    shadow_rules="",
    book="old",
    areas_digest="",
    database="",
    notices="n",
    config="config",
    gate="g",
    n=20,
)


def unknown(**actions):
    found = {reason: actions.get(reason.value, Action.BANNER) for reason in Unknown}
    return UnknownPlaces(notice=NOTICES[0], actions=found, max_age_days=400, mark=MARK)


BANNERS = unknown()


@st.composite
def redrawn(draw):
    """Two books that draw one or both of two areas in other ways."""
    before = [draw(areas("east")), draw(areas("west"))]
    after = [before[0], draw(areas("west"))] if draw(st.booleans()) else None
    after = after or [draw(areas("east")), draw(areas("west"))]
    return tuple(
        book_of(name, drawn, (), (), BANNERS)
        for name, drawn in (("old", before), ("new", after))
    )


def anywhere(random):
    """Make up a reader, as `readers` does, without the cost of a search."""
    country = random.choice(["AA", "BB", "CC"])
    part = random.choice([None, "1", "2", "9"])
    place = Place(
        country=country,
        subdivision=part and f"{country}-{part}",
        settlement=random.choice([None, None, 1, 2]),
        point=random.choice(POINTS),
        registered=random.choice([None, "AA", "BB"]),
    )
    nowhere = random.choice([Unknown.NOT_IN_DATABASE, Unknown.ANONYMOUS_NETWORK])
    found = random.choice([place] * 4 + [Place(unknown=nowhere)])
    return found, random.choice([False, False, True])


def as_row(book, place, now):
    levels = memberships_at(book, place, now).items()
    row = ROW._replace(
        place=place.label,
        areas=",".join(f"{area}:{level}" for area, level in levels if level),
        areas_digest=book.areas_digest,
    )
    return add_up([("2026-03-01", row)], ())[0]


@settings(deadline=None, max_examples=150, phases=[Phase.generate])
@given(redrawn(), st.randoms(use_true_random=True))
def test_a_place_is_always_among_what_its_row_leaves_open(books, random):
    old, new = books
    people = [anywhere(random) for _ in range(40)]
    for was, is_ in zip(places_of(old, people), places_of(new, people), strict=True):
        now = random.choice([START, *INSTANTS])
        row, drawn = as_row(old, was, now), random.choice([old, None])
        levels = memberships_at(new, is_, now).items()
        truth = tuple(sorted((area, level) for area, level in levels if level))
        found = spots(new, drawn, row, now, frozenset({"east", "west"}))
        assert Spot(is_.unknown, truth) in found


FEW = settings(deadline=None, max_examples=40, phases=[Phase.generate])
"""Without shrinking, which would take minutes."""


@FEW
@given(st.data())
def test_whatever_replay_answers_is_what_the_other_book_decides(site, data):
    check_replay(site, data)


@pytest.mark.deep
@settings(FEW, max_examples=3_000)
@given(st.data())
def test_whatever_replay_answers_is_right_in_a_long_run(site, data):
    check_replay(site, data)


@settings(FEW, max_examples=10)
@given(st.data())
def test_a_book_replayed_over_its_own_rows_changes_nothing(site, data):
    """Only rows whose action was merged have no answer: nobody knows what it was."""
    old, _ = data.draw(pairs())
    found = data.draw(st.lists(readers, min_size=1, max_size=6))
    random = data.draw(st.randoms(use_true_random=True))
    served = simulate(site, old, found, START, [asked(random) for _ in range(100)])
    rows = [
        (period, row)
        for depth in (0, 5, 7)
        for period, row, _ in sealed(served, [depth])
    ]
    ground = Ground(book=old, formers={}, acts={}, builds={})
    result = replay(ground, add_up(rows, ground.edges))
    assert (result.stricter, result.looser) == (0, 0)
    assert {reason for _, reason in result.untold} <= {Reason.MERGED}
    told_of = [row for _, row in rows if row.action != MERGED]
    assert result.changes.total() + result.apart.total() == sum(
        row.n for row in told_of
    )


# One book, a change, and a row: what follows, and why.

OTHER = ROW._replace(
    place="other", areas="", membership="no", action="pass", rules="default"
)
EAST = AreaVersion(since=0, mark=MARK, whole=("AA",))


def rule(**changes):
    fields = {
        "id": "warn",
        "title": "",
        "because": "",
        "when": When(activities=READ, areas=("east",)),
        "then": Action.BANNER,
        "mark": MARK,
        "notice": NOTICES[0],
    }
    return Rule(**(fields | changes))


def small(name, *rules, versions=(EAST,), unknown=BANNERS):
    area = Area(id="east", title="", versions=tuple(versions), mark=MARK)
    return book_of(name, [area], rules, (), unknown)


OLD = small("old", rule())


def ask(new, row, *, old=OLD, known=True, built=START, assumed=()):
    ground = Ground(
        book=new,
        formers={"old": old} if known else {},
        sections=SECTIONS,
        acts=ACTS,
        config="config",
        builds={"database": built},
        assumed=frozenset(assumed),
    )
    row = row._replace(
        areas_digest=row.areas_digest or old.areas_digest,
        database=row.database or "database",
    )
    (alike,) = add_up([("2026-03-02", row)], ground.edges)
    answer = Replayer(ground).answer(alike)
    return answer.reason if answer.action is None else answer.action


STRICT = rule(then=Action.INTERSTITIAL)
FINER = replace(EAST, shapes=SHAPES[:1])
HELP = replace(STRICT, when=replace(STRICT.when, paths=("/a/b/help/**",)))


def begins(second):
    return replace(STRICT, effective=Effective(since=START + second))


CASES = [
    pytest.param(STRICT, ROW, Action.INTERSTITIAL, id="a stricter rule"),
    pytest.param(STRICT, OTHER, Action.PASS, id="a place in no area"),
    pytest.param(begins(DAY), ROW, Action.INTERSTITIAL, id="since midnight"),
    pytest.param(begins(DAY + 1), ROW, Reason.DAY, id="since a second later"),
    pytest.param(begins(2 * DAY), ROW, Action.PASS, id="since the next day"),
    pytest.param(
        begins(DAY + 3600), ROW._replace(hour="00"), Action.PASS, id="the hour before"
    ),
    pytest.param(
        begins(DAY + 3600),
        ROW._replace(hour="01"),
        Action.INTERSTITIAL,
        id="the hour in which it begins",
    ),
    pytest.param(HELP, ROW, Reason.PATHS, id="a part of the section"),
    pytest.param(HELP, ROW._replace(section="other"), Action.PASS, id="elsewhere"),
    pytest.param(HELP, ROW._replace(section=MERGED), Reason.MERGED, id="any section"),
    pytest.param(
        HELP, ROW._replace(config="then"), Reason.SETTINGS, id="unknown sections"
    ),
    pytest.param(
        STRICT, ROW._replace(config="then"), Action.INTERSTITIAL, id="any path at all"
    ),
    pytest.param(
        STRICT, ROW._replace(action=MERGED), Reason.MERGED, id="the action is merged"
    ),
    pytest.param(
        STRICT, ROW._replace(reason=MERGED), Reason.MERGED, id="the reason is merged"
    ),
    pytest.param(
        STRICT, ROW._replace(rules="another"), Reason.MISFIT, id="no such rule"
    ),
    pytest.param(
        STRICT,
        ROW._replace(activity=MERGED),
        Action.INTERSTITIAL,
        id="only one activity can have led to the banner",
    ),
    pytest.param(
        STRICT,
        OTHER._replace(activity="share", section="other"),
        Action.PASS,
        id="an activity without a rule",
    ),
]


@pytest.mark.parametrize(("changed", "row", "expected"), CASES)
def test_a_changed_rule_is_answered_or_named(changed, row, expected):
    assert ask(small("new", changed), row) is expected


AREAS = [
    pytest.param([FINER], ROW, True, Action.INTERSTITIAL, id="a whole country"),
    pytest.param([FINER], OTHER, True, Reason.PLACE, id="a new shape"),
    pytest.param(
        [replace(EAST, whole=("AA", "BB"))], OTHER, True, Reason.PLACE, id="a country"
    ),
    pytest.param(
        [replace(EAST, whole=("AA-1",))], ROW, True, Reason.PLACE, id="a part only"
    ),
    pytest.param([EAST], OTHER, False, Action.PASS, id="drawn alike"),
    pytest.param(
        [replace(EAST, as_of="2026-01-01")],
        OTHER,
        False,
        Action.PASS,
        id="dated anew",
    ),
]


@pytest.mark.parametrize(("versions", "row", "known", "expected"), AREAS)
def test_a_place_is_told_by_levels_or_by_its_label(versions, row, known, expected):
    new = small("new", STRICT, versions=versions)
    assert ask(new, row, known=known, assumed=[Assumption.DOUBTS]) is expected


def test_what_a_shape_ruled_out_stays_ruled_out():
    wide = replace(EAST, shapes=SHAPES)
    old = small("old", rule(), versions=[wide])
    new = small("new", STRICT, versions=[FINER])
    assert ask(new, OTHER, old=old) is Action.PASS
    assumed = [Assumption.DOUBTS]
    assert ask(new, OTHER, old=old, known=False, assumed=assumed) is Reason.PLACE


def test_a_place_does_not_have_a_code_that_it_would_be_labelled_with():
    old = small("old", rule(), versions=[replace(EAST, within=("BB",))])
    new = small("new", STRICT, versions=[replace(EAST, whole=("AA", "BB"))])
    assert ask(new, OTHER, old=old) is Action.PASS
    part = replace(EAST, whole=("AA-1",))
    old = small("old", rule(), versions=[replace(part, within=("AA",))])
    new = small("new", STRICT, versions=[replace(part, partly=("AA-2",))])
    assert ask(new, OTHER, old=old) is Action.PASS


def test_a_country_whose_coarse_records_may_be_members_leaves_a_place_open():
    part = replace(EAST, whole=("AA-1",))
    old = small("old", rule(), versions=[part])
    new = small("new", STRICT, versions=[replace(part, within=("AA",))])
    assert ask(new, OTHER, old=old) is Reason.PLACE


WEIGHED = AreaVersion(since=0, mark=MARK, within=("UA",), partly=("UA-14",))


@pytest.mark.parametrize(
    ("label", "version", "answer"),
    [
        pytest.param("UA-14", WEIGHED, Reason.PLACE, id="a part that is weighed"),
        pytest.param("UA-63", WEIGHED, Reason.PLACE, id="another part, weighed"),
        pytest.param(
            "UA-63", replace(WEIGHED, within=()), Reason.PLACE, id="or it is near"
        ),
        pytest.param("AA", WEIGHED, Action.PASS, id="another country"),
        pytest.param(
            "AA-1",
            replace(WEIGHED, within=(), partly=("AA-1",)),
            Action.INTERSTITIAL,
            id="a part where nobody is counted",
        ),
    ],
)
def test_no_label_tells_how_many_people_nearby_live_in_the_area(label, version, answer):
    old = small("old", rule(), versions=[replace(EAST, partly=("UA-14", "UA-63"))])
    row = OTHER._replace(place=label)
    new = small("new", STRICT, versions=[version])
    assert ask(new, row, old=old) is answer


def test_a_point_beside_a_shape_that_was_ruled_out_may_be_borne_out_by_registration():
    shaped = replace(EAST, whole=(), shapes=SHAPES[:1])
    old = small("old", rule(), versions=[replace(shaped, partly=("AA-1",))])
    registered = replace(
        shaped, partly=("AA-1",), within=("AA",), registered_in=("BB",)
    )
    certain = replace(STRICT, certainty=Membership.YES)
    new = small("new", certain, versions=[registered])
    row = ROW._replace(place="AA-1", areas="east:possible", membership="possible")
    assert ask(new, row, old=old) is Reason.PLACE


@pytest.mark.parametrize("reason", Unknown)
def test_an_unknown_place_is_answered_by_its_written_action(reason):
    new = small("new", rule(), unknown=unknown(**{reason.value: Action.BLOCK}))
    row = ROW._replace(
        place=reason.value,
        areas="",
        reason=f"unknown:{reason}",
        rules=f"unknown:{reason}",
    )
    if reason is Unknown.DATABASE_UNUSABLE:
        row = row._replace(database="none")
    assumed = [Assumption.DOUBTS]
    assert ask(new, row, assumed=assumed, built=START) is Action.BLOCK


DOUBTED = ROW._replace(
    place="other",
    areas="",
    rules="unknown:bad_address",
    reason="unknown:bad_address",
)


def test_a_doubt_that_a_row_tells_of_is_decided_with_it():
    new = small("new", rule(), unknown=unknown(bad_address=Action.BLOCK))
    assert ask(new, DOUBTED) is Action.BLOCK
    assert ask(new, DOUBTED, known=False) is Action.BLOCK


def test_a_doubt_that_left_no_trace_is_not_assumed_away_unless_asked():
    new = small("new", rule(when=When(activities=tuple(Activity), areas=("east",))))
    row = OTHER._replace(activity="share", section="other")
    assert ask(new, row) is Reason.DOUBT
    assert ask(new, row, assumed=[Assumption.DOUBTS]) is Action.PASS


def test_a_doubt_that_would_have_left_a_trace_is_ruled_out_by_the_book_of_the_day():
    new = small("new", rule(), unknown=unknown(bad_address=Action.BLOCK))
    assert ask(new, OTHER) is Action.PASS
    assert ask(new, OTHER, known=False) is Reason.DOUBT


def test_the_age_of_a_database_at_hand_is_known():
    strict = replace(unknown(database_unusable=Action.BLOCK), max_age_days=30)
    new = small("new", rule(), unknown=strict)
    assert ask(new, OTHER, built=START - 10 * DAY) is Action.PASS
    assert ask(new, OTHER, built=START - 60 * DAY) is Action.BLOCK
    assert ask(new, OTHER._replace(database="gone")) is Reason.DOUBT


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(400, 400, Action.PASS, id="the same limit"),
        pytest.param(30, 400, Action.PASS, id="a wider limit"),
        pytest.param(400, 30, Reason.DOUBT, id="a narrower limit"),
    ],
)
def test_what_was_not_too_old_is_not_under_a_wider_limit(before, after, expected):
    old = small("old", rule(), unknown=replace(BANNERS, max_age_days=before))
    written = unknown(database_unusable=Action.BLOCK)
    new = small("new", rule(), unknown=replace(written, max_age_days=after))
    assert ask(new, OTHER._replace(database="gone"), old=old) is expected


def test_an_old_database_stays_too_old_under_a_narrower_limit_only():
    seen = DOUBTED._replace(
        rules="unknown:database_unusable", reason="unknown:database_unusable"
    )
    written = unknown(database_unusable=Action.BLOCK)
    row = seen._replace(database="gone")
    for days, expected in (
        (30, Action.BLOCK),
        (400, Action.BLOCK),
        (500, Reason.DOUBT),
    ):
        new = small("new", rule(), unknown=replace(written, max_age_days=days))
        assert ask(new, row) is expected


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": "kind:asset", "outcome": "passed"}, "kind:asset"),
        ({"reason": "undeclared", "outcome": "passed"}, "undeclared"),
        ({"reason": "mode:observe", "outcome": "passed"}, "mode:observe"),
        ({"outcome": "refused", "reason": "E421"}, "refused"),
        ({"outcome": "gap"}, "gap"),
    ],
)
def test_what_no_rule_decided_stands_apart(change, why):
    new = small("new", STRICT)
    ground = Ground(book=new, formers={}, acts={}, builds={})
    rows = [("2026-03-02", ROW._replace(**change)), ("2026-03-02", ROW)]
    found = replay(ground, add_up(rows, ground.edges))
    assert (dict(found.apart), found.decisions) == ({why: 20}, 20)


def test_small_sums_are_not_told():
    assert [told(n) for n in (0, 1, 9, 10)] == [0, "<10", "<10", 10]


def logged(folder, days, rows):
    """Write the same rows for each day, as a sealed log has them."""
    for number, day in enumerate(days):
        path = folder / "rows" / rows_path("site", day, number)
        path.parent.mkdir(parents=True)
        write_rows(path, [Sealed(number, "site", day, row, "00" * 16) for row in rows])
    return folder


def test_the_engine_adds_up_as_memory_does(tmp_path):
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]
    rows = [ROW, OTHER, ROW._replace(n=7, door="flask"), ROW._replace(hour="13")]
    edges = (START + DAY + 5, START + DAY + 14 * 3_600)
    logs = Logs(folders=(logged(tmp_path, days, rows),))
    found = read_alike(logs, edges)
    assert sorted(found) == sorted(
        add_up([(day, row) for day in days for row in rows], edges)
    )
    assert sum(row.n for row in found) == 3 * 67
    assert books_named(logs) == {"old"}


def test_days_choose_files_and_none_is_an_error(tmp_path):
    folder = logged(tmp_path, ["2026-03-01", "2026-03-02"], [ROW])
    one = Logs(folders=(folder,), since="2026-03-02", until="2026-03-02")
    assert [row.n for row in read_alike(one, ())] == [20]
    with pytest.raises(NothingSealedError) as caught:
        read_alike(Logs(folders=(folder,), since="2027-01-01"), ())
    assert caught.value.since == "2027-01-01"


@pytest.mark.deep
def test_a_year_of_rows_is_replayed_as_one_day_would_be(tmp_path):
    rows = [
        ROW._replace(place=f"AA-{number}", shadow_rules=f"s{number}", n=number + 10)
        for number in range(200)
    ]
    days = [(date(2026, 1, 1) + timedelta(n)).isoformat() for n in range(365)]
    logs = Logs(folders=(logged(tmp_path, days, rows),))
    new = small("new", STRICT)
    ground = Ground(
        book=new, formers={}, sections=SECTIONS, acts=ACTS, config="config", builds={}
    )
    alike = list(read_alike(logs, ground.edges))
    assert len(alike) == len(rows)
    assert replay(ground, alike).decisions == 365 * sum(row.n for row in rows)
