"""Rules in plain words: everything is said, and said in good English and Russian."""

# ruff: noqa: RUF001 - the letters are Russian

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.model import (
    Action,
    Activity,
    Effective,
    Exemption,
    Mark,
    Membership,
    Mode,
    Rule,
    Unknown,
    When,
)
from gate.notices import load_notices
from gate.rules import load_book
from gate.workbench.spoken import LANGUAGES, find_item, relations, rule_in_words
from gate.workbench.spoken.reading import clock

HERE = Path(__file__).parent.parent
MARK = Mark(file="rules.yaml", line=3)
ALL = tuple(Activity)


@pytest.fixture(scope="module")
def book():
    found, _ = load_book(HERE / "rules")
    return found


@pytest.fixture(scope="module")
def notices():
    return load_notices(HERE / "rules" / "notices")[0]


def rule(**fields):
    usual = {
        "id": "one",
        "title": "One",
        "because": "A memo",
        "when": When(activities=(Activity.READ,), areas=("russia",)),
        "then": Action.INTERSTITIAL,
        "mark": MARK,
        "notice": "undesirable-organization",
    }
    return Rule(**(usual | fields))


def exemption(**fields):
    usual = {
        "id": "calm",
        "relaxes": ("one",),
        "to": Action.PASS,
        "when": When(activities=ALL, paths=("/help/**",)),
        "because": "A memo",
        "approved_by": "Counsel",
        "effective": Effective(until=1_814_389_200),
        "mark": MARK,
    }
    return Exemption(**(usual | fields))


def told(item, book, language="en", **more):
    return "\n".join(rule_in_words(item, book, language, **more))


def test_a_rule_of_the_book_is_said_in_english(book, notices):
    item = find_item(book, "warn-sharing")
    said = rule_in_words(item, book, "en", notices=notices)
    assert said[:8] == [
        "Rule “warn-sharing”: Sharing, reposting and linking.",
        (
            "Who: readers in “Russia” or “Russia-controlled parts of Ukraine”, "
            "also when "
            "that is only possible."
        ),
        "When the reader shares.",
        "Where: on every page.",
        (
            "What follows: a warning page, which the reader clicks through "
            "(interstitial), "
            "with the notice “Before you do this: a legal risk” "
            "(undesirable-organization-acts)."
        ),
        "Where the place is not known: a banner above the page (banner).",
        "In force from 20 February 2024, 00:00 (UTC+3) on, without an end.",
        f"Why: {item.because}",
    ]
    assert said[8] == "No exemption relaxes it."


def test_a_rule_of_the_book_is_said_in_russian(book, notices):
    item = find_item(book, "warn-sharing")
    said = rule_in_words(item, book, "ru", notices=notices)
    assert said[:8] == [
        "Правило «warn-sharing»: Sharing, reposting and linking.",
        (
            "Кого касается: читателей, которые находятся на территории «Russia» или "
            "«Russia-controlled parts of Ukraine», в том числе когда это лишь возможно."
        ),
        "Когда читатель делится материалом.",
        "Где: на всех страницах.",
        (
            "Что происходит: страница с предупреждением, с которой читатель может "
            "пройти дальше (interstitial); уведомление «Прежде чем это сделать: "
            "юридический риск» "
            "(undesirable-organization-acts)."
        ),
        "Если местонахождение неизвестно: баннер над страницей (banner).",
        "Действует с 20 февраля 2024 года, 00:00 (UTC+3), бессрочно.",
        f"Почему: {item.because}",
    ]
    assert said[8] == "Ни одно исключение его не смягчает."


VARIANTS = {
    "certainty": (
        {"certainty": Membership.YES},
        "Who: readers who are certainly in “Russia”.",
        "читателей, которые точно находятся на территории «Russia».",
    ),
    "no area": (
        {"when": When(activities=ALL)},
        "Who: every reader, wherever they are.\nWhen: whatever the reader does.",
        "всех читателей, где бы они ни находились.\nКогда: что бы ни делал читатель.",
    ),
    "a weaker action": (
        {"if_possible": Action.BANNER},
        "While the place is only possible: a banner above the page (banner).",
        "Пока это лишь возможно: баннер над страницей (banner).",
    ),
    "a trial": (
        {"mode": Mode.SHADOW, "then": Action.BLOCK},
        "ON TRIAL (shadow): it is evaluated and counted, and no reader meets it.",
        (
            "ТОЛЬКО НА ПРОБУ (shadow): срабатывания подсчитываются, но ни один "
            "читатель "
            "их не видит."
        ),
    ),
    "what a trial does not do": (
        {"mode": Mode.SHADOW, "then": Action.BLOCK},
        "Where the place is not known, whatever becomes of this trial: a banner above",
        "Если местонахождение неизвестно (и без этой пробы): баннер над страницей",
    ),
    "what a trial would do": (
        {"mode": Mode.SHADOW, "then": Action.BLOCK},
        "What would follow: the page does not open (block)",
        "Что происходило бы: страница не открывается (block)",
    ),
    "no notice": (
        {"then": Action.PASS, "notice": None},
        "What follows: nothing; the page opens at once (pass).",
        "Что происходит: ничего: страница открывается сразу (pass).",
    ),
    "an end": (
        {"effective": Effective(until=1_709_240_400)},
        "In force until 1 March 2024, 00:00 (UTC+3).",
        "Действует до 1 марта 2024 года, 00:00 (UTC+3).",
    ),
    "both ends": (
        {"effective": Effective(since=1_704_067_200, until=1_709_251_199)},
        (
            "In force from 1 January 2024, 00:00 (UTC) on, until "
            "29 February 2024, 23:59:59 (UTC)."
        ),
        (
            "Действует с 1 января 2024 года, 00:00 (UTC), до 29 февраля 2024 года, "
            "23:59:59 (UTC)."
        ),
    ),
    "always": ({}, "Always in force.", "Действует всегда."),
    "pages": (
        {
            "when": When(
                activities=(Activity.READ, Activity.SAVE, Activity.LIKE),
                paths=("/", "/a", "/b/**"),
                except_paths=("/b/c",),
            )
        },
        (
            "When the reader reads, saves for later or likes.\nWhere: on the "
            "front page; "
            "/a; and /b and everything below it, but not on /b/c."
        ),
        (
            "Когда читатель открывает страницу, чтобы читать, сохраняет материал или "
            "ставит отметку «нравится».\n"
            "Где: на главной странице; на странице /a; на странице /b и на "
            "всех страницах "
            "под ней, кроме страницы /b/c."
        ),
    ),
    "patterns": (
        {"when": When(activities=ALL, paths=("/**",), except_paths=("/", "/*.xml"))},
        (
            "Where: on every page, but not on the front page and addresses like /*.xml "
            "(* stands for anything)."
        ),
        (
            "Где: на всех страницах, кроме главной страницы и адресов вида /*.xml "
            "(* — любые знаки)."
        ),
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_part_of_a_rule_is_said(name, book):
    fields, english, russian = VARIANTS[name]
    assert english in told(rule(**fields), book, "en")
    assert russian in told(rule(**fields), book, "ru")


def test_reasons_with_different_actions_are_told_apart(book):
    actions = {
        **dict.fromkeys(Unknown, Action.BANNER),
        Unknown.BAD_ADDRESS: Action.PASS,
    }
    other = replace(book, unknown=replace(book.unknown, actions=actions))
    english, russian = (told(rule(), other, language) for language in LANGUAGES)
    assert (
        "the address cannot be read: nothing; the page opens at once (pass)" in english
    )
    assert "адрес не распознан — ничего: страница открывается сразу (pass)" in russian


def test_what_relaxes_a_rule_is_said_with_its_conditions_and_its_end(book):
    narrow = exemption(
        when=When(areas=("russia",), activities=(Activity.SHARE,), paths=("/help",)),
        to=Action.BANNER,
    )
    other = replace(book, rules=(rule(),), exemptions=(narrow,))
    assert (
        "The exemption “calm” relaxes it: only a banner is left (banner). Who: readers "
        "who are certainly in “Russia”. When the reader shares. Where: on /help. "
        "Until 1 July 2027, 00:00 (UTC+3)." in told(rule(), other)
    )
    assert (
        "Смягчается исключением «calm»: остаётся только баннер (banner). Кого "
        "касается: читателей, которые точно находятся на территории «Russia». Когда "
        "читатель делится материалом. Где: на странице /help. До 1 июля 2027 года, "
        "00:00 (UTC+3)." in told(rule(), other, "ru")
    )


def test_an_exemption_says_what_it_leaves_and_what_it_never_relaxes(book):
    other = replace(book, rules=(rule(), rule(id="two")), tests=())
    both = exemption(relaxes=("one", "two"))
    assert told(both, other).splitlines()[:2] == [
        "Exemption “calm”.",
        "It relaxes the rules “one” and “two”: the page opens at once (pass).",
    ]
    assert "places that are not known, it never relaxes." in told(both, other)
    russian = told(both, other, "ru")
    assert "Смягчает правила «one» и «two»: страница открывается сразу" in russian
    assert "Кто одобрил: Counsel." in russian
    assert "Ни один тест его не называет." in russian
    anywhere = replace(other, rules=(rule(id="one", when=When(activities=ALL)),))
    assert "never relaxes" not in told(exemption(), anywhere)


@pytest.mark.parametrize(
    ("name", "english", "russian"),
    [
        pytest.param(
            "every-reader-in-russia-is-warned",
            "Promised: nothing looser than a warning page (interstitial).",
            "Обещано: не мягче, чем страница с предупреждением (interstitial).",
            id="at least",
        ),
        pytest.param(
            "nobody-is-blocked",
            "Promised: nothing stricter than a warning page (interstitial).",
            "Обещано: не строже, чем страница с предупреждением (interstitial).",
            id="at most",
        ),
        pytest.param(
            "nobody-is-blocked",
            "For: every reader, known or not.",
            "О ком: обо всех читателях, даже если их местонахождение неизвестно.",
            id="everybody",
        ),
        pytest.param(
            "unknown-places-meet-at-least-a-banner-before-acting",
            "For: readers whose place is not known (the database does not have",
            "О ком: о читателях, чьё местонахождение неизвестно (адреса нет в базе,",
            id="unknown places",
        ),
    ],
)
def test_a_promise_says_for_whom_it_holds_and_what(name, english, russian, book):
    item = find_item(book, name)
    assert english in told(item, book)
    assert russian in told(item, book, "ru")


def test_a_promise_of_those_outside_says_so(book):
    found = [p for p in book.promises if p.scope.outside_areas]
    assert found
    assert "certainly not in “Russia”" in told(found[0], book)
    assert "точно не находятся на территории «Russia»" in told(found[0], book, "ru")


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (1, "1 test names it: “t0”.", "Его называет 1 тест: «t0»."),
        (2, "2 tests name it: “t0”, “t1”.", "Его называют 2 теста: «t0», «t1»."),
        (5, "“t2” and 2 more.", "Его называют 5 тестов: «t0», «t1», «t2» и ещё 2."),
        (11, "11 tests", "Его называют 11 тестов"),
        (21, "21 tests", "Его называет 21 тест:"),
        (22, "22 tests", "Его называют 22 теста:"),
        (112, "112 tests", "Его называют 112 тестов"),
    ],
)
def test_numbers_agree_with_their_words(count, english, russian, book):
    one = next(test for test in book.tests if test.by)
    tests = tuple(
        replace(one, name=f"t{n}", by={Activity.READ: ("one",)}) for n in range(count)
    )
    other = replace(book, tests=tests)
    assert english in told(rule(), other)
    assert russian in told(rule(), other, "ru")


def test_promises_about_other_readers_acts_or_times_are_not_named(book):
    early = rule(effective=Effective(since=0, until=1))
    names = {promise.id for promise in relations(early, book).promises}
    assert "every-reader-in-russia-is-warned" not in names
    assert "nobody-is-blocked" in names
    donating = rule(when=When(activities=(Activity.DONATE,), areas=("russia",)))
    names = {promise.id for promise in relations(donating, book).promises}
    assert "every-reader-in-russia-is-warned" not in names
    assert "nobody-is-blocked" in names


def test_a_test_that_only_a_shadow_rule_meets_is_named(book):
    one = replace(book.tests[0], name="trial", shadow_by={Activity.DONATE: ("one",)})
    found = relations(rule(mode=Mode.SHADOW), replace(book, tests=(one,)))
    assert found.tests == ("trial",)


@pytest.mark.parametrize(
    ("moment", "day", "zone"),
    [
        (1_708_376_400, "20.2.2024 00:00", "UTC+3"),
        (1_664_488_800, "30.9.2022 00:00", "UTC+2"),
        (1_704_067_200, "1.1.2024 00:00", "UTC"),
        (1_704_069_000, "1.1.2024 00:30", "UTC"),
    ],
)
def test_a_moment_is_told_on_the_clock_on_which_it_is_a_midnight(moment, day, zone):
    at = clock(moment)
    assert (f"{at.day}.{at.month}.{at.year} {at.time}", at.zone) == (day, zone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_of_the_shipped_book_is_said_in_whole_sentences(
    language, book, notices
):
    for item in (*book.rules, *book.exemptions, *book.promises):
        for sentence in rule_in_words(item, book, language, notices=notices):
            assert sentence[0].isupper() or sentence[0].isdigit(), sentence
            assert re.search(r"[.!?…]$", sentence), sentence
            assert not re.search(r"  |\.\.|None|, ,|\(\)", sentence), sentence


def ask(*arguments):
    return CliRunner().invoke(
        main, ["explain", "--config", str(HERE), "--rule", *arguments]
    )


def test_the_command_says_a_rule_and_where_it_stands():
    done = ask("warn-reading", "--language", "ru")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Правило «warn-reading»")
    assert "undesirable-organization.yaml:" in done.output.splitlines()[-1]


def test_the_json_names_what_speaks_of_a_rule():
    found = json.loads(ask("warn-reading", "--json").output)
    assert found["relaxed_by"] == ["safety-pages"]
    assert "every-reader-in-russia-is-warned" in found["promises"]
    assert found["says"][0].startswith("Rule “warn-reading”")
    assert found["tests"]


def test_an_id_that_is_not_there_is_answered_with_the_nearest():
    done = ask("warn-readng")
    assert done.exit_code == 2
    assert "E761" in done.stderr
    assert 'Did you mean "warn-reading"?' in done.stderr


def test_a_rule_and_a_visitor_cannot_be_asked_at_once():
    done = ask("warn-reading", "--place", "RU")
    assert done.exit_code == 2
    assert "Give one of" in done.stderr
