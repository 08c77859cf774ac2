"""How easy the shipped texts are to read, by published formulas and plain counts.

English: Flesch-Kincaid grade (Kincaid et al. 1975), a school grade; 12-year-olds are in
grade 6 or 7. Russian: Flesch reading ease as fitted by Oborneva (2006). For Ukrainian
there is no fitted formula, so that all three also keep to the length of sentences and
to LIX (Bjornsson 1968), which counts letters and needs no syllables.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.answer import Way
from gate.notices import Look, load_notices
from gate.notices.elements import content
from gate.notices.parsing import read_sheet
from gate.notices.printing import TemplatePress

NOTICES = Path(__file__).parents[1] / "rules" / "notices"
LOOK = Look(name="The Owl", organization="Owl Media", explainer_url="/law")
VOWELS = {"en": "aeiouy", "ru": "аеёиоуыэюя", "uk": "аеєиіїоуюя"}

MEAN_WORDS, MOST_WORDS = 10, 27  # of a sentence; the longest name whom it concerns
GRADE = 6.0  # Flesch-Kincaid, English
EASE = 50.0  # Oborneva, Russian
LIX = {"en": 30, "ru": 40, "uk": 40}  # to 30 for children, to 40 fiction, 50 the press


@pytest.fixture(scope="module")
def press():
    notices, _ = load_notices(NOTICES)
    return TemplatePress(notices, LOOK, "0")


def sentences(press, notice, language):
    """Return the sentences that a reader meets on a page, each a list of words."""
    sheet = read_sheet(press.page((notice,), language, Way.READ).decode())
    inside = {id(e) for d in sheet.all("details") for e in d_all(sheet, d)}
    told = []
    for element in sheet.all("h1", "h2", "h3", "p", "li"):
        if id(element) in inside or "said" in element.classes:
            continue
        # What a quotation says is one word: the label of a button, the title.
        text = re.sub("[«“][^»”]*[»”]", "x", content(element))
        told += re.split(r"(?<=[.!?:;])\s+", text)
    words = [re.findall(r"[^\W\d_]+(?:[\u2019'-][^\W\d_]+)*", one) for one in told]
    return [one for one in words if one]


def d_all(sheet, details):
    return [e for e in sheet.elements if details in e.above()]


def syllables(word, language):
    word = word.lower()
    count = len(re.findall(f"[{VOWELS[language]}]", word))
    if language == "en":
        count = len(
            re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouyl])e[sd]?$", "", word))
        )
    return max(1, count)


def measured(press, notice, language):
    found = sentences(press, notice, language)
    words = [word for one in found for word in one]
    mean = len(words) / len(found)
    per_word = sum(syllables(w, language) for w in words) / len(words)
    return {
        "mean": mean,
        "longest": max(map(len, found)),
        "lix": mean + 100 * sum(len(w) > 6 for w in words) / len(words),
        "grade": 0.39 * mean + 11.8 * per_word - 15.59,
        "ease": 206.835 - 1.3 * mean - 60.1 * per_word,
    }


@pytest.mark.parametrize("language", VOWELS)
@pytest.mark.parametrize(
    "notice",
    [
        "undesirable-organization",
        "undesirable-organization-acts",
        "undesirable-organization-donate",
    ],
)
def test_a_twelve_year_old_can_read_the_page(press, notice, language):
    found = measured(press, notice, language)
    assert found["mean"] <= MEAN_WORDS, found
    assert found["longest"] <= MOST_WORDS, found
    assert found["lix"] <= LIX[language], found
    if language == "en":
        assert found["grade"] <= GRADE, found
    if language == "ru":
        assert found["ease"] >= EASE, found


def test_a_hard_text_is_told_from_an_easy_one():
    hard = ["participation", "constitutes", "administrative", "infringement"]
    easy = ["you", "could", "go", "to", "prison", "if", "you", "send", "money"]
    assert sum(syllables(w, "en") for w in hard) / len(hard) > 2.5
    assert sum(syllables(w, "en") for w in easy) / len(easy) < 1.5


@pytest.mark.parametrize("language", VOWELS)
def test_the_traces_are_named_exactly(press, language):
    """The page names the title that it has, and both names that the cookie can have."""
    sheet = read_sheet(
        press.page(("undesirable-organization",), language, Way.READ).decode()
    )
    title = content(sheet.all("title")[0])
    text = " ".join(
        content(li)
        for ul in sheet.all("ul")
        if "traces" in ul.classes
        for li in ul.parts
        if not isinstance(li, str)
    )
    assert title in text
    assert "__Host-n" in text
    least = {"en": "at least", "ru": "по меньшей мере", "uk": "щонайменше"}
    assert least[language] in text, "a provider may see more than a name"
    assert re.search("[«“]n[»”]", text)
