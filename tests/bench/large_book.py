"""Large rule books, for measurements: as varied as one of many desks might be."""

from __future__ import annotations

import random
from itertools import islice, product

ACTIVITIES = ("read", "share", "like", "comment", "save", "contact", "donate")
COUNTRIES = ("RU", "BY", "KZ", "GE", "TR", "IR", "CN", "AM")
WORDS = ("news", "live", "tag", "author", "video", "photo", "amp", "feed", "help")
ENDS = ("/**", "/*", "", "/*/amp", "/*.html")
NOTICES = 10
RULES_IN_A_FILE = 100

HEAD = "format: rules/1\nowner: legal@example.org\n"
UNKNOWN = """unknown:
  notice: notice-0
  not_in_database: banner
  database_unusable: banner
  max_age_days: 400
  private_address: banner
  bad_address: banner
  anonymous_network: banner
"""
COAST = """  coast:
    title: Coast
    versions:
      - since: "2014-03-18T00:00:00+03:00"
        whole: [UA-43, UA-40]
      - since: "2022-09-30T00:00:00+03:00"
        within: [UA]
        whole: [UA-43, UA-40, UA-09]
        partly: [UA-14, UA-23, UA-65]
"""


def patterns(count):
    """Return distinct patterns, three of which begin anywhere."""
    draw = random.Random(2)  # noqa: S311 - the same book every time
    made = {"/**": 0, "/**/amp": 0, "/**/print": 0, "/**/*.pdf": 0}
    while len(made) < count:
        stem = "/".join(draw.choices(WORDS, k=draw.randint(1, 3)))
        made[f"/{stem}{draw.choice(ENDS)}"] = 0
    return list(made)


def areas():
    """Return the text of a file of areas: eight countries, and a coast."""
    lines = "".join(
        f"  in-{code.lower()}:\n    title: In {code}\n    versions:\n"
        f"      - since: '1991-12-25T00:00:00+03:00'\n        whole: [{code}]\n"
        for code in COUNTRIES
    )
    return f"format: areas/1\nareas:\n{lines}{COAST}"


class Maker:
    """Makes the rules of a book, always the same."""

    def __init__(self, globs):
        self.draw = random.Random(7)  # noqa: S311 - the same book every time
        self.globs = globs
        self.areas = [*(f"in-{code.lower()}" for code in COUNTRIES), "coast"]
        months = product(range(2022, 2028), range(1, 13))
        self.moments = [f"{y}-{m:02}-01T00:00:00+03:00" for y, m in islice(months, 60)]

    def rule(self, number):
        draw = self.draw
        action = draw.choice(["banner", "banner", "interstitial", "block"])
        certainty = "certain" if action == "block" else "possible"
        some = {
            "areas": draw.sample(self.areas, draw.randint(1, 3)),
            "activities": draw.sample(ACTIVITIES, draw.randint(1, 3)),
            "paths": [f'"{g}"' for g in draw.sample(self.globs, draw.randint(1, 3))],
        }
        if draw.random() < 0.3:
            some["except_paths"] = [f'"{draw.choice(self.globs[1:])}"']
        conditions = "".join(f"      {k}: [{', '.join(v)}]\n" for k, v in some.items())
        since, until = sorted(draw.sample(self.moments, 2))
        end = f', until: "{until}"' if draw.random() < 0.4 else ""
        mode = "    mode: shadow\n" if draw.random() < 0.05 else ""
        return (
            f"  - id: rule-{number:04}\n    title: Rule {number} of many\n"
            f"    because: >-\n      A memo of counsel about case {number}\n"
            f"      that takes two lines.\n    when:\n{conditions}"
            f"    certainty: {certainty}\n    then: {action}\n{mode}"
            f"    notice: notice-{draw.randrange(NOTICES)}\n"
            f'    effective: {{from: "{since}"{end}}}\n'
        )

    def exemption(self, number, count):
        names = ", ".join(
            f"rule-{n:04}"
            for n in sorted(self.draw.sample(range(count), min(3, count)))
        )
        since, until = self.moments[0], self.moments[-1]
        return (
            f"  - id: free-{number}\n    relaxes: [{names}]\n    to: pass\n"
            f'    when: {{paths: ["{self.draw.choice(self.globs)}"]}}\n'
            "    because: Advice must open at once\n"
            "    approved_by: legal@example.org\n"
            f'    effective: {{from: "{since}", until: "{until}"}}\n'
        )

    def promise(self, number):
        area = self.draw.choice(self.areas)
        return (
            f"  - id: promise-{number}\n"
            f"    for: {{areas: [{area}], activities: [read]}}\n    at_least: banner\n"
            f'    from: "{self.moments[-1]}"\n'
        )


def write(folder, count=2000, globs=40):
    """Write a book of so many rules and patterns to a folder, in files of 100 rules."""
    maker = Maker(patterns(globs))
    (folder / "areas.yaml").write_text(areas(), "utf-8")
    for first in range(0, count, RULES_IN_A_FILE):
        numbers = range(first, min(first + RULES_IN_A_FILE, count))
        text = HEAD + ("" if first else UNKNOWN)
        text += "rules:\n" + "".join(map(maker.rule, numbers))
        text += "exemptions:\n" + maker.exemption(first, count)
        text += "promises:\n" + maker.promise(first)
        (folder / f"rules-{first:04}.yaml").write_text(text, "utf-8")
    return folder
