"""Laws of every decision, held against a second implementation that shares no code."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_cells import cases

from gate.decision import (
    Patterns,
    Table,
    decide,
    examine,
    globs_of,
    memberships_at,
    stricter,
)
from gate.model import (
    Action,
    Activity,
    Area,
    AreaVersion,
    Effective,
    Exemption,
    LocationClass,
    Mark,
    Membership,
    Mode,
    Rule,
    RuleBook,
    Unknown,
    UnknownPlaces,
    When,
)
from gate.rules.proving.atoms import path_atoms

MARK = Mark(file="book.yaml")
AREAS = ("east", "west")
INSTANTS = (0, 10, 20, 30)
NOWS = st.integers(-2, 32)
ACTIVITIES = (Activity.READ, Activity.SHARE)

segment_globs = st.sampled_from(["a", "b", "*", "**", "a*"])
globs = st.lists(segment_globs, min_size=0, max_size=3).map(lambda s: "/" + "/".join(s))
some_globs = st.lists(globs, min_size=1, max_size=2).map(tuple)
segments = st.sampled_from(["a", "b", "ab", "x"])
paths = st.lists(segments, max_size=4).map(lambda parts: "/" + "/".join(parts))
actions = st.sampled_from(Action)
places = st.builds(
    lambda memberships: LocationClass(label="place", memberships=memberships),
    st.tuples(*[st.sampled_from(Membership)] * (2 * len(AREAS))),
) | st.sampled_from(Unknown).map(lambda u: LocationClass(label=u, unknown=u))


@st.composite
def whens(draw):
    return When(
        activities=draw(st.sampled_from([ACTIVITIES, ACTIVITIES[:1], ACTIVITIES[1:]])),
        areas=draw(st.sampled_from([None, AREAS, AREAS[:1], AREAS[1:]])),
        paths=draw(st.just(("/**",)) | some_globs),
        except_paths=draw(st.just(()) | some_globs),
    )


@st.composite
def spans(draw):
    since, until = draw(st.lists(st.sampled_from(INSTANTS), min_size=2, max_size=2))
    return Effective(
        since=draw(st.sampled_from([None, min(since, until)])),
        until=draw(st.sampled_from([None, max(since, until) + 5])),
    )


@st.composite
def rules(draw, name="rule"):
    return Rule(
        id=name,
        title="",
        because="",
        when=draw(whens()),
        then=draw(actions),
        mark=MARK,
        certainty=draw(st.sampled_from([Membership.POSSIBLE, Membership.YES])),
        if_possible=draw(st.none() | actions),
        notice=draw(st.sampled_from(["n1", "n2"])),
        effective=draw(spans()),
        mode=draw(st.sampled_from([Mode.ENFORCE, Mode.ENFORCE, Mode.SHADOW])),
    )


@st.composite
def exemptions(draw, name="exemption"):
    return Exemption(
        id=name,
        relaxes=draw(st.lists(st.sampled_from(["r0", "r1", "r2"]), max_size=3)),
        to=draw(actions),
        when=draw(whens()),
        because="",
        approved_by="",
        effective=draw(spans()),
        mark=MARK,
    )


@st.composite
def books(draw):
    versions = tuple(AreaVersion(since=since, mark=MARK) for since in (0, 20))
    areas = {a: Area(id=a, title="", versions=versions, mark=MARK) for a in AREAS}
    found = [draw(rules(f"r{i}")) for i in range(draw(st.integers(0, 3)))]
    loose = [draw(exemptions(f"e{i}")) for i in range(draw(st.integers(0, 2)))]
    return RuleBook(
        areas=areas,
        rules=tuple(found),
        exemptions=tuple(loose),
        promises=(),
        tests=(),
        unknown=UnknownPlaces(
            notice="n0",
            actions={reason: draw(actions) for reason in Unknown},
            max_age_days=1,
            mark=MARK,
        ),
        digest="",
        areas_digest="",
    )


@st.composite
def points(draw):
    return {
        "place": draw(places),
        "path": draw(paths),
        "activity": draw(st.sampled_from(ACTIVITIES)),
        "now": draw(NOWS),
    }


def decision_at(book, place, path, activity, now):
    items = [*book.rules, *book.exemptions]
    return decide(
        book,
        memberships=memberships_at(book, place, now),
        matched=Patterns(globs_of(item.when for item in items)).matched(path),
        activity=activity,
        now=now,
        unknown=place.unknown,
    )


# The second implementation. It reads the rule book as a person would.


def naive_match(glob, path):
    def walk(left, right):
        if not left:
            return not right
        if left[0] == "**":
            return any(walk(left[1:], right[i:]) for i in range(len(right) + 1))
        if not right:
            return False
        word = left[0]
        same = right[0].startswith(word[:-1]) if word[-1] == "*" else right[0] == word
        return same and walk(left[1:], right[1:])

    return walk(*([s for s in text.split("/") if s] for text in (glob, path)))


def naive_reach(item, path, activity, now):
    span = item.effective
    begun = span.since is None or now >= span.since
    over = span.until is not None and now >= span.until
    inside = [g for g in item.when.paths if naive_match(g, path)]
    outside = [g for g in item.when.except_paths if naive_match(g, path)]
    return (
        begun
        and not over
        and inside
        and not outside
        and activity in (item.when.activities)
    )


def naive_level(item, place, now):
    """0, 1 or 2; 2 if no area is asked for."""
    if item.when.areas is None:
        return 2
    levels = []
    for number, area in enumerate(sorted(AREAS)):
        if area in item.when.areas:
            first, second = place.memberships[2 * number : 2 * number + 2]
            levels.append(0 if now < 0 else int(first if now < 20 else second))
    return max(levels)


def naive_exempt(book, rule, action, point):
    place, path, activity, now = point
    best, names = action, set()
    for exemption in book.exemptions:
        known = place.unknown is None or exemption.when.areas is None
        if rule.id not in exemption.relaxes or exemption.to >= action or not known:
            continue
        if not naive_reach(exemption, path, activity, now):
            continue
        if naive_level(exemption, place, now) < 2:
            continue
        if exemption.to < best:
            best, names = exemption.to, set()
        if exemption.to == best:
            names.add(exemption.id)
    return best, names


def naive_effects(book, place, path, activity, now, mode):
    """Yield (action, notice, rule id, exemption ids, reason) of what holds."""
    for rule in book.rules:
        if rule.mode != mode or not naive_reach(rule, path, activity, now):
            continue
        if place.unknown is not None and rule.when.areas is not None:
            action = book.unknown.actions[place.unknown]
            yield action, "n0", rule.id, set(), f"unknown:{place.unknown.value}"
            continue
        level = naive_level(rule, place, now)
        if level < rule.certainty:
            continue
        weak = level == 1 and rule.if_possible is not None
        action = rule.if_possible if weak else rule.then
        point = place, path, activity, now
        action, names = naive_exempt(book, rule, action, point)
        yield action, rule.notice, rule.id, names, None


def naive_decision(book, place, path, activity, now):
    effects = list(naive_effects(book, place, path, activity, now, Mode.ENFORCE))
    top = max((effect[0] for effect in effects), default=Action.PASS)
    chosen = [effect for effect in effects if effect[0] == top]
    shown = chosen if top > Action.PASS else []
    trial = list(naive_effects(book, place, path, activity, now, Mode.SHADOW))
    return {
        "action": top,
        "notices": sorted({effect[1] for effect in shown}),
        "rules": sorted({effect[2] for effect in shown if not effect[4]}),
        "exemptions": sorted({name for effect in chosen for name in effect[3]}),
        "reasons": sorted({effect[4] for effect in chosen if effect[4]}),
        "shadow": max((effect[0] for effect in trial), default=Action.PASS),
        "shadow_rules": sorted({effect[2] for effect in trial}),
    }


def told(decision):
    fields = ("action", "shadow")
    lists = ("notices", "rules", "exemptions", "reasons", "shadow_rules")
    return {field: getattr(decision, field) for field in fields} | {
        name: list(getattr(decision, name)) for name in lists
    }


@settings(max_examples=300)
@given(books(), points())
def test_decision_agrees_with_second_implementation(book, point):
    assert told(decision_at(book, **point)) == naive_decision(book, **point)


@settings(max_examples=100)
@given(books(), points(), st.randoms())
def test_order_of_rules_and_exemptions_means_nothing(book, point, random):
    shuffled = replace(
        book,
        rules=tuple(random.sample(book.rules, len(book.rules))),
        exemptions=tuple(random.sample(book.exemptions, len(book.exemptions))),
    )
    assert decision_at(shuffled, **point) == decision_at(book, **point)


@settings(max_examples=100)
@given(books(), rules("added"), points())
def test_added_rule_never_loosens(book, rule, point):
    larger = replace(book, rules=(*book.rules, rule))
    assert decision_at(larger, **point).action >= decision_at(book, **point).action


@settings(max_examples=100)
@given(books(), exemptions("added"), points())
def test_added_exemption_never_tightens(book, exemption, point):
    larger = replace(book, exemptions=(*book.exemptions, exemption))
    assert decision_at(larger, **point).action <= decision_at(book, **point).action


@settings(max_examples=100)
@given(books(), points())
def test_shadow_rules_are_never_applied(book, point):
    enforced = tuple(rule for rule in book.rules if rule.mode is Mode.ENFORCE)
    with_shadow = decision_at(book, **point)
    without = decision_at(replace(book, rules=enforced), **point)
    assert replace(with_shadow, shadow=Action.PASS, shadow_rules=()) == without


@settings(max_examples=100)
@given(books(), points())
def test_shadow_tells_what_enforcing_would_do(book, point):
    trial = tuple(
        replace(rule, mode=Mode.ENFORCE)
        for rule in book.rules
        if rule.mode is Mode.SHADOW
    )
    enforced = decision_at(replace(book, rules=trial), **point)
    assert decision_at(book, **point).shadow == enforced.action


@settings(max_examples=100)
@given(books(), points())
def test_exemption_never_relaxes_unknown_place(book, point):
    bare = decision_at(replace(book, exemptions=()), **point)
    if bare.reasons:
        reason = point["place"].unknown
        action = decision_at(book, **point).action
        assert action >= book.unknown.actions[reason]


@settings(max_examples=100)
@given(books(), points(), points(), points())
def test_stricter_is_order_free(book, first, second, third):
    a, b, c = (decision_at(book, **point) for point in (first, second, third))
    assert stricter(a, a) == a
    assert stricter(a, b) == stricter(b, a)
    assert stricter(stricter(a, b), c) == stricter(a, stricter(b, c))
    assert stricter(a, b).action == max(a.action, b.action)


@settings(max_examples=100)
@given(books(), points())
def test_examination_is_where_decision_comes_from(book, point):
    place = point["place"]
    seen = examine(
        book,
        memberships=memberships_at(book, place, point["now"]),
        matched={g for g in globs_of(_whens(book)) if naive_match(g, point["path"])},
        activity=point["activity"],
        now=point["now"],
        unknown=place.unknown,
    )
    assert seen.decision == decision_at(book, **point)
    effects = [r.effect for r in seen.rules if r.holds and r.rule.mode is Mode.ENFORCE]
    assert max(effects, default=Action.PASS) == seen.decision.action


def _whens(book):
    return [item.when for item in (*book.rules, *book.exemptions)]


@settings(max_examples=100)
@given(
    books(),
    st.lists(places, min_size=1, max_size=4),
    NOWS,
    st.lists(paths, min_size=1, max_size=4),
    st.none() | st.sampled_from(Unknown),
)
def test_table_agrees_with_evaluator_all_through_its_segment(
    book, classes, now, some_paths, also
):
    table = Table.build(book, classes, now=now, also=also)
    assert table.since is None or table.since <= now
    assert table.until is None or now < table.until
    moments = {now, now if table.since is None else table.since}
    moments.add(now if table.until is None else table.until - 1)
    for number, place in enumerate(classes):
        for path in some_paths:
            for activity in ACTIVITIES:
                cell = table.look_up(number, path, activity)
                for moment in moments:
                    expected = decision_at(book, place, path, activity, moment)
                    if also is not None:
                        beside = LocationClass(label=also, unknown=also)
                        other = decision_at(book, beside, path, activity, moment)
                        expected = stricter(expected, other)
                    assert cell.decision == expected


@settings(max_examples=100)
@given(books(), st.lists(places, min_size=1, max_size=4), NOWS, paths)
def test_cell_is_gated_if_anybody_ever_meets_more_than_pass(book, classes, now, path):
    table = Table.build(book, classes, now=now)
    nowhere = [LocationClass(label=reason, unknown=reason) for reason in Unknown]
    begin = now if table.since is None else table.since
    for activity in ACTIVITIES:
        expected = any(
            decision_at(book, place, path, activity, moment).action > Action.PASS
            for moment in range(begin, 40)
            for place in (*classes, *nowhere)
        )
        assert table.look_up(0, path, activity).gated is expected


@settings(max_examples=100)
@given(st.lists(globs, max_size=5), paths)
def test_path_lies_in_an_atom_and_witness_in_its_own(some_globs, path):
    atoms = path_atoms(some_globs)
    matched = {glob for glob in some_globs if naive_match(glob, path)}
    assert matched in [atom.matched for atom in atoms]
    assert len({atom.matched for atom in atoms}) == len(atoms)
    for atom in atoms:
        assert atom.matched == Patterns(some_globs).matched(atom.witness)
        assert atom.matched == {g for g in some_globs if naive_match(g, atom.witness)}


@settings(max_examples=150)
@given(books(), st.lists(places, min_size=1, max_size=4), points())
def test_point_is_decided_like_the_case_of_its_cell(book, classes, point):
    place, now = point["place"], point["now"]
    reach = [
        item.id
        for item in (*book.rules, *book.exemptions)
        if naive_reach(item, point["path"], point["activity"], now)
    ]
    memberships = memberships_at(book, place, now)
    asked = {a for when in _whens(book) for a in when.areas or ()}
    same = [
        case
        for case in cases(book, [*classes, place])
        if [item.id for item in (*case.book.rules, *case.book.exemptions)] == reach
        and case.group.unknown == place.unknown
        and all(
            case.group.memberships.get(area) == memberships.get(area)
            for area in asked & _areas_of(case.book)
        )
    ]
    assert len(same) == 1
    case = same[0]
    decision = decision_at(book, **point)
    for some_book in (book, case.book):
        assert decision == decide(
            some_book,
            memberships=case.group.memberships,
            matched=case.atom.matched,
            activity=case.activity,
            now=case.now,
            unknown=case.group.unknown,
        )


def _areas_of(book):
    return {a for when in _whens(book) for a in when.areas or ()}
