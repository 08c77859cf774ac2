"""What a judgement shows: each finding with its line, and no notice missed in vain."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from gate.model import LocationClass, Membership
from gate.rules import load_book
from gate.rules.judging import judge

BASE = Path(__file__).parent / "books" / "good" / "base"
NOW = int(datetime.fromisoformat("2026-09-10T12:00:00+03:00").timestamp())


def judged(folder, notices):
    book, _ = load_book(folder)
    names = [area for area, _ in book.area_versions]
    classes = [
        LocationClass(
            label="RU",
            memberships=tuple(Membership(2 * (n == "russia")) for n in names),
        )
    ]
    return judge(
        book,
        classes=classes,
        membership=lambda _version, _place: (Membership.NO, ()),
        pinned={},
        notices=notices,
        now=NOW,
    )


def test_a_broken_promise_is_shown_with_its_line(tmp_path):
    folder = tmp_path / "rules"
    shutil.copytree(BASE, folder)
    path = folder / "rules.yaml"
    text = path.read_text("utf-8")
    for pattern in (', "/help/safety/**"', ', "/новости/"'):
        assert pattern in text
        text = text.replace(pattern, "")
    path.write_text(text, "utf-8")
    (finding,) = [
        f
        for f in judged(folder, {"notice"})
        if f.code == "R043" and "every" in f.message
    ]
    assert "- id: every-reader-is-warned" in finding.source_line
    assert f"by safety-pages ({path}:39)" in finding.message


def test_no_notice_is_missed_while_not_all_could_be_read():
    codes = [finding.code for finding in judged(BASE, None)]
    assert "R031" not in codes
    assert "R031" in [finding.code for finding in judged(BASE, set())]
