"""The codes of findings about notices, with their meaning in one line."""

from __future__ import annotations

CODES: dict[str, str] = {
    "R060": "The folder holds no notices.",
    "R061": "Two notices have the same id.",
    "R062": "The words around the notices are missing in a language, or stand twice.",
    "R063": "A placeholder that nothing fills, or a brace that stands alone.",
    "R064": "One language of a notice lacks what another has.",
    "R065": "An area prefers a language in which the notice has no text.",
    "R066": "Not a BCP-47 language tag in its usual spelling.",
    "R067": "A text is called reviewed, and nobody is named who did it.",
    "R068": "A text is a draft that no native editor and no lawyer signed.",
}
