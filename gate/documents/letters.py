"""Letters that deceive: invisible ones, and those that only look like Latin ones."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Scripts whose letters can be mistaken for each other by eye.
_LOOK_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
# Scripts whose words may need a joiner; none there could pass for a Latin word.
_JOINING = frozenset(
    {
        *("ARABIC", "SYRIAC", "MONGOLIAN", "BENGALI", "DEVANAGARI", "GUJARATI"),
        *("GURMUKHI", "KANNADA", "MALAYALAM", "ORIYA", "SINHALA", "TAMIL", "TELUGU"),
    }
)
_WORD = re.compile(r"[^\W\d_]+")
_JOINERS = "\u200c\u200d"
# Invisible or direction-changing, and the line breaks that only YAML 1.1 knows.
_HIDDEN = re.compile(
    "[\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LATIN = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρ",  # noqa: RUF001
    "ABEKMHOPCTYXIJSaeopcyxijsdqwhABEZHIKMNOPTYXoavp",
)


_SOUND = str.maketrans(
    "АБВГДЕЗИЙКЛМНОПРСТУФХЦабвгдезийклмнопрстуфхц",
    "ABVGDEZIJKLMNOPRSTUFHCabvgdezijklmnoprstufhc",
)
_CURLY = frozenset("“”„‟«»‘’‚‹›")  # noqa: RUF001


def within_curly_quotes(text: str) -> bool:
    """Say whether `text` begins with a quotation mark that YAML does not know."""
    return text[:1] in _CURLY and text != ""


def script(letter: str) -> str:
    """Return the script of a letter in capitals, such as "LATIN"; "" if unnamed."""
    return unicodedata.name(letter, "").partition(" ")[0]


def name(letter: str) -> str:
    """Return a character's Unicode name in lower case, with its number."""
    words = unicodedata.name(letter, "unnamed character").lower()
    return f"{words}, U+{ord(letter):04X}"


def latin_look(text: str) -> str:
    """Return `text` with each letter that looks like a Latin one replaced by it."""
    return text if text.isascii() else text.translate(_LATIN)


def without_disguise(text: str) -> str:
    """Return `text` as it looks: Latin letters, and nothing that cannot be seen.

    >>> without_disguise("w\u0430rn\u200b-reading")
    'warn-reading'
    """
    return text if text.isascii() else latin_look(_HIDDEN.sub("", text))


def latin_sound(text: str) -> str:
    """Return `text` with each Cyrillic letter replaced by the Latin one it sounds like.

    Letters that need two Latin ones are left.
    """
    return text if text.isascii() else text.translate(_SOUND)


def mixed_word(text: str) -> str:
    """Return the first word of `text` that mixes look-alike scripts; "" if none.

    Source:
        Unicode Technical Standard 39, section 5 (mixed-script detection).
    """
    if text.isascii():
        return ""
    for word in _WORD.findall(text):
        if len({script(letter) for letter in word} & _LOOK_ALIKE) > 1:
            return str(word)
    return ""


def stranger(word: str) -> str:
    """Return the first letter of `word` that is not of its majority script."""
    scripts = [script(letter) for letter in word]
    main = max(dict.fromkeys(scripts), key=scripts.count)
    # A tie is told from the Latin side, where the codes and keywords live.
    if scripts.count("LATIN") == scripts.count(main):
        main = "LATIN"
    return next((a for a, s in zip(word, scripts, strict=True) if s != main), word[0])


def mixed_sentence(word: str) -> str:
    """Say in one sentence which letter makes `word` a mixed one."""
    odd = name(stranger(word))
    return f'"{word[:60]}" mixes letters of several scripts: one is {odd}.'


def hidden(text: str) -> Iterator[re.Match[str]]:
    """Find the characters of `text` that no reader can see.

    Joiners between letters of scripts that need them are left alone, and so is
    the variation selector that gives a symbol its colour.

    Source:
        Unicode Technical Report 36, section 3.6, and Technical Standard 55.
    """
    if text.isascii():
        return
    for match in _HIDDEN.finditer(text):
        before = text[match.start() - 1 : match.start()]
        needed = match[0] in _JOINERS and before and script(before) in _JOINING
        if not needed:
            yield match
