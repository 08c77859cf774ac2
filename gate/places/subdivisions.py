"""ISO 3166-2 codes of Ukraine by the names that databases without codes use.

Source:
    ISO 3166-2:UA, whose own names IP2Location uses (without " oblast"); names as DB-IP
    City Lite writes them (2023-04 and 2026-06).
"""

from __future__ import annotations

_UKRAINE = {
    "05": "Vinnytsia, Vinnytsya, Vinnitsa, Vinnytska",
    "07": "Volyn, Volynska",
    "09": "Luhansk, Lugansk, Luhanska",
    "12": "Dnipropetrovsk, Dnipro, Dnipropetrovska",
    "14": "Donetsk, Donetsk Oblast, Donetska",
    "18": "Zhytomyr, Zhytomyrska",
    "21": "Zakarpattia, Transcarpathia, Zakarpattya, Zakarpatska",
    "23": "Zaporizhzhia, Zaporizhia, Zaporizhzhya, Zaporizka",
    "26": "Ivano-Frankivsk, Ivano-Frankivska",
    "30": "Kyiv City, Kiev City",
    "32": "Kyiv, Kiev, Kyivska",
    "35": "Kirovohrad, Kirovohradska",
    "40": "Sevastopol, Sebastopol City, Sevastopol City, Sebastopol",
    "43": "Crimea, Autonomous Republic of Crimea, Republic of Crimea, "
    "Avtonomna Respublika Krym",
    "46": "Lviv, Lvivska",
    "48": "Mykolaiv, Mykolayiv, Mykolaivska",
    "51": "Odesa, Odessa, Odeska",
    "53": "Poltava, Poltavska",
    "56": "Rivne, Rivnenska",
    "59": "Sumy, Sumska",
    "61": "Ternopil, Ternopilska",
    "63": "Kharkiv, Kharkivs\u2019ka, Kharkivska",
    "65": "Kherson, Khersonska",
    "68": "Khmelnytskyi, Khmelnytskyy, Khmelnytska",
    "71": "Cherkasy, Cherkaska",
    "74": "Chernihiv, Chernihivska",
    "77": "Chernivtsi, Chernivetska",
}
NAMED_COUNTRIES = frozenset({"UA"})
"""Countries whose subdivisions are known here by name."""

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


def usual_name(code: str) -> str:
    """Return the name by which English texts call a subdivision; "" if unknown.

    Args:
        code: ISO 3166-2 code; only those of Ukraine have such names here.
    """
    country, _, part = code.partition("-")
    names = _UKRAINE.get(part, "") if country == "UA" else ""
    return names.partition(", ")[0]
