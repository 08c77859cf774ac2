"""The command that draws everything draws everything."""

from __future__ import annotations

import pytest
from notice_texts import LANGUAGES
from pages_site import OTHERS, STATES

pytest.importorskip("playwright")
import shots  # it needs playwright

pytestmark = pytest.mark.browser


def test_each_state_is_drawn_in_each_language_width_and_scheme():
    names = {name for name, _, _ in shots._all()}  # noqa: SLF001
    states = {*STATES, *OTHERS, "footer", "opened", "leaving-1", "leaving-2"}
    assert {
        f"{state}.{language}.{width}.{scheme}"
        for state in states
        for language in LANGUAGES
        for width in (320, 1440)
        for scheme in ("light", "dark")
    } <= names


@pytest.mark.deep
def test_the_pictures_are_there(tmp_path):
    shots.main(tmp_path)
    drawn = {path.stem for path in tmp_path.glob("*.png")}
    assert drawn >= {name for name, _, _ in shots._all()}  # noqa: SLF001
    assert min(path.stat().st_size for path in tmp_path.glob("*.png")) > 1000
