"""Databases against the areas of a rule book, and against each other."""

from __future__ import annotations

import json
from ipaddress import ip_network

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.errors import DatabaseOverlapError
from gate.workbench.comparing.comparison import compare
from gate.workbench.comparing.matrix import NONE, OTHER

IN_CRIMEA = {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": "43"}]}
IN_LVIV = {
    "country": {"iso_code": "UA"},
    "subdivisions": [{"iso_code": "46"}],
    "city": {"geoname_id": 702550, "names": {"en": "Lviv"}},
    "location": {"latitude": 49.84, "longitude": 24.02, "accuracy_radius": 10},
}
IN_RUSSIA = {"country": {"iso_code": "RU"}}
IN_GERMANY = {"country": {"iso_code": "DE"}}
CONTROLLED = "russia-controlled-ukraine"


@pytest.fixture
def areas(make_version):
    return {
        "russia": make_version(whole=("RU",)),
        CONTROLLED: make_version(within=("UA",), whole=("UA-43",)),
    }


@pytest.fixture
def one(make_database):
    return make_database(
        {
            "::1.0.0.0/120": IN_RUSSIA,
            "::2.0.0.0/112": IN_CRIMEA,
            "::3.0.0.0/124": IN_LVIV,
            "::4.0.0.0/120": IN_GERMANY,
            "2001:db8::/32": IN_RUSSIA,
            "2001:db9::/50": IN_CRIMEA,
        },
        name="one.mmdb",
    )


@pytest.fixture
def other(make_database):
    return make_database(
        {"::1.0.0.0/121": IN_RUSSIA, "::1.0.0.128/121": IN_GERMANY}, name="other.mmdb"
    )


def told(comparison):
    return json.loads(json.dumps(comparison.as_json()))


class TestAreas:
    def test_addresses_are_counted_by_membership(self, one, areas):
        counts = told(compare([one], areas))["areas"]
        assert counts["russia"]["one.mmdb"]["ipv4"] == {
            "yes": 256,
            "possible": 0,
            "no": 65536 + 16 + 256,
        }
        assert counts[CONTROLLED]["one.mmdb"]["ipv4"]["yes"] == 65536

    def test_ipv6_is_counted_in_networks_of_48_and_finer_ones_in_parts(
        self, one, areas
    ):
        counts = told(compare([one], areas))["areas"]
        assert counts["russia"]["one.mmdb"]["ipv6_48"]["yes"] == 65536
        assert counts[CONTROLLED]["one.mmdb"]["ipv6_48"]["yes"] == 0  # a quarter

    def test_labels_are_told_apart(self, one, areas):
        labels = told(compare([one], areas))["areas"][CONTROLLED]["one.mmdb"][
            "by_label"
        ]
        assert labels["UA"] == {"ipv4": {"yes": 65536, "possible": 0, "no": 16}}
        assert labels["DE"] == {"ipv4": {"yes": 0, "possible": 0, "no": 256}}

    def test_settlements_are_told_where_the_area_ends_inside_a_country(
        self, one, areas
    ):
        found = told(compare([one], areas))["areas"]
        lviv = {"702550": {"name": "Lviv", "ipv4": 16, "is": "no"}}
        assert found[CONTROLLED]["one.mmdb"]["settlements"] == lviv
        assert found["russia"]["one.mmdb"]["settlements"] == {}

    def test_a_listed_network_belongs_whatever_the_database_says(
        self, one, make_version
    ):
        version = make_version(whole=("RU",), networks=("4.0.0.0/25", "9.0.0.0/30"))
        found = told(compare([one], {"russia": version}))
        assert found["areas"]["russia"]["one.mmdb"]["ipv4"]["yes"] == 256 + 128 + 4


class TestPolicies:
    def test_each_recipe_knows_its_codes(self, one, areas):
        found = told(compare([one], areas))["policies"]
        yes = {policy: row["one.mmdb"]["ipv4"]["yes"] for policy, row in found.items()}
        assert yes == {
            "country": 256,
            "country and Crimea": 256 + 65536,
            "list of oblasts": 256 + 65536,
            "the rule book": 256 + 65536,
        }

    def test_every_address_is_counted_once(self, one, areas):
        found = told(compare([one], areas))["policies"]["the rule book"]["one.mmdb"]
        assert sum(found["ipv4"].values()) == 1 << 32
        assert sum(found["ipv6_48"].values()) == 1 << 48


class TestDisagreement:
    def test_cells_hold_the_addresses_of_both_labels(self, one, other, areas):
        (found,) = compare([one, other], areas).disagreements
        cells = found.counts[4]
        assert cells["RU (russia: yes)", "RU (russia: yes)"] == 128
        assert cells["RU (russia: yes)", OTHER] == 128
        assert cells["UA", NONE] == 16
        assert sum(cells.values()) == 1 << 32
        assert found.reached[4] == (128, 128 + 65536, 0)

    def test_networks_of_a_cell_hold_as_many_addresses(
        self, one, other, tmp_path, make_config
    ):
        out = tmp_path / "cells.txt"
        asked = ["geo", "compare", str(one), str(other), "--networks", str(out)]
        done = CliRunner().invoke(main, [*asked, "--config", str(make_config())])
        assert done.exit_code == 0, done.output
        lines = out.read_text("utf-8").splitlines()
        start = next(
            number
            for number, line in enumerate(lines)
            if line.endswith("other.mmdb: other | 128 IPv4 addresses")
        )
        assert lines[start + 1] == "1.0.0.128/25"
        networks = [ip_network(line) for line in lines if not line.startswith("#")]
        assert sum(n.num_addresses for n in networks if n.version == 4) == 1 << 32


class TestPairs:
    @pytest.fixture
    def halves(self, make_database):
        flat = {"country_code": "RU"}
        return (
            make_database(
                {"1.0.0.0/24": flat}, name="v4.mmdb", ip_version=4, kind="City-IPv4"
            ),
            make_database({"2001:db8::/32": flat}, name="v6.mmdb", kind="City-IPv6"),
        )

    def test_two_halves_of_one_product_count_as_one(self, halves, areas):
        (survey,) = compare(halves, areas).surveys
        assert survey.name == "v4.mmdb + v6.mmdb"
        assert set(survey.tables) == {4, 6}

    def test_a_pair_that_is_named_counts_as_one(self, halves, areas, one):
        found = compare([one], areas, pairs=[halves])
        assert [s.name for s in found.surveys] == ["one.mmdb", "v4.mmdb + v6.mmdb"]
        assert len(found.disagreements) == 1

    def test_a_pair_for_the_same_addresses_is_refused(self, one, other, areas):
        with pytest.raises(DatabaseOverlapError):
            compare([], areas, pairs=[(one, other)])

    def test_files_of_one_name_are_told_apart_by_their_folder(
        self, one, areas, tmp_path
    ):
        twin = tmp_path / "twin" / "one.mmdb"
        twin.parent.mkdir()
        twin.write_bytes(one.read_bytes())
        names = [s.name for s in compare([one, twin], areas).surveys]
        assert names == [str(one), str(twin)]


class TestCommand:
    def test_the_configured_databases_are_the_default(self, one, make_config):
        config = make_config(geo={"databases": [str(one)]})
        done = CliRunner().invoke(
            main, ["geo", "compare", "--json", "--config", str(config)]
        )
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        assert set(found) == {"areas", "policies", "disagreement"}
        assert set(found["areas"][CONTROLLED]["one.mmdb"]) == {
            *("ipv4", "ipv6_48", "by_label", "settlements"),
        }
        assert found["disagreement"] == {}

    def test_areas_are_taken_as_they_stood(self, one, make_config):
        asked = ["geo", "compare", str(one), "--json", "--config", str(make_config())]
        early = CliRunner().invoke(main, [*asked, "--at", "2000-01-01"])
        assert list(json.loads(early.stdout)["areas"]) == ["russia"]

    @pytest.mark.parametrize("columns", ["60", "240"])
    def test_a_terminal_gets_tables_without_a_cut_number(
        self, one, other, make_config, monkeypatch, columns
    ):
        monkeypatch.setenv("COLUMNS", columns)
        asked = ["geo", "compare", str(one), str(other)]
        done = CliRunner().invoke(main, [*asked, "--config", str(make_config())])
        assert done.exit_code == 0, done.output
        assert "65,536" in done.output
        assert "in any area or possibly: 128 by both" in " ".join(done.output.split())
