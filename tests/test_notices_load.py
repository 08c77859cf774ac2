from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from gate.documents import CODES as OTHER_CODES
from gate.model import Activity, Severity
from gate.model.revision import is_revision
from gate.notices import CODES, Look, aged, compile_pages, load_notices
from gate.notices.placeholders import names

SHIPPED = Path(__file__).parents[1] / "rules" / "notices"
NAME = "undesirable-organization.yaml"
ID = "undesirable-organization"


@pytest.fixture
def book(tmp_path):
    """A copy of the shipped notices; call it to change a file, then to load all."""

    class Book:
        folder = tmp_path

        def change(self, file, edit):
            path = tmp_path / file
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            edit(data)
            # Block style and quotes, so that every scalar stays text.
            text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
            path.write_text(text, encoding="utf-8")

        def change_notice(self, edit):
            self.change(NAME, lambda data: edit(data["notices"][ID]))

        def findings(self):
            _, found = load_notices(tmp_path)
            return [f for f in found if f.severity is not Severity.NOTE]

        def codes(self):
            return [finding.code for finding in self.findings()]

    for file in SHIPPED.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return Book()


def test_shipped_notices_have_nothing_but_notes():
    notices, findings = load_notices(SHIPPED)
    assert list(notices) == [ID, f"{ID}-acts", f"{ID}-donate"]
    assert {f.code for f in findings} == {"R064", "R068"}
    assert {f.severity for f in findings} == {Severity.NOTE}


@pytest.mark.parametrize("notice", [ID, f"{ID}-acts", f"{ID}-donate"])
def test_shipped_notice_is_complete_in_three_languages(notice):
    found = load_notices(SHIPPED)[0][notice]
    keys = {tag: set(text.strings) for tag, text in found.texts.items()}
    assert list(keys) == ["en", "ru", "uk"]
    assert keys["en"] == keys["ru"] == keys["uk"]
    assert found.area_languages == {
        "russia-controlled-ukraine": ("uk", "ru"),
        "russia": ("ru",),
    }
    assert {text.status for text in found.texts.values()} == {"draft"}


def test_shipped_facts_have_sources_and_cover_every_activity():
    raw = yaml.safe_load((SHIPPED / "regimes.yaml").read_text(encoding="utf-8"))
    (regime,) = raw["regimes"].values()
    facts = [*regime["facts"].values(), *regime["penalties"].values()]
    assert all(fact["sources"] for fact in facts)
    assert set(regime["penalties"]) == {str(activity) for activity in Activity}


@pytest.mark.parametrize("activity", ["like", "comment", "save"])
def test_what_no_court_was_found_to_punish_is_told_softly(activity):
    for file in SHIPPED.glob("u*.yaml"):
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))["notices"]
        for notice in raw.values():
            for text in notice["texts"].values():
                assert activity not in {**text["risks"], **text["risks_short"]}


def test_shipped_texts_never_say_will():
    for notice in load_notices(SHIPPED)[0].values():
        strings = notice.texts["en"].strings
        for key in ("heading", "fact", "risk_lead", "banner"):
            assert " will " not in str(strings[key])


def test_folder_without_notices_is_an_error(tmp_path):
    notices, findings = load_notices(tmp_path / "nowhere")
    assert notices == {}
    assert [f.code for f in findings] == ["R060"]


def test_same_id_in_two_files_names_both_places(book):
    (book.folder / "z.yaml").write_bytes((SHIPPED / NAME).read_bytes())
    finding = book.findings()[0]
    assert finding.code == "R061"
    assert finding.mark.file.endswith("z.yaml")
    assert finding.mark.line > 1
    assert f"{NAME}:" in finding.message


def test_same_language_twice_is_found_by_the_reader(book):
    path = book.folder / NAME
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n      uk:\n", "\n      ru:\n"), encoding="utf-8")
    assert "R002" in book.codes()


def test_language_without_words_around_it_is_an_error(book):
    book.change("page.yaml", lambda data: data["page"].pop("uk"))
    assert book.codes().count("R062") == 3


def test_words_around_twice_are_an_error(book):
    (book.folder / "page2.yaml").write_bytes((SHIPPED / "page.yaml").read_bytes())
    assert book.codes().count("R062") == 3


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{outlt} is listed", "Nothing fills {outlt}.", "outlet"),
        ("{outlet is listed", "A brace stands alone.", "{outlet}"),
        ("{0.__class__}", "A brace stands alone.", "{outlet}"),
        ("{day}", "Nothing fills {day}.", "{date}"),
    ],
)
def test_unknown_placeholder_is_named_at_its_place(book, text, message, hint):
    book.change_notice(lambda n: n["texts"]["ru"].update(fact=text))
    finding = book.findings()[0]
    assert finding.code == "R063"
    assert finding.message == message
    assert hint in finding.hint
    assert finding.mark.file.endswith(NAME)
    assert finding.mark.line > 1
    assert finding.mark.column > 1


WRITTEN = [
    pytest.param("fact: Now {organisation} is", "{organisation}", id="plain"),
    pytest.param("fact: 'It''s {organisation}'", "{organisation}", id="in quotes"),
    pytest.param(
        "fact: '{outlet} {outlet} {organisation}'", "{organisation}", id="3rd"
    ),
    pytest.param(
        "fact: Of {outlet}\n          and {organisation}", "{organisation}", id="folded"
    ),
    pytest.param(
        "fact: >-\n          {outlet}\n          {organisation}",
        "{organisation}",
        id="block",
    ),
    pytest.param("fact: Of {outlet} and {day", "{", id="lone brace"),
    pytest.param(
        'fact: "\\x7borganisation}"', '"\\x7borganisation}"', id="behind an escape"
    ),
]


@pytest.mark.parametrize(("written", "marked"), WRITTEN)
def test_the_brace_itself_is_marked(book, written, marked):
    path = book.folder / NAME
    before, rest = path.read_text(encoding="utf-8").split("        fact:", 1)
    rest = rest.partition("\n")[2]
    path.write_text(f"{before}        {written}\n{rest}", encoding="utf-8")
    (finding,) = (f for f in book.findings() if f.code == "R063")
    mark = finding.mark
    start = mark.column - 1
    assert finding.source_line[start : start + mark.width] == marked


def test_a_hint_says_what_was_meant_and_then_all_that_is_known(book):
    book.change_notice(lambda n: n["texts"]["en"].update(fact="{organisation}"))
    hint = book.findings()[0].hint
    assert hint.startswith("Did you mean {outlet}? Known here are {abroad}, ")


@pytest.mark.parametrize("content", [b"a\0b", b"\xff\xfe", b"format: ["])
def test_a_file_that_cannot_be_read_is_one_finding(book, content):
    (book.folder / "page.yaml").write_bytes(content)
    assert book.codes() == ["R001"]


def test_placeholder_in_a_list_is_found_too(book):
    book.change_notice(lambda n: n["texts"]["en"]["who"].append("{nothing}"))
    assert "R063" in book.codes()


def test_what_stands_by_activity_is_looked_through_too(book):
    book.change_notice(lambda n: n["texts"]["en"]["risks"].update(share="{nothing}"))
    finding = book.findings()[0]
    assert finding.code == "R063"
    assert finding.source_line.strip() == "share: '{nothing}'"


def test_open_facts_fill_nothing(book):
    book.change_notice(lambda n: n["texts"]["en"].update(fact="{decided_on}"))
    assert book.codes() == ["R063"]


def test_certain_facts_fill_and_days_are_written_out(book):
    book.change_notice(lambda n: n["texts"]["ru"].update(fact="Дата: {registered_on}."))
    notices, _ = load_notices(book.folder)
    assert book.codes() == []
    assert notices[ID].facts["registered_on"] == "2024-02-20"
    press = compile_pages(notices, Look(name="a", organization="b")).press
    assert "Дата: 20 февраля 2024 года." in press.page([ID], "ru", "read").decode()


@pytest.mark.parametrize("key", ["footer", "continue"])
def test_what_one_language_lacks_is_an_error(book, key):
    book.change_notice(lambda n: n["texts"]["uk"].pop(key))
    finding = book.findings()[0]
    assert (finding.code, finding.severity) == ("R064", Severity.ERROR)
    assert '"uk"' in finding.message


def test_missing_text_is_an_error_of_the_schema(book):
    book.change_notice(lambda n: n["texts"]["uk"].pop("heading"))
    assert book.codes() == ["R003"]


def test_lists_of_different_length_are_a_warning(book):
    book.change_notice(lambda n: n["texts"]["uk"]["who"].pop())
    finding = book.findings()[0]
    assert (finding.code, finding.severity) == ("R064", Severity.WARNING)


@pytest.mark.parametrize("weight", ["error", "warning", "note"])
def test_a_language_that_a_notice_lacks_weighs_as_much_as_its_editor_says(book, weight):
    def edit(notice):
        notice["texts"].pop("uk")
        notice["area_languages"] = {"russia": ["ru"]}

    book.change("page.yaml", lambda d: d["languages"]["uk"].update(missing=weight))
    book.change_notice(edit)
    _, found = load_notices(book.folder)
    (finding,) = (f for f in found if f.code == "R064" and f.mark.file.endswith(NAME))
    assert finding.severity == weight
    assert '"uk"' in finding.message


@pytest.mark.parametrize("weight", ["error", "warning", "note"])
def test_a_language_without_any_text_is_found_once(book, weight):
    book.change("page.yaml", lambda d: d["languages"]["tt"].update(missing=weight))
    _, found = load_notices(book.folder)
    (finding,) = (f for f in found if '"tt"' in f.message)
    assert (finding.code, finding.severity) == ("R064", weight)
    assert "gate texts export tt" in finding.hint


@pytest.mark.parametrize("weight", ["error", "warning", "note"])
def test_a_draft_weighs_as_much_as_its_editor_says(book, weight):
    book.change("page.yaml", lambda d: d["languages"]["uk"].update(draft=weight))
    _, found = load_notices(book.folder)
    drafts = [f for f in found if f.code == "R068" and f.severity == weight]
    assert len(drafts) == (12 if weight == "note" else 4)


def test_area_cannot_prefer_a_language_without_text(book):
    book.change_notice(lambda n: n["area_languages"].update(russia=["ru", "tt"]))
    assert book.codes() == ["R065"]


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("UK", 'Did you mean "uk"?'),
        ("ru_RU", 'Did you mean "ru-RU"?'),
        ("crh-cyrl", 'Did you mean "crh-Cyrl"?'),
        ("russian", 'Such as "uk".'),
        ("r", 'Such as "uk".'),
        ("ru-" + "a" * 40, 'Such as "uk".'),
    ],
)
def test_bad_language_tag_is_an_error(book, tag, hint):
    book.change_notice(lambda n: n["area_languages"].update(russia=[tag]))
    finding = book.findings()[0]
    assert finding.code == "R066"
    assert finding.hint == hint


@pytest.mark.parametrize("tag", ["tt", "crh-Latn", "ru-RU", "es-419", "sl-rozaj"])
def test_good_language_tag_is_taken(book, tag):
    def edit_page(data):
        data["page"][tag] = deepcopy(data["page"]["ru"])
        script = "Latn" if tag == "crh-Latn" else "Cyrl"
        data["languages"][tag] = {"name": tag, "dir": "ltr", "script": script}

    def edit(notice):
        notice["texts"][tag] = deepcopy(notice["texts"]["ru"])

    book.change("page.yaml", edit_page)
    book.change_notice(edit)
    assert tag in load_notices(book.folder)[0][ID].texts


def test_direction_is_one_of_two(book):
    book.change("page.yaml", lambda d: d["languages"]["en"].update(dir="up"))
    assert "R003" in book.codes()


@pytest.mark.parametrize(
    ("tag", "declared"),
    [
        pytest.param("crh-Cyrl", {"script": "Latn", "dir": "ltr"}, id="tag and script"),
        pytest.param("fa", {"script": "Arab", "dir": "ltr"}, id="script and direction"),
        pytest.param("ug-Cyrl", {"script": "Cyrl", "dir": "rtl"}, id="the other way"),
    ],
)
def test_tag_script_and_direction_must_agree(book, tag, declared):
    entry = {"name": "x", "missing": "note", **declared}
    book.change("page.yaml", lambda d: d["languages"].update({tag: entry}))
    assert book.codes() == ["R073"]


def test_a_text_in_a_language_that_is_not_declared_is_an_error(book):
    book.change("page.yaml", lambda data: data["languages"].pop("uk"))
    assert book.codes().count("R073") == 4


def test_an_undeclared_language_names_the_one_that_was_meant(book):
    def edit(data):
        data["page"]["crh-Latm"] = data["page"].pop("uk")

    book.change("page.yaml", edit)
    (finding,) = (f for f in book.findings() if f.code == "R073")
    assert finding.hint == 'Did you mean "crh-Latn"?'


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("notices/1", 'The format "notices/1" is no longer read.'),
        ("notices/3", "This is not notices/2."),
    ],
)
def test_another_format_is_named_as_such(book, written, message):
    book.change(NAME, lambda data: data.update(format=written))
    finding = next(f for f in book.findings() if f.code == "R005")
    assert finding.message == message
    assert "notices/2" in finding.hint


def test_a_regime_that_nobody_describes_is_an_error(book):
    book.change_notice(lambda n: n.update(regime="undesirable-organisation"))
    finding = book.findings()[0]
    assert finding.code == "R069"
    assert finding.hint == 'Did you mean "undesirable-organization"?'


def test_a_regime_twice_is_an_error(book):
    (book.folder / "z.yaml").write_bytes((SHIPPED / "regimes.yaml").read_bytes())
    assert book.codes() == ["R061"]


@pytest.mark.parametrize(
    ("day", "old"), [("2027-01-26", False), ("2027-01-27", True), ("2030-01-01", True)]
)
def test_legal_information_grows_old(day, old):
    now = int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp())
    found = aged(load_notices(SHIPPED)[0], now)
    assert [f.code for f in found] == (["R071"] if old else [])
    assert all(f.mark.file.endswith("regimes.yaml") for f in found)


def test_reviewed_text_names_who_did_it(book):
    book.change_notice(lambda n: n["texts"]["en"].update(status="reviewed"))
    assert book.codes() == ["R067"]


@pytest.mark.parametrize(
    ("revision", "sound"), [("1", True), ("0", False), ("x", False)]
)
def test_revision_is_a_whole_number_from_one(book, revision, sound):
    book.change_notice(lambda n: n.update(revision=revision))
    assert (book.codes() == []) is sound


def test_empty_text_is_an_error(book):
    book.change_notice(lambda n: n["texts"]["en"].update(heading="  "))
    assert book.codes() == ["R003"]


def test_broken_file_does_not_hide_the_others(book):
    (book.folder / "a.yaml").write_text("format: [", encoding="utf-8")
    notices, findings = load_notices(book.folder)
    assert len(notices) == 3
    assert "R001" in {f.code for f in findings}


def test_codes_mean_one_thing_each():
    mine = {c: m for c, m in OTHER_CODES.items() if c in CODES}
    assert mine in ({}, CODES)


def test_revision_changes_with_ids_and_revisions_alone():
    notices, _ = load_notices(SHIPPED)
    look = Look(name="a", organization="b")
    first = compile_pages(notices, look)
    notice = notices[ID]
    text = notice.texts["en"]
    comma = replace(text, strings={**text.strings, "heading": "Other"})
    corrected = {**notices, ID: replace(notice, texts={**notice.texts, "en": comma})}
    raised = {**notices, ID: replace(notice, revision=2)}
    renamed = {**notices, "other": replace(notice, id="other")}
    assert compile_pages(corrected, look).revision == first.revision
    assert compile_pages(corrected, look).digest != first.digest
    assert (
        len(
            {
                first.revision,
                *(compile_pages(n, look).revision for n in (raised, renamed)),
            }
        )
        == 3
    )
    assert is_revision(first.revision)


def test_placeholders_are_found_with_their_names():
    assert list(names("{a} {b-c} {} {A} }")) == ["a", "b-c", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("attribution", "expected"),
    [
        ("", ()),
        ("By X", (("By X", ""),)),
        (
            "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
            (("IP Geolocation by DB-IP", "https://db-ip.com"), (", CC BY 4.0", "")),
        ),
        (
            "From https://x.example By Y (https://y.example)",
            (
                ("From ", ""),
                ("https://x.example", "https://x.example"),
                (" ", ""),
                ("By Y", "https://y.example"),
            ),
        ),
        ("(javascript:alert(1))", (("(javascript:alert(1))", ""),)),
    ],
)
def test_urls_in_the_attribution_become_links(attribution, expected):
    look = Look(name="a", organization="b", attribution=attribution)
    assert look.credits == expected
