"""ISO 3166-2 codes of Ukraine by the names that databases without codes use.

Source:
    ISO 3166-2:UA; names as DB-IP City Lite writes them (2023-04 and 2026-06).
"""

from __future__ import annotations

_UKRAINE = {
    "05": "Vinnytsia, Vinnytsya, Vinnitsa",
    "07": "Volyn",
    "09": "Luhansk, Lugansk",
    "12": "Dnipropetrovsk, Dnipro",
    "14": "Donetsk, Donetsk Oblast",
    "18": "Zhytomyr",
    "21": "Zakarpattia, Transcarpathia, Zakarpattya",
    "23": "Zaporizhzhia, Zaporizhia, Zaporizhzhya",
    "26": "Ivano-Frankivsk",
    "30": "Kyiv City, Kiev City",
    "32": "Kyiv, Kiev",
    "35": "Kirovohrad",
    "40": "Sebastopol City, Sevastopol, Sevastopol City, Sebastopol",
    "43": "Crimea, Autonomous Republic of Crimea, Republic of Crimea",
    "46": "Lviv",
    "48": "Mykolaiv, Mykolayiv",
    "51": "Odesa, Odessa",
    "53": "Poltava",
    "56": "Rivne",
    "59": "Sumy",
    "61": "Ternopil",
    "63": "Kharkiv, Kharkivs\u2019ka",
    "65": "Kherson",
    "68": "Khmelnytskyi, Khmelnytskyy",
    "71": "Cherkasy",
    "74": "Chernihiv",
    "77": "Chernivtsi",
}
_ENDINGS = (" Oblast\u2019", " Oblast'", " Oblast", " oblast", " region")
_CODES = {
    name: f"UA-{code}" for code, names in _UKRAINE.items() for name in names.split(", ")
}


def subdivision_code(country: str | None, name: str | None) -> str | None:
    """Return the ISO 3166-2 code of a subdivision that is known by name.

    Only names within Ukraine have codes here, because only there the shipped areas
    end inside a country. A place that its source labels with another country keeps
    that label: the code of one country never stands beside another.
    """
    if country != "UA" or not name:
        return None
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return _CODES.get(name)
