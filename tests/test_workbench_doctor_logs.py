"""gate doctor: logs that name readers, in files and in other servers' settings."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.workbench.doctor.caddy import check_caddy
from gate.workbench.doctor.finding import Level
from gate.workbench.doctor.gunicorn import check_gunicorn
from gate.workbench.doctor.logs import check_logs
from gate.workbench.doctor.nginx import check_nginx

OK, NOTE, WARNING, ERROR = Level


def levels(findings):
    """The codes that were found, each with its worst level."""
    worst = {}
    for finding in findings:
        worst[finding.code] = max(worst.get(finding.code, OK), finding.level)
    return worst


LINES = {
    "the usual format": ('95.165.1.1 - - [22/Nov/2026] "GET /a HTTP/1.1" 200', True),
    "an error": ("open() failed, client: 95.165.1.1, server: _", True),
    "JSON": ('{"remote_ip":"95.165.1.1","status":200}', True),
    "IPv6": ("2a02:6b8::2:242 - GET /a", True),
    "IPv6 with a port": ("[2a02:6b8::2:242]:443", True),
    "mapped": ("::ffff:95.165.1.1 GET", True),
    "with a port": ("from 95.165.1.1:5000", True),
    "nothing": ("GET /a 200 0.003", False),
    "a browser": ("Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36", False),
    "a time": ("2026-11-22 12:34:56 ready", False),
    "this machine": ("127.0.0.1 GET /", False),
    "a private machine": ("upstream: http://10.0.0.5:8080/", False),
    "a version": ("nginx/1.22.1 v1.2.3", False),
    "too large": ("300.400.500.600", False),
}


class TestLogs:
    """Lines with addresses are counted and none is shown."""

    @pytest.mark.parametrize("case", LINES)
    def test_a_line_holds_an_address_or_not(self, tmp_path, case):
        line, holds = LINES[case]
        path = tmp_path / "access.log"
        path.write_text(f"start\n{line}\n", "utf-8")
        (found,) = check_logs([path])
        assert found.level is (ERROR if holds else OK)
        assert "95.165" not in found.found

    def test_the_last_lines_of_a_long_file_are_looked_at(self, tmp_path):
        path = tmp_path / "access.log"
        path.write_text("GET /a 200\n" * 500_000 + "95.165.1.1 GET /a\n", "utf-8")
        (found,) = check_logs([path])
        assert found.found.startswith("1 of the ")

    def test_packed_files_are_looked_at(self, tmp_path):
        path = tmp_path / "access.log.1.gz"
        path.write_bytes(gzip.compress(b"95.165.1.1 GET /a\n"))
        assert levels(check_logs([tmp_path])) == {"D044": ERROR}

    def test_what_cannot_be_read_is_told(self, tmp_path):
        (tmp_path / "bad.gz").write_bytes(b"not packed")
        found = check_logs([tmp_path / "bad.gz", tmp_path / "missing.log"])
        assert levels(found) == {"D045": NOTE}


NGINX = {
    "off": ("access_log off; error_log /x emerg; server { }", {"D040": OK}),
    "to nowhere": ("access_log /dev/null; error_log /x emerg;", {"D040": OK}),
    "the default": ("error_log /x emerg; server { listen 80; }", {"D040": ERROR}),
    "in each server": (
        "error_log /x emerg; server { access_log off; } server { access_log off; }",
        {"D040": OK},
    ),
    "in one of two": (
        "error_log /x emerg; server { access_log off; } server { }",
        {"D040": ERROR},
    ),
    "no server": ("error_log /x emerg;", {"D040": OK}),
    "combined": ("error_log /x emerg; access_log /l combined;", {"D040": ERROR}),
    "without a name": ("error_log /x emerg; access_log /l;", {"D040": ERROR}),
    "only options": (
        "error_log /x emerg; access_log /l combined buffer=32k if=$x;",
        {"D040": ERROR},
    ),
    "a format without addresses": (
        (
            "log_format quiet '$request_method $status';"
            "access_log /l quiet; error_log /x emerg;"
        ),
        {"D040": OK},
    ),
    "a format in two parts": (
        (
            'log_format loud escape=json \'{"m":"$request_method",\'\n\'"a":"${'
            "http_x_forwarded_for}\"}'; access_log /l loud; error_log /x emerg;"
        ),
        {"D040": ERROR},
    ),
    "a header of a CDN": (
        "log_format cdn $http_cf_connecting_ip; access_log /l cdn; error_log /x emerg;",
        {"D040": ERROR},
    ),
    "a format of another file": (
        "access_log /l elsewhere; error_log /x emerg;",
        {"D045": NOTE},
    ),
    "in a location": (
        (
            "access_log off; error_log /x emerg;"
            "server { location / { if ($a) { access_log /l; } } }"
        ),
        {"D040": ERROR},
    ),
    "errors at crit": ("access_log off; error_log /x crit;", {"D041": NOTE}),
    "errors by default": ("access_log off; server { }", {"D041": ERROR}),
    "errors at warn": ("access_log off; error_log /x warn;", {"D041": ERROR}),
    "errors at their default": ("access_log off; error_log /x;", {"D041": ERROR}),
    "errors in a server": (
        "access_log off; error_log /x emerg; server { error_log /y info; }",
        {"D041": ERROR},
    ),
    "an address by another name": (
        (
            "server { set $a ${Remote_Addr}; set $b x-$a; } log_format f '$b';"
            "access_log /l f; error_log /x emerg;"
        ),
        {"D040": ERROR},
    ),
    "a map that holds it": (
        (
            "map $remote_addr $a { default $remote_addr; 10.0.0.1 own; }"
            "log_format f $a; access_log /l f; error_log /x emerg;"
        ),
        {"D040": ERROR},
    ),
    "a map that captures it": (
        (
            r"map $remote_addr $a { ~(\d+\.\d+)\. $1; }"
            "log_format f $a; access_log /l f; error_log /x emerg;"
        ),
        {"D040": ERROR},
    ),
    "a map that captures it by name": (
        (
            r"map $http_x_forwarded_for $a { '~^(?<ip>[^,]+)' 1; }"
            "log_format f $ip; access_log /l f; error_log /x emerg;"
        ),
        {"D040": ERROR},
    ),
    "a class of addresses": (
        (
            "geo $a { default 0; 10.0.0.0/8 1; } map $a $b { 0 far; 1 near; }"
            "log_format f $b; access_log /l f; error_log /x emerg;"
        ),
        {"D040": NOTE},
    ),
    "a map of something else": (
        (
            "map $uri $a { ~(.*) $1; } log_format f $a;"
            "access_log /l f; error_log /x emerg;"
        ),
        {"D040": OK},
    ),
    "a comment": (
        "access_log off; # access_log /l;\nerror_log /x emerg; server { }",
        {"D040": OK},
    ),
}


class TestNginx:
    """Logs of nginx that name readers."""

    @pytest.mark.parametrize("case", NGINX)
    def test_a_configuration_is_read(self, tmp_path, case):
        text, expected = NGINX[case]
        path = tmp_path / "nginx.conf"
        path.write_text(f"events {{}}\nhttp {{\n{text}\n}}\n", "utf-8")
        assert levels(check_nginx(path, ERROR)) == expected

    def test_includes_are_followed(self, tmp_path):
        (tmp_path / "conf.d").mkdir()
        (tmp_path / "conf.d/a.conf").write_text("server { access_log /l; }\n", "utf-8")
        text = f"http {{ include conf.d/*.conf; include {tmp_path}/no; }}"
        path = tmp_path / "nginx.conf"
        path.write_text(f"error_log /x emerg; {text}", "utf-8")
        (found,) = check_nginx(tmp_path, ERROR)
        assert found.subject == f"{tmp_path}/conf.d/a.conf:1"

    @pytest.mark.parametrize("pattern", ["sites/*", "/etc/nginx/sites/*"])
    def test_a_dump_is_read_with_its_files(self, tmp_path, pattern):
        path = tmp_path / "dump"
        path.write_text(
            "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
            "# configuration file /etc/nginx/nginx.conf:\n"
            f"error_log /x emerg;\nhttp {{ access_log off; include {pattern}; }}\n"
            "# configuration file /etc/nginx/sites/a:\n"
            "server {\n  access_log /l;\n}\n",
            "utf-8",
        )
        (found,) = check_nginx(path, WARNING)
        assert (found.code, found.level) == ("D040", WARNING)
        assert found.subject == "/etc/nginx/sites/a:2"

    @pytest.mark.parametrize(
        "text", ["}", "http { include nginx.conf; }", "a" + "{a" * 60, 'x "open']
    )
    def test_what_is_no_configuration_is_told(self, tmp_path, text):
        path = tmp_path / "nginx.conf"
        path.write_text(text, "utf-8")
        assert levels(check_nginx(path, ERROR)) == {"D045": NOTE}

    @pytest.mark.parametrize("text", ["", "listen: 80\n", "# http {}\n", "server x;"])
    def test_what_says_nothing_of_nginx_is_no_all_clear(self, tmp_path, text):
        path = tmp_path / "other.conf"
        path.write_text(text, "utf-8")
        assert levels(check_nginx(path, ERROR)) == {"D045": NOTE}

    def test_a_missing_file_is_told(self, tmp_path):
        assert levels(check_nginx(tmp_path / "none", ERROR)) == {"D045": NOTE}


GUNICORN = {
    "nothing": ("gunicorn.conf.py", "workers = 2\n", {"D042": OK}),
    "none": ("gunicorn.conf.py", "accesslog = None\n", {"D042": OK}),
    "to the terminal": ("gunicorn.conf.py", "accesslog = '-'\n", {"D042": ERROR}),
    "typed": ("gunicorn.conf.py", "accesslog: str = '/l'\n", {"D042": ERROR}),
    "a quiet format": (
        "gunicorn.conf.py",
        "accesslog = '-'\naccess_log_format = '%(m)s %(s)s'\n",
        {"D042": OK},
    ),
    "a loud format": (
        "gunicorn.conf.py",
        "accesslog = '-'\naccess_log_format = '%({x-forwarded-for}i)s %(s)s'\n",
        {"D042": ERROR},
    ),
    "computed": (
        "gunicorn.conf.py",
        "import os\naccesslog = os.environ['LOG']\n",
        {"D045": NOTE},
    ),
    "no Python": ("gunicorn.conf.py", "accesslog = \n", {"D045": NOTE}),
    "a unit": ("site.service", "ExecStart=/v/bin/gunicorn -w 2 a:b\n", {"D042": OK}),
    "a unit with a log": (
        "site.service",
        "ExecStart=/v/bin/gunicorn -w 2 \\\n  --access-logfile - a:b\n",
        {"D042": ERROR},
    ),
    "a unit with an equals sign": (
        "site.service",
        "ExecStart=gunicorn --access-logfile=/l --access-logformat='%(s)s' a:b\n",
        {"D042": OK},
    ),
    "a variable": (
        "site.service",
        'Environment="GUNICORN_CMD_ARGS=--access-logfile=- --workers=2"\n',
        {"D042": ERROR},
    ),
    "a comment": ("x.service", "# gunicorn --access-logfile -\n", {"D042": OK}),
}


@pytest.mark.parametrize("case", GUNICORN)
def test_settings_of_gunicorn_are_read_and_never_run(tmp_path, case):
    name, text, expected = GUNICORN[case]
    trap = tmp_path / "ran"
    is_python = name.endswith(".py") and case != "no Python"
    text += f"open({str(trap)!r}, 'w')\n" if is_python else ""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    assert levels(check_gunicorn(path, ERROR)) == expected
    assert not trap.exists()


FILTER = """
format filter {
    wrap json
    fields {
        request>remote_ip delete
        request>client_ip delete
        request>headers delete
    }
}
"""
CADDY = {
    "no log": ("news.example {\n reverse_proxy app:80\n}\n", {"D043": OK}),
    "a log": ("news.example {\n log\n respond ok\n}\n", {"D043": ERROR}),
    "a log to a file": (
        "news.example {\n log {\n output file /l\n }\n}\n",
        {"D043": ERROR},
    ),
    "thrown away": (
        "news.example {\n log {\n output discard\n }\n}\n",
        {"D043": OK},
    ),
    "filtered": (f"news.example {{\n log {{\n{FILTER}\n }}\n}}\n", {"D043": OK}),
    "half filtered": (
        (
            "n.example {\n log {\n format filter {\n wrap json\n fields {\n"
            " request>remote_ip delete\n }\n }\n }\n}\n"
        ),
        {"D043": ERROR},
    ),
    "masked is not gone": (
        (
            "n.example {\n log {\n format filter {\n wrap json\n fields {\n"
            " request>remote_ip ip_mask 16 32\n request>headers delete\n"
            " }\n }\n }\n}\n"
        ),
        {"D043": ERROR},
    ),
    "the log of Caddy itself": (
        "{\n log {\n level INFO\n }\n}\nn.example {\n respond ok\n}\n",
        {"D043": OK},
    ),
    "in a snippet": (
        "(all) {\n log\n}\nn.example {\n import all\n}\n",
        {"D043": ERROR},
    ),
    "one site without braces": (":80\nlog\nrespond ok\n", {"D043": ERROR}),
    "a comment": ("n.example {\n # log\n respond ok\n}\n", {"D043": OK}),
}


def servers(logs, **log):
    config = {"apps": {"http": {"servers": {"s": logs}}}}
    return json.dumps(config | ({"logging": {"logs": {"a": log}}} if log else {}))


DELETED = {
    name: {"filter": "delete"}
    for name in ("request>remote_ip", "request>client_ip", "request>headers")
}
CADDY_JSON = {
    "none": (servers({}), {"D043": OK}),
    "on": (servers({"logs": {}}), {"D043": ERROR}),
    "filtered": (
        servers({"logs": {}}, encoder={"format": "filter", "fields": DELETED}),
        {"D043": OK},
    ),
    "thrown away": (
        servers({"logs": {}}, writer={"output": "discard"}),
        {"D043": OK},
    ),
    "left out": (servers({"logs": {}}, exclude=["http.log.access"]), {"D043": OK}),
    "to a file": (servers({"logs": {}}, writer={"output": "file"}), {"D043": ERROR}),
    "no JSON": ("{", {"D045": NOTE}),
}


class TestCaddy:
    """Access logs of Caddy."""

    @pytest.mark.parametrize("case", CADDY)
    def test_a_caddyfile_is_read(self, tmp_path, case):
        text, expected = CADDY[case]
        path = tmp_path / "Caddyfile"
        path.write_text(text, "utf-8")
        assert levels(check_caddy(path, ERROR)) == expected

    @pytest.mark.parametrize("case", CADDY_JSON)
    def test_json_is_read(self, tmp_path, case):
        text, expected = CADDY_JSON[case]
        path = tmp_path / "caddy.json"
        path.write_text(text, "utf-8")
        assert levels(check_caddy(path, ERROR)) == expected


PIECES = st.lists(
    st.sampled_from(
        [
            *("log", "{", "}", "{\n", "\n}", "\n", " ", ";", "#", '"', "'", "\\", "${"),
            *("http", "server", "access_log", "error_log", "log_format", "include"),
            *("nginx.conf", "combined", "accesslog = ", "gunicorn", "format filter {"),
            *("delete", "request>headers", '{"apps":', "[1]", "\x00", "é", "\ud800"),
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=PIECES)
def test_no_file_however_broken_stops_the_doctor(tmp_path, text):
    content = text.encode("utf-8", "surrogatepass")
    for check, name in (
        (check_nginx, "nginx.conf"),
        (check_caddy, "Caddyfile"),
        (check_caddy, "caddy.json"),
        (check_gunicorn, "gunicorn.conf.py"),
        (check_gunicorn, "site.service"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert {f.code for f in check(path, ERROR)} <= {
            *("D040", "D041", "D042", "D043", "D045")
        }
    assert check_logs([path])


@pytest.mark.parametrize("text", ["a {\n" * 5_000, '{"apps":' * 100_000])
def test_no_depth_stops_the_doctor(tmp_path, text):
    for name in ("Caddyfile", "caddy.json", "nginx.conf"):
        (tmp_path / name).write_text(text, "utf-8")
    for name in ("Caddyfile", "caddy.json"):
        assert check_caddy(tmp_path / name, ERROR)
    assert check_nginx(tmp_path / "nginx.conf", ERROR)
