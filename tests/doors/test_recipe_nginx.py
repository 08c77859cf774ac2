"""The nginx recipe on a real nginx."""

from __future__ import annotations

import subprocess

from machine import program
from recipe_behaviour import Behaviour
from recipes import nginx_conf


class TestNginx(Behaviour):
    name = "nginx"

    def is_sound(self, folder):
        config = folder / "nginx.conf"
        config.write_text(nginx_conf(folder), "utf-8")
        done = subprocess.run(
            [program("nginx"), "-t", "-c", config, "-e", "stderr"],
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "[warn]" not in done.stderr
