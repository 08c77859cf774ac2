from __future__ import annotations

import os
import re
import shutil
import stat
from copy import deepcopy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.cli import main
from gate.documents import read
from gate.documents.letters import hidden
from gate.errors.texts import (
    TranslationRefusedError,
    TranslationUnreadableError,
    UneditableTextError,
)
from gate.notices import load_notices
from gate.notices.markup import problem
from gate.workbench.texts import writing
from gate.workbench.texts.editing import put_in
from gate.workbench.texts.parsing import parse
from gate.workbench.texts.taking import Change, take
from gate.workbench.texts.units import open_texts
from gate.workbench.texts.writing import write
from gate.workbench.texts.xliff import NAMESPACE, build

ROOT = Path(__file__).parents[1]
ID = "undesirable-organization"
Q = f"{{{NAMESPACE}}}"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The shipped book in a folder of its own, which is the current one."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copy(ROOT / "config.yaml", tmp_path / "config.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gate(*arguments):
    return CliRunner().invoke(main, ["texts", *arguments])


def notices(site):
    return site / "rules" / "notices"


class Sent:
    """A translator's file, to be filled in as a translator does."""

    def __init__(self, path):
        self.path = path
        self.tree = ET.parse(path)  # noqa: S314 - our own file

    def units(self):
        for file in self.tree.iter(f"{Q}file"):
            for unit in file.iter(f"{Q}unit"):
                yield file.get("original"), unit.get("name"), unit

    def unit(self, block, name):
        return next(u for b, n, u in self.units() if (b, n) == (block, name))

    def translate(self, unit, words):
        """Give a unit a target; what stands in braces stays a code."""
        segment = unit.find(f"{Q}segment")
        for old in segment.findall(f"{Q}target"):
            segment.remove(old)
        target = ET.SubElement(segment, f"{Q}target")
        target.text = words
        segment.set("state", "translated")

    def translate_all(self, made=lambda source: source):
        for _, _, unit in self.units():
            source = unit.find(f"{Q}segment/{Q}source")
            words = "".join(source.itertext())
            for code in source:
                words += " " + code.get("equiv")
            self.translate(unit, made(words.strip()))
        return self

    def save(self):
        self.tree.write(self.path, encoding="utf-8", xml_declaration=True)
        return self.path


@pytest.fixture
def sent(site):
    def send(language):
        assert gate("export", language).exit_code == 0
        return Sent(site / f"{language}.xlf")

    return send


def codes(site, path):
    with pytest.raises(TranslationRefusedError) as refused:
        take(open_texts(notices(site)), path)
    return sorted({f.code for f in refused.value.findings})


def contents(site):
    return {path.name: path.read_bytes() for path in notices(site).glob("*.yaml")}


# There and back -----------------------------------------------------------------


@pytest.mark.parametrize("language", ["tt", "ba", "ce", "be", "crh-Latn", "crh-Cyrl"])
def test_a_new_language_comes_back_as_a_draft_that_the_gate_takes(site, sent, language):
    path = sent(language).translate_all().save()
    told = gate("import", str(path))
    assert told.exit_code == 0, told.output
    loaded, findings = load_notices(notices(site))
    assert {f.severity for f in findings} == {"note"}
    for notice in loaded.values():
        text = notice.texts[language]
        assert text.status == "draft"
        assert set(text.strings) == set(notice.texts["en"].strings)


def test_everything_else_of_the_files_stays_as_it_was(site, sent):
    before = contents(site)
    gate("import", str(sent("tt").translate_all().save()))
    for name, content in contents(site).items():
        old = before[name].decode().splitlines()
        new = iter(content.decode().splitlines())
        assert all(line in new for line in old), name


def test_an_import_of_what_stands_there_changes_no_byte(site, sent):
    before = contents(site)
    told = gate("import", str(sent("ru").save()))
    assert told.exit_code == 0
    assert "0 texts taken over" in told.output
    assert contents(site) == before


def test_a_second_import_of_the_same_file_changes_no_byte(site, sent):
    path = sent("tt").translate_all().save()
    gate("import", str(path))
    after = contents(site)
    assert gate("import", str(path)).exit_code == 0
    assert contents(site) == after


def test_one_changed_text_is_one_changed_line(site, sent):
    before = contents(site)
    file = sent("uk")
    file.translate(file.unit(f"notices/{ID}", "heading"), "Обережно: ризик")
    assert gate("import", str(file.save())).exit_code == 0
    after = contents(site)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == [f"{ID}.yaml"]
    pairs = zip(
        before[changed[0]].splitlines(), after[changed[0]].splitlines(), strict=True
    )
    lines = [new.decode() for old, new in pairs if old != new]
    assert lines == ['        heading: "Обережно: ризик"']


def test_a_changed_text_makes_its_language_a_draft_again(site, sent):
    path = notices(site) / f"{ID}.yaml"
    text = path.read_text("utf-8")
    before, uk = text.split("      uk:\n")
    signed = "status: reviewed\n        reviewed_by: O. Shevchenko # the lawyer"
    uk = uk.replace("status: draft", signed, 1)
    path.write_text(f"{before}      uk:\n{uk}", "utf-8")
    file = sent("uk")
    file.translate(file.unit(f"notices/{ID}", "heading"), "Обережно")
    gate("import", str(file.save()))
    found = yaml.safe_load(path.read_text("utf-8"))["notices"][ID]["texts"]
    assert found["uk"]["status"] == "draft"
    assert "# the lawyer" in path.read_text("utf-8")


def test_placeholders_are_codes_that_tools_protect(sent):
    file = sent("tt")
    unit = file.unit(f"notices/{ID}", "fact")
    (code,) = unit.find(f"{Q}segment/{Q}source")
    assert code.tag == f"{Q}ph"
    assert (code.get("equiv"), code.get("canDelete")) == ("{outlet}", "no")
    data = unit.find(f"{Q}originalData/{Q}data")
    assert (data.get("id"), data.text) == (code.get("dataRef"), "{outlet}")


def test_every_text_has_its_context(sent):
    for _, name, unit in sent("tt").units():
        notes = {n.get("category"): n.text for n in unit.iter(f"{Q}note")}
        assert notes["context"].startswith(name)


@pytest.mark.parametrize("source", ["en", "uk"])
def test_a_language_can_be_translated_from_any_other(site, source):
    assert gate("export", "tt", "--from", source).exit_code == 0
    assert parse(site / "tt.xlf")[:2] == (source, "tt")


def test_segments_that_a_tool_has_split_are_put_together(site, sent):
    file = sent("tt").translate_all()
    unit = file.unit("page", "returns_why")
    first = unit.find(f"{Q}segment")
    second = ET.SubElement(unit, f"{Q}segment", {"state": "final"})
    words = first.find(f"{Q}source").text.split(". ", 1)
    first.find(f"{Q}source").text = words[0] + "."
    first.find(f"{Q}target").text = "Бер."
    ET.SubElement(second, f"{Q}source").text = words[1]
    ET.SubElement(second, f"{Q}target").text = "Ике."
    assert gate("import", str(file.save())).exit_code == 0
    text = (notices(site) / "page.yaml").read_text("utf-8")
    assert "returns_why: Бер. Ике." in text


def test_a_block_that_nobody_translated_yet_is_left_out(sent):
    file = sent("tt")
    for block, _, unit in file.units():
        if block != f"notices/{ID}-donate":
            file.translate(unit, "".join(unit.find(f"{Q}segment/{Q}source").itertext()))
    for block, _, unit in file.units():
        source = unit.find(f"{Q}segment/{Q}source")
        places = " ".join(code.get("equiv") for code in source)
        if block != f"notices/{ID}-donate" and places:
            file.translate(unit, f"{''.join(source.itertext())} {places}")
    told = gate("import", str(file.save()))
    assert told.exit_code == 0, told.output
    assert f"notices/{ID}-donate: not translated yet." in told.output


def test_a_notice_that_a_tool_has_dropped_is_named(sent):
    file = sent("tt").translate_all()
    root = file.tree.getroot()
    for each in root.findall(f"{Q}file"):
        if each.get("original") == f"notices/{ID}-donate":
            root.remove(each)
    told = gate("import", str(file.save()))
    assert told.exit_code == 0, told.output
    assert f"notices/{ID}-donate: not in the file." in told.output


def test_a_text_that_a_tool_has_dropped_is_named(sent):
    file = sent("uk")
    unit = file.unit(f"notices/{ID}", "heading")
    for each in file.tree.iter(f"{Q}file"):
        if unit in list(each):
            each.remove(unit)
    told = gate("import", str(file.save())).output
    assert told.count("not in the file") == 1
    assert f"notices/{ID}: heading: not in the file." in told


@pytest.mark.parametrize("state", ["initial", None])
def test_a_translation_whose_state_is_initial_is_none(site, sent, state):
    before = contents(site)
    file = sent("uk")
    unit = file.unit(f"notices/{ID}", "heading")
    file.translate(unit, "Машинний переклад")
    segment = unit.find(f"{Q}segment")
    segment.attrib.pop("state")
    if state:
        segment.set("state", state)
    told = gate("import", str(file.save()))
    assert told.exit_code == 0
    assert f"notices/{ID}: heading: not taken; its state is initial" in told.output
    assert contents(site) == before


@pytest.mark.parametrize("state", ["translated", "reviewed", "final"])
def test_a_translation_of_any_other_state_is_taken(site, sent, state):
    file = sent("uk")
    unit = file.unit(f"notices/{ID}", "heading")
    file.translate(unit, "Обережно")
    unit.find(f"{Q}segment").set("state", state)
    assert gate("import", str(file.save())).exit_code == 0
    assert "heading: Обережно" in (notices(site) / f"{ID}.yaml").read_text("utf-8")


def test_a_text_of_which_one_part_is_not_translated_is_not_taken(site, sent):
    before = contents(site)
    file = sent("uk")
    unit = file.unit("page", "returns_why")
    first = unit.find(f"{Q}segment")
    second = ET.SubElement(unit, f"{Q}segment", {"state": "final"})
    words = first.find(f"{Q}source").text.split(". ", 1)
    first.find(f"{Q}source").text = words[0] + "."
    first.find(f"{Q}target").text = "Так."
    ET.SubElement(second, f"{Q}source").text = words[1]
    told = gate("import", str(file.save()))
    assert "page: returns_why: not taken" in told.output
    assert contents(site) == before


def test_a_translation_that_is_its_source_is_a_warning(sent):
    file = sent("uk")
    file.translate(file.unit("page", "continue"), "Continue")
    told = gate("import", str(file.save()))
    assert told.exit_code == 0
    assert told.output.count("warning") == 1
    assert "page: continue: warning: the translation is the same" in told.output


def test_what_holds_no_letters_may_be_the_same_in_both(sent):
    told = gate("import", str(sent("tt").translate_all().save())).output
    assert "page: tab: warning" in told
    assert "page: list_comma: warning" not in told
    assert "page: date: warning" not in told


def test_matches_that_a_tool_adds_are_no_part_of_a_text(site, sent):
    file = sent("uk")
    unit = file.unit(f"notices/{ID}", "fact")
    match = ET.Element("{urn:oasis:names:tc:xliff:matches:2.0}match", {"ref": "#1"})
    data = ET.SubElement(ET.SubElement(match, f"{Q}originalData"), f"{Q}data")
    data.set("id", "d1")
    data.text = "{site}"
    for side in ("source", "target"):
        ET.SubElement(match, f"{Q}{side}").text = "Other words"
    matches = ET.Element("{urn:oasis:names:tc:xliff:matches:2.0}matches")
    matches.append(match)
    unit.append(matches)
    before = contents(site)
    told = gate("import", str(file.save()))
    assert told.exit_code == 0, told.output
    assert contents(site) == before


# What is refused ----------------------------------------------------------------


def lost_placeholder(file):
    file.translate(file.unit(f"notices/{ID}", "fact"), "No name in it")


def new_placeholder(file):
    file.translate(file.unit(f"notices/{ID}", "heading"), "Hello {outlet}")


def lone_brace(file):
    file.translate(file.unit(f"notices/{ID}", "heading"), "Hello {outlet")


def other_source(file):
    unit = file.unit(f"notices/{ID}", "heading")
    unit.find(f"{Q}segment/{Q}source").text = "Other words"
    file.translate(unit, "x")


def older_revision(file):
    for note in file.tree.iter(f"{Q}note"):
        if note.get("category") == "gate-revision":
            note.text = "0"
    file.translate(file.unit(f"notices/{ID}", "heading"), "x")


def unknown_text(file):
    file.unit(f"notices/{ID}", "heading").set("name", "headings")


def unknown_block(file):
    file.tree.getroot().find(f"{Q}file").set("original", "notices/none")


def broken_markup(file):
    file.translate(file.unit(f"notices/{ID}", "risks/share"), "*a")


def markup_in_a_heading(file):
    file.translate(file.unit(f"notices/{ID}", "heading"), "*a*")


def hidden_letter(file):
    file.translate(file.unit(f"notices/{ID}", "heading"), "a\u202eb")


def changed_meanwhile(file):
    path = file.path.parent / "rules" / "notices" / f"{ID}.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("Перш ніж читати:", "Увага:"), "utf-8")
    file.translate(file.unit(f"notices/{ID}", "heading"), "Обережно")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lost_placeholder, "E705"),
        (new_placeholder, "E705"),
        (lone_brace, "E705"),
        (other_source, "E703"),
        (older_revision, "E703"),
        (unknown_text, "E706"),
        (unknown_block, "E706"),
        (broken_markup, "E707"),
        (markup_in_a_heading, "E707"),
        (hidden_letter, "E707"),
        (changed_meanwhile, "E704"),
    ],
)
def test_what_does_not_fit_is_refused_whole(site, sent, spoil, code):
    file = sent("uk")
    spoil(file)
    file.save()
    before = contents(site)
    assert codes(site, file.path) == [code]
    told = gate("import", str(file.path))
    assert told.exit_code == 1
    assert code in told.output
    assert "E702" in told.output
    assert contents(site) == before


def test_what_the_gate_would_not_take_is_not_written(site, sent):
    before = contents(site)
    file = sent("uk")
    file.translate(file.unit(f"notices/{ID}", "risks/share"), "поширюєте: 77 років")
    told = gate("import", str(file.save()))
    assert told.exit_code == 1
    assert f"{ID}.yaml:" in told.output
    assert "R070" in told.output
    assert "gate-texts-" not in told.output
    assert contents(site) == before


def test_all_reasons_come_at_once(site, sent):
    file = sent("uk")
    for spoil in (lost_placeholder, broken_markup, unknown_text):
        spoil(file)
    assert codes(site, file.save()) == ["E705", "E706", "E707"]


def test_a_new_language_that_is_half_done_is_refused(site, sent):
    file = sent("tt")
    file.translate(file.unit(f"notices/{ID}", "heading"), "Башлык")
    before = contents(site)
    assert codes(site, file.save()) == ["E708"]
    assert contents(site) == before


@pytest.mark.usefixtures("site")
def test_an_undeclared_language_is_named():
    told = gate("export", "crh-Latm")
    assert told.exit_code == 2
    assert "E709" in told.output
    assert 'Did you mean "crh-Latn"?' in told.output


def test_an_empty_translation_never_takes_a_text_away(site, sent):
    before = contents(site)
    file = sent("ru")
    for _, _, unit in file.units():
        file.translate(unit, "")
    assert gate("import", str(file.save())).exit_code == 0
    assert contents(site) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>',
        f'<xliff xmlns="{NAMESPACE}" version="2.0" srcLang="en"/>'.encode(),
        b'<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>',
        b"<a>" * 5000,
        b"\xff\xfe\x00",
        b" " * (8 * 1024 * 1024 + 1),
        b'<?xml version="1.0" encoding="foo"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="big5"?><a/>',
    ],
    ids=[
        *("empty", "text", "other", "1.2", "one", "entity", "deep", "utf-16", "large"),
        *("no encoding", "utf-7", "big5"),
    ],
)
def test_a_file_of_another_kind_is_refused(site, content):
    path = site / "x.xlf"
    path.write_bytes(content)
    with pytest.raises(TranslationUnreadableError):
        parse(path)
    told = gate("import", str(path))
    assert (told.exit_code, "E701" in told.output) == (1, True)


def test_two_translations_of_one_text_are_refused(site, sent):
    file = sent("uk")
    unit = file.unit(f"notices/{ID}", "heading")
    for each in file.tree.iter(f"{Q}file"):
        if each.get("original") == f"notices/{ID}":
            each.append(deepcopy(unit))
    before = contents(site)
    told = gate("import", str(file.save()))
    assert (told.exit_code, "E701" in told.output) == (1, True)
    assert f"notices/{ID} heading stands in it twice" in told.output
    assert contents(site) == before


@pytest.mark.parametrize("category", ["gate-was", "gate-revision"])
def test_a_file_whose_notes_a_tool_has_dropped_is_refused(sent, category):
    file = sent("tt")
    for notes in [*file.tree.iter(f"{Q}notes")]:
        for note in [*notes]:
            if note.get("category") == category:
                notes.remove(note)
    with pytest.raises(TranslationUnreadableError, match="lost"):
        parse(file.save())


@pytest.mark.parametrize("arguments", [("export", "tt"), ("view", "--html", "tt.xlf")])
def test_nothing_is_overwritten(site, arguments):
    (site / "tt.xlf").write_text("mine")
    told = gate(*arguments)
    assert "E711" in told.output
    assert (site / "tt.xlf").read_text() == "mine"


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_a_file_or_a_refusal(tmp_path, content):
    path = tmp_path / "x.xlf"
    path.write_bytes(content)
    with pytest.raises(TranslationUnreadableError):
        parse(path)


# Editing ------------------------------------------------------------------------

SHEET = """\
# before
format: notices/2
notices:
  one:   # the notice
    revision: 1
    regime: law
    texts:
      en:
        status: draft
        heading: Plain   # behind plain
        fact: 'In ''quotes'''   # behind quotes
        who_lead: "Double"
        who:
          # within a list
          - one
          - two   # behind an item
        risk_lead: >-   # behind a fold
          Folded words
          on two lines

        # between
        risks: {share: "in braces", like: x}   # behind braces
        notes: [a, b]
        banner: |-
          kept
      # after en
# the end
"""
LIST = """\
who:
          # within a list
          - one
          - two   # behind an item"""
PATHS = [
    ("heading",),
    ("fact",),
    ("who_lead",),
    ("who", 0),
    ("who", 1),
    ("who", 2),
    ("risk_lead",),
    ("risks", "share"),
    ("notes", 1),
    ("banner",),
    ("footer",),
    ("going_on",),
    ("unclear", "like"),
]
WORDS = (
    st.text(
        alphabet="ab яé\u05d0\u00a0:#-'\"{}[]*&!|>%@`,?~\\0",
        min_size=1,
        max_size=200,
    )
    .map(lambda text: re.sub(" +", " ", text).strip(" "))
    .filter(lambda text: text.strip() and not next(hidden(text), None))
)


def block(path):
    document = read(path.read_text("utf-8"), file=str(path))

    class Texts:
        name = "notices/one"
        loc = ("notices", "one", "texts")

    Texts.document, Texts.path = document, path
    return Texts


@given(st.dictionaries(st.sampled_from(PATHS), WORDS, min_size=1), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_words_are_put_in_and_all_else_stays(tmp_path, texts, windows):
    path = tmp_path / "x.yaml"
    content = SHEET.replace("\n", "\r\n") if windows else SHEET
    path.write_bytes(content.encode())
    ordered = {at: texts[at] for at in PATHS if at in texts}
    made = put_in(path, [Change(block=block(path), texts=ordered)], "en")
    data = read(made, file="x").data["notices"]["one"]["texts"]["en"]
    for at, words in texts.items():
        node = data
        for step in at:
            node = node[step]
        assert node == words
    assert made.count("# ") >= 10
    assert ("\r\n" in made) is windows
    assert windows is False or not re.search(r"(?<!\r)\n", made)


@given(st.lists(WORDS, min_size=3, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_new_language_is_put_in_after_the_last(tmp_path, words):
    path = tmp_path / "x.yaml"
    path.write_text(SHEET, "utf-8")
    texts = {("heading",): words[0], ("who", 0): words[1], ("risks", "like"): words[2]}
    made = put_in(path, [Change(block=block(path), texts=texts)], "tt")
    told = read(made, file="x").data["notices"]["one"]["texts"]["tt"]
    assert told == {
        "status": "draft",
        "heading": words[0],
        "who": [words[1]],
        "risks": {"like": words[2]},
    }
    lines = iter(made.splitlines())
    assert all(line in lines for line in SHEET.splitlines())


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (LIST, "who: [one, two]", {("who", 2): "x"}),
        ("heading: Plain   # behind plain", "heading: Plain", {("risks", "save"): "x"}),
    ],
    ids=["a list in brackets", "a mapping in braces"],
)
def test_what_cannot_be_put_in_without_loss_is_refused(tmp_path, old, new, texts):
    path = tmp_path / "x.yaml"
    assert old in SHEET
    path.write_text(SHEET.replace(old, new), "utf-8")
    with pytest.raises(UneditableTextError):
        put_in(path, [Change(block=block(path), texts=texts)], "en")


def test_a_file_is_replaced_at_once_with_its_rights(tmp_path):
    real = tmp_path / "real.yaml"
    real.write_text("a: b\n")
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    write({link: "a: c\n"})
    assert link.is_symlink()
    assert real.read_text() == "a: c\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_of_several_files_all_are_replaced_or_none(tmp_path, monkeypatch, step):
    """The disk is full at the second file, or it cannot be replaced."""
    made = {}
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("old")
        made[tmp_path / name] = "new"
    calls = []

    def full(real):
        def call(*arguments):
            calls.append(arguments)
            if len(calls) == 2:
                raise OSError(28, "No space left on device")
            return real(*arguments)

        return call

    where = {"fsync": (os, os.fsync), "replace": (writing.Path, Path.replace)}[step]
    monkeypatch.setattr(where[0], step, full(where[1]))
    with pytest.raises(OSError, match="No space"):
        write(made)
    assert [p.read_text() for p in sorted(tmp_path.iterdir())] == ["old", "old"]


def test_building_a_file_changes_nothing_for_other_writers_of_xml(site):
    build(open_texts(notices(site)).blocks, "en", "tt")
    told = ET.tostring(ET.Element(f"{Q}x"))
    assert told.startswith(b"<ns0:x")


# Side by side -------------------------------------------------------------------


@pytest.mark.usefixtures("site")
def test_the_terminal_shows_languages_below_each_other():
    told = gate("view", "en", "uk").output
    assert "== notices/undesirable-organization\n   en  draft\n   uk  draft\n" in told
    assert "continue\n   en  Continue\n   uk  Продовжити\n" in told


@pytest.mark.usefixtures("site")
def test_the_terminal_shows_what_is_missing():
    told = gate("view", "en", "tt").output
    assert "== page\n   en  draft\n   tt  missing\n" in told
    assert "heading\n   en  Before you read: a legal risk\n   tt  -\n" in told


def test_the_page_shows_columns_and_asks_for_nothing(site):
    told = gate("view", "en", "ru", "tt", "--html", "v.html")
    assert told.exit_code == 0
    page = (site / "v.html").read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(?!data:,)", page)
    assert "default-src &#39;none&#39;" in page
    assert '<td lang="ru" dir="ltr">Прежде чем продолжить</td>' in page
    assert '<td class="lack">not translated</td>' in page


def test_the_page_escapes_everything(site):
    path = notices(site) / f"{ID}.yaml"
    text = path.read_text("utf-8")
    evil = "<img src=//third.example>&*x*"
    path.write_text(text.replace("Before you read: a legal risk", evil, 1), "utf-8")
    gate("view", "en", "--html", "v.html")
    page = (site / "v.html").read_text("utf-8")
    assert "<img" not in page
    assert "&lt;img src=//third.example&gt;&amp;<strong>x</strong>" in page


def test_a_book_with_an_error_is_not_handed_out(site):
    (notices(site) / "page.yaml").write_text("format: [", "utf-8")
    told = gate("export", "tt")
    assert told.exit_code == 1
    assert "R001" in told.output
    assert not (site / "tt.xlf").exists()


def test_sound_markup_travels(site, sent):
    file = sent("uk")
    words = "*Увага*, Україна~є"
    assert problem(words) is None
    file.translate(file.unit(f"notices/{ID}", "who/0"), words)
    gate("import", str(file.save()))
    told = yaml.safe_load((notices(site) / f"{ID}.yaml").read_text("utf-8"))
    assert told["notices"][ID]["texts"]["uk"]["who"][0] == words


def test_what_is_built_is_read_again(site):
    book = open_texts(notices(site))
    path = site / "x.xlf"
    path.write_bytes(build(book.blocks, "en", "ru"))
    _, _, units = parse(path)
    told = {(unit.block, unit.path): unit for unit in units}
    for one in book.blocks:
        for at, words in one.strings("en").items():
            unit = told[one.name, "/".join(str(step) for step in at)]
            assert unit.source == words
            assert unit.target == one.strings("ru")[at]
