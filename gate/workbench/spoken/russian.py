"""A rule in Russian.

Titles stand in quotation marks behind a noun that carries the case, so that they need
no inflection; verbs and nouns agree with their numbers.
"""

# ruff: noqa: RUF001, RUF002 - the letters are Russian

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model import Action, Activity, Exemption, Membership, Mode, Rule, Unknown
from gate.workbench.spoken.reading import Pages, clock, pages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model import Effective
    from gate.workbench.spoken.relations import Item

_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа"),
    *("сентября", "октября", "ноября", "декабря"),
)
_ACTS = {
    Activity.READ: "открывает страницу, чтобы читать",
    Activity.SHARE: "делится материалом",
    Activity.LIKE: "ставит отметку «нравится»",
    Activity.COMMENT: "комментирует",
    Activity.SAVE: "сохраняет материал",
    Activity.CONTACT: "пишет в редакцию",
    Activity.DONATE: "переводит деньги",
}
_ACTIONS = {
    Action.PASS: "ничего: страница открывается сразу",
    Action.BANNER: "баннер над страницей",
    Action.INTERSTITIAL: "страница с предупреждением, с которой читатель может пройти "
    "дальше",
    Action.BLOCK: "страница не открывается",
}
_BOUNDS = {
    Action.PASS: "открытая страница",
    Action.BANNER: "баннер",
    Action.INTERSTITIAL: "страница с предупреждением",
    Action.BLOCK: "закрытая страница",
}
_LEFT = {
    Action.PASS: "страница открывается сразу",
    Action.BANNER: "остаётся только баннер",
    Action.INTERSTITIAL: "остаётся только страница с предупреждением",
    Action.BLOCK: "страница остаётся закрытой",
}
_REASONS = {
    Unknown.NOT_IN_DATABASE: "адреса нет в базе",
    Unknown.DATABASE_UNUSABLE: "базой нельзя пользоваться",
    Unknown.PRIVATE_ADDRESS: "адрес из частной сети",
    Unknown.BAD_ADDRESS: "адрес не распознан",
    Unknown.ANONYMOUS_NETWORK: "читатель пользуется VPN, Tor и подобным",
}
_KINDS = {Rule: "Правило", Exemption: "Исключение"}
_FEW = 3  # names that are listed


class Russian:
    """Russian; see `Tongue`."""

    def quoted(self, text: str) -> str:
        return f"«{text}»"

    def headline(self, item: Item) -> str:
        title = f": {item.title.rstrip('.')}" if isinstance(item, Rule) else ""
        return f"{_KINDS.get(type(item), 'Обещание')} «{item.id}»{title}."

    def mode(self, mode: Mode) -> str:
        if mode is Mode.ENFORCE:
            return ""
        return (
            "ТОЛЬКО НА ПРОБУ (shadow): срабатывания подсчитываются, но ни один "
            "читатель их не видит."
        )

    def who(self, areas: Sequence[str] | None, certainty: Membership) -> str:
        if areas is None:
            return "Кого касается: всех читателей, где бы они ни находились."
        where = _on(areas)
        if certainty is Membership.YES:
            return f"Кого касается: читателей, которые точно находятся {where}."
        return (
            f"Кого касается: читателей, которые находятся {where}, в том числе когда "
            "это лишь возможно."
        )

    def promised_who(
        self,
        areas: Sequence[str] | None,
        outside: Sequence[str] | None,
        unknown: Sequence[Unknown] | None,
    ) -> str:
        told = []
        if areas is not None:
            told.append(f"которые точно находятся {_on(areas)}")
        if outside is not None:
            told.append(f"которые точно не находятся {_on(outside)}")
        if unknown is not None:
            reasons = _either([_REASONS[reason] for reason in unknown])
            told.append(f"чьё местонахождение неизвестно ({reasons})")
        if not told:
            return "О ком: обо всех читателях, даже если их местонахождение неизвестно."
        return f"О ком: о читателях, {' и '.join(told)}."

    def acts(self, activities: Sequence[Activity]) -> str:
        if set(activities) == set(Activity):
            return "Когда: что бы ни делал читатель."
        return f"Когда читатель {_either([_ACTS[a] for a in activities])}."

    def where(self, paths: Sequence[str], excepted: Sequence[str]) -> str:
        told = _together([_page(page) for page in pages(paths)])
        if excepted:
            told += f", кроме {_together([_but(page) for page in pages(excepted)])}"
        return f"Где: {told}."

    def follows(self, action: Action, notice: str, mode: Mode) -> str:
        verb = "происходит" if mode is Mode.ENFORCE else "происходило бы"
        with_notice = f"; уведомление {notice}" if notice else ""
        return f"Что {verb}: {_said(action)}{with_notice}."

    def weaker(self, action: Action) -> str:
        return f"Пока это лишь возможно: {_said(action)}."

    def unknown(self, actions: Mapping[Unknown, Action], mode: Mode) -> str:
        whose = "" if mode is Mode.ENFORCE else " (и без этой пробы)"
        where = f"Если местонахождение неизвестно{whose}"
        if len(set(actions.values())) == 1:
            (action,) = set(actions.values())
            return f"{where}: {_said(action)}."
        told = [f"{_REASONS[r]} — {_said(a)}" for r, a in actions.items()]
        return f"{where}: {'; '.join(told)}."

    def span(self, span: Effective) -> str:
        since = "" if span.since is None else f"с {_moment(span.since)}"
        if span.until is None:
            return f"Действует {since}, бессрочно." if since else "Действует всегда."
        until = f"до {_moment(span.until)}"
        return f"Действует {f'{since}, {until}' if since else until}."

    def why(self, because: str) -> str:
        return f"Почему: {_stopped(because)}"

    def relaxed(self, name: str, to: Action, under: str, until: int | None) -> str:
        end = "" if until is None else f" До {_moment(until)}."
        return f"Смягчается исключением «{name}»: {_LEFT[to]} ({to}). {under}{end}"

    def never_relaxed(self) -> str:
        return "Ни одно исключение его не смягчает."

    def relaxes(self, rules: Sequence[str], to: Action) -> str:
        word = "правило" if len(rules) == 1 else "правила"
        return f"Смягчает {word} {_either(rules, 'и')}: {_LEFT[to]} ({to})."

    def never_unknown(self) -> str:
        return (
            "Того, что книга говорит о читателях, чьё местонахождение неизвестно, оно "
            "никогда не смягчает."
        )

    def approved(self, by: str) -> str:
        return f"Кто одобрил: {_stopped(by)}"

    def tests(self, names: Sequence[str]) -> str:
        if not names:
            return "Ни один тест его не называет."
        count = len(names)
        verb = _form(count, "называет", "называют", "называют")
        word = _form(count, "тест", "теста", "тестов")
        return f"Его {verb} {count} {word}: {_listed(names)}."

    def promises(self, ids: Sequence[str]) -> str:
        if not ids:
            return ""
        count = len(ids)
        verb = _form(count, "говорит", "говорят", "говорят")
        word = _form(count, "обещание", "обещания", "обещаний")
        return f"О тех же читателях и действиях {verb} {count} {word}: {_listed(ids)}."

    def bounds(self, at_least: Action | None, at_most: Action | None) -> str:
        told = []
        if at_least is not None:
            told.append(f"не мягче, чем {_BOUNDS[at_least]} ({at_least})")
        if at_most is not None:
            told.append(f"не строже, чем {_BOUNDS[at_most]} ({at_most})")
        return f"Обещано: {' и '.join(told)}. Это доказывает команда gate check."

    def kept_by(self, ids: Sequence[str]) -> str:
        if not ids:
            return "Ни одно правило не касается этих читателей и действий."
        count = len(ids)
        verb = _form(count, "касается", "касаются", "касаются")
        word = _form(count, "правило", "правила", "правил")
        return f"Этих читателей и действий {verb} {count} {word}: {_listed(ids)}."


def _form(count: int, one: str, few: str, many: str) -> str:
    """Return the form of a word that goes with a number.

    >>> [f"{n} {_form(n, 'тест', 'теста', 'тестов')}" for n in (1, 3, 11, 21, 112)]
    ['1 тест', '3 теста', '11 тестов', '21 тест', '112 тестов']
    """
    if count % 10 == 1 and count % 100 != 11:  # noqa: PLR2004 - одиннадцать
        return one
    teens = 12 <= count % 100 <= 14  # noqa: PLR2004 - двенадцать … четырнадцать
    return few if 2 <= count % 10 <= 4 and not teens else many  # noqa: PLR2004


def _moment(seconds: int) -> str:
    """Return a moment in the genitive, as after «с» and «до»."""
    at = clock(seconds)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} года, {at.time} ({at.zone})"


def _said(action: Action) -> str:
    return f"{_ACTIONS[action]} ({action})"


def _on(titles: Sequence[str]) -> str:
    """Return titles in the prepositional case, which the noun before them carries."""
    return f"на территории {_either([f'«{title}»' for title in titles])}"


def _page(page: Pages) -> str:
    return {
        "all": "на всех страницах",
        "front": "на главной странице",
        "page": f"на странице {page.path}",
        "below": f"на странице {page.path} и на всех страницах под ней",
        "like": f"по адресам вида {page.path} (* — любые знаки)",
    }[page.kind]


def _but(page: Pages) -> str:
    """Return pages in the genitive, as after «кроме»."""
    return {
        "all": "всех страниц",
        "front": "главной страницы",
        "page": f"страницы {page.path}",
        "below": f"страницы {page.path} и всех страниц под ней",
        "like": f"адресов вида {page.path} (* — любые знаки)",
    }[page.kind]


def _either(words: Sequence[str], word: str = "или") -> str:
    *first, last = words
    return f"{', '.join(first)} {word} {last}" if first else last


def _together(words: Sequence[str]) -> str:
    """Join with semicolons what holds an «и» of its own."""
    return "; ".join(words) if any(" и " in w for w in words) else _either(words, "и")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"«{name}»" for name in names[:_FEW])
    more = len(names) - _FEW
    return f"{shown} и ещё {more}" if more > 0 else shown


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
