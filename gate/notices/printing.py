"""Texts to HTML, by templates that escape everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from markupsafe import Markup

from gate.answer import Headline, Way
from gate.answer.insertion import ascii_html
from gate.answer.press import BACK_SLOT, FIELDS_SLOT
from gate.notices.bytecode import Bytecode
from gate.notices.colours import colour_rules
from gate.notices.markup import EMPHATIC, html, plain
from gate.notices.placeholders import is_day, listed, written_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model import Notice, NoticeText
    from gate.notices.look import Look


Strings = dict[str, "str | tuple[str, ...]"]

EXIT_SCRIPT = "exit"
"""Below the prefix of the gate's pages; without a dot, which no recipe lets by."""

OWN = "own"
"""Name of the deployer's template."""

_BYTECODE = Bytecode()

_PREFIX = "gate/"
_EXIT = (
    ("two", "two_more"),
    ("one", "one_more"),
    ("leaving", "leaving"),
    ("over", "over"),
)
_UNSAFE = ("random",)  # a page must be the same bytes each time


class Told(NamedTuple):
    """A notice in one language, with its places filled."""

    text: NoticeText
    words: Strings


class Version(NamedTuple):
    """One language of a page.

    Attributes:
        notices: Each notice; in another language where it lacks this one.
        words: The words around them.
        go: Label of Continue.
    """

    language: str
    direction: str
    notices: list[Told]
    words: Strings
    go: str


class TemplatePress:
    """Prints pages and fragments from the templates of this package.

    Args:
        notices: All notices of the site by id.
        look: What the site says of itself.
        revision: What the acknowledgement says.

    Attributes:
        style: Text of the only style element of each page.
        script: Text of its only script element.
        revision: What the acknowledgement says.
    """

    def __init__(
        self, notices: Mapping[str, Notice], look: Look, revision: str
    ) -> None:
        self._notices = notices
        self._look = look
        self._filled: dict[tuple[str, str, str], Strings] = {}
        self.revision = revision
        self._templates = _environment(look.template)
        self.style = colour_rules(look.light, look.dark) + self._source("style.css")
        self.script = self._source("script.js")
        self._page = OWN if look.template else f"{_PREFIX}page.html"
        self._templates.globals.update(
            look=look,
            leave_url=f"{look.own_prefix}leave",
            exit_url=f"{look.own_prefix}{EXIT_SCRIPT}",
            revision=revision,
            # All of these are this package's own, or were cleaned by it; the policy
            # allows exactly these bytes of style and script.
            style=Markup(self.style),  # noqa: S704
            script=Markup(self.script),  # noqa: S704
            logo=Markup(look.logo),  # noqa: S704
            fields=Markup(FIELDS_SLOT.decode()),  # noqa: S704
            back_url=Markup(BACK_SLOT.decode()),  # noqa: S704
        )

    def page(self, notices: Sequence[str], language: str, way: Way) -> bytes:
        """Return a page of the notices, with slots for what the request brings."""
        first, *others = self.versions(notices, language)
        page = self._render(self._page, page=first, others=others, way=way, Way=Way)
        return page.encode()

    def versions(self, notices: Sequence[str], language: str) -> list[Version]:
        """Return what a page of the notices says, this language before the others."""
        languages = [language, *(t for t in self._tags(notices) if t != language)]
        return [self._version(notices, tag) for tag in languages]

    def banner(self, notices: Sequence[str], language: str) -> bytes:
        """Return the short warning for the top of an article, in ASCII."""
        version = self._version(notices, language)
        return ascii_html(self._render(f"{_PREFIX}banner.html", page=version))

    def footer(self) -> bytes:
        """Return the short text for the end of every article, in ASCII."""
        paragraphs = [
            Told(text, self._words(notice, text, _label([text])))
            for notice in self._notices.values()
            for text in notice.texts.values()
            if "footer" in text.strings
        ]
        if not paragraphs:
            return b""
        return ascii_html(self._render(f"{_PREFIX}footer.html", paragraphs=paragraphs))

    def exit_script(self) -> str:
        """Return the script that offers the exit on articles, the same for all."""
        spoken = {}
        for name, tag in self._speakers():
            version = self._version([name], tag)
            said = {key: version.words[f"page.quick_exit_{own}"] for key, own in _EXIT}
            spoken[tag] = {"dir": version.direction, **said}
        return self._render(f"{_PREFIX}exit.js", words=spoken)

    def exit_tag(self) -> str:
        """Return the element that loads the script, in ASCII."""
        return self._render(f"{_PREFIX}exit.html")

    def refusal(self, reason: str) -> bytes:
        """Return a page that says in every language why a request is refused.

        Args:
            reason: Key of the sentence among the words around the notices.
        """
        versions = [self._version([name], tag) for name, tag in self._speakers()]
        page = self._render(f"{_PREFIX}refusal.html", versions=versions, reason=reason)
        return page.encode()

    def standby(self, notices: Sequence[str]) -> str:
        """Return a page for when nobody can decide: the notices in brief, no form."""
        versions = [self._version(notices, tag) for tag in self._tags(notices)]
        return self._render(f"{_PREFIX}standby.html", versions=versions)

    def headline(self, notices: Sequence[str], language: str) -> Headline:
        """Return heading and short text of the notices, as plain text."""
        told = [
            (text.strings, self._values(notice, text, ""))
            for notice, text in self._texts(notices, language)
        ]
        titles = [plain(str(strings["heading"]), values) for strings, values in told]
        shorts = [plain(str(strings["banner"]), values) for strings, values in told]
        return Headline(" ".join(titles), "\n".join(shorts))

    def _version(self, notices: Sequence[str], language: str) -> Version:
        """Gather what one language of a page says."""
        shown = self._texts(notices, language)
        go = _label([text for _, text in shown])
        told = [Told(text, self._words(notice, text, go)) for notice, text in shown]
        main = next((one for one in told if one.text.language == language), told[0])
        return Version(main.text.language, main.text.direction, told, main.words, go)

    def _texts(
        self, notices: Sequence[str], language: str
    ) -> list[tuple[Notice, NoticeText]]:
        """Return the notices, each in a language, or in its first if it lacks that."""
        shown = [self._notices[name] for name in notices]
        return [
            (n, n.texts.get(language) or next(iter(n.texts.values()))) for n in shown
        ]

    def _words(self, notice: Notice, text: NoticeText, go: str) -> Strings:
        """Fill every place in the texts of one notice in one language, once."""
        key = notice.id, text.language, go
        if key not in self._filled:
            values = self._values(notice, text, go)
            self._filled[key] = {
                name: _shown(name, told, values) for name, told in text.strings.items()
            }
        return self._filled[key]

    def _values(self, notice: Notice, text: NoticeText, go: str) -> dict[str, str]:
        """Return what fills the places in a text, as plain text."""
        strings = text.strings
        values = {
            key: written_day(value, strings) if is_day(value) else value
            for key, value in notice.facts.items()
        }
        values |= {
            "outlet": self._look.organization,
            "site": self._look.name,
            "date": written_day(notice.as_of, strings),
            "continue": go,
            "leave": str(strings["page.leave"]),
            "tab": str(strings["page.tab"]),
        }
        return values | {
            name: listed([plain(one, values) for one in strings[key]], strings)
            for name, key in (("risks", "risks_short"), ("unclear", "unclear_short"))
            if strings.get(key)
        }

    def _tags(self, notices: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(t for n in notices for t in self._notices[n].texts))

    def _speakers(self) -> list[tuple[str, str]]:
        """For each language a notice that speaks it."""
        found: dict[str, str] = {}
        for notice in self._notices.values():
            for tag in notice.texts:
                found.setdefault(tag, notice.id)
        return [(name, tag) for tag, name in found.items()]

    def _source(self, name: str) -> str:
        loader = self._templates.loader
        if loader is None:
            raise LookupError(name)
        return loader.get_source(self._templates, _PREFIX + name)[0]

    def _render(self, template: str, **context: object) -> str:
        return self._templates.get_template(template).render(context)


def _environment(own: str) -> ImmutableSandboxedEnvironment:
    """Return an environment in which a template can do nothing but make text."""
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(
            [
                DictLoader({OWN: own} if own else {}),
                PrefixLoader({_PREFIX[:-1]: PackageLoader("gate.notices")}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_BYTECODE,
    )
    made.globals.clear()
    made.globals["range"] = safe_range
    for name in _UNSAFE:
        del made.filters[name]
    return made


def _label(texts: Sequence[NoticeText]) -> str:
    """Return the label of Continue: the notices' own if they agree on it."""
    own = {str(text.strings.get("continue", "")) for text in texts}
    return (own.pop() if len(own) == 1 else "") or str(
        texts[0].strings["page.continue"]
    )


def _shown(
    key: str, told: str | tuple[str, ...], values: Mapping[str, str]
) -> str | tuple[str, ...]:
    """Fill a text: as HTML where it may emphasise, else as plain text."""
    show = html if key in EMPHATIC else plain
    if isinstance(told, str):
        return show(told, values)
    return tuple(show(item, values) for item in told)
