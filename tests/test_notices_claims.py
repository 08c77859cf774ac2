from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.documents import read
from gate.model import Severity
from gate.notices import load_notices
from gate.notices.claims import claim_findings
from gate.notices.schema import RegimeEntry, Text

SHIPPED = Path(__file__).parents[1] / "rules" / "notices"
ID = "undesirable-organization"


def raw(file, *steps):
    found = yaml.safe_load((SHIPPED / file).read_text(encoding="utf-8"))
    for step in steps:
        found = found[step]
    return deepcopy(found)


def as_text(node):
    """Make every scalar text, as the reader of YAML does."""
    if isinstance(node, dict):
        return {key: as_text(value) for key, value in node.items()}
    return [as_text(one) for one in node] if isinstance(node, list) else str(node)


def regime(**changes):
    data = as_text(raw("regimes.yaml", "regimes", ID))
    for act, penalty in changes.items():
        data["penalties"][act] = {"sources": ["A source"], **penalty}
    return RegimeEntry.model_validate(data)


def findings(law, **changes):
    data = as_text(raw(f"{ID}.yaml", "notices", ID, "texts", "en")) | changes
    text = Text.model_validate(data)
    document = read("a: b", file="x.yaml")
    return list(claim_findings(document, text, (), law))


def test_the_shipped_text_claims_nothing_that_the_data_do_not_hold():
    assert findings(regime()) == []


PUNISHED = {"status": "punished", "certainty": "certain"}
RISKS = [
    pytest.param("risks", PUNISHED, None, id="punished for certain"),
    pytest.param(
        "risks", {**PUNISHED, "certainty": "open"}, "error", id="punished, not certain"
    ),
    pytest.param(
        "risks", {"status": "unclear", "certainty": "certain"}, "error", id="feared"
    ),
    pytest.param(
        "risks", {"status": "not_punished", "certainty": "certain"}, "error", id="safe"
    ),
    pytest.param(
        "unclear", {"status": "unclear", "certainty": "open"}, None, id="softly"
    ),
    pytest.param("unclear", PUNISHED, "warning", id="too softly"),
    pytest.param(
        "unclear",
        {"status": "not_punished", "certainty": "certain"},
        "error",
        id="fear of what is safe",
    ),
    pytest.param(
        "not_punished",
        {"status": "not_punished", "certainty": "certain"},
        None,
        id="safe, and called so",
    ),
    pytest.param(
        "not_punished",
        {"status": "not_punished", "certainty": "open"},
        "error",
        id="perhaps safe",
    ),
    pytest.param("not_punished", PUNISHED, "error", id="called safe"),
]


@pytest.mark.parametrize(("key", "data", "severity"), RISKS)
@pytest.mark.parametrize("short", [False, True])
def test_a_text_says_of_an_activity_what_the_data_hold(key, data, severity, short):
    if short and key == "not_punished":
        return
    changes = {f"{key}_short" if short else key: {"save": "words"}}
    others = {"unclear": {}, "unclear_short": {}}
    changes = others | changes | {"banner": "{risks}", "footer": "{risks}"}
    found = findings(regime(save=data), **changes)
    assert [f.code for f in found] == ([] if severity is None else ["R069"])
    assert all(f.severity == severity and '"save"' in f.message for f in found)


def test_more_of_a_certain_risk_may_be_called_unclear_beside_it():
    words = {"share": "sharing in another way"}
    data = as_text(raw(f"{ID}.yaml", "notices", ID, "texts", "en"))
    for key in ("unclear", "unclear_short"):
        assert findings(regime(), **{key: words}) == []
    del data["risks"]["share"]
    (found,) = findings(regime(), risks=data["risks"], unclear=words)
    assert (found.code, found.severity) == ("R069", Severity.WARNING)


@pytest.mark.parametrize("name", [ID, f"{ID}-acts"])
def test_the_texts_speak_of_court_cases_only_where_the_data_do(name):
    known = raw("regimes.yaml", "regimes", ID, "penalties")
    for tag, words in {"en": "court", "ru": "судебн", "uk": "судов"}.items():
        text = raw(f"{name}.yaml", "notices", name, "texts", tag)
        told = {act for act, line in text["unclear"].items() if words in line}
        assert told == {"like", "comment"}
        assert words not in text["unclear_lead"]
    for act in ("like", "comment"):
        assert "case was found" in known[act]["note"]


def test_whom_the_law_means_is_data_with_sources():
    facts = raw("regimes.yaml", "regimes", ID, "facts")
    assert facts["whom"]["certainty"] == "certain"
    assert facts["whom_place"]["certainty"] == "open"
    assert facts["abroad"]["certainty"] == "certain"


def test_an_activity_of_which_the_data_say_nothing_is_no_risk():
    law = regime()
    known = {k: v for k, v in law.penalties.items() if k != "share"}
    found = findings(law.model_copy(update={"penalties": known}))
    assert {f.code for f in found} == {"R069"}
    assert 'The regime says nothing of "share".' in {f.message for f in found}


def test_soft_words_need_to_say_how_sure_they_are():
    data = as_text(raw(f"{ID}.yaml", "notices", ID, "texts", "en"))
    del data["unclear_lead"]
    law, document = regime(), read("a: b", file="x.yaml")
    text = Text.model_validate(data)
    (found,) = claim_findings(document, text, (), law)
    assert (found.code, found.severity) == ("R069", Severity.ERROR)


@pytest.mark.parametrize("key", ["banner", "footer"])
def test_running_text_that_names_risks_in_its_own_words_is_a_warning(key):
    (found,) = findings(regime(), **{key: "You could be imprisoned for liking us."})
    assert (found.code, found.severity) == ("R069", Severity.WARNING)


KNOWN = [
    "fined 5,000 to 15,000",
    "fined 5 000",
    "fined 5~000",
    "fined 5\u202f000",
    "article 20.33",
    "статья 20,33",
    "20 February 2024",
    "20.02.2024",
    "number 142",
    "١٤٢",
    "no numbers",
    "{registered_on} {n5}",
]
STRANGE = [
    "fined 500 roubles",
    "fined 6,000",
    "up to 10 years",
    "article 20.34",
    "article 33",
    "in 1937",
    "21.02.2024",
    "0000000000000000000000000000000000000000000000000007777",
    "١٩٣٧",
]


@pytest.mark.parametrize("text", KNOWN)
def test_a_number_that_a_certain_fact_holds_may_be_named(text):
    assert findings(regime(), fact=text) == []


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("place", ["fact", "list", "activity"])
def test_a_number_that_no_fact_holds_may_not(text, place):
    change = {
        "fact": {"fact": text},
        "list": {"who": [text]},
        "activity": {"risks": {"share": text, "contact": "x"}},
    }[place]
    (found,) = findings(regime(), **change)
    assert (found.code, found.severity) == ("R070", Severity.ERROR)


def test_the_penalty_of_one_activity_is_no_ground_for_another():
    told, other = "prison, 1 to 5 years", {"contact": "x"}
    assert findings(regime(), risks={"donate": told, **other}) == []
    (found,) = findings(regime(), risks={"share": told, **other})
    assert found.code == "R070"


def test_what_is_not_certain_holds_no_number():
    law = regime(share={"status": "unclear", "certainty": "open", "penalty": "77"})
    found = findings(law, risks={"donate": "x"}, risks_short={"donate": "77"})
    assert "R070" in {f.code for f in found}


@given(st.text(alphabet="0123456789., ~'-{}²³٣५", max_size=40))
@settings(deadline=None)
def test_any_text_can_be_looked_through(text):
    findings(regime(), fact=text + "x")


def test_the_loader_says_where_the_claim_stands(tmp_path):
    for file in SHIPPED.glob("*.yaml"):
        written = file.read_text("utf-8").replace("an article;", "77 articles;")
        (tmp_path / file.name).write_text(written, "utf-8")
    found = [f for f in load_notices(tmp_path)[1] if f.code == "R070"]
    assert [f.source_line.strip() for f in found] == [
        "contact: speak with us for 77 articles;"
    ]
