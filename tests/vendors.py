"""Records of each vendor, as they are documented, and the places that they tell.

Some are moved to Ukraine, because there the areas of the rule book ask for more than a
country.
"""

from __future__ import annotations

from gate.model import Place
from gate.places.layouts import Layout


def names(text):
    return {"names": {"en": text}}


# MaxMind: dev.maxmind.com/geoip/docs/databases/city-and-country; the places of
# maxmind/MaxMind-DB, source-data/GeoIP2-{City,Country,Enterprise}-Test.json.
BOXFORD = {
    "city": {"geoname_id": 2655045, **names("Boxford")},
    "country": {"geoname_id": 2635167, "iso_code": "GB", **names("United Kingdom")},
    "location": {"accuracy_radius": 100, "latitude": 51.75, "longitude": -1.25},
    "registered_country": {"geoname_id": 3017382, "iso_code": "FR"},
    "subdivisions": [
        {"geoname_id": 6269131, "iso_code": "ENG", **names("England")},
        {"geoname_id": 3333217, "iso_code": "WBK", **names("West Berkshire")},
    ],
}
BOXFORD_ENTERPRISE = {
    **BOXFORD,
    "city": {"confidence": 50, **BOXFORD["city"]},
    "country": {"confidence": 95, **BOXFORD["country"]},
    "traits": {"static_ip_score": 0.27, "user_type": "residential"},
}
# A record of GeoLite2-City (2026-09-18).
MARIUPOL = {
    "city": {"geoname_id": 701822, **names("Mariupol")},
    "country": {"geoname_id": 690791, "iso_code": "UA"},
    "location": {"accuracy_radius": 20, "latitude": 47.0951, "longitude": 37.5412},
    "registered_country": {"iso_code": "UA"},
    "subdivisions": [{"iso_code": "14", **names("Donetsk")}],
}
GEOLITE_COUNTRY = {
    "country": {"geoname_id": 690791, "iso_code": "UA", **names("Ukraine")},
    "registered_country": {"geoname_id": 2017370, "iso_code": "RU"},
}
# DB-IP: db-ip.com/db/format/ip-to-city-lite/mmdb.html; no codes, no ids, no radius.
DBIP_LITE = {
    "city": names("Mariupol"),
    "country": {"iso_code": "UA", **names("Ukraine")},
    "location": {"latitude": 47.0951, "longitude": 37.5412},
    "subdivisions": [names("Donetsk")],
}
# ip-location-db, dbip-city-mmdb: "country_code, city, state1, state2, latitude,
# longitude, postcode, timezone" (its README).
DBIP_FLAT = {
    "city": "Mariupol",
    "country_code": "UA",
    "latitude": 47.0951,
    "longitude": 37.5412,
    "state1": "Donetsk",
    "state2": "",
}
# IPinfo Lite: ipinfo/sample-database, "IPinfo Lite/ipinfo_lite_sample.json".
IPINFO_LITE = {
    "as_domain": "A1.by",
    "as_name": "Unitary enterprise A1",
    "asn": "AS42772",
    "continent": "Europe",
    "continent_code": "EU",
    "country": "Belarus",
    "country_code": "BY",
}
# IPinfo standard location: the fields of "IP Geolocation/README.md" and "IP Geolocation
# Extended/README.md" there, under the names that the MMDB files have.
IPINFO_STANDARD = {
    "city": "San Jose",
    "country": "US",
    "geoname_id": "5392171",
    "lat": "37.4087",
    "lng": "-121.9406",
    "postal_code": "95134",
    "radius": "5",
    "region": "California",
    "timezone": "America/Los_Angeles",
}
# IPinfo location: "IP Geolocation/ipinfo_location_sample.json".
IPINFO_LOCATION = {
    "city": "Sydney",
    "continent": "Oceania",
    "continent_code": "OC",
    "country": "Australia",
    "country_code": "AU",
    "latitude": -33.86785,
    "longitude": 151.20732,
    "region": "New South Wales",
    "region_code": "NSW",
}
# IP2Location LITE DB11 in MMDB: the fields that IP2Location's own converter from CSV
# writes (database type "IP2LITE-City"); regions by their names in ISO 3166-2. The file
# that they publish calls itself "GeoLite2-City" and is laid out alike.
IP2LOCATION_DB11 = {
    "city": names("Mariupol"),
    "country": {"iso_code": "UA", **names("Ukraine")},
    "location": {"latitude": 47.09514, "longitude": 37.54131},
    "postal": {"code": "87500"},
    "subdivisions": [names("Donetska oblast")],
}
IP2LOCATION_NOTHING = {
    "city": names("-"),
    "country": {"iso_code": "-", **names("-")},
    "location": {"latitude": 0.0, "longitude": 0.0},
    "postal": {"code": "-"},
    "subdivisions": [names("-")],
}

DATABASES = {
    "GeoIP2-City": (BOXFORD, Layout.CITY),
    "GeoLite2-City": (BOXFORD, Layout.CITY),
    "GeoIP2-Enterprise": (BOXFORD_ENTERPRISE, Layout.ENTERPRISE),
    "GeoLite2-Country": (GEOLITE_COUNTRY, Layout.COUNTRY),
    "DBIP-City-Lite": (DBIP_LITE, Layout.CITY),
    "DBIP-Country-Lite": ({"country": {"iso_code": "UA"}}, Layout.COUNTRY),
    "city ipv4": (DBIP_FLAT, Layout.FLAT),
    "ipinfo lite.mmdb": (IPINFO_LITE, Layout.IPINFO),
    "ipinfo standard_location.mmdb": (IPINFO_STANDARD, Layout.IPINFO),
    "ipinfo location.mmdb": (IPINFO_LOCATION, Layout.IPINFO),
    "IP2LITE-City": (IP2LOCATION_DB11, Layout.CITY),
    "IP2LITE-Country": ({"country": {"iso_code": "UA"}}, Layout.COUNTRY),
}
PLACES = {
    "GeoIP2-Enterprise": Place(
        country="GB",
        subdivision="GB-ENG",
        subdivision_name="England",
        settlement=2655045,
        settlement_name="Boxford",
        point=(51.75, -1.25),
        accuracy_km=100,
        registered="FR",
    ),
    "ipinfo lite.mmdb": Place(country="BY"),
    "ipinfo standard_location.mmdb": Place(
        country="US",
        subdivision_name="California",
        settlement=5392171,
        settlement_name="San Jose",
        point=(37.4087, -121.9406),
        accuracy_km=5,
    ),
    "ipinfo location.mmdb": Place(
        country="AU",
        subdivision="AU-NSW",
        subdivision_name="New South Wales",
        settlement_name="Sydney",
        point=(-33.86785, 151.20732),
    ),
    "IP2LITE-City": Place(
        country="UA",
        subdivision="UA-14",
        subdivision_name="Donetska oblast",
        settlement_name="Mariupol",
        point=(47.09514, 37.54131),
    ),
}
