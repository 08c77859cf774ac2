"""The codes of findings about notices, with their meaning in one line."""

from __future__ import annotations

CODES: dict[str, str] = {
    "R060": "The folder holds no notices.",
    "R061": "Two notices have the same id.",
    "R062": "The words around the notices are missing in a language, or stand twice.",
    "R063": "A placeholder that nothing fills, or a brace that stands alone.",
    "R064": "A language lacks what another one has, or has nothing yet.",
    "R065": "An area prefers a language in which the notice has no text.",
    "R066": "Not a BCP-47 language tag in its usual spelling.",
    "R067": "A text is called reviewed, and nobody is named who did it.",
    "R068": "A text is a draft that no native editor and no lawyer signed.",
    "R069": "A text claims what the data of its regime do not hold.",
    "R070": "A text names a number that no date or certain penalty holds.",
    "R071": "The legal information is older than it may become unreviewed.",
    "R072": "Markup that does not end, or stands where nothing can be emphasised.",
    "R073": "A language that is not declared, or whose script and tag disagree.",
}
