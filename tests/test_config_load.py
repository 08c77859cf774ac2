"""config.yaml and the environment to a Config."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from gate.config import CODES, check_agreement, load_config, read_config, rules_folder
from gate.config.overrides import settings
from gate.config.schema import Written
from gate.errors import ConfigMissingError, FindingsError
from gate.model import Action, Activity, Pin, Severity

SHIPPED = Path(__file__).parent.parent / "config.yaml"

LEAST = """
mode: enforce
site:
  name: The Herald
  hosts: [herald.example]
  organization: The Herald
  explainer_url: /about/
  exit_url: {default: "https://example.org/"}
visitor: {trusted_proxies: [], header: none}
rules: {folder: rules}
audit: {on_failure: serve}
"""

CHOICES = {
    "mode": "mode: enforce\n",
    "organization": "  organization: The Herald\n",
    "hosts": "  hosts: [herald.example]\n",
    "default": 'default: "https://example.org/"',
    "explainer_url": "  explainer_url: /about/\n",
    "trusted_proxies": "trusted_proxies: [], ",
    "header": ", header: none",
    "rules": "rules: {folder: rules}\n",
    "on_failure": "on_failure: serve",
}


@pytest.fixture(name="config")
def _config(tmp_path):
    """Write a configuration with some text exchanged, and read it."""

    def read(*changes, environ=None):
        text = LEAST
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "config.yaml"
        path.write_text(text, "utf-8")
        return read_config(path, environ or {})

    return read


def codes(findings):
    return [finding.code for finding in findings]


def test_the_least_configuration_has_only_the_choices_and_no_problem(config):
    made, findings = config()
    assert findings == ()
    assert made.mode == "enforce"
    assert made.site.own_prefix == "/-/"
    assert made.site.footer is True
    assert made.server.timeouts.read == 60


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_of_law_or_safety_has_no_default(config, choice):
    made, (finding,) = config((CHOICES[choice], ""))
    assert made is None
    assert (finding.code, f'"{choice}"' in finding.message) == ("E110", True)


def test_paths_start_from_the_folder_of_the_file(config, tmp_path):
    made, _ = config(("mode:", "geo: {databases: [x/a.mmdb, /b.mmdb]}\nmode:"))
    assert made.rules.folder == tmp_path / "rules"
    assert made.state == tmp_path / ".state"
    assert made.geo.databases == (tmp_path / "x/a.mmdb", Path("/b.mmdb"))


def test_a_problem_has_its_line_column_and_what_was_meant(config):
    made, findings = config(("header: none", "headr: none"))
    assert made is None
    (finding,) = findings
    assert (finding.code, finding.mark.line, finding.mark.column) == ("E110", 9, 32)
    assert finding.hint == 'Did you mean "header"?'


def test_all_problems_come_at_once_sorted(config):
    _, findings = config(
        ("enforce", "enfore"), ("/about/", "ftp://x"), ("serve", "maybe")
    )
    assert codes(findings) == ["E110"] * 3
    assert [f.mark.line for f in findings] == sorted(f.mark.line for f in findings)


def test_text_that_is_no_yaml_is_a_finding_not_a_crash(config):
    made, findings = config(("mode: enforce", "mode: [enforce"))
    assert made is None
    assert findings


def test_loading_raises_with_all_findings(config, tmp_path):
    config(("enforce", "x"))
    with pytest.raises(FindingsError) as caught:
        load_config(tmp_path / "config.yaml", {})
    assert codes(caught.value.findings) == ["E110"]


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigMissingError) as caught:
        load_config(tmp_path / "config.yaml", {})
    assert caught.value.exit_code == 3
    assert "gate init" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        pytest.param(
            ('"https://example.org/"', '"https://herald.example/x"'),
            "E112",
            8,
            id="exit",
        ),
        pytest.param(
            ("[herald.example]", "[herald.example, Herald.example]"),
            "E112",
            5,
            id="host twice",
        ),
        pytest.param(
            ("mode:", "state: rules/state\nmode:"), "E115", 2, id="state in rules"
        ),
        pytest.param(("mode:", "state: .\nmode:"), "E115", 2, id="rules in state"),
        pytest.param(
            ("mode:", "state: config.yaml\nmode:"), "E115", 2, id="state is a file"
        ),
        pytest.param(
            (
                "  organization",
                "  sections: [{name: other, paths: [/x]}]\n  organization",
            ),
            "E114",
            6,
            id="section other",
        ),
        pytest.param(
            (
                "  organization",
                (
                    "  sections: [{name: a, paths: [/x]}, {name: a, paths: [/y]}]\n"
                    "  organization"
                ),
            ),
            "E114",
            6,
            id="section twice",
        ),
        pytest.param(
            (
                "  organization",
                (
                    "  activities:\n"
                    "    - {activity: share, paths: [/s]}\n"
                    "    - {activity: like, paths: [/s]}\n"
                    "  organization"
                ),
            ),
            "E114",
            8,
            id="one request, two activities",
        ),
        pytest.param(
            ("trusted_proxies: []", "trusted_proxies: [10.0.0.1, 10.0.0.1/32]"),
            "E113",
            9,
            id="network twice",
        ),
    ],
)
def test_what_does_not_fit_together_is_an_error_with_its_place(
    config, change, code, at
):
    made, findings = config(change)
    assert made is None
    errors = [f for f in findings if f.severity is Severity.ERROR]
    assert [(f.code, f.mark.line) for f in errors] == [(code, at)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(
            (
                "trusted_proxies: [], header: none",
                "trusted_proxies: [128.0.0.0/3], header: X-Real-IP",
            ),
            "E113",
            id="network too wide",
        ),
        pytest.param(
            ("trusted_proxies: []", "trusted_proxies: [10.0.0.0/8]"),
            "E113",
            id="proxies without header",
        ),
        pytest.param(
            ("header: none", "header: X-Real-IP"), "E113", id="header without proxies"
        ),
        pytest.param(
            (
                "  organization",
                (
                    "  activities: [{activity: like, methods: [GET], paths: [/l]}]\n"
                    "  organization"
                ),
            ),
            "E114",
            id="a link that likes",
        ),
    ],
)
def test_what_is_probably_a_mistake_is_a_warning(config, change, code):
    made, findings = config(change)
    assert made is not None
    assert [(f.code, f.severity) for f in findings] == [(code, Severity.WARNING)]


def test_a_state_folder_that_cannot_be_written_to_is_a_warning(config, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    made, findings = config()
    assert made is not None
    assert codes(findings) == ["E115"]


def test_a_private_network_is_never_too_wide(config):
    _, findings = config(
        (
            "trusted_proxies: [], header: none",
            "trusted_proxies: [fc00::/7, unix], header: forwarded",
        )
    )
    assert findings == ()


def test_activities_have_words_of_the_closed_vocabulary(config):
    made, _ = config(
        (
            "  organization",
            "  activities: [{activity: share, paths: [/s/]}]\n  organization",
        )
    )
    (entry,) = made.site.activities
    assert entry.word is Activity.SHARE
    assert (entry.methods, entry.paths) == (("POST",), ("/s",))


def test_reading_cannot_be_declared(config):
    made, findings = config(
        (
            "  organization",
            "  activities: [{activity: read, paths: [/s]}]\n  organization",
        )
    )
    assert made is None
    assert codes(findings) == ["E110"]


class TestEnvironment:
    """Variables hold over the file, and are places of their own."""

    @pytest.mark.parametrize(
        ("variable", "value", "get", "expected"),
        [
            pytest.param("MODE", "observe", lambda c: c.mode, "observe", id="word"),
            pytest.param(
                "VISITOR__TRUSTED_PROXIES",
                "127.0.0.1/32, 10.0.0.0/8",
                lambda c: c.visitor.trusted_proxies,
                ("127.0.0.1/32", "10.0.0.0/8"),
                id="list",
            ),
            pytest.param(
                "SITE__FEEDS", "", lambda c: c.site.feeds, (), id="empty list"
            ),
            pytest.param(
                "SERVER__TIMEOUTS__READ",
                "7",
                lambda c: c.server.timeouts.read,
                7,
                id="section that the file does not have",
            ),
            pytest.param(
                "SITE__FOOTER", "false", lambda c: c.site.footer, False, id="flag"
            ),
            pytest.param(
                "STATE", "/var/s", lambda c: c.state, Path("/var/s"), id="absolute"
            ),
        ],
    )
    def test_a_variable_holds_over_the_file(
        self, config, variable, value, get, expected
    ):
        made, _ = config(environ={f"GATE_{variable}": value})
        assert get(made) == expected

    def test_a_missing_choice_may_come_from_the_environment(self, config):
        made, _ = config(
            ("mode: enforce\n", ""), environ={"GATE_MODE": "observe", "GATE_X": "1"}
        )
        assert made.mode == "observe"

    def test_a_bad_value_names_the_variable_as_its_place(self, config):
        made, findings = config(environ={"GATE_SERVER__WORKERS": "many"})
        assert made is None
        (finding,) = findings
        assert (finding.code, str(finding.mark)) == ("E110", "GATE_SERVER__WORKERS")
        assert finding.source_line == ""

    def test_a_bad_item_of_a_list_names_the_variable_too(self, config):
        _, findings = config(environ={"GATE_VISITOR__TRUSTED_PROXIES": "unix,*"})
        (finding,) = findings
        assert str(finding.mark) == "GATE_VISITOR__TRUSTED_PROXIES"

    def test_a_check_across_values_names_the_variable_too(self, config):
        made, findings = config(environ={"GATE_VISITOR__HEADER": "X-Real-IP"})
        assert made is not None
        assert codes(findings) == ["E113"]

    @pytest.mark.parametrize(
        ("variable", "meant"),
        [
            pytest.param("GATE_VISITR__HEADER", "GATE_VISITOR__HEADER", id="slip"),
            pytest.param("GATE_VISITOR_HEADER", "GATE_VISITOR__HEADER", id="one line"),
            pytest.param("GATE_SERVER__WORKER", "GATE_SERVER__WORKERS", id="plural"),
            pytest.param("GATE_VISITOR", "GATE_VISITOR__", id="a section"),
            pytest.param("GATE_SERVER", "GATE_SERVER__", id="a large section"),
        ],
    )
    def test_an_unknown_variable_is_an_error_with_what_was_meant(
        self, config, variable, meant
    ):
        made, findings = config(environ={variable: "x"})
        assert made is None
        (finding,) = findings
        assert (finding.code, finding.mark.file) == ("E111", variable)
        assert meant in finding.hint

    @pytest.mark.parametrize("name", ["GATE_TEST_DATABASES", "GATEWAY__X", "PATH"])
    def test_variables_of_others_are_left_alone(self, config, name):
        _, findings = config(environ={name: "x"})
        assert findings == ()

    @pytest.mark.parametrize(
        "name",
        [
            "GATE_SITE__ACTIVITIES",
            "GATE_SITE__SECTIONS",
            "GATE_SITE__EXIT_URL__AREAS",
            "GATE_RULES__PINNED",
        ],
    )
    def test_mappings_and_lists_of_mappings_cannot_be_set(self, config, name):
        _, (finding,) = config(environ={name: "share"})
        assert finding.code == "E111"
        assert finding.hint == "Lists of entries are set in config.yaml only."

    def test_a_section_that_is_no_mapping_stays_an_error_of_the_file(self, config):
        made, findings = config(
            ("audit: {on_failure: serve}", "audit: serve"),
            environ={"GATE_AUDIT__ON_FAILURE": "refuse"},
        )
        assert made is None
        assert [f.mark.line for f in findings] == [11]

    def test_a_file_that_is_no_mapping_stays_an_error(self, tmp_path):
        path = tmp_path / "config.yaml"
        path.write_text("- a\n", "utf-8")
        made, findings = read_config(path, {"GATE_MODE": "observe"})
        assert made is None
        assert findings


class TestDigest:
    """The digest knows every value that holds, and nothing else."""

    def test_comments_and_order_do_not_matter(self, config):
        first, _ = config()
        second, _ = config(
            ("mode: enforce\n", ""), ("rules:", "# a remark\nmode: enforce\nrules:")
        )
        assert first.digest == second.digest

    def test_a_default_that_is_written_out_does_not_matter(self, config):
        first, _ = config()
        second, _ = config(("mode:", "state: .state\nmode:"))
        assert first.digest == second.digest

    def test_a_value_matters_wherever_it_comes_from(self, config):
        first, _ = config()
        by_file, _ = config(("enforce", "observe"))
        by_variable, _ = config(environ={"GATE_MODE": "observe"})
        assert first.digest != by_file.digest == by_variable.digest


class TestPins:
    """Promises that the deployer demands."""

    def test_a_pin_names_the_least_action(self, config):
        made, _ = config(
            ("{folder: rules}", "{folder: rules, pinned: {warned: interstitial}}")
        )
        assert made.rules.pins["warned"] == Pin(least=Action.INTERSTITIAL)

    def test_a_pin_may_hold_the_terms_as_well(self, config):
        text = "{warned: interstitial 0123456789ab}"
        made, _ = config(("{folder: rules}", f"{{folder: rules, pinned: {text}}}"))
        assert made.rules.pins["warned"].terms == "0123456789ab"

    @pytest.mark.parametrize("text", ["pass", "interstitial 0123", "banner  0", "x"])
    def test_what_is_no_pin_is_refused(self, config, text):
        made, findings = config(
            ("{folder: rules}", f'{{folder: rules, pinned: {{warned: "{text}"}}}}')
        )
        assert (made, codes(findings)) == (None, ["E110"])


def test_an_exit_for_an_area_that_the_book_does_not_have_is_found(config):
    class Book:
        areas = ("russia",)
        promises = ()

    made, _ = config(
        (
            'default: "https://example.org/"',
            'default: "https://example.org/", areas: {rusia: "https://example.org/"}',
        )
    )
    (finding,) = check_agreement(made, Book())
    assert (finding.code, finding.mark.line) == ("E116", 8)
    assert finding.hint == 'Did you mean "russia"?'


def test_a_pin_that_the_book_does_not_promise_is_found_in_the_configuration(config):
    class Promise:
        id = "everyone-is-warned"
        mark = "rules/a.yaml:7:9"

    class Book:
        areas = ()
        promises = (Promise,)

    pinned = "{folder: rules, pinned: {everyone-is-wared: banner, quite-other: block}}"
    made, _ = config(("{folder: rules}", pinned))
    first, second = check_agreement(made, Book())
    assert (first.code, first.mark.line, first.mark.column) == ("E118", 10, 33)
    assert first.hint.startswith(
        'Did you mean "everyone-is-warned"? It stands at rules/a.yaml:7:9.'
    )
    assert "unpin" in second.hint


@pytest.mark.parametrize(
    ("upstream", "listen", "same"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("http://localhost:8080", "127.0.0.1:8080", True),
        ("http://127.0.0.1:8080", "0.0.0.0:8080", True),
        ("http://[::1]:8080", "[::]:8080", True),
        ("http://herald.example", "herald.example:80", True),
        ("unix:/run/a.sock", "unix:/run/a.sock", True),
        ("unix:/run/a.sock", "unix:/run/b.sock", False),
        ("unix:/run/a.sock", "127.0.0.1:8080", False),
        ("http://127.0.0.1:8080", "unix:/run/a.sock", False),
        ("http://127.0.0.1:8000", "127.0.0.1:8080", False),
        ("http://10.0.0.1:8080", "127.0.0.1:8080", False),
    ],
)
def test_a_gate_before_itself_is_found(config, upstream, listen, same):
    server = f'server: {{listen: "{listen}", upstream: "{upstream}"}}\nmode:'
    _, findings = config(("mode:", server))
    assert codes(findings) == (["E119"] if same else [])


@pytest.mark.parametrize(
    ("site", "found"),
    [
        ("feeds: [/feeds/x.xml], own_prefix: /feeds/", True),
        ("feeds: [/feeds/**], own_prefix: /feeds/gate/", True),
        ("sections: [{name: a, paths: [/a/**]}], own_prefix: /a/", True),
        ("activities: [{activity: like, paths: [/-/like]}]", True),
        ("sections: [{name: all, paths: [/**]}]", False),
        ("feeds: [/feeds/**], own_prefix: /gate/", False),
    ],
)
def test_own_pages_lie_where_the_site_has_nothing(config, site, found):
    whole = (
        "site: {name: A, hosts: [a.example], organization: A, explainer_url: /about/, "
        f'exit_url: {{default: "https://example.org/"}}, {site}}}\n'
    )
    before, after = LEAST.index("site:"), LEAST.index("visitor:")
    _, findings = config((LEAST[before:after], whole))
    assert codes(findings) == (["E114"] if found else [])


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        pytest.param("mode: x\nrules: {folder: book}\n", "book", id="another error"),
        pytest.param("rules: {folder: [book]}\n", None, id="a list"),
        pytest.param("rules: book\n", None, id="no mapping"),
        pytest.param("- a\n", None, id="a sequence"),
        pytest.param("rules: [\n", None, id="no yaml"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_folder_of_the_book_is_found_in_a_broken_file(tmp_path, text, folder):
    path = tmp_path / "config.yaml"
    path.write_text(text, "utf-8")
    assert rules_folder(path, {}) == (folder and tmp_path / folder)


class TestShippedFile:
    """config.yaml is the manual of itself."""

    def test_it_is_sound(self):
        made, findings = read_config(SHIPPED, {})
        assert findings == ()
        assert made == load_config(SHIPPED, {})

    def test_every_key_of_the_schema_stands_in_it_below_a_comment(self):
        text = SHIPPED.read_text("utf-8")
        missing = [k for k in keys(Written) if not re.search(rf"\b{k}: ?", text)]
        assert missing == []

    def test_it_names_no_key_that_the_schema_lacks(self):
        lines = SHIPPED.read_text("utf-8").splitlines()
        commented = (re.match(r" *# ([a-z_]+): \S+$", line) for line in lines)
        named = {match[1] for match in commented if match}
        assert named <= set(keys(Written))

    def test_what_is_commented_out_shows_the_default(self, tmp_path):
        text = SHIPPED.read_text("utf-8")
        defaults = ("footer", "cache", "own_prefix", "state")
        for key in defaults:
            text = re.sub(rf"^( *)# ({key}: )", r"\1\2", text, flags=re.MULTILINE)
        path = tmp_path / "config.yaml"
        path.write_text(text, "utf-8")
        with_defaults, findings = read_config(path, {})
        plain, _ = read_config(SHIPPED, {})
        assert findings == ()
        assert all(re.search(rf"^ *{key}:", text, re.MULTILINE) for key in defaults)
        assert with_defaults.digest == plain.digest


def keys(model):
    """Every key of a schema, at any depth."""
    for name, field in model.model_fields.items():
        yield name
        for inner in _models(field.annotation):
            yield from keys(inner)


def _models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = getattr(annotation, "__args__", ())
    return [model for part in inner for model in _models(part)]


def test_every_setting_that_is_no_mapping_can_come_from_the_environment():
    known = settings()
    assert "GATE_SITE__EXIT_URL__DEFAULT" in known
    assert known["GATE_SITE__HOSTS"].many
    assert not any(name.endswith(("ACTIVITIES", "AREAS", "PINNED")) for name in known)


def test_every_code_has_a_meaning_and_a_remedy():
    assert all(meaning and remedy for meaning, remedy in CODES.values())


def test_the_environment_can_open_a_section_that_the_file_lacks(make_config):
    config = load_config(make_config(), {"GATE_CHECK__WHEN_DOWN": "warn"})
    assert (config.check.when_down, config.check.banner) == ("warn", "page")
