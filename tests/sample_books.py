"""The sample books of tests/books/codes, laid over one small site and checked.

`NAME.yaml` stands in the book as one more file; a folder is laid over the whole site.
The site is tests/books/site with two small databases beside it: city.mmdb, and
countries.mmdb, which tells countries only.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import cache
from pathlib import Path

from updates import written

from gate.workbench.checking import check_everything
from gate.workbench.visited import visited_paths

BOOKS = Path(__file__).parent / "books"
CODES = BOOKS / "codes"
SITE = BOOKS / "site"
NOW = int(datetime.fromisoformat("2026-09-10T12:00:00+03:00").timestamp())


_PARTS = (
    *(("RU", "MOW"), ("RU", "SPE"), ("UA", "43"), ("UA", "40"), ("UA", "65")),
    *(("UA", "30"), ("DE", "BE"), ("NO", "03"), ("BY", "HM")),
)


@cache
def database(*, countries_only=False):
    """Return a small database: a network for each of a few parts of countries."""
    networks = {
        f"5.{number}.0.0/16": _record(*part, whole=not countries_only)
        for number, part in enumerate(_PARTS)
    }
    kind = "Test-Country" if countries_only else "Test-City"
    return written(networks, kind, NOW - 86_400 * 9)


def _record(country, part, *, whole):
    told = {"country": {"iso_code": country, "names": {"en": country}}}
    if not whole:
        return told
    return {
        **told,
        "city": {"names": {"en": f"{part} City"}},
        "subdivisions": [{"iso_code": part, "names": {"en": part}}],
        "location": {"latitude": 52.0, "longitude": 13.0, "accuracy_radius": 20},
    }


def samples(code, side):
    """Return the sample books of a code; side is "bad" or "good"."""
    found = [CODES / code / side, CODES / code / f"{side}.yaml"]
    return [path for path in found if path.exists()]


def files_of(sample):
    """Return every file of a sample that is text."""
    if sample.is_file():
        return [sample]
    return sorted(path for path in sample.rglob("*") if path.is_file())


def codes_elsewhere():
    """Return the codes that another command than gate check gives."""
    return {path.parent.name for path in CODES.glob("*/how")}


def lay(folder, sample=None):
    """Write the site with a sample over it to an empty folder."""
    shutil.copytree(SITE, folder, dirs_exist_ok=True)
    (folder / "city.mmdb").write_bytes(database())
    (folder / "countries.mmdb").write_bytes(database(countries_only=True))
    if sample is None:
        return folder
    if sample.is_dir():
        shutil.copytree(sample, folder, dirs_exist_ok=True)
    elif "format: notices/" in sample.read_text("utf-8"):
        shutil.copy(sample, folder / "rules" / "notices" / "sample.yaml")
    else:
        shutil.copy(sample, folder / "rules" / "sample.yaml")
    return folder


def checked(folder, state):
    """Return what gate check finds in a site."""
    log = folder / "traffic.log"
    return check_everything(
        folder / "config.yaml",
        {"GATE_STATE": str(state)},
        NOW,
        traffic=visited_paths(str(log)) if log.exists() else None,
    )
