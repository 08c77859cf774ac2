"""What a check has decided, in a header field, until nginx fetches the answer to it.

nginx throws the body of a refused check away and asks again for the page, perhaps in
another worker. The verdict says which page it is, or holds the answer whole where it
is short; so what was decided is what is answered, and nothing is decided twice.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import chain
from typing import TYPE_CHECKING, Any

from gate.errors import BadCheckError
from gate.model import Answer, Printed

if TYPE_CHECKING:
    from gate.answer import Pages

MOST_VERDICT = 6_000
"""Characters; nginx and the gate's own server take fields of up to 8 kB."""

ANEW = "anew"
"""Stands for an answer that is too long to be told; then it is decided once more."""

_ANSWERS = (204, 303, 400, 403, 414, 421, 451, 503)
"""Statuses of the gate's own answers."""

_FIELD = re.compile(r"[\x20-\x7e]*")


def verdict_of(answer: Answer) -> str:
    """Return an answer as the value of a header field, ASCII."""
    told: list[Any] = [answer.status]
    if answer.printed is not None:
        told.append(answer.printed)
    else:
        told += [answer.headers, answer.body.decode("latin-1")]
    text = json.dumps(told, separators=(",", ":"))
    verdict = urlsafe_b64encode(text.encode()).decode()
    return verdict if len(verdict) <= MOST_VERDICT else ANEW


def answered(verdict: str, pages: Pages, *, method: str) -> Answer | None:
    """Return the answer that a verdict stands for.

    Args:
        verdict: As `verdict_of` made it.
        pages: The pages of this process.
        method: Method of the request; HEAD gets no body.

    Returns:
        The answer; None if it has to be decided once more, because these pages have
        no such page, or because it was too long to be told.

    Raises:
        BadCheckError: It is no verdict.
    """
    if verdict == ANEW:
        return None
    try:
        status, *rest = json.loads(urlsafe_b64decode(verdict.encode()))
        status = _ANSWERS[_ANSWERS.index(status)]  # ValueError for any other
        if len(rest) == 1:
            notices, language, way, back = rest[0]
            printed = Printed(tuple(notices), language, way, back)
            return pages.again(printed, status, method=method)
        return _whole(status, *rest, method=method)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise BadCheckError("x-gate-verdict") from None


def _whole(status: int, told: Any, text: str, *, method: str) -> Answer:  # noqa: ANN401  # from JSON
    fields = tuple((str(name), str(value)) for name, value in told)
    if not all(map(_FIELD.fullmatch, chain.from_iterable(fields))):
        raise ValueError
    body = text.encode("latin-1")
    return Answer(
        status=status,
        headers=fields,
        body=b"" if method == "HEAD" else body,
        length=len(body),
    )
