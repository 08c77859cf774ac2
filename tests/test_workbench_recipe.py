"""gate recipe: files for other servers, from the site's own configuration."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from gate.cli import main
from gate.config import load_config
from gate.doors.claims import MOVERS
from gate.doors.fields import is_subresource, keep_private
from gate.errors import RecipeInTheWayError, RecipeLacksError, UnquotableError
from gate.request import Proxies
from gate.workbench import quoting, recipe_values
from gate.workbench.recipe import HIDDEN, PAGE, RECIPES, render, write
from gate.workbench.recipe_values import Address, Settings

MINE = ("nginx", "caddy", "varnish")
SITE = "http://127.0.0.1:8000"
SECRET = "s3cret-" + "5" * 32


@pytest.fixture
def made(make_config):
    """Make a configuration that other servers can ask by."""

    def make(*, check=None, **changes):
        if check is not False:
            changes["check"] = check or {"when_down": "refuse"}
        changes.setdefault(
            "visitor",
            {"trusted_proxies": ["127.0.0.1/32"], "header": "X-Forwarded-For"},
        )
        return make_config(**changes)

    return make


@pytest.fixture
def settings(made):
    """Make the settings of a recipe."""

    def make(*, secret=SECRET, upstream=SITE, folder=None, gate=None, **changes):
        config = load_config(made(**changes), {})
        return Settings(
            config=config, secret=secret, upstream=upstream, folder=folder, gate=gate
        )

    return make


def text_of(files, path):
    return next(file.text for file in files if file.path == path)


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("mode", ["refuse", "warn", "open"])
def test_every_mode_renders_and_keeps_the_secret_in_one_small_file(
    settings, name, mode
):
    files = render(name, settings(check={"when_down": mode}))
    secret = [file for file in files if file.secret]
    assert [file.mode for file in secret] == [0o600]
    assert secret[0].path.startswith("gate-secret.")
    assert len(secret[0].text) < 600
    assert {file.mode for file in files if not file.secret} == {0o644}
    assert (PAGE in {file.path for file in files}) == (mode == "warn")


@pytest.mark.parametrize("name", MINE)
def test_each_file_says_at_its_top_what_happens_in_every_case(settings, name):
    for mode in ("refuse", "warn", "open"):
        files = render(name, settings(check={"when_down": mode}))
        text = next(file.text for file in files if "# What happens" in file.text)
        head = text[: text.index("Mind when you change it")]
        for case in ("POST", "HEAD", "WebSocket", "Large headers", "Gate down"):
            assert case in head
        assert "Gate slow" in head
        assert f"check.when_down: {mode}" in head
        assert ("WITHOUT THE NOTICE" in head) == (mode == "open")


@pytest.mark.parametrize("name", MINE)
def test_the_same_settings_give_the_same_files(settings, name):
    wanted = settings()
    assert render(name, wanted) == render(name, wanted)


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize(
    ("changes", "lacks", "hint"),
    [
        ({"check": False}, "section check", "when_down: refuse"),
        (
            {"visitor": {"trusted_proxies": [], "header": "none"}},
            "trusted_proxies",
            "trusted_proxies: [127.0.0.1/32]",
        ),
        (
            {"visitor": {"trusted_proxies": ["10.0.0.0/8"], "header": "none"}},
            "visitor.header",
            "header: X-Forwarded-For",
        ),
    ],
)
def test_what_the_configuration_lacks_is_named_with_what_to_write(
    settings, name, changes, lacks, hint
):
    with pytest.raises(RecipeLacksError) as caught:
        render(name, settings(**changes))
    assert caught.value.recipe == name
    assert lacks in caught.value.lacks
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", MINE)
def test_a_site_that_nobody_names_is_missing(settings, name):
    with pytest.raises(RecipeLacksError) as caught:
        render(name, settings(upstream=None))
    assert "--upstream" in caught.value.hint


def test_varnish_says_that_it_speaks_no_tls(settings):
    with pytest.raises(RecipeLacksError) as caught:
        render("varnish", settings(upstream="https://origin.example.org"))
    assert "no TLS" in caught.value.lacks


@pytest.mark.parametrize("name", MINE)
def test_a_name_with_signs_of_the_language_stays_in_its_comment(settings, name):
    wild = 'A "; } # $host {{ 7 * 7 }} {$HOME} */ %{x}'
    files = render(name, settings(site={"name": wild}))
    lines = [line for file in files for line in file.text.splitlines() if wild in line]
    assert lines
    assert all(line.startswith("#") for line in lines)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("nginx", "/etc/$host"),
        ("caddy", "/etc/{env.HOME}"),
        ("varnish", '/etc/"; } sub vcl_recv {'),
    ],
)
def test_a_path_that_could_break_out_is_refused(settings, name, folder):
    with pytest.raises(UnquotableError) as caught:
        render(name, settings(folder=folder, check={"when_down": "warn"}))
    assert folder in caught.value.value
    assert caught.value.code == "E517"


QUOTED = {
    "nginx": ('a "b" \\c', '"a \\"b\\" \\\\c"', ["$x", "a\nb", "a\x00"]),
    "caddy": ('a "b"', '"a \\"b\\""', ["{x}", "a\\", "a\nb"]),
    "vcl": ("a 'b' \\", "\"a 'b' \\\"", ['a"b', "a\nb"]),
    "haproxy": ('a "b" $c', "'a \"b\" $c'", ["a'b", "%[src]", "a\nb"]),
    "lua": ('a "b" \\c', '"a \\"b\\" \\\\c"', ["a\nb"]),
    "yaml": ('a: "b" #', '"a: \\"b\\" #"', ["{{ x }}", "${x}", "a\nb"]),
    "compose": ("a $b", '"a $$b"', ["a\nb"]),
    "python": ("a 'b' \"c\"", "'a \\'b\\' \"c\"'", ["a\nb"]),
    "systemd": ('a "b" %h $c', '"a \\"b\\" %%h $$c"', ["a\nb"]),
    "word": ("[::1]:8080", "[::1]:8080", ["a b", "a;b", "", "a\nb", "a{b", 'a"b']),
}


@pytest.mark.parametrize("language", QUOTED)
def test_values_are_quoted_or_refused(language):
    value, quoted, refused = QUOTED[language]
    quote = quoting.FILTERS[language]
    assert quote(value) == quoted
    for text in refused:
        with pytest.raises(UnquotableError):
            quote(text)


def test_a_comment_is_one_line_of_visible_characters():
    assert quoting.comment("a\nb\x00\u202ec") == "a?b??c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]:80", "http://[::1]:80"),
        ("[::1]:80", "http://[::1]:80"),
        ("http://site.example", "http://site.example:80"),
        ("https://site.example", "https://site.example:443"),
        ("unix:/run/gate.sock", "unix:/run/gate.sock"),
    ],
)
def test_addresses_are_shown_as_a_neighbour_reaches_them(text, shown):
    assert Address.parse(text).reachable().url == shown


TYPES = (
    *("image/png", "IMAGE/PNG", "audio/ogg", "video/mp4", "font/woff2", "text/css"),
    *("text/css; charset=utf-8", "text/javascript", "application/javascript"),
    *("application/wasm", "application/manifest+json", "application/rss+xml"),
    *("application/atom+xml", "application/feed+json; x=1", "text/html", "text/plain"),
    *("application/json", "application/xhtml+xml", "application/pdf", "", "text/cssx"),
)


@pytest.mark.parametrize("kind", TYPES)
def test_the_types_of_parts_are_the_gates_own(kind):
    is_part = bool(re.match(recipe_values.PART_PATTERN, kind, re.IGNORECASE))
    assert is_part == is_subresource([("Content-Type", kind)])


def test_the_cache_fields_are_the_gates_own():
    for name in recipe_values.CACHE_FIELDS:
        assert keep_private([(name, "x")]) == keep_private([])


def test_no_field_that_the_gate_keeps_from_a_site_is_missing(settings):
    strangers = recipe_values.values(settings())["strangers"]
    keys = {f"HTTP_{name.upper().replace('-', '_')}" for name in strangers}
    assert Proxies.compile().telltales | MOVERS <= keys
    assert {"X-Real-IP", "CF-Connecting-IP", "Forwarded", "X-Gate-Action"} <= {
        *strangers
    }


def test_fields_of_other_proxies_are_known(settings):
    told = recipe_values.values(settings())
    strangers, telltales = (
        {name.lower() for name in told[key]} for key in ("strangers", "telltales")
    )
    told_of_readers = {
        *("x-forwarded-client-cert", "x-envoy-external-address", "x-remote-ip"),
        *("wl-proxy-client-ip", "proxy-client-ip", "ali-cdn-real-ip"),
        *("x-azure-socketip", "x-proxyuser-ip"),
    }
    assert told_of_readers <= telltales
    assert {"x-host", "x-envoy-original-path"} <= strangers - telltales


def test_the_page_is_whole_static_and_silent_about_readers(settings):
    page = text_of(render("nginx", settings(check={"when_down": "warn"})), PAGE)
    assert page.startswith("<!doctype html>")
    for language in ("en", "ru", "uk"):
        assert f'lang="{language}"' in page
    assert "undesirable organization" in page
    assert "The site cannot answer at this moment" in page
    for forbidden in ("<form", "<script", "<button", "http://", "https://", "src="):
        assert forbidden not in page
    assert page.rstrip().endswith("</html>")


# -- writing -----------------------------------------------------------------------


def test_files_are_written_with_their_rights_and_again_without_complaint(
    settings, tmp_path
):
    target = tmp_path / "new" / "gate"
    files = render("nginx", settings())
    for _ in range(2):
        paths = write(files, target)
        assert [path.stat().st_mode & 0o777 for path in paths] == [
            file.mode for file in files
        ]


def test_a_file_that_was_changed_is_kept_and_nothing_else_written(settings, tmp_path):
    files = render("nginx", settings())
    write(files, tmp_path)
    mine = tmp_path / "gate.conf"
    mine.write_text("# mine\n", "utf-8")
    (tmp_path / "gate-ask.conf").unlink()
    with pytest.raises(RecipeInTheWayError) as caught:
        write(files, tmp_path)
    assert caught.value.paths == (str(mine),)
    assert mine.read_text("utf-8") == "# mine\n"
    assert not (tmp_path / "gate-ask.conf").exists()
    write(files, tmp_path, force=True)
    assert mine.read_text("utf-8") == text_of(files, "gate.conf")


def test_a_link_is_never_written_through(settings, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious", "utf-8")
    target = tmp_path / "gate"
    target.mkdir()
    (target / "gate.conf").symlink_to(elsewhere)
    with pytest.raises(RecipeInTheWayError):
        write(render("nginx", settings()), target)
    write(render("nginx", settings()), target, force=True)
    assert elsewhere.read_text("utf-8") == "precious"
    assert not (target / "gate.conf").is_symlink()


# -- the command -------------------------------------------------------------------


def run(config, *arguments):
    return CliRunner().invoke(main, ["recipe", f"--config={config}", *arguments])


@pytest.mark.parametrize("name", MINE)
def test_the_command_prints_every_file_and_no_secret(made, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text(SECRET, "ascii")
    secret.chmod(0o600)
    check = {"when_down": "warn", "secret_file": str(secret)}
    done = run(made(check=check), name, f"--upstream={SITE}")
    assert done.exit_code == 0, done.output
    assert SECRET not in done.output
    assert HIDDEN in done.output
    assert f"# ==== {PAGE} ====" in done.output


@pytest.mark.parametrize("name", MINE)
def test_the_command_writes_files_that_name_their_own_folder(made, tmp_path, name):
    target = tmp_path / "out"
    config = made()
    where = ["--listen=127.0.0.1:9", "--gate=127.0.0.1:8", f"--upstream={SITE}"]
    done = run(config, name, f"--to={target}", *where)
    assert done.exit_code == 0, done.output
    texts = {path.name: path.read_text("utf-8") for path in target.iterdir()}
    assert done.output.split() == [str(target / name) for name in sorted(texts)]
    main_text = next(text for text in texts.values() if "# What happens" in text)
    assert str(target) in main_text
    for expected in ("127.0.0.1", "8000"):
        assert expected in main_text
    (secret,) = [name for name in texts if name.startswith("gate-secret")]
    assert (target / secret).stat().st_mode & 0o777 == 0o600
    assert HIDDEN not in texts[secret]


def test_the_command_keeps_changed_files_and_says_so(made, tmp_path):
    config, target = made(), tmp_path / "out"
    arguments = ("nginx", f"--to={target}", f"--upstream={SITE}")
    assert run(config, *arguments).exit_code == 0
    (target / "gate.conf").write_text("# mine\n", "utf-8")
    done = run(config, *arguments)
    assert done.exit_code == 1
    assert "E518" in done.output
    assert run(config, *arguments, "--force").exit_code == 0


def test_the_command_says_what_is_missing(make_config):
    done = run(make_config(), "nginx")
    assert done.exit_code == 3
    assert "E516" in done.output
    assert "check:" in done.output


def test_the_command_names_all_recipes():
    done = CliRunner().invoke(main, ["recipe", "--help"])
    for name, recipe in RECIPES.items():
        assert name in done.output
        assert recipe.about.split()[0] in done.output
    assert CliRunner().invoke(main, ["recipe", "apache"]).exit_code == 2
