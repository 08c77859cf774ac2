"""The specification of the format: complete, and held by two readers.

The cases in gate/rules/conformance are decided by the evaluator that serves, and by a
second reader that was written from the text alone and shares no code with it.
"""

from __future__ import annotations

import ast
import json
import re
import tempfile
from pathlib import Path

import pytest
import second_reader
import yaml
from click.testing import CliRunner
from hypothesis import event, given, settings
from hypothesis import strategies as st
from second_grammar import Grammar, second, tables
from second_places import membership as second_membership

from gate.cli import main
from gate.decision import Patterns, decide, globs_of, memberships_at, stricter
from gate.documents import Strict, render
from gate.documents.scalars import parse_instant
from gate.errors import BadPathError
from gate.model import (
    Activity,
    LocationClass,
    Membership,
    Severity,
    Unknown,
)
from gate.notices import schema as notices_schema
from gate.notices.schema import (
    DayFact,
    Fact,
    Language,
    NoticeEntry,
    NoticesFile,
    PageText,
    Penalty,
    RegimeEntry,
    Text,
)
from gate.places.areas import membership
from gate.request.path import canonical_raw
from gate.rules import lint, load_book
from gate.rules import schema as rules_schema
from gate.rules.convert import place as to_place
from gate.rules.judging import failed_tests
from gate.rules.proving.proof import prove
from gate.workbench.explain import too_old

RULES = Path(__file__).parent.parent / "gate" / "rules"
FOLDER = RULES / "conformance"
TEXTS = {
    name: (RULES / "format" / f"{name}.md").read_text("utf-8")
    for name in ("rules-1", "areas-1", "notices-2")
}
GRAMMAR = Grammar(TEXTS["rules-1"], TEXTS["areas-1"])


def said(name):
    """Read a file of cases as the format reads: every value is text."""
    text = (FOLDER / name).read_text("utf-8")
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 (makes text only)


NAMES = sorted(path.stem for path in (FOLDER / "cases").glob("*.yaml"))
CASES = {name: said(f"cases/{name}.yaml") for name in NAMES}
PATHS, PLACES, REFUSED = said("paths.yaml"), said("places.yaml"), said("refused.yaml")
DECISIONS = [(n, case) for n, book in CASES.items() for case in book.get("cases", [])]
PROMISES = [(n, case) for n, book in CASES.items() for case in book.get("promises", [])]
NOTHING = {
    "action": "pass",
    "notices": [],
    "rules": [],
    "exemptions": [],
    "reasons": [],
    "shadow": "pass",
    "shadow_rules": [],
}


@pytest.fixture(scope="session")
def books():
    """Every sound book, read by the gate and by the second reader."""
    found = {}
    for name in NAMES:
        folder = FOLDER / "books" / name
        book, findings = load_book(folder)
        assert book is not None, render(findings)
        found[name] = book, second_reader.Book(folder, GRAMMAR)
    return found


# The text, held against the schema.

MODELS = {
    "4.1": rules_schema.RulesFile,
    "4.2": rules_schema.RuleText,
    "4.3": rules_schema.WhenText,
    "4.4": rules_schema.ExemptionText,
    "4.5": rules_schema.EffectiveText,
    "4.6": rules_schema.UnknownText,
    "4.7": rules_schema.PromiseText,
    "4.8": rules_schema.ScopeText,
    "4.9": rules_schema.BookTestText,
    "4.10": rules_schema.VisitorText,
    "4.11": rules_schema.TestsFile,
    "20.1": rules_schema.AreasFile,
    "20.2": rules_schema.AreaText,
    "20.3": rules_schema.AreaVersionText,
    "20.4": rules_schema.WeighText,
    "20.5": rules_schema.ReviewText,
    "30.1": NoticesFile,
    "30.2": Language,
    "30.3": RegimeEntry,
    "30.4": Fact,
    "30.5": Penalty,
    "30.6": NoticeEntry,
    "30.7": Text,
    "30.8": PageText,
}
ALL_TABLES = {n: t for text in TEXTS.values() for n, t in tables(text).items()}


def strict_models(module):
    found = [v for v in vars(module).values() if isinstance(v, type)]
    return {v for v in found if issubclass(v, Strict) and v is not Strict}


def test_every_mapping_of_the_schema_has_a_table():
    models = strict_models(rules_schema) | strict_models(notices_schema)
    bases = {DayFact, notices_schema.Reviewed}  # a fact of a day; what texts share
    assert models - bases == set(MODELS.values())


@pytest.mark.parametrize("number", MODELS)
def test_a_table_names_exactly_the_keys_of_its_mapping(number):
    fields = MODELS[number].model_fields
    keys = {field.alias or name for name, field in fields.items()}
    assert {row[0] for row in ALL_TABLES[number]} == keys


@pytest.mark.parametrize("number", MODELS)
def test_a_table_says_which_keys_are_required(number):
    fields = MODELS[number].model_fields
    required = {f.alias or name for name, f in fields.items() if f.is_required()}
    assert {row[0] for row in ALL_TABLES[number] if row[2] == "required"} == required


def test_numbers_that_the_text_gives_are_those_of_the_schema():
    usual = {row[0]: row[2] for row in ALL_TABLES["20.4"]}
    weigh = rules_schema.WeighText()
    assert {k: float(v) for k, v in usual.items()} == {
        key: float(getattr(weigh, key)) for key in usual
    }


def sentences(text):
    """Return the numbered sentences with their text."""
    parts = re.split(r"^\*\*([0-9]+\.[0-9]+)\*\*", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


SENTENCES = {**sentences(TEXTS["rules-1"]), **sentences(TEXTS["areas-1"])}
UNTESTED = {number for number, text in SENTENCES.items() if "(no case" in text}


def referred():
    tests = [book["tests"] for book in CASES.values() if "tests" in book]
    rows = [
        *(case for _, case in (*DECISIONS, *PROMISES)),
        *(row for rows in (*PATHS.values(), *PLACES.values()) for row in rows),
        *(*REFUSED["cases"], *tests),
    ]
    named = {number for row in rows for number in row["spec"]}
    return named | {"1.7", "12.1"}  # digests of all books; what tables and cases are


def test_every_sentence_has_a_case_or_says_why_not():
    assert set(SENTENCES) - UNTESTED - referred() == set()


def test_no_case_is_about_a_sentence_that_there_is_not():
    assert referred() - set(SENTENCES) == set()


def test_sections_are_numbered_in_order_and_once():
    for text in TEXTS.values():
        found = re.findall(r"^\*\*([0-9]+)\.([0-9]+)\*\*", text, flags=re.MULTILINE)
        numbers = [(int(a), int(b)) for a, b in found]
        assert numbers == sorted(set(numbers))


def test_the_command_shows_the_specification():
    whole = CliRunner().invoke(main, ["help", "format"])
    assert whole.exit_code == 0
    assert all(text in whole.output for text in TEXTS.values())
    assert str(FOLDER) in whole.output
    part = CliRunner().invoke(main, ["help", "areas/1"])
    assert part.output.startswith(TEXTS["areas-1"])
    assert TEXTS["rules-1"] not in part.output


# Decisions.


def place_of(case):
    visitor = case.get("place", {})
    return to_place(rules_schema.VisitorText.model_validate(visitor))


def by_the_gate(book, case):
    now = parse_instant(case["now"])
    reason = Unknown(case["unknown"]) if "unknown" in case else None
    given = case.get("memberships", {})
    memberships = {area: Membership[word.upper()] for area, word in given.items()}
    if "place" in case:
        found = [membership(v, place_of(case))[0] for _, v in book.area_versions]
        known = LocationClass(label="", memberships=tuple(found))
        memberships = memberships_at(book, known, now)
    whens = [item.when for item in (*book.rules, *book.exemptions)]
    fixed = {
        "matched": Patterns(globs_of(whens)).matched(case["path"]),
        "activity": Activity(case["activity"]),
        "now": now,
    }
    decision = decide(book, memberships=memberships, unknown=reason, **fixed)
    also = Unknown(case["also"]) if "also" in case else None
    if "built" in case:
        also = too_old(book, parse_instant(case["built"]), now)
    if also is not None:
        beside = decide(book, memberships={}, unknown=also, **fixed)
        decision = stricter(decision, beside)
    return decision


def as_said(decision):
    made = {key: list(getattr(decision, key)) for key in NOTHING if key[-1] == "s"}
    words = {key: str(getattr(decision, key)) for key in ("action", "shadow")}
    return {**{key: made.get(key) for key in NOTHING}, **words}


def by_the_second_reader(book, case):
    now = second(case["now"])
    memberships = case.get("memberships", {})
    if "place" in case:
        memberships = {
            area: second_membership(book, area, case["place"], now)
            for area in book.areas
        }
    at = (case["path"], case["activity"], now)
    decision = book.decide(memberships, case.get("unknown"), *at)
    also = case.get("also")
    if "built" in case:
        age = int(book.unknown[0]["max_age_days"]) * 86_400
        also = "database_unusable" if now >= second(case["built"]) + age else None
    if also is not None:
        decision = second_reader.united(decision, book.decide({}, also, *at))
    return decision


def named(rows):
    return [pytest.param(*row, id=f"{row[0]}: {row[1]['name']}") for row in rows]


@pytest.mark.parametrize(("name", "case"), named(DECISIONS))
def test_both_readers_decide_as_the_case_says(name, case, books):
    ours, theirs = books[name]
    expected = {**NOTHING, **case["expect"]}
    decision = by_the_gate(ours, case)
    assert as_said(decision) == expected
    assert by_the_second_reader(theirs, case) == expected
    if "by" in case:
        assert list(decision.by) == case["by"]


@pytest.mark.parametrize(("name", "case"), named(PROMISES))
def test_both_readers_break_the_promises_that_the_case_says(name, case, books):
    ours, theirs = books[name]
    classes = [
        LocationClass(
            label=f"place {number}",
            memberships=tuple(
                Membership[place.get(area, "no").upper()]
                for area, _ in ours.area_versions
            ),
        )
        for number, place in enumerate(case["places"])
    ]
    lines = {promise.mark.line: promise.id for promise in ours.promises}
    found = [f for f in prove(ours, classes) if f.code == "R043"]
    assert sorted(lines[finding.mark.line] for finding in found) == case["broken"]
    assert theirs.broken(case["places"]) == case["broken"]


@pytest.mark.parametrize("name", NAMES)
def test_both_readers_give_the_digest_of_a_book(name, books):
    ours, theirs = books[name]
    assert (ours.digest, theirs.digest) == (CASES[name]["digest"],) * 2


@pytest.mark.parametrize("name", [n for n in NAMES if "tests" in CASES[n]])
def test_tests_in_the_books_pass(name, books):
    found = failed_tests(books[name][0], membership)
    assert [finding.message for finding in found] == CASES[name]["tests"]["failing"]


# Paths and patterns.


@pytest.mark.parametrize("row", PATHS["targets"], ids=lambda row: row["target"][:30])
def test_both_readers_make_the_same_path_of_a_target(row):
    try:
        ours = canonical_raw(row["target"])
    except BadPathError:
        ours = None
    assert ours == row.get("path")
    assert second_reader.canonical(row["target"]) == ours
    assert ("refused" in row) == (ours is None)


@pytest.mark.parametrize("row", PATHS["patterns"], ids=lambda row: row["pattern"])
def test_both_readers_match_the_same_paths(row):
    patterns = Patterns([row["pattern"]])
    for path in (*row["paths"], *row["others"]):
        expected = path in row["paths"]
        assert bool(patterns.matched(path)) is expected, path
        assert second_reader.matches(row["pattern"], path) is expected, path


# Places.


def spoken(row):
    return f"{row['area']} {row['place']}"


@pytest.mark.parametrize("row", PLACES["memberships"], ids=spoken)
def test_both_readers_find_the_membership_of_a_place(row, books):
    ours, theirs = books["places"]
    now = "2026-01-01T00:00:00Z"
    version = ours.areas[row["area"]].version_at(parse_instant(now))
    assert str(membership(version, place_of(row))[0]) == row["membership"]
    found = second_membership(theirs, row["area"], row["place"], second(now))
    assert found == row["membership"]


# Books that must be refused.


def write_book(folder, case):
    alone = "alone" in case
    texts = {**({} if alone else REFUSED["base"]), **case.get("files", {})}
    contents = {name: text.encode() for name, text in texts.items()}
    contents |= {n: bytes.fromhex(text) for n, text in case.get("hex", {}).items()}
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def errors_of(folder, case):
    book, findings = load_book(folder)
    found = [*findings]
    if book and "before" in case:
        found += lint(book, notices={"notice"}, now=0)
        found += prove(book, [LocationClass(label="all", memberships=ALL)])
        found += failed_tests(book, membership)
    return [f for f in found if f.severity is Severity.ERROR]


ALL = (Membership.YES,)


@pytest.mark.parametrize("case", REFUSED["cases"], ids=lambda case: case["name"])
def test_a_book_is_refused_as_the_case_says(case, tmp_path):
    folder = write_book(tmp_path / "book", case)
    found = errors_of(folder, case)
    told = sorted(
        (f.code, Path(f.mark.file).relative_to(folder).as_posix(), f.mark.line)
        for f in found
    )
    expected = sorted(
        (f["code"], f["file"], int(f.get("line", 0))) for f in case["findings"]
    )
    assert told == expected, render(found)


@pytest.mark.parametrize(
    "case",
    [case for case in REFUSED["cases"] if "before" not in case],
    ids=lambda case: case["name"],
)
def test_the_second_reader_refuses_for_the_same_reasons(case, tmp_path):
    book = second_reader.Book(write_book(tmp_path / "book", case), GRAMMAR)
    assert book.problems == {finding["code"] for finding in case["findings"]}


def test_the_second_reader_shares_no_code_with_the_gate():
    for path in Path(__file__).parent.glob("second_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        modules = {
            getattr(node, "module", None) or node.names[0].name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        assert not [m for m in modules if m.split(".")[0] == "gate"], path


# Random books, sound and unsound.

instants = st.sampled_from(
    ["2020-01-01T00:00:00Z", "2021-01-01T03:00:00+03:00", "2022-01-01T00:00Z"]
)
globs = st.lists(st.sampled_from(["a", "b", "*", "**", "a*"]), max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)
actions = st.sampled_from(["pass", "banner", "interstitial", "block"])
NAMES_OF_AREAS = ("north", "south")
names = st.sampled_from(NAMES_OF_AREAS)


def mapping(required, optional):
    return st.fixed_dictionaries(required, optional=optional)


def lists(of, least=1):
    return st.lists(of, min_size=least, max_size=2, unique=True)


conditions = {
    "areas": lists(names),
    "activities": lists(st.sampled_from(["read", "share"])),
    "paths": lists(globs),
}
whens = mapping({}, {**conditions, "except_paths": lists(globs, 0)})
spans = mapping({}, {"from": instants, "until": instants})
said_of_all = {"because": st.just("A case")}
rules = mapping(
    {**said_of_all, "title": st.just("One"), "when": whens, "then": actions},
    {
        "certainty": st.sampled_from(["possible", "certain"]),
        "if_possible": actions,
        "approved_by": st.just("me"),
        "effective": spans,
        "mode": st.sampled_from(["enforce", "enforce", "shadow"]),
        "notice": st.sampled_from(["one", "two"]),
    },
)
exemptions = mapping(
    {
        **said_of_all,
        "approved_by": st.just("me"),
        "relaxes": lists(st.sampled_from(["r0", "r1", "r2"])),
        "to": actions,
        "when": whens,
        "effective": mapping({"until": instants}, {"from": instants}),
    },
    {},
)
promises = mapping(
    {"for": mapping({}, {**conditions, "outside_areas": lists(names)})},
    {"at_least": actions, "at_most": actions, "from": instants, "until": instants},
)
codes = st.sampled_from(["NO", "SE", "SE-BD"])
versions = mapping(
    {"since": instants},
    {
        "whole": lists(codes, 0),
        "partly": lists(st.just("SE-BD"), 0),
        "networks": lists(st.sampled_from(["192.0.3.0/24", "192.0.2.0/23"]), 0),
    },
)
places = st.sampled_from(
    [
        {"country": "NO"},
        {"country": "SE", "subdivision": "SE-BD"},
        {"network": "192.0.3.0/25", "country": "DE"},
        {"network": "192.0.0.0/16", "country": "SE"},
    ]
)
whereabouts = st.one_of(
    st.builds(lambda place: {"place": place}, places),
    st.builds(lambda reason: {"unknown": reason}, st.sampled_from([*Unknown])),
    st.builds(
        lambda known: {"memberships": known},
        st.dictionaries(names, st.sampled_from(["no", "possible", "yes"])),
    ),
)
cases = st.builds(
    lambda where, also, rest: {**where, **also, **rest},
    whereabouts,
    mapping({}, {"also": st.sampled_from([*Unknown])}),
    st.fixed_dictionaries(
        {
            "path": st.lists(st.sampled_from(["a", "b", "ab", "x"]), max_size=3).map(
                lambda parts: "/" + "/".join(parts)
            ),
            "activity": st.sampled_from(["read", "share", "like"]),
            "now": st.sampled_from(
                ["2019-12-31T23:59:59Z", "2020-01-01T00:00:00Z", "2021-06-01T00:00:00Z"]
            ),
        }
    ),
)


def in_order(span):
    """Return a span that does not end before it begins."""
    if {"from", "until"} <= span.keys() and span["until"] <= span["from"]:
        return {key: value for key, value in span.items() if key != "from"}
    return span


def sound_rule(rule, number):
    made = {**rule, "id": f"r{number}", "notice": rule.get("notice", "one")}
    made["effective"] = in_order(made.get("effective", {}))
    if made.get("if_possible"):
        weaker = RANK.index(made["if_possible"]) < RANK.index(made["then"])
        made["certainty"] = "possible"
        made["if_possible"] = made["if_possible"] if weaker else "pass"
        made["then"] = made["then"] if made["then"] != "pass" else "banner"
    return {"approved_by": "me", **made}


def sound_exemption(exemption, number, count):
    relaxes = [name for name in exemption["relaxes"] if int(name[1:]) < count]
    effective = in_order(exemption["effective"])
    made = {"id": f"e{number}", "relaxes": relaxes or ["r0"], "effective": effective}
    return {**exemption, **made}


def sound_versions(versions):
    one = {"networks": 1, "partly": 0, "whole": 2}
    cut = [{**v, **{k: v[k][:n] for k, n in one.items() if k in v}} for v in versions]
    by_since = {version["since"]: version for version in cut}
    return [by_since[since] for since in sorted(by_since)]


RANK = ["pass", "banner", "interstitial", "block"]


@st.composite
def random_books(draw):
    """Draw a book; in some, sound fields together say what must be refused."""
    drawn = draw(st.lists(rules, max_size=3)), draw(st.lists(exemptions, max_size=2))
    promised = draw(st.lists(promises, max_size=1))
    areas = {
        n: draw(st.lists(versions, min_size=1, max_size=2)) for n in NAMES_OF_AREAS
    }
    made = [rule | {"id": f"r{n}"} for n, rule in enumerate(drawn[0])]
    some = [exemption | {"id": f"e{n}"} for n, exemption in enumerate(drawn[1])]
    if draw(st.integers(0, 4)):
        made = [sound_rule(rule, n) for n, rule in enumerate(drawn[0])]
        every = enumerate(drawn[1] if made else [])
        some = [sound_exemption(e, n, len(made)) for n, e in every]
        promised = []
        areas = {name: sound_versions(found) for name, found in areas.items()}
    actions_of = {str(reason): draw(actions) for reason in Unknown}
    file = {
        "format": "rules/1",
        "owner": "me",
        "unknown": {"notice": "three", "max_age_days": "10", **actions_of},
        "rules": made,
        "exemptions": some,
        "promises": [p | {"id": f"p{n}"} for n, p in enumerate(promised)],
    }
    said = {name: {"title": name, "versions": found} for name, found in areas.items()}
    return file, {"format": "areas/1", "areas": said}


@settings(deadline=None, max_examples=100)
@given(random_books(), st.lists(cases, min_size=3, max_size=6))
def test_both_readers_agree_on_books_that_nobody_wrote(book, asked):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in zip(("rules.yaml", "areas.yaml"), book, strict=True):
            (folder / file).write_text(json.dumps(content), "utf-8")
        ours, findings = load_book(folder)
        theirs = second_reader.Book(folder, GRAMMAR)
        errors = {f.code for f in findings if f.severity is Severity.ERROR}
        assert theirs.problems == errors
        event("refused" if errors else "sound")
        for case in asked if ours else ():
            expected = by_the_second_reader(theirs, case)
            assert as_said(by_the_gate(ours, case)) == expected
