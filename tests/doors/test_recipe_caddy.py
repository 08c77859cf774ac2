"""The Caddy recipe on a real Caddy."""

from __future__ import annotations

import subprocess

from recipe_behaviour import Behaviour
from recipes import caddy


class TestCaddy(Behaviour):
    name = "caddy"

    def is_sound(self, folder):
        (program, *_), environ = caddy(folder, 0)
        config = ["--config", folder / "Caddyfile", "--adapter", "caddyfile"]
        done = subprocess.run(
            [program, "validate", *config],
            capture_output=True,
            check=False,
            text=True,
            env={**environ, "HOME": str(folder)},
        )
        assert done.returncode == 0, done.stderr
