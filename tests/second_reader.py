"""A second reader of rule books, written from the text of the format and nothing else.

It knows no code of the gate: where both agree, the text says enough. The keys and types
are taken from the tables of the text itself.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from urllib.parse import unquote_to_bytes

import yaml
from second_grammar import empty, second, slips
from second_refusals import ACTIONS, REASONS, wrong_book

ACTIVITIES = ["read", "share", "like", "comment", "save", "contact", "donate"]
LEVELS = ["no", "possible", "yes"]
FIRST = {"rules/1": "4.1", "areas/1": "20.1"}
TESTS, ONLY_TESTS = "_test.yaml", "4.11"
ENDINGS = (".yaml", ".geojson")
UNREADABLE = (yaml.YAMLError, UnicodeDecodeError)


def canonical(target):
    """Return the canonical path of a request target; None if refused (5.1 to 5.3)."""
    target = re.sub(r"(?i)^https?://[^/?#]*", "", target)
    try:
        path = unquote_to_bytes(target.split("#")[0].split("?")[0]).decode() or "/"
    except UnicodeDecodeError:
        return None
    bad = re.search(r"[\\\x00-\x1f\x7f-\x9f]|%[0-9A-Fa-f]{2}", path)
    if bad or not path.startswith("/") or len(path) > 8192:
        return None
    kept, written = [], path[1:].split("/")
    for part in written:
        if ";" in part and part.split(";")[0] in {".", ".."}:
            return None
        if part == ".." and not (kept and kept.pop()):
            return None
        if part not in {".", ".."}:
            kept.append(part)
    kept = [part for part in kept if part]
    slash = "/" if kept and written[-1] in {"", ".", ".."} else ""
    return "/" + "/".join(kept) + slash


def matches(pattern, path):
    """Say whether a pattern matches a canonical path (5.4, 5.6)."""
    want, have = ([p for p in text.split("/") if p] for text in (pattern, path))

    def fit(i, j):
        if i == len(want):
            return j == len(have)
        if want[i] == "**":
            return any(fit(i + 1, n) for n in range(j, len(have) + 1))
        star = ".*".join(map(re.escape, want[i].split("*")))
        return (
            j < len(have)
            and re.fullmatch(star, have[j], re.DOTALL) is not None
            and fit(i + 1, j + 1)
        )

    return fit(0, 0)


class Book:
    """A folder as the format reads it.

    Attributes:
        problems: Codes of all that refuses it.
        digest: SHA-256 (1.7).
    """

    def __init__(self, folder, grammar):
        self.folder = folder
        paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*")}
        seen = {n: p for n, p in paths.items() if p.is_file() and "/." not in f"/{n}"}
        self.files = {n: seen[n] for n in sorted(seen) if n.endswith(ENDINGS)}
        ends = {n for n in seen if n.lower().endswith((".yml", *ENDINGS))}
        self.problems = {"R005"} if ends - {*self.files} else set()
        self.areas, self.homes, self.names, self.unknown = {}, {}, [], []
        self.rules, self.exemptions, self.promises, self.tests = [], [], [], []
        for name, path in self.files.items():
            if name.endswith(".yaml"):
                self._read(name, path, grammar)
        if len({*self.names}) < len(self.names) or ("rules", "default") in self.names:
            self.problems.add("R030")
        if not self.problems:
            self.problems |= {*wrong_book(self)}

    @property
    def digest(self):
        lines = "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {len(n.encode())} {n}\n"
            for n, path in self.files.items()
        )
        return hashlib.sha256(lines.encode()).hexdigest()

    def _read(self, name, path, grammar):
        try:
            text = path.read_bytes().decode("utf-8-sig")
            found = {*slips(text)}
            data = yaml.load(text, yaml.BaseLoader)  # noqa: S506 (makes text only)
        except UNREADABLE as error:
            alias = isinstance(error, yaml.constructor.ConstructorError)
            self.problems.add("R004" if alias else "R001")
            return
        form = data.get("format") if isinstance(data, dict) else None
        if found:  # looked at no further (2.4)
            pass
        elif form in FIRST:
            tests = form == "rules/1" and name.endswith(TESTS)
            number = ONLY_TESTS if tests else FIRST[form]
            found |= {*grammar.keys(number, data), *empty(data)}
            self._take(name, data, found)
        elif form != "notices/2":
            found.add("R005" if data else "R001")
        self.problems |= found

    def _take(self, name, data, found):
        shared = {"exemptions": "rules"}
        for section in ("rules", "exemptions", "promises", "tests"):
            for item in data.get(section, []):
                if isinstance(item, dict):
                    key = item.get("name" if section == "tests" else "id")
                    self.names.append((shared.get(section, section), key))
            if not found:
                getattr(self, section).extend(data.get(section, []))
        self.names += [("areas", area) for area in data.get("areas", {})]
        if not found:
            for area, said in data.get("areas", {}).items():
                self.areas[area], self.homes[area] = said["versions"], name
            self.unknown += [data["unknown"]] if "unknown" in data else []

    def decide(self, memberships, reason, path, activity, now):
        """Return the decision of a case (7 and 8)."""
        case = (memberships, reason, path, activity, now)
        holding = [e for e in self.exemptions if self._exempts(e, case)]
        parts = [
            (self._effect(rule, case, holding), rule)
            for rule in self.rules
            if self._holds(rule, case)
        ]
        enforced = [(e, r) for e, r in parts if r.get("mode") != "shadow"]
        shadow = [(e, r) for e, r in parts if r.get("mode") == "shadow"]
        top = max((e[0] for e, _ in enforced), default=0)
        winning = [(e, r) for e, r in enforced if e[0] == top]
        real = [(e, r) for e, r in winning if not e[2]]
        unknown = [self.unknown[0]["notice"]] if len(real) < len(winning) else []
        notices = [*unknown, *(r["notice"] for _, r in real if "notice" in r)]
        return {
            "action": ACTIONS[top],
            "notices": sorted({*notices}) if top else [],
            "rules": sorted({r["id"] for _, r in real}) if top else [],
            "exemptions": sorted({name for e, _ in real for name in e[1]}),
            "reasons": sorted({f"unknown:{e[2]}" for e, _ in winning if e[2]}),
            "shadow": ACTIONS[max((e[0] for e, _ in shadow), default=0)],
            "shadow_rules": sorted({r["id"] for _, r in shadow}),
        }

    def _level(self, item, case):
        return max(LEVELS.index(case[0].get(a, "no")) for a in item["when"]["areas"])

    def _exempts(self, item, case):
        sure = "areas" not in item["when"] or (
            case[1] is None and self._level(item, case) == 2
        )
        return sure and met(item["when"], item.get("effective", {}), *case[2:])

    def _holds(self, rule, case):
        least = {"possible": 1, "certain": 2}
        usual = "certain" if rule["then"] == "block" else "possible"
        sure = (
            "areas" not in rule["when"]
            or case[1] is not None
            or self._level(rule, case) >= least[rule.get("certainty", usual)]
        )
        return sure and met(rule["when"], rule.get("effective", {}), *case[2:])

    def _effect(self, rule, case, holding):
        """Return the action as a number, what loosened it, and the unknown reason."""
        if "areas" in rule["when"] and case[1] is not None:
            return ACTIONS.index(self.unknown[0][case[1]]), [], case[1]
        own = rule["then"]
        if "areas" in rule["when"] and self._level(rule, case) == 1:
            own = rule.get("if_possible", own)
        own = ACTIONS.index(own)
        loose = [
            (ACTIONS.index(e["to"]), e["id"])
            for e in holding
            if rule["id"] in e["relaxes"] and ACTIONS.index(e["to"]) < own
        ]
        effect = min([own, *(to for to, _ in loose)])
        return effect, [name for to, name in loose if to == effect], None

    def broken(self, places):
        """Return the ids of promises that some case breaks (10); tries witnesses."""
        found = set()
        for promise in self.promises:
            for case in self._cases(promise, places):
                action = ACTIONS.index(self.decide(*case)["action"])
                low, high = (
                    ACTIONS.index(promise.get(key, usual))
                    for key, usual in (("at_least", "pass"), ("at_most", "block"))
                )
                if not low <= action <= high:
                    found.add(promise["id"])
        return sorted(found)

    def _cases(self, promise, places):
        items = [*self.rules, *self.exemptions]
        whens = [*(i["when"] for i in items), *(p["for"] for p in self.promises)]
        globs = {
            g for w in whens for k in ("paths", "except_paths") for g in w.get(k, ())
        }
        paths = (
            {"/", "/x", "/x/y"}
            | {
                "/" + g.strip("/").replace("**", w).replace("*", "x")
                for g in globs
                for w in ("x", "x/y")
            }
            | {g.replace("/**", "").replace("*", "") or "/" for g in globs}
        )
        spans = [i.get("effective", {}) for i in items] + self.promises
        edges = {second(s[k]) for s in spans for k in ("from", "until") if k in s} | {0}
        known = [(place, None) for place in places]
        for place, path, activity, now in itertools.product(
            [*known, *(({}, reason) for reason in REASONS)],
            sorted(paths),
            ACTIVITIES,
            sorted({n + d for n in edges for d in (-1, 0)}),
        ):
            if covers(promise["for"], *place) and met(
                promise["for"], promise, path, activity, now
            ):
                yield (*place, path, activity, now)


def met(when, span, path, activity, now):
    """Say whether path, activity and time are met (4.3, 6.1)."""
    return (
        any(matches(g, path) for g in when.get("paths", ["/**"]))
        and not any(matches(g, path) for g in when.get("except_paths", []))
        and activity in when.get("activities", ACTIVITIES)
        and ("from" not in span or second(span["from"]) <= now)
        and ("until" not in span or now < second(span["until"]))
    )


def covers(scope, memberships, reason):
    """Say whether a promise speaks of a place (4.8, 10.3)."""
    if "unknown" in scope and reason not in scope["unknown"]:
        return False
    asks = "areas" in scope or "outside_areas" in scope
    if asks and reason is not None:
        return False
    level = lambda area: memberships.get(area, "no")  # noqa: E731
    return (
        "areas" not in scope or any(level(a) == "yes" for a in scope["areas"])
    ) and all(level(a) == "no" for a in scope.get("outside_areas", []))


def united(one, other):
    """Return the stricter of two decisions, or both in one (8.8)."""
    rank = [ACTIONS.index(d["action"]) for d in (one, other)]
    sides = [d for d, r in zip((one, other), rank, strict=True) if r == max(rank)]
    lists = ("notices", "rules", "exemptions", "reasons")
    made = {k: sorted({x for d in sides for x in d[k]}) for k in lists}
    shadow = max(ACTIONS.index(d["shadow"]) for d in (one, other))
    return {
        "action": ACTIONS[max(rank)],
        **made,
        "shadow": ACTIONS[shadow],
        "shadow_rules": sorted({*one["shadow_rules"], *other["shadow_rules"]}),
    }
