"""Django: what its templates see as `gate`, behind the WSGI door.

    TEMPLATES = [{..., "OPTIONS": {"context_processors": ["gate.doors.django.gate"]}}]

    {% if gate.allows.share %}<a href="/share/{{ slug }}">Share</a>{% endif %}

Needs nothing of Django, so that it is there whether Django is or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from gate.doors.templates import TemplateGate

if TYPE_CHECKING:
    from collections.abc import Mapping


class Asked(Protocol):
    """What is needed of a Django request."""

    META: Mapping[str, Any]


def gate(request: Asked) -> dict[str, TemplateGate]:
    """Return what templates get: Django calls this for every page.

    Args:
        request: Of Django, come through `GateMiddleware`.
    """
    return {"gate": TemplateGate(lambda: request.META)}
