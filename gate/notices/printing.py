"""Texts to HTML, by templates that escape everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gate.answer import Headline, Way
from gate.answer.insertion import ascii_html
from gate.notices.placeholders import fill, is_day, written_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.model import Notice, NoticeText
    from gate.notices.look import Look


Strings = dict[str, "str | tuple[str, ...]"]


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
    """

    def __init__(
        self, notices: Mapping[str, Notice], look: Look, revision: str
    ) -> None:
        self._notices = notices
        self._look = look
        self._templates = Environment(
            loader=PackageLoader("gate.notices"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.style = self._source("style.css")
        self.script = self._source("script.js")
        self._templates.globals.update(
            look=look,
            leave_url=f"{look.own_prefix}leave",
            revision=revision,
            # Both files are this package's own; the policy allows exactly these bytes.
            style=Markup(self.style),  # noqa: S704
            script=Markup(self.script),  # noqa: S704
        )

    def page(self, notices: Sequence[str], language: str, way: Way) -> bytes:
        """Return a page of the notices, with slots for what the request brings."""
        languages = [language, *(t for t in self._tags(notices) if t != language)]
        versions = [self._version(notices, tag) for tag in languages]
        first, *others = versions
        page = self._render("page.html", page=first, others=others, way=way, Way=Way)
        return page.encode()

    def banner(self, notices: Sequence[str], language: str) -> bytes:
        """Return the short warning for the top of an article, in ASCII."""
        version = self._version(notices, language)
        return ascii_html(self._render("banner.html", page=version))

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
        return ascii_html(self._render("footer.html", paragraphs=paragraphs))

    def refusal(self, reason: str) -> bytes:
        """Return a page that says in every language why a request is refused.

        Args:
            reason: Key of the sentence among the words around the notices.
        """
        versions = [self._version([name], tag) for name, tag in self._speakers()]
        page = self._render("refusal.html", versions=versions, reason=reason)
        return page.encode()

    def standby(self, notices: Sequence[str]) -> str:
        """Return a page for when nobody can decide: the notices in brief, no form."""
        versions = [self._version(notices, tag) for tag in self._tags(notices)]
        return self._render("standby.html", versions=versions)

    def headline(self, notices: Sequence[str], language: str) -> Headline:
        """Return heading and short text of the notices, as plain text."""
        told = self._version(notices, language).notices
        titles = [str(one.words["heading"]) for one in told]
        shorts = [str(one.words["banner"]) for one in told]
        return Headline(" ".join(titles), "\n".join(shorts))

    def _version(self, notices: Sequence[str], language: str) -> Version:
        """Gather what one language of a page says."""
        shown = [self._notices[name] for name in notices]
        texts = [n.texts.get(language) or next(iter(n.texts.values())) for n in shown]
        go = _label(texts)
        told = [
            Told(text, self._words(notice, text, go))
            for notice, text in zip(shown, texts, strict=True)
        ]
        main = next((one for one in told if one.text.language == language), told[0])
        return Version(main.text.language, main.text.direction, told, main.words, go)

    def _words(self, notice: Notice, text: NoticeText, go: str) -> Strings:
        """Fill every place in the texts of one notice in one language."""
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
        }
        return {key: _filled(value, values) for key, value in strings.items()}

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
        return loader.get_source(self._templates, name)[0]

    def _render(self, template: str, **context: object) -> str:
        return self._templates.get_template(template).render(context)


def _label(texts: Sequence[NoticeText]) -> str:
    """Return the label of Continue: the notices' own if they agree on it."""
    own = {str(text.strings.get("continue", "")) for text in texts}
    return (own.pop() if len(own) == 1 else "") or str(
        texts[0].strings["page.continue"]
    )


def _filled(
    value: str | tuple[str, ...], values: Mapping[str, str]
) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return fill(value, values)
    return tuple(fill(item, values) for item in value)
