"""The scalar types: what each takes, what it refuses, and what it proposes instead."""

# ruff: noqa: RUF001 - letters that look like others are the point
from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from gate.documents import scalars


def refused(parse, value):
    with pytest.raises(PydanticCustomError) as caught:
        parse(value)
    return caught.value.context


TAKEN = [
    (scalars.parse_instant, "2024-02-20T00:00:00+03:00", 1708376400),
    (scalars.parse_instant, "2024-02-19T21:00Z", 1708376400),
    (scalars.parse_day, "2024-02-29", "2024-02-29"),
    (scalars.parse_flag, "true", True),
    (scalars.parse_flag, "false", False),
    (scalars.parse_whole, "0", 0),
    (scalars.parse_whole, "701822", 701822),
    (scalars.parse_decimal, "-44.95", -44.95),
    (scalars.parse_ident, "warn-readers_2", "warn-readers_2"),
    (scalars.parse_code, "NO", "NO"),
    (scalars.parse_code, "UA-43", "UA-43"),
    (scalars.parse_country, "UA", "UA"),
    (scalars.parse_cidr, "192.0.2.0/24", "192.0.2.0/24"),
    (scalars.parse_cidr, "2001:DB8::/32", "2001:db8::/32"),
    (scalars.parse_cidr, "0.0.0.0/0", "0.0.0.0/0"),
    (scalars.parse_glob, "/**", "/**"),
    (scalars.parse_glob, "/", "/"),
    (scalars.parse_glob, "/a/", "/a"),
    (scalars.parse_glob, "/новости/*.html", "/новости/*.html"),
    (scalars.parse_glob, "/50%/a", "/50%/a"),
    (scalars.parse_path, "/a/b/", "/a/b/"),
    (scalars.parse_line, " a line ", "a line"),
]


@pytest.mark.parametrize(("parse", "text", "value"), TAKEN)
def test_sound_text_gives_its_value(parse, text, value):
    assert parse(text) == value


REFUSED = [
    (scalars.parse_instant, "20240601", "R020", "2024-02-20T00:00:00+03:00"),
    (scalars.parse_instant, "2024-06-01", "R020", "2024-06-01T00:00:00+03:00"),
    (scalars.parse_instant, "2024-06-01T12:00", "R020", "2024-06-01T12:00+03:00"),
    (scalars.parse_instant, "2024-06-01T00:00:00+0300", "R020", "Write it like"),
    (scalars.parse_instant, "2024-02-30T00:00:00Z", "R020", ""),
    (scalars.parse_instant, "0001-01-01T00:00:00+24:00", "R020", ""),
    (scalars.parse_instant, "2024-06-01T00:00:00+15:00", "R020", ""),
    (scalars.parse_instant, "२०२४-06-01T00:00:00Z", "R020", "Write it like"),
    (scalars.parse_day, "01.06.2024", "R003", "2026-08-22"),
    (scalars.parse_day, "2023-02-29", "R003", ""),
    (scalars.parse_flag, "yes", "R003", ""),
    (scalars.parse_flag, "True", "R003", ""),
    (scalars.parse_whole, "007", "R003", "without leading zeros"),
    (scalars.parse_whole, "1_000", "R003", "digits"),
    (scalars.parse_whole, "-1", "R003", "digits"),
    (scalars.parse_whole, "٣", "R003", "digits"),
    (scalars.parse_whole, "9" * 16, "R003", "digits"),
    (scalars.parse_decimal, "nan", "R003", "44.95"),
    (scalars.parse_decimal, "1e9", "R003", "44.95"),
    (scalars.parse_ident, "Two Words", "R003", '"two-words"'),
    (scalars.parse_ident, "a" * 65, "R003", ""),
    (scalars.parse_ident, "---", "R003", ""),
    (scalars.parse_ident, "оne", "R006", '"one"'),
    (scalars.parse_code, "РU", "R006", '"PU"'),
    (scalars.parse_code, "UА-43", "R006", '"UA-43"'),
    (scalars.parse_code, "日本", "R006", "Latin letters only"),
    (scalars.parse_code, "ua_43", "R010", '"UA-43"'),
    (scalars.parse_code, "Ukraine", "R010", ""),
    (scalars.parse_country, "UA-43", "R010", '"UA"'),
    (scalars.parse_cidr, "192.0.2.7/24", "R014", "192.0.2.0/24"),
    (scalars.parse_cidr, "2001:db8::1/32", "R014", "2001:db8::/32"),
    (scalars.parse_cidr, "192.0.2.7", "R014", "192.0.2.7/32"),
    (scalars.parse_cidr, "192.0.2.0/255.255.255.0", "R014", "192.0.2.0/24"),
    (scalars.parse_cidr, "192.0.2.0/33", "R014", ""),
    (scalars.parse_cidr, "fe80::%eth0/64", "R014", "Write it like"),
    (scalars.parse_glob, "help/**", "R037", '"/help/**"'),
    (scalars.parse_glob, "*.html", "R037", '"/**/*.html"'),
    (scalars.parse_glob, "", "R037", ""),
    (scalars.parse_glob, "/a//b", "R037", "Write one"),
    (scalars.parse_glob, "/a//", "R037", "Write one"),
    (scalars.parse_glob, "//", "R037", "Write one"),
    (scalars.parse_glob, "/a/../b", "R037", "path that it leads to"),
    (scalars.parse_glob, "/%41", "R037", "letters themselves"),
    (scalars.parse_glob, "/a**", "R037", "whole segment"),
    (scalars.parse_glob, "/***", "R037", "whole segment"),
    (scalars.parse_glob, "/a?b", "R037", "End it"),
    (scalars.parse_glob, "/a\\b", "R037", "/"),
    (scalars.parse_glob, "/" + "a" * 512, "R037", ""),
    (scalars.parse_glob, "/РUs", "R006", ""),
    (scalars.parse_path, "a", "R037", ""),
    (scalars.parse_line, " \t", "R003", ""),
]


@pytest.mark.parametrize(("parse", "text", "code", "proposal"), REFUSED)
def test_unsound_text_is_refused_with_a_code_and_a_proposal(
    parse, text, code, proposal
):
    context = refused(parse, text)
    assert context["code"] == code
    assert proposal in context["hint"]


ALL = [
    getattr(scalars, name)
    for name in sorted(vars(scalars))
    if name.startswith("parse_")
]


@pytest.mark.parametrize("parse", ALL)
@settings(max_examples=50, deadline=None)
@given(st.one_of(st.text(), st.text("0123456789-+:.TZ/*%aUАР", max_size=30)))
def test_no_text_makes_a_type_fail_otherwise_than_by_refusing(parse, text):
    try:
        value = parse(text)
    except PydanticCustomError as error:
        assert error.context["sentence"].endswith((".", "?"))  # noqa: PT017
    else:
        assert parse(value if isinstance(value, str) else text) == value


@settings(max_examples=100, deadline=None)
@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_in_utc_is_read_as_itself(moment):
    whole = moment.replace(microsecond=0)
    assert scalars.parse_instant(whole.isoformat()) == int(whole.timestamp())


@settings(max_examples=100, deadline=None)
@given(st.ip_addresses(), st.data())
def test_the_proposed_network_is_always_taken(address, data):
    length = data.draw(st.integers(0, address.max_prefixlen))
    text = f"{address}/{length}"
    network = ipaddress.ip_network(text, strict=False)
    try:
        assert scalars.parse_cidr(text) == str(network)
    except PydanticCustomError as error:
        assert str(network) in error.context["hint"]  # noqa: PT017
        assert scalars.parse_cidr(str(network)) == str(network)
