"""What templates of a site see as `gate`, whatever the framework.

A framework gives the WSGI environ of the present request; everything else is here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gate.doors.wsgi import PASSAGE, PLACED
from gate.errors import ConfigError
from gate.model import Action, Activity, Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NOTHING = Passage()


class Allows:
    """Answers whether an activity may be offered: `allows("share")`, `allows.share`.

    Args:
        passage: What holds for the present request.
    """

    do_not_call_in_templates = True
    """Django calls whatever it can unless it is told not to."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage

    def __call__(self, activity: str) -> bool:
        """Say whether this reader may be offered an activity, such as "share".

        Raises:
            ConfigError: There is no activity of this name.
        """
        try:
            return Activity(activity) in self._passage.allowed
        except ValueError:
            raise unknown_activity(activity) from None

    def __getitem__(self, activity: str) -> bool:
        """Say the same where a template cannot call with an argument (Django)."""
        return self(activity)


class TemplateGate:
    """What templates see as `gate`.

    Args:
        environ: Returns the WSGI environ of the present request; an empty one outside
            of any, where nothing is allowed and nothing shown.
    """

    def __init__(self, environ: Callable[[], Mapping[str, Any]]) -> None:
        self._environ = environ

    @property
    def passage(self) -> Passage:
        """What holds for the present request."""
        passage: Passage = self._environ().get(PASSAGE, _NOTHING)
        return passage

    @property
    def allows(self) -> Allows:
        """Whether this reader may be offered an activity."""
        return Allows(self.passage)

    @property
    def warns(self) -> bool:
        """Whether this reader meets more than nothing here."""
        return self.passage.action > Action.PASS

    @property
    def banner(self) -> Markup:
        """The banner, to be placed by the template; empty if none is due."""
        return self._place("top", self.passage.top)

    @property
    def footer(self) -> Markup:
        """The footer, to be placed by the template; empty if none is due."""
        return self._place("bottom", self.passage.bottom)

    def _place(self, slot: str, markup: bytes) -> Markup:
        place = self._environ().get(PLACED)
        if not markup or place is None or not place(slot):
            return Markup()
        return Markup(markup.decode())  # noqa: S704  # the gate's own compiled page


def unknown_activity(name: str) -> ConfigError:
    """Make the error for an activity that does not exist."""
    return ConfigError(
        f'There is no activity "{name}".',
        hint=f"Activities are {', '.join(a.value for a in Activity)}.",
    )
