"""What edges say of places: every documented case of each vendor, and nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.request.edge import COUNTRIES, PLACE, VENDORS, WORDS, EdgeFields, said_by

ROOT = Path(__file__).parent.parent
CLOUDFLARE = ("HTTP_CF_IPCOUNTRY", "HTTP_CF_REGION_CODE")
CLOUDFRONT = (
    "HTTP_CLOUDFRONT_VIEWER_COUNTRY",
    "HTTP_CLOUDFRONT_VIEWER_COUNTRY_REGION",
)
FASTLY = ("HTTP_CLIENT_GEO_COUNTRY", "HTTP_CLIENT_GEO_REGION")
GENERIC = ("HTTP_X_CLIENT_REGION", "HTTP_X_CLIENT_REGION_SUBDIVISION")
OWN = {"country": "x-client-region", "subdivision": "x-client-region-subdivision"}

ROWS = [
    # vendor, country, subdivision, what is understood
    ("cloudflare", "RU", "MOW", "RU-MOW"),
    ("cloudflare", "RU", None, "RU"),
    ("cloudflare", "ru", "mow", "RU-MOW"),
    ("cloudflare", "UA", "43", "UA-43"),
    ("cloudflare", "UA", "40", "UA-40"),
    ("cloudflare", "UA", "", "UA"),
    ("cloudflare", "XX", "", "unknown"),
    ("cloudflare", "XX", "43", "unknown"),
    ("cloudflare", "T1", None, "tor"),
    ("cloudflare", "T1", "43", "tor"),
    ("cloudflare", None, None, "silent"),
    ("cloudflare", None, "43", "silent"),
    ("cloudfront", "UA", "43", "UA-43"),
    ("cloudfront", "RU", "SPE", "RU-SPE"),
    ("cloudfront", "US", "MI", "US-MI"),
    ("cloudfront", "RU", None, "RU"),
    ("cloudfront", None, None, "silent"),
    ("fastly", "UA", "43", "UA-43"),
    ("fastly", "RU", "MOW", "RU-MOW"),
    ("fastly", "UA", "NO REGION", "UA"),
    ("fastly", "UA", "?", "UA"),
    ("fastly", "**", "NO REGION", "reserved"),
    ("fastly", "?", "?", "unknown"),
    ("fastly", None, None, "silent"),
    ("generic", "UA", "UA-43", "UA-43"),
    ("generic", "UA", "UA43", "UA-43"),
    ("generic", "US", "USCA", "US-CA"),
    ("generic", "UA", "UACA", "UA-CA"),
    ("generic", "UA", "43", "UA-43"),
    ("generic", "ZZ", "", "unknown"),
    ("generic", "EU", "", "unknown"),
    ("generic", "AP", "", "unknown"),
    ("generic", "A1", "", "tor"),
    ("generic", "-", "", "unknown"),
    ("generic", "", "", "unknown"),
    ("generic", " ua ", " ua-43 ", "UA-43"),
    # What contradicts itself, or is nothing: the country alone, or no place at all.
    ("generic", "UA", "RU-MOW", "UA"),
    ("generic", "RU", "UA-43", "RU"),
    ("generic", "UA", "Crimea", "UA"),
    ("generic", "UA", "UA-4300", "UA"),
    ("generic", "UA", "43, 40", "UA"),
    ("generic", "RU, DE", "", "unreadable"),
    ("generic", "RUS", "", "unreadable"),
    ("generic", "643", "", "unreadable"),
    ("generic", "Россия", "", "unreadable"),
    ("generic", "R\x00", "", "unreadable"),
    ("generic", "SU", "", "unreadable"),
    ("generic", "QQ", "", "unreadable"),
    ("generic", "ß", "", "unreadable"),
    ("cloudflare", "EU", "", "unreadable"),
    ("generic", "XK", "", "XK"),
]
KEYS = {
    "cloudflare": CLOUDFLARE,
    "cloudfront": CLOUDFRONT,
    "fastly": FASTLY,
    "generic": GENERIC,
}


def fields(vendor, **more):
    return EdgeFields.compile(vendor, **(OWN if vendor == "generic" else {}), **more)


@pytest.mark.parametrize(("vendor", "country", "subdivision", "expected"), ROWS)
def test_every_documented_case(vendor, country, subdivision, expected):
    values = zip(KEYS[vendor], (country, subdivision), strict=True)
    environ = {key: value for key, value in values if value is not None}
    assert said_by(environ, fields(vendor)) == expected


def test_the_countries_are_those_of_iso_3166():
    rows = (ROOT / "gate/rules/iso3166.tsv").read_text("utf-8").splitlines()
    assert {row[:2] for row in rows if row[2] == "\t"} == COUNTRIES


def test_every_vendor_has_rows():
    assert {row[0] for row in ROWS} == set(VENDORS)
    said = {row[3] for row in ROWS}
    assert said >= set(WORDS)


def test_one_vendor_is_never_read_as_another():
    for vendor in VENDORS:
        others = {
            key: "RU" for name, keys in KEYS.items() if name != vendor for key in keys
        }
        assert said_by(others, fields(vendor)) == "silent"


def test_a_deployer_names_fields_and_words_of_their_own():
    own = EdgeFields.compile(
        "cloudflare",
        country="X-Country",
        subdivision="X-Part",
        unknown=["n/a"],
        tor=["onion"],
        reserved=["lan"],
    )
    asked = {"HTTP_X_COUNTRY": "UA", "HTTP_X_PART": "14", "HTTP_CF_IPCOUNTRY": "DE"}
    assert said_by(asked, own) == "UA-14"
    for word, meaning in (
        ("N/A", "unknown"),
        ("Onion", "tor"),
        ("LAN", "reserved"),
        ("T1", "tor"),
    ):
        assert said_by({"HTTP_X_COUNTRY": word}, own) == meaning


@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_comes_is_a_place_or_a_known_word(country, subdivision):
    environ = dict(zip(GENERIC, (country, subdivision), strict=True))
    said = said_by(environ, fields("generic"))
    assert said in WORDS or PLACE.fullmatch(said)
