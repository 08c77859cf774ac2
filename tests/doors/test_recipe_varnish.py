"""The Varnish recipe on a real Varnish."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter

from machine import program
from recipe_behaviour import Behaviour
from recipes import BERLIN, DOCUMENT, MOSCOW, NOWHERE


class TestVarnish(Behaviour):
    name = "varnish"
    websocket = False
    largest = 1_000_000
    https_upstream = "http://127.0.0.1:18443"

    def is_sound(self, folder):
        command = [program("varnishd"), "-C", "-j", "none", "-n", folder / "work"]
        done = subprocess.run(
            [*command, "-f", folder / "gate.vcl"],
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def test_one_copy_serves_all_who_may_read_and_nobody_else(self, front, path):
        for _ in range(3):
            assert front.ask(path=path, reader=BERLIN).is_article
            assert front.ask(path=path, reader=MOSCOW).is_notice
            assert front.ask(path=path, reader=NOWHERE).is_notice
        cookie = front.continue_(path)[1]
        headers = {**DOCUMENT, "Cookie": cookie}
        assert front.ask(path=path, headers=headers).is_article
        assert (
            len(front.site.seen(path)) <= 2
        )  # one for each set of what may be offered
        reply = front.ask(path=path, reader=BERLIN)
        assert reply.headers["Cache-Control"] == "private, no-cache"
        assert "Age" not in reply.headers

    def test_a_readers_own_cookies_keep_a_page_from_being_shared(self, front, path):
        headers = {**DOCUMENT, "Cookie": "session=7"}
        for _ in range(2):
            assert front.ask(path=path, headers=headers, reader=BERLIN).is_article
        hits = front.site.seen(path)
        assert [hit.field("Cookie") for hit in hits] == [["session=7"]] * 2

    def test_a_banner_is_never_shared(self, fronted, path):
        front = fronted(self.name, check={"banner": "site"})
        for reader in (NOWHERE, BERLIN, NOWHERE, BERLIN):
            assert front.ask(path=path, reader=reader).is_article
        told = [hit.field("X-Gate-Action")[0] for hit in front.site.seen(path)]
        assert sorted(told) == ["banner", "banner", "pass"]

    def test_a_copy_that_is_kept_answers_nobody_while_the_gate_is_down(self, fronted):
        front = fronted(self.name, fresh=True)
        assert front.ask(reader=BERLIN).is_article
        front.gate.kill()
        assert front.ask(reader=BERLIN).status == 503
        assert front.ask(reader=MOSCOW).status == 503

    def test_a_named_path_upgrades_after_the_question(self, fronted):
        def name_it(folder):
            vcl = folder / "gate.vcl"
            lines = vcl.read_text("utf-8").splitlines()
            at = next(n for n, line in enumerate(lines) if "^/live/socket" in line)
            lines[at] = '    if (req.url ~ "^/ws$") {'
            lines[at + 1 : at + 3] = ["        return (pipe);", "    }"]
            vcl.write_text("\n".join(lines) + "\n", "utf-8")

        front = fronted(self.name, edit=name_it)
        assert self.upgrade(front, "/ws", BERLIN).endswith(b"HELLO")
        assert not self.upgrade(front, "/ws", "nope").startswith(b"HTTP/1.1 101 ")
        assert len(front.site.seen("/ws")) == 1

    def test_a_body_that_is_too_large_is_refused(self, front):
        for size in (1_100_000, 20_000_000):
            reply = front.ask("POST", "/large", None, b"x" * size, reader=BERLIN)
            assert reply.status == 413
        assert front.site.seen("/large") == []

    def test_a_body_that_looks_like_requests_leads_no_answer_astray(self, front, path):
        """Bodies go to the gate as well, over connections that others use next."""
        body = b"GET /-/live HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50
        counts = Counter()

        def loop():
            for _ in range(20):
                counts[front.ask("POST", "/comment/1", None, body).status] += 1
                counts[front.ask(path=path).status] += 1

        crowd = [threading.Thread(target=loop) for _ in range(8)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert counts == {403: 320}
        assert front.site.seen(path) == []
