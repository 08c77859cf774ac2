"""The WSGI door: what leaves, what is changed on the way, and what never happens."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.answer.insertion import Insertion
from gate.doors.fields import keep_private, readable_codings, unwrapped_tags
from gate.doors.placing import put_at_end
from gate.doors.reply import WHOLE
from gate.doors.wsgi import PASSAGE, PLACED, GateMiddleware
from gate.model import Action, Activity, Answer, Passage

TOP = b"<aside>banner</aside>"
BOTTOM = b"<aside>footer</aside>"
PAGE = (
    b"<!doctype html><html><head><title>t</title></head><body><p>news</p></body></html>"
)
BANNERED = PAGE.replace(b"<body>", b"<body>" + TOP)
FOOTED = PAGE.replace(b"</body>", BOTTOM + b"</body>")
NOTICE = Answer(
    status=403,
    headers=(("Content-Type", "text/html; charset=utf-8"),),
    body=b"<html>notice</html>",
    length=19,
)
PLAIN = Passage()
FOOTER = Passage(bottom=BOTTOM, mark="m1")
BANNER = Passage(top=TOP, mark="m1", otherwise=NOTICE)
HTML = ("Content-Type", "text/html; charset=utf-8")


class StubGate:
    def __init__(self, outcome):
        self.outcome = outcome
        self.doors = []

    def handle(self, environ, *, door):
        assert environ["REQUEST_METHOD"]
        self.doors.append(door)
        return self.outcome


class Body:
    """An iterable that remembers whether it was closed."""

    def __init__(self, chunks):
        self.chunks = iter(chunks)
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)

    def close(self):
        self.closed += 1


class Site:
    """A site that answers with what it was made from, and remembers the request."""

    def __init__(self, *chunks, status="200 OK", headers=(HTML,), length=False):
        self.body = Body(chunks)
        self.status = status
        self.headers = list(headers)
        if length:
            self.headers.append(("Content-Length", str(sum(map(len, chunks)))))
        self.environ = None

    def __call__(self, environ, start_response):
        self.environ = environ
        start_response(self.status, list(self.headers))
        return self.body


class Received:
    def __init__(self):
        self.status = None
        self.fields = []
        self.chunks = []

    @property
    def body(self):
        return b"".join(self.chunks)

    def get(self, name):
        values = [v for n, v in self.fields if n.lower() == name.lower()]
        return values[0] if values else None


def ask(app, *, validate=True, **environ):
    """Act as a server: call, iterate, close; everything as PEP 3333 wants it."""
    setup_testing_defaults(environ)
    environ.setdefault("QUERY_STRING", "")
    environ.pop("HTTP_HOST", None)
    received = Received()

    def start_response(status, headers, exc_info=None):
        if received.status is not None and exc_info is None:
            raise AssertionError("started twice")
        received.status, received.fields = status, headers
        return received.chunks.append

    result = (validator(app) if validate else app)(environ, start_response)
    try:
        for chunk in result:
            assert received.status is not None
            received.chunks.append(chunk)
    finally:
        if hasattr(result, "close"):
            result.close()
    return received


def through(site, passage, **options):
    return ask(GateMiddleware(site, StubGate(passage)), **options)


def test_an_answer_is_sent_as_it_is_and_the_site_is_never_called():
    site = Site(PAGE)
    received = through(site, NOTICE)
    assert received.status == "403 Forbidden"
    assert received.body == NOTICE.body
    assert received.get("Content-Length") == "19"
    assert site.environ is None


def test_an_answer_to_head_announces_a_length_and_has_no_body():
    head = Answer(status=403, headers=NOTICE.headers, body=b"", length=19)
    received = through(Site(PAGE), head, REQUEST_METHOD="HEAD")
    assert (received.body, received.get("Content-Length")) == (b"", "19")


def test_the_name_of_the_door_reaches_the_gate():
    gate = StubGate(PLAIN)
    ask(GateMiddleware(Site(PAGE), gate, door="proxy"))
    assert gate.doors == ["proxy"]


def test_a_plain_passage_changes_nothing():
    site = Site(PAGE, length=True, headers=[HTML, ("Cache-Control", "public")])
    received = through(site, PLAIN)
    assert received.body == PAGE
    assert received.fields == site.headers
    assert site.body.closed == 1
    assert site.environ[PASSAGE] is PLAIN


def test_claims_to_come_from_the_gate_are_removed():
    site = Site(PAGE)
    claims = {"HTTP_X_GATE_ACTION": "pass", "HTTP_X_GATED": "1", "HTTP_X_OTHER": "2"}
    through(site, PLAIN, **claims)
    assert not [key for key in site.environ if key.startswith("HTTP_X_GATE")]
    assert site.environ["HTTP_X_OTHER"] == "2"


@pytest.mark.parametrize("passage", [Passage(private=True), Passage(private_html=True)])
def test_a_gated_page_is_kept_by_no_cache(passage):
    public = [
        HTML,
        ("Cache-Control", "public, s-maxage=600"),
        ("Expires", "Thu, 01 Jan 2032 00:00:00 GMT"),
        ("Surrogate-Control", "max-age=600"),
        ("CDN-Cache-Control", "max-age=600"),
        ("X-Accel-Expires", "600"),
    ]
    received = through(Site(PAGE, headers=public), passage)
    assert sorted(received.fields) == [
        ("CDN-Cache-Control", "no-store"),
        ("Cache-Control", "private, no-cache"),
        HTML,
    ]


def test_a_gated_image_stays_cacheable_unless_everything_is_private():
    image = [("Content-Type", "image/png"), ("Cache-Control", "public")]
    open_ = through(Site(b"png", headers=image), Passage(private_html=True))
    shut = through(Site(b"png", headers=image), Passage(private=True))
    assert open_.get("Cache-Control") == "public"
    assert shut.get("Cache-Control") == "private, no-cache"


@pytest.mark.parametrize("changes", [{}, {"bottom": b"<p>f</p>", "mark": "m"}])
@pytest.mark.parametrize("private", ["private", "private_html"])
@pytest.mark.parametrize("action", [Action.BANNER, Action.INTERSTITIAL])
def test_a_reader_who_is_warned_keeps_no_copy_on_the_device(action, private, changes):
    passage = Passage(action=action, **{private: True}, **changes)
    public = [HTML, ("Cache-Control", "public, max-age=600")]
    for headers in (public, [HTML]):
        received = through(Site(PAGE, headers=headers), passage)
        assert received.get("Cache-Control") == "private, no-store"


def test_a_picture_on_a_gated_page_keeps_what_the_site_chose():
    image = [("Content-Type", "image/png"), ("Cache-Control", "public")]
    passage = Passage(private_html=True, action=Action.INTERSTITIAL)
    received = through(Site(b"png", headers=image), passage)
    assert received.get("Cache-Control") == "public"


def test_a_stricter_choice_of_the_site_stays():
    strict = keep_private([("Cache-Control", "no-store, max-age=0")])
    assert strict[0] == ("Cache-Control", "private, no-store")


def test_an_untyped_answer_counts_as_html_for_caches():
    received = through(
        Site(PAGE, headers=[]), Passage(private_html=True), validate=False
    )
    assert received.get("Cache-Control") == "private, no-cache"


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize(
    "chunks", [[PAGE], [PAGE[:70], PAGE[70:]], [bytes([b]) for b in PAGE], [b"", PAGE]]
)
@pytest.mark.parametrize(
    ("passage", "expected"), [(FOOTER, FOOTED), (BANNER, BANNERED)]
)
def test_what_is_put_in_stands_in_its_place(passage, expected, chunks, length):
    site = Site(*chunks, length=length)
    received = through(site, passage)
    assert received.body == expected
    assert received.status == "200 OK"
    assert received.get("Content-Length") in {None, str(len(expected))}
    if length:
        assert received.get("Content-Length") == str(len(expected))
    assert site.body.closed == 1


def test_a_page_that_is_given_whole_gets_a_length():
    def app(_environ, start_response):
        start_response("200 OK", [HTML])
        return [PAGE]

    assert through(app, FOOTER).get("Content-Length") == str(len(FOOTED))


@pytest.mark.parametrize(
    ("coding", "pack", "unpack"),
    [
        ("gzip", gzip.compress, gzip.decompress),
        ("deflate", zlib.compress, zlib.decompress),
    ],
)
def test_a_compressed_page_is_changed_and_stays_compressed(coding, pack, unpack):
    fields = [HTML, ("Content-Encoding", coding)]
    received = through(Site(pack(PAGE), headers=fields, length=True), FOOTER)
    assert unpack(received.body) == FOOTED
    assert received.get("Content-Encoding") == coding
    assert received.get("Content-Length") == str(len(received.body))


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_an_unreadable_page_meets_the_notice_instead_of_a_banner(coding):
    site = Site(b"?", headers=[HTML, ("Content-Encoding", coding)])
    received = through(site, BANNER)
    assert (received.status, received.body) == ("403 Forbidden", NOTICE.body)
    assert site.body.closed == 1


def test_an_unreadable_page_goes_without_a_footer():
    fields = [HTML, ("Content-Encoding", "br"), ("ETag", '"a"')]
    received = through(Site(b"?", headers=fields), FOOTER)
    assert (received.body, received.get("ETag")) == (b"?", '"a"')


def test_a_wide_charset_cannot_be_added_to():
    wide = [("Content-Type", "text/html; charset=UTF-16")]
    received = through(Site(PAGE, headers=wide), BANNER)
    assert received.status == "403 Forbidden"


@pytest.mark.parametrize("length", [True, False])
def test_no_byte_of_an_article_leaves_when_a_banner_finds_no_place(length):
    parts = [b"<html><frameset>", b"secret article", b"</frameset></html>"]
    site = Site(*parts, length=length)
    received = through(site, BANNER)
    assert (received.status, received.body) == ("403 Forbidden", NOTICE.body)
    assert received.get("Content-Length") == "19"
    assert site.body.closed == 1


def test_looking_for_a_place_ends_at_a_bound():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"<p>" * 20_000

    received = through(_streaming(endless()), BANNER)
    assert received.status == "403 Forbidden"
    assert len(taken) <= WHOLE // 60_000 + 2


def _streaming(chunks):
    def app(_environ, start_response):
        start_response("200 OK", [HTML])
        return chunks

    return app


def test_a_footer_does_not_hold_back_a_stream():
    given = []

    def slowly():
        given.append("head")
        yield b"<html><body><p>first</p>"
        given.append("rest")
        yield b"</body></html>"

    app = GateMiddleware(_streaming(slowly()), StubGate(FOOTER))
    environ = {}
    setup_testing_defaults(environ)
    chunks = iter(app(environ, lambda *_: None))
    assert b"first" in next(chunks)
    assert given == ["head"]


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "301 Moved"])
def test_answers_that_are_no_pages_stay_untouched(status):
    fields = [HTML] if status.startswith("301") else []
    site = Site(*([b"part"] if fields else []), status=status)
    site.headers = fields
    received = through(site, BANNER)
    assert (received.status, received.fields) == (status, fields)


def test_an_error_page_gets_the_footer_too():
    assert through(Site(PAGE, status="404 Not Found"), FOOTER).body == FOOTED


PARTS = [
    "text/plain; charset=utf-8",
    "text/css",
    "Text/JavaScript",
    "application/x-javascript",
    "image/svg+xml",
    "video/mp4",
    "font/woff2",
    "application/font-woff",
    "text/vtt",
    "application/json",
    "application/ld+json",
    "application/problem+json; charset=utf-8",
    "application/rss+xml",
    "application/atom+xml; charset=utf-8",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
]
ARTICLES = [
    "text/html",
    "application/xhtml+xml",
    "application/pdf",
    "application/octet-stream",
    "multipart/x-mixed-replace; boundary=x",
    "message/rfc822",
    "text/htmlx",
    "text/markdown",
    "text/plain, text/html",
    "application/json-not",
    "nonsense",
    "*/*",
]
UNTOUCHED = Passage(otherwise=NOTICE)


@pytest.mark.parametrize("passage", [BANNER, UNTOUCHED], ids=["banner", "nothing"])
@pytest.mark.parametrize("kind", PARTS)
def test_what_is_never_an_article_passes_untouched(kind, passage):
    site = Site(PAGE, headers=[("Content-Type", kind)], length=True)
    received = through(site, passage)
    assert (received.status, received.body) == ("200 OK", PAGE)
    assert received.fields == site.headers


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("status", ["200 OK", "201 Created", "206 Part", "300 Choose"])
@pytest.mark.parametrize("kind", ARTICLES)
def test_what_could_be_an_article_never_passes_without_a_banner(kind, status, method):
    body = [] if method == "HEAD" else [PAGE]
    site = Site(*body, status=status, headers=[("Content-Type", kind)])
    received = through(site, UNTOUCHED, REQUEST_METHOD=method, validate=False)
    assert (received.status, received.body) == ("403 Forbidden", NOTICE.body)
    assert site.body.closed == 1


@pytest.mark.parametrize("kind", [k for k in ARTICLES if k != "text/html"])
def test_what_takes_no_banner_never_passes_instead_of_one(kind):
    received = through(Site(PAGE, headers=[("Content-Type", kind)]), BANNER)
    assert (received.status, received.body) == ("403 Forbidden", NOTICE.body)


@pytest.mark.parametrize("headers", [[], [("Content-Type", " ")]])
def test_an_untyped_answer_is_taken_for_a_page_as_browsers_do(headers):
    def answer(body, passage):
        return through(Site(body, headers=headers), passage, validate=False)

    assert answer(PAGE, BANNER).body == BANNERED
    assert answer(PAGE, UNTOUCHED).body == NOTICE.body
    assert answer(b"%PDF-1.7", BANNER).body == NOTICE.body
    assert answer(b"bytes", FOOTER).body == b"bytes"


def test_two_types_are_not_one_that_passes():
    two = [("Content-Type", "text/html"), ("Content-Type", "text/plain")]
    for headers in (two, two[::-1]):
        received = through(Site(PAGE, headers=headers), UNTOUCHED, validate=False)
        assert received.status == "403 Forbidden"


@pytest.mark.parametrize(
    "status", ["204 No", "205 Reset", "302 Found", "304 Not", "404 Not", "500 Oops"]
)
def test_what_is_no_article_by_its_status_passes(status):
    site = Site(status=status, headers=[HTML])
    received = through(site, UNTOUCHED, validate=False)
    assert received.status == status


def test_an_error_page_without_a_place_for_a_banner_passes():
    received = through(Site(b"<p>oops", status="404 Not Found"), BANNER)
    assert (received.status, received.body) == ("404 Not Found", b"<p>oops")


def test_a_part_of_a_page_is_asked_for_as_the_reader_asked():
    image = [("Content-Type", "image/png")]
    site = Site(b"png", headers=image, status="206 Partial Content")
    ranged = {"HTTP_RANGE": "bytes=0-2", "HTTP_IF_NONE_MATCH": '"v1"'}
    received = through(site, UNTOUCHED, HTTP_ACCEPT_ENCODING="br", **ranged)
    assert (received.status, received.body) == ("206 Partial Content", b"png")
    assert ranged.items() <= site.environ.items()
    assert site.environ["HTTP_ACCEPT_ENCODING"] == "br"


@pytest.mark.parametrize("otherwise", [None, NOTICE])
def test_what_is_private_does_not_depend_on_what_may_come_instead(otherwise):
    def control(kind):
        headers = [("Content-Type", kind), ("Cache-Control", "public")]
        passage = Passage(private_html=True, otherwise=otherwise)
        return through(Site(b"x", headers=headers), passage).get("Cache-Control")

    assert control("image/png") == "public"
    assert control("text/plain") == "private, no-cache"


def test_an_article_after_an_error_that_was_started_differently_is_held():
    def app(_environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        try:
            raise RuntimeError  # noqa: TRY301
        except RuntimeError as error:
            info = (type(error), error, error.__traceback__)
            start_response("200 OK", [HTML], info)
        return [PAGE]

    assert through(app, UNTOUCHED).body == NOTICE.body
    received = through(app, BANNER)
    assert (received.body, received.get("Content-Type")) == (BANNERED, HTML[1])


def test_an_answer_cannot_be_started_again_once_its_head_is_given_away():
    def app(_environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])

        def chunks():
            try:
                raise LookupError  # noqa: TRY301
            except LookupError as error:
                info = (type(error), error, error.__traceback__)
                start_response("200 OK", [HTML], info)
            yield PAGE

        return chunks()

    with pytest.raises(LookupError):
        through(app, UNTOUCHED, validate=False)


@pytest.mark.parametrize("length", ["", "-1", "+5", "9" * 5000, "x", "\u0663"])
def test_a_length_that_is_no_number_does_no_harm(length):
    site = Site(PAGE, headers=[HTML, ("Content-Length", length)])
    assert through(site, FOOTER, validate=False).body == FOOTED


@pytest.mark.parametrize(
    "name",
    [
        "X_HTTP_METHOD",
        "X_HTTP_METHOD_OVERRIDE",
        "X_METHOD_OVERRIDE",
        "X_ORIGINAL_URL",
        "X_ORIGINAL_URI",
        "X_REWRITE_URL",
    ],
)
def test_the_site_sees_no_other_path_or_method_than_the_gate_saw(name):
    site = Site(PAGE)
    through(site, PLAIN, **{f"HTTP_{name}": "DELETE"})
    assert f"HTTP_{name}" not in site.environ


def test_head_speaks_of_the_page_that_get_would_bring():
    fields = [HTML, ("ETag", '"v1"'), ("Last-Modified", "x"), ("Content-Length", "80")]
    site = Site(headers=fields)
    received = through(site, FOOTER, REQUEST_METHOD="HEAD")
    assert received.get("ETag") == 'W/"v1~m1"'
    assert received.get("Last-Modified") is None
    assert received.get("Content-Length") is None
    assert received.body == b""


def test_a_changed_page_has_a_tag_of_its_own_and_nothing_stale():
    fields = [
        HTML,
        ("ETag", 'W/"v1"'),
        ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("Accept-Ranges", "bytes"),
        ("Content-MD5", "x"),
    ]
    received = through(Site(PAGE, headers=fields, length=True), FOOTER)
    assert dict(received.fields) == {
        "Content-Type": HTML[1],
        "ETag": 'W/"v1~m1"',
        "Content-Length": str(len(FOOTED)),
    }


def test_the_site_is_asked_for_a_whole_page_that_can_be_changed():
    site = Site(PAGE)
    through(
        site,
        FOOTER,
        HTTP_RANGE="bytes=0-5",
        HTTP_IF_RANGE='"v1"',
        HTTP_IF_MODIFIED_SINCE="Thu, 01 Jan 2026 00:00:00 GMT",
        HTTP_IF_NONE_MATCH='W/"v1~m1", "v1", W/"v0~m0"',
        HTTP_ACCEPT_ENCODING="gzip, deflate, br, zstd",
    )
    assert site.environ["HTTP_IF_NONE_MATCH"] == 'W/"v1"'
    assert site.environ["HTTP_ACCEPT_ENCODING"] == "gzip, deflate"
    gone = {"HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MODIFIED_SINCE"}
    assert gone.isdisjoint(site.environ)


def test_a_validator_without_the_mark_confirms_nothing():
    site = Site(PAGE)
    through(site, FOOTER, HTTP_IF_NONE_MATCH='"v1", *')
    assert "HTTP_IF_NONE_MATCH" not in site.environ


def test_not_modified_keeps_the_marked_tag():
    site = Site(status="304 Not Modified", headers=[("ETag", '"v1"')])
    received = through(site, FOOTER, HTTP_IF_NONE_MATCH='W/"v1~m1"')
    assert received.fields == [("ETag", 'W/"v1~m1"')]


@pytest.mark.parametrize(
    ("accepted", "kept"),
    [
        ("gzip;q=0.5, br;q=1", "gzip;q=0.5"),
        ("br", ""),
        ("*", ""),
        ("identity", "identity"),
        ("GZIP , deflate", "GZIP, deflate"),
    ],
)
def test_only_codings_that_can_be_taken_apart_are_accepted(accepted, kept):
    assert readable_codings(accepted) == kept


def test_long_lists_of_tags_are_read_in_linear_time():
    assert unwrapped_tags('W/"' * 100_000, "m") == ""


def test_direct_continue_reaches_the_site_as_a_get_without_a_body():
    site = Site(PAGE)
    sent = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": "3",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.input": BytesIO(b"n=1"),
    }
    through(site, Passage(as_get=True), **sent)
    assert site.environ["REQUEST_METHOD"] == "GET"
    assert site.environ["CONTENT_LENGTH"] == "0"
    assert "CONTENT_TYPE" not in site.environ


def test_a_form_without_the_gates_fields_reaches_the_site():
    seen = []

    def app(environ, start_response):
        seen.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [HTML])
        return [PAGE]

    sent = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "9"}
    sent["wsgi.input"] = BytesIO(b"n=1&t=two")
    through(app, Passage(form=b"t=two"), **sent)
    assert seen == [b"t=two"]


def test_write_is_supported():
    def app(_environ, start_response):
        write = start_response("200 OK", [HTML])
        write(PAGE[:60])
        write(PAGE[60:])
        return []

    assert through(app, FOOTER).body == FOOTED
    assert through(app, BANNER).body == BANNERED
    assert through(app, PLAIN).body == PAGE


def test_start_may_come_with_the_first_chunk():
    def app(_environ, start_response):
        start_response("200 OK", [HTML])
        yield PAGE

    assert through(app, FOOTER).body == FOOTED
    assert through(app, BANNER).body == BANNERED


def test_start_with_the_first_chunk_may_be_no_page():
    def app(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"plain"

    received = through(app, BANNER)
    assert (received.body, received.get("Content-Type")) == (b"plain", "text/plain")


def test_an_error_before_the_first_byte_replaces_the_answer():
    def app(_environ, start_response):
        start_response("200 OK", [HTML])
        try:
            raise RuntimeError  # noqa: TRY301
        except RuntimeError as error:
            info = (type(error), error, error.__traceback__)
            start_response("500 Oops", [("Content-Type", "text/plain")], info)
        return [b"sorry"]

    received = through(app, BANNER)
    assert (received.status, received.body) == ("500 Oops", b"sorry")


def test_an_error_after_the_first_byte_is_raised_again():
    def app(_environ, start_response):
        start_response("200 OK", [HTML])
        yield PAGE[:70]
        try:
            raise LookupError  # noqa: TRY301
        except LookupError as error:
            info = (type(error), error, error.__traceback__)
            start_response("500 Oops", [HTML], info)
        yield b""

    with pytest.raises(LookupError):
        through(app, FOOTER)


def test_starting_twice_is_the_sites_error():
    def app(_environ, start_response):
        start_response("200 OK", [HTML])
        start_response("200 OK", [HTML])
        return [PAGE]

    with pytest.raises(AssertionError):
        through(app, FOOTER, validate=False)


def test_an_error_in_the_body_closes_it():
    def failing():
        yield PAGE[:10]
        raise LookupError

    site = Site()
    site.body = Body(failing())
    with pytest.raises(LookupError):
        through(site, FOOTER)
    assert site.body.closed == 1


def test_a_body_that_was_never_begun_is_closed():
    site = Site(PAGE)
    environ = {}
    setup_testing_defaults(environ)
    result = GateMiddleware(site, StubGate(FOOTER))(environ, lambda *_: None)
    result.close()
    assert site.body.closed == 1


def test_a_file_of_the_server_is_handed_on_untouched():
    wrapped = []

    def wrapper(file, size=8192):
        wrapped.append(file)
        return iter(lambda: file.read(size), b"")

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "image/png")])
        result = environ["wsgi.file_wrapper"](BytesIO(b"png"))
        wrapped.append(result)
        return result

    environ = {"wsgi.file_wrapper": wrapper}
    setup_testing_defaults(environ)
    for passage in (PLAIN, FOOTER, Passage(private=True)):
        result = GateMiddleware(app, StubGate(passage))(dict(environ), lambda *_: None)
        assert result is wrapped[-1]


def test_a_page_from_a_file_is_changed():
    def app(environ, start_response):
        start_response("200 OK", [HTML, ("Content-Length", str(len(PAGE)))])
        return environ["wsgi.file_wrapper"](BytesIO(PAGE), 16)

    def wrapper(file, size=8192):
        return iter(lambda: file.read(size), b"")

    assert through(app, FOOTER, **{"wsgi.file_wrapper": wrapper}).body == FOOTED


def test_a_template_may_place_banner_and_footer_itself():
    both = Passage(top=TOP, bottom=BOTTOM, mark="m", otherwise=NOTICE)

    def app(environ, start_response):
        assert environ[PLACED]("top")
        assert environ[PLACED]("bottom")
        start_response("200 OK", [HTML])
        return [TOP, b"<p>no body tag at all</p>" + BOTTOM]

    assert through(app, both).body == TOP + b"<p>no body tag at all</p>" + BOTTOM


BOTH = Passage(top=TOP, bottom=BOTTOM, mark="m", otherwise=NOTICE)
WITH_BOTH = BANNERED.replace(b"</body>", BOTTOM + b"</body>")


def placing(*chunks, fields=(HTML,)):
    """A site whose templates take both pieces, whatever it then sends."""

    def app(environ, start_response):
        assert environ[PLACED]("top")
        assert environ[PLACED]("bottom")
        start_response("200 OK", list(fields))
        yield from chunks

    return app


def test_what_a_template_took_and_threw_away_is_put_in():
    assert through(placing(PAGE), BOTH).body == WITH_BOTH
    assert through(placing(TOP + b"<p>" + BOTTOM), BOTH).body == TOP + b"<p>" + BOTTOM
    assert through(placing(BOTTOM + b"<p>"), BOTH).body == NOTICE.body
    assert through(placing(PAGE[:50], PAGE[50:]), BOTH).body == WITH_BOTH


def test_what_a_template_placed_is_found_in_a_compressed_page():
    fields = [HTML, ("Content-Encoding", "gzip")]
    for page, expected in ((PAGE, WITH_BOTH), (WITH_BOTH, WITH_BOTH)):
        packed = gzip.compress(page)
        received = through(placing(packed[:40], packed[40:], fields=fields), BOTH)
        assert gzip.decompress(received.body) == expected


def test_what_a_template_placed_is_looked_for_in_the_beginning_of_a_long_page():
    long = b"<p>" * 30_000
    taken = []

    def chunks(first):
        yield first
        for _ in range(20):
            taken.append(1)
            yield long

    received = through(placing(*chunks(b"<body>")), BOTH)
    assert received.body.startswith(b"<body>" + TOP)
    assert received.body.count(BOTTOM) == 1
    received = through(placing(*chunks(b"<body>" + TOP + BOTTOM)), BOTH)
    assert (received.body.count(TOP), received.body.count(BOTTOM)) == (1, 1)


def test_what_is_left_is_placed_by_the_door():
    both = Passage(top=TOP, bottom=BOTTOM, mark="m", otherwise=NOTICE)

    def app(environ, start_response):
        environ[PLACED]("top")
        start_response("200 OK", [HTML])
        return [BANNERED]

    assert through(app, both).body == WITH_BOTH


def test_a_template_comes_too_late_once_the_page_has_begun():
    places = []

    def app(environ, start_response):
        start_response("200 OK", [HTML])
        yield PAGE[:70]
        places.append(environ[PLACED]("bottom"))
        yield PAGE[70:]

    assert through(app, FOOTER).body == FOOTED
    assert places == [False]


def test_an_empty_chunk_already_begins_the_page():
    places = []

    def app(environ, start_response):
        start_response("200 OK", [HTML])
        yield b""
        places.append(environ[PLACED]("bottom"))
        yield PAGE

    assert through(app, FOOTER).body == FOOTED
    assert places == [False]


def test_templates_find_what_a_reader_may_be_offered():
    passage = Passage(allowed=frozenset({Activity.READ}))
    site = Site(PAGE)
    through(site, passage)
    assert site.environ[PASSAGE].allowed == {Activity.READ}


def test_everything_holds_at_once():
    passage = Passage(private=True, top=TOP, bottom=BOTTOM, mark="m", otherwise=NOTICE)
    fields = [HTML, ("ETag", '"v"'), ("Cache-Control", "public")]
    received = through(Site(PAGE, headers=fields, length=True), passage)
    both = BANNERED.replace(b"</body>", BOTTOM + b"</body>")
    assert received.body == both
    assert received.get("Cache-Control") == "private, no-cache"
    assert received.get("CDN-Cache-Control") == "no-store"
    assert received.get("ETag") == 'W/"v~m"'


PIECES = [b"<body>", b"</body>", b"</html>", b"</BODY>", b"<!--", b"-->", b"<script>"]
PIECES += [
    b"</script>",
    b"\n",
    b" ",
    b"p",
    b"\xff\xfe",
    b"\x00",
    b"</body >",
    b"x" * 70,
]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.booleans())
def test_the_short_way_to_the_end_of_a_page_is_the_same_as_the_long_one(pieces, ends):
    page = b"".join(pieces) + (b"</body>\n</html>\n" if ends else b"")
    short = put_at_end(page, BOTTOM)
    if short is not None:
        insertion = Insertion(b"", BOTTOM)
        assert short == insertion.feed(page) + insertion.finish()
