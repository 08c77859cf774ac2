"""YAML files laid out in one calm way, with every comment and every value kept.

Lines are never broken, joined or put in another order. What is settled is what people
do not choose on purpose: indentation by two, one space after a dash, colon or comma,
double quotation marks where one pair is as good as the other, one empty line where
there were several and between the rules, and nothing behind the end of a line.

A library that writes YAML from values lays out everything anew, also what people have
chosen on purpose: where a line breaks, where a comment stands. So the text itself is
edited, token by token, and what comes out is read again and compared.
"""

from __future__ import annotations

from gate.workbench.formatting.checked import formatted, is_formatted

__all__ = ["formatted", "is_formatted"]
