"""The same door around sites of different make, with the real gate inside."""

from __future__ import annotations

import gzip
import io
import re
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import django
import pytest
from django import conf
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path as route
from flask import Flask, Response, stream_with_context

from gate.doors.static import Folder
from gate.doors.wsgi import GateMiddleware
from gate.engine import Gate
from gate.workbench.starter import write_starter

PAGE = (
    "<!doctype html><html><head><title>t</title></head>"
    "<body><p>новости</p></body></html>"
)
RUSSIA, BERLIN, NOWHERE = "95.165.0.1", "91.64.0.1", "3000::1"
LONG = PAGE.replace("новости", "новости " * 400)  # long enough for Django to compress


def django_site():
    if not conf.settings.configured:
        conf.settings.configure(
            ALLOWED_HOSTS=["*"],
            ROOT_URLCONF=tuple(urlpatterns),
            SECRET_KEY="for tests only",  # noqa: S106
            TEMPLATES=[
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "OPTIONS": {"context_processors": ["gate.doors.django.gate"]},
                }
            ],
            MIDDLEWARE=[
                "django.middleware.gzip.GZipMiddleware",
                "django.middleware.http.ConditionalGetMiddleware",
            ],
        )
        django.setup()
    return get_wsgi_application()


OFFERS = (
    "<html><body>{{ gate.banner }}{% if gate.allows.share %}SHARE{% endif %}"
    "{% if gate.allows.read %}READ{% endif %}{% if gate.warns %}WARNS{% endif %}"
    "<footer>{{ gate.footer }}</footer></body></html>"
)


def offers(request):
    return HttpResponse(engines["django"].from_string(OFFERS).render({}, request))


def misspelled(request):
    template = engines["django"].from_string("{{ gate.allows.shair }}")
    return HttpResponse(template.render({}, request))


urlpatterns = [
    route("offers", offers),
    route("misspelled", misspelled),
    route("page", lambda _: HttpResponse(PAGE)),
    route("long", lambda _: HttpResponse(LONG)),
    route("stream", lambda _: StreamingHttpResponse(iter([PAGE[:40], PAGE[40:]]))),
    route("file", lambda _: FileResponse(io.BytesIO(b"x" * 10_000))),
]


def flask_site():
    app = Flask("site")
    app.add_url_rule("/page", "page", lambda: PAGE)
    app.add_url_rule("/long", "long", lambda: LONG)

    @app.get("/stream")
    def stream():
        return Response(stream_with_context(iter([PAGE[:40], PAGE[40:]])))

    @app.get("/file")
    def file():
        return Response(b"x" * 10_000, content_type="application/octet-stream")

    return app


def folder_site(folder):
    for name, text in (("page", PAGE), ("long", LONG), ("stream", PAGE)):
        (folder / f"{name}.html").write_text(text)
    (folder / "file.bin").write_bytes(b"x" * 10_000)
    files = Folder(folder)

    def with_endings(environ, start_response):
        ending = ".bin" if environ["PATH_INFO"] == "/file" else ".html"
        environ["PATH_INFO"] += ending
        return files(environ, start_response)

    return with_endings


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate") / "home"
    write_starter(folder)
    return Gate.load(folder / "config.yaml")


@pytest.fixture(scope="module", params=["django", "flask", "folder"])
def site(request, gate, tmp_path_factory):
    makers = {
        "django": django_site,
        "flask": flask_site,
        "folder": lambda: folder_site(tmp_path_factory.mktemp("files")),
    }
    return GateMiddleware(makers[request.param](), gate)


def ask(site, path, address, **fields):
    environ = {
        "REMOTE_ADDR": address,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "HTTP_HOST": "localhost",
        "HTTP_SEC_FETCH_DEST": "document",
        "HTTP_ACCEPT": "text/html",
        **fields,
    }
    setup_testing_defaults(environ)
    got = {}

    def start_response(status, headers, _exc_info=None):
        got.update(status=int(status[:3]), fields=headers)
        return lambda _: None

    result = validator(site)(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        result.close()
    return got["status"], {n.lower(): v for n, v in got["fields"]}, body


@pytest.mark.parametrize("path", ["/page", "/long", "/stream"])
def test_berlin_reads_and_moscow_is_warned_first(site, path):
    status, _, body = ask(site, path, BERLIN)
    assert status == 200
    assert "новости".encode() in body
    assert body.count(b"gate-footer") == 1
    assert body.endswith(b"</body></html>")
    status, fields, body = ask(site, path, RUSSIA)
    assert status == 403
    assert "новости".encode() not in body
    assert fields["content-length"] == str(len(body))


@pytest.mark.parametrize("path", ["/page", "/long", "/stream"])
def test_lengths_are_right_or_left_out(site, path):
    for address in (BERLIN, NOWHERE):
        _, fields, body = ask(site, path, address)
        assert fields.get("content-length", str(len(body))) == str(len(body))


def test_a_compressed_page_has_the_footer_inside(site):
    _, fields, body = ask(site, "/long", BERLIN, HTTP_ACCEPT_ENCODING="gzip, br, zstd")
    if fields.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    assert body.count(b"gate-footer") == 1


def test_a_page_is_confirmed_only_with_the_same_footer(site):
    _, fields, _ = ask(site, "/long", BERLIN)
    if "etag" not in fields:  # Flask gives pages none
        return
    own = fields["etag"].partition("~")[0].removeprefix("W/") + '"'
    status, _, _ = ask(site, "/long", BERLIN, HTTP_IF_NONE_MATCH=fields["etag"])
    assert status == 304
    assert ask(site, "/long", BERLIN, HTTP_IF_NONE_MATCH=own)[0] == 200
    assert ask(site, "/long", NOWHERE, HTTP_IF_NONE_MATCH=fields["etag"])[0] == 200


def test_a_banner_stands_above_the_page(site):
    _, _, body = ask(site, "/page", NOWHERE)
    assert body.index(b"gate-banner") < body.index("новости".encode())


def test_a_download_stays_whole(site):
    status, fields, body = ask(site, "/file", BERLIN)
    assert (status, body) == (200, b"x" * 10_000)
    assert fields["cache-control"] == "private, no-cache"


def test_head_has_no_body_and_the_same_fate(site):
    assert ask(site, "/page", RUSSIA, REQUEST_METHOD="HEAD")[::2] == (403, b"")
    status, fields, _ = ask(site, "/page", BERLIN, REQUEST_METHOD="HEAD")
    assert status == 200
    assert "last-modified" not in fields


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        pytest.param(BERLIN, "SHAREREAD", id="Berlin"),
        pytest.param(NOWHERE, "SHAREREADWARNS", id="nobody knows where"),
    ],
)
def test_a_django_template_offers_what_this_reader_may_be_offered(
    gate, address, offered
):
    site = GateMiddleware(django_site(), gate)
    _, _, body = ask(site, "/offers", address)
    before, _, after = body.decode().partition("<footer>")
    told = re.sub(r"<aside.*?</aside>|<[^>]+>|\s", "", before, flags=re.DOTALL)
    assert told == offered
    assert 'class="gate-footer"' in after
    assert ("gate-banner" in before) is (address == NOWHERE)
    assert body.count(b"gate-banner") == before.count("gate-banner")


def test_a_misspelled_activity_is_an_error_in_django(gate):
    site = GateMiddleware(django_site(), gate)
    assert ask(site, "/misspelled", BERLIN)[0] == 500


def test_a_django_site_without_the_door_offers_nothing():
    status, _, body = ask(django_site(), "/offers", BERLIN)
    assert (status, b"SHARE" in body) == (200, False)
